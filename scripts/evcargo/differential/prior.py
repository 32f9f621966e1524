"""Prior of the residual variances of many features, from which each of them borrows.

The residual variances are draws from a scaled inverse chi-squared distribution, so that their
ratios to its scale follow F distributions, whose logarithms have known means and variances (Smyth
2004, 10.2202/1544-6115.1027). The scale may follow a covariate, such as the mean intensity or the
number of peptides (limma-trend; DEqMS: Zhu 2020, 10.1074/mcp.TIR119.001646), and features whose
variance is far above the others may be kept from spoiling it, and borrow less themselves (Phipson
2016, 10.1214/16-AOAS920). The results equal those of R limma 3.54.1, with which tests compare them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate, optimize, special, stats
from statsmodels.nonparametric.smoothers_lowess import lowess

VARIANCE_FLOOR = 1e-5  # of the median variance: a variance of zero has no logarithm
ROBUST_FLOOR = 1e-12
FEWEST_VARIANCES = 2
TAILS = (0.05, 0.1)  # of the log variances that are winsorised, below and above
SPAN = 0.4  # of the features that the running trend is fitted to
ITERATIONS = 3  # in which the running trend gives less weight to far points
STEP = 0.01  # of the covariate's range: the running trend is interpolated between
NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prior:
    """Prior of the residual variances: scale and degrees of freedom, one of each per feature."""

    variance: Floats
    df: Floats


def fit_prior(
    variances: Floats, df: Floats, covariate: Floats | None = None, robust: bool = False
) -> Prior:
    """Prior that the residual variances are drawn from.

    Parameters
    ----------
    variances, df
        Residual variance and degrees of freedom per feature; features without either do not
        count, but get a prior.
    covariate
        What the scale of the prior follows, per feature and finite; None for one scale.
    robust
        Whether features of far too large a variance count less, and get fewer prior degrees of
        freedom.

    Returns
    -------
    Prior
        Degrees of freedom are infinite where the variances differ no more than chance explains,
        and 0 (no moderation) where fewer than two variances are known.
    """
    known = (df > 0) & np.isfinite(variances)
    count = variances.shape[0]
    if known.sum() < FEWEST_VARIANCES:
        return Prior(np.full(count, np.nan), np.zeros(count))
    along = None if covariate is None else covariate[known]
    scale, prior_df, scale_at = _moments(variances[known], df[known], along)
    feature_df = np.full(known.sum(), prior_df)
    if robust and known.sum() > FEWEST_VARIANCES:
        scale, prior_df, feature_df = _robust(variances[known], df[known], along, scale, prior_df)
        scale_at = _interpolation(along, scale)
    result = Prior(np.full(count, scale[0]), np.full(count, prior_df))
    result.variance[known], result.df[known] = scale, feature_df
    if covariate is not None and scale_at is not None and not known.all():
        result.variance[~known] = scale_at(covariate[~known])
    return result


def _moments(variances: Floats, df: Floats, covariate: Floats | None):  # type: ignore[no-untyped-def]
    """Scale per feature, degrees of freedom, and the scale as a function of the covariate."""
    half = df / 2
    raised = _above_zero(variances, VARIANCE_FLOOR)
    logs = np.log(raised) - special.digamma(half) + np.log(half)
    basis = None if covariate is None else _natural_spline(covariate)
    if basis is None:
        centre, rank = np.full(len(logs), logs.mean()), 1
    else:
        matrix = basis(covariate)
        weights, _, rank, _ = np.linalg.lstsq(matrix, logs, rcond=None)
        centre = matrix @ weights
    excess = ((logs - centre) ** 2).sum() / (len(logs) - rank) - special.polygamma(1, half).mean()
    prior_df = 2 * inverse_trigamma(excess) if excess > 0 else np.inf
    lift = special.digamma(prior_df / 2) - np.log(prior_df / 2) if excess > 0 else 0.0
    if basis is None:
        scale = np.exp(centre + lift) if excess > 0 else np.full(len(logs), raised.mean())
        return scale, float(prior_df), None
    return np.exp(centre + lift), float(prior_df), lambda at: np.exp(basis(at) @ weights + lift)


def _natural_spline(covariate: Floats):  # type: ignore[no-untyped-def]
    """Basis of the natural cubic splines of a covariate: linear beyond its range.

    Two to four basis functions, as there are features; knots at the quantiles, those that are equal
    taken once (a third of the proteins may have one peptide). None where the covariate or the
    features are too few for a trend.
    """
    count = len(covariate)
    size = 1 + (count >= 3) + (count >= 6) + (count >= 30)
    size = min(size, len(np.unique(covariate)))
    if size < 2:
        return None
    knots = np.unique(np.quantile(covariate, np.linspace(0, 1, size)))
    # The splines that take 1 at one knot and 0 at the others span all natural splines.
    pieces = [
        interpolate.CubicSpline(knots, row, bc_type="natural", extrapolate=True)
        for row in np.eye(len(knots))
    ]

    def basis(at: Floats) -> Floats:
        inside = np.clip(at, knots[0], knots[-1])
        return np.column_stack([one(inside) + one(inside, 1) * (at - inside) for one in pieces])

    return basis


def _robust(
    variances: Floats, df: Floats, covariate: Floats | None, scale: Floats, prior_df: float
) -> tuple[Floats, float, Floats]:
    """Scale, degrees of freedom of most features, and of each (Phipson 2016, sections 3 to 5)."""
    count = len(variances)
    if max(TAILS) < 1 / count:
        return scale, prior_df, np.full(count, prior_df)
    raised = np.maximum(variances, ROBUST_FLOOR * np.median(variances))
    most = float(df.max())
    logs = np.log(_on_equal_df(raised, df, most, scale, prior_df))
    trend = _running_trend(logs, covariate)
    low, high = np.quantile(logs - trend, [TAILS[0], 1 - TAILS[1]])
    winsorised = np.clip(logs - trend, low, high)
    spread = winsorised.var(ddof=1)

    def too_wide(place: float) -> float:
        return float(np.log(spread / _winsorised_moments(most, place / (1 - place))[1]))

    if np.log(spread / _winsorised_moments(most, np.inf)[1]) <= 0:
        robust_df = np.inf
    elif np.isinf(prior_df):
        return scale, prior_df, np.full(count, prior_df)
    else:
        # On the scale df / (1 + df); outliers only lower the plain estimate, which is the least.
        least = prior_df / (1 + prior_df)
        robust_df = prior_df
        if too_wide(least) < 0:
            place = optimize.brentq(too_wide, least, 1 - 1e-9, xtol=1e-12)
            robust_df = place / (1 - place)
    centre = trend + winsorised.mean() - _winsorised_moments(most, robust_df)[0]
    ratios = np.exp(logs - centre)
    return np.exp(centre), float(robust_df), _outlier_df(ratios, most, float(robust_df))


def _interpolation(covariate: Floats | None, scale: Floats):  # type: ignore[no-untyped-def]
    """Scale between the features that have one; beyond them that of the last."""
    if covariate is None:
        return None
    places, place_of = np.unique(covariate, return_inverse=True)
    logs = np.bincount(place_of, np.log(scale)) / np.bincount(place_of)
    return lambda at: np.exp(np.interp(at, places, logs))


def _on_equal_df(
    variances: Floats, df: Floats, most: float, scale: Floats, prior_df: float
) -> Floats:
    """Variances as if all had the most degrees of freedom, at the same tail probability."""
    fewer = df < most - 1e-14
    ratio = variances[fewer] / scale[fewer]
    upper = _log_upper(ratio, df[fewer], prior_df)
    lower = _log_lower(ratio, df[fewer], prior_df)
    up = upper < lower
    moved = np.empty(len(ratio))
    moved[up] = _quantile(np.exp(upper[up]), most, prior_df, upper=True)
    moved[~up] = _quantile(np.exp(lower[~up]), most, prior_df, upper=False)
    result = variances.copy()
    result[fewer] = moved * scale[fewer]
    return result


def _running_trend(logs: Floats, covariate: Floats | None) -> Floats:
    if covariate is None:
        return np.full(len(logs), stats.trim_mean(logs, TAILS[1]))
    span = STEP * float(np.ptp(covariate))
    return np.asarray(
        lowess(logs, covariate, SPAN, ITERATIONS, delta=span, return_sorted=False), float
    )


def _winsorised_moments(df: float, prior_df: float) -> tuple[float, float]:
    """Mean and variance of the winsorised logarithm of an F ratio, by quadrature."""
    ends = np.array(
        [
            _quantile(np.array([TAILS[0]]), df, prior_df, upper=False)[0],
            _quantile(np.array([TAILS[1]]), df, prior_df, upper=True)[0],
        ]
    )
    low, high = ends / (1 + ends)
    place = low + (high - low) * (NODES + 1) / 2
    ratio = place / (1 - place)
    weight = (high - low) * WEIGHTS / 2 * _density(ratio, df, prior_df) / (1 - place) ** 2
    logs, tails = np.log(ratio), np.log(ends)
    mean = (weight * logs).sum() + (np.array(TAILS) * tails).sum()
    variance = (weight * (logs - mean) ** 2).sum() + (np.array(TAILS) * (tails - mean) ** 2).sum()
    return float(mean), float(variance)


def _outlier_df(ratios: Floats, df: float, prior_df: float) -> Floats:
    """Prior degrees of freedom of each feature: fewer, the surer its variance is an outlier."""
    count = len(ratios)
    log_tail = _log_upper(ratios, np.full(count, df), prior_df)
    log_expected = np.log(count - stats.rankdata(ratios) + 0.5) - np.log(count)
    log_regular = np.minimum(log_tail - log_expected, 0.0)
    if not (log_regular < 0).any():
        return np.full(count, prior_df)
    order = np.argsort(log_tail, kind="stable")
    regular = np.exp(log_regular)
    if np.isinf(prior_df):
        result = np.where(log_regular < 0, regular * count * df, np.inf)
        result[order] = np.maximum.accumulate(result[order])
        return result
    least = log_tail.min()
    # The degrees of freedom at which the largest ratio would be the median of its distribution.
    outlier_df = 0.0
    if np.isfinite(least):
        outlier_df = np.log(0.5) / least * prior_df
        again = _log_upper(ratios.max(keepdims=True), np.full(1, df), outlier_df)[0]
        outlier_df *= np.log(0.5) / again
    result = regular * prior_df - np.expm1(log_regular) * outlier_df
    ordered = result[order]
    means = np.cumsum(ordered) / np.arange(1, count + 1)
    lowest = int(np.argmin(means))
    ordered[: lowest + 1] = means[lowest]
    result[order] = np.maximum.accumulate(ordered)
    return result


def _above_zero(variances: Floats, floor: float) -> Floats:
    median = np.median(variances)
    return np.maximum(variances, floor * (median if median > 0 else 1.0))


# An F distribution of which the second degrees of freedom may be infinite.


def _log_upper(ratio: Floats, df: Floats, prior_df: float) -> Floats:
    if np.isinf(prior_df):
        return np.asarray(stats.chi2.logsf(ratio * df, df), float)
    return np.asarray(stats.f.logsf(ratio, df, prior_df), float)


def _log_lower(ratio: Floats, df: Floats, prior_df: float) -> Floats:
    if np.isinf(prior_df):
        return np.asarray(stats.chi2.logcdf(ratio * df, df), float)
    return np.asarray(stats.f.logcdf(ratio, df, prior_df), float)


def _quantile(share: Floats, df: float, prior_df: float, upper: bool) -> Floats:
    share = np.maximum(share, np.finfo(float).tiny)  # of 0 it would be infinite
    if np.isinf(prior_df):
        found = stats.chi2.isf(share, df) if upper else stats.chi2.ppf(share, df)
        return np.asarray(found, float) / df
    if not upper:
        return np.asarray(stats.f.ppf(share, df, prior_df), float)
    # scipy's f.isf is infinite below 1e-16: a single variance that large would leave no p-value.
    beta = special.betaincinv(prior_df / 2, df / 2, share)
    return np.asarray(prior_df * (1 - beta) / (df * beta), float)


def _density(ratio: Floats, df: float, prior_df: float) -> Floats:
    if np.isinf(prior_df):
        return np.asarray(df * stats.chi2.pdf(ratio * df, df), float)
    return np.asarray(stats.f.pdf(ratio, df, prior_df), float)


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
