"""The documented filter of a format, step by step, with the rows before and after each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from evcargo.files.summary_rows import (
    HEADER_AGAIN,
    SummaryRow,
    describe_summary_rows,
    kind_of_name,
)
from evcargo.identifiers.spelling import is_decoy
from evcargo.proteins.tables.cells import Numbers, words
from evcargo.proteins.tables.formats import Filter, Format
from evcargo.proteins.tables.names import members
from evcargo.proteins.tables.table import Table

IDENTIFIERS = "a protein identifier is there"
NO_DECOY = "leading identifier is no decoy (REV__, rev_, DECOY_, XXX_, ##)"
IN_SHEET = "the run is in the run sheet"
FEATURE = "the row is no sum of the others"
OWN_QUANTITIES = "no row above has the same quantities in all runs (members of a group are one)"
QUANTIFIED = "a quantity above zero in a run of the run sheet"
OWN = "evcargo"


@dataclass
class Funnel:
    """Rows before and after each step; the steps are in the order in which they are first taken.

    Parameters
    ----------
    steps
        Rule and source -> rows before and after, summed over the pieces of the table.
    named
        Rule -> rows that it left out by their name: totals, means, rows without a name.
    """

    steps: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    named: dict[str, list[SummaryRow]] = field(default_factory=dict)

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
            (path, engine, step, self._told(rule), before, after, source)
            for step, ((rule, source), (before, after)) in enumerate(self.steps.items(), 1)
        ]
        names = ["path", "engine", "step", "filter", "before", "after", "source"]
        return pd.DataFrame(rows, columns=names)

    def _told(self, rule: str) -> str:
        rows = self.named.get(rule, [])
        return f"{rule}; left out: {describe_summary_rows(rows)}" if rows else rule

    @property
    def dropped(self) -> str:
        """Rows that are no features, in words."""
        return describe_summary_rows([row for rows in self.named.values() for row in rows])

    @property
    def total(self) -> int:
        """Rows of the table."""
        return next(iter(self.steps.values()))[0] if self.steps else 0

    @property
    def said(self) -> str:
        """The funnel in a few words."""
        lost = [
            f"{before - after} by {rule!r}"
            for (rule, _), (before, after) in self.steps.items()
            if after < before
        ]
        kept = list(self.steps.values())[-1][1] if self.steps else 0
        return f"{self.total} rows, {kept} kept" + (
            f" (left out: {', '.join(lost)})" if lost else ""
        )


def steps_of(table: Table, one: Format, positive: Mapping[str, bool]) -> list[tuple[str, Filter]]:
    """List the steps of the format that hold for a table, each with its column.

    Parameters
    ----------
    table, one
        The table and its format.
    positive
        Columns on which steps depend -> whether they hold a number above zero anywhere.
    """
    return [
        (column, step)
        for step in one.filters
        if (column := table.column([step.column])) is not None
        and positive.get(step.if_positive, True)
        and not positive.get(step.unless_positive, False)
        and not (step.unless_there and table.column([step.unless_there]))
    ]


def applied(
    chunk: pd.DataFrame, steps: Iterable[tuple[str, Filter]], numbers: Numbers, funnel: Funnel
) -> pd.DataFrame:
    """Rows of a piece of a table that pass the format's steps."""
    for column, step in steps:
        cells = chunk[column]
        if step.at_most is not None:
            stays = numbers.limits(cells, column) <= step.at_most
            chunk = funnel.keep(chunk, stays, step.rule, step.source)
            continue
        text = words(cells).str.lower()
        stays = text.isin(step.only) if step.only else ~text.isin(step.words)
        chunk = funnel.keep(chunk, stays, step.rule, step.source)
    return chunk


def of_proteins(
    chunk: pd.DataFrame, group: Callable[[pd.DataFrame], pd.Series], title: str, funnel: Funnel
) -> pd.DataFrame:
    """Rows of a piece that name a protein which is no decoy; they get the column ``group``.

    `title` is that of the column of identifiers, which may be repeated between the rows.
    """
    chunk = chunk.assign(**{GROUP: group(chunk)})
    ids = chunk[GROUP].map(members)
    kind_of = {name: kind_of_name(name) for name in chunk[GROUP].unique()} | {title: HEADER_AGAIN}
    kinds = chunk[GROUP].map(kind_of)
    no_protein = (kinds != "") | (ids.map(len) == 0)
    funnel.named.setdefault(IDENTIFIERS, []).extend(
        SummaryRow(int(row), name, kind)
        for row, name, kind in zip(
            chunk.index[no_protein], chunk.loc[no_protein, GROUP], kinds[no_protein], strict=True
        )
    )
    chunk = funnel.keep(chunk, ~no_protein, IDENTIFIERS, OWN)
    decoy = ids[chunk.index].map(lambda names: is_decoy(names[0]))
    return funnel.keep(chunk, ~decoy.astype(bool), NO_DECOY, OWN)


GROUP = "\0group"  # no table has a column of this name
