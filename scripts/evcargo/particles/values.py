"""The numbers of a size table, in the locale that all its cells prove."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.files.numbers import NoNumberError, NumberStyle, find_number_style, parse_numbers
from evcargo.particles.axis import INTERVAL
from evcargo.particles.bins import Floats
from evcargo.particles.columns import Choice
from evcargo.particles.header_row import HeaderRow
from evcargo.particles.headers import Kind
from evcargo.particles.rows import Rows
from evcargo.particles.sheet_text import SheetText
from evcargo.particles.units import kind_of_column

_TIMES_TEN = re.compile(r"\s*[x×*·]\s*10\s*\^?\s*([-+]?\d+)")
_LENGTH = re.compile(r"\s*(nm|[uµμ]m)$")
_SUM = 0.02  # relative difference of a sum from its parts, which are rounded


@dataclass(frozen=True)
class Values:
    """Numbers of a table.

    Parameters
    ----------
    sizes
        Columns of sizes: one, or starts and ends.
    amounts
        Mean of the columns of amounts.
    kind
        What the sizes are (see `evcargo.particles.axis.Axis`).
    lines
        Line of each row, from 0.
    style
        How the numbers are written.
    notes
        What was averaged or left out.
    dropped
        Rows without a size, which are sums.
    """

    sizes: list[Floats]
    amounts: Floats
    kind: str
    lines: list[int]
    style: NumberStyle
    notes: list[str]
    dropped: list[str]


def read_values(
    text: SheetText, header: HeaderRow, rows: Rows, choice: Choice, decimal: str
) -> Values:
    """Read the sizes and amounts of all rows.

    Raises
    ------
    EvcargoError
        If a cell is no number, an amount is missing, or nothing proves what the signs in the
        numbers are.
    """
    sizes = _size_cells(header, rows)
    amounts = [[_plain_power(cell) for cell in rows.column(at)] for at in choice.columns]
    cells = [cell for column in (*sizes, *amounts) for cell in column]
    style = find_number_style(cells, text.path, decimal, header.delimiter == ";")
    size_columns = [
        _numbers(text, header.names[header.axis.columns[0]], column, style, rows)
        for column in sizes
    ]
    amount_columns = np.array(
        [_numbers(text, choice.name, column, style, rows) for column in amounts]
    )
    notes = _notes_of_captures(choice, amount_columns)
    measured = ~np.isnan(amount_columns).all(axis=0)
    kind = header.axis.kind
    if _has_closing_edge(kind, measured):
        # n + 1 edges of n bins: the last row is the end of the last bin.
        kind, size_columns = "edges", [size_columns[0][:-1], size_columns[0][1:]]
        amount_columns, measured = amount_columns[:, :-1], measured[:-1]
    _refuse_missing(text, header, rows, choice, measured)
    if not measured.all():
        notes.append(f"{int((~measured).sum())} bins at the ends have no value and are left out")
    mean = np.nanmean(amount_columns[:, measured], axis=0)
    dropped = _unlabelled(text, rows, choice, style, float(mean.sum()))
    lines = [line for line, good in zip(rows.lines, measured, strict=False) if good]
    return Values(
        [column[measured] for column in size_columns], mean, kind, lines, style, notes, dropped
    )


def _size_cells(header: HeaderRow, rows: Rows) -> list[list[str]]:
    columns = [rows.column(at) for at in header.axis.columns]
    if header.axis.kind == "interval":
        ends = [match.groups() for cell in columns[0] if (match := INTERVAL.fullmatch(cell))]
        return [[low for low, _ in ends], [high for _, high in ends]]
    return [[_LENGTH.sub("", _plain_power(cell)) for cell in column] for column in columns]


def _plain_power(cell: str) -> str:
    """Write ``1.2 x 10^8`` as ``1.2e8``."""
    return _TIMES_TEN.sub(r"e\1", cell) if "10" in cell[1:] else cell


def _numbers(
    text: SheetText, name: str, cells: Sequence[str], style: NumberStyle, rows: Rows
) -> Floats:
    try:
        return parse_numbers(cells, style)
    except NoNumberError as error:
        where = text.line(rows.lines[error.position])
        raise EvcargoError(
            f"{where}: {name} is no number ({error.cell!r}). Correct the cell"
        ) from error


def _has_closing_edge(kind: str, measured: np.ndarray) -> bool:
    missing = np.flatnonzero(~measured).tolist()
    return kind == "start" and len(measured) > 2 and missing == [len(measured) - 1]


def _notes_of_captures(choice: Choice, amounts: Floats) -> list[str]:
    """Say which captures were averaged, and whether they agree."""
    notes = []
    if len(choice.columns) > 1:
        totals = np.nansum(amounts, axis=1)
        spread = f", totals {totals.min():.3g} to {totals.max():.3g}"
        notes.append(f"mean of {len(choice.columns)} captures{spread}")
        empty = int((totals == 0).sum())
        if empty and empty < len(totals):
            notes.append(f"{empty} of them hold no particles, which lowers the mean")
    elif len(choice.captures) > 1:
        notes.append(f"the program's average of {len(choice.captures)} captures")
    return notes


def _refuse_missing(
    text: SheetText, header: HeaderRow, rows: Rows, choice: Choice, measured: np.ndarray
) -> None:
    """Refuse amounts that are missing, but for the ends of one of many columns."""
    if measured.all():
        return
    others = [
        name
        for at, name in enumerate(header.names)
        if at not in (*header.axis.columns, *choice.columns)
        and name
        and kind_of_column(name) not in (Kind.SPREAD, Kind.WEIGHTED, Kind.CUMULATIVE)
    ]
    good = np.flatnonzero(measured)
    inner = good.size and not measured[good[0] : good[-1] + 1].all()
    if others and good.size and not inner:
        return
    at = rows.lines[int(np.flatnonzero(~measured)[0])]
    raise EvcargoError(
        f"{text.line(at)}: no amount in {choice.name!r}. Fill it in; write 0 if no particle was"
        " measured in this bin"
    )


def _unlabelled(
    text: SheetText, rows: Rows, choice: Choice, style: NumberStyle, total: float
) -> list[str]:
    """Name the rows without a size, which are the sum of the others.

    Raises
    ------
    EvcargoError
        If they are anything else.
    """
    sums = []
    for at, cells in rows.unlabelled:
        amounts = [_plain_power(cells[column]) for column in choice.columns]
        try:
            value = float(np.nanmean(parse_numbers(amounts, style)))
        except NoNumberError:
            continue
        if np.isnan(value):
            continue
        if abs(value - total) > _SUM * abs(total):
            raise EvcargoError(
                f"{text.line(at)}: an amount ({value:g}) without a size. Fill in the size"
            )
        sums.append(f"sum without a label in line {text.numbers[at]}")
    return sums
