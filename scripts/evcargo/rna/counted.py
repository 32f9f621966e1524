"""Rows that the counts and the read funnel of a sample give to the stage's tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.rna.assign import LOW_COMPLEXITY, SPIKE_IN, UNASSIGNED, classes_in_order
from evcargo.rna.bwa_files import BACKGROUNDS, GENOME
from evcargo.rna.matrix import SampleCounts
from evcargo.rna.reference import MIRNA, PRECURSOR
from evcargo.rna.trim import DIMER_LENGTH, FATES
from evcargo.tables import read_table


def read_counted(counts: str | Path, problem: str) -> SampleCounts:
    """Read the counts of one sample."""
    table = read_table(counts, "rna_counts").set_index("feature")
    return SampleCounts(
        table["reads"].astype(float), problem, table["fractional_reads"].astype(float)
    )


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
    order = classes_in_order(each["class"].unique().tolist(), priority)
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


def fragment_rows(
    sample: str, told: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str, float]]:
    """Rows of contract ``rna_fragments``."""
    for rna_class, feature, kind, reads in told["fragments"]:
        yield sample, rna_class, feature, kind, reads


def exogenous_rows(sample: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str, float, int]]:
    """Rows of contract ``rna_exogenous``."""
    for name, reads, inserts in told["exogenous"]:
        yield sample, name, reads, inserts


def read_metrics(told: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Quality figures of a sequenced sample: metric, value, unit."""
    raw, funnel = told["raw"], told["funnel"]
    lengths = {int(length): reads for length, reads in told["lengths"].items()}
    trimmed = raw - sum(funnel[fate] for fate in FATES if fate != "duplicate")
    counted = trimmed - funnel["duplicate"]
    yield "raw_reads", raw, "reads"
    if any(run["adapter"] for run in told["runs"]):
        yield "adapter_share", sum(lengths.values()) / raw, "fraction"
    if told.get("bases"):
        yield "q30_share", told["q30_bases"] / told["bases"], "fraction"
    dimers = sum(reads for length, reads in lengths.items() if length <= DIMER_LENGTH)
    if lengths:
        yield "dimer_share", dimers / sum(lengths.values()), "fraction"
    yield "trimmed_reads", trimmed, "reads"
    if trimmed and any(run["umi"] for run in told["runs"]):
        yield "duplicate_share", funnel["duplicate"] / trimmed, "fraction"
    if counted:
        inserts = {length: reads for length, reads in lengths.items() if length > DIMER_LENGTH}
        yield "insert_mode_nt", max(sorted(inserts), key=lambda length: inserts[length]), "nt"
        if "distinct" in told:
            yield "distinct_share", told["distinct"] / counted, "fraction"
        hairpins = funnel.get(MIRNA, 0) + funnel.get(PRECURSOR, 0)
        yield "mirna_hairpin_reads", hairpins, "reads"
        yield from _insert_shares(funnel, hairpins, counted - funnel[LOW_COMPLEXITY])
        if GENOME in funnel:
            foreign = (*FATES, LOW_COMPLEXITY, UNASSIGNED, *BACKGROUNDS, SPIKE_IN)
            annotated = sum(reads for step, reads in funnel.items() if step not in foreign)
            yield "endogenous_share", (annotated + funnel[GENOME]) / counted, "fraction"


def _insert_shares(
    funnel: Mapping[str, int], hairpins: int, inserts: int
) -> Iterator[tuple[str, float, str]]:
    """Shares of the inserts that the contract ``rna_classes`` has too; none without inserts.

    They are called shares of inserts, since ``results/purity/shares.tsv`` has the shares of the
    counts: of the inserts on any reference only.
    """
    if not inserts:
        return
    yield "mirna_hairpin_insert_share", hairpins / inserts, "fraction"
    for name in ("tRNA", "Y_RNA", "rRNA", UNASSIGNED):
        if name in funnel:  # a class without a reference was not looked for
            yield f"{name.lower()}_insert_share", funnel[name] / inserts, "fraction"


def matrix_metrics(counts: pd.Series, classes: pd.Series) -> Iterator[tuple[str, float, str]]:
    """Quality figures of a sample's row of the matrix: metric, value, unit."""
    yield "library_size", float(counts.sum()), "reads"
    yield "features_detected", int((counts > 0).sum()), "features"
    yield "mature_mirnas_detected", int((counts[classes == MIRNA] > 0).sum()), "features"
