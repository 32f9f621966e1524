"""Types of tRNA and Y RNA fragments, by where they begin and end on the whole RNA.

The types of tRNA fragments are those of MINTbase (Pliatsika 2016, 10.1093/bioinformatics/btw194,
and 2018, 10.1093/nar/gkx1075): halves are cut in the anticodon loop; tRF-5 and tRF-3 keep the 5' or
3' end, but do not reach the loop; i-tRF keep neither end. The cut of a half may lie up to 2 nt
before the loop, because fragments of 30 nt, which end at position 30, are counted as halves too.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

END_5P = 1
END_3P = 3
ANTICODON_AT = 33
SEARCHED = range(12, 46)
STEM, LOOP_SIDE = 5, 2
# Last letter before the cut of a half, counted from the first letter of the anticodon: positions
# 30 to 38 of a tRNA whose anticodon is at 34 to 36; the loop is 32 to 38.
FIRST_CUT, LAST_CUT = -4, 4
_NAMED_ANTICODON = re.compile(r"-([ACGTN]{3})(?=-|$|/)")
_PAIRS = frozenset(["AT", "TA", "GC", "CG", "GT", "TG"])

Piece = tuple[str, str, int, int, int]


def anticodon_start(feature: str, letters: str) -> int:
    """0-based start of the anticodon.

    The letters of the feature's name are searched at positions 13 to 46; of several places, the one
    whose flanks pair best as a stem of 5 around a loop of 7 wins, then the one nearest position 34.
    A name without an anticodon, or whose letters are not there, gives position 34, where the
    anticodon of the standard numbering (Sprinzl 1998, 10.1093/nar/26.1.148) begins.
    """
    named = _NAMED_ANTICODON.search(feature)
    if not named:
        return ANTICODON_AT
    places = [start for start in SEARCHED if letters.startswith(named[1], start)]
    return min(
        places,
        key=lambda start: (-_stem_pairs(letters, start), abs(start - ANTICODON_AT), start),
        default=ANTICODON_AT,
    )


def _stem_pairs(letters: str, anticodon: int) -> int:
    before, after = anticodon - LOOP_SIDE - 1, anticodon + 3 + LOOP_SIDE
    pairs = ((before - n, after + n) for n in range(STEM))
    return sum(
        one >= 0 and other < len(letters) and letters[one] + letters[other] in _PAIRS
        for one, other in pairs
    )


def trna_type(start: int, end: int, length: int, anticodon: int) -> str:
    """Type of a tRNA fragment.

    Parameters
    ----------
    start, end
        0-based bounds on the mature tRNA with its CCA end.
    length
        nt of that tRNA.
    anticodon
        0-based start of the anticodon.

    Returns
    -------
    str
        whole, 5' half, 3' half, tRF-5, tRF-3, i-tRF, and long 5' or long 3' for a fragment that
        keeps one end and reaches beyond the anticodon loop.
    """
    at_5p, at_3p = start <= END_5P, length - end <= END_3P
    if at_5p and at_3p:
        return "whole"
    if at_5p:
        cut = end - 1 - anticodon
        return "tRF-5" if cut < FIRST_CUT else "5' half" if cut <= LAST_CUT else "long 5'"
    if at_3p:
        cut = start - 1 - anticodon
        return "tRF-3" if cut > LAST_CUT else "3' half" if cut >= FIRST_CUT else "long 3'"
    return "i-tRF"


def end_type(start: int, end: int, length: int) -> str:
    """Type of a fragment of any other RNA: whole, 5' fragment, 3' fragment or internal."""
    at_5p, at_3p = start <= END_5P, length - end <= END_3P
    if at_5p and at_3p:
        return "whole"
    return "5' fragment" if at_5p else "3' fragment" if at_3p else "internal"


def typed_fragments(
    pieces: Mapping[Piece, float], letters: Sequence[str]
) -> Iterator[tuple[str, str, str, float]]:
    """Sum reads by type of fragment.

    Parameters
    ----------
    pieces
        (class, feature, reference, start, end) -> reads.
    letters
        References by number.

    Yields
    ------
    rna_class, feature, kind : str
        Sorted.
    reads : float
        They sum to the reads of the pieces.
    """
    anticodons: dict[int, int] = {}
    reads: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for (rna_class, feature, number, start, end), share in pieces.items():
        whole = letters[number]
        if rna_class == "tRNA":
            if number not in anticodons:
                anticodons[number] = anticodon_start(feature, whole)
            kind = trna_type(start, end, len(whole), anticodons[number])
        else:
            kind = end_type(start, end, len(whole))
        reads[rna_class, feature, kind] += share
    for key in sorted(reads):
        yield (*key, round(reads[key], 6))
