"""Which column of a table, or which value of its run column, is which run of the run sheet."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.cells import words
from evcargo.proteins.tables.formats import Format, by_run
from evcargo.proteins.tables.table import Table
from evcargo.study.notes import SHOWN, listed, nearest

EXTENSIONS = re.compile(
    r"\.(raw|mzml|mzxml|mzid|mgf|d|wiff2?|scan|htrms|dia|tdf|quant|gz|xz|bz2|zst|parquet)$",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"^\[\d+\]\s*")  # Spectronaut: [1] run.raw.PG.Quantity
EXACT, PREFIX, FILE, ANNOTATION = "exact name", "prefix", "file name", "annotation"


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
    """

    key: str
    runs: Mapping[str, Match]
    next_best: Mapping[str, str] = field(default_factory=dict)


def file_stem(name: str) -> str:
    r"""Name of a run without folders and extensions: ``Q:\x\a.raw`` and ``a.mzML.gz`` are ``a``."""
    text = unquote(name) if name.lower().startswith("file:") else name
    text = NUMBERED.sub("", re.split(r"[\\/]", text.strip())[-1] or text)
    while (shorter := EXTENSIONS.sub("", text)) and shorter != text:
        text = shorter
    return text


def find_run(
    wanted: str, names: Iterable[str], aliases: Mapping[str, str], place: str, run: str
) -> tuple[str, str] | None:
    """Find a run among the names of a table: exactly, by its annotation, or by its file's stem.

    Returns
    -------
    name, matched_by
        None if there is none.

    Raises
    ------
    EvcargoError
        If several names fit equally well.
    """
    names = list(dict.fromkeys(names))
    stem = file_stem(wanted)
    steps: tuple[tuple[str, Callable[[str], bool]], ...] = (
        (EXACT, lambda name: name == wanted),
        (ANNOTATION, lambda name: aliases.get(name, "") == wanted),
        (FILE, lambda name: file_stem(name) == stem),
        (ANNOTATION, lambda name: name in aliases and file_stem(aliases[name]) == stem),
        (FILE, lambda name: file_stem(name).casefold() == stem.casefold()),
    )
    for how, fits in steps:
        found = [name for name in names if fits(name)]
        if len(found) > 1:
            raise EvcargoError(
                f"{place}: {wanted!r} of run {run} fits {listed(found, 6)}."
                " Write the one that is meant into the column 'column' of the run sheet"
            )
        if found:
            return found[0], how
    return None


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

    Raises
    ------
    EvcargoError
        If a run is in no column or in several, two runs share one, or only different quantities
        could be taken.
    """
    places = by_run(table.columns, one.quantities)
    _refuse_other_columns(table, one, wanted, places)
    found = {run: _places_of(run, text, table, places) for run, text in wanted.items()}
    for run, options in found.items():
        if not options:
            raise _not_found(table.path, wanted[run], run, _candidates(table, one, places))
    common = [key for key in (*places, "") if all(key in options for options in found.values())]
    if not common:
        named = sorted({quantity_name(next(iter(options))) for options in found.values()})
        raise EvcargoError(
            f"{table.path}: the run sheet mixes the quantities {listed(named)}."
            " Choose columns of one kind"
        )
    filled = (
        key for key in common if any(is_filled(options[key].column) for options in found.values())
    )
    key, other = next(filled, common[0]), next(filled, "")
    choice = Choice(
        key,
        {run: options[key] for run, options in found.items()},
        {run: options[other].column for run, options in found.items()} if other else {},
    )
    _refuse_shared(table.path, choice)
    return choice


def _refuse_other_columns(
    table: Table, one: Format, wanted: Mapping[str, str], places: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse columns that the engine fills with something else, such as counts and totals."""
    if "{run}" in one.quantities:
        return
    known = {column for names in places.values() for column in names.values()}
    totals = {quantity_name(pattern).lower() for pattern, names in places.items() if not names}
    for run, text in wanted.items():
        if text in table.columns and text not in known and text.lower() not in totals:
            raise EvcargoError(
                f"{table.path}: column {text!r} for run {run} is no quantity of a table of"
                f" {one.title}, as {one.quantities[0]!r} is. Name such a column, or set format to"
                " matrix in the run sheet to take this one as it is"
            )


def quantity_name(pattern: str) -> str:
    """Name the quantity of a name pattern."""
    return pattern.replace("{run}", "").strip(" ._[") or "intensity"


