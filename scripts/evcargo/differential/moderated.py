"""Moderated t statistics: one linear model per feature, with variances that borrow from each other.

Written from Smyth 2004 (10.2202/1544-6115.1027); the prior of the variances is in
`evcargo.differential.prior`. Features are fitted on the samples in which they were observed;
nothing is imputed. The results equal those of R limma 3.54.1 (`lmFit`, `eBayes`), with which tests
compare them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evcargo.differential.prior import Prior

CONFIDENCE = 0.95
RANK_TOLERANCE = 1e-7  # of the largest singular value; limma's QR uses the same figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Fits:
    """One linear model per feature, seen through one coefficient.

    Parameters
    ----------
    coefficient
        The estimated coefficient; NaN where the observed samples cannot tell it from the others.
    unscaled_sd
        Its standard deviation for a residual variance of 1.
    variance
        Residual variance; NaN without residual degrees of freedom.
    df
        Residual degrees of freedom.
    """

    coefficient: Floats
    unscaled_sd: Floats
    variance: Floats
    df: Floats


def fit_features(values: Floats, design: Floats, coefficient: int) -> Fits:
    """Least squares for every feature on the samples in which it was observed.

    Parameters
    ----------
    values
        Features x samples, log2, NaN where missing.
    design
        Samples x coefficients.
    coefficient
        Column of `design` that is asked for. A comparison must be a coefficient of the design:
        building it afterwards from several is only approximate where values are missing.
    """
    unknown = np.full(values.shape[0], np.nan)
    fits = Fits(unknown.copy(), unknown.copy(), unknown.copy(), np.zeros(values.shape[0]))
    for rows, observed in _patterns(np.isfinite(values)):
        _fit_pattern(fits, rows, values[np.ix_(rows, observed)], design[observed], coefficient)
    return fits


def _patterns(observed: Flags) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Features that share their observed samples, and these samples."""
    kinds, kind_of = np.unique(observed, axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        yield np.flatnonzero(kind_of.ravel() == number), np.flatnonzero(kind)


def _fit_pattern(
    fits: Fits, rows: NDArray[np.intp], values: Floats, design: Floats, coefficient: int
) -> None:
    if not design.size:
        return
    left, singular, right = np.linalg.svd(design, full_matrices=False)
    rank = int((singular > RANK_TOLERANCE * singular[0]).sum())
    left, singular, right = left[:, :rank], singular[:rank], right[:rank]
    projected = values @ left
    residuals = values - projected @ left.T
    fits.df[rows] = df = design.shape[0] - rank
    if df:
        fits.variance[rows] = (residuals**2).sum(axis=1) / df
    # The coefficient can be told from the others if it lies in the row space of the design.
    weights = right[:, coefficient]
    if weights @ weights > 1 - RANK_TOLERANCE:
        fits.coefficient[rows] = (projected / singular) @ weights
        fits.unscaled_sd[rows] = np.sqrt(((weights / singular) ** 2).sum())


def moderated_test(fits: Fits, prior: Prior) -> pd.DataFrame:
    """Moderated t test of the coefficient of each feature against zero.

    Parameters
    ----------
    fits
        From `fit_features`.
    prior
        From `fit_prior`, over the same features.

    Returns
    -------
    pandas.DataFrame
        One row per feature: log2_fold_change, standard_error (moderated), statistic (t), df,
        p_value (two-sided), ci_low and ci_high (95 %); all NaN but the fold change where a feature
        has no residual degrees of freedom, all NaN where its coefficient cannot be estimated.
    """
    variance = _posterior(fits, prior)
    # No feature can know its variance better than all features together do.
    df = np.minimum(fits.df + prior.df, fits.df.sum())
    error = np.sqrt(variance) * fits.unscaled_sd
    df = np.where(np.isfinite(error), df, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fits.coefficient / error
    margin = error * stats.t.ppf((1 + CONFIDENCE) / 2, df)
    return pd.DataFrame(
        {
            "log2_fold_change": fits.coefficient,
            "standard_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": 2 * stats.t.sf(np.abs(statistic), df),
            "ci_low": fits.coefficient - margin,
            "ci_high": fits.coefficient + margin,
        }
    )


def _posterior(fits: Fits, prior: Prior) -> Floats:
    """Residual variances, each between its own and that of the prior."""
    finite = np.where(np.isfinite(prior.df), prior.df, 0.0)
    borrowed = np.where(finite > 0, finite * prior.variance, 0.0)
    with np.errstate(invalid="ignore"):
        variance = (fits.df * fits.variance + borrowed) / (fits.df + finite)
    variance[np.isinf(prior.df)] = prior.variance[np.isinf(prior.df)]
    return np.where(fits.df > 0, variance, np.nan)
