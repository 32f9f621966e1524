"""First letters of the known miRNAs: where in the reads they begin, and of which organism they are.

Most miRNAs of human, mouse and rat are alike, so that reads of one are counted on the miRNAs of
another without complaint; the first letters of a few hundred tell the organisms apart. Wherever
miRNAs begin, there the inserts begin: reads that begin with a barcode or with random bases show it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Items
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan

from evcargo.rna.fasta import Sequence, read_fasta
from evcargo.rna.sheet import BEGINNINGS, HAIRPIN, MATURE, ORGANISMS, SHIPPED

LETTERS = 18
"""First letters that are compared, nt: too many to agree by chance, and in nearly every insert."""
FARTHEST = 30
"""Bases before the insert up to which miRNAs are looked for, and that a kit may have, nt."""
FEWEST_READS, FEWEST_MIRNAS = 20, 3
"""Reads, and different miRNAs among them, that say anything about a whole file."""
TIMES = 10
"""How many times more miRNAs begin at a place than at another that cannot be the right one. Of six
real libraries, at most 12 % of the miRNA reads begin 1 or 2 nt late, and 0.2 % later."""
HUMAN, MOUSE, RAT = "human", "mouse", "rat"
RODENT = "mouse or rat"


@dataclass(frozen=True)
class Beginnings:
    """First letters of mature miRNAs.

    Parameters
    ----------
    lengths
        First `LETTERS` letters -> length of the miRNA, nt, of all miRNAs of human, mouse and rat.
    groups
        First letters that only human, or only mouse or rat have -> `HUMAN` or `RODENT`.
    rodents
        First letters of miRNAs that are called alike in mouse and rat but differ -> `MOUSE` or
        `RAT`. Only those, since most miRNAs of rats are in no database yet.
    names
        First letters of `groups` and `rodents` -> name of a miRNA.
    """

    lengths: Mapping[str, int]
    groups: Mapping[str, str]
    rodents: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Start:
    """Where the miRNAs of reads begin.

    Parameters
    ----------
    offset
        Bases before them, nt.
    mirnas
        First letters of a miRNA -> reads that have them there.
    before
        Letters before them -> reads.
    behind
        Bases between the end of the miRNA and the adapter, nt -> reads.
    """

    offset: int
    mirnas: Counter[str]
    before: Counter[str]
    behind: Counter[int]

    @property
    def reads(self) -> int:
        """Reads with a miRNA there."""
        return self.mirnas.total()


@lru_cache(maxsize=1)
def read_beginnings(paths: tuple[str, ...]) -> Beginnings:
    """Read the first letters of the shipped miRNAs.

    Parameters
    ----------
    paths
        The files `evcargo.rna.sheet.BEGINNINGS` of ``resources/rna``, in this order.
    """
    records = dict(zip(BEGINNINGS, map(read_fasta, paths), strict=True))
    matures = {name: _first_letters(records[SHIPPED[name][MATURE]]) for name in ORGANISMS}
    inside = {name: _words(records[SHIPPED[name][HAIRPIN]]) for name in ORGANISMS}
    groups = {
        first: HUMAN if name == HUMAN else RODENT
        for name in ORGANISMS
        for first in matures[name].values()
        if not any(first in inside[other] for other in _others(name))
    }
    rodents = dict(_differing(matures, inside))
    lengths = {
        record.letters[:LETTERS]: len(record.letters)
        for name in ORGANISMS
        for record in records[SHIPPED[name][MATURE]]
    }
    named = {
        first: name for organism in ORGANISMS for name, first in reversed(matures[organism].items())
    }
    return Beginnings(lengths, groups, rodents, named)


def _first_letters(records: Iterable[Sequence]) -> dict[str, str]:
    """Name of a mature miRNA -> its first letters."""
    return {
        record.name: record.letters[:LETTERS]
        for record in records
        if len(record.letters) >= LETTERS
    }


def _words(records: Iterable[Sequence]) -> set[str]:
    """All pieces of `LETTERS` letters of sequences."""
    return {
        record.letters[start : start + LETTERS]
        for record in records
        for start in range(len(record.letters) - LETTERS + 1)
    }


def _others(organism: str) -> tuple[str, ...]:
    """Organisms whose miRNAs an organism is to be told from: mouse and rat are one here."""
    return (MOUSE, RAT) if organism == HUMAN else (HUMAN,)


def _differing(
    matures: Mapping[str, Mapping[str, str]], inside: Mapping[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """First letters, and MOUSE or RAT, of miRNAs that have one name and differ between the two."""
    of_rat = {_plain(name): first for name, first in matures[RAT].items()}
    for name, of_mouse in matures[MOUSE].items():
        other = of_rat.get(_plain(name))
        if other and of_mouse not in inside[RAT] and other not in inside[MOUSE]:
            yield of_mouse, MOUSE
            yield other, RAT


def _plain(name: str) -> str:
    """Name of a miRNA without its species."""
    return name.partition("-")[2].casefold()


def read_start(reads: Mapping[str, int], known: Beginnings, adapter: str = "") -> list[Start]:
    """Look for miRNAs at each of the first places of reads.

    Parameters
    ----------
    reads
        Sequence of a read -> how many there are.
    known
        First letters of miRNAs.
    adapter
        First letters of the 3' adapter; empty if there is none.

    Returns
    -------
    list of Start
        One for each offset from 0 to `FARTHEST`.
    """
    starts = [Start(offset, Counter(), Counter(), Counter()) for offset in range(FARTHEST + 1)]
    for read, number in reads.items():
        for offset, start in enumerate(starts):
            first = read[offset : offset + LETTERS]
            length = known.lengths.get(first)
            if length is None:
                continue
            start.mirnas[first] += number
            start.before[read[:offset]] += number
            end = read.find(adapter, offset + LETTERS) if adapter else -1
            if end >= 0:
                start.behind[end - offset - length] += number
            break
    return starts


def other_start(starts: Items[Start], clip: int) -> Start | None:
    """Find the place where miRNAs begin, if it is not the expected one.

    Parameters
    ----------
    starts
        Of `read_start`.
    clip
        Bases before the insert that are expected, nt.

    Returns
    -------
    Start or None
        None where at least a tenth as many miRNAs begin at the expected place as at any other, or
        where there are too few miRNAs to tell.
    """
    best = max(starts, key=lambda start: start.reads)
    expected = starts[clip].reads if clip < len(starts) else 0
    enough = best.reads >= FEWEST_READS and len(best.mirnas) >= FEWEST_MIRNAS
    return best if enough and best.offset != clip and best.reads >= TIMES * expected else None


def organism_counts(inserts: Mapping[str, int], known: Beginnings) -> dict[str, dict[str, int]]:
    """Count inserts by the organism that their first letters tell.

    Parameters
    ----------
    inserts
        Insert -> reads.
    known
        First letters of miRNAs.

    Returns
    -------
    dict
        Each of human, mouse or rat, mouse, and rat -> name of the miRNA -> reads, most first.
    """
    counts: dict[str, Counter[str]] = {label: Counter() for label in (HUMAN, RODENT, MOUSE, RAT)}
    for insert, reads in inserts.items():
        first = insert[:LETTERS]
        for table in (known.groups, known.rodents):
            label = table.get(first)
            if label is not None:
                counts[label][known.names[first]] += reads
    return {label: dict(counter.most_common()) for label, counter in counts.items()}


def organism_share(counts: Mapping[str, Mapping[str, int]], organism: str) -> tuple[float, str]:
    """Share of the telling reads that are of an organism.

    Human is told from mouse and rat first, then mouse from rat; the smaller share counts.

    Parameters
    ----------
    counts
        Of `organism_counts`.
    organism
        Organism of the study.

    Returns
    -------
    share : float
        Fraction; NaN where too few reads tell.
    words : str
        What the share is of, or why there is none.
    """
    first = (HUMAN, RODENT) if organism == HUMAN else (RODENT, HUMAN)
    shares = [_share(counts, *first)]
    if organism != HUMAN and not isnan(shares[0][0]):
        shares.append(_share(counts, organism, RAT if organism == MOUSE else MOUSE))
    return min(shares, key=lambda share: (isnan(share[0]) and len(shares) > 1, share[0]))


def _share(counts: Mapping[str, Mapping[str, int]], label: str, other: str) -> tuple[float, str]:
    """Share of one of two labels among the reads of both, and words about it."""
    reads = {name: sum(counts.get(name, {}).values()) for name in (label, other)}
    total, most = sum(reads.values()), max(reads, key=lambda name: reads[name])
    if total < FEWEST_READS or len(counts[most]) < FEWEST_MIRNAS:
        return nan, f"too few reads ({total}) are of miRNAs that differ between {label} and {other}"
    examples = ", ".join(f"{name} {n:,}" for name, n in list(counts[most].items())[:3])
    words = (
        f"of the reads of miRNAs that differ between {label} and {other} are of {label}"
        f" ({reads[label]:,} of {total:,})"
    )
    if most != label:
        words += f"; these are reads of {likely_organism(counts)}: {examples}"
    return reads[label] / total, words


def likely_organism(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Organism that most telling reads are of; `mouse or rat` where they do not tell the two."""
    reads = {name: sum(mirnas.values()) for name, mirnas in counts.items()}
    if reads[HUMAN] >= reads[RODENT]:
        return HUMAN
    if reads[MOUSE] + reads[RAT] < FEWEST_READS or reads[MOUSE] == reads[RAT]:
        return RODENT
    return MOUSE if reads[MOUSE] > reads[RAT] else RAT
