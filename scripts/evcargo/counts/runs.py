"""Where the runs of the run sheet are in a table of counts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evcargo.errors import EvcargoError
from evcargo.files.run_names import RunMatch, match_runs, missing_run, sample_stem
from evcargo.study.notes import listed

MANY = 3


@dataclass(frozen=True)
class Run:
    """A row of the run sheet whose counts come in a table.

    Parameters
    ----------
    run, sample, path
        Name of the run, its sample and the table.
    column
        What the run sheet calls its column; the name of the sample where it says nothing.
    scale, decimal
        Scale and decimal sign as the run sheet states them, or auto.
    """

    run: str
    sample: str
    path: str
    column: str = ""
    scale: str = "auto"
    decimal: str = "auto"

    @property
    def text(self) -> str:
        """What to look for in the table."""
        return self.column or self.sample

    @property
    def is_stated(self) -> bool:
        """Whether the run sheet names a column that is not the name of the sample."""
        return self.text != self.sample


class RunsError(EvcargoError):
    """Runs that a table cannot give.

    Parameters
    ----------
    problems
        Run -> why not, and what to do.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(dict.fromkeys(problems.values())))
        self.problems = dict(problems)


def match_columns(runs: Sequence[Run], names: Sequence[str], path: str) -> dict[str, RunMatch]:
    """Find the column of every run.

    Parameters
    ----------
    runs
        Runs of one table.
    names
        Names of its columns that may be runs.
    path
        The table, for messages.

    Returns
    -------
    dict
        Run -> its column, and how it was recognised.

    Raises
    ------
    RunsError
        If a run is in no column, fits several, or has the column of another run.
    """
    wanted = {run.run: run.text for run in runs}
    try:
        matches = match_runs(wanted, names, {}, path)
    except EvcargoError:
        raise RunsError(_one_by_one(wanted, names, path)) from None
    missing = {run: text for run, text in wanted.items() if run not in matches}
    if not missing:
        return matches
    if len(missing) == len(wanted) >= MANY:
        first = next(iter(missing))
        raise RunsError(
            {
                first: f"{path}: has no column for any of its {len(missing)} runs"
                f" ({listed(missing.values(), 4)}). Write the names of the columns into the column"
                f" 'column' of the run sheet. It has {listed(names, 20)}"
            }
        )
    raise RunsError(
        {run: str(missing_run(text, run, names, path)) for run, text in missing.items()}
    )


def _one_by_one(wanted: Mapping[str, str], names: Sequence[str], path: str) -> dict[str, str]:
    """Say which runs cannot be matched: of two that do not go together, the later one."""
    wrong: dict[str, str] = {}
    sound: dict[str, str] = {}
    for run, text in wanted.items():
        try:
            matches = match_runs({**sound, run: text}, names, {}, path)
        except EvcargoError as error:
            wrong[run] = str(error)
            continue
        if run in matches:
            sound[run] = text
        else:
            wrong[run] = str(missing_run(text, run, names, path))
    return wrong


def count_matches(runs: Sequence[Run], names: Sequence[str], path: str) -> int:
    """Count the runs that are among names; 0 where they do not fit one to one."""
    try:
        return len(match_runs({run.run: run.text for run in runs}, names, {}, path))
    except EvcargoError:
        return 0


def single_run(runs: Sequence[Run], path: str) -> Run:
    """Give the only run of a table of one sample.

    Raises
    ------
    RunsError
        If the run sheet gives several runs for it.
    """
    if len(runs) > 1:
        raise RunsError(
            {
                runs[1].run: f"{path}: holds the counts of one sample, but is the table of"
                f" {len(runs)} runs ({listed([run.run for run in runs], 6)}). Give each run its own"
                " table"
            }
        )
    return runs[0]


def stated_column(run: Run, columns: Sequence[str], path: str) -> str:
    """Give the column that the run sheet names in a table of one sample; empty if it names none.

    Raises
    ------
    RunsError
        If there is no such column.
    """
    if not run.is_stated or _same(run.text, path):
        return ""
    if run.text in columns:
        return run.text
    number = re.fullmatch(r"(?:column )?(\d+)", run.text)
    if number and 1 <= int(number[1]) <= len(columns):
        return columns[int(number[1]) - 1]
    raise RunsError(
        {
            run.run: f"{path}: has no column {run.text!r} for run {run.run}. Leave column empty in"
            f" the run sheet, or write one of: {listed(columns, 12)}"
        }
    )


def _same(text: str, path: str) -> bool:
    """Whether a run is called as its file is."""
    return sample_stem(text).casefold() == sample_stem(path).casefold()
