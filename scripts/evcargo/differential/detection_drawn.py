"""Permutation test of the detection of proteins at many levels, along numbers, or by blocks."""

from collections.abc import Sequence

import numpy as np

from evcargo.differential.conditional_permutation import (
    Orders,
    even_orders,
    level_model,
    likely_orders,
)
from evcargo.differential.design import NotTestable
from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats

DRAWS = 19_999
SEED = 20_181_123
AT_ONCE = 1_000_000  # numbers that the draws of one round take
TIE = 1 - 1e-9  # statistics that are equal but for rounding
UNITS_PER_TERM = 8  # from which squares of the numbers are adjusted for too
NOTHING = 1e-6  # of a square in standard deviations: the numbers themselves explain it
ROUNDING = 1e-12  # of a statistic, in squares of the largest deviation of what is asked


def drawn_p_values(
    seen: Flags,
    asked: Floats,
    strata: Sequence[str],
    units: Sequence[str],
    draws: int = DRAWS,
    numbers: Floats | None = None,
) -> tuple[Floats, float]:
    """Compare in which samples each protein was seen, by drawn permutations.

    The statistic is the sum of squares of what is asked over the samples in which the protein was
    seen, from its expectation. What is asked is permuted among the units of each stratum; the
    p-value is that of Phipson and Smyth 2010 (10.2202/1544-6115.1585), which is valid for any
    number of draws: (draws at least as extreme + 1) / (draws + 1).

    With `numbers`, an order is as likely as they make it
    (`evcargo.differential.conditional_permutation`), and what they and the strata explain of where
    a protein was seen is taken out of it (least squares, weighted by the variance of what is
    permuted). So an error in the model of what is asked does little as long as detection goes with
    the numbers in a line, or a parabola where there are units for their squares. Where neither
    holds, p-values are too small (`evcargo.differential.detection`).

    Parameters
    ----------
    seen
        Features x samples.
    asked
        Samples x columns, the same for all samples of a unit.
    strata
        Stratum of each sample, one for all of a unit. The units of a stratum have as many samples:
        what is seen is counted by unit.
    units
        Unit of each sample: those of a unit stay together.
    draws
        Number of permutations.
    numbers
        Samples x covariates to adjust for (`adjusted_for`); of a unit their mean.

    Returns
    -------
    p_values : numpy.ndarray
        One per feature; NaN where seen in no sample or in all.
    least : float
        No p-value can be below, as so many draws hand out what was found.

    Raises
    ------
    NotTestable
        If the numbers tell what is asked of all units apart.
    """
    first, unit_of = np.unique(
        np.asarray(units, dtype=str), return_index=True, return_inverse=True
    )[1:]
    unit = np.eye(len(first))[unit_of]
    stratum = np.unique(np.asarray(strata, dtype=str)[first], return_inverse=True)[1]
    stratum_of = np.eye(stratum.max() + 1)[stratum]
    members = [np.flatnonzero(one) for one in stratum_of.T]
    levels = asked[first] - stratum_of @ (stratum_of.T @ asked[first] / stratum_of.sum(0)[:, None])
    levels = levels / (np.abs(levels).max() or 1.0)
    kinds, kind_of = np.unique(seen, axis=0, return_inverse=True)
    counts = kinds.astype(float) @ unit
    expected = np.zeros_like(levels)
    if numbers is None:
        orders = even_orders(members, draws, SEED)
    else:
        given = unit.T @ numbers / unit.sum(axis=0)[:, None]
        given = adjusted_for(given)
        model = level_model(levels, given, members)
        if model is None:
            raise NotTestable("the numbers tell what is asked apart")
        orders = likely_orders(levels, given, model, members, draws, SEED)
        expected, variance = _moments(levels, orders)
        counts = _rest(counts, np.column_stack([stratum_of, given]), variance)
    observed = _statistics(counts, levels[None] - expected)[0] * TIE - ROUNDING
    extreme, same = np.ones(len(kinds)), 1
    at_once = max(AT_ONCE // max(max(counts.shape) * levels.shape[1], 1), 1)
    for begin in range(0, draws, at_once):
        drawn = levels[orders[begin : begin + at_once]]
        same += int((drawn == levels).all(axis=(1, 2)).sum())
        extreme += (_statistics(counts, drawn - expected) >= observed).sum(axis=0)
    p_values = extreme / (draws + 1)
    p_values[kinds.all(axis=1) | ~kinds.any(axis=1)] = np.nan
    return np.asarray(p_values[kind_of.ravel()]), same / (draws + 1)


def _statistics(counts: Floats, asked: Floats) -> Floats:
    """Statistics (draws x patterns) from patterns x units and draws x units x columns."""
    return np.asarray(((counts @ asked) ** 2).sum(axis=2))


def adjusted_for(numbers: Floats) -> Floats:
    """Standardise numbers (units x numbers), and add their squares where there are many units.

    Of the squares there is what the numbers do not explain in a line. With few units for each term
    they would rather tell the levels apart than adjust for anything.
    """
    given = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0).clip(np.finfo(float).tiny)
    if len(given) < UNITS_PER_TERM * 2 * given.shape[1]:
        return np.asarray(given)
    line = np.column_stack([np.ones(len(given)), given])
    bent = given**2 - line @ np.linalg.lstsq(line, given**2, rcond=None)[0]
    spread = bent.std(axis=0)
    return np.column_stack([given, (bent / spread.clip(NOTHING))[:, spread > NOTHING]])


def _moments(levels: Floats, orders: Orders) -> tuple[Floats, Floats]:
    """Mean (units x columns) and variance (units) of the levels over the found and drawn orders."""
    sums, squares = levels.copy(), levels**2
    for place, drawn in enumerate(orders.T):
        sums[place] += levels[drawn].sum(axis=0)
        squares[place] += (levels[drawn] ** 2).sum(axis=0)
    mean = sums / (len(orders) + 1)
    return mean, (squares / (len(orders) + 1) - mean**2).clip(0).sum(axis=1)


def _rest(counts: Floats, terms: Floats, weights: Floats) -> Floats:
    """Take what terms (units x terms) explain of counts (patterns x units) out of them."""
    root = np.sqrt(weights)[:, None]
    found = np.linalg.lstsq(terms * root, counts.T * root, rcond=None)[0]
    return np.asarray(counts - (terms @ found).T)
