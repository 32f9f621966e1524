"""Units of the amounts of a size table: per which volume, times which power of ten, per nm or not.

Superscripts get lost on the way through spreadsheets: ``x106 particles/mL`` is 10^6 per ml.
"""

import re
from dataclasses import dataclass, replace

from evcargo.errors import EvcargoError
from evcargo.particles.headers import Kind, kind_of_amount, plain

_PER = r"(?:/|\b(?:per|pro|par|por|je) ) ?\(? ?"
# Particles per ml of one particle per that volume.
_VOLUMES = (
    (rf"{_PER}(?:ml|millilit\w+|cm ?\^?3|ccm|cc)\b|\bml ?\^?- ?1\b|\bcm ?\^?- ?3\b", 1.0, "ml"),
    (rf"{_PER}(?:ul|mi[ck]rolit\w+|mm ?\^?3)\b|\bul ?\^?- ?1\b|\bmm ?\^?- ?3\b", 1e3, "ul"),
    (rf"{_PER}(?:nl|nanolit\w+)\b|\bnl ?\^?- ?1\b", 1e6, "nl"),
    (rf"{_PER}(?:pl|picolit\w+)\b|\bpl ?\^?- ?1\b", 1e9, "pl"),
    (rf"{_PER}(?:l|lit(?:er|re|ro)s?|dm ?\^?3)\b|\bl ?\^?- ?1\b|\bdm ?\^?- ?3\b", 1e-3, "l"),
    (rf"{_PER}m ?\^?3\b|\bm ?\^?- ?3\b", 1e-6, "m3"),
)
VOLUMES = tuple((re.compile(pattern), factor, name) for pattern, factor, name in _VOLUMES)
_OTHER_VOLUME = re.compile(rf"{_PER}\d+ ?[unp]?l\b|{_PER}\d+ ?ml\b")

_TWO_WAYS = re.compile(r"(?<!\d)10 ?e\+?\d|(?<!\d)10 ?(?:\^|\*\*) ?\(?-\d|\bbillon\w*")
# A power is that of the unit only before the counted thing or the volume: E6 can be a sample.
_COUNTED = (
    r"#|/|per\b|pro\b|par\b|por\b|particl|partik|teilchen|particul|particell|deeltj|p\.? ?/"
    r"|[um]?l\b|cm\b|counts?\b|evs?\b|vesicl|个|個|частиц"
)
_UNIT, _UNIT_OR_END = rf"(?= ?(?:{_COUNTED}))", rf"(?= ?(?:{_COUNTED}|[)\]]))"
_EXPONENT = re.compile(
    rf"(?<![a-z0-9.])(?:x ?)?e\+?0?(\d{{1,2}}){_UNIT}"
    rf"|(?<![a-z0-9.])1(?:[.,]0+)? ?e\+?0?(\d{{1,2}}){_UNIT_OR_END}"
)
_POWER = re.compile(r"(?<!\d)10 ?(?:\^|\*\*|exp) ?\(?\+?(\d{1,2})(?!\d)")
_LOST_SUPERSCRIPT = re.compile(rf"(?:^|[ (\[x*])10 ?([3-9]|1[0-5]){_UNIT_OR_END}")
# A power that got lost altogether: 10? particles/ml.
_LOST_POWER = re.compile(rf"(?<![\d.])10(?:[^\d\s()%][^\s()]{{0,4}})?(?: (?:{_COUNTED})|/)")
_LONG = re.compile(rf"(?<![\d.:/])1((?:[ ,.]?000){{1,4}}){_UNIT}")
_WORDS = (
    (re.compile(r"\b(milliards?|milliarden|mrd|billions?|miliardi|bilhoes)\b"), 1e9),
    (re.compile(r"\b(millions?|millionen|mio|millones|milioni|milhoes|mln)\b|百万"), 1e6),
    (re.compile(r"\b(thousands?|tausend|tsd|milliers?|miles|migliaia)\b"), 1e3),
    (re.compile("[亿億]"), 1e8),
    (re.compile("[万萬]"), 1e4),
)

_LOGARITHM = re.compile(r"\blog(2|10)?\b|\bln\b")
_DENSITIES = (
    ("log10", re.compile(r"d ?log|/ ?log|\bper (log|decade)|/ ?decade")),
    ("ln", re.compile(r"d ?ln ?\(?d|/ ?d? ?ln\b")),
    ("um", re.compile(r"/ ?um\b(?! ?\^?[23])|\bper (um|micron)\b|\bum ?\^?- ?1\b|l[ *.x]+um\b")),
    (
        "nm",
        re.compile(
            r"/ ?nm\b(?! ?\^?[23])|\bper nm\b|\bnm ?\^?- ?1\b|l[ *.x]+nm\b(?! ?\^?[23])"
            r"|\bd ?[nc] ?/ ?d ?[dx]|spectral density|probability density|density ?function|\bpdf\b"
        ),
    ),
)


