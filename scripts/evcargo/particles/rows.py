"""The rows of size bins below a header: where they end, and which rows are no bins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from evcargo.errors import EvcargoError
from evcargo.files.numbers import MISSING
from evcargo.particles.axis import INTERVAL, is_number
from evcargo.particles.header_row import SUMMARY_ROW, HeaderRow
from evcargo.particles.headers import plain
from evcargo.particles.sheet_text import SheetText, split_line

_FEWEST_ROWS = 3  # of a second distribution below the first
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass
class Rows:
    """Rows of a size table.

    Parameters
    ----------
    lines
        Line of each bin, from 0.
    cells
        Its cells, as many as the header has names.
    unlabelled
        Lines and cells of rows with an amount and no size.
    dropped
        Names of the rows that are no bins (sums, statistics, comments).
    end
        Line at which the table ends.
    """

    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    unlabelled: list[tuple[int, list[str]]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    end: int = 0

    def column(self, at: int) -> list[str]:
        """Cells of one column."""
        return [row[at] for row in self.cells]


def collect_rows(text: SheetText, header: HeaderRow) -> Rows:
    """Collect the rows of the first table below a header.

    A row of text or of -1 ends it, and a blank line, unless the sizes go on or begin again below.

    Raises
    ------
    EvcargoError
        If a size is no number, or the file ends in the middle of a row.
    """
    rows = Rows(end=len(text.lines))
    gap, width, last = False, len(header.names), 0
    for at in range(header.last + 1, len(text.lines)):
        cells = split_line(text.lines[at], header.delimiter)
        if not any(cells):
            gap = True
            continue
        last = len(cells)
        beyond = any(cells[width:])
        cells = [*cells[:width], *[""] * (width - last)]
        kind = _kind_of_row(text, header, at, cells, rows, gap)
        if kind == "end":
            rows.end = at
            break
        if kind == "bin":
            if beyond:
                raise EvcargoError(
                    f"{text.line(at)}: has {last} cells, but the header names {width} columns. Put"
                    " cells that hold the separator in quotes, or export the table again"
                )
            rows.lines.append(at)
            rows.cells.append(cells)
        elif kind == "unlabelled":
            rows.unlabelled.append((at, cells))
        else:
            rows.dropped.append(next(cell for cell in cells if cell)[:40])
        gap = False
    if rows.lines and not any(line.strip() for line in text.lines[rows.lines[-1] + 1 :]):
        _refuse_cut(text, header, last, rows)
    return rows


def _kind_of_row(
    text: SheetText, header: HeaderRow, at: int, cells: list[str], rows: Rows, gap: bool
) -> str:
    """``bin``, ``unlabelled``, ``dropped`` or ``end``."""
    sizes = [cells[i] for i in header.axis.columns]
    if _is_bin(sizes, header.axis.kind):
        if sizes[0][0] == "-" and rough(sizes[0]) == -1:
            return "end"
        # A block that begins again below a blank line is for `in_order` or the labels to judge.
        again = gap and not _goes_on(rows, header, sizes[0])
        return "end" if again and not _is_block(text, header, at) else "bin"
    if any(SUMMARY_ROW.match(plain(cell)) for cell in cells if cell):
        return "dropped"
    amounts = any(is_number(cell) for i, cell in enumerate(cells) if i not in header.axis.columns)
    if amounts and not any(sizes):
        return "unlabelled"
    goes_on = _next_goes_on(text, header, at, rows)
    if amounts and (goes_on or not any(_WORD.search(size) for size in sizes)):
        wrong = next(size for size in sizes if not is_number(size))
        name = header.names[header.axis.columns[0]]
        raise EvcargoError(f"{text.line(at)}: {name} is no number ({wrong!r}). Correct the cell")
    if amounts and any(size.lower() in MISSING for size in sizes):
        raise EvcargoError(f"{text.line(at)}: the size is missing. Fill it in")
    return "dropped" if goes_on else "end"


def _is_bin(sizes: Sequence[str], kind: str) -> bool:
    if kind == "interval":
        return INTERVAL.fullmatch(sizes[0]) is not None
    return all(is_number(size) for size in sizes)


def _is_block(text: SheetText, header: HeaderRow, at: int) -> bool:
    """Whether a few rows of bins follow each other from a line on."""
    lines = text.lines[at : at + _FEWEST_ROWS]
    rows = [split_line(line, header.delimiter) for line in lines]
    padded = [[*cells, *[""] * len(header.names)] for cells in rows]
    return len(rows) == _FEWEST_ROWS and all(
        _is_bin([cells[i] for i in header.axis.columns], header.axis.kind) for cells in padded
    )


def _goes_on(rows: Rows, header: HeaderRow, size: str) -> bool:
    """Whether a size goes on where the rows ended, up or down."""
    if not rows.cells:
        return True
    at = header.axis.columns[0]
    last = rough(rows.cells[-1][at])
    descending = len(rows.cells) > 1 and rough(rows.cells[-2][at]) > last
    return rough(size) < last if descending else rough(size) > last


def _next_goes_on(text: SheetText, header: HeaderRow, at: int, rows: Rows) -> bool:
    for line in text.lines[at + 1 :]:
        cells = split_line(line, header.delimiter)
        if any(cells):
            sizes = [cells[i] if i < len(cells) else "" for i in header.axis.columns]
            return _is_bin(sizes, header.axis.kind) and _goes_on(rows, header, sizes[0])
    return False


def _refuse_cut(text: SheetText, header: HeaderRow, cells: int, rows: Rows) -> None:
    """Refuse a last row that has fewer cells than the header while the row above has all."""
    width = max(at for at, name in enumerate(header.names) if name) + 1
    if cells < width and (len(rows.cells) < 2 or rows.cells[-2][width - 1]):
        raise EvcargoError(
            f"{text.line(rows.lines[-1])}: the last row has {cells} of {width} cells: the file is"
            " cut. Copy or export it again"
        )


def refuse_unfinished(text: SheetText, header: HeaderRow, rows: Rows) -> None:
    """Refuse a table that ends with particles in its last bin where a row of -1 should follow.

    Raises
    ------
    EvcargoError
        Naming the last line.
    """
    if not rows.cells or rows.end < len(text.lines):
        return
    sizes = [rough(cell) for cell in rows.column(header.axis.columns[0])]
    blocks = any(after < before for before, after in pairwise(sizes))
    last = [cell for i, cell in enumerate(rows.cells[-1]) if i not in header.axis.columns]
    if not blocks and any(rough(cell) for cell in last):
        raise EvcargoError(
            f"{text.line(rows.lines[-1])}: the file ends with particles in the last bin and without"
            " the row of -1 that the program writes below the bins: it is cut. Copy or export it"
            " again"
        )


def rough(cell: str) -> float:
    """Value of a cell whatever its locale, good enough to compare neighbours."""
    text = INTERVAL.fullmatch(cell)
    digits = re.match(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?", text[1] if text else cell.strip())
    number = (digits[0] if digits else "0").replace(",", ".")
    try:
        return float(number)
    except ValueError:
        return float(number.replace(".", "") or 0)
