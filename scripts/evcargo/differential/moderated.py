"""Moderated t statistics: one linear model per feature, with variances that borrow from each other.

Written from Smyth 2004 (10.2202/1544-6115.1027): the residual variances are draws from a scaled
inverse chi-squared prior, whose parameters come from the mean and variance of their logarithms.
Features are fitted on the samples in which they were observed; nothing is imputed. The results
equal those of R limma 3.54.1 (`lmFit`, `eBayes`), with which tests compare them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

CONFIDENCE = 0.95
RANK_TOLERANCE = 1e-7  # of the largest singular value; limma's QR uses the same figure
VARIANCE_FLOOR = 1e-5  # of the median variance: a variance of zero has no logarithm
FEWEST_VARIANCES = 2

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


@dataclass(frozen=True)
class Prior:
    """Prior of the residual variances: its scale (one per feature) and degrees of freedom."""

    variance: Floats
    df: float


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


def fit_prior(variances: Floats, df: Floats) -> Prior:
    """Prior that the residual variances are drawn from (Smyth 2004, section 6.2).

    Parameters
    ----------
    variances, df
        Residual variance and degrees of freedom per feature; features without either are left out.

    Returns
    -------
    Prior
        Degrees of freedom are infinite where the variances differ no more than chance explains,
        and 0 (no moderation) where fewer than two variances are known.
    """
    known = (df > 0) & np.isfinite(variances)
    if known.sum() < FEWEST_VARIANCES:
        return Prior(np.full(variances.shape, np.nan), 0.0)
    half = df[known] / 2
    raised = _above_zero(variances[known])
    logs = np.log(raised) - special.digamma(half) + np.log(half)
    excess = logs.var(ddof=1) - special.polygamma(1, half).mean()
    if excess > 0:
        prior_df = 2 * inverse_trigamma(excess)
        scale = np.exp(logs.mean() + special.digamma(prior_df / 2) - np.log(prior_df / 2))
    else:
        prior_df, scale = np.inf, raised.mean()
    return Prior(np.full(variances.shape, scale), float(prior_df))


def _above_zero(variances: Floats) -> Floats:
    median = np.median(variances)
    return np.maximum(variances, VARIANCE_FLOOR * (median if median > 0 else 1.0))


def inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = `value` for x > 0, by Newton's method on 1 / trigamma (Smyth 2004)."""
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return float(1 / value)
    x = 0.5 + 1 / value
    for _ in range(50):
        trigamma = special.polygamma(1, x)
        step = trigamma * (1 - trigamma / value) / special.polygamma(2, x)
        x += step
        if -step / x < 1e-12:
            break
    return float(x)


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
    if np.isinf(prior.df):
        variance = np.where(fits.df > 0, prior.variance, np.nan)
    elif prior.df == 0:
        variance = fits.variance
    else:
        weighted = fits.df * fits.variance + prior.df * prior.variance
        variance = weighted / (fits.df + prior.df)
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
