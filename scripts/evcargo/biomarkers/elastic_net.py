"""Logistic regression with the elastic net penalty, many small problems side by side.

glmnet's algorithm (Friedman 2010, 10.18637/jss.v033.i01): for a falling series of penalties the
log likelihood is approximated by a weighted square around the current fit, which is minimised one
coefficient after the other. A nested cross-validation with permutations is thousands of problems
with a few dozen samples each; here every step is one array operation over all of them, in place of
a call for each problem and penalty.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

L1_RATIO = 0.5
"""Share of the lasso in the penalty; the rest is ridge, which keeps correlated features together
(Zou and Hastie 2005, 10.1111/j.1467-9868.2005.00503.x)."""
RATIOS = np.geomspace(0.8, 0.03, 10)
"""Penalties that are tried, relative to the least that leaves no feature in the model; a model
without features, which orders no samples, is none of them."""
APPROXIMATIONS, SWEEPS, TOLERANCE = 8, 12, 2e-3
FLATTEST = 1e-4  # curvature of the likelihood, where the fit is sure

Floats = NDArray[np.float64]


def penalties(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Penalties to try for each problem, highest first: penalties x problems.

    Parameters
    ----------
    x, y, weight
        As in `fit_paths`.
    """
    size = weight.sum(axis=1)
    mean = (weight * y).sum(axis=1) / size
    residual = weight * (y - mean[:, None])
    steepest = np.abs(np.einsum("kbn,bn->kb", x, residual)).max(axis=0) / size
    return np.asarray(RATIOS[:, None] * np.maximum(steepest, 1e-6) / L1_RATIO)


def fit_paths(x: Floats, y: Floats, weight: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Fit every problem with every penalty.

    The function that is minimised is the mean negative log likelihood + penalty x (L1_RATIO x sum
    of absolute coefficients + (1 - L1_RATIO) / 2 x sum of squares).

    Parameters
    ----------
    x
        Features x problems x samples, standardised among the samples that count.
    y
        Problems x samples, 0 or 1.
    weight
        Problems x samples, 1 for the samples that count (training) and 0 for the others.
    penalty
        Penalties x problems, highest first.

    Returns
    -------
    scores : numpy.ndarray
        Penalties x problems x samples: log odds, also of the samples that do not count.
    coefficients : numpy.ndarray
        Penalties x problems x features.
    """
    count, problems, samples = x.shape
    size = weight.sum(axis=1)
    mean = (weight * y).sum(axis=1) / size
    fit = np.zeros((count, problems))
    intercept = np.log(mean / (1 - mean))
    score = np.repeat(intercept[:, None], samples, axis=1)
    scores = np.empty((len(penalty), problems, samples))
    coefficients = np.empty((len(penalty), problems, count))
    square = x * x
    for number, strength in enumerate(penalty):
        lasso, ridge = L1_RATIO * strength, (1 - L1_RATIO) * strength
        for _ in range(APPROXIMATIONS):
            chance = expit(score)
            curve = weight * np.maximum(chance * (1 - chance), FLATTEST)
            bend = np.einsum("kbn,bn->kb", square, curve) / size
            moved = _descend(x, weight * (y - chance), curve, bend, fit, intercept, lasso, ridge)
            score = intercept[:, None] + np.einsum("kb,kbn->bn", fit, x)
            if moved < TOLERANCE:
                break
        scores[number], coefficients[number] = score, fit.T
    return scores, coefficients


def _descend(
    x: Floats,
    residual: Floats,
    curve: Floats,
    bend: Floats,
    fit: Floats,
    intercept: Floats,
    lasso: Floats,
    ridge: Floats,
) -> float:
    """Minimise the weighted square; `fit` and `intercept` are changed. Return the largest move."""
    size_of = (curve > 0).sum(axis=1)
    total, before = curve.sum(axis=1), fit.copy()
    for _ in range(SWEEPS):
        largest = 0.0
        for place, values in enumerate(x):
            pull = np.einsum("bn,bn->b", values, residual) / size_of + bend[place] * fit[place]
            new = np.sign(pull) * np.maximum(np.abs(pull) - lasso, 0) / (bend[place] + ridge)
            step = new - fit[place]
            reach = float(np.abs(step).max())
            if reach:
                residual -= curve * values * step[:, None]
                fit[place] = new
                largest = max(largest, reach)
        step = residual.sum(axis=1) / total
        residual -= curve * step[:, None]
        intercept += step
        if largest < TOLERANCE:
            break
    return float(np.abs(fit - before).max())
