"""Counts and read funnel of one sample, and the rows that they give to the stage's tables."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.job import whole_file
from evcargo.rna.align import align
from evcargo.rna.assign import (
    LOW_COMPLEXITY,
    UNASSIGNED,
    Catalogue,
    assign,
    feature_counts,
    is_low_complexity,
)
from evcargo.rna.matrix import SampleCounts
from evcargo.rna.reference import MIRNA, PRECURSOR
from evcargo.rna.trim import DIMER_LENGTH, FATES, read_inserts
from evcargo.tables import read_table, write_table


def assign_sample(
    inserts: str | Path,
    trimming: str | Path,
    index: str | Path,
    features: str | Path,
    priority: Sequence[str],
    counts: str | Path,
    summary: str | Path,
) -> None:
    """Count the inserts of one sample on the references.

    Parameters
    ----------
    inserts, trimming
        What `evcargo.rna.trim.write_inserts` wrote.
    index, features
        What `evcargo.rna.reference.build_reference` wrote.
    priority
        RNA classes, see `evcargo.rna.assign.Catalogue`.
    counts
        Table to write, contract ``rna_counts``.
    summary
        JSON to write: the one of trimming, with ``funnel`` (step -> reads, summing to ``raw``).
    """
    told = json.loads(Path(trimming).read_text(encoding="utf-8"))
    reads = read_inserts(inserts)
    table = read_table(features, "rna_features")
    plain = [insert for insert in reads if not is_low_complexity(insert)]
    result = assign(reads, align(plain, index), Catalogue(table, priority))
    classes = _in_order(table["class"].unique().tolist(), priority)
    steps = [LOW_COMPLEXITY, *classes, UNASSIGNED]
    funnel = {**told.pop("fates"), **{step: result.steps[step] for step in steps}}
    if sum(funnel.values()) != told["raw"]:
        raise AssertionError(f"the funnel does not sum to the raw reads: {funnel}, {told['raw']}")
    if not told["problem"] and not result.steps[MIRNA]:
        told["problem"] = f"no miRNA read among {sum(reads.values())} inserts"
    write_table(feature_counts(result), counts, "rna_counts")
    with whole_file(summary) as part:
        part.write_text(json.dumps({**told, "funnel": funnel}, indent=1) + "\n", encoding="utf-8")


def _in_order(classes: list[str], priority: Sequence[str]) -> list[str]:
    listed = [*priority, PRECURSOR] if MIRNA not in priority else list(priority)
    if MIRNA in listed:
        listed.insert(listed.index(MIRNA) + 1, PRECURSOR)
    return [name for name in listed if name in classes] + sorted(set(classes) - set(listed))


def read_counted(counts: str | Path, problem: str) -> SampleCounts:
    """Read the counts of one sample."""
    table = read_table(counts, "rna_counts")
    return SampleCounts(table.set_index("feature")["reads"].astype(float), problem)


def all_features(features: pd.DataFrame, priority: Sequence[str], seen: set[str]) -> pd.DataFrame:
    """Features of the matrix: all of the references, but only those precursors that were seen.

    Parameters
    ----------
    features
        Table of contract ``rna_features``.
    priority
        RNA classes; the features are sorted by class, then name.
    seen
        Features with a count in any sample.

    Returns
    -------
    pandas.DataFrame
        Index: feature; columns class and sequence.
    """
    each = features.fillna({"sequence": ""}).drop_duplicates(["class", "feature"])
    each = each[(each["class"] != PRECURSOR) | each["feature"].isin(seen)]
    order = _in_order(each["class"].unique().tolist(), priority)
    ranked = each.assign(rank=each["class"].map(order.index)).sort_values(["rank", "feature"])
    return ranked.drop_duplicates("feature").set_index("feature")[["class", "sequence"]]


def funnel_rows(sample: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Rows of contract ``funnel``."""
    for step, reads in told["funnel"].items():
        yield sample, step, reads


def length_rows(sample: str, told: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Rows of contract ``rna_lengths``."""
    for length, reads in told["lengths"].items():
        yield sample, int(length), reads


def class_rows(sample: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str, int, float]]:
    """Rows of contract ``rna_classes``: inserts by class, without those of low complexity."""
    counted = {
        step: reads
        for step, reads in told["funnel"].items()
        if step not in FATES and step != LOW_COMPLEXITY
    }
    total = sum(counted.values())
    for step, reads in counted.items():
        yield sample, step, reads, reads / total if total else float("nan")


def read_metrics(told: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Quality figures of a sequenced sample: metric, value, unit."""
    raw, funnel = told["raw"], told["funnel"]
    lengths = {int(length): reads for length, reads in told["lengths"].items()}
    trimmed = raw - sum(funnel[fate] for fate in FATES if fate != "duplicate")
    counted = trimmed - funnel["duplicate"]
    yield "raw_reads", raw, "reads"
    if any(run["kit"] != "none" for run in told["runs"]):
        yield "adapter_share", (raw - funnel["untrimmed"]) / raw, "fraction"
    if told.get("bases"):
        yield "q30_share", told["q30_bases"] / told["bases"], "fraction"
    dimers = sum(reads for length, reads in lengths.items() if length <= DIMER_LENGTH)
    yield "dimer_share", dimers / raw, "fraction"
    yield "trimmed_reads", trimmed, "reads"
    if trimmed and any(run["umi"] for run in told["runs"]):
        yield "duplicate_share", funnel["duplicate"] / trimmed, "fraction"
    if counted:
        inserts = {length: reads for length, reads in lengths.items() if length > DIMER_LENGTH}
        yield "insert_mode_nt", max(sorted(inserts), key=lambda length: inserts[length]), "nt"
        if "distinct" in told:
            yield "distinct_share", told["distinct"] / counted, "fraction"
        mirna = funnel.get(MIRNA, 0) + funnel.get(PRECURSOR, 0)
        yield "mirna_reads", mirna, "reads"
        yield "mirna_share", mirna / counted, "fraction"
        for name in ("tRNA", "Y_RNA", "rRNA", UNASSIGNED):
            yield f"{name.lower()}_share", funnel.get(name, 0) / counted, "fraction"


def matrix_metrics(counts: pd.Series, classes: pd.Series) -> Iterator[tuple[str, float, str]]:
    """Quality figures of a sample's row of the matrix: metric, value, unit."""
    yield "library_size", float(counts.sum()), "reads"
    yield "features_detected", int((counts > 0).sum()), "features"
    yield "mature_mirnas_detected", int((counts[classes == MIRNA] > 0).sum()), "features"
