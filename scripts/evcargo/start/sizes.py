"""Tables of particle sizes, as far as a new study needs to know them."""

from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.particles.formats import PLAIN, recognise
from evcargo.particles.header_row import HeaderRow, find_header
from evcargo.particles.headers import AMOUNTS, Kind
from evcargo.particles.sheet_text import read_sheet_text
from evcargo.particles.units import kind_of_column

LARGEST = 50_000_000
"""Bytes; tables of sizes are far smaller, and are read whole."""


@dataclass(frozen=True)
class SizeRuns:
    """The instrument of a table of sizes, and its columns of samples if it has several."""

    program: str
    runs: tuple[str, ...] = ()


def size_runs(path: str) -> SizeRuns | None:
    """Tell whether a table holds particle sizes, and of which samples.

    Returns
    -------
    SizeRuns or None
        Of a table with a column per sample their names; None if it is no table of sizes.

    Raises
    ------
    EvcargoError
        If the file is of a known instrument, but no table of sizes was found in it.
    """
    if Path(path).stat().st_size > LARGEST:
        return None
    layout = PLAIN
    try:
        text = read_sheet_text(path)
        layout, program, _ = recognise(text.head)
        header = find_header(text)
    except EvcargoError:
        if layout is PLAIN:
            return None
        raise
    kinds = _kinds(header)
    if layout is PLAIN and not _is_certain(header, kinds):
        return None
    wide = len(kinds) > 1 and set(kinds.values()) == {Kind.UNKNOWN}
    return SizeRuns(program, tuple(kinds) if wide else ())


def _kinds(header: HeaderRow) -> dict[str, Kind]:
    names = (name for at, name in enumerate(header.names) if at not in header.axis.columns)
    return {name: kind_of_column(name) for name in names if name}


def _is_certain(header: HeaderRow, kinds: dict[str, Kind]) -> bool:
    """Whether the size has a unit or amounts are named; other tables have sizes, too."""
    return header.axis.unit_stated or any(kind in AMOUNTS for kind in kinds.values())
