"""What a scale is, and what the values of a table show of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

Floats = NDArray[np.float64]

RAW, LOG2, LOG10, LN, RELATIVE = "raw", "log2", "log10", "ln", "relative"
BASES = {LOG2: 2.0, LOG10: 10.0, LN: math.e}
HIGHEST = {LOG2: 64.0, LOG10: 20.0, LN: 45.0}
"""No intensity is above 2^64, so that higher values are no such logarithms."""
MIN_ROWS = 20
"""Rows with a value from which their spread says something."""


@dataclass(frozen=True)
class Scale:
    """The scale of quantities.

    Parameters
    ----------
    name
        ``raw``, ``log2``, ``log10``, ``ln`` or ``relative``.
    reason
        What it was told by, for people.
    logarithm
        Base of the logarithms, 0 where values are linear: relative quantities may be either.
    zeros_missing
        Whether 0 stands for a missing value.
    """

    name: str
    reason: str
    logarithm: float = 0.0
    zeros_missing: bool = True


def log_scale(name: str, reason: str) -> Scale:
    """Give the scale of logarithms of amounts, in which 0 stands for a missing value."""
    return Scale(name, reason, BASES[name])


def sample_values(values: Floats) -> list[Floats]:
    """Give the values of each column that has any, without zeros and missing ones."""
    columns = (column[np.isfinite(column) & (column != 0)] for column in values.T)
    return [column for column in columns if len(column) > 2]


def quartile_width(values: Floats) -> float:
    """Give the standard deviation by quartiles."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low) / 1.349


def row_likeness(values: Floats) -> float:
    """Tell how much alike a protein is in all samples, compared with other proteins.

    Parameters
    ----------
    values
        Proteins x samples on a log scale, NaN where missing.

    Returns
    -------
    float
        Standard deviation of the means of the proteins over that of all values: near 1 for amounts,
        near 0 for ratios to the mean of the samples.
    """
    rows = values[np.isfinite(values).sum(axis=1) >= min(2, values.shape[1])]
    total = float(np.nanstd(rows)) if rows.size else 0.0
    return float(np.nanstd(np.nanmean(rows, axis=1))) / total if total > 0 else 1.0


def positive_log2(values: Floats) -> Floats:
    """Give log2 of positive values, NaN for others."""
    return np.log2(np.where(values > 0, values, np.nan))


def count_filled_rows(values: Floats) -> int:
    """Count the rows with any value but 0."""
    return int((np.isfinite(values) & (values != 0)).any(axis=1).sum())


def unclear_scale(path: str, why: str) -> EvcargoError:
    """Build the error that asks for the scale."""
    return EvcargoError(
        f"{path}: on which scale the quantities are cannot be told: {why}. Write raw, log2, log10,"
        " ln or relative (ratios, NPX, z-scores) into the column 'scale' of the run sheet"
    )
