"""Where the table of size bins begins in a file, and which of its columns is the size."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from evcargo.errors import EvcargoError
from evcargo.files.text_tables import ROW_NAMES
from evcargo.particles.axis import INTERVAL, Axis, find_axis, is_number
from evcargo.particles.causes import MAX_LINES_ABOVE, no_table
from evcargo.particles.headers import AMOUNTS, BIN, RADIUS, SIZE, Kind, is_size, plain
from evcargo.particles.sheet_text import WIDE_BLANKS, SheetText, split_line
from evcargo.particles.units import kind_of_column

DELIMITERS = ("\t", ";", ",", "|", WIDE_BLANKS, " ")
MAX_HEADER_ROWS = 4
# Rows of sums and statistics, in the languages of the headers.
SUMMARY_ROW = re.compile(
    r"\W*((grand|sub) ?)?(total|totals|totale|totaal|sum|sums|summe|gesamt\w*|somme|suma|razem"
    r"|итого|mean|average|mittelwert|moyenne|median|mode|sd|std|stdev|sem|[dx] ?(10|50|90)"
    r"|span)\b|合计|总计|合計|Σ"
)
_LENGTH_UNIT = re.compile(r"\b[nu]m\b")


@dataclass(frozen=True)
class HeaderRow:
    """The header of a size table.

    Parameters
    ----------
    first, last
        Lines of the header, from 0; names can stand above units.
    delimiter
        What separates the cells.
    names
        Names of the columns, those of several lines joined by a blank.
    axis
        The sizes.
    """

    first: int
    last: int
    delimiter: str
    names: tuple[str, ...]
    axis: Axis


def find_header(text: SheetText) -> HeaderRow:
    """Find the first header with sizes and amounts that has numbers below it.

    Raises
    ------
    EvcargoError
        If there is none, with the nearest cause.
    """
    nearly: list[tuple[int, str]] = []
    for at, line in enumerate(text.lines[:MAX_LINES_ABOVE]):
        header = plain(line)
        if not any(word.search(header) for word in (SIZE, RADIUS, BIN, _LENGTH_UNIT)):
            continue
        for delimiter in DELIMITERS:
            row, cause, where = _header_at(text, at, delimiter)
            if row:
                return row
            if cause:
                nearly.append((where, cause))
    if nearly:
        at, cause = next((note for note in nearly if "weighted" in note[1]), nearly[0])
        raise EvcargoError(f"{text.line(at)}: {cause}")
    raise no_table(text)


def _header_at(text: SheetText, at: int, delimiter: str) -> tuple[HeaderRow | None, str, int]:
    """Header of several lines that begins here; else why there is none (empty: no table), where."""
    names = split_line(text.lines[at], delimiter)
    axis = find_axis(names) if len(names) > 1 else None
    if axis is None or any(name.endswith(":") for name in names):
        return None, "", at
    if _has_row_names(text, at, delimiter, len(names) if names[-1] else 0):
        names = [ROW_NAMES, *names]
        axis = find_axis(names) or axis
    last = at
    for below in islice(_lines_below(text, at, delimiter), MAX_HEADER_ROWS):
        cells = below[1]
        kind = _first_row_kind(cells, axis)
        if kind and (delimiter != " " or len(cells) == len(names)):
            names = _with_groups(text, at, delimiter, names, axis)
            row, cause = _checked(HeaderRow(at, last, delimiter, tuple(names), axis), kind, cells)
            return row, cause, at
        if _is_sum(cells, axis):
            continue
        if any(map(is_number, [*names, *cells])):
            return None, _why_no_size(names, axis, cells, delimiter), below[0]
        last = below[0]
        names = [f"{upper} {lower}".strip() for upper, lower in _paired(names, cells)]
        axis = find_axis(names) or axis
    if _is_certain(names, axis, delimiter):
        return None, "the header has no numbers below it. Export the table again", at
    return None, "", at


def _is_certain(names: Sequence[str], axis: Axis, delimiter: str) -> bool:
    """Whether names are those of a size table beyond doubt."""
    amounts = (kind_of_column(name) for i, name in enumerate(names) if i not in axis.columns)
    return delimiter not in (" ", WIDE_BLANKS) and any(kind in AMOUNTS for kind in amounts)


def _why_no_size(names: Sequence[str], axis: Axis, cells: Sequence[str], delimiter: str) -> str:
    """Say what is wrong with the size in the first row below a header; empty if it is none."""
    at = axis.columns[0]
    if not _is_certain(names, axis, delimiter) or len(cells) <= at or is_number(names[at]):
        return ""
    return f"{names[at]} is no number ({cells[at]!r}). Correct the cell"


def second_table(text: SheetText, end: int) -> int:
    """Line at which another table of size bins begins below the first; 0 if there is none."""
    for at in range(end, len(text.lines)):
        header = plain(text.lines[at]) if text.lines[at] else ""
        if not (header and (SIZE.search(header) or BIN.search(header))):
            continue
        for delimiter in DELIMITERS[:4]:
            row, _, _ = _header_at(text, at, delimiter)
            kinds = {kind_of_column(name) for name in row.names if name} if row else set()
            if kinds & {Kind.CONCENTRATION, Kind.NUMBER}:
                return at
    return 0


def _has_row_names(text: SheetText, at: int, delimiter: str, width: int) -> bool:
    """Whether the rows begin with 1, 2, 3 ... that stand below no name, as R writes them."""
    rows = list(islice(_lines_below(text, at, delimiter), 3))
    return len(rows) > 1 and all(
        len(cells) == width + 1 and cells[0] == str(number)
        for number, (_, cells) in enumerate(rows, 1)
    )


def _with_groups(
    text: SheetText, at: int, delimiter: str, names: list[str], axis: Axis
) -> list[str]:
    """Put the names of groups (samples) that stand in the line above before those of the columns.

    A group reaches to the next, as merged cells of a spreadsheet do.
    """
    above = split_line(text.lines[at - 1], delimiter) if at else []
    above += [""] * (len(names) - len(above))
    groups = [cell for cell in above if cell]
    if len(groups) < 2 or any(above[i] for i in axis.columns) or any(map(is_number, groups)):
        return names
    grouped, group = [], ""
    for i, name in enumerate(names):
        group = above[i] or group
        grouped.append(f"{group} {name}".strip() if name and i not in axis.columns else name)
    return grouped


def _lines_below(text: SheetText, at: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Lines below a line that hold anything, with their cells."""
    for number in range(at + 1, len(text.lines)):
        cells = split_line(text.lines[number], delimiter)
        if any(cells):
            yield number, cells


