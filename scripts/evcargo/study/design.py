"""Columns of the model matrix of a contrast, and whether data could tell them apart."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.study.cells import as_number
from evcargo.study.model import Contrast

# Two columns of a design count as one when what is left of the second is smaller than this.
TOLERANCE = 1e-8
MOST_AXES = 2
"""Purity axes of a contrast."""
DF_PER_AXIS = 5
"""Residual degrees of freedom of the model without axes that each axis needs."""
TEXT_COLUMNS = tuple(one.name for one in CONTRACTS["samples"].columns if one.dtype == "text")


def covariate_numbers(samples: pd.DataFrame, name: str) -> np.ndarray | None:
    """Return a column of the sample sheet as numbers, or None if its values are categories.

    The columns that evcargo knows as text (subject, batch ...) are categories even if they hold
    numbers; any other column is numeric if every cell that is not empty is a number.

    Returns
    -------
    numpy.ndarray or None
        float64, NaN for an empty cell.
    """
    return None if name in TEXT_COLUMNS else numbers_of(samples, name)


def numbers_of(samples: pd.DataFrame, name: str) -> np.ndarray | None:
    """Return a column as numbers, NaN for an empty cell, or None if a cell is no number."""
    values = samples[name]
    if values.isna().all():
        return None
    numbers = [np.nan if pd.isna(one) else as_number(str(one)) for one in values]
    return None if None in numbers else np.array(numbers, dtype=float)


def compared(contrast: Contrast, samples: pd.DataFrame, having: Collection[str]) -> pd.DataFrame:
    """Rows of the samples that a contrast compares, of those `having` runs, in sheet order."""
    chosen = (samples["material"] == contrast.material) & samples[contrast.column].notna()
    if contrast.kind == "pair":
        levels = samples[contrast.column].astype("string")
        chosen &= levels.isin([contrast.test, contrast.reference])
    return samples[chosen.fillna(False) & samples["sample"].isin(having)]


def room_for_axes(samples: int, coefficients: int) -> int:
    """Purity axes that a model of so many samples and coefficients has room for."""
    return max(min(MOST_AXES, (samples - coefficients) // DF_PER_AXIS), 0)


def design_columns(contrast: Contrast, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Columns of the model matrix but for the intercept, each with the term it belongs to.

    Parameters
    ----------
    contrast
        What is compared.
    rows
        The compared samples, without empty cells in the covariates.

    Returns
    -------
    list of (str, numpy.ndarray)
        Term (a column of the sample sheet) and float64 values: first the compared column (1 at the
        test level, then one column for each level beside the two; of kind ``any`` one for each but
        the first in sorted order; of kind ``slope`` its numbers), then each covariate, numbers as
        they are, categories as one 0/1 column for each level but the first in sorted order.
    """
    columns = _asked_columns(contrast, rows)
    for name in contrast.covariates:
        numbers = covariate_numbers(rows, name)
        if numbers is not None:
            columns.append((name, numbers))
            continue
        values = rows[name].astype(str)
        for level in sorted(values.unique())[1:]:
            columns.append((name, (values == level).to_numpy(dtype=float)))
    return columns


def aliased_terms(columns: Sequence[tuple[str, np.ndarray]]) -> list[tuple[str, ...]]:
    """Find groups of terms that no data could tell apart, beside an intercept.

    Returns
    -------
    list of tuple of str
        Terms, in the order of the design, for each linear dependence; each group once.
    """
    rows, count = (len(columns[0][1]) if columns else 0), len(columns)
    # The columns accepted so far are basis @ weights: one orthonormal column each, as in a QR.
    basis, weights = np.zeros((rows, count)), np.zeros((count, count))
    terms: list[str] = []
    groups: dict[tuple[str, ...], None] = {}
    order = list(dict.fromkeys(term for term, _ in columns))
    for term, values in columns:
        unit = _centred_unit(values)
        used = len(terms)
        shares = basis[:, :used].T @ unit
        left = unit - basis[:, :used] @ shares
        again = basis[:, :used].T @ left  # a second pass takes off what rounding has left
        left -= basis[:, :used] @ again
        length = np.linalg.norm(left)
        if length > TOLERANCE:
            basis[:, used], weights[used, used] = left / length, length
            weights[:used, used] = shares + again
            terms.append(term)
            continue
        mixed = np.linalg.solve(weights[:used, :used], shares + again)
        involved = {term} | {terms[at] for at in np.flatnonzero(np.abs(mixed) > 1e-6)}
        groups[tuple(one for one in order if one in involved)] = None
    return list(groups)


def _centred_unit(values: np.ndarray) -> np.ndarray:
    """Scale a column to mean 0 and length 1, or to zeros if it is constant."""
    scaled = values / (np.abs(values).max() or 1.0)
    centred = scaled - scaled.mean()
    length = np.linalg.norm(centred)
    return centred / length if length > TOLERANCE else np.zeros(len(values))


def _asked_columns(contrast: Contrast, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    if contrast.kind == "slope":
        numbers = numbers_of(rows, contrast.column)
        return [(contrast.column, np.empty(0) if numbers is None else numbers)]
    values = rows[contrast.column].astype(str)
    levels = sorted(values.unique())[1:]
    if contrast.kind == "pair":
        rest = sorted(set(values) - {contrast.test, contrast.reference})
        levels = [contrast.test, *rest]
    return [(contrast.column, (values == level).to_numpy(dtype=float)) for level in levels]
