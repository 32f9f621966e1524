"""The counting of molecules one sequence at a time: slow, plain, and to be compared with."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from math import log1p
from operator import itemgetter

RARE_NEIGHBOUR = 0.01


def count_molecules(copies: Counter[tuple[str, str]]) -> Counter[str]:
    """Count the molecules of each insert: its distinct identifiers, less sequencing errors.

    An (insert, identifier) pair is taken for an error of another one if they differ by one
    substitution, in either part, and the other one has at least 2 n - 1 reads (the `directional`
    rule of UMI-tools, Smith 2017, 10.1101/gr.209601.116). Where so many identifiers of an insert
    are in use that chance alone makes neighbours, it needs 2 n reads, and the count is corrected
    for what chance takes away, see `_crowded`.

    Parameters
    ----------
    copies
        (insert, identifier) -> reads.

    Returns
    -------
    Counter
        Insert -> molecules, at most its reads.
    """
    by_insert: defaultdict[str, dict[str, int]] = defaultdict(dict)
    identifier = itemgetter(1)
    for umi, pairs in groupby(sorted(copies, key=identifier), key=identifier):
        inserts = {pair[0]: copies[pair] for pair in pairs}
        for insert in _originals(inserts, crowded=False):
            by_insert[insert][umi] = inserts[insert]
    molecules: Counter[str] = Counter()
    for insert, umis in by_insert.items():
        length = len(next(iter(umis)))
        if len(umis) * 3 * length > RARE_NEIGHBOUR * 4**length:
            molecules[insert] = _crowded(umis, length)
        else:
            molecules[insert] = sum(1 for _ in _originals(umis, crowded=False))
    return molecules


def _crowded(umis: dict[str, int], length: int) -> int:
    """Count molecules where the identifiers of true molecules are neighbours by chance.

    Of the true identifiers with n reads, chance puts a share p next to one with 2 n reads or more,
    where the rule takes them for errors: p = 1 - (1 - k / 4^L)^(3 L) for k such identifiers of L
    letters. What the rule keeps is divided by 1 - p. Neighbours of one read each, beyond those that
    chance makes, are molecules of two reads with an error in one of them. Molecules that drew the
    same identifier are added as in Fu 2011 (10.1073/pnas.1017621108): n = -4^L ln(1 - m / 4^L).
    """
    space = 4**length
    originals = list(_originals(umis, crowded=True))
    kept = Counter(umis[umi] for umi in originals)
    single = dict.fromkeys((umi for umi in originals if umis[umi] == 1), 1)
    pairs = sum(1 for umi in single for _ in _neighbours(umi, single)) / 2
    chance = len(single) ** 2 * 3 * length / (2 * space)
    counts = sorted(umis.values())
    used = -max(pairs - chance, 0.0)
    for reads, number in kept.items():
        larger = len(counts) - bisect_left(counts, 2 * reads)
        used += number / max(1 - larger / space, 1 / space) ** (3 * length)
    molecules = -space * log1p(-min(used, space - 1) / space)
    return min(round(molecules), sum(counts))


def _originals(reads: dict[str, int], crowded: bool) -> Iterator[str]:
    """Give the sequences that are no error of another one."""
    if len(reads) == 1:
        yield from reads
        return
    most = max(reads.values())
    for sequence, count in reads.items():
        needed = 2 * count if crowded else 2 * count - 1
        if needed > most or not any(
            (reads[near], near) > (count, sequence) and reads[near] >= needed
            for near in _neighbours(sequence, reads)
        ):
            yield sequence


def _neighbours(sequence: str, among: dict[str, int]) -> Iterator[str]:
    if len(among) <= 3 * len(sequence):
        for other in among:
            if len(other) == len(sequence) and _differences(other, sequence) == 1:
                yield other
        return
    for place, letter in enumerate(sequence):
        head, tail = sequence[:place], sequence[place + 1 :]
        for other in "ACGT":
            if other != letter and (near := f"{head}{other}{tail}") in among:
                yield near


def _differences(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second, strict=True))
