"""Numbers as programs and spreadsheets of all languages write them.

Whether ``1,234`` is a thousand or a bit more than one is settled by all cells that belong together,
never by one: a decimal sign is proved by a cell that it can only be that in, and so is a thousands
sign. What no cell proves is not guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

MISSING = frozenset(
    {"", "na", "nan", "n/a", "#n/a", "null", "none", "-", "--", ".", "filtered", "profiled", "nd"}
    | {"n.d.", "n/d", "n. def.", "n.def.", "inf", "-inf", "+inf", "infinity", "-infinity", "<na>"}
    | {"unendlich", "-unendlich", "+unendlich", "#num!", "#div/0!", "missing", "not detected"}
)
"""Words for a missing value, lower case; Excel writes ``#NUM!`` for the logarithm of 0."""

SIGN_WORDS = {".": "point", ",": "comma"}
_BLANKS = re.compile("(?<=[0-9])[ \u00a0\u2007\u2009\u202f'\u2019](?=[0-9]{3})")
_BODY = r"[-+]?(?:[0-9][0-9.,]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
_PLAIN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WITH_UNIT = re.compile(rf"({_BODY})\s*([^\d\s.,+-][^\d]*|/.*)")


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written.

    Parameters
    ----------
    decimal
        The decimal sign, ``.`` or ``,``.
    thousands
        The sign between groups of three digits, ``.`` or ``,``; empty if there is none (blanks and
        apostrophes are understood anyway).
    reason
        What proves it, for people.
    """

    decimal: str = "."
    thousands: str = ""
    reason: str = "no cell holds a comma"


class AmbiguousNumbersError(EvcargoError):
    """Cells of which the signs could be decimal signs as well as thousands signs."""


def normalise_blanks(cells: Iterable[str]) -> list[str]:
    """Give cells with a plain minus sign and without blanks or apostrophes between the digits."""
    return [
        _BLANKS.sub("", cell.strip().replace("\u2212", "-").replace("\u2013", "-"))
        for cell in cells
    ]


def find_number_style(
    cells: Iterable[str], place: str, decimal: str = "", comma_expected: bool = False
) -> NumberStyle:
    """Find how the numbers of cells that belong together (a column, a table) are written.

    Parameters
    ----------
    cells
        Texts; words for missing values, units and other text say nothing.
    place
        File and column, for messages.
    decimal
        ``point`` or ``comma`` where the user states the decimal sign.
    comma_expected
        Whether decimal commas are likely (a semicolon-separated file): then ``1.234`` alone proves
        nothing either.

    Returns
    -------
    NumberStyle
        With the reason.

    Raises
    ------
    AmbiguousNumbersError
        If nothing proves what the signs are.
    EvcargoError
        If cells contradict each other, or what is stated.

    Notes
    -----
    A sign is decimal where it stands once with other than three digits behind it, behind 0 or more
    than three digits, or before an exponent, or where four digits stand together in another number;
    it groups thousands where it stands twice, or before the other sign. Programs write either all
    decimals or none that are 0 at the end: where numbers without any sign stand beside ``1,230``,
    neither holds, and the sign groups thousands.
    """
    evidence = NumberEvidence()
    evidence.add(cells)
    return evidence.find_style(place, decimal, comma_expected)


class NumberEvidence:
    """What cells say of the signs in their numbers, gathered piece by piece from a long table."""

    def __init__(self) -> None:
        self._facts = {sign: _Facts() for sign in ".,"}
        self._together = ""

    def add(self, cells: Iterable[str]) -> None:
        """Look at further cells."""
        unique = [cell for cell in dict.fromkeys(cells) if cell.lower() not in MISSING]
        text = "\n".join(unique)
        if self._says_nothing_new(unique, text):
            return
        text = "\n".join(normalise_blanks(unique))
        self._facts = {sign: fact.or_else(_facts(text, sign)) for sign, fact in self._facts.items()}
        self._together = self._together or _first(r"[1-9]\d{3,}", text)

    def _says_nothing_new(self, cells: Sequence[str], text: str) -> bool:
        """Whether cells are of kinds that are known, as most of a long table's are."""
        if "," in text or "." in text:
            numbers = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce")
            return bool(self._facts["."].decimal and numbers.notna().all())
        return bool(self._facts["."].plain and self._together)

    def find_style(
        self, place: str, decimal: str = "", comma_expected: bool = False
    ) -> NumberStyle:
        """Find how the numbers are written; see `find_number_style`."""
        facts = self._facts
        style = _proved(facts, place)
        if decimal:
            return _stated(decimal, style, facts, place)
        if style:
            return style
        ambiguous = {sign: fact.ambiguous for sign, fact in facts.items() if fact.ambiguous}
        if not ambiguous:
            return NumberStyle()
        if self._together and len(ambiguous) == 1:
            reason = f"{self._together} has no thousands sign"
            return NumberStyle(next(iter(ambiguous)), reason=reason)
        if "," not in ambiguous and not comma_expected and not facts["."].plain:
            return NumberStyle(reason="all numbers have decimals behind a point")
        sign = "," if "," in ambiguous else "."
        cell, plain, zero = ambiguous[sign], facts[sign].plain, facts[sign].ends_in_zero
        if plain and zero:
            reason = (
                f"{zero} beside {plain}: decimals would not end in 0 in the one and be left out in"
                " the other"
            )
            return NumberStyle("," if sign == "." else ".", sign, reason)
        raise AmbiguousNumbersError(
            f"{place}: {cell!r} can be {_as_thousands(cell)} or {cell.replace(',', '.')} (a"
            f" {SIGN_WORDS[sign]} for thousands or for decimals), and no other cell tells. Write"
            " the decimal sign, point or comma, into the column 'decimal' of the run sheet, or"
            " export the table without thousands separators"
        )


