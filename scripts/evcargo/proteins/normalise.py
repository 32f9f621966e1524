"""Put the samples of a protein matrix on one scale, for testing; purity never uses this."""

import numpy as np
from numpy.typing import NDArray

MIN_STABLE = 20  # below this many complete proteins, those seen in half of the samples join them
STABLE_SHARE = 0.5


def normalise(intensity: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """Log2 quantities on one scale.

    Parameters
    ----------
    intensity
        Samples x proteins, raw (linear), NaN where missing.
    method
        ``median`` (see `median_of_stable`) or ``none``: log2 only.

    Returns
    -------
    numpy.ndarray
        Samples x proteins, log2, NaN where missing.
    """
    log2 = np.log2(intensity)
    return median_of_stable(log2) if method == "median" else log2


def median_of_stable(log2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift every sample so that its stable proteins agree with their median over the samples.

    Stable proteins are those seen in every sample that holds anything; where there are fewer than
    20 of them, those seen in at least half of these samples. After the shift the median difference
    of a sample to the reference (the median of each stable protein over the samples) is zero.
    Ratios of proteins that all samples share decide, as in the retention of a housekeeping set: a
    protein seen in few samples, be it abundant, cannot move the others.

    Parameters
    ----------
    log2
        Samples x proteins, log2 intensity, NaN where missing.

    Returns
    -------
    numpy.ndarray
        The same shape. A sample without any stable protein cannot be placed on the common scale:
        its values are NaN.
    """
    shifts = shifts_of_stable(log2)
    return log2 - shifts[:, None]


def shifts_of_stable(log2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shifts that `median_of_stable` takes from the samples, log2; NaN without a stable protein."""
    seen = np.isfinite(log2)
    holding = seen.any(axis=1)
    shifts = np.full(log2.shape[0], np.nan)
    if not holding.any():
        return shifts
    share = seen[holding].mean(axis=0)
    stable = share == 1
    if stable.sum() < MIN_STABLE:
        stable = share >= STABLE_SHARE
    reference = np.nanmedian(log2[np.ix_(holding, stable)], axis=0)
    for sample in np.flatnonzero(holding):
        difference = log2[sample, stable] - reference
        if np.isfinite(difference).any():
            shifts[sample] = np.nanmedian(difference)
    return shifts
