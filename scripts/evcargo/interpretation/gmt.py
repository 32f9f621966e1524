"""Gene sets in GMT files: one set per line, as name, description, then genes, tab-separated.

The format is that of GSEA and MSigDB; `GENE,1.0`, as Enrichr writes it, is read as `GENE`.
"""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

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
        File, perhaps compressed (.gz).
    notes
        Takes the problems, with their line; lines with a problem are left out.
    """
    opener = gzip.open if str(path).lower().endswith(".gz") else open
    sets: list[GeneSet] = []
    lines: dict[str, int] = {}
    collection = collection_of(path)
    try:
        with opener(path, "rt", encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
                why = _why_no_set(cells, lines)
                if why:
                    notes.add(*why, row=number, value=cells[0])
                    continue
                lines[cells[0]] = number
                genes = dict.fromkeys(cell.partition(",")[0] for cell in cells[2:])
                genes.pop("", None)
                sets.append(GeneSet(collection, cells[0], cells[1], tuple(genes)))
    except UnicodeDecodeError:
        notes.add("is not UTF-8 text", "Save it as UTF-8")
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