@dataclass(frozen=True)
class _Facts:
    """What the cells say of one sign: an example of each kind, empty where there is none."""

    decimal: str = ""
    thousands: str = ""
    ambiguous: str = ""
    ends_in_zero: str = ""
    plain: str = ""

    def or_else(self, other: "_Facts") -> "_Facts":
        """Give these examples, and those of another piece where there are none."""
        pairs = ((getattr(one, name) for one in (self, other)) for name in _Facts.__match_args__)
        return _Facts(*(mine or theirs for mine, theirs in pairs))


def _first(pattern: str, text: str) -> str:
    match = re.search(rf"(?m)^[-+]?(?:{pattern})$", text)
    return match[0] if match else ""


def _facts(text: str, sign: str) -> _Facts:
    s, o = re.escape(sign), re.escape("," if sign == "." else ".")
    unit = r"(?:[^\S\n]*[^\d\s.,+-][^\d\n]*)?"
    groups, exponent = r"[1-9]\d{0,2}", r"(?:[eE][-+]?\d+)?"
    once = rf"(?:\d*{s}(?:\d{{0,2}}|\d{{4,}})|(?:0|0\d+|\d{{4,}}|){s}\d+){exponent}{unit}"
    many = rf"\d{{1,3}}(?:{o}\d{{3}})+{s}\d*{exponent}{unit}"
    with_exponent = rf"\d*{s}\d*[eE][-+]?\d+{unit}"
    decimal = _first(once, text) or _first(many, text) or _first(with_exponent, text)
    grouped = rf"{groups}(?:{s}\d{{3}}){{2,}}(?:{o}\d*)?{unit}|{groups}(?:{s}\d{{3}})+{o}\d*{unit}"
    return _Facts(
        decimal,
        _first(grouped, text),
        _first(rf"{groups}{s}\d{{3}}{unit}", text),
        _first(rf"{groups}{s}\d{{2}}0{unit}", text),
        _first(rf"[1-9]\d{{0,2}}{unit}", text),
    )


def _proved(facts: dict[str, _Facts], place: str) -> NumberStyle | None:
    """Style that the cells prove, if they do.

    Raises
    ------
    EvcargoError
        If cells prove different things.
    """
    point, comma = facts["."], facts[","]
    for first, second in ((point, comma), (comma, point)):
        if first.decimal and first.thousands:
            raise _contradiction(first.decimal, first.thousands, place)
        if first.decimal and second.decimal:
            raise _contradiction(first.decimal, second.decimal, place)
        if first.thousands and second.thousands:
            raise _contradiction(first.thousands, second.thousands, place)
    for sign, fact, other, rest in ((".", point, ",", comma), (",", comma, ".", point)):
        if fact.decimal or rest.thousands:
            proof = fact.decimal or rest.thousands
            return NumberStyle(sign, other if rest.thousands or rest.ambiguous else "", proof)
    return None


