"""The shipped tables of names, read once for all tests of identifiers."""

from pathlib import Path

from evcargo.identifiers.genes import Gene, Genes, read_genes
from evcargo.identifiers.mirnas import Mirnas, read_mirnas

FOLDER = Path(__file__).parents[2] / "resources" / "identifiers"
ORGANISMS = ("human", "mouse", "rat")


def genes_of(organism: str) -> Genes:
    return read_genes(FOLDER / f"{organism}_genes.tsv.xz", organism)


def mirnas_of(organism: str) -> Mirnas:
    return read_mirnas(FOLDER / "mirnas.tsv.xz", organism)


def symbol_of(gene: Gene | None) -> str | None:
    return None if gene is None else gene.symbol
