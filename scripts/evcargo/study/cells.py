"""One cell of a sheet, held to what the sheet's schema says about its column."""

import math
import re
from collections.abc import Mapping
from typing import Any

from evcargo.study.notes import listed, nearest, shown

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}([., '’][0-9]{3})+([.,][0-9]+)?")


class CellError(ValueError):
    """What is wrong with a cell, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def read_cell(text: str, schema: Mapping[str, Any]) -> Any:
    """Return the value of a cell that is not empty.

    Parameters
    ----------
    text
        The cell, stripped.
    schema
        Schema of the column: `type` string, integer or number; `enum`, `minimum`,
        `exclusiveMinimum` and `maximum` are applied.

    Returns
    -------
    str, int or float
        Words of a controlled list come back as the list spells them.

    Raises
    ------
    CellError
        If the cell does not hold such a value.
    """
    if schema["type"] == "string":
        return _word(text, schema["enum"]) if "enum" in schema else text
    number = as_number(text)
    if number is None:
        raise CellError(_why_no_number(text), "Write a plain number, or leave it empty")
    whole = schema["type"] == "integer"
    if whole and not number.is_integer():
        raise CellError("is not a whole number", "Write 1, 2, 3 ...")
    low, above, high = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if low is not None and number < low:
        raise CellError(f"is below {low}", "Correct it, or leave it empty")
    if above is not None and number <= above:
        raise CellError(f"is not above {above}", "Correct it, or leave it empty if unknown")
    if high is not None and number > high:
        raise CellError(f"is above {high}", "Correct it")
    return int(number) if whole else number


def as_number(text: str) -> float | None:
    """Return the finite plain number that a text holds, or None."""
    if not NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _why_no_number(text: str) -> str:
    if THOUSANDS.fullmatch(text):
        return "may hold thousands separators or a decimal comma, which cannot be told apart"
    if NUMBER.fullmatch(text.replace(",", ".")):
        return "has a decimal comma"
    return "is not a number"


def _word(text: str, words: list[str]) -> str:
    spelt = {_plain(word): word for word in words}
    if _plain(text) in spelt:
        return spelt[_plain(text)]
    found = nearest(text, words)
    guess = f"Did you mean {shown(found)}? " if found else ""
    raise CellError(
        "is not one of the words for this column", f"{guess}It can be {listed(words, 20)}"
    )


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.casefold())
