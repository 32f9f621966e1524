"""The trend of the dispersions of counts with their mean, as DESeq2 fits it.

First a / mean + b; where the data do not follow that, a local regression (Love 2014,
10.1186/s13059-014-0550-8, and the manual of DESeq2, estimateDispersions). PyDESeq2 0.5.4 knows no
local regression and takes the mean of all dispersions in its place; it also fits a / mean + b to
features whose dispersion was estimated as nothing, which DESeq2 leaves out, and so finds none more
often.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.interpolate import CubicHermiteSpline

from evcargo.differential.prior import Floats

PARAMETRIC, LOCAL, MEAN = "parametric", "local", "mean"
TOLD = 100  # times the least dispersion: an estimate below says nothing
FEWEST_LOCAL = 10  # features of which a local regression, of 70 % of them, has points enough
START = np.array([0.1, 1.0])
ROUNDS, STEPS, HALVINGS = 10, 25, 25
CONVERGED, DEVIANCE = 1e-6, 1e-8
NEAR = (1e-4, 15.0)  # dispersion over trend: features beyond are left out of the next round
NEIGHBOURS, CUT = 0.7, 0.8
"""Share of the points that a local fit sees, and the width of a cell, in bandwidths, from which it
is halved: defaults of locfit (Loader 1999, 10.1007/b98858, sections 2.2 and 12.2)."""
MOST_KNOTS = 100
TRIM = 0.001


class Trend(NamedTuple):
    """Dispersion expected at a mean: the kind of the curve, the curve, and its a0 and a1 if any."""

    kind: str
    at: Callable[[Floats], Floats]
    coefficients: Floats | None = None


def fit_trend(means: Floats, dispersions: Floats, least: float) -> Trend:
    """Fit the trend of estimated dispersions.

    Parameters
    ----------
    means
        Mean normalised count of each feature, above 0.
    dispersions
        Their estimates.
    least
        Least dispersion that the estimates could have.

    Returns
    -------
    Trend
        ``parametric``, or ``local``, or ``mean`` where fewer than `FEWEST_LOCAL` features could
        tell, which DESeq2 would refuse.
    """
    told = np.isfinite(dispersions) & (dispersions > TOLD * least)
    if not told.any():  # no more scatter than that of counting
        return Trend(MEAN, lambda at: np.full(np.shape(at), TOLD * least))
    coefficients = parametric_trend(means[told], dispersions[told])
    if coefficients is not None:
        a0, a1 = coefficients
        return Trend(PARAMETRIC, lambda at: a0 + a1 / np.asarray(at, float), coefficients)
    if told.sum() < FEWEST_LOCAL:
        mean = float(stats.trim_mean(dispersions[told], TRIM))
        return Trend(MEAN, lambda at: np.full(np.shape(at), mean))
    curve = local_regression(np.log(means[told]), np.log(dispersions[told]), means[told])
    return Trend(LOCAL, lambda at: np.exp(curve(np.log(np.asarray(at, float)))))


def parametric_trend(means: Floats, dispersions: Floats) -> Floats | None:
    """Coefficients a0 and a1 of a0 + a1 / mean, both positive, or None if there are no such.

    A gamma regression with identity link is repeated without the features that are far from it,
    until its coefficients stay.
    """
    coefficients = START
    for _ in range(ROUNDS + 1):
        ratio = dispersions / (coefficients[0] + coefficients[1] / means)
        near = (ratio > NEAR[0]) & (ratio < NEAR[1])
        if near.sum() < 2:
            return None
        before = coefficients
        fitted = _gamma_regression(means[near], dispersions[near], before)
        if fitted is None or (fitted <= 0).any():
            return None
        coefficients = fitted
        if (np.log(coefficients / before) ** 2).sum() < CONVERGED:
            return coefficients
    return None


def _gamma_regression(means: Floats, values: Floats, start: Floats) -> Floats | None:
    """Gamma regression of values on 1 / mean with identity link, by scoring; None if it fails."""
    terms = np.column_stack([np.ones_like(means), 1 / means])
    coefficients: np.ndarray = start
    deviance = np.inf
    for _ in range(STEPS):
        weight = 1 / (terms @ coefficients)
        step = np.linalg.lstsq(terms * weight[:, None], values * weight, rcond=None)[0]
        for _ in range(HALVINGS):
            if (terms @ step > 0).all():
                break
            step = (step + coefficients) / 2
        else:
            return None
        ratio = values / (terms @ step)
        new = float(2 * (ratio - 1 - np.log(ratio)).sum())
        coefficients = step
        if abs(new - deviance) < DEVIANCE * (abs(new) + 0.1):
            return np.asarray(coefficients)
        deviance = new
    return None


def local_regression(x: Floats, y: Floats, weights: Floats) -> Callable[[Floats], Floats]:
    """Local quadratic regression with tricube weights, as locfit's defaults.

    The curve is fitted at the ends of the data and, halving every cell that is wide for the
    bandwidth, between them; it is a cubic between these points, which takes its slopes from the
    fits, and a line beyond the data.

    Parameters
    ----------
    x, y
        Points.
    weights
        Of the points.
    """
    knots: dict[float, tuple[float, float, float]] = {}

    def fit(at: float) -> float:
        if at not in knots:
            knots[at] = _local_fit(at, x, y, weights)
        return knots[at][2]

    cells = [(float(x.min()), float(x.max()))]
    while cells:
        low, high = cells.pop()
        wide = high - low > CUT * min(fit(low), fit(high))
        if wide and len(knots) < MOST_KNOTS:
            middle = (low + high) / 2
            cells += [(low, middle), (middle, high)]
    places = np.array(sorted(knots))
    values, slopes = (np.array([knots[at][part] for at in places]) for part in (0, 1))
    if len(places) < 2:
        return lambda at: np.full(np.shape(at), values[0])
    inside = CubicHermiteSpline(places, values, slopes)

    def curve(at: Floats) -> Floats:
        within = np.clip(at, places[0], places[-1])
        beyond = np.where(at < places[0], slopes[0], slopes[-1]) * (at - within)
        return np.asarray(inside(within) + beyond)

    return curve


def _local_fit(at: float, x: Floats, y: Floats, weights: Floats) -> tuple[float, float, float]:
    """Value and slope of the local quadratic at a point, and its bandwidth."""
    distance = np.abs(x - at)
    nearest = max(int(len(x) * NEIGHBOURS + 1e-12), 1)
    bandwidth = float(np.partition(distance, nearest - 1)[nearest - 1])
    share = distance / max(bandwidth, np.finfo(float).tiny)
    root = np.sqrt(np.where(share < 1, (1 - np.minimum(share, 1) ** 3) ** 3, 0.0) * weights)
    terms = np.column_stack([np.ones_like(x), x - at, (x - at) ** 2])
    value, slope, _ = np.linalg.lstsq(terms * root[:, None], y * root, rcond=None)[0]
    return float(value), float(slope), bandwidth
