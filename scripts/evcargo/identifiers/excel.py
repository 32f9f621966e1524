"""Gene symbols that a spreadsheet took for dates, and the genes that they may have been.

SEPT2 becomes 2-Sep, MARCH1 1-Mar, and both 44440 and the like where the column was made a number
(Ziemann 2016, 10.1186/s13059-016-1044-7; Abeysooriya 2021, 10.1371/journal.pcbi.1008984).
"""

import re
from datetime import date, timedelta

#: Names of the months in the languages of spreadsheets, which cells have in part or in full.
MONTHS = tuple(
    names.split()
    for names in (
        "january januar janvier enero gennaio janeiro jän",
        "february februar février fevrier febrero febbraio fevereiro",
        "march märz mrz mars marzo março maart mrt",
        "april avril abril aprile",
        "may mai mayo maggio maio mei",
        "june juni juin junio giugno junho",
        "july juli juillet julio luglio julho",
        "august août aout agosto augustus",
        "september sept septembre septiembre settembre setembro",
        "october oktober octobre octubre ottobre outubro",
        "november novembre noviembre novembro",
        "december dezember décembre decembre diciembre dicembre dezembro",
    )
)
#: Letters before the number in the symbols that become a date, by month.
LETTERS = (
    *(("JAN",), ("FEB",), ("MARCH", "MARC", "MAR"), ("APR", "APRIL"), ("MAY",), ("JUN", "JUNE")),
    *(("JUL", "JULY"), ("AUG",), ("SEPT", "SEP"), ("OCT", "OCT-"), ("NOV", "NOV-")),
    ("DEC", "DEC-"),
)
NAMED = re.compile(r"(\d{1,2})[-./ ]{1,2}([^\W\d_]{3,9})\.?(?:[-./ ]{1,2}\d{2,4})?")
NAMED_FIRST = re.compile(r"([^\W\d_]{3,9})\.?[-./ ]{1,2}(\d{1,2})")
ISO = re.compile(r"(?:19|20)\d\d-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?(?:\.0+)?)?")
SLASHED = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(?:\d\d|(?:19|20)\d\d)")
SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
FIRST_SERIAL, LAST_SERIAL = 36526, 49674  # 2000-01-01 and 2035-12-31
DAY_ZERO = date(1899, 12, 30)


def dates(text: str) -> list[tuple[int, int]]:
    """Read a cell as dates that a symbol may have become: (month, number of the symbol).

    Empty for what is no such date; two where day and month cannot be told apart.
    """
    named = NAMED.fullmatch(text)
    if named:
        return _named(named[2], named[1])
    named = NAMED_FIRST.fullmatch(text)
    if named:
        return _named(named[1], named[2])
    iso = ISO.fullmatch(text)
    if iso:
        return _within([(int(iso[1]), int(iso[2]))])
    slashed = SLASHED.fullmatch(text)
    if slashed:
        first, second = int(slashed[1]), int(slashed[3])
        return _within(list(dict.fromkeys([(first, second), (second, first)])))
    return []


def serial_date(text: str) -> list[tuple[int, int]]:
    """Read a number as the date that it is in a spreadsheet of this century."""
    serial = SERIAL.fullmatch(text)
    if not serial or not FIRST_SERIAL <= int(serial[1]) <= LAST_SERIAL:
        return []
    day = DAY_ZERO + timedelta(int(serial[1]))
    return [(day.month, day.day)]


def symbols_of(month: int, number: int) -> list[str]:
    """Spellings of the symbols that become a date: 9, 2 gives SEPT2 and SEP2."""
    return [f"{letters}{number}" for letters in LETTERS[month - 1]]


def _named(month: str, number: str) -> list[tuple[int, int]]:
    lower = month.lower()
    for index, names in enumerate(MONTHS, 1):
        if any(name.startswith(lower) for name in names):
            return _within([(index, int(number))])
    return []


def _within(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(month, number) for month, number in pairs if 1 <= month <= 12 and 1 <= number <= 31]
