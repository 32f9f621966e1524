"""Count tables of our own making, and what is read from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from evcargo.counts.examine import Problems, examine_count_tables
from evcargo.counts.features import Identifier
from evcargo.counts.importing import import_counts
from evcargo.counts.reading import CountTable, read_counts
from evcargo.counts.runs import Run
from evcargo.files.summary import InputSummary
from evcargo.identifiers.genes import Genes, read_genes
from evcargo.identifiers.mirnas import Mirnas, read_mirnas
from evcargo.study.count_tables import GENES, MIRNAS
from evcargo.study.panels import shipped
from evcargo.tables import read_table

SMALL, LONG = "rna", "transcripts"


def genes_of(organism: str = "human") -> Genes:
    return read_genes(shipped(GENES.format(organism)), organism)


def mirnas_of(organism: str = "human") -> Mirnas:
    return read_mirnas(shipped(MIRNAS), organism)


def identifier(assay: str = SMALL, organism: str = "human") -> Identifier:
    return Identifier(assay, organism, genes_of(organism), mirnas_of(organism))


def as_text(rows: Sequence[Sequence[object]], delimiter: str = "\t") -> str:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def runs_for(path: Path, *samples: str, column: str = "", **options: str) -> list[Run]:
    return [Run(name, name, str(path), column or name, **options) for name in samples]


def read(
    path: Path, *samples: str, assay: str = SMALL, organism: str = "human", **options: str
) -> CountTable:
    return read_counts(runs_for(path, *samples, **options), identifier(assay, organism))


def counts_of(table: CountTable) -> dict[str, dict[str, float]]:
    """Run -> feature -> count."""
    return {str(run): table.counts[run].to_dict() for run in table.counts}


def examine(
    runs: Sequence[Run], assay: str = SMALL, organism: str = "human", **options: Sequence[str]
) -> tuple[list[InputSummary], Problems]:
    frame = pd.DataFrame([vars(run) for run in runs])
    return examine_count_tables(
        frame, assay, organism, genes_of(organism), mirnas_of(organism), **options
    )


def products(folder: Path) -> dict[str, Path]:
    return {name: folder / f"imported_{name}.tsv" for name in ("counts", "features", "funnel")}


def imported(
    folder: Path, runs: Sequence[Run], assay: str = SMALL, organism: str = "human"
) -> Mapping[str, pd.DataFrame]:
    """Import runs, and read what was written."""
    paths = products(folder)
    import_counts(runs, identifier(assay, organism), paths)
    return {name: read_table(path, f"imported_{name}") for name, path in paths.items()}
