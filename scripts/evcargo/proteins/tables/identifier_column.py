"""Which column of a matrix names its proteins: told by what stands in it, not by its title."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.identifiers.describe import IdentifierSummary, describe_identifiers
from evcargo.identifiers.genes import ENTREZ, SYMBOL, SYMBOLS, Genes
from evcargo.proteins.tables.cells import words
from evcargo.proteins.tables.formats import Format
from evcargo.proteins.tables.table import Table
from evcargo.study.notes import listed

LOOKED_AT = 500
"""Rows of the table by which its columns are told."""
ENOUGH = 0.5
"""Share of the cells of a column that must have the form of identifiers."""
OWN_LETTERS = {"human": ("ENS",), "mouse": ("ENSMUS",), "rat": ("ENSRNO",)}
LONGEST = 200
"""Mean length of cells from which a column holds sequences or descriptions."""


@dataclass(frozen=True)
class IdentifierColumn:
    """The column that names the proteins.

    Parameters
    ----------
    column
        Its name.
    gene
        Column of the gene symbols, None if there is none beside it.
    kind
        What its identifiers are, in words.
    reason
        What it was told by.
    symbols
        Whether most of them are gene symbols.
    other_case
        Whether the gene symbols are those of another organism by their case: Cd9 in human.
    species
        Organism that most identifiers name, if it is another one.
    """

    column: str
    gene: str | None
    kind: str
    reason: str
    symbols: bool = False
    other_case: bool = False
    species: str = ""

    @property
    def is_entrez(self) -> bool:
        """Whether the identifiers are numbers of genes."""
        return self.kind == ENTREZ


def find_identifier_column(
    table: Table, one: Format, taken: Collection[str], genes: Genes
) -> IdentifierColumn:
    """Find the column that names the proteins of a matrix.

    Parameters
    ----------
    table, one
        The table and its format, which knows usual titles.
    taken
        Columns of quantities, which name nothing.
    genes
        Of the organism of the study.

    Returns
    -------
    IdentifierColumn
        The first of the usual columns in which most cells have the form of identifiers; else the
        column of which most are known (where that is one of gene symbols and a usual column has
        texts that all differ, these are the identifiers, and known by their genes); else a column
        of texts that all differ.

    Raises
    ------
    EvcargoError
        If no column of texts is left.
    """
    free = [
        column
        for column in table.columns
        if column not in taken and table.columns.count(column) == 1
    ]
    if not free:
        raise EvcargoError(
            f"{table.path}: all columns are runs of the run sheet, and none names the proteins."
            " Give the table with a column of accessions or gene symbols"
        )
    some = next(iter(table.chunks(free))).head(LOOKED_AT)
    cells = {column: words(some[column]) for column in free}
    usual = [column for name in one.group if (column := _usual(table, name, free))]
    seen = {column: describe_identifiers(cells[column].tolist(), genes) for column in usual}
    for column in dict.fromkeys(usual):
        if seen[column].n_cells and seen[column].n_well_formed >= ENOUGH * seen[column].n_cells:
            return _with_gene(table, one, column, seen[column], cells, genes, "its title")
    others = [
        c for c in free if c not in seen and not _is_numeric(cells[c]) and _is_short(cells[c])
    ]
    seen |= {column: describe_identifiers(cells[column].tolist(), genes) for column in others}
    seen |= {c: s for c in free if c not in seen and (s := _entrez(cells[c], genes))}
    known = [
        column
        for column, summary in seen.items()
        if max(summary.n_recognised, summary.n_well_formed) >= ENOUGH * max(summary.n_cells, 1)
    ]
    best = max(known, key=lambda column: _rank(seen[column], cells[column]), default=None)
    if best is not None:
        titled = next((c for c in usual if _names_rows(cells[c])), None)
        if titled and titled != best and seen[best].kind in SYMBOLS:
            return IdentifierColumn(titled, best, seen[titled].kind, "its title")
        return _with_gene(table, one, best, seen[best], cells, genes, "the identifiers in it")
    return IdentifierColumn(*_by_texts(table, one, usual, others, cells))


def _usual(table: Table, name: str, free: Sequence[str]) -> str | None:
    column = table.column([name])
    return column if column in free else None


def _rank(summary: IdentifierSummary, cells: pd.Series) -> tuple[bool, float, bool]:
    """Prefer accessions, then what is known, then what differs from row to row."""
    is_accession = summary.kind.startswith("UniProt")
    return is_accession, summary.n_recognised / max(summary.n_cells, 1), cells.is_unique


def _with_gene(
    table: Table,
    one: Format,
    column: str,
    summary: IdentifierSummary,
    cells: dict[str, pd.Series],
    genes: Genes,
    reason: str,
) -> IdentifierColumn:
    """Add the column of the gene symbols: by its title, else by what stands in it."""
    gene = next((c for name in one.gene if (c := _usual(table, name, list(cells)))), None)
    if summary.kind in SYMBOLS:
        gene = gene or column
    elif gene in (None, column):
        others = {name: texts for name, texts in cells.items() if name != column}
        gene = _column_of(SYMBOLS, others, genes) or gene
    return IdentifierColumn(column, gene, summary.kind, reason, are_symbols(summary))


def are_symbols(summary: IdentifierSummary) -> bool:
    """Whether most identifiers of a column are approved gene symbols."""
    known, symbols = summary.n_recognised, summary.kinds.get(SYMBOL, 0)
    return known >= ENOUGH * summary.n_cells and symbols >= ENOUGH * max(known, 1)


def in_other_case(summary: IdentifierSummary) -> bool:
    """Whether most symbols of a column are written as those of another organism."""
    return summary.other_case > ENOUGH * max(summary.n_recognised, 1)


def foreign_species(summary: IdentifierSummary, organism: str) -> str:
    """Name the organism that most identifiers name, if it is another one; else empty."""
    name, count = next(iter(summary.species.items()), ("", 0))
    own = {organism.upper(), *OWN_LETTERS.get(organism, ())}
    return name if count > ENOUGH * summary.n_cells and name not in own else ""


def _column_of(kinds: Collection[str], cells: dict[str, pd.Series], genes: Genes) -> str | None:
    """Find the first column in which most texts are names of these kinds."""
    for column, texts in cells.items():
        if _is_numeric(texts) or not _is_short(texts):
            continue
        found = describe_identifiers(texts.tolist(), genes)
        if found.kind in kinds and found.n_recognised >= ENOUGH * max(found.n_cells, 1):
            return column
    return None


def _by_texts(
    table: Table,
    one: Format,
    usual: Sequence[str],
    others: Sequence[str],
    cells: dict[str, pd.Series],
) -> tuple[str, str | None, str, str]:
    """Take a usual column, or the first one whose texts all differ, though nobody knows them."""
    texts = [column for column in (*usual, *others) if not _is_numeric(cells[column])]
    differing = [column for column in texts if cells[column][cells[column] != ""].is_unique]
    column = next(iter([*differing, *texts]), None)
    if column is None:
        raise EvcargoError(
            f"{table.path}: no column names the proteins: {listed(cells, 8)} hold numbers. Give the"
            " table with a column of accessions or gene symbols"
        )
    gene = next((c for name in one.gene if (c := _usual(table, name, list(cells)))), None)
    return column, gene, "unknown", "its texts, of which none is known"


def _is_numeric(cells: pd.Series) -> bool:
    filled = cells[cells != ""]
    numbers = pd.to_numeric(filled.str.replace(",", "", regex=False), errors="coerce")
    return len(filled) == 0 or bool(numbers.notna().mean() > ENOUGH)


def _names_rows(cells: pd.Series) -> bool:
    """Whether a column holds texts that all differ, so that it may name what nobody knows."""
    filled = cells[cells != ""]
    return not _is_numeric(cells) and filled.is_unique and len(filled) == len(cells)


def _is_short(cells: pd.Series) -> bool:
    return bool(cells.str.len().mean() <= LONGEST)


def _entrez(cells: pd.Series, genes: Genes) -> IdentifierSummary | None:
    summary = describe_identifiers(cells.tolist(), genes)
    return summary if summary.kind == ENTREZ else None
