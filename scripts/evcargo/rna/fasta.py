"""Reference sequences as users have them: cleaned where that is safe, refused where it is not."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import xopen

from evcargo.errors import EvcargoError
from evcargo.rna.files import READ_ERRORS

_NUCLEOTIDES = frozenset("ACGTN")
_AMBIGUOUS = str.maketrans("URYSWKMBDHV", "TNNNNNNNNNN", " \t-.")
_AMINO_ACIDS = frozenset("EFILPQZ*")
# Letters of ambiguity other than N are rare in nucleotides, and are amino acids in proteins.
_MOST_AMBIGUOUS = 0.5
# Beginning of a file -> what it is, and what to do.
_OTHERS = (
    ("<", "a web page or XML", "Download the plain sequence file again"),
    ("PK\x03\x04", "a zip or Excel file", "Unpack it and give the FASTA file in it"),
    ("@", "FASTQ", "Give FASTA: reads are no reference"),
    ("LOCUS ", "GenBank", "Save the entry as FASTA"),
    ("ID   ", "EMBL", "Save the entry as FASTA"),
    ("##gff", "GFF, which holds places and no sequences", "Give the sequences as FASTA"),
    ("# STOCKHOLM", "an alignment", "Save its sequences as FASTA"),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sequence:
    """One reference sequence: its name (first word of the header) and DNA letters."""

    name: str
    letters: str


def read_fasta(path: str | Path) -> list[Sequence]:
    """Read a nucleotide FASTA and clean it.

    U becomes T, lower case becomes upper, wrapped lines are joined, blanks and the gaps ``-`` and
    ``.`` of alignments are taken out, other letters of ambiguity become N. Line ends may be those
    of any system. A record that repeats the name and letters of another is dropped; one that
    repeats the name only is renamed ``name.2``, ``name.3`` ... A record without a name is called
    by its line; one without letters is left out, with a warning in the log. The file is read line
    by line.

    Parameters
    ----------
    path
        FASTA file, may be compressed (.gz, .bz2, .zst).

    Returns
    -------
    list of Sequence
        In the order of the file, names unique, none empty.

    Raises
    ------
    EvcargoError
        If the file cannot be read, or is not a nucleotide FASTA (HTML, protein, FASTQ, empty ...).
    """
    taken: dict[str, str] = {}
    empty: list[str] = []
    for name, letters in _records(path):
        if not letters:
            empty.append(name)
            continue
        free, copy = name, 1
        while free in taken and taken[free] != letters:
            copy += 1
            free = f"{name}.{copy}"
        taken[free] = letters
    if not taken:
        raise EvcargoError(f"{path}: holds no sequence. Give a FASTA file with at least one record")
    if empty:
        _log.warning("%s: %d records hold no letters: %s", path, len(empty), empty[:5])
    return [Sequence(name, letters) for name, letters in taken.items()]


def _records(path: str | Path) -> Iterator[tuple[str, str]]:
    name, letters = "", StringIO()
    for number, line in enumerate(_lines(path), 1):
        if line.startswith(">"):
            if name:
                yield name, _whole(path, name, letters.getvalue())
            name, letters = (line[1:].split() or [f"line{number}"])[0], StringIO()
        elif line and not line.startswith(";"):  # a comment, in FASTA of old
            if not name:
                raise EvcargoError(f"{path}: not a FASTA file, {_what_it_is(line)}")
            letters.write(_cleaned(path, name, line))
    if name:
        yield name, _whole(path, name, letters.getvalue())


def _what_it_is(line: str) -> str:
    for beginning, what, remedy in _OTHERS:
        if line.startswith(beginning):
            return f"it looks like {what}. {remedy}"
    return f"its first line is {line[:40]!r}. Give sequences, each below a line >name"


def _lines(path: str | Path) -> Iterator[str]:
    try:
        with xopen.xopen(path, "rt", threads=0, encoding="utf-8-sig") as stream:
            for line in stream:
                yield line.strip()
    except READ_ERRORS as error:
        zipped = _starts_with(path, b"PK\x03\x04")
        remedy = "Unpack this zip file" if zipped else "Check the path, or fetch the file again"
        raise EvcargoError(
            f"{path}: cannot be read as FASTA ({type(error).__name__}: {error}). {remedy}"
        ) from None


def _starts_with(path: str | Path, magic: bytes) -> bool:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(len(magic)) == magic
    except OSError:
        return False


def _cleaned(path: str | Path, name: str, line: str) -> str:
    """Upper-case letters of a line; ambiguous ones are still as they were."""
    letters = line.upper()
    if _AMINO_ACIDS & set(letters):
        raise EvcargoError(
            f"{path}: {name} holds amino acids. Give nucleotide sequences (A C G T U N)"
        )
    unknown = set(letters.translate(_AMBIGUOUS)) - _NUCLEOTIDES
    if unknown:
        raise EvcargoError(
            f"{path}: {name} holds {sorted(unknown)[0]!r}, which is no nucleotide."
            " Give nucleotide sequences (A C G T U N)"
        )
    return letters


def _whole(path: str | Path, name: str, raw: str) -> str:
    """Letters of a record in A, C, G, T, N."""
    letters = raw.translate(_AMBIGUOUS)
    ambiguous = letters.count("N") - raw.count("N")
    if ambiguous > _MOST_AMBIGUOUS * len(letters):
        raise EvcargoError(
            f"{path}: {name} consists mostly of letters of ambiguity, as a protein would."
            " Give nucleotide sequences (A C G T U N)"
        )
    return letters
