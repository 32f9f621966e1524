"""Permutation test of the detection of proteins at many levels, along numbers, or by blocks."""

from collections.abc import Sequence

import numpy as np

from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats

DRAWS = 19_999
SEED = 20_181_123
AT_ONCE = 1_000_000  # numbers that the draws of one round take
TIE = 1 - 1e-9  # statistics that are equal but for rounding


def drawn_p_values(
    seen: Flags, asked: Floats, strata: Sequence[str], units: Sequence[str], draws: int = DRAWS
) -> Floats:
    """Compare in which samples each protein was seen, by drawn permutations.

    The statistic is the sum of squares of what is asked over the samples in which the protein was
    seen, from its expectation. What is asked is handed out anew among the units of each stratum;
    the p-value is that of Phipson and Smyth 2010 (10.2202/1544-6115.1585), which is valid for any
    number of draws: (draws at least as extreme + 1) / (draws + 1).

    Parameters
    ----------
    seen
        Features x samples.
    asked
        Samples x columns, the same for all samples of a unit.
    strata
        Stratum of each sample; a unit is taken to be of that of its first sample.
    units
        Unit of each sample: those of a unit stay together.
    draws
        Number of permutations.

    Returns
    -------
    numpy.ndarray
        One p-value per feature; NaN where seen in no sample or in all.
    """
    first, unit_of = np.unique(
        np.asarray(units, dtype=str), return_index=True, return_inverse=True
    )[1:]
    stratum = np.unique(np.asarray(strata, dtype=str)[first], return_inverse=True)[1]
    members = [np.flatnonzero(stratum == one) for one in range(stratum.max() + 1)]
    centred = asked[first].astype(float)
    for rows in members:
        centred[rows] -= centred[rows].mean(axis=0)
    kinds, kind_of = np.unique(seen, axis=0, return_inverse=True)
    counts = kinds.astype(float) @ np.eye(len(first))[unit_of]
    observed = _statistics(counts, centred[None])[0] * TIE
    draw = np.random.default_rng(SEED)
    extreme = np.ones(len(kinds))
    at_once = max(AT_ONCE // max(counts.shape[0] * centred.shape[1], 1), 1)
    for begin in range(0, draws, at_once):
        order = np.tile(np.arange(len(first)), (min(at_once, draws - begin), 1))
        for rows in members:
            order[:, rows] = draw.permuted(order[:, rows], axis=1)
        extreme += (_statistics(counts, centred[order]) >= observed).sum(axis=0)
    p_values = extreme / (draws + 1)
    p_values[kinds.all(axis=1) | ~kinds.any(axis=1)] = np.nan
    return np.asarray(p_values[kind_of.ravel()])


def _statistics(counts: Floats, asked: Floats) -> Floats:
    """Statistics (draws x patterns) from patterns x units and draws x units x columns."""
    return np.asarray(((counts @ asked) ** 2).sum(axis=2))
