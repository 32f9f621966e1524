"""FASTQ files: reading them, and what their first reads say about how they were written."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import dnaio
import numpy as np

from evcargo.errors import EvcargoError
from evcargo.rna.files import READ_ERRORS
from evcargo.rna.pairs import mate_of, pair_of

PHRED_33, PHRED_64 = 33, 64
# Phred+33 of Illumina ends at J or K; Phred+64 begins at ; (Solexa) or @, and ends before j.
LOWEST_64, HIGHEST_33, HIGHEST_64 = ord(";"), ord("K"), ord("j")
Q30 = 30
# So many pairs of equal names are no accident.
FEWEST_PAIRS = 3
# What dnaio says of blank lines behind the last read, which do no harm.
_BLANK_END = re.compile(r"final record was: '(\\[nr])+'")


@dataclass(frozen=True)
class Layout:
    """How a FASTQ file was written.

    Parameters
    ----------
    base
        What is to be taken from the character of a quality to have its Phred score, 33 or 64.
    paired
        Whether both reads of pairs are in the file.
    notes
        What is unusual about the file, for people.
    bases, q30_bases
        Bases of the reads looked at, and of them those with a Phred score of 30 or more.
    """

    base: int = PHRED_33
    paired: bool = False
    notes: tuple[str, ...] = ()
    bases: int = 0
    q30_bases: int = 0


def read_fastq(path: str | Path) -> Generator[dnaio.SequenceRecord]:
    """Read a FASTQ file (.gz, .bz2, .xz, .zst or plain); a thread decompresses it.

    Raises
    ------
    EvcargoError
        If the file is missing, empty, cut short, or not FASTQ.
    """
    number = 0
    try:
        with dnaio.open(path, fileformat="fastq", open_threads=1) as reads:
            for number, read in enumerate(reads, 1):  # noqa: B007
                yield read
    except READ_ERRORS as error:
        if not (isinstance(error, dnaio.FastqFormatError) and _BLANK_END.search(str(error))):
            reason = " ".join(str(error).partition(" The incomplete final record")[0].split())
            raise EvcargoError(
                f"{path}: not a whole FASTQ file, read {number + 1} fails ({reason})."
                " Copy the file again, check it (gzip -t), and run again"
            ) from None
    if not number:
        raise EvcargoError(
            f"{path}: holds no read. Copy the file again, or take the run out of the run sheet"
        )


def layout_of(path: str | Path, first: Sequence[dnaio.SequenceRecord]) -> Layout:
    """Tell from the first reads of a file how it was written.

    Qualities count as Phred+64 (Illumina before 1.8, Solexa) if none lies below ``;`` and the
    highest lies between ``L`` and ``j``. Both reads of pairs are in the file if the names tell so,
    or if each two reads in a row share their name (SRA). Bases are
    counted over `first` only, without the second reads of pairs.

    Raises
    ------
    EvcargoError
        If the reads are all the second of pairs, or a quality lies below ``!``.
    """
    mates = {mate_of(read.name) for read in first}
    if 2 in mates and 1 not in mates:
        raise EvcargoError(
            f"{path}: holds read 2 of pairs ({first[0].name.split()[0]} ...). Give the file of"
            " read 1, which holds the whole insert of a small RNA, and take this one out"
        )
    text = "".join(read.qualities or "" for read in first)
    scores = np.frombuffer(text.encode("ascii", errors="replace"), dtype=np.uint8)
    lowest, highest = (int(scores.min()), int(scores.max())) if scores.size else (PHRED_33,) * 2
    if lowest < PHRED_33:
        raise EvcargoError(
            f"{path}: not a whole FASTQ file, a quality is {chr(lowest)!r}, below '!'."
            " Copy the file again, or give the reads as the sequencer wrote them"
        )
    old = lowest >= LOWEST_64 and HIGHEST_33 < highest <= HIGHEST_64
    base = PHRED_64 if old else PHRED_33
    notes = []
    if old:
        notes.append(
            f"qualities {chr(lowest)} to {chr(highest)} are read as Phred+64 (Illumina before 1.8)"
        )
    paired = 2 in mates or (mates == {0} and _in_twos([read.name for read in first]))
    if paired:
        notes.append("holds both reads of pairs: only read 1 is used")
        text = "".join(read.qualities or "" for read in first_mates(first))
        scores = np.frombuffer(text.encode("ascii", errors="replace"), dtype=np.uint8)
    good = int((scores >= base + Q30).sum())
    return Layout(base, paired, tuple(notes), int(scores.size), good)


def _in_twos(names: Sequence[str]) -> bool:
    """Whether reads without a told mate come as A A B B C C: names less .1 and .2."""
    read = [pair_of(name) for name in names[: len(names) // 2 * 2]]
    firsts, seconds = read[::2], read[1::2]
    return (
        len(firsts) >= FEWEST_PAIRS
        and all(_mates(one, two) for one, two in zip(firsts, seconds, strict=True))
        and all(one != two for one, two in pairwise(firsts))
    )


def _mates(one: tuple[str, str], two: tuple[str, str]) -> bool:
    """Whether names, as `pair_of` gives them, are of the two reads of a pair."""
    return one == two or (one[0] == two[0] and (one[1], two[1]) == ("1", "2"))


def first_mates(reads: Iterable[dnaio.SequenceRecord]) -> Iterator[dnaio.SequenceRecord]:
    """Leave out the second reads of pairs: by what names tell, or the second of equal names."""
    waiting: tuple[str, str] | None = None
    for read in reads:
        mate = mate_of(read.name)
        name = None if mate else pair_of(read.name)
        if mate == 2 or (name and waiting and _mates(waiting, name)):
            waiting = None
        else:
            waiting = name
            yield read


def letters_of(sequence: str) -> str:
    """Bases of a read in the alphabet of the references: capitals, T in place of U."""
    if sequence.isupper() and "U" not in sequence:
        return sequence
    return sequence.upper().replace("U", "T")
