"""Molecules behind reads with a molecular identifier (UMI)."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from math import log1p
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RARE_NEIGHBOUR = 0.01
CHUNK = 100_000

Whole = NDArray[np.int64]
Hashes = NDArray[np.uint64]


class Texts(NamedTuple):
    """Sequences as numbers.

    Parameters
    ----------
    letters
        ASCII codes, one row for each sequence; 0 behind its end.
    lengths
        Letters of each sequence.
    hashes
        Sum, modulo 2^64, of a random number for each letter at its place and one for the length:
        what is left without the number of one letter is the same for all sequences that differ
        there only.
    table
        Those random numbers: place x code.
    """

    letters: NDArray[np.uint8]
    lengths: NDArray[np.int32]
    hashes: Hashes
    table: Hashes


def count_molecules(copies: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Count the molecules of each insert: its distinct identifiers, less sequencing errors.

    An (insert, identifier) pair is taken for an error of another one if they differ by one
    substitution, in either part, and the other one has at least 2 n - 1 reads (the `directional`
    rule of UMI-tools, Smith 2017, 10.1101/gr.209601.116). Where so many identifiers of an insert
    are in use that chance alone makes neighbours, it needs 2 n reads, and the count is corrected
    for what chance takes away, see `_crowded`.

    Neighbours are found by sorting hashes of 64 bits, about 70 bytes of memory for a pair: of ten
    million pairs, the odds that any two are confused are about one in 10,000.

    Parameters
    ----------
    copies
        (insert, identifier) -> reads. ASCII letters.

    Returns
    -------
    Counter
        Insert -> molecules, at most its reads.
    """
    if not copies:
        return Counter()
    numbers: dict[str, int] = {}
    of_pair = (numbers.setdefault(insert, len(numbers)) for insert, _ in copies)
    which: NDArray[np.int32] = np.fromiter(of_pair, np.int32, len(copies))
    reads = np.fromiter(copies.values(), np.int64, len(copies))
    umis = _texts([umi for _, umi in copies], seed=1)
    inserts = _texts(numbers, seed=2)
    several = np.flatnonzero(~_is_alone(umis.hashes))
    wrong = _errors(inserts, which[several], umis.hashes[several], reads[several], crowded=False)
    kept = np.delete(np.arange(len(reads)), several[wrong])
    del several, wrong
    return _by_insert(list(numbers), which[kept], umis, kept, reads[kept])


def _by_insert(
    names: list[str], which: NDArray[np.int32], umis: Texts, rows: Whole, reads: Whole
) -> Counter[str]:
    """Molecules of each insert from its pairs: number of the insert, row of the identifier."""
    used = np.bincount(which, minlength=len(names))
    lengths = np.zeros(len(names), np.int64)
    if umis.lengths.min() == umis.lengths.max():
        lengths[:] = umis.lengths[0]
    else:  # kits differ: the first identifier of an insert counts, and is the last to be written
        order = np.argsort(_sortable(umis)[rows])[::-1]
        lengths[which[order]] = umis.lengths[rows[order]]
    crowded = used * 3 * lengths > RARE_NEIGHBOUR * 4.0**lengths
    plain = np.flatnonzero((used > 1)[which] & ~crowded[which])
    groups = _texts(names, seed=3).hashes[which[plain]]
    wrong = _errors(umis, rows[plain], groups, reads[plain], crowded=False)
    molecules = used - np.bincount(which[plain[wrong]], minlength=len(names))
    by_group = np.argsort(np.where(crowded[which], which, -1), kind="stable")
    ends = np.cumsum([(~crowded[which]).sum(), *used[crowded]])
    for insert, start, end in zip(np.flatnonzero(crowded), ends, ends[1:], strict=False):
        some = by_group[start:end]
        some = some[np.argsort(_sortable(umis)[rows[some]])]
        molecules[insert] = _crowded(umis, rows[some], reads[some], int(lengths[insert]))
    there = np.flatnonzero(used)
    return Counter({names[n]: int(molecules[n]) for n in there})


