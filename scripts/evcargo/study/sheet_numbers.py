"""Numbers of a sheet as people of all countries write them, brought to plain ones.

Each column is read as one: ``21,5`` is a number in a sheet of tabs too, and ``1,234`` alone is
asked for, as in any other table (`evcargo.files.numbers`).
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from evcargo.errors import EvcargoError, cause_and_remedy
from evcargo.files.numbers import (
    AmbiguousNumbersError,
    NumberStyle,
    find_number_style,
    normalise_blanks,
)
from evcargo.study.cells import NUMBER
from evcargo.study.notes import Notes
from evcargo.study.sheets import Row, Sheet

ONE_WAY = "Write every number of the column in one way, with a point for decimals"


def with_plain_numbers(
    sheet: Sheet, numeric: Collection[str], notes: Notes, others: Collection[str] = ()
) -> Sheet:
    """Give a sheet whose numbers have a decimal point and no thousands signs.

    Parameters
    ----------
    sheet
        As it was read.
    numeric
        Columns of numbers. What is no number stays, for the check of the cell to say so.
    notes
        Takes the columns in which nothing proves what a comma or point means.
    others
        Columns that are of numbers if every filled cell is one, and else stay as they are.
    """
    plain: dict[str, dict[str, str]] = {}
    for name in sheet.columns:
        cells = [row.cells[name] for row in sheet.rows if row.cells.get(name)]
        if not cells or name not in (*numeric, *others):
            continue
        if name in numeric or all(map(_is_number, normalise_blanks(cells))):
            plain[name] = _plain_cells(cells, name, sheet, notes, name in numeric)
    rows = [Row(row.line, _changed(row.cells, plain)) for row in sheet.rows]
    return replace(sheet, rows=rows)


def _changed(cells: dict[str, str], plain: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: plain.get(name, {}).get(cell, cell) for name, cell in cells.items()}


def numeric_columns(schema: Mapping[str, Any]) -> list[str]:
    """Columns of a sheet of which the schema wants numbers."""
    options = schema["properties"].items()
    return [name for name, option in options if option["type"] in ("integer", "number")]


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell.replace(",", "").replace(".", "", cell.count(".") - 1)) is not None


def _plain_cells(
    cells: list[str], name: str, sheet: Sheet, notes: Notes, strict: bool
) -> dict[str, str]:
    """Cell -> plain number, for the cells that are numbers.

    Where cells contradict each other, the check of a `strict` column names the cell.
    """
    try:
        style = find_number_style(cells, name, comma_expected=sheet.decimal_comma)
    except EvcargoError as error:
        if isinstance(error, AmbiguousNumbersError) or not strict:
            cause = cause_and_remedy(error)[0].removeprefix(f"{name}: ")
            notes.add(cause.partition(": ")[0], ONE_WAY, sheet.line, name)
        return {}
    plain = {
        cell: _plain(text, style) for cell, text in zip(cells, normalise_blanks(cells), strict=True)
    }
    return {cell: text for cell, text in plain.items() if NUMBER.fullmatch(text)}


def _plain(text: str, style: NumberStyle) -> str:
    if style.thousands:
        text = text.replace(style.thousands, "")
    return text.replace(",", ".") if style.decimal == "," else text
