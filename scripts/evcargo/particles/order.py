"""Bins in order of size, and what it means where they are not."""

from collections.abc import Sequence

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.particles.bins import Floats

_FEWEST = 3  # rows of a second distribution below the first
_SAME_TOTAL = 0.01  # relative difference of the totals of one distribution in two kinds of bins


def in_order(
    sizes: Sequence[Floats], amounts: Floats, lines: Sequence[str], twice: bool
) -> tuple[list[Floats], Floats, list[str], list[str]]:
    """Bring bins into ascending order.

    Parameters
    ----------
    sizes
        Columns of sizes (one, or starts and ends).
    amounts, lines
        Amount of each bin, and its file and line for messages.
    twice
        Whether the program writes the distribution once more in other bins.

    Returns
    -------
    sizes, amounts, lines, notes
        Ordered; the notes say what was done.

    Raises
    ------
    EvcargoError
        If two distributions stand below each other, or a size is there twice.
    """
    first = sizes[0]
    steps = np.diff(first)
    notes: list[str] = []
    used = np.arange(len(first))
    again = np.flatnonzero(steps < 0)
    if len(again) == 1 and _is_second_block(first, int(again[0]) + 1):
        start = int(again[0]) + 1
        totals = [float(part.sum()) for part in (amounts[:start], amounts[start:])]
        if not twice and abs(totals[0] - totals[1]) > _SAME_TOTAL * abs(totals[0]):
            raise EvcargoError(
                f"{lines[start]}: the sizes start again: two distributions stand below each other."
                " Give each in a file of its own"
            )
        used = used[:start]
        notes.append("the same distribution stands below in other bins, which are not read")
    elif (steps < 0).all():
        used = used[::-1]
    elif (steps < 0).any():
        used = np.argsort(first, kind="stable")
        notes.append("rows were not in order of size")
    ordered = first[used]
    equal = np.flatnonzero(np.diff(ordered) == 0)
    if len(equal):
        at = max(int(used[equal[0]]), int(used[equal[0] + 1]))
        raise EvcargoError(
            f"{lines[at]}: size {first[at]:g} nm is there twice: the file holds several"
            " distributions, one row per particle, or sizes that were rounded. Give a table of the"
            " size bins of one distribution, as the instrument writes it"
        )
    return [column[used] for column in sizes], amounts[used], [lines[int(i)] for i in used], notes


def _is_second_block(sizes: Floats, start: int) -> bool:
    """Whether the sizes from here on begin again within the range of those above."""
    if min(start, len(sizes) - start) < _FEWEST:
        return False
    return bool(sizes[start] < sizes[start - 1] and sizes[-1] > sizes[0])
