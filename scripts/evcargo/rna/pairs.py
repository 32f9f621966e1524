"""Which read of a pair: by the names of reads and of files."""

import re
from pathlib import PurePath

_READ = re.compile(r"/([12])$|\s([12]):[YN]:")
_MATE = re.compile(r"[/.]([12])$")
# The first read of a run of SRA is SRR1.1; its mates are SRR1.1.1 and SRR1.1.2.
_NUMBERED = re.compile(r"[DES]RR\d+\.\d+")
# R1 and R2 as a word of the name (Illumina), or 1 and 2 at its end (ENA, SRA, Trim Galore).
_BY_WORD = re.compile(r"(?<![A-Za-z0-9])(R|read)([12])(?![A-Za-z0-9])", re.IGNORECASE)
_AT_END = re.compile(r"(?<=[._-])()([12])(?=(_val_[12])?\.(fastq|fq)\b)", re.IGNORECASE)
_TRIM_GALORE = re.compile(r"(?<=_val_)[12](?=\.)")


def mate_of(name: str) -> int:
    """Which read of a pair a name is of (``/1``, ``/2``, `` 1:N:``, `` 2:N:``); 0 if untold."""
    found = _READ.search(name)
    return int(found[1] or found[2]) if found else 0


def pair_of(name: str) -> tuple[str, str]:
    """Name of a read that its mate has too, and what marks the mate at its end.

    Returns
    -------
    name : str
        The first word, less ``/1``, ``/2``, ``.1`` or ``.2`` at its end.
    mate : str
        That 1 or 2; empty if there is none.
    """
    word = (name.split(maxsplit=1) or [""])[0]
    found = None if _NUMBERED.fullmatch(word) else _MATE.search(word)
    return (word[: found.start()], found[1]) if found else (word, "")


def named_mate(path: str) -> tuple[str, int]:
    """Tell which mate a file is by its name.

    Returns
    -------
    key : str
        The path with the number of the mate left out, the same for both mates.
    mate : int
        1 or 2; 0 if the name does not say.
    """
    folder, name = str(PurePath(path).parent), PurePath(path).name
    words, ends = list(_BY_WORD.finditer(name)), list(_AT_END.finditer(name))
    if words or ends:
        found = words[-1] if words else ends[0]
        key = f"{name[: found.start(2)]}#{name[found.end(2) :]}"
        return f"{folder}/{_TRIM_GALORE.sub('#', key)}", int(found[2])
    return path, 0


def is_sure(path: str) -> bool:
    """Whether the name of a file tells its mate by R1, R2; _1 and _2 may be lanes."""
    return _BY_WORD.search(PurePath(path).name) is not None


def second_of(path: str) -> str:
    """Path of the R2 file that belongs to an R1 file; empty if the name does not tell R1."""
    name = PurePath(path).name
    words = list(_BY_WORD.finditer(name))
    if not words or words[-1][2] != "1":
        return ""
    start, end = words[-1].span(2)
    return str(PurePath(path).parent / f"{name[:start]}2{name[end:]}")
