"""Relative quantities: ratios, z-scores, and values centred or scaled by protein."""

import math

import numpy as np

from evcargo.proteins.tables.logarithms import WIDTH
from evcargo.proteins.tables.scales import (
    MIN_ROWS,
    RELATIVE,
    Floats,
    Scale,
    positive_log2,
    quartile_width,
    row_likeness,
    sample_values,
)

NARROW = 1.3
"""Standard deviation over the proteins of a sample, log2, below which values are ratios."""
CENTRED = 0.02
"""Share of the spread by which the centre of a row or column may miss 0."""
RATIO_CENTRE = (0.75, 2.0)
"""How far from 1 the median of linear ratios lies, log2, and how far from 0 that of log2 ratios."""
ALIKE, UNLIKE = 0.75, 0.5
"""Standard deviation of the proteins' means over that of all values: the amounts of proteins are
much the same in all samples (above the first in most tables), ratios to a pool or to the mean of
the samples are not (below the second)."""
MOST = 0.9  # share of the rows that must show it


def standardised(values: Floats) -> Scale | None:
    """Find z-scores by protein or sample, and values centred by protein; None if they are none."""
    rows = values[np.isfinite(values).sum(axis=1) >= 3]
    if values.shape[1] >= 3 and len(rows) >= 3:
        spread = np.nanstd(rows, axis=1)
        middle = np.minimum(np.abs(np.nanmean(rows, axis=1)), np.abs(np.nanmedian(rows, axis=1)))
        centred = middle <= CENTRED * np.maximum(spread, 1e-9)
        if centred.mean() >= MOST:
            unit = np.abs(np.nanstd(rows, axis=1, ddof=1) - 1) < 0.02
            if unit.mean() >= MOST or (np.abs(spread - 1) < 0.02).mean() >= MOST:
                reason = "z-scores: every protein has mean 0 and standard deviation 1"
                return Scale(
                    RELATIVE, f"{reason}; differences are in standard deviations", 2.0, False
                )
            return Scale(RELATIVE, "values centred by protein, taken for log2", 2.0, False)
    samples = [sample for sample in sample_values(values) if len(sample) >= MIN_ROWS]
    if samples and all(abs(c.mean()) < CENTRED and abs(c.std() - 1) < 0.02 for c in samples):
        reason = "z-scores: every sample has mean 0 and standard deviation 1"
        return Scale(RELATIVE, f"{reason}; differences are in standard deviations", 2.0, False)
    return None


def may_be_amounts(values: Floats, spread: float) -> bool:
    """Whether values that centre on 0 in every sample may be log10 or ln intensities."""
    samples = [sample for sample in sample_values(values) if len(sample) >= MIN_ROWS]
    centred = (abs(np.median(c)) <= CENTRED * np.std(c) for c in samples)
    return spread >= WIDTH[0] / math.log2(10) and all(centred) and row_likeness(values) > UNLIKE


def centres_on_one(filled: Floats) -> bool:
    """Whether the median of positive values is near 1."""
    return bool(abs(np.median(np.log2(filled))) < RATIO_CENTRE[0])


def is_ratio(values: Floats, filled: Floats) -> bool:
    """Whether positive values centre on 1 and spread as ratios do, or differ as ratios do."""
    if not centres_on_one(filled):
        return False
    narrow = 0 < quartile_width(np.log2(filled)) < NARROW
    return narrow or row_likeness(positive_log2(values)) < ALIKE


def scaled_rows(values: Floats) -> str:
    """Say how positive values were scaled by protein, if they were; else empty."""
    rows = np.where(values > 0, values, np.nan)
    rows = rows[np.isfinite(rows).sum(axis=1) >= 2]
    if len(rows) < 3:
        return ""
    mean = np.nanmean(rows, axis=1)
    whole = float(np.median(mean))
    varies = np.median(np.nanstd(rows, axis=1) / mean) > 1e-3
    if varies and (np.abs(mean / whole - 1) < 0.005).mean() >= MOST:
        return f"scaled by protein: the mean of every protein is {whole:.4g}"
    for column in rows.T:
        filled = column[np.isfinite(column)]
        if len(filled) > 2 and np.ptp(filled) == 0 and np.nanstd(rows) > 0:
            return f"relative to one sample, in which every protein is {filled[0]:.4g}"
    return ""
