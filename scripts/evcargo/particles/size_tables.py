"""Read the size table of a run, and say what was understood of it.

NTA, resistive pulses, flow and light scattering: instruments and spreadsheets write size bins with
a concentration or a number of particles, in the conventions of their language, with settings above
and other tables below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.files.numbers import NumberStyle
from evcargo.particles.axis import Axis, is_number
from evcargo.particles.bins import (
    Bins,
    Floats,
    from_density,
    in_nm,
    make_bins,
    refuse_constant,
    refuse_impossible,
    upper_end_note,
    without_negatives,
)
from evcargo.particles.columns import Choice, capture_names, choose_columns
from evcargo.particles.dilution import Dilution, find_dilution
from evcargo.particles.formats import recognise, refuse_other_files
from evcargo.particles.formats.layout import Layout
from evcargo.particles.header_row import HeaderRow, find_header, second_table
from evcargo.particles.headers import UNDILUTED, Kind, plain
from evcargo.particles.labels import index_columns, refuse_names_of_rows, rows_of_label
from evcargo.particles.order import in_order
from evcargo.particles.rows import Rows, collect_rows, refuse_unfinished
from evcargo.particles.sheet_text import SheetText, read_sheet_text, split_line
from evcargo.particles.units import Unit, has_volume, kind_of_column, read_unit
from evcargo.particles.values import read_values

CONCENTRATION, NUMBER, RELATIVE = "concentration", "number", "relative"
NO_TOTALS = "the shape of the distribution is used, totals are not known"
_LINES_ABOVE = 3  # a title with the unit stands near the table


@dataclass(frozen=True)
class SizeTable:
    """One measured size distribution.

    Parameters
    ----------
    diameter_nm
        Sizes that stand for the n bins, nm, ascending.
    amount
        What is in each bin: particles/ml, particles that were counted, or shares.
    quantity
        Which of them: ``concentration``, ``number`` or ``relative``.
    edges_nm
        Edges of the bins, nm, n + 1; empty where the bins reach halfway to their neighbours.
    """

    diameter_nm: tuple[float, ...]
    amount: tuple[float, ...]
    quantity: str
    edges_nm: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no particle was measured."""
        return not sum(self.amount) > 0


@dataclass(frozen=True)
class SizeReading:
    """A size distribution of a file, and what was understood of it.

    Parameters
    ----------
    table
        The distribution; concentrations are multiplied by the dilution as far as it is known.
    column, columns
        Header of the amounts, and the numbers of the columns, which were averaged.
    first_line
        Line of the first bin, from 0.
    reason
        Why these, and how their unit was understood.
    rows
        Number of bins in the file.
    dilution
        By which the concentrations of the file were multiplied.
    style
        How its numbers are written.
    dropped
        Rows that are no bins.
    notes
        What else the reader should know.
    """

    table: SizeTable
    column: str
    columns: tuple[int, ...]
    first_line: int
    reason: str
    rows: int
    dilution: float
    style: NumberStyle
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SizeFile:
    """A file with one or many size distributions, of which the rows are known.

    Parameters
    ----------
    text, header, rows
        Its lines, the header of its table and the rows below.
    layout
        What is known of the program.
    program, recognised_by
        Name and version of the program, and what it was recognised by.
    notes
        What holds for all its distributions.
    """

    text: SheetText
    header: HeaderRow
    rows: Rows
    layout: Layout
    program: str
    recognised_by: str
    notes: tuple[str, ...]

    @property
    def where(self) -> str:
        """File and line of the header, for messages."""
        return self.text.line(self.header.last)


def open_size_file(path: str | Path) -> SizeFile:
    """Find the table of size bins in a file.

    Parameters
    ----------
    path
        Text, plain or compressed, in any encoding of `evcargo.files.text`, with or without lines
        above the header and other tables below.

    Raises
    ------
    EvcargoError
        If the file is no size table.
    """
    text = read_sheet_text(path)
    refuse_other_files(text.head, text.path)
    layout, program, recognised_by = recognise(text.head)
    header = find_header(text)
    rows = collect_rows(text, header)
    again = 0 if layout.linear_then_logarithmic else second_table(text, rows.end)
    if again:
        raise EvcargoError(
            f"{text.line(again)}: another table of sizes begins here, below that of line"
            f" {text.numbers[header.last]}. Give each distribution in a file of its own"
        )
    more = any(line.strip() for line in text.lines[rows.end :])
    if layout.linear_then_logarithmic and header.first:
        refuse_unfinished(text, header, rows)
    notes = ("what stands below the table is not read",) if more else ()
    return SizeFile(text, header, rows, layout, program, recognised_by, notes)


