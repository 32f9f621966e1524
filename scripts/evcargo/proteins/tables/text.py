"""A protein table as text, whatever wrote it: separator, encoding, line ends, annotation lines."""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.study.kinds import kind_of, read_head

NOTE = "#!{"  # Perseus: a line that annotates the columns
MISSING = frozenset(
    {"", "na", "nan", "n/a", "#n/a", "null", "none", "-", "filtered", "inf", "-inf"}
)
LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class TextTable:
    """A table of which nothing is understood yet.

    Parameters
    ----------
    path
        Where it was read.
    cells
        Rows x columns, text without surrounding blanks; the index is the line of the file.
    annotated
        Whether Perseus' annotation lines were there.
    decimal_comma
        Whether 1,5 is one and a half: the comma does not separate the columns.
    """

    path: str
    cells: pd.DataFrame
    annotated: bool = False
    decimal_comma: bool = False

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self.cells.columns.tolist()

    def text(self, column: str | None) -> pd.Series:
        """Give a column as text, empty if the table has none of that name."""
        if column in self.cells:
            return self.cells[column]
        return pd.Series("", index=self.cells.index)

    def numbers(self, column: str) -> pd.Series:
        """Give a column as numbers, NaN where missing.

        Raises
        ------
        EvcargoError
            If the column is there twice, or a cell is neither a number nor a word for missing.
        """
        if self.columns.count(column) > 1:
            raise EvcargoError(
                f"{self.path}: column {column!r} is there {self.columns.count(column)} times."
                " Rename the columns"
            )
        text = self.cells[column]
        text = text.str.replace(",", ".", regex=False) if self.decimal_comma else text
        known = ~text.str.lower().isin(MISSING)
        numbers = pd.to_numeric(text.where(known), errors="coerce").astype(float)
        wrong = known & ~np.isfinite(numbers)
        if wrong.any():
            line = wrong.idxmax()
            raise EvcargoError(
                f"{self.path}, row {line}: column {column!r} holds {text[line][:40]!r}, which is no"
                " number. Choose a column of intensities in the run sheet, or repair the table"
            )
        return numbers


def read_text_table(path: str | Path) -> TextTable:
    """Read a table, plain or gzipped, separated by tab, comma or semicolon.

    Raises
    ------
    EvcargoError
        If the file cannot be read, is no table (HTML, Excel, empty), or a row has another number
        of cells than the header.
    """
    lines = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    header = lines.partition("\n")[0]
    separator = max("\t;,", key=header.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(lines), delimiter=separator)
    rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if len(rows) < 2 or len(rows[0][1]) < 2:
        raise EvcargoError(
            f"{path}: is no table with a header, one row per protein and one column per sample."
            " Give a TSV or CSV file"
        )
    names = [cell.strip() for cell in rows[0][1]]
    if len(names) == len(rows[-1][1]) - 1:
        names = ["protein", *names]  # as R writes a table with row names
    notes = [row for _, row in rows[1:] if row[0].startswith(NOTE)]
    body = [(line, row) for line, row in rows[1:] if not row[0].startswith(NOTE)]
    if not body:
        raise EvcargoError(f"{path}: has a header, but no proteins. Export the table again")
    _check_lengths(path, body, len(names))
    cells = pd.DataFrame(
        [[cell.strip() for cell in row] + [""] * (len(names) - len(row)) for _, row in body],
        columns=names,
        index=[line for line, _ in body],
        dtype=object,
    )
    return TextTable(str(path), cells, bool(notes), separator != ",")


def _check_lengths(path: str | Path, body: list[tuple[int, list[str]]], width: int) -> None:
    """Refuse a cut file (its last row is short); some engines leave out empty cells at the end."""
    for line, row in body:
        if len(row) > width:
            raise EvcargoError(
                f"{path}, row {line}: has {len(row)} cells, but the header has {width}. Quote cells"
                " that hold the separator"
            )
    *others, (last, cells) = body
    if others and len(cells) < min(len(row) for _, row in others):
        raise EvcargoError(
            f"{path}, row {last}: the last row has {len(cells)} of {width} cells: the file is cut."
            " Copy or export it again"
        )


def _text(path: str | Path) -> str:
    try:
        head = read_head(path)
        what = kind_of(head)
        if head.damage:
            raise EvcargoError(f"{path}: {head.damage}. Copy the file again")
        if what != "text":
            kind = {
                "empty": "is empty",
                "fastq": "is FASTQ",
                "mzml": "is mzML",
                "fasta": "is FASTA",
            }
            raise EvcargoError(
                f"{path}: {kind.get(what, f'is {what}')}, not a protein table."
                " Give a TSV or CSV table; save an Excel sheet as CSV"
            )
        if head.compression not in ("", "gzip"):
            raise EvcargoError(f"{path}: is {head.compression} data. Unpack it, or use gzip")
        data = Path(path).read_bytes()
        data = gzip.decompress(data) if head.compression else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvcargoError(f"{path}: the gzip data are damaged. Copy the file again") from error
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("utf-8-sig", errors="replace")
