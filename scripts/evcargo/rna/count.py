"""The products of the stage: matrix, funnel, lengths, classes and quality of all samples."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
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
from evcargo.rna.matrix import OK, SampleCounts, count_matrix
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

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
    """
    told = {}
    counted: dict[str, SampleCounts] = {}
    features = pd.DataFrame(columns=["class", "sequence"], dtype=object)
    sources = []
    if sequenced:
        told = {
            sample: json.loads(Path(path).read_text())
            for sample, path in sequenced.summaries.items()
        }
        for name, table in sequenced.counts.items():
            counted[name] = read_counted(table, told[name]["problem"])
        seen = {name for one in counted.values() for name in one.counts.index}
        listed = read_table(sequenced.features, "rna_features")
        features = all_features(listed, sequenced.priority, seen)
        sources.append("FASTQ: cutadapt, bwa aln, evcargo assignment")
    if imported:
        long = read_table(imported, "imported_counts")
        for sample, group in long.groupby("sample"):
            counts = group.set_index("feature")["reads"].astype(float)
            before = counted.get(str(sample))
            counted[str(sample)] = before.plus(counts) if before else SampleCounts(counts)
        names = long.drop_duplicates("feature").set_index("feature")[["class"]].assign(sequence="")
        features = pd.concat([features, names.loc[~names.index.isin(features.index)]])
        sources.append("count table")
    matrix = count_matrix(
        read_table(samples, "samples"), counted, features, " and ".join(sources), UNIT
    )
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
    metrics = []
    counts_of = matrix.to_df()
    for sample in matrix.obs_names:
        figures = list(read_metrics(told[sample])) if sample in told else []
        if matrix.obs.loc[sample, "status"] == OK:
            figures += matrix_metrics(counts_of.loc[sample], matrix.var["class"])
        metrics += [(sample, "", ASSAY, name, value, unit) for name, value, unit in figures]
    write_table(
        pd.DataFrame(metrics, columns=CONTRACTS["quality"].names), products["quality"], "quality"
    )
