"""Particle sizes and counts of every sample, from the size tables of its runs."""

import logging
from collections.abc import Hashable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.particles.distribution import Distribution, average, distribution_of, size_figures
from evcargo.particles.size_tables import (
    SizeFile,
    SizeReading,
    open_size_file,
    read_distribution,
)

LOGGER = logging.getLogger("evcargo")
FIGURES = (
    "mode_nm",
    "mean_nm",
    "d10_nm",
    "d50_nm",
    "d90_nm",
    "share_in_window",
    "particles_per_ml",
)
PER_RUN = {
    "mode_nm": "nm",
    "d50_nm": "nm",
    "share_in_window": "fraction",
    "particles_per_ml": "particles/ml",
}
QualityRow = tuple[str, str, str, str, float, str]


def measure_particles(
    samples: pd.DataFrame, runs: pd.DataFrame, window_nm: Sequence[float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Measure the particles of every sample.

    Parameters
    ----------
    samples, runs
        The sheets, contracts ``samples`` and ``runs``; runs of other assays are passed over.
    window_nm
        Lower and upper end of the size window, nm.

    Returns
    -------
    particles, distribution, quality
        Tables under the contracts of these names. `particles` has all samples: one without
        particles, or whose tables cannot be read, is ``failed`` with the reason, one without any
        table is ``no run``.

    Raises
    ------
    EvcargoError
        If the window is empty, or if no size table can be read.
    """
    low, high = (float(end) for end in window_nm)
    if not low < high:
        raise EvcargoError(
            f"config, particles.window_nm: {low:g} is not below {high:g}. Write the lower end first"
        )
    runs = runs[runs["assay"] == "particles"]
    open_once = cache(open_size_file)
    rows, curves, figures, errors = [], [], [], []
    for sample in samples.to_dict("records"):
        name = str(sample["sample"])
        row: dict[str, object] = dict.fromkeys(FIGURES, np.nan)
        row |= {"sample": name, "status": "no run", "status_reason": "no particle table"}
        row["particles_per_ug"] = _per_ug(sample["particle_count"], sample["protein_ug"])
        of_sample = runs[runs["sample"] == name].to_dict("records")
        if of_sample:
            try:
                readings = {
                    str(run["run"]): read_run(open_once(str(run["path"])), run) for run in of_sample
                }
                measured, empty = _measured(readings)
                row |= {"status": "failed", "status_reason": _no_particles(of_sample)}
                if measured:
                    sizes = average(list(measured.values()))
                    row |= size_figures(sizes, (low, high))
                    row |= {"status": "ok", "status_reason": ""}
                    curves.append(_curve(name, sizes))
                    figures += _quality(name, readings, measured, sizes, (low, high))
                for run in empty:
                    LOGGER.warning("run %s of sample %s: no particle was measured", run, name)
                    figures.append((name, run, "particles", "size_bins", 0.0, "bins"))
            except EvcargoError as error:
                LOGGER.warning("sample %s: %s", name, error)
                errors.append(str(error))
                row |= {"status": "failed", "status_reason": str(error)}
        rows.append(row)
    if errors and not curves:
        raise EvcargoError(f"no sample has a size table that can be read: {errors[0]}")
    return (
        pd.DataFrame(rows),
        pd.concat(curves) if curves else _curve("", None),
        pd.DataFrame(figures, columns=["sample", "run", "assay", "metric", "value", "unit"]),
    )


def read_run(file: SizeFile, run: Mapping[Hashable, object]) -> SizeReading:
    """Read the distribution of a run.

    Parameters
    ----------
    file
        Its file.
    run
        Row of the contract ``runs``.
    """
    column, decimal, dilution, scale = (
        run.get(key) for key in ("column", "decimal", "dilution", "scale")
    )
    return read_distribution(
        file,
        column if isinstance(column, str) else "",
        str(run["sample"]),
        decimal if decimal in ("point", "comma") else "",
        None if dilution is None or pd.isna(dilution) else float(str(dilution)),
        scale if isinstance(scale, str) else "",
    )


def _measured(
    readings: Mapping[str, SizeReading],
) -> tuple[dict[str, Distribution], list[str]]:
    """Distributions of the runs, and the runs in which no particle was measured."""
    empty = [run for run, reading in readings.items() if reading.table.is_empty]
    measured = {
        run: distribution_of(reading.table) for run, reading in readings.items() if run not in empty
    }
    return measured, empty


def _no_particles(runs: Sequence[Mapping[Hashable, object]]) -> str:
    paths = ", ".join(dict.fromkeys(str(run["path"]) for run in runs))
    return f"no particle was measured in {paths}"


def _per_ug(count: float, protein_ug: float) -> float:
    if pd.isna(count) or pd.isna(protein_ug) or not protein_ug > 0:
        return np.nan
    return float(count) / float(protein_ug)


def _curve(sample: str, sizes: Distribution | None) -> pd.DataFrame:
    if sizes is None:
        return pd.DataFrame(
            {"sample": [], "diameter_nm": [], "share": [], "concentration_per_ml": []}
        )
    return pd.DataFrame(
        {
            "sample": sample,
            "diameter_nm": sizes.centres_nm,
            "share": sizes.amount / sizes.amount.sum(),
            "concentration_per_ml": sizes.amount if sizes.is_concentration else np.nan,
        }
    )


def _quality(
    sample: str,
    readings: Mapping[str, SizeReading],
    measured: Mapping[str, Distribution],
    sizes: Distribution,
    window_nm: tuple[float, float],
) -> list[QualityRow]:
    """Figures of each run and, if there are several, how well they agree."""
    rows: list[QualityRow] = []
    for run, distribution in measured.items():
        figures = size_figures(distribution, window_nm)
        rows.append((sample, run, "particles", "size_bins", float(readings[run].rows), "bins"))
        if distribution.is_concentration:
            factor = readings[run].dilution
            rows.append((sample, run, "particles", "dilution_applied", factor, "factor"))
        rows += [
            (sample, run, "particles", metric, figures[metric], unit)
            for metric, unit in PER_RUN.items()
            if np.isfinite(figures[metric])
        ]
    if len(measured) > 1:
        totals = np.array([run.amount.sum() for run in measured.values()])
        if sizes.quantity != "relative":
            cv = float(totals.std(ddof=1) / totals.mean())
            rows.append((sample, "", "particles", "replicate_cv", cv, "fraction"))
    return rows
