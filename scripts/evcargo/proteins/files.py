"""The files between the proteins rules: PSMs, ions and figures of runs, groups of the study."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from evcargo.job import whole_file


def write_parquet(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as Parquet, whole or not at all."""
    with whole_file(path) as part:
        frame.to_parquet(part, index=False)


def read_parquets(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Read Parquet files of the same columns, one after the other."""
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)


def read_psms(paths: Iterable[str | Path], runs: pd.DataFrame) -> pd.DataFrame:
    """Read the PSMs of all runs and name the sample of each (`runs`: contract ``runs``)."""
    psms = read_parquets(paths)
    runs = runs[runs["assay"] == "proteins"].astype({"run": str, "sample": str})
    sample_of = runs.set_index("run")["sample"]
    psms.insert(1, "sample", psms["run"].astype(str).map(sample_of))
    return psms


def read_accepted(path: str | Path, run: str) -> pd.DataFrame:
    """Read the accepted PSMs of one run."""
    return pd.read_parquet(path, filters=[("run", "==", run), ("accepted", "==", True)])


def write_rows(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a small table as TSV, whole or not at all."""
    with whole_file(path) as part:
        frame.to_csv(part, sep="\t", index=False, lineterminator="\n", float_format="%.10g")


def read_rows(path: str | Path) -> pd.DataFrame:
    """Read what `write_rows` wrote."""
    return pd.read_csv(path, sep="\t", keep_default_na=False)


def write_figures(figures: Mapping[str, Mapping[str, float | str]], path: str | Path) -> None:
    """Write the figures of runs, and what their files say of them in words, as JSON."""
    with whole_file(path) as part:
        part.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")


def read_figures(paths: Iterable[str | Path]) -> dict[str, dict[str, float]]:
    """Read the figures of runs from the files of all parts of the search."""
    return {
        run: {key: value for key, value in given.items() if not isinstance(value, str)}
        for run, given in _read_runs(paths).items()
    }


def read_texts(paths: Iterable[str | Path]) -> dict[str, dict[str, str]]:
    """Read what the files of runs say of them in words, as `evcargo.proteins.spectra.RunFacts`."""
    return {
        run: {key: value for key, value in given.items() if isinstance(value, str)}
        for run, given in _read_runs(paths).items()
    }


def _read_runs(paths: Iterable[str | Path]) -> dict[str, dict[str, float | str]]:
    runs: dict[str, dict[str, float | str]] = {}
    for path in paths:
        runs |= json.loads(Path(path).read_text("utf-8"))
    return runs
