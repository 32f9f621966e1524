"""Which column of a table, or which value of its run column, is which run of the run sheet."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.run_names import EXACT, RunMatch, file_stem, match_runs, near_names
from evcargo.proteins.tables.formats import RUN, Format, by_run
from evcargo.proteins.tables.table import Table
from evcargo.study.notes import SHOWN

PREFIX = "prefix"


@dataclass(frozen=True)
class Match:
    """Where a run is.

    Parameters
    ----------
    column
        Column of a wide table, or value of the run column of a long one.
    name
        What the table calls the run, without the words of the quantity.
    matched_by
        How it was found.
    """

    column: str
    name: str
    matched_by: str


@dataclass(frozen=True)
class Wrong:
    """Why a run cannot be taken from a table.

    Parameters
    ----------
    message, remedy
        Cause and what to do, in words that do not name the run, so that runs with the same trouble
        are told together.
    """

    message: str
    remedy: str


@dataclass(frozen=True)
class Choice:
    """The runs of a table.

    Parameters
    ----------
    key
        Run column of a long table; name pattern of a wide one, empty if the columns have none.
    runs
        Run -> where it is.
    next_best
        Run -> column of the next quantity of a wide table that is filled, if there is one.
    wrong
        Run -> why it cannot be taken.
    """

    key: str
    runs: Mapping[str, Match]
    next_best: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Wrong] = field(default_factory=dict)


def require_all(path: str, choice: Choice, wanted: Mapping[str, str]) -> None:
    """Refuse a choice that lacks runs.

    Raises
    ------
    EvcargoError
        About the first run that cannot be taken.
    """
    for run, wrong in choice.wrong.items():
        raise EvcargoError(f"{path}: {wanted[run]!r} of run {run} {wrong.message}. {wrong.remedy}")


def choose_columns(
    table: Table, one: Format, wanted: Mapping[str, str], is_filled: Callable[[str], bool]
) -> Choice:
    """Columns of the runs in a wide table, all of one quantity.

    Parameters
    ----------
    table, one
        The table and its format.
    wanted
        Run -> what the run sheet calls it: a whole column, or a run in the format's quantities.
    is_filled
        Whether a column holds any number above zero; a quantity that is empty is not taken.

    Returns
    -------
    Choice
        Runs that are in no column or in several, or whose quantity is another than that of runs
        before, are among its wrong ones.
    """
    places = by_run(table.columns, one.quantities)
    wrong = _other_columns(table, one, wanted, places)
    rest = {run: text for run, text in wanted.items() if run not in wrong}
    options = _options(table, rest, places, wrong)
    if len(wanted) == 1:
        options |= _only_run(table, one, options)
    for run, of_run in options.items():
        if not of_run:
            wrong[run] = _missing(rest[run], _candidates(table, one, places))
    options = {run: of_run for run, of_run in options.items() if of_run}
    common = _common(options, [*places, ""], wrong)
    options = {run: of_run for run, of_run in options.items() if run not in wrong}
    _refuse_shared(table.path, options, common, wrong)
    runs = {run: of_run for run, of_run in options.items() if run not in wrong}
    several = common if len(common) > 1 else []  # of one quantity there is nothing to choose
    filled = (key for key in several if any(is_filled(of[key].column) for of in runs.values()))
    key, other = next(filled, common[0] if common else ""), next(filled, "")
    return Choice(
        key,
        {run: of_run[key] for run, of_run in runs.items()},
        {run: of_run[other].column for run, of_run in runs.items()} if other else {},
        {run: wrong[run] for run in wanted if run in wrong},
    )


def _only_run(
    table: Table, one: Format, options: Mapping[str, Mapping[str, Match]]
) -> dict[str, dict[str, Match]]:
    """Give the one run of a table that does not name its run the best quantity that is there."""
    column = next((c for name in one.single if (c := table.column([name]))), None)
    if column is None:
        return {}
    match = Match(column, "", "the only run of the table")
    return {run: {"": match} for run, of_run in options.items() if not of_run}


def _other_columns(
    table: Table, one: Format, wanted: Mapping[str, str], places: Mapping[str, Mapping[str, str]]
) -> dict[str, Wrong]:
    """Find columns that the engine fills with something else, such as counts and totals."""
    if RUN in one.quantities:
        return {}
    known = {column for names in places.values() for column in names.values()}
    totals = {quantity_name(pattern).lower() for pattern, names in places.items() if not names}
    message = (
        f"is a column of {table.path}, but no quantity of a table of {one.title}, as"
        f" {one.quantities[0]!r} is"
    )
    remedy = (
        "Name such a column, or set format to matrix in the run sheet to take this one as it is"
    )
    return {
        run: Wrong(message, remedy)
        for run, text in wanted.items()
        if text in table.columns and text not in known and text.lower() not in totals
    }


def quantity_name(pattern: str) -> str:
    """Name the quantity of a name pattern."""
    return pattern.replace(RUN, "").strip(" ._[") or "intensity"


def _options(
    table: Table,
    wanted: Mapping[str, str],
    places: Mapping[str, Mapping[str, str]],
    wrong: dict[str, Wrong],
) -> dict[str, dict[str, Match]]:
    """Places of each run by quantity; a run that fits several names of each quantity is wrong."""
    options: dict[str, dict[str, Match]] = {run: {} for run in wanted}
    rest = dict(wanted)
    for run, text in wanted.items():
        if text in table.columns:
            named = [
                (key, name) for key, of in places.items() for name, c in of.items() if c == text
            ]
            key, name = named[0] if named else ("", text)
            options[run] = {key: Match(text, name, EXACT)}
            del rest[run]
    several: dict[str, Wrong] = {}
    for key, names in places.items():
        for run, match in _matches(rest, names, _aliases(table, key), table.path, several).items():
            how = PREFIX if match.matched_by == EXACT and key != RUN else match.matched_by
            options[run][key] = Match(names[match.name], match.name, how)
    for run, why in several.items():
        if not options[run]:
            wrong[run] = why
            del options[run]
    return options


def _matches(
    wanted: Mapping[str, str],
    names: Iterable[str],
    aliases: Mapping[str, str],
    path: str,
    several: dict[str, Wrong],
) -> Mapping[str, RunMatch]:
    """Find runs among the names of a quantity; each on its own where they do not fit together."""
    candidates = list(names)
    try:
        return match_runs(wanted, candidates, aliases, path)
    except EvcargoError:
        found: dict[str, RunMatch] = {}
        for run, text in wanted.items():
            try:
                found |= match_runs({run: text}, candidates, aliases, path)
            except EvcargoError as error:
                message, _, remedy = str(error).removeprefix(f"{path}: ").partition(". ")
                several[run] = Wrong(f"fits several columns: {message}", remedy)
        return found


def _aliases(table: Table, key: str) -> dict[str, str]:
    """Give the files that mzTab numbers: ``1`` of ``assay[1]`` -> its file."""
    kind = re.search(r"(assay|study_variable|ms_run)\[\{run\}\]", key)
    start = f"{kind[1]}[" if kind else ""
    return {
        name.removeprefix(start).removesuffix("]"): file
        for name, file in table.run_names.items()
        if start and name.startswith(start)
    }


def _candidates(table: Table, one: Format, places: Mapping[str, Mapping[str, str]]) -> list[str]:
    described = set(one.describing)
    columns = [column for column in table.columns if column.lower() not in described]
    names = [name for key, of in places.items() if key != RUN for name in of]
    return names or columns


def _missing(text: str, names: Sequence[str]) -> Wrong:
    hint = near_names(text, names)
    return Wrong(
        "is in no column of the table",
        f"Write the column's name into the column 'column' of the run sheet. {hint}",
    )


def _common(
    options: Mapping[str, Mapping[str, Match]], keys: Sequence[str], wrong: dict[str, Wrong]
) -> list[str]:
    """Quantities that all runs have; a run that shares none with those before is wrong."""
    common = list(keys)
    first = ""
    for run, of_run in options.items():
        shared = [key for key in common if key in of_run]
        if not shared:
            mine = quantity_name(next(iter(of_run)))
            wrong[run] = Wrong(
                f"is of another quantity ({mine}) than runs before ({first}), and quantities cannot"
                " be mixed",
                "Choose columns of one kind",
            )
            continue
        first = first or quantity_name(shared[0])
        common = shared
    return common


def _refuse_shared(
    path: str,
    options: Mapping[str, Mapping[str, Match]],
    common: Sequence[str],
    wrong: dict[str, Wrong],
) -> None:
    taken: dict[str, str] = {}
    for run, of_run in options.items():
        column = of_run[common[0]].column
        if taken.setdefault(column, run) != run:
            wrong[run] = Wrong(
                f"is column {column!r} of {path}, which run {taken[column]} has already",
                "Write one column per run into the run sheet",
            )


def choose_values(
    path: str, seen: Mapping[str, Sequence[str]], wanted: Mapping[str, str]
) -> Choice:
    """Values of the run column of a long table that are the runs.

    Parameters
    ----------
    path
        The table, for messages.
    seen
        Run columns of the table, the best first, and the values that stand in each.
    wanted
        Run -> what the run sheet calls it.

    Returns
    -------
    Choice
        Runs that are in no run column, or in several values of it, are among its wrong ones.
    """
    several: dict[str, Wrong] = {}
    options = {key: dict(_matches(wanted, names, {}, path, several)) for key, names in seen.items()}

    def rank(key: str) -> tuple[int, int]:
        hits = options[key].values()
        return len(hits), sum(hit.matched_by == EXACT for hit in hits)

    best = max(seen, key=rank)  # the first of equals
    wrong: dict[str, Wrong] = {}
    runs = {run: Match(hit.name, hit.name, hit.matched_by) for run, hit in options[best].items()}
    for run, text in wanted.items():
        if run not in runs:
            wrong[run] = several.get(run) or _missing_value(text, next(iter(seen)), seen)
    _refuse_shared(path, {run: {"": match} for run, match in runs.items()}, [""], wrong)
    return Choice(best, {run: m for run, m in runs.items() if run not in wrong}, wrong=wrong)


def _missing_value(text: str, key: str, seen: Mapping[str, Sequence[str]]) -> Wrong:
    values = [name for name in seen[key] if name]
    stems = list(dict.fromkeys(map(file_stem, values)))
    too_long = any(len(value) > SHOWN for value in values) and len(stems) == len(values)
    hint = near_names(text, sorted(stems if too_long else values))
    return Wrong(
        f"is no value of its run column {key!r}",
        f"Write the run's name into the column 'column' of the run sheet. {hint}",
    )


def beside(
    columns: Sequence[str], patterns: Sequence[str], choice: Choice
) -> dict[str, dict[str, str]]:
    """Columns of another quantity (counts, iBAQ) of the chosen runs: pattern -> run -> column."""
    return {
        pattern: {run: of[match.name] for run, match in choice.runs.items() if match.name in of}
        for pattern, of in by_run(columns, patterns).items()
    }


def wanted_names(runs: pd.DataFrame) -> dict[str, str]:
    """Give what the run sheet calls each run of a table: `column`, or the sample where empty."""
    column = runs["column"].astype(object).where(runs["column"].notna(), "").astype(str)
    names = column.where(column != "", runs["sample"].astype(str))
    return dict(zip(runs["run"].astype(str), names, strict=True))


def stated_in(runs: pd.DataFrame, column: str) -> str:
    """Give what the run sheet states about a table, empty for ``auto``.

    Raises
    ------
    EvcargoError
        If its rows state different things.
    """
    if column not in runs:
        return ""
    texts = runs[column].astype(object).where(runs[column].notna(), "").astype(str)
    stated = sorted(set(texts) - {"auto", ""})
    if len(stated) > 1:
        raise EvcargoError(
            f"{runs['path'].iloc[0]}: the run sheet gives it the {column} {' and '.join(stated)}."
            " Give all rows of one table the same"
        )
    return stated[0] if stated else ""
