"""Text tables as engines, Excel and people write them."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError

DELIMITERS = "\t,;"
MISSING = {"", "0", "nan", "na", "n/a", "null", "none", "filtered"}


def read_text_table(path: str | Path) -> pd.DataFrame:
    """Read a delimited table with one header line, all cells as text.

    Parameters
    ----------
    path
        Tab, comma or semicolon separated, plain or gzipped, with or without a byte order mark,
        with any line ends.

    Returns
    -------
    pandas.DataFrame
        Rows x columns, cells stripped; lines that hold nothing are left out. Annotation lines of
        Perseus (``#!{...}``) are kept as rows.

    Raises
    ------
    EvcargoError
        If the file is no such table.
    """
    lines = _text(path).splitlines()
    header = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=header.count)
    if header.count(delimiter) == 0:
        raise EvcargoError(
            f"{path}: the first line holds one column. Give a table separated by tabs, commas or"
            " semicolons, with the names of the columns in its first line"
        )
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
        if any(cell.strip() for cell in row)
    ]
    names, width = rows[0], len(rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) > width and any(row[width:]):
            raise EvcargoError(
                f"{path}, row {number}: {len(row)} cells under {width} column names. Quote cells"
                " that hold the separator"
            )
    if len(rows) == 1:
        raise EvcargoError(f"{path}: no row under the column names. Give the whole table")
    cells = [(row + [""] * width)[:width] for row in rows[1:]]
    table = pd.DataFrame(cells, columns=names, dtype=object)
    table.attrs["decimal"] = "," if delimiter == ";" else "."
    return table.loc[:, ~table.columns.duplicated()]


def _text(path: str | Path) -> str:
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise EvcargoError(f"{path}: the gzip file is damaged. Copy it again") from error
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise EvcargoError(f"{path}: an Excel workbook. Save the sheet as tab-separated text")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text[:4096]:
        raise EvcargoError(f"{path}: not a text file. Give a tab-separated table")
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html", "<head")):
        raise EvcargoError(f"{path}: a web page, not a table. Download the table itself")
    if not text.strip():
        raise EvcargoError(f"{path}: the file is empty. Give the whole table")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_numbers(values: pd.Series, decimal: str, path: str | Path) -> pd.Series:
    """Read the cells of a column as numbers; empty, ``NaN``-like and zero cells are missing.

    Raises
    ------
    EvcargoError
        If a cell is anything else.
    """
    text = values.astype(str).str.strip()
    if decimal == ",":
        text = text.str.replace(".", "", regex=False).where(text.str.contains(","), text)
        text = text.str.replace(",", ".", regex=False)
    known = ~text.str.lower().isin(MISSING)
    numbers = pd.to_numeric(text.where(known), errors="coerce")
    wrong = known & numbers.isna()
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise EvcargoError(
            f"{path}, column {values.name}: {values.iloc[row]!r} (feature {values.index[row]}) is"
            " no number. Correct the cell, or leave it empty"
        )
    return numbers.where(numbers != 0)
