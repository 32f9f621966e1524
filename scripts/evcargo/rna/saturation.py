"""How many mature miRNAs fewer, or more, reads of a sample would show."""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

STEPS = (0.01, 0.02, 0.05, 0.10, 0.20, 0.50, 1.0)
"""Shares of a sample's reads at which its curve is computed."""


def rarefied(counts: np.ndarray, total: int, depths: Sequence[int]) -> np.ndarray:
    """Count the features that a random draw of the reads is expected to show.

    Exact, by the hypergeometric formula of Hurlbert 1971 (10.2307/1934145): of N reads, n are drawn
    without putting back, and a feature with k reads is missed with probability
    C(N - k, n) / C(N, n).

    Parameters
    ----------
    counts
        Reads of each feature, shape (features,); integers.
    total
        All reads that can be drawn (N), at least the sum of `counts`.
    depths
        Reads drawn (n), each from 0 to `total`.

    Returns
    -------
    numpy.ndarray
        Expected features, shape (depths,).
    """
    counts = np.asarray(counts, dtype=float)
    counts = counts[counts > 0]
    rest = total - counts
    expected = []
    for depth in depths:
        can_miss = rest >= depth
        left = rest[can_miss]
        missed = np.exp(
            gammaln(left + 1)
            - gammaln(left - depth + 1)
            - gammaln(total + 1)
            + gammaln(total - depth + 1)
        )
        expected.append(len(counts) - missed.sum())
    return np.array(expected)


def new_with_twice_the_reads(counts: np.ndarray) -> float:
    """Estimate how many further features as many reads again would show, rather too few.

    The unseen features are Chao's lower bound (bias-corrected, so that it needs no feature with
    two reads), their detection follows equation 9 of Colwell 2012 (10.1093/jpe/rtr044).

    Parameters
    ----------
    counts
        Reads of each feature, shape (features,).

    Returns
    -------
    float
        Expected new features; 0 where no feature has just one read.
    """
    counts = np.asarray(counts, dtype=float)
    reads, once, twice = counts.sum(), int((counts == 1).sum()), int((counts == 2).sum())
    unseen = once * (once - 1) / (2 * (twice + 1))
    if not unseen:
        return 0.0
    return float(unseen * (1 - (1 - once / (reads * unseen + once)) ** reads))


def depths_of(total: int, steps: Sequence[float] = STEPS) -> list[int]:
    """Whole reads at each share of `total`."""
    return [round(step * total) for step in steps]