def _crowded(umis: Texts, rows: Whole, reads: Whole, length: int) -> int:
    """Count molecules where the identifiers of true molecules are neighbours by chance.

    Of the true identifiers with n reads, chance puts a share p next to one with 2 n reads or more,
    where the rule takes them for errors: p = 1 - (1 - k / 4^L)^(3 L) for k such identifiers of L
    letters. What the rule keeps is divided by 1 - p. Neighbours of one read each, beyond those that
    chance makes, are molecules of two reads with an error in one of them. Molecules that drew the
    same identifier are added as in Fu 2011 (10.1073/pnas.1017621108): n = -4^L ln(1 - m / 4^L).
    """
    space = 4**length
    original = ~_errors(umis, rows, np.zeros(len(rows), np.uint64), reads, crowded=True)
    kept = Counter(reads[original].tolist())
    single = rows[original & (reads == 1)]
    chance = len(single) ** 2 * 3 * length / (2 * space)
    counts = np.sort(reads)
    used = -max(_neighbours(umis, single) - chance, 0.0)
    for number, identifiers in kept.items():
        larger = len(counts) - int(np.searchsorted(counts, 2 * number))
        used += identifiers / max(1 - larger / space, 1 / space) ** (3 * length)
    molecules = -space * log1p(-min(used, space - 1) / space)
    return min(round(molecules), int(counts.sum()))


def _errors(
    texts: Texts, rows: NDArray[Any], groups: Hashes, reads: Whole, crowded: bool
) -> NDArray[np.bool_]:
    """Tell which sequences are errors of another one of their group.

    Of sequences that differ at one place only, the one with most reads (of equal ones the last by
    letter) is no error of the others, and any other is one if that has enough reads.
    """
    wrong = np.zeros(len(rows), np.bool_)
    for some in _chunks(groups):
        wrong[some] = _errors_of(texts, rows[some], groups[some], reads[some], crowded)
    return wrong


def _chunks(groups: Hashes) -> Iterator[Whole]:
    """Places of about `CHUNK` members at a time, of whole groups, so that memory stays small."""
    order = np.argsort(groups)
    ordered = groups[order]
    start = 0
    while start < len(order):
        last = ordered[min(start + CHUNK, len(order)) - 1]
        end = int(np.searchsorted(ordered, last, side="right"))
        yield order[start:end]
        start = end


def _errors_of(
    texts: Texts, rows: NDArray[Any], groups: Hashes, reads: Whole, crowded: bool
) -> NDArray[np.bool_]:
    wrong = np.zeros(len(rows), np.bool_)
    hashes = groups + texts.hashes[rows]
    for masked, letters in zip(texts.table, texts.letters[rows].T.copy(), strict=True):
        keys = hashes - masked[letters]
        some = _shared(keys, letters)
        some = some[np.lexsort((letters[some], reads[some], keys[some]))]
        last = np.append(keys[some][1:] != keys[some][:-1], True)[: len(some)]
        best = reads[some[last]][np.cumsum(last) - last]
        needed = 2 * reads[some] - (0 if crowded else 1)
        wrong[some] |= ~last & (best >= needed)
    return wrong


def _neighbours(texts: Texts, rows: Whole) -> int:
    """Count the pairs of sequences that differ by one letter."""
    pairs = 0
    hashes = texts.hashes[rows]
    for masked, letters in zip(texts.table, texts.letters[rows].T.copy(), strict=True):
        keys = hashes - masked[letters]
        _, sizes = np.unique(keys[_shared(keys, letters)], return_counts=True)
        pairs += int((sizes * (sizes - 1)).sum()) // 2
    return pairs


def _shared(keys: Hashes, letters: NDArray[np.uint8]) -> Whole:
    """Rows whose key another row has too; sequences that end before this place have no letter."""
    rows = np.flatnonzero(letters)
    return rows[~_is_alone(keys[rows])]


def _is_alone(keys: Hashes) -> NDArray[np.bool_]:
    """Whether a key occurs once."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = np.concatenate(([False], ordered[1:] == ordered[:-1], [False]))
    alone = np.empty(len(keys), np.bool_)
    alone[order] = ~(same[1:] | same[:-1])[: len(keys)]
    return alone


def _texts(texts: Collection[str], seed: int) -> Texts:
    lengths = np.fromiter(map(len, texts), np.int32, len(texts))
    width = int(lengths.max())
    size = (width + 1, max(256, width + 1))
    table = np.random.default_rng(seed).integers(2**64, size=size, dtype=np.uint64)
    letters = np.empty((len(texts), width), np.uint8)
    hashes = table[width][lengths]
    waiting, start = iter(texts), 0
    while block := [one.ljust(width, "\0") for one in islice(waiting, CHUNK)]:
        codes = np.frombuffer("".join(block).encode("ascii"), np.uint8).reshape(-1, width)
        end = start + len(codes)
        letters[start:end] = codes
        for masked, column in zip(table, codes.T, strict=False):
            hashes[start:end] += masked[column]
        start = end
    return Texts(letters, lengths, hashes, table[:width])


def _sortable(texts: Texts) -> NDArray[np.bytes_]:
    """Sequences as fixed-width text, a view."""
    view: NDArray[np.bytes_] = texts.letters.view(f"S{texts.letters.shape[1]}")[:, 0]
    return view
