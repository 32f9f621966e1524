"""Cells of a table as numbers: words for missing, decimal commas, what is no number."""

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError

MISSING = frozenset(
    {"", "na", "nan", "n/a", "#n/a", "null", "none", "-", "filtered", "profiled", "n. def."}
    | {"inf", "-inf", "infinity", "-infinity", "unendlich", "+unendlich"}
)


def numbers(cells: pd.Series, place: str, column: str, decimal_comma: bool) -> pd.Series:
    """Give cells as numbers, NaN where missing or infinite.

    Parameters
    ----------
    cells
        Text or numbers; the index is the row of the file.
    place, column
        File and column, for messages.
    decimal_comma
        Whether a comma in a number can be the decimal one: it does not separate the columns.

    Raises
    ------
    EvcargoError
        If a cell is neither a number nor a word for missing, or commas may be decimal ones or part
        thousands.
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        values = cells.astype(float)
        return values.where(np.isfinite(values))
    text = cells.astype(str)
    if decimal_comma:
        commas = text.str.contains(",", regex=False)
        if commas.any() and (text.str.contains(".", regex=False) & ~_is_missing(text)).any():
            raise EvcargoError(
                f"{place}, row {commas.idxmax()}: column {column!r} holds both commas and points in"
                f" its numbers, such as {text[commas.idxmax()][:40]!r}. Export the table without"
                " thousands separators"
            )
        text = text.str.replace(",", ".", regex=False)
    known = ~_is_missing(text)
    values = pd.to_numeric(text.where(known), errors="coerce").astype(float)
    wrong = known & ~np.isfinite(values)
    if wrong.any():
        row = wrong.idxmax()
        raise EvcargoError(
            f"{place}, row {row}: column {column!r} holds {cells[row][:40]!r}, which is no"
            " number. Choose a column of intensities in the run sheet, or repair the table"
        )
    return values


def _is_missing(text: pd.Series) -> pd.Series:
    return text.str.lower().isin(MISSING)


def figures(cells: pd.Series, decimal_comma: bool) -> pd.Series:
    """Give cells that only describe (peptide counts, q-values) as numbers, NaN where none."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.astype(float)
    text = cells.astype(str)
    text = text.str.replace(",", ".", regex=False) if decimal_comma else text
    values = pd.to_numeric(text, errors="coerce").astype(float)
    return values.where(np.isfinite(values))


def words(cells: pd.Series) -> pd.Series:
    """Give cells as text, empty where they are missing."""
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    return text.where(~text.isin(["null", "NaN", "nan", "None"]), "")