def _places_of(
    run: str, text: str, table: Table, places: Mapping[str, Mapping[str, str]]
) -> dict[str, Match]:
    if text in table.columns:
        of = [
            (key, name) for key, names in places.items() for name, c in names.items() if c == text
        ]
        key, name = of[0] if of else ("", text)
        return {key: Match(text, name, EXACT)}
    options = {}
    for key, names in places.items():
        aliases = _aliases(table, key)
        hit = find_run(text, names, aliases, table.path, run)
        if hit:
            how = PREFIX if hit[1] == EXACT and key != "{run}" else hit[1]
            options[key] = Match(names[hit[0]], hit[0], how)
    return options


def _aliases(table: Table, key: str) -> dict[str, str]:
    """Give the files that mzTab numbers: ``1`` of ``assay[1]`` -> its file."""
    kind = re.search(r"(assay|study_variable|ms_run)\[\{run\}\]", key)
    start = f"{kind[1]}[" if kind else ""
    return {
        name.removeprefix(start).removesuffix("]"): file
        for name, file in table.run_names.items()
        if start and name.startswith(start)
    }


def _candidates(
    table: Table, one: Format, places: Mapping[str, Mapping[str, str]]
) -> tuple[list[str], list[str]]:
    described = set(one.describing)
    columns = [column for column in table.columns if column.lower() not in described]
    names = [name for key, of in places.items() if key != "{run}" for name in of]
    return names, columns


def _not_found(
    path: str, wanted: str, run: str, candidates: tuple[list[str], list[str]]
) -> EvcargoError:
    names, columns = candidates
    holding = _holding(wanted, names) or _holding(wanted, columns)
    close = nearest(wanted, names) or nearest(wanted, columns)
    near = list(dict.fromkeys(holding or ([close] if close else [])))
    hint = f"Near: {listed(near, 6)}" if near else f"It has {listed(names or columns, 20)}"
    return EvcargoError(
        f"{path}: has no column {wanted!r} for run {run}."
        f" Write the column's name into the run sheet. {hint}"
    )


def _holding(wanted: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if wanted.lower() in name.lower()]


def choose_values(
    table: Table, one: Format, wanted: Mapping[str, str], at_once: bool = False
) -> Choice:
    """Values of the run column of a long table that are the runs.

    Parameters
    ----------
    table, one, wanted
        As for `choose_columns`.
    at_once
        Whether to stop reading as soon as every run was met by its exact name or file name.

    Raises
    ------
    EvcargoError
        If a run is in no run column, or in several values of it, or two runs share one.
    """
    keys = [key for name in one.run if (key := table.column([name])) is not None]
    seen: dict[str, dict[str, None]] = {key: {} for key in keys}
    for chunk in table.chunks(keys):
        for key in keys:
            seen[key] |= dict.fromkeys(words(chunk[key].drop_duplicates()))
        if at_once and any(_all_met(wanted, seen[key]) for key in keys):
            break
    options: dict[str, dict[str, Match]] = {key: {} for key in keys}
    for key in keys:
        for run, text in wanted.items():
            hit = find_run(text, (name for name in seen[key] if name), {}, table.path, run)
            if hit:
                options[key][run] = Match(hit[0], hit[0], hit[1])

    def rank(key: str) -> tuple[int, int]:
        hits = options[key].values()
        return len(hits), sum(hit.matched_by == EXACT for hit in hits)

    best = max(keys, key=rank)  # the first of equals
    lost = next((run for run in wanted if run not in options[best]), None)
    if lost is not None:
        values = [name for name in seen[keys[0]] if name]
        near = nearest(wanted[lost], [*values, *map(file_stem, values)])
        stems = list(dict.fromkeys(map(file_stem, values)))
        too_long = any(len(value) > SHOWN for value in values) and len(stems) == len(values)
        names = stems if too_long else values
        hint = f"Did you mean {near!r}?" if near else f"It has {listed(sorted(names), 12)}"
        raise EvcargoError(
            f"{table.path}: has no {wanted[lost]!r} for run {lost} in its column {keys[0]!r}."
            f" Write the run's name into the column 'column' of the run sheet. {hint}"
        )
    choice = Choice(best, options[best])
    _refuse_shared(table.path, choice)
    return choice


def _all_met(wanted: Mapping[str, str], seen: Iterable[str]) -> bool:
    stems = {file_stem(name) for name in seen}
    return all(file_stem(text) in stems for text in wanted.values())


def _refuse_shared(path: str, choice: Choice) -> None:
    runs_of: dict[str, list[str]] = {}
    for run, match in choice.runs.items():
        runs_of.setdefault(match.column, []).append(run)
    for column, runs in runs_of.items():
        if len(runs) > 1:
            raise EvcargoError(
                f"{path}: column {column!r} is given for the runs {listed(runs)}."
                " Write one column per run into the run sheet"
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