def _stated(
    decimal: str, style: NumberStyle | None, facts: dict[str, _Facts], place: str
) -> NumberStyle:
    sign = next(mark for mark, word in SIGN_WORDS.items() if word == decimal)
    if style and style.decimal != sign:
        raise EvcargoError(
            f"{place}: the run sheet states a decimal {decimal}, but {style.reason!r} cannot be"
            " read so. Correct the column 'decimal', or leave it empty"
        )
    other = "," if sign == "." else "."
    grouped = facts[other].ambiguous or facts[other].thousands
    return NumberStyle(sign, other if grouped else "", "stated in the run sheet")


def _contradiction(first: str, second: str, place: str) -> EvcargoError:
    return EvcargoError(
        f"{place}: holds {first!r} and {second!r}, which cannot both be read in one way: two"
        " programs or languages wrote it. Export the table again in one piece"
    )


def _as_thousands(cell: str) -> str:
    return cell.replace(",", "").replace(".", "")


def parse_numbers(cells: Sequence[str], style: NumberStyle) -> NDArray[np.float64]:
    """Give cells as numbers.

    Parameters
    ----------
    cells
        Texts; a unit behind the number is allowed where all cells have the same one (`find_unit`
        tells which).
    style
        Of `find_number_style`.

    Returns
    -------
    numpy.ndarray
        Numbers; NaN for words that stand for a missing value and for infinite values.

    Raises
    ------
    NoNumberError
        With the position of the first cell that is no number.
    """
    text = pd.Series(list(cells), dtype=object).astype(str).str.strip()
    plain = text if style.decimal == "." else _with_points(text, style)
    found = pd.to_numeric(plain, errors="coerce").to_numpy(float, copy=True)
    rest = np.flatnonzero(np.isnan(found))
    others = text.iloc[rest]
    if not others.str.lower().isin(MISSING).all():
        try:
            unit_possible = len(rest) == len(found)  # a unit stands behind all numbers
            found[rest] = _parsed(others, style, unit_possible).to_numpy(float)
        except NoNumberError as error:
            raise NoNumberError(int(rest[error.position]), error.cell) from None
    return np.where(np.isfinite(found), found, np.nan)


def _with_points(text: pd.Series, style: NumberStyle) -> pd.Series:
    """Cells with a decimal point and without thousands signs."""
    if style.thousands:
        text = text.str.replace(style.thousands, "", regex=False)
    return text.str.replace(",", ".", regex=False)


class NoNumberError(ValueError):
    """A cell that is no number.

    Parameters
    ----------
    position
        Its place among the cells, from 0.
    cell
        Its text.
    """

    def __init__(self, position: int, cell: str) -> None:
        super().__init__(f"{cell!r} is no number")
        self.position, self.cell = position, cell


def _parsed(text: pd.Series, style: NumberStyle, unit_possible: bool) -> pd.Series:
    unique = pd.Series(text.unique(), dtype=object)
    known = ~unique.str.lower().isin(MISSING)
    plain = pd.Series(normalise_blanks(unique[known]), index=unique.index[known], dtype=object)
    unit = find_unit(plain) if unit_possible else ""
    if unit:
        plain = plain.str.removesuffix(unit).str.strip()
    if style.thousands:
        plain = plain.str.replace(style.thousands, "", regex=False)
    if style.decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    numbers = plain.map(lambda cell: float(cell) if _PLAIN.fullmatch(cell) else np.nan)
    wrong = plain.index[numbers.isna()]
    if len(wrong):
        cells = set(unique[wrong])
        position = int(np.flatnonzero(text.isin(cells))[0])
        raise NoNumberError(position, text.iloc[position])
    values = dict(zip(unique[known], numbers, strict=True))
    return text.map(values).astype(float)


def find_unit(cells: Iterable[str]) -> str:
    """Find the unit behind the number in every cell, or nothing; that of ``5 %`` is ``%``."""
    units = set()
    for cell in cells:
        match = _WITH_UNIT.fullmatch(cell)
        if not match:
            return ""
        units.add(match[2].strip())
        if len(units) > 1:
            return ""
    return units.pop() if units else ""
