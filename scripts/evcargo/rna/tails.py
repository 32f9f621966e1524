"""Mature miRNAs with non-templated letters at their 3' end, which fit no reference as they are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from evcargo.rna.align import align
from evcargo.rna.assign import MAX_SHIFT_5P, Call, Catalogue
from evcargo.rna.reference import MIRNA

MAX_TAIL = 3
MIN_REST = 16


class Tails:
    """Finds the part of an insert that a hairpin codes for.

    An insert that fits no reference is tried again without its last 1, 2 or 3 letters (as miRge
    does). The rest must have at least 16 letters, lie on a hairpin without a mismatch, and begin
    within 2 nt of a mature miRNA. Any letters may be the tail: A and U are usual, but two wrong
    letters at the end of a read look the same, and either way the miRNA is known.

    Parameters
    ----------
    letters
        References by number.
    features
        Table of contract ``rna_features``.
    """

    def __init__(self, letters: Sequence[str], features: pd.DataFrame) -> None:
        self._letters = letters
        self._beginnings: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        matures = features.loc[features["class"] == MIRNA, ["reference", "start"]]
        for number, mature_start in matures.itertuples(index=False):
            for start in range(
                max(mature_start - MAX_SHIFT_5P, 0), mature_start + 1 + MAX_SHIFT_5P
            ):
                beginning = letters[number][start : start + MIN_REST]
                if len(beginning) == MIN_REST:
                    self._beginnings[beginning].add((number, start))

    def rest(self, insert: str) -> str:
        """Return the insert without its tail, the longest rest that fits; empty if none does."""
        places = self._beginnings.get(insert[:MIN_REST])
        if places is None:
            return ""
        for tail in range(1, MAX_TAIL + 1):
            rest = insert[:-tail]
            if len(rest) >= MIN_REST and any(
                self._letters[number].startswith(rest, start) for number, start in places
            ):
                return rest
        return ""


def tailed(
    inserts: Sequence[str], tails: Tails, index: str | Path, catalogue: Catalogue
) -> Iterator[tuple[str, list[Call]]]:
    """Call inserts that fit no reference as mature miRNAs with a tail.

    The rest of an insert is aligned with all references, and is only taken as a miRNA where it
    would count as one by itself: a rest that fits a class of higher priority, or a hairpin outside
    of its matures, stays unassigned.

    Yields
    ------
    insert : str
        In the order given.
    calls : list of Call
        Their places end before the tail. Empty if the insert is no tailed miRNA.
    """
    rests = {insert: rest for insert in inserts if (rest := tails.rest(insert))}
    distinct = list(dict.fromkeys(rests.values()))
    places = dict(align(distinct, index, mismatches=0))
    for insert in inserts:
        rest = rests.get(insert, "")
        if not rest:
            yield insert, []
            continue
        tail = len(insert) - len(rest)
        found = [place._replace(tail=tail) for place in places.get(rest, ())]
        calls = catalogue.calls(found)
        yield insert, calls if calls and calls[0].rna_class == MIRNA else []
