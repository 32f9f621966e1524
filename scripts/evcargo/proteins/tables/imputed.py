"""Whether missing values were filled in before a table was written.

A protein that was imputed is in the table, but nobody has seen it: its detection proves nothing.
Three traces are looked for in tables with next to no missing values: one lowest value that many
cells of a sample share (a minimum, a half of it, a constant for zero), one that stands repeatedly
in the rows (half of the lowest value of the protein), and values far below those of the other
samples that all lie at one level (draws from a normal distribution shifted down, as Perseus does by
1.8 standard deviations with a width of 0.3, Tyanova 2016, 10.1038/nmeth.3901, or MinProb, Lazar
2016, 10.1021/acs.jproteome.5b00981).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_MISSING = 0.05
"""Share of missing cells from which a table is not one that was filled up."""
MIN_TIES, MIN_TIE_SHARE = 5, 0.005
TIE_EXCESS = 5
"""So many times as often as any other value the lowest one must be there."""
LOW_END = 0.25
"""Quantile of a sample below which the value of such cells lies: they may be half of the table."""
MIN_ROW_SHARE = 0.05
MIN_PROTEINS, MIN_SAMPLES, MIN_FALLS = 100, 3, 30
FALL_SHARE, FALL_EXCESS = 0.005, 1.5
FALL_LEVEL = (-3.0, -0.8)
"""Where shifted draws lie below the median of a sample, in its standard deviations."""
FALL_WIDTH, FALL_LIKENESS, MAX_LIKENESS = 0.45, 0.5, 0.85
"""Spread of the fallen values at one level, and their correlation with the protein's other values.
Of complete real tables none has both below the limits: their low values are low in their own way
(spread 0.5 to 2.5, correlation 0.78 to 0.98)."""


def find_imputation(values: Floats) -> str:
    """Say why missing values seem to have been filled in; empty if nothing speaks for it.

    Parameters
    ----------
    values
        Proteins x samples on the linear scale, NaN where missing.
    """
    rows = values[np.isfinite(values).any(axis=1)]
    if not rows.size or np.isnan(rows).mean() > MAX_MISSING or _are_counts(rows):
        return ""
    with np.errstate(divide="ignore"):
        log2 = np.log2(np.where(rows > 0, rows, np.nan))
    return _lowest_of_samples(rows) or _lowest_of_proteins(rows) or _shifted_down(log2)


def _are_counts(rows: Floats) -> bool:
    """Whether values are small whole numbers, whose lowest is there often anyway."""
    filled = rows[np.isfinite(rows)]
    return bool((filled % 1 == 0).all() and np.median(filled) < 100)


def _lowest_of_samples(rows: Floats) -> str:
    """Find samples of which many cells have one and the same low value."""
    filled = 0
    examples: list[float] = []
    for column in rows.T:
        known = column[np.isfinite(column)]
        values, counts = np.unique(known, return_counts=True)
        most = int(np.argmax(counts)) if counts.size else 0
        others = np.delete(counts, most).max(initial=1)
        low = counts.size > 1 and known.size and values[most] <= np.quantile(known, LOW_END)
        if low and counts[most] >= max(MIN_TIES, MIN_TIE_SHARE * len(known), TIE_EXCESS * others):
            filled += int(counts[most])
            examples.append(float(values[most]))
    if 2 * len(examples) <= rows.shape[1]:
        return ""
    shown = f"{examples[0]:.6g}" + (" and others" if len(set(examples)) > 1 else "")
    return (
        f"{filled:,} cells hold one low value of their sample ({shown}), and none is empty: a"
        " minimum or constant seems to stand for missing values"
    )


def _lowest_of_proteins(rows: Floats) -> str:
    """Find proteins whose lowest value stands in several samples, as half minima do."""
    if rows.shape[1] < MIN_SAMPLES or len(rows) < MIN_PROTEINS:
        return ""
    lowest = np.nanmin(rows, axis=1)[:, None]
    highest = np.nanmax(rows, axis=1)[:, None]
    twice = ((rows == lowest).sum(axis=1) > 1) & (lowest != highest)[:, 0]
    tops = ((rows == highest).sum(axis=1) > 1) & (lowest != highest)[:, 0]
    if twice.mean() < MIN_ROW_SHARE or twice.sum() < TIE_EXCESS * max(int(tops.sum()), 1):
        return ""
    return (
        f"of {int(twice.sum()):,} proteins several samples hold the same lowest value, and no cell"
        " is empty: a minimum of the protein seems to stand for missing values"
    )


def _shifted_down(log2: Floats) -> str:
    """Find values far below those of the protein in other samples that all lie at one level."""
    if log2.shape[1] < MIN_SAMPLES or len(log2) < MIN_PROTEINS:
        return ""
    middle = np.nanmedian(log2, axis=0)
    low, high = np.nanquantile(log2, [0.25, 0.75], axis=0)
    width = (high - low) / 1.349
    if not (width > 0).all():
        return ""
    own = np.nanmedian(log2 - middle, axis=1)
    rest = log2 - middle - own[:, None]
    limit = max(3 * 1.4826 * float(np.nanmedian(np.abs(rest))), 1.5)
    with np.errstate(invalid="ignore"):
        fallen, risen = rest < -limit, rest > limit
    count, known = int(fallen.sum()), int(np.isfinite(rest).sum())
    if count < max(MIN_FALLS, FALL_SHARE * known) or count < FALL_EXCESS * risen.sum():
        return ""
    level = ((log2 - middle) / width)[fallen]
    usual = (own[:, None] / width)[fallen]
    spread = float(np.subtract(*np.quantile(level, [0.75, 0.25]))) / 1.349
    likeness = float(np.corrcoef(level, usual)[0, 1])
    at_one_level = spread <= FALL_WIDTH or likeness <= FALL_LIKENESS
    if not at_one_level or likeness > MAX_LIKENESS:
        return ""
    if not FALL_LEVEL[0] <= np.median(level) <= FALL_LEVEL[1]:
        return ""
    return (
        f"no cell is empty, and {count:,} values that are far below those of the protein in other"
        f" samples lie at one level, {-np.median(level):.1f} standard deviations below the middle:"
        " missing values seem to be drawn from a distribution shifted down, as Perseus does"
    )
