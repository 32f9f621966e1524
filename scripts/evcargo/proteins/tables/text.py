"""Protein tables as text: what the shared reader of text tables does not know of them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.text import clean_cell, find_encoding, read_head_bytes
from evcargo.files.text import open_text as open_lines
from evcargo.files.text_chunks import read_chunks
from evcargo.files.text_tables import TextTable, read_text_table
from evcargo.proteins.tables.table import CHUNK, Table

NOTE = "#!{"  # Perseus: a line that annotates the columns
HELD_MB = 25
"""Size of a text file up to which its columns stay in memory; above it they are read again."""
Row = tuple[int, list[str]]


def open_text(path: str | Path) -> Table:
    """Read the header of a table of text.

    Raises
    ------
    EvcargoError
        If it is no table, or has no row.
    """
    text = read_text_table(path)
    notes = any(row[0].startswith(NOTE) for _, row in islice(text.rows(), 3))

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        return _body(text, columns, notes)

    return Table(
        str(path),
        list(text.columns),
        read,
        annotated=notes,
        comma_expected=text.delimiter == ";",
        encoding=text.encoding.label,
        small=is_small(path),
    )


def is_small(path: str | Path) -> bool:
    """Whether a file's columns may stay in memory; compressed text is about ten times as large."""
    packed = Path(path).suffix.lower() in (".gz", ".bz2", ".xz", ".zst")
    return Path(path).stat().st_size * (10 if packed else 1) <= HELD_MB * 1e6


def _body(text: TextTable, columns: Sequence[str], notes: bool) -> Iterator[pd.DataFrame]:
    """Rows of proteins: without Perseus' lines of notes."""
    first = text.columns[0]
    wanted = list(dict.fromkeys([first, *columns])) if notes else list(columns)
    some = False
    for chunk in read_chunks(text, wanted, CHUNK):
        if notes:
            chunk = chunk[~chunk[first].str.startswith(NOTE)]
        some |= len(chunk) > 0
        yield chunk[list(columns)]
    if not some:
        raise EvcargoError(f"{text.path}: has a header, but no proteins. Export the table again")


def chunks_of(
    rows: Iterator[Row], names: Sequence[str], columns: Sequence[str]
) -> Iterator[pd.DataFrame]:
    """Give some columns of rows in pieces; the index is the row of the file."""
    places = [names.index(column) for column in columns]
    while some := list(islice(rows, CHUNK)):
        data = [[row[place].strip() for place in places] for _, row in some]
        yield pd.DataFrame(
            data, columns=list(columns), index=[line for line, _ in some], dtype=object
        )


def unquoted_rows(path: str | Path) -> Iterator[Row]:
    """Rows of a tab-separated format without quotes, each with its line number."""
    encoding = find_encoding(read_head_bytes(path))
    with open_lines(path, encoding) as stream:
        for line, text in enumerate(stream, 1):
            row = [clean_cell(cell) for cell in text.rstrip("\n").split("\t")]
            if any(row):
                yield line, row
