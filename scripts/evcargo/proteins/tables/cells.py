"""Cells of a table as numbers, all written in one style, and as words."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.numbers import (
    NoNumberError,
    NumberEvidence,
    NumberStyle,
    find_number_style,
    parse_numbers,
)
from evcargo.proteins.tables.table import Table


class Numbers:
    """How the numbers of one table are written: decided by all of its quantities.

    Parameters
    ----------
    table
        The table.
    decimal
        ``point`` or ``comma`` where the run sheet states the decimal sign, else empty.
    """

    def __init__(self, table: Table, decimal: str = "") -> None:
        self.path, self.decimal = table.path, decimal
        self.comma_expected = table.comma_expected
        self.style = NumberStyle()
        self._evidence = NumberEvidence()

    def look_at(self, chunk: pd.DataFrame, columns: Iterable[str]) -> None:
        """Gather what a piece of the table says of its numbers."""
        for column in columns:
            if not pd.api.types.is_numeric_dtype(chunk[column].dtype):
                self._evidence.add(chunk[column].astype(str))

    def settle(self) -> None:
        """Decide, once all pieces were looked at.

        Raises
        ------
        EvcargoError
            If cells contradict each other or what is stated, or nothing proves the decimal sign.
        """
        place = f"{self.path}, the quantities"
        self.style = self._evidence.find_style(place, self.decimal, self.comma_expected)

    def quantities(self, cells: pd.Series, column: str) -> pd.Series:
        """Give cells as numbers, NaN where missing or infinite.

        Raises
        ------
        EvcargoError
            If a cell is neither a number nor a word for missing.
        """
        if pd.api.types.is_numeric_dtype(cells.dtype):
            values = cells.astype(float)
            return values.where(np.isfinite(values))
        try:
            found = parse_numbers(cells.astype(str).tolist(), self.style)
        except NoNumberError as error:
            row = cells.index[error.position]
            raise EvcargoError(
                f"{self.path}, row {row}: column {column!r} holds {error.cell[:40]!r}, which is no"
                " number. Choose a column of intensities in the run sheet, or repair the table"
            ) from error
        return pd.Series(found, cells.index)

    def beside(self, cells: pd.Series, column: str) -> pd.Series:
        """Give what stands beside the quantities (counts, iBAQ) as numbers, NaN where it is none.

        Of a group of proteins some programs write one value for each member: equal ones are one.
        """
        try:
            return self.quantities(cells, column)
        except EvcargoError:
            text = cells.astype(str)
            alike = text.map(lambda cell: ";" in cell and len(set(cell.split(";"))) == 1)
            text = text.where(~alike, text.str.partition(";")[0])
            return self.quantities(text.where(text.map(_is_number), ""), column)

    def limits(self, cells: pd.Series, column: str) -> pd.Series:
        """Give figures that a filter looks at, such as q-values, in their own style if need be."""
        try:
            return self.quantities(cells, column)
        except EvcargoError:
            return self._in_their_style(cells, column)

    def figures(self, cells: pd.Series) -> pd.Series:
        """Give cells that only describe (peptide counts, q-values) as numbers, NaN where none."""
        if pd.api.types.is_numeric_dtype(cells.dtype):
            return cells.astype(float)
        text = cells.astype(str)
        values = pd.to_numeric(text, errors="coerce").astype(float)
        if self.style.decimal == "," or values.isna().any():
            other = pd.to_numeric(text.str.replace(",", ".", regex=False), errors="coerce")
            values = values.fillna(other.astype(float))
        return values.where(np.isfinite(values))

    def _in_their_style(self, cells: pd.Series, column: str) -> pd.Series:
        text = cells.astype(str).tolist()
        place = f"{self.path}, column {column!r}"
        try:
            style = find_number_style(text, place, self.decimal, self.comma_expected)
            return pd.Series(parse_numbers(text, style), cells.index)
        except NoNumberError as error:
            row = cells.index[error.position]
            raise EvcargoError(
                f"{self.path}, row {row}: column {column!r} holds {error.cell[:40]!r}, which is no"
                " number. Repair the table, or export it again"
            ) from error


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9]+([.,][0-9]+)?([eE][-+]?[0-9]+)?", cell.strip()) is not None


def words(cells: pd.Series) -> pd.Series:
    """Give cells as text, empty where they are missing."""
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    return text.where(~text.isin(["null", "NaN", "nan", "None"]), "")
