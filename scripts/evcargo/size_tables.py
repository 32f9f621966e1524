"""Read particle-size tables as instruments and spreadsheets write them.

NanoSight, ZetaView, qNano and others export a table of size bins with a concentration or a number
per bin, often below lines about the measurement, in the conventions of the computer's language.
"""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError

DELIMITERS = ("\t", ";", ",")
MAX_PREAMBLE = 400
_SIZE = re.compile(r"\b(size|sizes|diameter|diameters|bin cent(re|er)s?)\b")
_CONCENTRATION = re.compile(r"\bconc(entration|\.)?(?![a-z])|/ ?(ml|ul|l|cm)\b|\b(ml|cm) ?\^?-[13]")
_NUMBER = re.compile(r"\b(number|numbers|count|counts)\b")
_OTHER = re.compile(
    r"\b(std|stdev|stddev|sd|sem|se|standard|deviation|error|cv|ci|lower|upper|cumulative|percent"
    r"|percentile|undersize|volume|area|surface|mass|intensity)\b|%"
)
_AVERAGE = re.compile(r"\b(average|averaged|mean)\b")
_FACTOR = re.compile(r"(?<![a-z0-9])(?:1?e\+?|10 ?(?:\^|\*\*) ?)(\d{1,2})(?!\d)")
_AMBIGUOUS_FACTOR = re.compile(r"(?<!\d)10 ?e\+?\d")
_MICROLITRE = re.compile(r"/ ?ul\b")
_LITRE = re.compile(r"/ ?l\b")
_MICROMETRE = re.compile(r"\b(um|micron|microns|micrometers?|micrometres?)\b")
EXAMPLE = "a header such as 'Diameter (nm)' and 'Concentration (particles/ml)'"


@dataclass(frozen=True)
class SizeTable:
    """One measured size distribution.

    Parameters
    ----------
    diameter_nm
        Centres of the size bins, nm, ascending.
    amount
        What is in each bin: particles/ml, or particles that were counted.
    is_concentration
        Which of the two.
    """

    diameter_nm: tuple[float, ...]
    amount: tuple[float, ...]
    is_concentration: bool


@dataclass(frozen=True)
class _Header:
    line: int
    delimiter: str
    cells: list[str]


def read_sizes(path: str | Path, column: str = "") -> SizeTable:
    """Read a particle-size table.

    Parameters
    ----------
    path
        TSV, CSV or semicolon-separated text, with or without BOM, any line ends, decimal point or
        comma, with or without lines above the header. Sizes in nm (or um, if the header says so);
        the amount is a concentration per ml (per ul, l or cm3, and with a power of ten, if the
        header says so) or a number of particles.
    column
        Header of the amount, where the table has several.

    Returns
    -------
    SizeTable
        Sorted by size.

    Raises
    ------
    EvcargoError
        Naming file, line and remedy, if the table has no such columns, no rows, a cell that is no
        number, a size that is not above 0, a size twice, a negative amount or no particles at all.
    """
    lines = re.split(r"\r\n|\r|\n", _text(path))
    header = _find_header(path, lines)
    size = next(at for at, cell in enumerate(header.cells) if _is_size(cell))
    amount = _amount_column(path, header, column)
    rows = _rows(path, lines, header, size, amount)
    size_marks = _marks(header.delimiter, [cell for _, cell, _ in rows])
    amount_marks = _marks(header.delimiter, [cell for _, _, cell in rows])
    factor = 1000.0 if _MICROMETRE.search(_plain(header.cells[size])) else 1.0
    unit, is_concentration = _unit(path, header.cells[amount])
    table: dict[float, float] = {}
    for line, size_cell, amount_cell in rows:
        diameter = _number(path, line, header.cells[size], size_cell, size_marks)
        value = _number(path, line, header.cells[amount], amount_cell, amount_marks)
        if diameter <= 0:
            raise EvcargoError(
                f"{path}, line {line}: size {size_cell!r} is not above 0. Correct or delete the row"
            )
        if value < 0:
            raise EvcargoError(
                f"{path}, line {line}: {header.cells[amount]} is negative ({amount_cell!r})."
                " Correct it, or write 0 for an empty bin"
            )
        if diameter * factor in table:
            raise EvcargoError(
                f"{path}, line {line}: size {size_cell!r} is there twice."
                " Keep one distribution per file, or name its column in the run sheet"
            )
        table[diameter * factor] = value * unit
    if not sum(table.values()) > 0:
        raise EvcargoError(
            f"{path}: no particles in any bin. Check the measurement, export it again"
        )
    diameters = tuple(sorted(table))
    return SizeTable(diameters, tuple(table[one] for one in diameters), is_concentration)


