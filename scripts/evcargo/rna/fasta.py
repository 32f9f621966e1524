"""Reference sequences as users have them: cleaned where that is safe, refused where it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import xopen

from evcargo.errors import EvcargoError
from evcargo.rna.files import READ_ERRORS

_NUCLEOTIDES = frozenset("ACGTN")
_AMBIGUOUS = str.maketrans("URYSWKMBDHV", "TNNNNNNNNNN")
_AMINO_ACIDS = frozenset("EFILPQZ*")


@dataclass(frozen=True)
class Sequence:
    """One reference sequence: its name (first word of the header) and DNA letters."""

    name: str
    letters: str


def read_fasta(path: str | Path) -> list[Sequence]:
    """Read a nucleotide FASTA and clean it.

    U becomes T, lower case becomes upper, wrapped lines are joined, other letters of ambiguity
    become N. A record that repeats the name and letters of another is dropped; one that repeats
    the name only is renamed ``name.2``, ``name.3`` ...

    Parameters
    ----------
    path
        FASTA file, may be compressed (.gz, .bz2, .xz, .zst).

    Returns
    -------
    list of Sequence
        In the order of the file, names unique, none empty.

    Raises
    ------
    EvcargoError
        If the file cannot be read, or is not a nucleotide FASTA (HTML, protein, FASTQ, empty).
    """
    taken: dict[str, str] = {}
    for name, letters in _records(path):
        free, copy = name, 1
        while free in taken and taken[free] != letters:
            copy += 1
            free = f"{name}.{copy}"
        taken[free] = letters
    if not taken:
        raise EvcargoError(f"{path}: holds no sequence. Give a FASTA file with at least one record")
    return [Sequence(name, letters) for name, letters in taken.items()]


def _records(path: str | Path) -> Iterator[tuple[str, str]]:
    name, parts = "", list[str]()
    for number, line in enumerate(_lines(path), 1):
        if line.startswith(">"):
            if parts:
                yield name, _cleaned(path, name, parts)
            name, parts = (line[1:].split() or [f"line{number}"])[0], []
        elif line and not name:
            raise EvcargoError(
                f"{path}: not a FASTA file, its first line is {line[:40]!r}."
                " Download the plain sequence file again"
            )
        elif line:
            parts.append(line)
    if parts:
        yield name, _cleaned(path, name, parts)


def _lines(path: str | Path) -> Iterator[str]:
    try:
        with xopen.xopen(path, "rt", threads=0, encoding="utf-8-sig") as stream:
            for line in stream:
                yield line.strip()
    except READ_ERRORS as error:
        raise EvcargoError(
            f"{path}: cannot be read as FASTA ({type(error).__name__}: {error})."
            " Check the path, or fetch the file again"
        ) from None


def _cleaned(path: str | Path, name: str, parts: list[str]) -> str:
    letters = "".join("".join(parts).split()).upper()
    if _AMINO_ACIDS & set(letters):
        raise EvcargoError(
            f"{path}: {name} holds amino acids. Give nucleotide sequences (A C G T U N)"
        )
    letters = letters.translate(_AMBIGUOUS)
    unknown = set(letters) - _NUCLEOTIDES
    if unknown:
        raise EvcargoError(
            f"{path}: {name} holds {sorted(unknown)[0]!r}, which is no nucleotide."
            " Give nucleotide sequences (A C G T U N)"
        )
    return letters
