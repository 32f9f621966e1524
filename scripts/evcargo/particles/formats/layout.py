"""What is known of the size tables of a program."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A file of a program that holds no size distribution.

    Parameters
    ----------
    mark
        What such files hold.
    message, remedy
        What it is, and what to give instead.
    """

    mark: re.Pattern[str]
    message: str
    remedy: str


@dataclass(frozen=True)
class Layout:
    """The size tables of a program.

    Parameters
    ----------
    program
        Its name.
    marks
        What its files hold, the surest first.
    version
        Finds name and version (group 1).
    dilution
        Finds what stands behind the word for the dilution in its line (group 1); None where it is
        not known how the program writes it.
    dilution_included
        Whether the amounts are already multiplied by it; None where that is not known.
    linear_then_logarithmic
        Whether the same distribution follows once more in logarithmic bins.
    captures
        First cell of the row above the table that names the capture of each column.
    refusals
        Files of the program that are no size distribution.
    """

    program: str
    marks: tuple[re.Pattern[str], ...]
    version: re.Pattern[str] | None = None
    dilution: re.Pattern[str] | None = None
    dilution_included: bool | None = None
    linear_then_logarithmic: bool = False
    captures: str = ""
    refusals: tuple[Refusal, ...] = ()


def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern that looks at each line, whatever its case."""
    return re.compile(text, re.IGNORECASE | re.MULTILINE)
