"""The errors that a user can act on: one line each, naming the place and the remedy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class EvcargoError(Exception):
    """A problem of the user's input or options, told in one line that says what to do.

    Raised wherever a step cannot go on. `evcargo.job.job_log` shows only its text to the user; any
    other exception is a defect of evcargo and keeps its traceback.
    """


def cause_and_remedy(
    error: EvcargoError | str, otherwise: str = "Check the table"
) -> tuple[str, str]:
    """Split an error into what is wrong and what to do, `otherwise` if it does not say."""
    cause, _, remedy = str(error).partition(". ")
    return cause, remedy.rstrip(".") or otherwise


def refusal(error: EvcargoError) -> tuple[str, str]:
    """Message and remedy of a table that cannot be taken."""
    cause, remedy = cause_and_remedy(error)
    return f"cannot be taken: {cause}", remedy


FOLDED = 3
"""So many problems with one cause and one remedy are told in one line."""
ALIKE = 10
"""So many problems with one cause, but different remedies, are told in full."""
SHOWN = 12
"""Values that a folded line shows."""


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
        The mistakes; shown sorted by file, row and column. Several with one cause and one remedy
        are one line with all their places.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        count = len(self.problems)
        lines = [f"The study has {count} problem{'s' if count > 1 else ''}:"]
        lines += [f"  {number}. {text}" for number, text in enumerate(_folded(self.problems), 1)]
        super().__init__("\n".join(lines))


def _folded(problems: Sequence[Problem]) -> list[str]:
    """Texts of sorted problems, equal ones as one."""
    equal: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        equal.setdefault((problem.message, problem.remedy), []).append(problem)
    single = [same for same in equal.values() if len(same) < FOLDED]
    texts = [(same[0], _one_line(same)) for same in equal.values() if len(same) >= FOLDED]
    alike: dict[object, list[Problem]] = {}
    for problem in sorted(problem for same in single for problem in same):
        kind = (problem.file, problem.column, problem.message) if problem.row else problem
        alike.setdefault(kind, []).append(problem)
    for same in alike.values():
        full = same if len(same) <= ALIKE else same[:FOLDED]
        texts += [(problem, str(problem)) for problem in full]
        if len(full) < len(same):
            rest = same[FOLDED:]
            texts.append((rest[0], f"{_places(rest)}: the same, {rest[0].message}"))
    return [text for _, text in sorted(texts)]


def _one_line(problems: Sequence[Problem]) -> str:
    """Places of equal problems, what is wrong, and what to do."""
    values = {problem.value for problem in problems}
    value = f" {problems[0].value!r}" if len(values) == 1 and problems[0].value else ""
    text = f"{_places(problems, not value)}:{value} {problems[0].message}"
    return f"{text}. {problems[0].remedy}"


def _places(problems: Sequence[Problem], with_values: bool = False) -> str:
    """Files, rows and columns of problems: ``a.tsv, rows 2-4, path; row 7, age; b.tsv, row 9``."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.column), []).append(problem)
    texts, before = [], ""
    for (file, column), group in groups.items():
        rows = _rows([problem.row for problem in group])
        text = ", ".join(filter(None, ("" if file == before else file, rows, column)))
        texts.append(text + (_values(group) if with_values else ""))
        before = file
    return "; ".join(texts)


def _values(problems: Sequence[Problem]) -> str:
    """Values of problems in brackets, as far as a line can show them."""
    values = list(dict.fromkeys(repr(problem.value) for problem in problems if problem.value))
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return f" ({', '.join(values[:SHOWN])}{more})" if values else ""


def _rows(numbers: Sequence[int]) -> str:
    distinct = sorted({number for number in numbers if number})
    if not distinct:
        return ""
    return f"row{'s' if len(distinct) > 1 else ''} {_ranges(distinct)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Write ascending numbers as ranges: ``3-6, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
