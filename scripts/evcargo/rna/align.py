"""Places of distinct inserts on the references: bwa aln, best stratum, sense strand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pybwa import BwaAln, BwaAlnOptions
from pybwa.libbwaindex import _set_bwa_idx_verbosity
from pysam import AlignedSegment, FastxRecord

MAX_MISMATCHES = 1
MAX_PLACES = 5_000
BATCH = 50_000

_set_bwa_idx_verbosity(1)  # it writes to the terminal, past the log of the job


@dataclass(frozen=True, order=True)
class Place:
    """Where an insert lies: number of the reference, 0-based start and end, mismatches."""

    reference: int
    start: int
    end: int
    mismatches: int


def align(inserts: Sequence[str], index: str | Path) -> Iterator[tuple[str, list[Place]]]:
    """Find all best places of each insert, without gaps, on the sense strand.

    The settings give the places of ``bowtie -v 1 -a --best --strata --norc``.

    Parameters
    ----------
    inserts
        DNA letters, no N.
    index
        FASTA whose bwa index lies beside it; its sequences are named by number.

    Yields
    ------
    insert : str
        In the order given.
    places : list of Place
        Sorted; all have the same, smallest number of mismatches. Empty if there is none.
    """
    options = BwaAlnOptions(
        max_mismatches=MAX_MISMATCHES,
        max_gap_opens=0,
        seed_length=100,
        stop_at_max_best_hits=MAX_PLACES,
        max_hits=MAX_PLACES,
    )
    waiting = iter(inserts)
    with BwaAln(prefix=index) as aligner:
        while batch := list(islice(waiting, BATCH)):
            queries = [FastxRecord(name="i", sequence=insert) for insert in batch]
            for insert, found in zip(batch, aligner.align(queries, options), strict=True):
                yield insert, _best(found, len(insert))


def _best(found: AlignedSegment, length: int) -> list[Place]:
    if found.reference_id < 0:
        return []
    lengths = found.header.lengths
    places = [place for place in _sense(found, length) if place.end <= lengths[place.reference]]
    fewest = min((place.mismatches for place in places), default=0)
    return sorted({place for place in places if place.mismatches == fewest})


def _sense(found: AlignedSegment, length: int) -> Iterator[Place]:
    """All sense places; bwa reports one of them as the alignment, the others in its XA tag."""
    if not found.is_reverse:
        start = found.reference_start
        yield Place(found.reference_id, start, start + length, int(found.get_tag("NM")))
    if found.has_tag("XA"):
        for other in str(found.get_tag("XA")).split(";")[:-1]:
            reference, position, _, mismatches = other.split(",")
            if position[0] == "+":
                start = int(position[1:]) - 1
                yield Place(int(reference), start, start + length, int(mismatches))
