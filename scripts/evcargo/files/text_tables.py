"""One reader of text tables: count tables, matrices, sheets, size tables, reports of programs.

What stands above the header, the separator, quotes, the empty cells that Excel leaves behind, row
names of R and blank rows are dealt with here, once for all.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.text import Encoding, clean_cell, find_encoding, open_text, read_head_bytes

# Tried in this order where two fit alike.
DELIMITERS = ("\t", ";", ",", "|", " ")
SAMPLED_LINES = 200
LONGEST_CELL = 2**31 - 1
ROW_NAMES = "row name"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?")
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class TextTable:
    """A text table of which the header is known; its rows are read when they are wanted.

    Parameters
    ----------
    path
        The file, as the user wrote it.
    encoding
        How its text is encoded.
    delimiter
        What separates the cells.
    columns
        Names of the columns, cleaned; a column without a name is called ``column 3`` by its number,
        the row names that R writes above nothing ``row name``. Names may repeat.
    header_line
        Line of the header, 1-based; 0 where the table has none.
    preamble
        Line number and text of what stands above the header: comments, settings of the program.
    row_names
        Whether the header has one cell less than the rows, as R writes it.
    """

    path: str
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...]
    header_line: int
    preamble: tuple[tuple[int, str], ...] = ()
    row_names: bool = False

    @property
    def repeated_columns(self) -> tuple[str, ...]:
        """Names that more than one column has."""
        return tuple(name for name, count in Counter(self.columns).items() if count > 1)

    def place(self, column: str) -> int:
        """Give the number of a column, from 0.

        Raises
        ------
        EvcargoError
            If the name is that of several columns, or of none.
        """
        places = [at for at, name in enumerate(self.columns) if name == column]
        if len(places) != 1:
            raise EvcargoError(
                f"{self.path}: column {column!r} is there {len(places)} times."
                " Give each column a name of its own"
            )
        return places[0]

    def without_header(self) -> "TextTable":
        """Give the table with its first row as data: programs such as STAR write no header."""
        if not self.header_line:
            return self
        names = tuple(f"column {number}" for number in range(1, len(self.columns) + 1))
        return replace(self, columns=names, header_line=0, row_names=False)

    def rows(self) -> Iterator[Row]:
        """Rows that hold anything, below the header, each with its line number.

        Every row has as many cells as the table has columns: short ones are filled up, empty cells
        beyond the last column dropped.

        Raises
        ------
        EvcargoError
            If a row holds cells beyond the last column, or the file is damaged or cut.
        """
        width = shortest = last = len(self.columns)
        count = end = 0
        for line, row in _split_lines(self.path, self.encoding, self.delimiter, self._first_line):
            row = self._fitted(line, row)
            shortest, last = min(shortest, last), min(len(row), width)
            count, end = count + 1, line
            yield line, row + [""] * (width - len(row))
        if count > 1 and last < shortest:
            raise EvcargoError(
                f"{self.path}, row {end}: the last row has {last} of {width} cells: the file is"
                " cut, or a line of text stands below the table. Copy or export it again, or delete"
                " that line"
            )

    def frame(self) -> pd.DataFrame:
        """All rows as text, one column for each name (names may repeat); see `rows` for errors."""
        width = len(self.columns)
        cells = self._even_cells(width)
        if cells is None:
            cells = [cell for _, row in self.rows() for cell in row]
        table = np.empty(len(cells), dtype=object)
        table[:] = cells
        return pd.DataFrame(table.reshape(-1, width), columns=pd.Index(self.columns, dtype=object))

    def line_of(self, row: int) -> int:
        """Line of the file of a row of `frame`, which is counted from 0."""
        return next(line for number, (line, _) in enumerate(self.rows()) if number == row)

    def _even_cells(self, width: int) -> list[str] | None:
        """All cells of a plain table, row after row; None where a row needs a closer look.

        Splits the text at once, which is many times as fast as row by row.
        """
        with open_text(self.path, self.encoding) as stream:
            whole = stream.read()
        lines, plain = whole.split("\n")[self._first_line :], whole.isascii()
        if self.delimiter == " ":
            return None
        edges = f'{self.delimiter} \t"'
        if plain:
            lines = [line for line in lines if line.strip(edges)]
        else:
            lines = [line for line in lines if clean_cell(line).strip(edges)]
        text = "\n".join(lines)
        if '"' in text:
            if not _plainly_quoted(text, self.delimiter):
                return None
            text = text.replace('"', "")
            lines = text.split("\n")
        marks = {line.count(self.delimiter) for line in lines} or {width - 1}
        if len(marks) != 1 or (found := marks.pop() + 1) < width:
            return None
        cells = text.replace("\n", self.delimiter).split(self.delimiter) if text else []
        if not plain or " " in text:
            cells = [clean_cell(cell) for cell in cells]
        if found == width:
            return cells
        if any(any(cells[at::found]) for at in range(width, found)):
            return None
        return [cell for at in range(0, len(cells), found) for cell in cells[at : at + width]]

    @property
    def _first_line(self) -> int:
        """Number of lines above the rows."""
        return self.header_line or (self.preamble[-1][0] if self.preamble else 0)

    def _fitted(self, line: int, row: list[str]) -> list[str]:
        """Drop the empty cells beyond the last column; what is not empty there has no name."""
        width = len(self.columns)
        beyond = [cell for cell in row[width:] if cell]
        if beyond:
            raise EvcargoError(
                f"{self.path}, row {line}: has {len(row)} cells, but the header names {width}"
                f" columns; {beyond[0][:40]!r} stands below no name. Name the column, or put cells"
                " that hold the separator in quotes"
            )
        return row[:width]


def read_text_table(path: str | Path) -> TextTable:
    """Read the header of a text table.

    Parameters
    ----------
    path
        Text separated by tab, semicolon, comma, bar or blanks, in any encoding of
        `evcargo.files.text`, plain or compressed. Comments and settings may stand above the header,
        which may begin with ``#``.

    Returns
    -------
    TextTable
        The table; `TextTable.rows` reads it.

    Raises
    ------
    EvcargoError
        If the file cannot be read, is empty or no table of two columns.
    """
    head = read_head_bytes(path)
    encoding = find_encoding(head)
    with open_text(path, encoding) as stream:
        lines = [line.rstrip("\n") for line in islice(stream, SAMPLED_LINES)]
    if not any(line.strip(' \t,;"') for line in lines):
        raise EvcargoError(f"{path}: is empty. Export or copy the file again")
    if any("\0" in line for line in lines):
        raise EvcargoError(f"{path}: is no text. Export it as a table in TSV or CSV")
    delimiter, above = declared_delimiter(lines)
    shapes = [
        shape
        for mark in ([delimiter] if delimiter else DELIMITERS)
        if (shape := _shape(lines, mark, above))
    ]
    if not shapes:
        if all(line.startswith('"') for line in lines if line.strip()):
            raise EvcargoError(
                f"{path}: each line is one cell in quotes: a spreadsheet that expects another"
                " separator opened and saved it. Import it with its separator, or export it again"
            )
        raise EvcargoError(
            f"{path}: is no table with a header and columns. Give a table separated by tabs or"
            " commas (TSV or CSV)"
        )
    best = max(shapes, key=lambda shape: shape.fit)
    _refuse_split_cells(path, best)
    names, row_names = _names(best)
    preamble = tuple((at + 1, line) for at, line in enumerate(lines[: best.at]) if line.strip())
    return TextTable(str(path), encoding, best.delimiter, names, best.at + 1, preamble, row_names)


@dataclass(frozen=True)
class _Shape:
    """How the first lines look with one separator.

    Parameters
    ----------
    delimiter
        The separator.
    at
        Line of the header, 0-based.
    header
        Its cells, without the empty ones at the end.
    full_width
        Number of its cells with those.
    width
        Most frequent number of cells below the header.
    fit
        Share of the lines below the header that have that many cells.
    row_names
        Whether the first cells may be row names of R: all different, and on every row.
    rows
        Lines that hold anything, from 0, and their cells.
    """

    delimiter: str
    at: int
    header: list[str]
    full_width: int
    width: int
    fit: float
    row_names: bool
    rows: Sequence[Row]


def declared_delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """Separator that Excel's line ``sep=;`` declares, and the number of lines up to it."""
    for at, line in enumerate(lines):
        if line.strip(' \t,;"'):
            declared = _SEPARATOR_LINE.fullmatch(line.strip().rstrip("\t,;"))
            declared = declared or _SEPARATOR_LINE.fullmatch(line.strip())
            return (declared[1], at + 1) if declared else ("", 0)
    return "", 0


