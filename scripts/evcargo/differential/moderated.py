"""Moderated t statistics: one linear model per feature, with variances that borrow from each other.

Written from Smyth 2004 (10.2202/1544-6115.1027); the prior of the variances is in
`evcargo.differential.prior`. Features are fitted on the samples in which they were observed;
nothing is imputed. The results equal those of R limma 3.54.1 (`lmFit`, `eBayes`), with which tests
compare them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, stats

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


@dataclass(frozen=True)
class JointFits:
    """One linear model per feature, seen through several coefficients at once.

    Parameters
    ----------
    coefficients
        Features x coefficients; NaN as in `Fits`.
    unscaled_covariance
        Features x coefficients x coefficients, for a residual variance of 1.
    variance, df
        As in `Fits`.
    """

    coefficients: Floats
    unscaled_covariance: Floats
    variance: Floats
    df: Floats

    def of(self, chosen: Sequence[int]) -> "JointFits":
        """Return the same fits seen through the chosen coefficients, by their places."""
        at = np.array(chosen, dtype=int)
        covariance = self.unscaled_covariance[:, at[:, None], at]
        return JointFits(self.coefficients[:, at], covariance, self.variance, self.df)


def fit_features(
    values: Floats,
    design: Floats,
    coefficient: int,
    correlation: Floats | None = None,
    weights: Floats | None = None,
) -> Fits:
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
    correlation
        Samples x samples, of the errors (`evcargo.differential.blocks`); None if independent.
    weights
        Of the samples, proportional to the inverse of their variances, as in limma's `lmFit`; None
        if all are alike.
    """
    fits = fit_jointly(values, design, [coefficient], correlation, weights)
    sd = np.sqrt(fits.unscaled_covariance[:, 0, 0])
    return Fits(fits.coefficients[:, 0], sd, fits.variance, fits.df)


def fit_jointly(
    values: Floats,
    design: Floats,
    coefficients: Sequence[int],
    correlation: Floats | None = None,
    weights: Floats | None = None,
) -> JointFits:
    """As `fit_features`, for several columns of the design."""
    values, design = weighted(values, weights), weighted(design.T, weights).T
    count, asked = values.shape[0], len(coefficients)
    fits = JointFits(
        np.full((count, asked), np.nan),
        np.full((count, asked, asked), np.nan),
        np.full(count, np.nan),
        np.zeros(count),
    )
    for rows, observed in patterns(np.isfinite(values)):
        seen, model = values[np.ix_(rows, observed)], design[observed]
        if correlation is not None and len(observed):
            root = linalg.cholesky(correlation[np.ix_(observed, observed)], lower=True)
            seen = linalg.solve_triangular(root, seen.T, lower=True).T
            model = linalg.solve_triangular(root, model, lower=True)
        _fit_pattern(fits, rows, seen, model, list(coefficients))
    return fits


def weighted(values: Floats, weights: Floats | None) -> Floats:
    """Scale the samples (columns) such that least squares is weighted least squares."""
    return values if weights is None else values * np.sqrt(weights)


def patterns(observed: Flags) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Features that share their observed samples, and these samples."""
    kinds, kind_of = np.unique(observed, axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        yield np.flatnonzero(kind_of.ravel() == number), np.flatnonzero(kind)


def _fit_pattern(
    fits: JointFits, rows: NDArray[np.intp], values: Floats, design: Floats, asked: list[int]
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
    # A coefficient can be told from the others if it lies in the row space of the design.
    weights = right[:, asked]
    known = np.flatnonzero((weights**2).sum(axis=0) > 1 - RANK_TOLERANCE)
    scaled = weights[:, known] / singular[:, None]
    fits.coefficients[np.ix_(rows, known)] = projected @ scaled
    fits.unscaled_covariance[np.ix_(rows, known, known)] = scaled.T @ scaled


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
    variance = posterior_variance(fits.variance, fits.df, prior)
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


def moderated_statistics(fits: JointFits, prior: Prior) -> Floats:
    """Moderated t statistic of every feature and coefficient, as `moderated_test` gives them."""
    unscaled = np.diagonal(fits.unscaled_covariance, axis1=1, axis2=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(posterior_variance(fits.variance, fits.df, prior)[:, None] * unscaled)
        return np.asarray(fits.coefficients / error)


def moderated_f_test(fits: JointFits, prior: Prior) -> pd.DataFrame:
    """Moderated F test that all asked coefficients of a feature are zero.

    The F statistic takes the covariance of the coefficients from the samples in which the feature
    was observed; limma takes that of the complete design, which is the same without missing values
    and an approximation with them.

    Returns
    -------
    pandas.DataFrame
        One row per feature: statistic (F), df (of the denominator) and p_value; NaN where a
        feature has no residual degrees of freedom or one of its coefficients cannot be estimated.
    """
    asked = fits.coefficients.shape[1]
    variance = posterior_variance(fits.variance, fits.df, prior)
    known = np.isfinite(fits.coefficients).all(axis=1) & np.isfinite(variance)
    df = np.where(known, np.minimum(fits.df + prior.df, fits.df.sum()), np.nan)
    statistic = np.full(len(df), np.nan)
    inverse = np.linalg.inv(fits.unscaled_covariance[known])
    squares = np.einsum("fi,fij,fj->f", fits.coefficients[known], inverse, fits.coefficients[known])
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic[known] = squares / asked / variance[known]
    p_value = stats.f.sf(statistic, asked, df)
    return pd.DataFrame({"statistic": statistic, "df": df, "p_value": p_value})


def posterior_variance(variance: Floats, df: Floats, prior: Prior) -> Floats:
    """Residual variances, each between its own and that of the prior; NaN without any `df`."""
    finite = np.where(np.isfinite(prior.df), prior.df, 0.0)
    borrowed = np.where(finite > 0, finite * prior.variance, 0.0)
    with np.errstate(invalid="ignore"):
        moderated = (df * variance + borrowed) / (df + finite)
    moderated[np.isinf(prior.df)] = prior.variance[np.isinf(prior.df)]
    return np.where(df > 0, moderated, np.nan)
