"""Places of distinct inserts on the references: bwa aln, best stratum, sense strand."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pybwa import BwaAln, BwaAlnOptions
from pybwa.libbwaindex import _set_bwa_idx_verbosity
from pysam import AlignedSegment, FastxRecord

MAX_MISMATCHES = 1
MAX_PLACES = 5_000
BATCH = 50_000

_set_bwa_idx_verbosity(1)  # it writes to the terminal, past the log of the job


class Place(NamedTuple):
    """Where an insert lies.

    Number of the reference, 0-based start and end, mismatches; `tail` letters at the 3' end of the
    insert lie beyond the end (see `evcargo.rna.tails`).
    """

    reference: int
    start: int
    end: int
    mismatches: int
    tail: int = 0


def align(
    inserts: Sequence[str], index: str | Path, mismatches: int = MAX_MISMATCHES
) -> Iterator[tuple[str, list[Place]]]:
    """Find all best places of each insert, without gaps, on the sense strand.

    The settings give the places of ``bowtie -v 1 -a --best --strata --norc``.

    Parameters
    ----------
    inserts
        DNA letters, no N.
    index
        FASTA whose bwa index lies beside it; its sequences are named by number.
    mismatches
        Mismatches allowed.

    Yields
    ------
    insert : str
        In the order given.
    places : list of Place
        Sorted; all have the same, smallest number of mismatches. Empty if there is none.
    """
    lengths = [len(letters) for letters in read_letters(index)]
    for insert, found in align_all(inserts, index, mismatches):
        if found.reference_id < 0:
            yield insert, []
            continue
        length = len(insert)
        places = [one for one in _sense(found, length) if one.end <= lengths[one.reference]]
        if len(places) > 1:
            fewest = min(place.mismatches for place in places)
            places = sorted({place for place in places if place.mismatches == fewest})
        yield insert, places


def align_all(
    inserts: Sequence[str], index: str | Path, mismatches: int, places: int = MAX_PLACES
) -> Iterator[tuple[str, AlignedSegment]]:
    """Each insert with what bwa aln says of it: both strands, no gaps, at most so many places."""
    options = BwaAlnOptions(
        max_mismatches=mismatches,
        max_gap_opens=0,
        seed_length=100,
        stop_at_max_best_hits=places,
        max_hits=places,
    )
    waiting = iter(inserts)
    with BwaAln(prefix=index) as aligner:
        while batch := list(islice(waiting, BATCH)):
            queries = [FastxRecord(name="i", sequence=insert) for insert in batch]
            yield from zip(batch, aligner.align(queries, options), strict=True)


def read_letters(fasta: str | Path) -> list[str]:
    """Letters of the references by number: the FASTA of `evcargo.rna.reference.build_reference`."""
    with Path(fasta).open(encoding="ascii") as stream:
        return [line.rstrip("\n") for line in islice(stream, 1, None, 2)]


def _sense(found: AlignedSegment, length: int) -> list[Place]:
    """All sense places; bwa reports one of them as the alignment, the others in its XA tag."""
    places = []
    if not found.is_reverse:
        start = found.reference_start
        places.append(Place(found.reference_id, start, start + length, int(found.get_tag("NM"))))
    if found.has_tag("XA"):
        for other in str(found.get_tag("XA")).split(";")[:-1]:
            reference, position, _, mismatches = other.split(",")
            if position[0] == "+":
                start = int(position[1:]) - 1
                places.append(Place(int(reference), start, start + length, int(mismatches)))
    return places
