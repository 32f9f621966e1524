"""The errors that a user can act on: one line each, naming the place and the remedy."""

from collections.abc import Iterable
from dataclasses import dataclass


class EvcargoError(Exception):
    """A problem of the user's input or options, told in one line that says what to do.

    Raised wherever a step cannot go on. `evcargo.job.job_log` shows only its text to the user; any
    other exception is a defect of evcargo and keeps its traceback.
    """


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the config or in a sheet.

    Parameters
    ----------
    file
        File that holds the mistake, as the user wrote it.
    message
        What is wrong.
    remedy
        What to do about it.
    row
        1-based line of a sheet, the header being line 1; 0 where it does not apply.
    column
        Column of a sheet, or key of the config as ``stage.option``.
    value
        The offending value.
    """

    file: str
    row: int
    column: str
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row:
            place.append(f"row {self.row}")
        if self.column:
            place.append(self.column)
        shown = f" {self.value!r}" if self.value else ""
        return f"{', '.join(place)}:{shown} {self.message}. {self.remedy}"


class StudyError(EvcargoError):
    """All mistakes of a study at once.

    Parameters
    ----------
    problems
        The mistakes; shown sorted by file, row and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        count = len(self.problems)
        lines = [f"The study has {count} problem{'s' if count > 1 else ''}:"]
        lines += [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        super().__init__("\n".join(lines))
