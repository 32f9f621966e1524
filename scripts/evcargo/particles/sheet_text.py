"""The text of a size table, line by line, whatever program on whatever computer wrote it."""

import re
from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.files.text import Encoding, clean_cell, find_encoding, open_text, read_head_bytes
from evcargo.files.text_tables import split_cells

WIDE_BLANKS = "  "
"""A separator of two or more blanks, as in reports that people align by eye."""
HEAD_LINES = 200
_BINARY = (
    (b"PK\x03\x04", "an Excel workbook", "Save the size table as CSV or text"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "Save the size table as CSV or text"),
    (b"%PDF", "a PDF", "Export the size distribution as text or CSV"),
    (b"FCS", "an FCS file of single events", "Export the size distribution as text or CSV"),
)
# Some programs leave a zero byte behind the micro sign.
_FEW_ZERO_BYTES = 20
# A cell with line breaks has a few; an unpaired quotation mark would swallow the table.
_LONGEST_CELL_LINES = 6


@dataclass(frozen=True)
class SheetText:
    """Text of a file.

    Parameters
    ----------
    path
        The file, as the user wrote it.
    encoding
        How it is encoded.
    lines
        Its lines; a quoted cell with line breaks is in one line, with blanks.
    numbers
        Number of each line in the file, from 1.
    """

    path: str
    encoding: Encoding
    lines: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def head(self) -> str:
        """The first lines, where programs name themselves."""
        return "\n".join(self.lines[:HEAD_LINES])

    def line(self, at: int) -> str:
        """File and number of a line, for messages."""
        return f"{self.path}, line {self.numbers[at]}"


def read_sheet_text(path: str | Path) -> SheetText:
    """Read the lines of a text file, plain or compressed.

    Raises
    ------
    EvcargoError
        If it cannot be read, is empty or no text.
    """
    head = read_head_bytes(path)
    for mark, what, remedy in _BINARY:
        if head.startswith(mark):
            raise EvcargoError(f"{path}: is {what}, not a text table. {remedy}")
    encoding = find_encoding(head)
    with open_text(path, encoding) as stream:
        text = stream.read()
    if not text.strip(' \n\t,;"'):
        raise EvcargoError(f"{path}: is empty. Export the size table again")
    if text.count("\0") > _FEW_ZERO_BYTES:
        raise EvcargoError(f"{path}: is no text. Export the size table as text or CSV")
    text = text.replace("\0", "")
    lines, numbers = _joined(text.split("\n")) if '"' in text else (text.split("\n"), None)
    return SheetText(str(path), encoding, tuple(lines), tuple(numbers or range(1, len(lines) + 1)))


def _joined(lines: list[str]) -> tuple[list[str], list[int]]:
    """Put the lines of a quoted cell together into one."""
    texts: list[str] = []
    numbers: list[int] = []
    at = 0
    while at < len(lines):
        last = at
        marks = lines[at].count('"')
        while marks % 2 and last + 1 < min(len(lines), at + _LONGEST_CELL_LINES):
            last += 1
            marks += lines[last].count('"')
        last = at if marks % 2 else last
        texts.append(" ".join(lines[at : last + 1]))
        numbers.append(at + 1)
        at = last + 1
    return texts, numbers


def split_line(line: str, delimiter: str) -> list[str]:
    """Cells of a line."""
    if delimiter == WIDE_BLANKS:
        return [clean_cell(cell) for cell in re.split(r"\s{2,}|\t", line.strip())]
    return split_cells(line, delimiter)
