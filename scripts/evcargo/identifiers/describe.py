"""What the identifiers of a column are, and how many of them are known."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from evcargo.identifiers import excel
from evcargo.identifiers.genes import (
    ALIAS,
    ENTREZ,
    FORMER,
    NUMBER,
    SYMBOL,
    UNKNOWN,
    Gene,
    Genes,
    leading_gene,
)

MAX_SHOWN = 5
#: Between the members of a group; a blank only where it stands with a comma or semicolon, and / as
#: Skyline writes it.
SEPARATORS = (";", ",", " / ", "|", ":")
MEMBERS = re.compile(r"\s*;\s*|\s+/\s+|\s*,\s*")
MIN_ENTREZ = 0.8
"""Share of whole numbers among the cells, and of Entrez ids among these, of an Entrez column."""


@dataclass(frozen=True)
class IdentifierSummary:
    """What the identifiers of a column are.

    Parameters
    ----------
    kind
        Type of most recognised cells, in words: "UniProt accession", "gene symbol", "Ensembl gene
        id with version" ...; "unknown" if none is recognised.
    n_cells
        Cells that are not blank.
    n_recognised
        Cells with a gene of the organism.
    n_well_formed
        Cells that have the form of an identifier of a database, known or not (proteins of other
        organisms, unreviewed accessions): random words never have.
    genes
        Gene of every cell, in their order; None where there is none.
    kinds
        Number of cells by type.
    separators
        Number of cells by the separator between their members.
    unrecognised
        First few cells that were not recognised.
    ambiguous
        Cell -> symbols of the genes that share the name.
    damaged
        Cell that a spreadsheet made a date -> symbols of the genes that it may have been.
    """

    kind: str
    n_cells: int
    n_recognised: int
    n_well_formed: int
    genes: list[Gene | None]
    kinds: dict[str, int] = field(default_factory=dict)
    separators: dict[str, int] = field(default_factory=dict)
    unrecognised: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    damaged: dict[str, list[str]] = field(default_factory=dict)


def split_members(cell: str) -> list[str]:
    """Split a cell into the identifiers of a group, without empty ones."""
    if ";" not in cell and "," not in cell and " / " not in cell:
        return [cell.strip()] if cell.strip() else []
    return [one.strip() for one in MEMBERS.split(cell) if one.strip()]


def describe_identifiers(cells: Sequence[str], genes: Genes) -> IdentifierSummary:
    """Tell what the identifiers of a column are, and which genes they stand for.

    Parameters
    ----------
    cells
        Cells of the column, as text.
    genes
        Of the organism of the study.
    """
    texts = [cell.strip() for cell in cells]
    groups = [split_members(text) for text in texts]
    if _are_entrez(texts, genes):
        found = [genes.of_entrez(text.removesuffix(".0")) for text in texts]
        kinds = [ENTREZ if text else "" for text in texts]
    else:
        found = [leading_gene(group, genes).gene if group else None for group in groups]
        kinds = [_kind(group, genes) for group in groups]
    damaged = _damaged(texts, kinds, genes)
    counts = Counter(
        kind for kind, gene in zip(kinds, found, strict=True) if kind and gene is not None
    )
    filled = [text for text in texts if text]
    missing = [text for text, gene in zip(texts, found, strict=True) if text and gene is None]
    return IdentifierSummary(
        kind=counts.most_common(1)[0][0] if counts else _well_formed(kinds),
        n_cells=len(filled),
        n_recognised=sum(gene is not None for gene in found),
        n_well_formed=sum(bool(kind) and kind not in (UNKNOWN, NUMBER) for kind in kinds),
        genes=found,
        kinds=dict(Counter(kind for kind in kinds if kind).most_common()),
        separators={mark: n for mark in SEPARATORS if (n := sum(mark in one for one in filled))},
        unrecognised=list(dict.fromkeys(missing))[:MAX_SHOWN],
        ambiguous=_ambiguous(missing, genes),
        damaged=damaged,
    )


def damaged_by_spreadsheet(text: str, genes: Genes, serials: bool = False) -> list[Gene]:
    """Genes whose symbol a spreadsheet may have made this date; none for what is no date.

    Parameters
    ----------
    text
        Cell, e.g. 2-Sep, Sep-02, 2021-09-02.
    genes
        Of the organism.
    serials
        Read a number such as 44441 as a date too: only in a column of symbols.
    """
    pairs = excel.dates(text) or (excel.serial_date(text) if serials else [])
    names = [name for pair in pairs for name in excel.symbols_of(*pair)]
    found = [gene for name in names for gene in genes.candidates(name)]
    return list({gene.symbol: gene for gene in found}.values())


def _damaged(texts: Sequence[str], kinds: Sequence[str], genes: Genes) -> dict[str, list[str]]:
    symbols = sum(kind in (SYMBOL, FORMER, ALIAS) for kind in kinds)
    serials = symbols > sum(map(bool, kinds)) / 2
    damaged = {}
    for text, kind in zip(texts, kinds, strict=True):
        if kind in (UNKNOWN, NUMBER) and text not in damaged:
            if excel.dates(text) or (serials and excel.serial_date(text)):
                found = damaged_by_spreadsheet(text, genes, serials)
                damaged[text] = [gene.symbol for gene in found]
    return damaged


def _kind(group: Sequence[str], genes: Genes) -> str:
    if not group:
        return ""
    readings = [genes.read(one) for one in group]
    first = next((one for one in readings if one.gene is not None), readings[0])
    return first.kind


def _well_formed(kinds: Sequence[str]) -> str:
    counts = Counter(kind for kind in kinds if kind and kind not in (UNKNOWN, NUMBER))
    return counts.most_common(1)[0][0] if counts else UNKNOWN


def _are_entrez(texts: Sequence[str], genes: Genes) -> bool:
    """Whether a column is of Entrez ids: whole numbers, most of them known, and no running ones."""
    filled = [text.removesuffix(".0") for text in texts if text]
    numbers = [int(text) for text in filled if text.isdecimal()]
    if not numbers or len(numbers) < MIN_ENTREZ * len(filled):
        return False
    unique = set(numbers)
    running = len(unique) == max(unique) - min(unique) + 1
    known = sum(genes.of_entrez(str(number)) is not None for number in unique)
    return not (running and len(unique) > 1) and known >= MIN_ENTREZ * len(unique)


def _ambiguous(missing: Sequence[str], genes: Genes) -> dict[str, list[str]]:
    shared = {text: [gene.symbol for gene in genes.candidates(text)] for text in missing}
    return {text: symbols for text, symbols in shared.items() if symbols}