def _text(path: str | Path) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise EvcargoError(f"{path}: is an Excel workbook. Save the size table as CSV or text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _plain(cell: str) -> str:
    text = cell.strip().lower().replace("\u00b5", "u").replace("\u03bc", "u").replace("_", " ")
    return re.sub(
        r"\s+", " ", text.replace("\u00b3", "3").replace("cm^3", "cm").replace("cm3", "cm")
    )


def _is_size(cell: str) -> bool:
    text = _plain(cell)
    return bool(_SIZE.search(text)) and not _is_amount(cell) and not _OTHER.search(text)


def _is_amount(cell: str) -> bool:
    text = _plain(cell)
    return bool(_CONCENTRATION.search(text) or _NUMBER.search(text)) and not _OTHER.search(text)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _find_header(path: str | Path, lines: list[str]) -> _Header:
    """Find the first line with a size and an amount that has numbers below it."""
    nearly = 0
    for number, line in enumerate(lines[:MAX_PREAMBLE], 1):
        for delimiter in DELIMITERS:
            cells = _split(line, delimiter)
            sizes = [at for at, cell in enumerate(cells) if _is_size(cell)]
            if not sizes or not any(_is_amount(cell) for cell in cells):
                continue
            nearly = nearly or number
            below = next((text for text in lines[number:] if text.strip()), "")
            first = [*_split(below, delimiter), *[""] * len(cells)][sizes[0]]
            if re.match(r"[-+]?\.?\d", first):
                return _Header(number, delimiter, cells)
    if nearly:
        raise EvcargoError(
            f"{path}, line {nearly}: the header has no numbers below it. Export the table again"
        )
    if not any(line.strip() for line in lines):
        raise EvcargoError(f"{path}: is empty. Export the size table again")
    raise EvcargoError(f"{path}: no size table found. It needs {EXAMPLE}")


def _amount_column(path: str | Path, header: _Header, column: str) -> int:
    if column:
        wanted = [
            at for at, cell in enumerate(header.cells) if cell.lower() == column.strip().lower()
        ]
        if len(wanted) != 1:
            raise EvcargoError(
                f"{path}, line {header.line}: {len(wanted)} columns {column!r}."
                f" Name one of {header.cells} in column `column` of the run sheet"
            )
        return wanted[0]
    amounts = [at for at, cell in enumerate(header.cells) if _is_amount(cell)]
    for better in (_CONCENTRATION, _AVERAGE):
        amounts = [at for at in amounts if better.search(_plain(header.cells[at]))] or amounts
    if len(amounts) > 1:
        names = [header.cells[at] for at in amounts]
        raise EvcargoError(
            f"{path}, line {header.line}: several amounts {names}."
            " Write into column `column` of the run sheet which one this run is"
        )
    return amounts[0]


def _unit(path: str | Path, header: str) -> tuple[float, bool]:
    """Factor to particles/ml (1 for a number of particles), and whether it is a concentration."""
    text = _plain(header)
    if not _CONCENTRATION.search(text):
        return 1.0, False
    if _AMBIGUOUS_FACTOR.search(text):
        raise EvcargoError(
            f"{path}: the unit of {header!r} can be read in two ways. Write 1e6 or 10^6, not 10e6"
        )
    found = _FACTOR.search(text)
    factor = 10.0 ** int(found[1]) if found else 1.0
    if _MICROLITRE.search(text):
        return factor * 1000, True
    return (factor / 1000 if _LITRE.search(text) else factor), True


def _rows(
    path: str | Path, lines: list[str], header: _Header, size: int, amount: int
) -> list[tuple[int, str, str]]:
    """Line number, size and amount of each bin; a blank line ends the table."""
    rows: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines[header.line :], header.line + 1):
        cells = _split(line, header.delimiter)
        if not any(cells):
            if rows:
                break
            continue
        if len(cells) <= max(size, amount) or not cells[size] or not cells[amount]:
            raise EvcargoError(
                f"{path}, line {number}: no size or no amount. Fill it in, or delete the row"
            )
        rows.append((number, cells[size], cells[amount]))
    return rows


def _marks(delimiter: str, cells: list[str]) -> str:
    """Which of `,` and `.` only groups thousands in a column, `` where neither does."""
    if any(re.search(r"\..*,", cell) for cell in cells):
        return "."
    grouped = any(re.search(r",.*[.,]", cell) for cell in cells)
    return "," if grouped or delimiter == "," else ""


def _number(path: str | Path, line: int, header: str, cell: str, thousands: str) -> float:
    text = cell.replace("\u00a0", "").replace(" ", "")
    if not thousands or re.fullmatch(r"[-+]?\d{1,3}([.,]\d{3})*([.,]\d+)?", text):
        text = text.replace(thousands, "") if thousands else text
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EvcargoError(
            f"{path}, line {line}: {header} is no number ({cell!r}). Correct the cell"
        )
    return value
