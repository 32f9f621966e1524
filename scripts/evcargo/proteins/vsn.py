"""Variance stabilising normalisation (Huber 2002, 10.1093/bioinformatics/18.suppl_1.S96).

An intensity has an additive and a multiplicative error: y = a + b exp(h) (1 + e) + e'. Then
h = arsinh(a_i + b_i y) has one variance at all levels for the right a_i, b_i of each sample. They
are found by maximum likelihood, the level of each protein profiled out, in rounds that leave out
the proteins that vary most (least trimmed squares), because these may truly differ.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

ROUNDS = 4
KEPT = 0.9  # of the proteins of each slice stay for the next round
SLICES = 5  # by level, so that trimming does not choose strong or weak proteins
MIN_PROTEINS = 42  # in two samples or more; as vsn asks for

Floats = NDArray[np.float64]


def fit_vsn(intensity: Floats) -> tuple[Floats, Floats]:
    """Offset and log factor of every sample.

    Parameters
    ----------
    intensity
        Samples x proteins, raw, NaN where missing; every sample has values.

    Returns
    -------
    offset, log_factor : numpy.ndarray
        a_i and ln b_i, by which arsinh(a_i + b_i y) has one variance.
    """
    seen = intensity[:, np.isfinite(intensity).sum(axis=0) >= 2]
    unit = float(np.nanmedian(seen))
    values = seen / unit
    samples = len(values)
    start = np.concatenate([np.zeros(samples), -np.log(np.nanmedian(values, axis=1))])
    used = np.ones(values.shape[1], bool)
    for _ in range(ROUNDS):
        fitted = minimize(
            _negative_log_likelihood,
            start,
            args=(values[:, used],),
            jac=True,
            method="L-BFGS-B",
            # Beyond a factor of e**12 the arsinh is a logarithm, and nothing changes any more.
            bounds=[(None, None)] * samples + [(-12.0, 12.0)] * samples,
        )
        start = fitted.x
        used = _quiet(transform(values, start[:samples], start[samples:]))
    return start[:samples], start[samples:] - np.log(unit)


def transform(intensity: Floats, offset: Floats, log_factor: Floats) -> Floats:
    """Give arsinh(a_i + b_i y), natural units (samples x proteins)."""
    return np.arcsinh(offset[:, None] + np.exp(log_factor)[:, None] * intensity)


def vsn_log2(intensity: Floats, offset: Floats, log_factor: Floats) -> Floats:
    """Give the transformed values in log2 units: equal to log2 of strong intensities, on average.

    Strong ones are shifted by the factor of their sample, in relation to the mean of the factors;
    weak ones are drawn towards a constant instead of minus infinity.
    """
    return (transform(intensity, offset, log_factor) - np.log(2) - log_factor.mean()) / np.log(2)


def _negative_log_likelihood(parameters: Floats, values: Floats) -> tuple[float, Floats]:
    samples = len(values)
    offset, log_factor = parameters[:samples, None], parameters[samples:, None]
    known = np.isfinite(values)
    scaled = np.where(known, np.exp(log_factor) * values, 0.0)
    inner = offset + scaled
    root = np.sqrt(1 + inner**2)
    height = np.where(known, np.arcsinh(inner), 0.0)
    apart = np.where(known, height - height.sum(axis=0) / known.sum(axis=0), 0.0)
    count, squares = known.sum(), float((apart**2).sum())
    value = count / 2 * np.log(squares / count) + float(np.log(root[known]).sum())
    value -= float((known.sum(axis=1) * log_factor[:, 0]).sum())
    slope = np.where(known, count * apart / squares / root + inner / root**2, 0.0)
    return value, np.concatenate(
        [slope.sum(axis=1), (slope * scaled).sum(axis=1) - known.sum(axis=1)]
    )


def _quiet(height: Floats) -> NDArray[np.bool_]:
    """Tell the proteins that vary least, slice by slice of their level."""
    level = np.nanmean(height, axis=0)
    spread = np.nanvar(height, axis=0)
    edges = np.quantile(level, np.linspace(0, 1, SLICES + 1)[1:-1])
    place = np.searchsorted(edges, level)
    limit = np.array(
        [np.quantile(spread[place == p], KEPT) if (place == p).any() else 0 for p in range(SLICES)]
    )
    return spread <= limit[place]
