"""Exact test of the detection of proteins at two levels.

Without strata this is Fisher's exact test; with pairs, McNemar's (exact).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats

TIE = 1 + 1e-7  # probabilities of outcomes that are equal but for rounding


def exact_p_values(seen: Flags, test: Flags, strata: Sequence[str]) -> tuple[Floats, float]:
    """Compare in how many samples of two levels each protein was seen.

    Parameters
    ----------
    seen
        Features x samples.
    test
        Samples at the test level; the others are at the reference level.
    strata
        Stratum of each sample.

    Returns
    -------
    p_values : numpy.ndarray
        One per feature, two-sided as Fisher's (the sum of the outcomes that are no likelier); NaN
        where seen in no sample or in all.
    least : float
        Least p-value that any protein could have.
    """
    number = np.unique(np.asarray(strata, dtype=str), return_inverse=True)[1]
    member = np.eye(number.max() + 1, dtype=int)[number]
    sizes = tuple(zip(member.sum(axis=0), test @ member, strict=True))
    margins = seen.astype(int) @ member
    at_test = seen[:, test].sum(axis=1)
    p_values = np.full(len(seen), np.nan)
    for row in np.flatnonzero(seen.any(axis=1) & ~seen.all(axis=1)):
        found = _outcomes(sizes, tuple(int(one) for one in margins[row]))
        p_values[row] = found[at_test[row]]
    return p_values, least_p_value(sizes)


def least_p_value(sizes: tuple[tuple[int, int], ...]) -> float:
    """P-value of a protein seen in all samples of one level and none of the other."""
    if len(sizes) == 1:
        return float(_outcomes(sizes, (int(sizes[0][1]),)).min())
    return float(_outcomes(sizes, tuple(int(at_test) for _, at_test in sizes)).min())


@lru_cache(maxsize=100_000)
def _outcomes(sizes: tuple[tuple[int, int], ...], margin: tuple[int, ...]) -> NDArray[np.float64]:
    """P-value of every number of samples at the test level; `sizes` are (all, at test level)."""
    chances = np.ones(1)
    for (samples, at_test), seen in zip(sizes, margin, strict=True):
        one = stats.hypergeom.pmf(np.arange(min(at_test, seen) + 1), samples, at_test, seen)
        chances = np.convolve(chances, one)
    order = np.argsort(chances, kind="stable")
    running = np.cumsum(chances[order])
    ends = np.searchsorted(chances[order], chances * TIE, side="right")
    p_values = np.where(chances > 0, np.minimum(running[np.maximum(ends, 1) - 1], 1.0), np.inf)
    return np.asarray(p_values, dtype=float)