def read_sizes(
    path: str | Path,
    column: str = "",
    sample: str = "",
    decimal: str = "",
    dilution: float | None = None,
    scale: str = "",
) -> SizeReading:
    """Read the particle-size table of a run (see `open_size_file` and `read_distribution`)."""
    return read_distribution(open_size_file(path), column, sample, decimal, dilution, scale)


def read_distribution(
    file: SizeFile,
    column: str = "",
    sample: str = "",
    decimal: str = "",
    dilution: float | None = None,
    scale: str = "",
) -> SizeReading:
    """Read one distribution of a file.

    Parameters
    ----------
    file
        Of `open_size_file`. Sizes are centres, starts and/or ends of the bins, diameters, radii or
        their logarithms, in nm or um; amounts are concentrations per any volume and power of ten,
        per bin, per nm or per unit of the logarithm, numbers of particles, or shares.
    column
        Header of the amounts, where the table has several; name of the capture or measurement in a
        file of NanoSight; value of the column that names the sample in a long table.
    sample
        Name of the sample, which finds its column where `column` is empty.
    decimal
        ``point`` or ``comma`` where the run sheet states it.
    dilution
        Factor by which the preparation was diluted, where the run sheet states it.
    scale
        Scale of the amounts, where the run sheet states it: ``relative`` amounts are shares.

    Returns
    -------
    SizeReading
        The distribution and what was understood. A file without particles gives an empty one.

    Raises
    ------
    EvcargoError
        Naming file, line and remedy, if the table can be read in two ways, or holds what cannot be.
    """
    rows, column = rows_of_label(file.rows, file.header, column, sample, file.where)
    file = replace(file, rows=rows)
    captures = capture_names(file.text, file.header, file.layout.captures)
    refuse_names_of_rows(rows, file.header, file.where)
    skipped = index_columns(rows, file.header)
    choice = choose_columns(file.header, captures, column, sample, file.where, skipped)
    unit = read_unit(choice.name, _context(file, choice), file.where)
    if scale in ("log2", "log10", "ln"):
        raise EvcargoError(
            f"{file.where}: the run sheet states scale {scale}, but size tables hold amounts, not"
            " their logarithms. Give the amounts themselves"
        )
    if scale == RELATIVE:
        unit = replace(unit, quantity=RELATIVE, reason="relative by the run sheet")
    notes, dropped = list(file.notes), list(rows.dropped)
    bins, style = _bins(file, choice, unit, decimal, notes, dropped)
    known = _dilution(file, choice, unit, dilution)
    if unit.quantity == CONCENTRATION:
        bins = replace(bins, amounts=bins.amounts * unit.factor * known.factor)
    table = SizeTable(
        tuple(bins.centres_nm.tolist()),
        tuple(bins.amounts.tolist()),
        unit.quantity,
        tuple(bins.edges_nm.tolist()),
    )
    notes += ["no particle was measured"] if table.is_empty else []
    notes.append(known.note if unit.quantity == CONCENTRATION else NO_TOTALS)
    return SizeReading(
        table,
        choice.name,
        choice.columns,
        rows.lines[0] if rows.lines else 0,
        f"{choice.reason}; {unit.reason}",
        len(rows.cells),
        known.factor,
        style,
        tuple(dropped),
        tuple(notes),
    )


def _context(file: SizeFile, choice: Choice) -> str:
    """Text that can hold the unit where the header does not: other columns, lines above."""
    if has_volume(plain(choice.name)):
        return ""
    first = plain(choice.name).split(" ")[0]
    for name in file.header.names:
        if has_volume(plain(name)) and plain(name).startswith(first):
            return name
    above = file.text.lines[max(file.header.first - _LINES_ABOVE, 0) : file.header.first]
    titles = [line for line in reversed(above) if has_volume(plain(line))]
    return next((line for line in titles if not _is_setting(line, file.header.delimiter)), "")


