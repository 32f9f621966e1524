"""The products of the stage: matrix, funnel, lengths, classes and quality of all samples."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.rna.assign import SPIKE_IN
from evcargo.rna.counted import (
    all_features,
    class_rows,
    exogenous_rows,
    fragment_rows,
    funnel_rows,
    length_rows,
    matrix_metrics,
    read_counted,
    read_metrics,
)
from evcargo.rna.matrix import OK, SampleCounts, count_matrix, name_features, without_empty
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from anndata import AnnData

Rows = Callable[[str, Mapping[str, Any]], Iterator[tuple[Any, ...]]]
TABLES: tuple[tuple[str, str, Rows], ...] = (
    ("funnel", "funnel", funnel_rows),
    ("rna_lengths", "lengths", length_rows),
    ("rna_classes", "classes", class_rows),
    ("rna_fragments", "fragments", fragment_rows),
    ("rna_exogenous", "exogenous", exogenous_rows),
)
ASSAY, UNIT = "rna", "reads or molecules"


@dataclass(frozen=True)
class Sequenced:
    """What the sequenced samples of a study left behind.

    Parameters
    ----------
    counts, summaries
        Sample -> files of `evcargo.rna.sample.assign_sample`.
    features
        Table of the features of the references.
    priority
        RNA classes, the first wins.
    """

    counts: Mapping[str, str]
    summaries: Mapping[str, str]
    features: str
    priority: Sequence[str]


def count_study(
    samples: str | Path,
    sequenced: Sequenced | None,
    imported: str | Path | None,
    products: Mapping[str, str | Path],
    min_library_size: int = 0,
    imported_features: str | Path | None = None,
) -> None:
    """Bring the counts of all samples together.

    Parameters
    ----------
    samples
        The sample sheet, contract ``samples``.
    sequenced
        Samples that were sequenced here; None if there is none.
    imported
        Counts that came as tables, contract ``imported_counts``; None if there is none.
    products
        Files to write: matrix (.h5ad), table, fractional and cpm (its TSVs), funnel, lengths,
        classes, fragments, exogenous, quality.
    min_library_size
        Reads from which a sample is never taken for empty (`evcargo.empty_samples`).
    imported_features
        Names and genes of the features of tables, contract ``imported_features``.
    """
    told = {
        sample: json.loads(Path(path).read_text())
        for sample, path in (sequenced.summaries if sequenced else {}).items()
    }
    sheet = read_table(samples, "samples")
    listed = read_table(sequenced.features, "rna_features") if sequenced else None
    long = read_table(imported, "imported_counts") if imported else None
    added = {
        name
        for table in (listed, long)
        if table is not None
        for name in table.loc[table["class"] == SPIKE_IN, "feature"]
    }
    every = _counted(sequenced, told, long)
    counted = without_empty(
        every, sheet, added, min_library_size, "reads on features", "rna.min_library_size"
    )
    features, source = _features(counted, sequenced, listed, long)
    matrix = count_matrix(sheet, counted, features, source, UNIT)
    if imported_features:
        name_features(matrix, read_table(imported_features, "imported_features"))
    write_matrix(matrix, products["matrix"])
    write_matrix_tsv(matrix, products["table"])
    for layer in ("fractional", "cpm"):
        write_matrix_tsv(matrix, products[layer], layer)
    for contract, product, rows_of in TABLES:
        names = CONTRACTS[contract].names
        rows: list[tuple[Any, ...]] = []
        for sample in matrix.obs_names:
            found = list(rows_of(sample, told[sample])) if sample in told else []
            rows += found or [(sample, *[pd.NA] * (len(names) - 1))]
        write_table(pd.DataFrame(rows, columns=names), products[product], contract)
    _write_quality(matrix, every, told, products["quality"])


def _counted(
    sequenced: Sequenced | None, told: Mapping[str, Mapping[str, Any]], long: pd.DataFrame | None
) -> dict[str, SampleCounts]:
    """Join the counts of each sample, of its reads and of its tables."""
    counted = {
        name: read_counted(table, told[name]["problem"])
        for name, table in (sequenced.counts if sequenced else {}).items()
    }
    for name, group in long.groupby("sample") if long is not None else ():
        counts = group.set_index("feature")["reads"].astype(float)
        before = counted.get(str(name))
        counted[str(name)] = before.plus(counts) if before else SampleCounts(counts)
    return counted


def _features(
    counted: Mapping[str, SampleCounts],
    sequenced: Sequenced | None,
    listed: pd.DataFrame | None,
    long: pd.DataFrame | None,
) -> tuple[pd.DataFrame, str]:
    """Features of the matrix (class and sequence), of samples that take part, and their source."""
    usable = {name for name, one in counted.items() if not one.problem}
    features, sources = pd.DataFrame(columns=["class", "sequence"], dtype=object), []
    if sequenced and listed is not None:
        seen = {
            name for one in usable & set(sequenced.counts) for name in counted[one].counts.index
        }
        features = all_features(listed, sequenced.priority, seen)
        sources.append("FASTQ: cutadapt, bwa aln, evcargo assignment")
    if long is not None:
        rows = long[long["sample"].isin(usable)].drop_duplicates("feature")
        names = rows.set_index("feature")[["class"]].assign(sequence="")
        features = pd.concat([features, names.loc[~names.index.isin(features.index)]])
        sources.append("count table")
    return features, " and ".join(sources)


def _write_quality(
    matrix: "AnnData",
    counted: Mapping[str, SampleCounts],
    told: Mapping[str, Mapping[str, Any]],
    path: str | Path,
) -> None:
    """Write the quality figures, also those of the counts of a sample that takes no part."""
    metrics = []
    counts_of, classes = matrix.to_df(), matrix.var["class"]
    for sample in matrix.obs_names:
        figures = list(read_metrics(told[sample])) if sample in told else []
        if matrix.obs.loc[sample, "status"] == OK:
            figures += matrix_metrics(counts_of.loc[sample], classes)
        elif sample in counted and not counted[sample].problem:
            figures += matrix_metrics(counted[sample].counts.reindex(matrix.var_names), classes)
        metrics += [(sample, "", ASSAY, name, value, unit) for name, value, unit in figures]
    write_table(pd.DataFrame(metrics, columns=CONTRACTS["quality"].names), path, "quality")
