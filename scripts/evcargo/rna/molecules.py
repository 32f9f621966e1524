"""Molecules behind reads with a molecular identifier (UMI)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

RARE_NEIGHBOUR = 0.01


def count_molecules(copies: Counter[tuple[str, str]]) -> Counter[str]:
    """Count the molecules of each insert: its distinct identifiers, less sequencing errors.

    An (insert, identifier) pair is taken for an error of another one if they differ by one
    substitution, in either part, and the other one has at least 2 n - 1 reads (the `directional`
    rule of UMI-tools, Smith 2017, 10.1101/gr.209601.116). Where so many identifiers of an insert
    are in use that chance alone makes neighbours, it needs 2 n reads.

    Parameters
    ----------
    copies
        (insert, identifier) -> reads.

    Returns
    -------
    Counter
        Insert -> molecules.
    """
    by_umi: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (insert, umi), reads in copies.items():
        by_umi[umi][insert] = reads
    by_insert: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for umi, inserts in by_umi.items():
        for insert in _originals(inserts, crowded=False):
            by_insert[insert][umi] = inserts[insert]
    molecules: Counter[str] = Counter()
    for insert, umis in by_insert.items():
        length = len(next(iter(umis)))
        crowded = len(umis) * 3 * length > RARE_NEIGHBOUR * 4**length
        molecules[insert] = sum(1 for _ in _originals(umis, crowded))
    return molecules


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
