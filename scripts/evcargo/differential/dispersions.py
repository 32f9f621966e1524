"""Prior of the dispersions of counts where few residual degrees of freedom are left.

How far the true dispersions scatter about their trend is read from how far their estimates do. With
more than three residual degrees of freedom the sampling error is taken off the variance; with three
or fewer the estimates are too skewed for that, and the scatter is the one whose expected histogram
of the estimates is closest to the observed one (Love 2014, 10.1186/s13059-014-0550-8, methods). The
sampling error of a log variance is that of a chi-squared variate. DESeq2 draws the expected
histogram at random; here it is integrated, so that there is no seed.
"""

import numpy as np
from scipy import stats

from evcargo.differential.prior import Floats

#: With so few residual degrees of freedom the histograms are compared.
FEW_RESIDUAL_DF = 3
EDGES = np.linspace(-10, 10, 41)  # of the histogram of log estimate over trend
VARIANCES = np.linspace(0, 8, 1601)
LEAST_VARIANCE = 0.25
DRAWS = 10_000  # of DESeq2: a bin that they would leave empty weighs as one draw
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(101)


def prior_variance(log_ratios: Floats, residual_df: int) -> float:
    """Variance of the true log dispersions about their trend, from few degrees of freedom.

    Parameters
    ----------
    log_ratios
        Log of the estimated dispersion over the trend, one per feature.
    residual_df
        Residual degrees of freedom of the estimates.

    Returns
    -------
    float
        At least `LEAST_VARIANCE`, as in DESeq2.
    """
    width = EDGES[1] - EDGES[0]
    inside = log_ratios[(log_ratios > EDGES[0]) & (log_ratios < EDGES[-1])]
    if not len(inside):
        return LEAST_VARIANCE
    observed = np.histogram(inside, EDGES)[0] / len(inside) / width
    small = min(observed[observed > 0].min(), 1 / DRAWS / width)
    # Share of the sampling errors below each edge, seen from each node of the normal scatter.
    shifts = np.sqrt(VARIANCES)[:, None, None] * NODES[None, :, None]
    below = stats.chi2.cdf(residual_df * np.exp(EDGES - shifts), residual_df)
    shares = np.diff(np.einsum("n,vne->ve", WEIGHTS / WEIGHTS.sum(), below), axis=1)
    expected = shares / shares.sum(axis=1, keepdims=True) / width
    divergence = (observed * (np.log(observed + small) - np.log(expected + small))).sum(axis=1)
    return max(float(VARIANCES[np.argmin(divergence)]), LEAST_VARIANCE)
