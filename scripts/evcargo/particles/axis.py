"""Which columns of a size table are the sizes, and what they are: the axis of the distribution."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evcargo.particles.headers import (
    CENTRE,
    EDGE,
    END,
    LN,
    LOG10,
    RADIUS,
    START,
    is_size,
    length_factor,
    plain,
)

NUMBER = re.compile(
    r"[-+]?(\d[\d.,' \u2019]*|[.,]\d+)([eE][-+]?\d+|\s*[x×*·]\s*10\s*\^?\s*[-+]?\d+)?"
    r"\s*(nm|[uµμ]m|%)?"
)
INTERVAL = re.compile(
    r"[\[(]?\s*(\d[\d.,]*)\s*(?:nm)?\s*(?:-|–|—|to|bis|à|;|\.\.|,\s)\s*(\d[\d.,]*)\s*(?:nm)?\s*[\])]?"
)


@dataclass(frozen=True)
class Axis:
    """The column or columns with the sizes.

    Parameters
    ----------
    kind
        ``centre``, ``edges`` (start and end of each bin), ``start``, ``end`` or ``interval`` (both
        in one cell).
    columns
        Their numbers, from 0.
    factor
        To nm, of the diameter.
    is_radius
        Whether the factor holds the 2 from radius to diameter.
    logarithm
        ``log10``, ``ln`` or empty, by the header.
    unit_stated
        Whether the header states a unit of length.
    """

    kind: str
    columns: tuple[int, ...]
    factor: float
    is_radius: bool
    logarithm: str
    unit_stated: bool


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number in any locale."""
    return NUMBER.fullmatch(cell) is not None


def find_axis(names: Sequence[str]) -> Axis | None:
    """Find the sizes among the names of columns; None if there are none."""
    headers = [plain(name) for name in names]
    sizes = [at for at, header in enumerate(headers) if is_size(header)]
    ends = [at for at in sizes if _is_edge(headers[at], END, START)]
    starts = [at for at in sizes if _is_edge(headers[at], START, END)]
    # An edge that is not called the upper one: programs write the lower edge of each bin.
    starts += [at for at in sizes if at not in ends and _is_edge(headers[at], EDGE, END)]
    centres = [at for at in sizes if at not in starts and at not in ends]
    centres.sort(key=lambda at: bool(LOG10.search(headers[at]) or LN.search(headers[at])))
    if starts and ends:
        return _axis("edges", (starts[0], ends[0]), headers)
    for kind, columns in (("centre", centres), ("start", starts), ("end", ends)):
        if columns:
            return _axis(kind, (columns[0],), headers)
    return None


def _is_edge(header: str, edge: re.Pattern[str], other: re.Pattern[str]) -> bool:
    return bool(edge.search(header)) and not (other.search(header) or CENTRE.search(header))


def _axis(kind: str, columns: tuple[int, ...], headers: Sequence[str]) -> Axis:
    header = headers[columns[0]]
    unit = next((factor for at in columns if (factor := length_factor(headers[at]))), 0.0)
    radius = bool(RADIUS.search(header))
    logarithm = "ln" if LN.search(header) else "log10" if LOG10.search(header) else ""
    return Axis(kind, columns, (unit or 1.0) * (2 if radius else 1), radius, logarithm, bool(unit))
