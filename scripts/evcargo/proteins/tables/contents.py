"""What one table says of its runs: quantities of protein groups or ions, and what was left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.cells import figures, numbers, words
from evcargo.proteins.tables.columns import (
    Choice,
    beside,
    choose_columns,
    choose_values,
    quantity_name,
)
from evcargo.proteins.tables.filtering import (
    GROUP,
    IN_SHEET,
    OWN,
    QUANTIFIED,
    Funnel,
    applied,
    of_proteins,
    steps_of,
)
from evcargo.proteins.tables.formats import MARKED, Format
from evcargo.proteins.tables.names import is_decoy, members
from evcargo.proteins.tables.table import Table

# 2^64 ions: no instrument counts them, so that smaller values are log2, unless they are counts.
HIGHEST_LOG2 = 64.0
TEXTS = ("gene", "name", "header", "organism", "entry")
LONG = ["run", "group", "peptide", "ion", "intensity", "count"]


@dataclass(frozen=True)
class Content:
    """What one table says.

    Parameters
    ----------
    table, format
        The table and its format.
    choice
        Where its runs are.
    quantity
        Which quantity was taken, and whether it was taken for log2.
    long
        One row per run and group (or ion) with a quantity: `LONG`; linear intensity.
    groups
        One row per group: ``group``, texts, ``marked`` and figures, see `groups.describe`.
    ibaq
        Columns ``run``, ``group``, ``value``.
    funnel
        Rows before and after each filter.
    only_next_best
        Gene symbols (or identifiers) of the rows that lack this quantity, but have the next best.
    holders
        Peptide -> identifiers of all proteins that hold it; empty where the table does not say.
    """

    table: Table
    format: Format
    choice: Choice
    quantity: str
    long: pd.DataFrame
    groups: pd.DataFrame
    ibaq: pd.DataFrame
    funnel: Funnel = field(default_factory=Funnel)
    only_next_best: tuple[str, ...] = ()
    holders: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Engine, filter and quantity, in words."""
        return f"{self.format.title} table, {self.funnel.said}, {self.quantity}"


def read_content(table: Table, one: Format, wanted: Mapping[str, str]) -> Content:
    """Read what a table says of the runs.

    Parameters
    ----------
    table, one
        The table and its format.
    wanted
        Run -> what the run sheet calls it.

    Raises
    ------
    EvcargoError
        If a run is not found, a cell is no number, or no protein is left.
    """
    reader = _Reader(table, one)
    choice = (
        choose_values(table, one, wanted)
        if one.is_long
        else choose_columns(table, one, wanted, reader.is_filled)
    )
    pieces = reader.long_pieces(choice) if one.is_long else reader.wide_pieces(choice)
    longs, groups, ibaqs = zip(*pieces, strict=True)
    about = pd.concat(groups)
    about = about[~about["group"].duplicated()] if one.is_long or one.level != "protein" else about
    if about.empty:
        raise EvcargoError(
            f"{table.path}: no protein is left ({reader.funnel.said}); column {reader.group!r} was"
            f" taken for the protein identifiers, the table for {one.title}. Name that column"
            " 'Protein IDs' in the table, or set format in the run sheet"
        )
    long = pd.concat(longs, ignore_index=True)
    name = choice.key and quantity_name(choice.key)
    quantity = (reader.quantity or "spectral count") if one.is_long else name or "intensity"
    long, note = _linear(long, one, table.path, choice)
    ibaq = pd.concat(ibaqs, ignore_index=True)
    left = (reader.funnel, tuple(reader.only_next_best), reader.holders)
    return Content(table, one, choice, quantity + note, long, about, ibaq, *left)


