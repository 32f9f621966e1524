"""Gene sets in GMT files: one set per line, as name, description, then genes, tab-separated.

The format is that of GSEA and MSigDB; `GENE,1.0`, as Enrichr writes it, is read as `GENE`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.files.text import open_text
from evcargo.files.text_tables import split_rows
from evcargo.study.notes import Notes

LEAST_CELLS = 3  # name, description, one gene
ENDING = re.compile(r"\.gmt(\.gz)?$|\.txt(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True)
class GeneSet:
    """A named set of genes, each once and in the order of its source."""

    collection: str
    name: str
    description: str
    genes: tuple[str, ...]


def collection_of(path: str | Path) -> str:
    """Name of the collection that a GMT file is: its name without ending."""
    return ENDING.sub("", Path(path).name)


def read_gmt(path: str | Path, notes: Notes) -> list[GeneSet]:
    """Read the sets of a GMT file.

    Parameters
    ----------
    path
        File, perhaps compressed, in any encoding of `evcargo.files.text`.
    notes
        Takes the problems, with their line; lines with a problem are left out.
    """
    sets: list[GeneSet] = []
    lines: dict[str, int] = {}
    collection = collection_of(path)
    try:
        with open_text(path) as stream:
            for number, row in split_rows(stream, "\t"):
                if not any(row):
                    continue
                why = _why_no_set(row, lines)
                if why:
                    notes.add(*why, row=number, value=row[0])
                    continue
                lines[row[0]] = number
                genes = dict.fromkeys(cell.partition(",")[0] for cell in row[2:])
                genes.pop("", None)
                sets.append(GeneSet(collection, row[0], row[1], tuple(genes)))
    except EvcargoError as error:
        notes.add_error(error, str(path))
    return sets


def _why_no_set(cells: list[str], lines: dict[str, int]) -> tuple[str, str] | None:
    if not cells[0]:
        return "has no name of the set", "A line is: name, description, genes, with tabs between"
    if len(cells) == 1 and len(cells[0].split()) >= LEAST_CELLS:
        return "has no tabs", "A line is: name, description, genes, with tabs between, not spaces"
    if len(cells) < LEAST_CELLS or not any(cells[2:]):
        return (
            "is a set without genes",
            "A line is: name, description, genes, with tabs between; write them, or delete it",
        )
    if cells[0] in lines:
        return f"is the name of two sets, see line {lines[cells[0]]}", "Rename or delete one"
    return None