def _is_setting(line: str, delimiter: str) -> bool:
    """Whether a line above the table is a setting or result (a name and a number), no title."""
    cells = [cell for cell in split_line(line, delimiter) if cell]
    return ":" in line or any(map(is_number, cells))


def _dilution(file: SizeFile, choice: Choice, unit: Unit, stated: float | None) -> Dilution:
    if unit.quantity != CONCENTRATION:
        return Dilution(1.0, "")
    above = "\n".join(file.text.lines[: file.header.first])
    undiluted = bool(UNDILUTED.search(plain(choice.name)))
    try:
        return find_dilution(above, file.layout, stated, undiluted)
    except EvcargoError as error:
        raise EvcargoError(f"{file.text.path}: {error}") from error


def _bins(
    file: SizeFile,
    choice: Choice,
    unit: Unit,
    decimal: str,
    notes: list[str],
    dropped: list[str],
) -> tuple[Bins, NumberStyle]:
    """Bins with the amounts as the file has them, per bin; adds to the notes and dropped rows."""
    if not file.rows.cells:
        return Bins(np.zeros(0), np.zeros(0), np.zeros(0)), NumberStyle()
    values = read_values(file.text, file.header, file.rows, choice, decimal)
    axis = replace(file.header.axis, kind=values.kind)
    sizes = [in_nm(column, axis) for column in values.sizes]
    lines = [file.text.line(at) for at in values.lines]
    sizes, amounts, lines, order = in_order(
        sizes, values.amounts, lines, file.layout.linear_then_logarithmic
    )
    if order and kind_of_column(choice.name) is Kind.UNKNOWN:
        raise EvcargoError(
            f"{lines[0]}: the sizes are in no order, and {choice.name!r} is not known to hold"
            " amounts: a list with one row per particle is no size distribution. Give a table of"
            " size bins with a header such as Concentration (particles/ml) or Number"
        )
    sizes, amounts, lines = _without_size_zero(sizes, amounts, lines, axis.kind)
    bins = make_bins(sizes, amounts, axis, lines)
    refuse_constant(bins, choice.name, file.where)
    bins, negative = without_negatives(bins, choice.name, file.text.path)
    bins = from_density(bins, unit.density, axis.is_radius)
    refuse_impossible(bins, axis.unit_stated, file.where)
    order += upper_end_note(bins)
    notes += [*values.notes, *order, *_axis_notes(axis, unit), *([negative] if negative else [])]
    dropped += values.dropped
    return bins, values.style


def _without_size_zero(
    sizes: Sequence[Floats], amounts: Floats, lines: Sequence[str], kind: str
) -> tuple[list[Floats], Floats, list[str]]:
    """Leave out an empty bin of size 0; refuse sizes that cannot be.

    Raises
    ------
    EvcargoError
        Naming the line.
    """
    lowest = 0.0 if kind == "centre" else -1e-9
    wrong = [at for at in range(len(amounts)) if not sizes[0][at] > lowest]
    for at in wrong:
        if sizes[0][at] < 0 or amounts[at] != 0:
            raise EvcargoError(
                f"{lines[at]}: size {sizes[0][at]:g} nm is not above 0, with an amount of"
                f" {amounts[at]:g}. Check the export: sizes are diameters in nm"
            )
    keep = np.ones(len(amounts), dtype=bool)
    keep[wrong] = False
    rest = [line for at, line in enumerate(lines) if keep[at]]
    return [column[keep] for column in sizes], amounts[keep], rest


def _axis_notes(axis: Axis, unit: Unit) -> list[str]:
    texts = {
        "edges": "bins by their start and end",
        "start": "sizes are the starts of the bins",
        "end": "sizes are the ends of the bins",
        "interval": "bins by their start and end",
    }
    notes = [texts[axis.kind]] if axis.kind in texts else []
    notes += ["sizes are radii, doubled"] if axis.is_radius else []
    notes += ["sizes are logarithms"] if axis.logarithm else []
    notes += [] if axis.unit_stated else ["unit of the sizes not stated: taken for nm"]
    notes += [f"amounts per {unit.density}, times the width of the bin"] if unit.density else []
    return notes
