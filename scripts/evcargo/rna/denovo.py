"""Find a 3' adapter that no table knows, from the reads alone.

The idea is DNApi's (Tsuji & Weng 2016, 10.1371/journal.pone.0164228): the adapter is the sequence
that follows the inserts, and is extended from a short piece as long as one letter dominates. Here,
pieces are not ranked by the reads that hold them, which a frequent miRNA would win, but by the
number of different ends of inserts that they follow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median_low

PIECE, SHORTEST, CONTEXT = 9, 6, 8
LEAST_LETTERS = 10
READS = 5_000
# A letter of the adapter is that of nearly all reads but for sequencing errors; the letters of an
# insert's end, and those of identifiers, are not.
DOMINANT = 0.8
# Pieces of the adapter are in nearly as many reads as the most frequent piece, and follow many
# different ends.
NEARLY_BEST, VARIABLE = 0.5, 0.1
FEWEST_LENGTHS, LENGTH_SHARE = 5, 0.01
LONGEST = 24


@dataclass(frozen=True)
class Found:
    """A sequence that follows inserts.

    Parameters
    ----------
    adapter
        The sequence; of one letter only if the inserts have a tail.
    share
        Share of the reads that hold its first letters.
    lengths
        Lengths of what lies before it, in at least 1 % of the reads that hold it.
    """

    adapter: str
    share: float
    lengths: int

    @property
    def convincing(self) -> bool:
        """Whether it is long, no tail, and what lies before it has several lengths."""
        return (
            len(self.adapter) >= LEAST_LETTERS
            and len(set(self.adapter[:LEAST_LETTERS])) > 2
            and self.lengths >= FEWEST_LENGTHS
        )


def find_adapter(reads: Iterable[str]) -> Found:
    """Find the sequence that follows the inserts of reads.

    Parameters
    ----------
    reads
        Sequences of reads; the first `READS` different ones are looked at.

    Returns
    -------
    Found
        The best guess; an empty adapter if there are no reads that are long enough.
    """
    counted = Counter(reads)
    different = list(islice(counted, READS))
    places, behind = _places(different)
    if not places:
        return Found("", 0, 0)
    most_reads, most_ends = max(map(len, places.values())), max(map(len, behind.values()))
    frequent = [
        piece
        for piece, here in places.items()
        if len(here) >= NEARLY_BEST * most_reads and len(behind[piece]) >= VARIABLE * most_ends
    ]
    # The first of them: a second adapter may follow the first, with an identifier between them.
    piece = min(frequent, key=lambda one: (median_low(places[one]), one))
    return _evidence(_extended(piece, different), counted)


def _places(reads: Sequence[str]) -> tuple[dict[str, list[int]], dict[str, set[str]]]:
    """Give for each piece its first place in each read, and the different letters before it."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    behind: defaultdict[str, set[str]] = defaultdict(set)
    for read in reads:
        first: dict[str, int] = {}
        for place in range(len(read) - PIECE + 1):
            first.setdefault(read[place : place + PIECE], place)
        for piece, place in first.items():
            places[piece].append(place)
            behind[piece].add(read[max(place - CONTEXT, 0) : place])
    return places, behind


def _extended(piece: str, reads: Sequence[str]) -> str:
    """Drop what the piece has of a frequent insert; add letters while one dominates."""
    while len(piece) > SHORTEST:
        heads = [read.partition(piece[1:])[0] for read in reads if piece[1:] in read]
        if _dominant(_votes(heads)) == piece[0]:
            break
        piece = piece[1:]
    heads = [read.partition(piece)[0] for read in reads if piece in read]
    adapter = piece
    while letter := _dominant(_votes(heads)):
        adapter = letter + adapter
        heads = [head[:-1] for head in heads if head[-1:] == letter]
    parts = (read.partition(adapter) for read in reads)
    tails = {(head, tail) for head, found, tail in parts if found}
    while len(adapter) < LONGEST and (letter := _dominant(tail[:1] for _, tail in tails)):
        adapter += letter
        tails = {(head, tail[1:]) for head, tail in tails if tail[:1] == letter}
    return adapter[:LONGEST]


def _votes(heads: Iterable[str]) -> Iterator[str]:
    """Last letters, one vote for all heads alike before it: a frequent insert has one vote."""
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for head in heads:
        before[head[-CONTEXT - 1 : -1]][head[-1:]] += 1
    return (letters.most_common(1)[0][0] for letters in before.values())


def _dominant(letters: Iterable[str]) -> str:
    """Letter that nearly all have, empty if there is none; ends of reads do not vote."""
    counts = Counter(letter for letter in letters if letter)
    if counts.total() < FEWEST_LENGTHS:
        return ""
    letter, count = counts.most_common(1)[0]
    return letter if count >= DOMINANT * counts.total() else ""


def _evidence(adapter: str, reads: Counter[str]) -> Found:
    start = adapter[:LEAST_LETTERS]
    lengths: Counter[int] = Counter()
    for read, count in reads.items():
        place = read.find(start)
        if place >= 0:
            lengths[place] += count
    holding = lengths.total()
    several = sum(1 for count in lengths.values() if count >= LENGTH_SHARE * holding)
    return Found(adapter, holding / max(reads.total(), 1), several)
