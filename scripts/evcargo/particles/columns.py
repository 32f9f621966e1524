"""Which columns of a size table are the amounts of a run."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from evcargo.errors import EvcargoError
from evcargo.files.run_names import find_run, missing_run
from evcargo.particles.header_row import HeaderRow
from evcargo.particles.headers import AMOUNTS, AVERAGE, Kind, plain
from evcargo.particles.sheet_text import SheetText, split_line
from evcargo.particles.units import has_volume, kind_of_column
from evcargo.study.notes import listed

_CAPTURE = re.compile(r"[ _.-]*(\d{4}-\d\d-\d\d[ _]\d\d-\d\d-\d\d|\d{1,3})$")
_REPEAT = re.compile(
    r"[ _.-]*\(?\b(replicates?|repeats?|captures?|videos?|runs?|rep|measurements?|messung"
    r"|wiederholung|cycles?)[ _.-]*\d+\)?|\.\d+$"
)
_BRACKETS = re.compile(r"\s*[\[(][^\])]*[\])]\s*$")
_AVERAGE_CAPTURE = "Average"
ASK = "Write into the column 'column' of the run sheet which of them this run is"


@dataclass(frozen=True)
class Choice:
    """The columns with the amounts of a run; several are captures of it, and averaged.

    Parameters
    ----------
    columns
        Their numbers, from 0.
    name
        Header of the first.
    reason
        Why these, for people.
    captures
        Names of the captures, where the file has them.
    """

    columns: tuple[int, ...]
    name: str
    reason: str
    captures: tuple[str, ...] = ()


def capture_names(text: SheetText, header: HeaderRow, first_cell: str) -> dict[int, str]:
    """Names of the captures by column, from the row above the table that begins with a word."""
    if not first_cell:
        return {}
    for at in range(header.first - 1, -1, -1):
        cells = split_line(text.lines[at], header.delimiter)
        if cells[0].lower().rstrip(":") == first_cell:
            return {i: cell for i, cell in enumerate(cells) if i and cell}
    return {}


def capture_stem(name: str) -> str:
    """Name of a measurement without the number or time of the capture."""
    return _CAPTURE.sub("", name.strip())


def choose_columns(
    header: HeaderRow,
    captures: Mapping[int, str],
    column: str,
    sample: str,
    where: str,
    skipped: Collection[int] = (),
) -> Choice:
    """Choose the columns of a run.

    Parameters
    ----------
    header
        Header of the table.
    captures
        Of `capture_names`.
    column
        What the run sheet calls it; empty if it does not say.
    sample
        Name of the sample, tried where the table has several amounts and nothing tells them apart.
    where
        File and line, for messages.
    skipped
        Columns that number the rows.

    Returns
    -------
    Choice
        The column, or the columns of several captures.

    Raises
    ------
    EvcargoError
        If the named column is not there or is no amount, or several could be meant.
    """
    passed = {*header.axis.columns, *skipped}
    names = {at: name for at, name in enumerate(header.names) if name and at not in passed}
    kinds = {at: kind_of_column(name) for at, name in names.items()}
    if column:
        return _named(names, kinds, captures, column, where)
    amounts = _best_amounts(names, kinds, where)
    if len(amounts) == 1:
        at = next(iter(amounts))
        return Choice((at,), amounts[at], _why(kinds[at], len(names)))
    of_amounts = {at: name for at, name in captures.items() if at in amounts}
    stems = dict.fromkeys(map(capture_stem, of_amounts.values()))
    stems.pop(_AVERAGE_CAPTURE, None)
    if len(stems) > 1:
        chosen = _by_capture(amounts, captures, sample)
        if chosen:
            return chosen
        raise EvcargoError(f"{where}: holds several measurements ({listed(stems, 8)}). {ASK}")
    average = [at for at, name in amounts.items() if AVERAGE.search(plain(name))]
    if len(average) == 1:
        used = tuple(name for at, name in of_amounts.items() if at not in average)
        return Choice((average[0],), amounts[average[0]], "the average of the captures", used)
    with_unit = {at: name for at, name in amounts.items() if has_volume(plain(name))}
    return _of_several(with_unit or amounts, sample, where)


def _best_amounts(
    names: Mapping[int, str], kinds: Mapping[int, Kind], where: str
) -> dict[int, str]:
    """Columns of the kind that says most: concentrations, else numbers, shares, unknown ones."""
    for kind in (*AMOUNTS, Kind.UNKNOWN):
        amounts = {at: name for at, name in names.items() if kinds[at] is kind}
        if amounts:
            return amounts
    raise EvcargoError(
        f"{where}: no column holds amounts of particles: {listed(names.values(), 8) or 'none'}."
        " Give a table with a column such as Concentration (particles/ml) or Number"
    )


def _why(kind: Kind, columns: int) -> str:
    if columns == 1:
        return "the only column beside the sizes"
    word = "column of amounts" if kind is Kind.UNKNOWN else f"column with a {kind.value}"
    return f"the only {word}" if kind is not Kind.RELATIVE else "the only column of shares"


def _named(
    names: Mapping[int, str],
    kinds: Mapping[int, Kind],
    captures: Mapping[int, str],
    column: str,
    where: str,
) -> Choice:
    usable = {at: name for at, name in names.items() if kinds[at] is not Kind.SPREAD}
    exact = [at for at, name in names.items() if name.casefold() == column.strip().casefold()]
    match = names[exact[0]] if exact else ""
    if not match:
        chosen = _by_capture(usable, captures, column)
        if chosen:
            return chosen
        by_name = find_run(column, usable.values(), _aliases(usable), where, "this table")
        if by_name is None:
            raise missing_run(column, "of this row", [*names.values(), *captures.values()], where)
        match = by_name[0]
    columns = tuple(at for at, name in names.items() if name == match)
    kind = kinds[columns[0]]
    header = plain(match)
    spread = kind is Kind.SPREAD and (has_volume(header) or len(header.split()) < 3)
    if spread or kind in (Kind.WEIGHTED, Kind.CUMULATIVE):
        what = {
            Kind.SPREAD: "a spread (standard deviation or error)",
            Kind.WEIGHTED: "weighted by volume, surface or intensity",
        }.get(kind, "cumulated")
        others = [name for at, name in names.items() if kinds[at] in AMOUNTS]
        raise EvcargoError(
            f"{where}: column {match!r} is {what}, not a number of particles. Write another column"
            f" into 'column' of the run sheet; amounts are in {listed(others, 8) or 'none'}"
        )
    reason = "the column that the run sheet names"
    if len(columns) > 1:
        reason = f"mean of the {len(columns)} columns of that name (captures)"
    return Choice(columns, match, reason)


def _by_capture(
    amounts: Mapping[int, str], captures: Mapping[int, str], wanted: str
) -> Choice | None:
    """Columns whose capture, or measurement of captures, has a name; None if there is none."""
    if not wanted:
        return None
    key = wanted.strip().casefold()
    for name_of in (str.strip, capture_stem):
        columns = tuple(
            at for at, name in captures.items() if at in amounts and name_of(name).casefold() == key
        )
        if columns:
            used = tuple(captures[at] for at in columns)
            what = f"capture {used[0]!r}" if len(used) == 1 else f"mean of {len(used)} captures"
            return Choice(columns, amounts[columns[0]], what, used)
    return None


def _of_several(amounts: Mapping[int, str], sample: str, where: str) -> Choice:
    """Columns of one name but for the number of the capture; else that of the sample."""
    stems = {_REPEAT.sub("", plain(name)) for name in amounts.values()}
    known = all(kind_of_column(name) in AMOUNTS for name in amounts.values())
    if len(stems) == 1 and known:
        first = next(iter(amounts))
        reason = f"mean of {len(amounts)} columns of one name (captures)"
        return Choice(tuple(amounts), amounts[first], reason)
    match = _of_sample(list(amounts.values()), sample, where)
    if match:
        columns = tuple(at for at, name in amounts.items() if name == match)
        return Choice(columns, match, "the column of the sample's name")
    raise EvcargoError(f"{where}: several amounts {listed(amounts.values(), 8)}. {ASK}")


def _aliases(names: Mapping[int, str]) -> dict[str, str]:
    """Names without unit, average and the word concentration: ``EV1 mean (particles/ml)``: EV1."""
    aliases = {}
    for name in names.values():
        words = _BRACKETS.sub("", name).split()
        bare = [
            word
            for word in words
            if not AVERAGE.fullmatch(plain(word).strip(".")) and kind_of_column(word) not in AMOUNTS
        ]
        aliases[name] = " ".join(bare)
    return aliases


def _of_sample(names: Sequence[str], sample: str, where: str) -> str:
    if not sample:
        return ""
    try:
        match = find_run(sample, names, _aliases(dict(enumerate(names))), where, sample)
    except EvcargoError:
        return ""
    return match[0] if match else ""