class _Reader:
    """The columns of a format in one table, and the funnel of its rows."""

    def __init__(self, table: Table, one: Format) -> None:
        self.table, self.one = table, one
        self.funnel = Funnel()
        self.only_next_best: list[str] = []
        self.steps = steps_of(table, one)
        self.group = table.column(one.group) or table.columns[0]
        self.members = [c for name in one.members if (c := table.column([name]))]
        self.ion = [c for name in one.ion if (c := table.column([name]))]
        self.texts = {name: table.column(getattr(one, name)) for name in TEXTS}
        self.marks = [c for name in one.contaminant if (c := table.column([name]))]
        self.figures = {
            "n_peptides": table.column(one.peptides),
            "n_unique_peptides": table.column(one.unique_peptides),
            "q_value": table.column(one.q_value),
        }
        self.peptide = table.column(one.peptide)
        self.unique = table.column(one.unique)
        self.holding = self._holding()
        self.holders: dict[str, set[str]] = {}
        self.psm = [c for name in one.psm if (c := table.column([name]))]
        self.quantity = table.column(one.quantities) if one.is_long else None
        self.count = table.column(one.counts) if one.is_long else None

    def _holding(self) -> list[str]:
        """Columns that list all proteins of a peptide; none if any is missing."""
        if self.one.parsimony:
            return [self.group]
        found = [column for names in self.one.holders if (column := self.table.column(names))]
        return found if len(found) == len(self.one.holders) else []

    def is_filled(self, column: str) -> bool:
        """Whether a column of numbers holds any but zeros."""
        return any(
            words(chunk[column]).str.contains("[1-9]").any()
            for chunk in self.table.chunks([column])
        )

    def _describing(self) -> list[str]:
        one_each = (*self.texts.values(), *self.figures.values(), self.peptide, self.unique)
        steps = [column for column, _ in self.steps]
        lists = (self.members, self.ion, self.marks, self.psm, self.holding, steps)
        return [self.group, *(c for c in one_each if c), *(c for some in lists for c in some)]

    def _chunks(self, more: list[str]) -> Iterator[pd.DataFrame]:
        """Pieces that passed the format's filter."""
        own, source = self.one.engine_filter
        for chunk in self.table.chunks([*self._describing(), *more]):
            if own:
                chunk = self.funnel.keep(chunk, chunk[self.group].map(lambda _: True), own, source)
            chunk = applied(chunk, self.steps, self.table, self.funnel)
            yield of_proteins(chunk, self._groups, self.funnel)

    def _groups(self, chunk: pd.DataFrame) -> pd.Series:
        text = words(chunk[self.group])
        for column in self.members:
            text = (text + ";" + words(chunk[column])).where(text != "", "")
        return text

    def _numbers(self, chunk: pd.DataFrame, column: str) -> pd.Series:
        return numbers(chunk[column], self.table.path, column, self.table.decimal_comma)

    def _about(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Descriptions of the groups of a piece, one row per row of it."""
        about = pd.DataFrame({"group": chunk[GROUP]})
        for name, column in self.texts.items():
            about[name] = words(chunk[column]) if column else ""
        about["marked"] = False
        for column in self.marks:
            about["marked"] |= words(chunk[column]).str.lower().isin(MARKED)
        for name, column in self.figures.items():
            known = column is not None and self.one.level == "protein"
            about[name] = (
                figures(chunk[column], self.table.decimal_comma) if known else float("nan")
            )
        return about

    def _ions(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Tell the rows of a piece apart: by group, bare peptide and ion."""
        found = pd.DataFrame({"group": chunk[GROUP], "peptide": "", "ion": ""})
        if self.peptide:
            found["peptide"] = words(chunk[self.peptide]).map(bare)
        for column in self.ion:
            found["ion"] += "/" + words(chunk[column])
        for column in self.psm:
            found["ion"] += "/" + words(chunk[column])
        if not self.peptide and self.one.level != "protein":
            found["peptide"] = found["ion"]  # every ion counts as a peptide
        if self.unique:
            found["unique"] = words(chunk[self.unique]).str.lower().isin(MARKED)
        for column in self.holding:
            self._hold(found["peptide"], words(chunk[column]))
        return found

    def _hold(self, peptides: pd.Series, proteins: pd.Series) -> None:
        for peptide, names in sorted(set(zip(peptides, proteins, strict=True))):
            known = (name for name in members(names) if not is_decoy(name))
            self.holders.setdefault(peptide, set()).update(known)

    def wide_pieces(
        self, choice: Choice
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
        """Long rows, descriptions and iBAQ of each piece of a wide table."""
        column_of = {run: match.column for run, match in choice.runs.items()}
        counts = _best(beside(self.table.columns, self.one.counts, choice))
        ibaqs = _best(beside(self.table.columns, self.one.ibaq, choice))
        others = choice.next_best if self.one.level == "protein" else {}
        more = [*column_of.values(), *counts.values(), *ibaqs.values(), *others.values()]
        for chunk in self._chunks(more):
            ions = self._ions(chunk)
            values = {run: self._numbers(chunk, column) for run, column in column_of.items()}
            held = pd.DataFrame(values, index=chunk.index).fillna(0) != 0
            self.funnel.keep(chunk, held.any(axis=1), QUANTIFIED, OWN)
            self.only_next_best += self._without(chunk, held.any(axis=1), others)
            parts = []
            for run, value in values.items():
                count = self._numbers(chunk, counts[run]) if run in counts else np.nan
                parts.append(ions.assign(run=run, intensity=value, count=count))
            ibaq = [
                pd.DataFrame(
                    {"run": run, "group": chunk[GROUP], "value": self._numbers(chunk, column)}
                )
                for run, column in ibaqs.items()
            ]
            long = pd.concat(parts)
            empty = pd.DataFrame({"run": [], "group": [], "value": []})
            yield long, self._about(chunk), pd.concat(ibaq) if ibaq else empty

    def _without(
        self, chunk: pd.DataFrame, held: pd.Series, others: Mapping[str, str]
    ) -> list[str]:
        """Name the rows that only the next quantity has."""
        values = {run: self._numbers(chunk, column) for run, column in others.items()}
        also = pd.DataFrame(values, index=chunk.index).fillna(0) != 0
        lost = chunk[also.any(axis=1) & ~held]
        genes = words(lost[self.texts["gene"]]) if self.texts["gene"] else lost[GROUP]
        return genes.where(genes != "", lost[GROUP]).tolist()

    def long_pieces(
        self, choice: Choice
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
        """Long rows and descriptions of each piece of a long table; it has no iBAQ."""
        run_of = {match.column: run for run, match in choice.runs.items()}
        more = [c for c in (choice.key, self.quantity, self.count) if c]
        empty = pd.DataFrame({"run": [], "group": [], "value": []})
        for chunk in self._chunks(more):
            runs = words(chunk[choice.key]).map(run_of)
            chunk = self.funnel.keep(chunk, runs.notna(), IN_SHEET, OWN)
            value = self._numbers(chunk, self.quantity) if self.quantity else None
            if value is not None:
                held = value.notna() if self.one.scale == "log2" else value.fillna(0) != 0
                self.funnel.keep(chunk, held, QUANTIFIED, OWN)
            count = self._numbers(chunk, self.count) if self.count else None
            if value is not None:  # a spectrum counts, whether its ion was measured or not
                chunk = chunk[held if count is None else held | (count > 0)]
            long = self._ions(chunk).assign(
                run=runs[chunk.index],
                intensity=1.0 if value is None else value[chunk.index],
                count=np.nan if count is None else count[chunk.index],
            )
            about = self._about(chunk)
            yield self._reduced(long), about[~about["group"].duplicated()], empty

    def _reduced(self, long: pd.DataFrame) -> pd.DataFrame:
        """Leave out rows of a piece that only repeat others, to keep memory small."""
        if self.one.level == "psm":
            return long.drop_duplicates() if self.psm else long
        if self.one.level == "protein" and self.one.repeated == "max":
            kept = long.sort_values("intensity", ascending=False, kind="stable")
            return kept.drop_duplicates(["run", "group", "peptide"])
        return long


def _best(by_pattern: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Columns of the first pattern that has any."""
    return next((columns for columns in by_pattern.values() if columns), {})


def bare(peptide: str) -> str:
    """Bare sequence of a peptide: ``_.(Acetyl)AC[+57.02]K_`` is ``ACK``."""
    plain = re.sub(r"\[[^\]]*\]|\([^()]*(\([^()]*\))?[^()]*\)", "", peptide)
    return re.sub(r"[^A-Z]", "", plain)


def _counts(values: pd.Series, one: Format) -> bool:
    """Whether small values are counts: whole numbers, but for Perseus, which takes logarithms."""
    return not one.annotated and bool((values.dropna() % 1 == 0).all())


def _linear(long: pd.DataFrame, one: Format, path: str, choice: Choice) -> tuple[pd.DataFrame, str]:
    """Bring intensities to the linear scale, NaN where missing; say what was taken for log2.

    Raises
    ------
    EvcargoError
        If an intensity is negative.
    """
    values = long["intensity"]
    if one.scale != "log2":
        values = values.where(values != 0)
    highest = values.max()
    note = ""
    if one.scale == "log2" or "log2" in choice.key.lower():
        values, note = 2.0**values, ", which is log2"
    elif one.scale == "detected" and highest < HIGHEST_LOG2 and not _counts(values, one):
        values, note = 2.0**values, f", taken for log2 as the highest is {highest:.4g}"
    elif (values < 0).any():
        run = long.loc[(values < 0).idxmax(), "run"]
        raise EvcargoError(
            f"{path}: column {choice.runs[run].column!r} holds negative intensities. Give raw or"
            " log2 intensities, neither differences nor scores"
        )
    return long.assign(intensity=values), note
