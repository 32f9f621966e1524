"""One row of the run sheet for a whole table: ``*`` as sample takes every sample of the sheet."""

from collections.abc import Collection
from dataclasses import replace

from evcargo.study.notes import Notes
from evcargo.study.runs import RAW, file_format
from evcargo.study.sheets import Row, Sheet

EVERY = "*"


def rows_of_whole_tables(sheet: Sheet) -> list[Row]:
    """Rows that stand for every sample."""
    return [row for row in sheet.rows if row.cells["sample"] == EVERY]


def expand_rows(sheet: Sheet, samples: Collection[str] | None, notes: Notes) -> tuple[Sheet, bool]:
    """Put one row per sample in place of each row whose sample is ``*``.

    Parameters
    ----------
    sheet
        The run sheet.
    samples
        Names of the sample sheet, in its order; None if it could not be read.
    notes
        Takes the problems.

    Returns
    -------
    sheet
        The new rows have the line of the row that they stand for. A ``*`` in `path` or `column` is
        the name of the sample; where `path` has none, the table's column is that of the sample.
        Samples with a row of their own for the assay are left to it.
    whole
        Whether every ``*`` could be expanded; rows that could not are left out.
    """
    stars = rows_of_whole_tables(sheet)
    if not stars:
        return sheet, True
    rows: list[Row] = []
    for row in sheet.rows:
        if row.cells["sample"] != EVERY:
            rows.append(row)
        elif samples:
            rows += _expanded(row, sheet, samples, notes)
    columns = sheet.columns if "column" in sheet.columns else [*sheet.columns, "column"]
    whole = {row.line for row in stars} <= {row.line for row in rows}
    return replace(sheet, columns=columns, rows=rows), whole


def _expanded(row: Row, sheet: Sheet, samples: Collection[str], notes: Notes) -> list[Row]:
    assay = row.cells.get("assay", "").casefold()
    named = {
        other.cells["sample"]
        for other in sheet.rows
        if other.cells.get("assay", "").casefold() == assay
    }
    names = [name for name in samples if name not in named]
    if not names:
        message = f"stands for no sample: each has a row of its own for {assay}"
        notes.add(message, "Delete the row", row.line, "sample", EVERY)
        return []
    if not _is_clear(row, assay, notes):
        return []
    return [Row(row.line, row.cells | _cells_of(name, row)) for name in names]


def _cells_of(name: str, row: Row) -> dict[str, str]:
    path, column = row.cells.get("path", ""), row.cells.get("column", "")
    if EVERY not in path:
        column = column or EVERY
    return {
        "sample": name,
        "path": path.replace(EVERY, name),
        "column": column.replace(EVERY, name),
    }


def _is_clear(row: Row, assay: str, notes: Notes) -> bool:
    """Whether the row tells the samples apart; writes down why not."""
    path, column = row.cells.get("path", ""), row.cells.get("column", "")
    if EVERY in path:
        return True
    if file_format(assay, row.cells.get("format", "") or "auto", path) in RAW:
        notes.add(
            "is one file for every sample",
            "Write * where the name of the sample stands, e.g. raw/*.mzML; or write one row per"
            " file",
            row.line,
            "path",
            path,
        )
        return False
    if column and EVERY not in column:
        notes.add(
            "is one column for every sample",
            "Leave column empty, or write * where the name of the sample stands, e.g. Intensity *",
            row.line,
            "column",
            column,
        )
        return False
    return True