def _shape(lines: Sequence[str], delimiter: str, above: int) -> _Shape | None:
    """Look at the lines with one separator; None if they are no table with it."""
    split = split_rows((f"{line}\n" for line in lines[above:]), delimiter)
    rows = [(above + at - 1, row) for at, row in split if any(row)]
    lengths = (len(_without_empty_end(row)) for _, row in rows if not _is_comment(row))
    widths = Counter(length for length in lengths if length > 1)
    if not widths:
        return None
    common = max(widths, key=lambda width: (widths[width], width))
    header = next(((at, row) for at, row in rows if _can_be_header(row, common, delimiter)), None)
    if header is None:
        return None
    at, cells = header[0], _without_empty_end(header[1])
    below = [len(row) for line, row in rows if line > at]
    width = Counter(below).most_common(1)[0][0] if below else len(cells)
    fitting = sum(1 for n in below if n in (width, len(cells), len(header[1]))) + 1
    if width < 2 or (delimiter == " " and fitting <= 0.9 * (len(below) + 1)):
        return None  # words of a text, no columns
    if delimiter in "| " and any(lines[at].count(mark) > len(cells) for mark in "\t;,"):
        return None  # text in a cell, as sp|P21926|CD9_HUMAN
    different = len({row[0] for line, row in rows if line > at}) == len(below)
    row_names = different and below.count(len(cells)) < 2
    fit = fitting / (len(below) + 1 + at)
    return _Shape(delimiter, at, cells, len(header[1]), width, fit, row_names, rows)


