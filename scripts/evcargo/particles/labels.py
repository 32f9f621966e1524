"""Long tables: the distributions of many samples below each other, told apart by a column."""

import re
from dataclasses import replace

from evcargo.errors import EvcargoError
from evcargo.files.numbers import MISSING
from evcargo.files.run_names import find_run
from evcargo.particles.axis import is_number
from evcargo.particles.header_row import HeaderRow
from evcargo.particles.rows import Rows
from evcargo.study.notes import listed

_FEWEST_ROWS = 3
# A name that is neither that of a bin nor an interval of sizes.
_NAME = re.compile(
    r"(?!\W*(bin|class|channel|ch|interval|klasse|kanal)?\W*\d).*[^\W\d_]", re.IGNORECASE
)


def rows_of_label(
    rows: Rows, header: HeaderRow, column: str, sample: str, where: str
) -> tuple[Rows, str]:
    """Choose the rows of one run from a long table.

    Parameters
    ----------
    rows
        All rows.
    header
        Header of the table.
    column
        What the run sheet says: the value of the column that names the run, or any column.
    sample
        Name of the sample, taken where `column` is empty.
    where
        File and line, for messages.

    Returns
    -------
    rows, column
        The rows of the run, and the column to look for: empty if `column` named rows.

    Raises
    ------
    EvcargoError
        If the table is long and holds no such run.
    """
    if not _sizes_repeat(rows, header):
        return rows, column
    labels = [at for at in range(len(header.names)) if _is_label(rows, header, at)]
    names = {name.casefold() for name in header.names}
    is_column = column.strip().casefold() in names
    wanted = sample if is_column or not column else column
    for at in labels:
        match = find_run(wanted, rows.column(at), {}, where, sample or "this table")
        if match:
            chosen = [i for i, cell in enumerate(rows.column(at)) if cell == match[0]]
            lines = [rows.lines[i] for i in chosen]
            cells = [rows.cells[i] for i in chosen]
            return replace(rows, lines=lines, cells=cells), column if is_column else ""
    if labels and not is_column:
        values = list(dict.fromkeys(rows.column(labels[0])))
        raise EvcargoError(
            f"{where}: holds several distributions, told apart by column"
            f" {header.names[labels[0]]!r} ({listed(values, 8)}); none is {wanted!r}. Write the one"
            " of this run into the column 'column' of the run sheet"
        )
    return rows, column


def _sizes_repeat(rows: Rows, header: HeaderRow) -> bool:
    sizes = rows.column(header.axis.columns[0])
    return len(set(sizes)) < len(sizes)


def _is_label(rows: Rows, header: HeaderRow, at: int) -> bool:
    """Whether a column holds names: at least two, each of several rows."""
    if at in header.axis.columns:
        return False
    cells = rows.column(at)
    distinct = set(cells)
    if not 1 < len(distinct) <= len(cells) / 2:
        return False
    return not all(is_number(cell) or cell.lower() in MISSING for cell in distinct)


def index_columns(rows: Rows, header: HeaderRow) -> list[int]:
    """Columns that number the rows from 0 or 1, whatever they are called; they are no amounts."""
    counts = [[str(first + row) for row in range(len(rows.cells))] for first in (0, 1)]
    return [
        at
        for at in range(len(header.names))
        if len(rows.cells) >= _FEWEST_ROWS and rows.column(at) in counts
    ]


def refuse_names_of_rows(rows: Rows, header: HeaderRow, where: str) -> None:
    """Refuse a table in which each row has a name of its own: samples, not bins.

    Raises
    ------
    EvcargoError
        Naming the column.
    """
    for at, name in enumerate(header.names):
        cells = rows.column(at)
        distinct = len(set(cells)) == len(cells) > 1 and at not in header.axis.columns
        if distinct and name and all(_NAME.match(cell) for cell in cells):
            raise EvcargoError(
                f"{where}: each row has a name of its own in column {name!r} ({listed(cells, 3)}):"
                " rows are samples or measurements, not size bins. Export the size distribution"
            )
