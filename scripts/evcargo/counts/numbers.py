"""Counts from the cells of a table, in any locale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.files.numbers import (
    MISSING,
    AmbiguousNumbersError,
    NoNumberError,
    NumberStyle,
    find_number_style,
    parse_numbers,
)
from evcargo.files.text_tables import TextTable

MOST_DIGITS = 15
"""Digits of whole numbers that a float holds exactly."""
PLAIN = NumberStyle(reason="whole numbers without signs")


@dataclass(frozen=True)
class Source:
    """Where numbers are from, for messages.

    Parameters
    ----------
    table
        The table.
    rows
        Row of the table, from 0, of each row of the numbers; None where the table was turned.
    columns
        Run -> its column.
    """

    table: TextTable
    rows: Sequence[int] | None
    columns: Mapping[str, str]

    def cell(self, row: int, run: str) -> str:
        """Name a cell by file, row and column."""
        line = "" if self.rows is None else f", row {self.table.line_of(int(self.rows[row]))}"
        return f"{self.table.path}{line}, column {self.columns[run]}"


def read_numbers(
    source: Source, cells: pd.DataFrame, others: pd.DataFrame, decimal: str
) -> tuple[pd.DataFrame, NumberStyle]:
    """Read the counts of runs.

    Parameters
    ----------
    source
        The table, for messages and its separator.
    cells
        Features x runs, as text; index = names of the features.
    others
        Further columns of counts, which may tell what the signs in the numbers are.
    decimal
        Decimal sign that the run sheet states: point, comma or auto.

    Returns
    -------
    numbers : pandas.DataFrame
        As `cells`, NaN for empty cells.
    style : NumberStyle
        How they are written.

    Raises
    ------
    EvcargoError
        If a cell is no number, or nothing tells what its signs are.
    """
    quick = _whole_table(cells)
    if quick is not None:
        return quick, PLAIN
    stated = decimal if decimal in ("point", "comma") else ""
    expected = source.table.delimiter == ";"
    texts = [cell for name in cells for cell in cells[name]]
    try:
        style = find_number_style(texts, source.table.path, stated, expected)
    except AmbiguousNumbersError:
        texts += [cell for at in range(others.shape[1]) for cell in others.iloc[:, at]]
        style = find_number_style(texts, source.table.path, stated, expected)
    numbers = {name: _parsed(source, cells[name], style) for name in cells}
    return pd.DataFrame(numbers, index=cells.index), style


def whole_numbers(column: Sequence[str]) -> NDArray[np.float64] | None:
    """Give cells as numbers if all of them are made of digits only, as most are; else None."""
    joined = "".join(column)
    if not (joined.isascii() and joined.isdecimal()) or "" in column:
        return None
    if max(map(len, column)) > MOST_DIGITS:
        return None
    return np.fromstring("\t".join(column), dtype=np.int64, sep="\t").astype(float)


def _whole_table(cells: pd.DataFrame) -> pd.DataFrame | None:
    numbers = {}
    for name in cells:
        column = whole_numbers(cells[name].tolist())
        if column is None:
            return None
        numbers[name] = column
    return pd.DataFrame(numbers, index=cells.index)


def _parsed(source: Source, cells: pd.Series, style: NumberStyle) -> np.ndarray:
    column = cells.tolist()
    try:
        numbers = parse_numbers(column, style)
        for at in np.flatnonzero(np.isnan(numbers)):
            if "inf" in column[at].casefold():
                raise NoNumberError(int(at), column[at])
    except NoNumberError as error:
        raise EvcargoError(
            f"{source.cell(error.position, str(cells.name))}: {cells.index[error.position]} is"
            f" {error.cell!r}, which is no count. Correct the cell, or write 0 where there was no"
            " read"
        ) from None
    return numbers


def fill_missing(numbers: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, str]:
    """Fill empty cells with 0 where they can be nothing else.

    Tables of samples that list only what was found are often joined to one that has empty cells in
    place of zeros. Where a table has both, an empty cell may also be a lost value.

    Returns
    -------
    numbers : pandas.DataFrame
        Without missing values.
    note : str
        What was filled; empty if nothing.

    Raises
    ------
    EvcargoError
        If the table has empty cells beside zeros.
    """
    empty = numbers.isna()
    count = int(empty.to_numpy().sum())
    if not count:
        return numbers, ""
    if (numbers == 0).any(axis=None):
        row, column = map(int, np.argwhere(empty.to_numpy())[0])
        raise EvcargoError(
            f"{source.cell(row, numbers.columns[column])}: {numbers.index[row]} has no count"
            f" ({count:,} cells are empty), though other cells are 0. Write 0 where there was no"
            " read"
        )
    return numbers.fillna(0.0), f"{count:,} empty cells are read as 0, as no cell holds a 0"


def is_empty(cells: Sequence[str]) -> bool:
    """Whether no cell holds anything but words for a missing value."""
    return all(cell.casefold() in MISSING for cell in cells)
