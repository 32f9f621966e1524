"""Benjamini-Hochberg over the features whose mean count is high enough for a test to say anything.

The filter is that of DESeq2 (Love 2014, 10.1186/s13059-014-0550-8, results): of 50 cutoffs of the
mean count, the lowest that gives nearly the most rejections. The number of rejections is smoothed
along the cutoffs by a robust local regression (Cleveland 1979, 10.1080/01621459.1979.10481038).
Where most numbers lie on a line its residuals are nothing but rounding, and weights made from them
are chance: R then stops the robust rounds; PyDESeq2 0.5.4 does not, so that the cutoff, and with it
who is significant, depended on the processor.
"""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from evcargo.differential.prior import Floats

CUTOFFS = 50
HIGHEST = 0.95  # share of the features that a cutoff may leave out
SPAN, ROUNDS = 1 / 5, 3
EXACT = 1e-7
"""Median residual, six times, over their mean: below, the line is exact for most numbers (R)."""
DIGITS = 6
"""Of the smoothed number of rejections: what is beyond is rounding, and decides nothing."""
FEW = 10  # rejections: with so few no cutoff is better than another
EQUAL = 1 - 1e-12  # a mean that is a cutoff reaches it


def filtered_adjustment(p_values: pd.Series, means: pd.Series, alpha: float) -> pd.Series:
    """Adjust the p-values of the features that pass the filter; NaN for the others.

    Parameters
    ----------
    p_values
        Per feature; NaN where there is none.
    means
        Mean normalised count of each feature.
    alpha
        Level at which the number of rejections is to be large.
    """
    values, counts = p_values.to_numpy(float), means.to_numpy(float)
    absent = float((counts == 0).mean())
    shares = np.linspace(absent, HIGHEST if absent < HIGHEST else 1.0, CUTOFFS)
    adjusted = np.array(
        [_adjusted(values, counts >= EQUAL * cutoff) for cutoff in np.quantile(counts, shares)]
    )
    rejections = (adjusted < alpha).sum(axis=1)
    return pd.Series(adjusted[best_cutoff(shares, rejections)], index=p_values.index)


def _adjusted(p_values: Floats, used: np.ndarray) -> Floats:
    tested = used & np.isfinite(p_values)
    adjusted = np.full(len(p_values), np.nan)
    if tested.any():
        adjusted[tested] = false_discovery_control(p_values[tested], method="bh")
    return adjusted


def best_cutoff(shares: Floats, rejections: np.ndarray) -> int:
    """Position of the first cutoff whose number of rejections is as good as the best.

    It has more than the highest point of the smoothed numbers less the spread around it.
    """
    if rejections.max() <= FEW:
        return 0
    smooth = smoothed(shares, rejections)
    some = rejections > 0
    spread = np.sqrt(np.mean((rejections[some] - smooth[some]) ** 2))
    enough = rejections > np.round(smooth.max() - spread, DIGITS)
    return int(np.argmax(enough))


def smoothed(shares: Floats, rejections: np.ndarray) -> Floats:
    """Robust local regression of the numbers of rejections, to `DIGITS` digits."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    numbers = rejections.astype(float)
    for rounds in range(ROUNDS + 1):
        curve = np.asarray(lowess(numbers, shares, SPAN, rounds, return_sorted=False), float)
        off = np.abs(numbers - curve)
        if 6 * np.median(off) <= EXACT * max(off.mean(), EXACT * numbers.max()):
            break
    return np.round(curve, DIGITS)