def _refuse_split_cells(path: str | Path, shape: _Shape) -> None:
    """Refuse data as a header that are wider, by text with the separator, than the header above."""
    rows = [(at, _without_empty_end(row)) for at, row in shape.rows]
    below = next((row for at, row in rows if at > shape.at), [])
    numbers, next_numbers = (
        [_NUMBER.fullmatch(cell) is not None for cell in row] for row in (shape.header, below)
    )
    if not any(numbers) or numbers != next_numbers or shape.header[-1] == str(sum(numbers)):
        return  # a header as any, or samples 1, 2, 3
    width = len(shape.header)
    for line, names in rows:
        named = 2 < len(names) < width < 2 * len(names) and len(set(names)) == len(names)
        if line < shape.at and named and all(names) and not any(map(_NUMBER.fullmatch, names)):
            raise EvcargoError(
                f"{path}, row {shape.at + 1}: has {width} cells, but the header in row {line + 1}"
                f" names {len(names)} columns. Put cells that hold the separator in quotes"
            )


def _can_be_header(row: Sequence[str], common: int, delimiter: str) -> bool:
    """Whether a line has (nearly) as many cells as most, and is no comment."""
    named = len(_without_empty_end(row))
    if named < 2 or named < common - 1:
        return False
    return not (_is_comment(row) and named != common) and (delimiter != " " or named <= common)


def _is_comment(row: Sequence[str]) -> bool:
    return bool(row) and row[0].startswith("#")


def _without_empty_end(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _names(shape: _Shape) -> tuple[tuple[str, ...], bool]:
    """Names of the columns, and whether R's row names stand below none."""
    header = [cell.lstrip("#").strip() if at == 0 else cell for at, cell in enumerate(shape.header)]
    row_names = shape.row_names and len(header) == shape.full_width == shape.width - 1
    if row_names:
        header = [ROW_NAMES, *header]
    return tuple(name or f"column {at}" for at, name in enumerate(header, 1)), row_names


def split_cells(line: str, delimiter: str) -> list[str]:
    """Cells of one line, cleaned."""
    csv.field_size_limit(LONGEST_CELL)
    if delimiter == " ":
        cells = next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True), [])
    elif '"' in line:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    else:
        cells = line.split(delimiter)
    return [clean_cell(cell) for cell in cells]


def _split_lines(path: str, encoding: Encoding, delimiter: str, first: int) -> Iterator[Row]:
    """Rows below a line that hold anything; a quoted cell of a CSV file may hold line breaks."""
    csv.field_size_limit(LONGEST_CELL)
    with open_text(path, encoding) as stream:
        body = islice(stream, first, None)
        for at, row in split_rows(body, delimiter):
            if any(row):
                yield first + at, row


def split_rows(lines: Iterable[str], delimiter: str, line_breaks: bool = False) -> Iterator[Row]:
    r"""Split lines into cleaned cells, each row with the number of its first line from 1.

    Parameters
    ----------
    lines
        Each with its line end.
    delimiter
        What separates the cells.
    line_breaks
        Whether quotes in a tab-separated table may go on in the next line, as in what Excel writes.
        Programs write lone quotes there, so that this is for sheets that people write.
    """
    if delimiter == " " or (delimiter == "\t" and not line_breaks):
        for at, line in enumerate(lines, 1):
            yield at, split_cells(line.rstrip("\n"), delimiter)
        return
    reader = csv.reader(lines, delimiter=delimiter)
    start = 1
    for row in reader:
        yield start, [clean_cell(cell) for cell in row]
        start = reader.line_num + 1


def _plainly_quoted(text: str, delimiter: str) -> bool:
    """Whether quotes stand around whole cells only, which hold neither separators nor quotes."""
    between = re.escape(delimiter)
    if re.search(rf'[^\n{between}]"[^\n{between}]|""[^\n{between}]', text):
        return False
    inside = text.split('"')[1::2]
    return text.count('"') % 2 == 0 and not any(delimiter in one or "\n" in one for one in inside)
