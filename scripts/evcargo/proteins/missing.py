"""Why values are missing: below the detection limit of the sample, or at random.

The chance of a protein to be quantified in a sample rises with its level. It is modelled as

    P(quantified | x) = (1 - r) F((x - m) / s),    F the normal distribution function,

with x the mean log2 quantity of the protein in the *other* samples: m and s say where and how
softly the sample loses sight of proteins, and r is the share that is missing however strong the
protein is. The curve is that of proDA (Ahlmann-Eltze 2020, 10.1101/661496) and limpa, with r added.
Of the missing proteins at level x the share (1 - F) / (1 - (1 - r) F) is expected to be below
detection, the rest at random. Nothing is imputed.

What is `at random` is not explained by a low level: chance (a peptide not selected for
fragmentation, interference), or a protein that this sample truly lacks.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr

from evcargo.purity.meaning import relative_reason

if TYPE_CHECKING:
    from anndata import AnnData

MIN_PROTEINS = 50  # in other samples too, of which some are missing, for a curve of the sample
MIN_MISSING = 5
NOTHING = 1e-9

Floats = NDArray[np.float64]
COLUMNS = [
    *("sample", "protein_groups", "quantified", "transferred", "missing"),
    *("missing_below_detection", "missing_at_random"),
]


def missing_table(matrix: "AnnData") -> pd.DataFrame:
    """Count missing values of every sample by reason (contract ``proteins_missing``).

    Parameters
    ----------
    matrix
        Of `evcargo.proteins.matrix.protein_matrix`. Levels are the normalised ones. A group that no
        other sample shows has no level: it counts as below detection.

    Returns
    -------
    pandas.DataFrame
        Every sample, in order. The two reasons sum to `missing`; they are empty for a sample
        without any quantity, where fewer than 50 groups tell a curve, and for relative quantities,
        whose level is no amount. ``transferred`` is empty where the matrix does not know.
    """
    level = np.array(matrix.layers["normalised"], float)
    seen = np.isfinite(np.array(matrix.X, float))
    total = np.where(np.isfinite(level), level, 0.0).sum(axis=0)
    count = np.isfinite(level).sum(axis=0)
    known = "transferred" in matrix.layers
    is_relative = bool(relative_reason(matrix))
    rows = []
    for i, sample in enumerate(matrix.obs_names):
        own = np.isfinite(level[i])
        others = count - own
        with np.errstate(invalid="ignore", divide="ignore"):
            x = np.where(others > 0, (total - np.where(own, level[i], 0.0)) / others, np.nan)
        missing = float((~seen[i]).sum())
        below = np.nan if is_relative else _expected_below(x, seen[i])
        only = float((matrix.layers["transferred"][i] == 1).sum()) if known else np.nan
        rows.append((str(sample), len(count), seen[i].sum(), only, missing, below, missing - below))
    return pd.DataFrame(rows, columns=COLUMNS)


def _expected_below(level: Floats, seen: NDArray[np.bool_]) -> float:
    told = np.isfinite(level)
    if not seen.any() or told.sum() < MIN_PROTEINS:
        return np.nan
    gone = told & ~seen
    unknown = float((~told & ~seen).sum())
    if gone.sum() < MIN_MISSING:
        return np.nan if gone.any() else unknown
    middle, spread, at_random = fit_detection(level[told], seen[told])
    detected = ndtr((level[gone] - middle) / spread)
    return unknown + float(((1 - detected) / (1 - (1 - at_random) * detected)).sum())


def fit_detection(level: Floats, seen: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Middle and spread of the detection curve, log2, and the share missing at random.

    Parameters
    ----------
    level
        log2 level of each protein.
    seen
        Whether the sample shows it.

    Returns
    -------
    tuple
        m, s and r of the maximum likelihood.
    """
    low, high = np.quantile(level, [0.001, 0.999])
    width = max(high - low, NOTHING)

    def cost(parameters: Floats) -> float:
        middle, log_spread, logit = parameters
        chance = ndtr((level - middle) / np.exp(log_spread)) / (1 + np.exp(logit))
        chance = np.clip(chance, NOTHING, 1 - NOTHING)
        return -float(np.log(np.where(seen, chance, 1 - chance)).sum())

    starts = [np.array([low + share * width, np.log(width / 10), -2.5]) for share in (0, 0.2, 0.5)]
    bounds = [
        (low - 2 * width, high + width),
        (np.log(width / 100), np.log(2 * width)),
        (-9.0, 4.0),
    ]
    fits = [minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    middle, log_spread, logit = min(fits, key=lambda fit: fit.fun).x
    return float(middle), float(np.exp(log_spread)), float(1 / (1 + np.exp(-logit)))
