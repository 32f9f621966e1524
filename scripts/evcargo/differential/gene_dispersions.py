"""Which estimated dispersions of counts say more than that counts scatter by counting alone.

PyDESeq2 climbs from a first guess, by moments. Where that is the least dispersion the slope is all
but flat, and whether the climb starts at all hung on the last digit: the estimate of such a feature
was 1e-8 on one processor and 0.01 on another, and with it the prior and the p-values of all others
moved. DESeq2 (Love 2014, 10.1186/s13059-014-0550-8, estimateDispersionsGeneEst) leaves a feature at
its first guess where a step along the slope, or all steps together, gain next to nothing. Its two
rules are used here, with limits that are far above rounding.
"""

import numpy as np
from scipy.special import betaln, gammaln

from evcargo.differential.prior import Floats

LEAST_GAIN = 1e-6  # log posterior of the first step, DESeq2: dispTol
LEAST_SHARE = 1e-6  # gain of all steps over the log posterior itself


def settled_dispersions(
    counts: Floats,
    means: Floats,
    design: Floats,
    starts: Floats,
    estimates: Floats,
    least: float,
) -> Floats:
    """Estimates, but for those that gain nothing over their start or over the least dispersion.

    Parameters
    ----------
    counts, means
        Observed and expected, samples x features.
    design
        Samples x coefficients.
    starts, estimates
        Dispersion by moments and by maximum likelihood, one per feature.
    least
        Dispersion that stands for none.

    Returns
    -------
    numpy.ndarray
        One per feature: the estimate, or its start, or `least`.
    """
    at_estimate = _log_posterior(counts, means, design, estimates)
    settled = estimates.copy()
    for others in (starts, np.full(len(starts), least)):
        before = _log_posterior(counts, means, design, others)
        nothing = at_estimate < before + LEAST_SHARE * np.abs(before)
        settled[nothing] = np.minimum(settled, others)[nothing]
    flat = starts <= 2 * least
    flat[flat] = _slope_at_none(counts[:, flat], means[:, flat], design) * least < LEAST_GAIN**0.5
    settled[flat] = least
    return settled


def _log_posterior(counts: Floats, means: Floats, design: Floats, dispersions: Floats) -> Floats:
    """Cox-Reid adjusted log likelihood of each feature, without what no dispersion changes."""
    size = 1 / dispersions
    with np.errstate(divide="ignore", invalid="ignore"):
        # log gamma (count + size) - log gamma (size), as exact with a large size as with a small.
        rising = np.where(counts > 0, gammaln(counts) - betaln(counts, size), 0.0)
    likelihood = rising - counts * np.log(means + size) - size * np.log1p(means * dispersions)
    information = _information(means / (1 + means * dispersions), design)
    return np.asarray(likelihood.sum(axis=0) - 0.5 * np.linalg.slogdet(information)[1])


def _information(weights: Floats, design: Floats) -> Floats:
    return np.asarray(np.einsum("sk,sf,sl->fkl", design, weights, design, optimize=True))


def _slope_at_none(counts: Floats, means: Floats, design: Floats) -> Floats:
    """Slope of the log posterior along the dispersion where that is 0."""
    inverse = np.linalg.inv(_information(means, design))
    leverage = means * np.einsum("sk,fkl,sl->sf", design, inverse, design, optimize=True)
    scatter = (counts - means) ** 2 - counts + leverage * means
    return np.asarray(0.5 * scatter.sum(axis=0))
