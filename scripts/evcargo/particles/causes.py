"""Why a file holds no size table, as far as its lines tell."""

from collections.abc import Sequence

from evcargo.errors import EvcargoError
from evcargo.particles.axis import find_axis, is_number
from evcargo.particles.headers import SIZE, STATISTIC, length_factor, plain
from evcargo.particles.sheet_text import SheetText, split_line

MAX_LINES_ABOVE = 1000
_LINES = 50
EXAMPLE = "a header such as 'Diameter (nm)' and 'Concentration (particles/ml)'"


def no_table(text: SheetText) -> EvcargoError:
    """Build the error of a file without a size table, with what the file seems to be."""
    lines = [line for line in text.lines[:MAX_LINES_ABOVE] if line.strip()]
    delimiter = max("\t;,", key=lambda mark: sum(line.count(mark) for line in lines[:_LINES]))
    rows = [split_line(line, delimiter) for line in lines[:_LINES]]
    if any(len(row) > 10 and _ascending(row[1:]) for row in rows):
        why, what = "its sizes stand in one row, not in one column", "Transpose the table"
    elif len(rows) > 5 and all(len(row) > 1 and all(map(is_number, row[:2])) for row in rows):
        why, what = "has numbers, but no header above them", f"Write {EXAMPLE} above them"
    elif any(_is_summary(row) for row in rows):
        why = "holds one row per measurement (mean or median size), but no size bins"
        what = f"Export the size distribution; it needs {EXAMPLE}"
    elif any(find_axis(row) for row in rows):
        why = "has a column of sizes, but none with a number or concentration of particles"
        what = f"A list with one row per particle is no size distribution: it needs {EXAMPLE}"
    else:
        why, what = "no size table found", f"It needs {EXAMPLE}"
    return EvcargoError(f"{text.path}: {why}. {what}")


def _ascending(row: Sequence[str]) -> bool:
    cells = [cell for cell in row if cell]
    if len(cells) < 10 or not all(map(is_number, cells)):
        return False
    try:
        numbers = [float(cell.replace(",", ".")) for cell in cells]
    except ValueError:
        return False
    return all(a < b for a, b in zip(numbers, numbers[1:], strict=False))


def _is_summary(row: Sequence[str]) -> bool:
    headers = [plain(cell) for cell in row]
    return len(row) > 2 and any(
        STATISTIC.search(header) and (SIZE.search(header) or length_factor(header))
        for header in headers
    )
