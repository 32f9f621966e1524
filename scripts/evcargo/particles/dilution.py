"""By what the amounts of a size table are multiplied, so that they are those of the preparation."""

import re
from dataclasses import dataclass

from evcargo.errors import EvcargoError
from evcargo.particles.formats.layout import Layout

NOT_STATED = "dilution not stated: totals are of the measured suspension"
_LINE = re.compile(
    r"^\W*(?:sample )?(?:dilution|dilution factor|verd[uü]nnung\w*|facteur de dilution"
    r"|diluci[oó]n|diluizione|dilui[cç][aã]o|稀释\w*)\b([^\t,;:=\n]*)[\t,;:= ]+([^\n]+)",
    re.IGNORECASE | re.MULTILINE,
)
_RATIO = re.compile(r"1 ?(?:[:/]|in|to) ?([\d., ]*\d)", re.IGNORECASE)
_FACTOR = re.compile(r"(\d[\d.,]*(?:[eE][-+]?\d+)?) ?(?:x|×|-?fold|fach)?", re.IGNORECASE)


@dataclass(frozen=True)
class Dilution:
    """What is known of the dilution.

    Parameters
    ----------
    factor
        By which the concentrations of the table are multiplied.
    note
        What was taken, and why, for people.
    """

    factor: float
    note: str


def find_dilution(head: str, layout: Layout, stated: float | None, undiluted: bool) -> Dilution:
    """Find by what the concentrations of a table are to be multiplied.

    Parameters
    ----------
    head
        Text above the table.
    layout
        Of the program that wrote it.
    stated
        Factor in the run sheet, None if there is none.
    undiluted
        Whether the header of the amounts says that they are those before the dilution.

    Raises
    ------
    EvcargoError
        If the run sheet contradicts a factor that the table was multiplied by already.
    """
    in_file, included = _of_file(head, layout)
    included = True if undiluted else included
    if in_file and in_file > 1 and included:
        return _already_included(in_file, stated)
    if stated is not None:
        other = f"; the file states {in_file:g}" if in_file and in_file not in (1, stated) else ""
        return Dilution(stated, f"multiplied by the dilution {stated:g} of the run sheet{other}")
    if undiluted:
        return Dilution(1.0, "the header says that the amounts are those before the dilution")
    if in_file is None or in_file <= 1:
        return Dilution(1.0, NOT_STATED)
    if included is False:
        return Dilution(in_file, f"multiplied by the dilution {in_file:g} that the file states")
    return Dilution(
        1.0,
        f"the file states a dilution of {in_file:g}, but not whether the amounts include it: totals"
        " are as they stand in the file. If they do not include it, write it into the column"
        " 'dilution' of the run sheet",
    )


def _already_included(in_file: float, stated: float | None) -> Dilution:
    if stated not in (None, 1.0, in_file):
        raise EvcargoError(
            f"the run sheet states a dilution of {stated:g}, but the amounts are already multiplied"
            f" by {in_file:g}. Leave the column 'dilution' empty, or export the table anew"
        )
    return Dilution(1.0, f"the amounts already include the dilution {in_file:g} of the file")


def _of_file(head: str, layout: Layout) -> tuple[float | None, bool | None]:
    """Factor that the file states, and whether its amounts include it (None: nobody knows)."""
    if layout.dilution:
        match = layout.dilution.search(head)
        factor = read_factor(_first_cell(match[1])) if match else None
        return factor, layout.dilution_included
    for match in _LINE.finditer(head):
        factor = read_factor(match[2])
        if factor:
            return factor, None
    return None, None


def _first_cell(rest: str) -> str:
    """First cell of the rest of a line, which begins with its separator."""
    rest = rest.lstrip('" ')
    cells = [cell.strip('" ') for cell in rest.split(rest[0])] if rest else []
    return next((cell for cell in cells if cell), "")


def read_factor(text: str) -> float | None:
    """Read a dilution: ``1000.000000``, ``1,00E+04``, ``1:1,000``, ``500x``; None if it is none."""
    text = text.strip().strip('"').strip()
    ratio = _RATIO.match(text)
    if ratio:
        return float(re.sub(r"\D", "", ratio[1]))
    match = _FACTOR.match(text)
    if not match:
        return None
    number = match[1]
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", number):
        return float(re.sub(r"\D", "", number))
    if number.count(",") + number.count(".") > 1:
        return None
    return float(number.rstrip(".,").replace(",", "."))