def _is_sum(cells: Sequence[str], axis: Axis) -> bool:
    """Whether a row above the bins is their sum, with or without a label."""
    if not any(is_number(cell) for cell in cells):
        return False
    sizes = [cells[at] if at < len(cells) else "" for at in axis.columns]
    return not any(sizes) or any(SUMMARY_ROW.match(plain(cell)) for cell in cells if cell)


def _paired(names: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    width = max(len(names), len(cells))
    padded = ([*names, *[""] * (width - len(names))], [*cells, *[""] * (width - len(cells))])
    return list(zip(*padded, strict=True))


def _first_row_kind(cells: Sequence[str], axis: Axis) -> str:
    """Kind of axis if this is a row of numbers, else nothing."""
    sizes = [cells[at] if at < len(cells) else "" for at in axis.columns]
    if not any(is_number(cell) for at, cell in enumerate(cells) if at not in axis.columns):
        return ""
    if all(is_number(size) for size in sizes):
        return axis.kind
    return "interval" if len(sizes) == 1 and INTERVAL.fullmatch(sizes[0]) else ""


def _checked(
    header: HeaderRow, kind: str, first_row: Sequence[str]
) -> tuple[HeaderRow | None, str]:
    """Header with the kind of its axis, or why its columns are no amounts."""
    axis = header.axis
    cause = _why_columns_are_unclear(header, first_row)
    if cause:
        return None, cause
    kinds = {
        kind_of_column(name)
        for i, name in enumerate(header.names)
        if i not in axis.columns and name
    }
    if not kinds:
        return None, ""
    # Columns that are all called std are samples: nobody writes a table of spreads only.
    if not kinds & {*AMOUNTS, Kind.UNKNOWN, Kind.SPREAD}:
        return None, (
            "its amounts are weighted by volume, surface or intensity, cumulated, or spreads; none"
            " is a number or concentration of particles. Export the distribution by number"
        )
    if kind == "interval":
        header = replace(header, axis=replace(axis, kind=kind, logarithm=""))
    return header, ""


def _why_columns_are_unclear(header: HeaderRow, first_row: Sequence[str]) -> str:
    """Say what is wrong with columns without a name, and tables side by side; empty if nothing."""
    width = len(header.names)
    if header.delimiter in (" ", WIDE_BLANKS):
        return ""
    if any(first_row[width:]):
        return (
            f"the header names {width} columns, but the row below has {len(first_row)} cells: row"
            " names without a header, or decimal commas in a comma-separated file. Export the table"
            " with a name for every column, separated by tabs or semicolons"
        )
    unnamed = [
        at
        for at, cell in enumerate(first_row)
        if at and not header.names[at] and header.names[at - 1] and is_number(cell)
        if at - 1 not in header.axis.columns
    ]
    if unnamed:
        return (
            f"column {unnamed[0] + 1}, right of {header.names[unnamed[0] - 1]!r}, has no name, but"
            " numbers: a replicate or a spread. Write a name above every column"
        )
    sizes = [at for at, name in enumerate(header.names) if name and is_size(plain(name))]
    second = next((at for at in sizes if _splits_amounts(header, at)), 0)
    if second:
        return (
            f"a second column of sizes ({header.names[second]!r}, column {second + 1}) stands to"
            " the right: several distributions are side by side. Give each in a file of its own, or"
            " all with one column of sizes"
        )
    return ""


def _splits_amounts(header: HeaderRow, at: int) -> bool:
    """Whether a column stands between amounts that belong to the axis and others."""
    first = header.axis.columns[-1]
    amounts = [
        i
        for i, name in enumerate(header.names)
        if name and i != at and i > first and not is_size(plain(name))
    ]
    return at > first and any(i < at for i in amounts) and any(i > at for i in amounts)
