"""Differential detection: proteins seen in more samples of one level than of the other.

An exact conditional test per protein, apart from the test of the intensities: given in how many
samples of each stratum (combination of the categories among the covariates, such as the batch or
the subject of a pair) the protein was seen, all choices of these samples are equally likely if the
level does not matter. Without strata this is Fisher's exact test; with pairs, McNemar's (exact).
It holds under any permutation of the levels within the strata, whatever makes values missing. A
likelihood of values lost at low intensity is not used: missing values come in clusters of samples,
against which it is not safe.

The test is coarse. With 4 v 4 samples no p-value is below 2 / 70 = 0.029, and only for proteins
seen in exactly one of the groups, so that next to nothing stays below 0.05 once adjusted; with
3 v 3 the least is 0.1. The adjustment is over all proteins that were seen in some of the compared
samples and not in all. Leaving out those that could never get below alpha (Tarone 1990,
10.2307/2531456) would find more, but was not safe in the spike-in study of `benchmarks/`: groups
that were measured one after the other differ in what they miss.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evcargo.differential.adjust import adjust
from evcargo.differential.moderated import Flags

TIE = 1 + 1e-7  # probabilities of outcomes that are equal but for rounding


def detection_test(seen: Flags, test: Flags, strata: Sequence[str]) -> tuple[pd.DataFrame, float]:
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
    table : pandas.DataFrame
        One row per feature: detected_test, detected_reference (samples), detection_p_value
        (two-sided, as Fisher's: the sum of the outcomes that are no likelier) and
        detection_adjusted_p_value (Benjamini-Hochberg); NaN where seen in no sample or in all.
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
    table = pd.DataFrame(
        {
            "detected_test": at_test,
            "detected_reference": seen[:, ~test].sum(axis=1),
            "detection_p_value": p_values,
        }
    )
    table["detection_adjusted_p_value"] = adjust(table["detection_p_value"])
    return table, least_p_value(sizes)


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
