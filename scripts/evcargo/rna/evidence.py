"""What the stage's tables say of each sample, as the quality gate reads it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.rna.cycles import POSITION_COLUMNS
from evcargo.rna.matrix import NO_RUN
from evcargo.rna.reference import MIRNA, PRECURSOR
from evcargo.tables import read_matrix, read_table

NO_COUNTS = pd.Series(
    index=pd.MultiIndex.from_arrays([[], []], names=["class", "feature"]), dtype=float
)
NO_POSITIONS = pd.DataFrame(columns=[*POSITION_COLUMNS, "bad"])
ADAPTER_COLUMNS = CONTRACTS["rna_adapters"].names


@dataclass(frozen=True)
class Evidence:
    """What is known of one sample.

    Parameters
    ----------
    status, problem
        Status of the sample in the matrix, and why it is not ok.
    metrics
        Quality figures of the sample (contract ``quality``): metric -> value.
    funnel
        Step -> reads that ended there; empty for a sample that came as a count table.
    lengths
        Length of the insert, nt -> reads.
    adapters
        Rows of contract ``rna_adapters``, one per FASTQ file.
    counts
        Reads by class and feature, index of two levels; empty where the sample is not ok.
    hairpins
        Features (mature miRNAs, rest) of each hairpin of the references.
    organism, organisms
        Organism of the study, and reads by the organism that they tell (see
        `evcargo.rna.beginnings.organism_counts`); empty where it was not looked for.
    run_names, runs
        Runs that came as reads, and what trimming wrote of each: `clip_5p` and `cycles`.
    positions
        Of `evcargo.rna.cycles.position_table`, with `bad`.
    """

    status: str = NO_RUN
    problem: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    funnel: Mapping[str, int] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)
    adapters: Sequence[Mapping[str, Any]] = ()
    counts: pd.Series = field(default_factory=lambda: NO_COUNTS)
    hairpins: Sequence[frozenset[str]] = ()
    organism: str = ""
    organisms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    run_names: Sequence[str] = ()
    runs: Sequence[Mapping[str, Any]] = ()
    positions: pd.DataFrame = field(default_factory=lambda: NO_POSITIONS)

    @property
    def sequenced(self) -> bool:
        """Whether the sample came as reads."""
        return bool(self.funnel)

    @property
    def hairpins_seen(self) -> int:
        """Hairpins of which a piece was seen; a mature miRNA shows all hairpins that hold it."""
        seen = set(self.counts.index[self.counts > 0].get_level_values("feature"))
        return sum(1 for matures in self.hairpins if matures & seen)

    @property
    def mirnas(self) -> np.ndarray:
        """Reads of the mature miRNAs that were seen."""
        own = self.counts[self.counts.index.get_level_values("class") == MIRNA]
        return own[own > 0].to_numpy(dtype=float)

    def share_of_lengths(self, first: int, last: int) -> float:
        """Share of the inserts that are `first` to `last` nt long; NaN without inserts."""
        total = sum(self.lengths.values())
        chosen = sum(n for length, n in self.lengths.items() if first <= length <= last)
        return chosen / total if total else float("nan")


def read_evidence(
    paths: Mapping[str, str], summaries: Mapping[str, str], features: str, organism: str
) -> dict[str, Evidence]:
    """Read what the stage wrote.

    Parameters
    ----------
    paths
        samples, runs, funnel, lengths, quality (tables) and matrix (.h5ad).
    summaries
        Sample -> JSON of `evcargo.rna.counted.assign_sample`.
    features
        Table of the features of the references; empty where nothing was sequenced.
    organism
        Organism of the study.

    Returns
    -------
    dict of str to Evidence
        Every sample of the sheet, in its order.
    """
    samples = read_table(paths["samples"], "samples")["sample"]
    runs = read_table(paths["runs"], "runs")
    funnel = _nested(read_table(paths["funnel"], "funnel"), "step", "reads")
    lengths = _nested(read_table(paths["lengths"], "rna_lengths"), "length", "reads")
    metrics = _nested(read_table(paths["quality"], "quality"), "metric", "value")
    matrix = read_matrix(paths["matrix"])
    values = matrix.to_df()
    values.columns = pd.MultiIndex.from_arrays(
        [matrix.var["class"].astype(str), matrix.var_names], names=["class", "feature"]
    )
    hairpins: tuple[frozenset[str], ...] = ()
    if features:
        listed = read_table(features, "rna_features")
        pieces = listed[listed["class"].isin([MIRNA, PRECURSOR])].groupby("reference")["feature"]
        hairpins = tuple(frozenset(names) for _, names in pieces)
    of_reads = {
        sample: _of_reads(sample, _run_names(sample, runs), path)
        for sample, path in summaries.items()
    }
    return {
        sample: Evidence(
            status=str(matrix.obs.loc[sample, "status"]),
            problem=str(matrix.obs.loc[sample, "status_reason"]),
            metrics=metrics.get(sample, {}),
            funnel=funnel.get(sample, {}),
            lengths=lengths.get(sample, {}),
            counts=values.loc[sample].dropna(),
            hairpins=hairpins,
            organism=organism,
            **of_reads.get(sample, {}),
        )
        for sample in samples
    }


def adapter_table(evidence: Mapping[str, Evidence]) -> pd.DataFrame:
    """Put the adapter evidence under the contract ``rna_adapters``; every sample is there."""
    rows = [
        row
        for sample, one in evidence.items()
        for row in one.adapters or [dict.fromkeys(ADAPTER_COLUMNS) | {"sample": sample}]
    ]
    return pd.DataFrame(rows, columns=ADAPTER_COLUMNS)


def _run_names(sample: str, runs: pd.DataFrame) -> list[str]:
    """Name the runs of a sample as trimming goes through them: replicate by replicate."""
    reads = runs[
        (runs["sample"] == sample) & (runs["assay"] == "rna") & (runs["format"] == "fastq")
    ].assign(replicate=lambda table: table["replicate"].fillna(1))
    return reads.sort_values("replicate", kind="stable")["run"].tolist()


def _of_reads(sample: str, names: Sequence[str], path: str) -> dict[str, Any]:
    """Give what the reads of a sample told beside their counts, as fields of `Evidence`."""
    summary = json.loads(Path(path).read_text(encoding="utf-8"))
    return {
        "adapters": tuple(_adapters(sample, names, summary)),
        "organisms": summary["organisms"],
        "run_names": names,
        "runs": summary["runs"],
        "positions": pd.DataFrame(summary["positions"], columns=NO_POSITIONS.columns),
    }


def _adapters(
    sample: str, names: Sequence[str], summary: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Rows of contract ``rna_adapters``."""
    for name, scan in zip(names, summary["runs"], strict=True):
        found, found_share = next(iter(scan["shares"].items()), ("none", 0.0))
        # Of kits with one adapter, the first stands for all in `shares`.
        instead = found_share if scan["verdict"] == "HIGH" else 0.0
        yield {
            "sample": sample,
            "run": name,
            "kit": scan["kit"],
            "adapter": scan["adapter"],
            "clip_5p": scan["clip_5p"],
            "clip_3p": scan["clip_3p"],
            "umi_length": scan["umi"],
            "verdict": scan["verdict"],
            "share": scan["shares"].get(scan["kit"], instead),
            "found": found,
            "found_share": found_share,
            "problem": scan["problem"],
            "notes": "; ".join(scan["notes"]),
        }


def _nested(table: pd.DataFrame, key: str, value: str) -> dict[str, dict[Any, Any]]:
    """Sample -> key -> value, without missing values."""
    found: dict[str, dict[Any, Any]] = {}
    for row in table[table[value].notna()].to_dict("records"):
        found.setdefault(str(row["sample"]), {})[row[key]] = row[value]
    return found
