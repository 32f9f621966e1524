"""Run sheets around protein tables, and their import."""

from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.identifiers.genes import Genes, read_genes
from evcargo.proteins.tables.importing import Imported, import_proteins

CONTAMINANTS = pd.DataFrame({"accession": ["P02769"], "taxon": ["9913"]})
IDENTIFIERS = Path(__file__).resolve().parents[1] / "resources" / "identifiers"
EXCERPTS = Path(__file__).resolve().parent / "tables"
DDA = [f"LFQ_Orbitrap_DDA_Condition_{c}_Sample_Alpha_0{n}" for c in "AB" for n in (1, 2, 3)]
AIF = [name.replace("DDA", "AIF") for name in DDA]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def runs_of(path: Path, *rows: tuple[str, str, int, int], kind: str = "table") -> pd.DataFrame:
    """Rows of sample, column, fraction, replicate."""
    table = pd.DataFrame(rows, columns=["sample", "column", "fraction", "replicate"])
    names = [f"{s}.f{f}.r{r}" for s, _, f, r in rows]
    return table.assign(run=names, assay="proteins", path=str(path), kit="auto", format=kind)


def one_each(path: Path, *columns: str, kind: str = "table") -> pd.DataFrame:
    """One sample per column, named like it."""
    return runs_of(path, *((column, column, 1, 1) for column in columns), kind=kind)


def all_imported(
    runs: pd.DataFrame,
    *more: str,
    contaminants: pd.DataFrame = CONTAMINANTS,
    normalisation: str = "none",
    rollup: str = "sum",
    panels: pd.DataFrame | None = None,
    organism: str = "human",
) -> Imported:
    """Import, with further samples that have no run."""
    names = [*dict.fromkeys(runs["sample"]), *more]
    columns = ["material", "condition", "subject", "batch", "biofluid", "isolation"]
    samples = pd.DataFrame({"sample": names} | dict.fromkeys(columns, ""))
    samples[["particle_count", "protein_ug"]] = np.nan
    return import_proteins(
        runs, samples, contaminants, normalisation, rollup, panels=panels, genes=genes_of(organism)
    )


def genes_of(organism: str = "human") -> Genes:
    return read_genes(next(IDENTIFIERS.glob(f"{organism}_genes.tsv.*")), organism)


def imported(runs: pd.DataFrame, *more: str):
    done = all_imported(runs, *more)
    return done.matrix, done.quality


def quantity(matrix, sample: str, feature: str, layer: str = "") -> float:
    own = matrix[sample, feature]
    return float((own.layers[layer] if layer else own.X).item())


def funnel(done: Imported) -> list[tuple[str, int, int]]:
    """Filters with the rows before and after; each begins where the one before ended."""
    table = done.filters
    for _, of_table in table.groupby("path"):
        assert of_table["before"].tolist()[1:] == of_table["after"].tolist()[:-1]
        assert of_table["step"].tolist() == list(range(1, len(of_table) + 1))
    assert (table[["filter", "source", "engine"]] != "").all(axis=None)
    return list(table[["filter", "before", "after"]].itertuples(index=False, name=None))
