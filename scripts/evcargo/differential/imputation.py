"""What the fold changes would be if missing meant low: a sensitivity column, which decides nothing.

Missing values are drawn from the low end of each sample, as MinProb does (Lazar 2016,
10.1021/acs.jproteome.5b00981, R package imputeLCMD): from a normal distribution around the sample's
lowest percentile, whose standard deviation is the median one of the proteins. That is right for
values missing because they are low, and wrong for the others, so that no verdict rests on it.
"""

import numpy as np
import pandas as pd

from evcargo.differential.linear_models import Model, moderate
from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats

LOW_END = 0.01  # quantile of a sample that its missing values are drawn around
SEED = 20_160_413
FEWEST_VALUES = 0.5  # share of the samples that a protein needs to tell the spread


def draw_low_values(values: Floats) -> Floats:
    """Fill missing values from the low end of each sample.

    Parameters
    ----------
    values
        Proteins x samples, log2, NaN where missing; every sample has some.

    Returns
    -------
    numpy.ndarray
        The same with nothing missing; the same values give the same draws.
    """
    observed = np.isfinite(values)
    common = observed.mean(axis=1) > FEWEST_VALUES
    known = common if common.any() else observed.sum(axis=1) > 1
    spread = np.median(np.nanstd(values[known], axis=1, ddof=1))
    centres = [np.quantile(sample[np.isfinite(sample)], LOW_END) for sample in values.T]
    drawn = np.random.default_rng(SEED).normal(centres, spread, values.shape)
    return np.where(observed, values, drawn)


def imputed_figures(
    values: Floats, proteins: pd.DataFrame, model: Model, kept: Flags
) -> pd.DataFrame:
    """Fold changes and adjusted p-values with missing values drawn from the low end.

    Parameters
    ----------
    values
        Proteins x samples, log2, NaN where missing.
    proteins
        Their rows of `var`.
    model
        The model of the test.
    kept
        Proteins that have enough values at some level.

    Returns
    -------
    pandas.DataFrame
        Per protein kept: imputed_log2_fold_change and imputed_adjusted_p_value.
    """
    figures = moderate(draw_low_values(values)[kept], proteins[kept], model).figures
    return figures[["log2_fold_change", "adjusted_p_value"]].add_prefix("imputed_")
