"""The documented filter of a format, step by step, with the rows before and after each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pandas as pd

from evcargo.proteins.tables.cells import figures, numbers, words
from evcargo.proteins.tables.formats import Filter, Format
from evcargo.proteins.tables.names import is_decoy, members
from evcargo.proteins.tables.table import Table

IDENTIFIERS = "a protein identifier is there"
NO_DECOY = "leading identifier is no decoy (REV__, rev_, DECOY_, XXX_, ##)"
IN_SHEET = "the run is in the run sheet"
QUANTIFIED = "a quantity above zero in a run of the run sheet"
OWN = "evcargo"


@dataclass
class Funnel:
    """Rows before and after each step; the steps are in the order in which they are first taken.

    Parameters
    ----------
    steps
        Rule and source -> rows before and after, summed over the pieces of the table.
    """

    steps: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def keep(self, rows: pd.DataFrame, stays: pd.Series, rule: str, source: str) -> pd.DataFrame:
        """Take one step."""
        count = self.steps.setdefault((rule, source), [0, 0])
        kept = rows[stays.to_numpy(bool)]
        count[0] += len(rows)
        count[1] += len(kept)
        return kept

    def table(self, path: str, engine: str) -> pd.DataFrame:
        """Give the contract ``proteins_filters`` of one table."""
        rows = [
            (path, engine, step, rule, before, after, source)
            for step, ((rule, source), (before, after)) in enumerate(self.steps.items(), 1)
        ]
        names = ["path", "engine", "step", "filter", "before", "after", "source"]
        return pd.DataFrame(rows, columns=names)

    @property
    def said(self) -> str:
        """The funnel in a few words."""
        total = next(iter(self.steps.values()))[0] if self.steps else 0
        lost = [
            f"{before - after} by {rule!r}"
            for (rule, _), (before, after) in self.steps.items()
            if after < before
        ]
        kept = list(self.steps.values())[-1][1] if self.steps else 0
        return f"{total} rows, {kept} kept" + (f" (left out: {', '.join(lost)})" if lost else "")


def steps_of(table: Table, one: Format) -> list[tuple[str, Filter]]:
    """List the steps of the format that hold for a table, each with its column."""
    signs = {step.if_positive or step.unless_positive for step in one.filters} - {""}
    positive = {sign: has_positive(table, sign) for sign in sorted(signs)}
    return [
        (column, step)
        for step in one.filters
        if (column := table.column([step.column])) is not None
        and positive.get(step.if_positive, True)
        and not positive.get(step.unless_positive, False)
        and not (step.unless_there and table.column([step.unless_there]))
    ]


def has_positive(table: Table, name: str) -> bool:
    """Whether a column holds a number above zero anywhere."""
    column = table.column([name])
    if column is None:
        return False
    return any(
        (figures(chunk[column], table.decimal_comma) > 0).any() for chunk in table.chunks([column])
    )


def applied(
    chunk: pd.DataFrame, steps: Iterable[tuple[str, Filter]], table: Table, funnel: Funnel
) -> pd.DataFrame:
    """Rows of a piece of a table that pass the format's steps."""
    for column, step in steps:
        cells = chunk[column]
        if step.at_most is not None:
            limit = numbers(cells, table.path, column, table.decimal_comma) <= step.at_most
            chunk = funnel.keep(chunk, limit, step.rule, step.source)
            continue
        text = words(cells).str.lower()
        stays = text.isin(step.only) if step.only else ~text.isin(step.words)
        chunk = funnel.keep(chunk, stays, step.rule, step.source)
    return chunk


def of_proteins(
    chunk: pd.DataFrame, group: Callable[[pd.DataFrame], pd.Series], funnel: Funnel
) -> pd.DataFrame:
    """Rows of a piece that name a protein which is no decoy; they get the column ``group``."""
    chunk = chunk.assign(**{GROUP: group(chunk)})
    ids = chunk[GROUP].map(members)
    chunk = funnel.keep(chunk, ids.map(len) > 0, IDENTIFIERS, OWN)
    decoy = ids[chunk.index].map(lambda names: is_decoy(names[0]))
    return funnel.keep(chunk, ~decoy.astype(bool), NO_DECOY, OWN)


GROUP = "\0group"  # no table has a column of this name
