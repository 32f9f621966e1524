"""The sample sheet: one row per preparation."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.study.cells import CellError, read_cell
from evcargo.study.names import COVARIATE, made_safe, why_unsafe
from evcargo.study.notes import Notes, quoted, same_but_for_spelling, shown
from evcargo.study.sheet_numbers import numeric_columns, with_plain_numbers
from evcargo.study.sheets import Row, Sheet
from evcargo.tables import DTYPES

# Taken by the matrices: their index, and what they say about each sample.
RESERVED = {"status", "status_reason", "run", "assay", "index"}
# What Excel makes of a name that reads like a date, e.g. MARCH1 or SEP2.
MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|okt|dez)"
DATE = re.compile(
    rf"[0-9]{{1,2}}[-.]{MONTH}([-.][0-9]+)?|{MONTH}-[0-9]{{2}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?",  # as a workbook is read
    re.IGNORECASE,
)


def check_samples(
    sheet: Sheet, schema: Mapping[str, Any], notes: Notes
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Hold a sample sheet to its schema.

    Parameters
    ----------
    sheet
        The sheet as text.
    schema
        Schema of one row.
    notes
        Takes the problems.

    Returns
    -------
    samples : pandas.DataFrame
        Contract ``samples``; wrong cells are missing. Covariates are text, numbers among them with
        a decimal point.
    lines : dict
        Sample -> its line in the file.
    """
    _check_columns(sheet, schema, notes)
    covariates = [name for name in sheet.columns if name not in schema["properties"]]
    sheet = with_plain_numbers(sheet, numeric_columns(schema), notes, covariates)
    lines: dict[str, int] = {}
    folded: dict[str, str] = {}
    records: list[dict[str, Any]] = []
    for row in sheet.rows:
        name = row.cells["sample"]
        first = folded.get(name.casefold())
        if not name:
            notes.add(
                "has no sample name", "Name the sample, or delete the row", row.line, "sample"
            )
            continue
        if first is not None:
            alike = (
                ""
                if first == name
                else f", as {shown(first)} (names must differ in more than case)"
            )
            remedy = "Name each preparation once; further files of a sample go into the run sheet"
            notes.add(f"is already in row {lines[first]}{alike}", remedy, row.line, "sample", name)
            continue
        check_name(name, row.line, "sample", notes)
        lines[name] = row.line
        folded[name.casefold()] = name
        records.append({**row.cells, **_known_cells(row, sheet, schema, notes)})
    if not sheet.rows:
        notes.add(
            "has no samples yet", "Write one row per preparation below the header", sheet.line
        )
    return _frame(records, sheet), lines


def check_name(name: str, line: int, column: str, notes: Notes) -> None:
    """Write down a name that is not safe in a file name, or that Excel has spoilt."""
    if why := why_unsafe(name):
        notes.add(why, f"Call it {shown(made_safe(name))}, for example", line, column, name)
    elif DATE.fullmatch(name):
        notes.add(
            "looks like a name that Excel made a date of",
            "Correct it, or choose a name that is no date, e.g. with a letter in front",
            line,
            column,
            name,
        )


def _check_columns(sheet: Sheet, schema: Mapping[str, Any], notes: Notes) -> None:
    known = schema["properties"]
    absent = [name for name in known if name not in sheet.columns]
    for name in sheet.columns:
        if name in known:
            continue
        meant = next((one for one in absent if same_but_for_spelling(name, one)), None)
        if meant:
            remedy = (
                f"Did you mean {shown(meant)}? If it is a column of your own, give it another name"
            )
            notes.add("is not a column of the sample sheet", remedy, sheet.line, quoted(name))
        elif name.casefold() in RESERVED:
            remedy = f"Call it {shown('my_' + name)}, for example"
            notes.add("is a name that evcargo needs itself", remedy, sheet.line, quoted(name))
        elif not COVARIATE.fullmatch(name) or len(name) > 64:
            safe = made_safe(name).replace(".", "_").replace("-", "_")
            remedy = f"Call it {shown(safe)}, for example"
            message = "is no name for a column: letters a-z, digits and _, starting with a letter"
            notes.add(message, remedy, sheet.line, quoted(name))


def _known_cells(row: Row, sheet: Sheet, schema: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, option in schema["properties"].items():
        text = row.cells.get(name, "")
        values[name] = option.get("default", "")
        if text:
            try:
                values[name] = read_cell(text, option)
            except CellError as error:
                notes.add(error.message, error.remedy, row.line, name, text)
    return values


def _frame(records: list[dict[str, Any]], sheet: Sheet) -> pd.DataFrame:
    contract = CONTRACTS["samples"]
    others = [name for name in sheet.columns if name not in contract.names]
    data = {}
    for column in contract.columns:
        values = [one[column.name] if one[column.name] != "" else None for one in records]
        data[column.name] = pd.Series(values, dtype=DTYPES[column.dtype])
    for name in others:
        data[name] = pd.Series([one[name] or None for one in records], dtype="string")
    return pd.DataFrame(data)
