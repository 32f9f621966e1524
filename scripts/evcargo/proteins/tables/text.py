"""Tables as text, whatever wrote them: separator, encoding, line ends, annotation lines."""

import bz2
import csv
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.table import CHUNK, Table
from evcargo.study.kinds import Head, read_head

NOTE = "#!{"  # Perseus: a line that annotates the columns
LONGEST_CELL = 2**31 - 1
OPENERS: dict[str, Callable[..., Any]] = {
    "": open,
    "gzip": gzip.open,
    "bzip2": bz2.open,
    "xz": lzma.open,
}
Row = tuple[int, list[str]]


def open_text(path: str | Path, head: Head) -> Table:
    """Read the header of a table that is separated by tab, comma or semicolon.

    Raises
    ------
    EvcargoError
        If it is no table, or has no row.
    """
    lines = head.text.split("\n")
    header = lines[0] if len(lines) > 1 else _first_line(path, head)
    separator = max("\t;,", key=header.count)
    first = list(islice(_rows(path, head, separator), 2))
    notes = any(row[0].startswith(NOTE) for _, row in first)
    if len(first) < 2 or len(first[0][1]) < 2:
        raise EvcargoError(
            f"{path}: is no table with a header, one row per protein and one column per sample."
            " Give a TSV or CSV file"
        )
    names = [cell.strip() for cell in first[0][1]]
    if len(names) == len(first[1][1]) - 1:
        names = ["protein", *names]  # as R writes a table with row names

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        body = islice(_rows(path, head, separator), 1, None)
        whole = _of_equal_length(path, body, len(names))
        return chunks_of(whole, names, columns)

    return Table(str(path), names, read, annotated=notes, decimal_comma=separator != ",")


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


def _of_equal_length(path: str | Path, rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Fill up short rows, but refuse a cut file; some engines leave out empty cells at the end."""
    shortest = last = width
    number = end = 0
    for line, row in rows:
        if row[0].startswith(NOTE):
            continue
        if len(row) > width:
            raise EvcargoError(
                f"{path}, row {line}: has {len(row)} cells, but the header has {width}. Quote cells"
                " that hold the separator"
            )
        shortest, last = min(shortest, last), len(row)  # shortest: of the rows before this one
        number, end = number + 1, line
        yield line, row if len(row) == width else row + [""] * (width - len(row))
    if not number:
        raise EvcargoError(f"{path}: has a header, but no proteins. Export the table again")
    if number > 1 and last < shortest:
        raise EvcargoError(
            f"{path}, row {end}: the last row has {last} of {width} cells: the file is cut."
            " Copy or export it again"
        )


def _rows(
    path: str | Path, head: Head, separator: str, quoting: int = csv.QUOTE_MINIMAL
) -> Iterator[Row]:
    """Rows that hold anything, each with its line number."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with text_stream(path, head) as stream:
            reader = csv.reader(stream, delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
            for row in reader:
                if row and (row[0].strip() or any(map(str.strip, row))):
                    yield reader.line_num, row
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise EvcargoError(
            f"{path}: the {head.compression} data are damaged. Copy the file again"
        ) from error
    except (OSError, UnicodeError) as error:
        raise EvcargoError(f"{path}: cannot be read ({error}). Copy it again") from error


def unquoted_rows(path: str | Path, head: Head) -> Iterator[Row]:
    """Rows of a tab-separated format without quotes, each with its line number."""
    return _rows(path, head, "\t", csv.QUOTE_NONE)


def text_stream(path: str | Path, head: Head) -> IO[str]:
    """Open a file as text, decompressed, with any line ends as line feeds.

    Raises
    ------
    EvcargoError
        If the compression is one that Python does not read.
    """
    if head.compression not in OPENERS:
        raise EvcargoError(f"{path}: is {head.compression} data. Unpack it, or use gzip")
    utf16 = head.data[:2] in (b"\xff\xfe", b"\xfe\xff")
    encoding = "utf-16" if utf16 else "utf-8-sig"
    return OPENERS[head.compression](
        path, "rt", encoding=encoding, errors="replace"
    )  # newline=None


def _first_line(path: str | Path, head: Head) -> str:
    with text_stream(path, head) as stream:
        return stream.readline()


def head_of(path: str | Path) -> Head:
    """First bytes of a table.

    Raises
    ------
    EvcargoError
        If the file cannot be read or its compression is damaged.
    """
    try:
        head = read_head(path)
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    if head.damage:
        raise EvcargoError(f"{path}: {head.damage}. Copy the file again")
    return head
