"""Samples that belong together, such as several of one subject: how alike their errors are.

The correlation within a block is estimated for every feature by restricted maximum likelihood, and
one consensus of all features is used for each of them, as limma's `duplicateCorrelation` does
(Smyth 2005, 10.1093/bioinformatics/bti270). limma's solver stops after 20 steps, before the
likelihood is at its greatest (a consensus of 0.20 in place of 0.25 in the data of the tests); this
one does not stop early, and is compared with a direct search in R.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from evcargo.differential.moderated import patterns
from evcargo.differential.prior import Floats

TRIM = 0.15  # of the features at either end, before the mean of the correlations
HIGHEST = 0.99
ABOVE_LOWEST = 0.01  # of a block of n samples: -1 / (n - 1)
GRID = 401


def block_correlation(blocks: Sequence[str], correlation: float) -> Floats:
    """Correlation matrix of samples (in the order of `blocks`) that share one within a block."""
    names = np.asarray(blocks, dtype=str)
    matrix = np.where(names[:, None] == names[None, :], correlation, 0.0)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def consensus_correlation(values: Floats, design: Floats, blocks: Sequence[str]) -> float:
    """Correlation of the errors within a block, over all features.

    Parameters
    ----------
    values
        Features x samples, log2, NaN where missing.
    design
        Samples x coefficients.
    blocks
        Block of each sample.

    Returns
    -------
    float
        Trimmed mean of the features' correlations on the scale of Fisher's z; 0 where no block has
        two samples, where the design tells the blocks apart, or where no feature has enough values.
    """
    names = np.unique(np.asarray(blocks, dtype=str), return_inverse=True)[1]
    largest = int(np.bincount(names).max())
    member = np.eye(names.max() + 1)[names]
    if largest == 1 or _encoded(design, member):
        return 0.0
    lowest = -1 / (largest - 1) + ABOVE_LOWEST
    found = [
        _correlations(values[np.ix_(rows, observed)], design[observed], member[observed], lowest)
        for rows, observed in patterns(np.isfinite(values))
    ]
    each = np.concatenate(found) if found else np.empty(0)
    each = each[np.isfinite(each)]
    if not len(each):
        return 0.0
    return float(np.tanh(stats.trim_mean(np.arctanh(each), TRIM)))


def _encoded(design: Floats, member: Floats) -> bool:
    rank = np.linalg.matrix_rank(design)
    return bool(np.linalg.matrix_rank(np.column_stack([design, member])) == rank)


def _correlations(values: Floats, design: Floats, member: Floats, lowest: float) -> Floats:
    """Correlation per feature of the same observed samples; NaN where they are too few."""
    none = np.full(len(values), np.nan)
    samples, blocks = len(design), int((member.sum(axis=0) > 0).sum())
    if samples <= design.shape[1] + 2 or not 1 < blocks < samples - 1:
        return none
    # Rotate to contrasts that are free of the design and independent whatever the correlation is:
    # the expected square of each is then proportional to 1 - correlation + correlation x length.
    left, singular, _ = np.linalg.svd(design)
    rank = int((singular > 1e-7 * singular[0]).sum())
    free = left[:, rank:]
    lengths, rotation = np.linalg.eigh(free.T @ member @ member.T @ free)
    if np.ptp(lengths) < 1e-7:
        return none
    squares = (values @ free @ rotation) ** 2
    return np.array([_likeliest(np.clip(lengths, 0, None), row, lowest) for row in squares])


def _likeliest(lengths: Floats, squares: NDArray[np.float64], lowest: float) -> float:
    """Correlation of the greatest restricted likelihood, which may have several peaks."""
    if squares.max() == 0:
        return float("nan")

    def cost(correlation: Floats) -> Floats:
        scale = 1 + np.multiply.outer(correlation, lengths - 1)
        return np.asarray(
            len(lengths) * np.log((squares / scale).mean(axis=-1)) + np.log(scale).sum(axis=-1)
        )

    def slope(correlation: float) -> float:
        scale = 1 + correlation * (lengths - 1)
        part = (lengths - 1) / scale
        share = squares / scale
        return float(part.sum() - len(lengths) * (share * part).sum() / share.sum())

    grid = np.linspace(lowest, HIGHEST, GRID)
    best = int(np.argmin(cost(grid)))
    before, after = grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)]
    if slope(before) < 0 < slope(after):
        return float(optimize.brentq(slope, before, after, xtol=1e-13))
    return float(grid[best])