@dataclass(frozen=True)
class Unit:
    """What one number of a column of amounts stands for.

    Parameters
    ----------
    quantity
        ``concentration`` (particles/ml after `factor`), ``number`` (of counted particles) or
        ``relative`` (shares, or a unit that is not known: only the shape of the distribution).
    factor
        To particles/ml.
    density
        Empty where an amount is that of its bin; else what it is divided by: ``nm``, ``um``,
        ``log10`` or ``ln`` (of the size).
    reason
        How the header was understood, for people.
    """

    quantity: str
    factor: float = 1.0
    density: str = ""
    reason: str = ""


def has_volume(header: str) -> bool:
    """Whether a header (as `plain` writes it) states a unit per volume."""
    return any(pattern.search(header) for pattern, _, _ in VOLUMES)


def kind_of_column(name: str) -> Kind:
    """Tell what a column that is no size holds, by its name."""
    header = plain(name)
    return kind_of_amount(header, has_volume(header))


def read_unit(name: str, context: str, where: str) -> Unit:
    """Find the unit of a column of amounts.

    Parameters
    ----------
    name
        Header of the column.
    context
        Text above the table that can hold the unit where the header does not, e.g. a title.
    where
        File and line, for messages.

    Raises
    ------
    EvcargoError
        If the unit can be read in two ways, or the amounts are logarithms.
    """
    header = plain(name)
    kind = kind_of_amount(header, has_volume(header))
    density = next((word for word, pattern in _DENSITIES if pattern.search(header)), "")
    if not density and _LOGARITHM.search(header):
        raise EvcargoError(
            f"{where}: the header {name!r} says that the amounts are logarithms."
            " Give the amounts themselves"
        )
    if kind is Kind.RELATIVE:
        return Unit("relative", 1.0, density, f"{name!r} are shares, not numbers of particles")
    if kind is Kind.NUMBER:
        return Unit("number", 1.0, density, f"{name!r} are numbers of counted particles")
    if _OTHER_VOLUME.search(header):
        raise _in_two_ways(name, where)
    if has_volume(header):
        return _with_density(_concentration(header, name, where), density)
    above = plain(context)
    if has_volume(above) and kind_of_amount(above, True) is Kind.CONCENTRATION:
        unit = _concentration(above, context, where)
        return _with_density(
            replace(unit, reason=f"{unit.reason} (unit of another header)"), density
        )
    return Unit("relative", 1.0, density, f"{name!r} states no unit such as particles/ml")


def _with_density(unit: Unit, density: str) -> Unit:
    per = {"": "", "log10": " per log10 of size", "ln": " per ln of size"}.get(
        density, f" and {density}"
    )
    return replace(unit, density=density, reason=unit.reason + per)


def _concentration(header: str, name: str, where: str) -> Unit:
    if _TWO_WAYS.search(header):
        raise _in_two_ways(name, where)
    volume, per = next(
        (factor, volume) for pattern, factor, volume in VOLUMES if pattern.search(header)
    )
    power, read_as = _power(header, name, where)
    text = f"{read_as} particles/{per}".strip()
    return Unit("concentration", volume * power, "", f"{name.strip()!r} is {text}")


def _in_two_ways(name: str, where: str) -> EvcargoError:
    return EvcargoError(
        f"{where}: the unit of {name!r} can be read in two ways. Write it as 1e6 particles/ml or"
        " 10^6 particles/ml (not 10e6, 10^-6 or per 100 ml)"
    )


def _power(header: str, name: str, where: str) -> tuple[float, str]:
    """Power of ten that a header states, and how it was read."""
    match = _EXPONENT.search(header) or _POWER.search(header) or _LOST_SUPERSCRIPT.search(header)
    if match:
        exponent = int(next(group for group in match.groups() if group))
        return 10.0**exponent, f"10^{exponent}"
    long = _LONG.search(header)
    if long:
        number = float("1" + re.sub(r"\D", "", long[1]))
        return number, f"{number:g}"
    if _LOST_POWER.search(header):
        raise _in_two_ways(name, where)
    factor = next((value for word, value in _WORDS if word.search(header)), 1.0)
    return factor, "" if factor == 1 else f"{factor:g}"
