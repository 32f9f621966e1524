"""The errors that a user can act on: one line each, naming the place and the remedy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class EvcargoError(Exception):
    """A problem of the user's input or options, told in one line that says what to do.

    Raised wherever a step cannot go on. `evcargo.job.job_log` shows only its text to the user; any
    other exception is a defect of evcargo and keeps its traceback.
    """


ALIKE = 10


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
        The mistakes; shown sorted by file, row and column. Of more than `ALIKE` rows with the same
        mistake in one column, the first are shown in full, the others by their row.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        count = len(self.problems)
        lines = [f"The study has {count} problem{'s' if count > 1 else ''}:"]
        lines += [f"  {number}. {text}" for number, text in enumerate(_folded(self.problems), 1)]
        super().__init__("\n".join(lines))


def _folded(problems: Sequence[Problem]) -> list[str]:
    alike: dict[object, list[Problem]] = {}
    for problem in problems:
        kind = (problem.file, problem.column, problem.message) if problem.row else problem
        alike.setdefault(kind, []).append(problem)
    texts = []
    for same in alike.values():
        shown = same if len(same) <= ALIKE else same[:3]
        texts += [str(problem) for problem in shown]
        if len(shown) < len(same):
            rows = _ranges([problem.row for problem in same[3:]])
            place = f"{same[0].file}, rows {rows}, {same[0].column}"
            texts.append(f"{place}: the same, {same[0].message}")
    return texts


def _ranges(numbers: Sequence[int]) -> str:
    """Write ascending numbers as ranges: ``3-6, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
