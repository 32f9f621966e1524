"""Chosen columns of long text tables, piece by piece.

A report of a million rows and sixty columns is split, but only the cells that are wanted are
cleaned and kept.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.text import clean_cell, open_text
from evcargo.files.text_tables import LONGEST_CELL, TextTable

CHUNK = 50_000  # rows
Row = tuple[int, list[str]]


def read_chunks(
    table: TextTable, columns: Sequence[str], size: int = CHUNK
) -> Iterator[pd.DataFrame]:
    """Read some columns of a text table.

    Parameters
    ----------
    table
        Of `evcargo.files.text_tables.read_text_table`.
    columns
        Their names; each must be that of one column.
    size
        Rows of a piece.

    Returns
    -------
    iterator of pandas.DataFrame
        Cells as text; the index is the line of the file, 1-based. Blank rows are left out.

    Raises
    ------
    EvcargoError
        As `TextTable.rows` does.
    """
    places = [table.place(column) for column in columns]
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    rows = _even_rows(table, max(places) + 1)
    while piece := list(islice(rows, size)):
        lines = [line for line, _ in piece]
        cells = zip(*(pick(row) for _, row in piece), strict=True)
        data = {
            column: [clean_cell(cell) for cell in of_column]
            for column, of_column in zip(columns, cells, strict=True)
        }
        yield pd.DataFrame(data, index=lines, dtype=object)


def _even_rows(table: TextTable, needed: int) -> Iterator[Row]:
    """Rows that hold anything, split as far as needed; uneven ones are held to the header."""
    width = shortest = last = len(table.columns)
    count = end = 0
    for line, number, row in _split_rows(table, needed):
        if number != width:
            row = _of_width(table, line, row)
        shortest, last = min(shortest, last), min(number, width)
        count, end = count + 1, line
        yield line, row
    if count > 1 and last < shortest:
        raise EvcargoError(
            f"{table.path}, row {end}: the last row has {last} of {width} cells: the file is cut,"
            " or a line of text stands below the table. Copy or export it again, or delete that"
            " line"
        )


def _of_width(table: TextTable, line: int, row: list[str]) -> list[str]:
    width = len(table.columns)
    beyond = [cell for cell in map(clean_cell, row[width:]) if cell]
    if beyond:
        raise EvcargoError(
            f"{table.path}, row {line}: has {len(row)} cells, but the header names {width} columns;"
            f" {beyond[0][:40]!r} stands below no name. Name the column, or put cells that hold the"
            " separator in quotes"
        )
    return row[:width] + [""] * (width - len(row))


def _split_rows(table: TextTable, needed: int) -> Iterator[tuple[int, int, list[str]]]:
    """Rows below the header: first line, number of cells, and the cells as they are written.

    Of a row with as many cells as the table has columns those that are not needed may stay joined.
    """
    width = len(table.columns)
    csv.field_size_limit(LONGEST_CELL)
    delimiter = table.delimiter
    first = table.header_line or (table.preamble[-1][0] if table.preamble else 0)
    with open_text(table.path, table.encoding) as stream:
        body = islice(stream, first, None)
        if delimiter not in "\t ":
            reader = csv.reader(body, delimiter=delimiter)
            start = 1
            for row in reader:
                if any(map(str.strip, row)):
                    yield first + start, len(row), row
                start = reader.line_num + 1
            return
        for line, text in enumerate(body, first + 1):
            if not text.strip(' \t\n"'):
                continue
            text = text.rstrip("\n")
            if '"' in text or delimiter == " ":
                row = _quoted_cells(text, delimiter)
                yield line, len(row), row
            elif text.count(delimiter) == width - 1:
                yield line, width, text.split(delimiter, needed)
            else:
                row = text.split(delimiter)
                yield line, len(row), row


def _quoted_cells(text: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return next(csv.reader([text.strip()], delimiter=" ", skipinitialspace=True), [])
    return next(csv.reader([text], delimiter=delimiter), [])
