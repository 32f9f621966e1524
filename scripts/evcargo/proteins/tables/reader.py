"""The columns of a format in one table, and its rows piece by piece."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.numbers import AmbiguousNumbersError
from evcargo.files.summary_rows import kind_of_name
from evcargo.identifiers.describe import describe_identifiers
from evcargo.identifiers.genes import Genes
from evcargo.identifiers.spelling import is_decoy
from evcargo.proteins.tables.cells import Numbers, words
from evcargo.proteins.tables.columns import Choice, beside, choose_columns, choose_values
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
from evcargo.proteins.tables.formats import MARKED, Filter, Format
from evcargo.proteins.tables.identifier_column import (
    LOOKED_AT,
    IdentifierColumn,
    are_symbols,
    find_identifier_column,
    foreign_species,
    in_other_case,
)
from evcargo.proteins.tables.names import members
from evcargo.proteins.tables.table import Table

TEXTS = ("gene", "name", "header", "organism", "entry")
LONG = ["run", "group", "peptide", "ion", "intensity", "count"]
BY_CONTENT = ("matrix", "perseus")  # families whose identifiers may stand in any column


@dataclass(frozen=True)
class Piece:
    """What one piece of a wide table of proteins says, a row for each of its rows.

    Parameters
    ----------
    about
        Descriptions, see `evcargo.proteins.tables.groups.describe`.
    values, counts, ibaq, next_best
        Rows x runs, as the table has them; without columns where it has none.
    """

    about: pd.DataFrame
    values: pd.DataFrame
    counts: pd.DataFrame
    ibaq: pd.DataFrame
    next_best: pd.DataFrame


class Reader:
    """Reads one table by its format.

    Parameters
    ----------
    table, one
        The table and its format.
    genes
        Of the organism of the study, by which identifiers are known.
    decimal
        Decimal sign that the run sheet states, empty if it does not.
    """

    def __init__(self, table: Table, one: Format, genes: Genes, decimal: str = "") -> None:
        self.table, self.one, self.genes = table, one, genes
        table.hold([c for c in table.columns if table.columns.count(c) == 1])
        self.numbers = Numbers(table, decimal)
        self.funnel = Funnel()
        self.identifier = IdentifierColumn(
            table.column(one.group) or table.columns[0], table.column(one.gene), "", "its title"
        )
        self.members = self._there(one.members)
        self.ion = self._there(one.ion)
        self.texts = {name: table.column(getattr(one, name)) for name in TEXTS}
        self.marks = self._there(one.contaminant)
        self.figures = {
            "n_peptides": table.column(one.peptides),
            "n_unique_peptides": table.column(one.unique_peptides),
            "q_value": table.column(one.q_value),
        }
        self.peptide = table.column(one.peptide)
        self.unique = table.column(one.unique)
        self.holding = self._holding()
        self.holders: dict[str, set[str]] = {}
        self.psm = self._there(one.psm)
        self.quantity = table.column(one.quantities) if one.is_long else None
        self.count = table.column(one.counts) if one.is_long else None
        self.steps: list[tuple[str, Filter]] = []

    def _there(self, names: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(c for name in names if (c := self.table.column([name]))))

    @property
    def group(self) -> str:
        """Column of the identifiers."""
        return self.identifier.column

    def _holding(self) -> list[str]:
        """Columns that list all proteins of a peptide; none if any is missing."""
        if self.one.parsimony:
            return [self.group]
        found = [column for names in self.one.holders if (column := self.table.column(names))]
        return found if len(found) == len(self.one.holders) else []

    def choose(self, wanted: Mapping[str, str], header_only: bool = False) -> Choice:
        """Find the runs of the run sheet in the table; learn how its numbers are written.

        Parameters
        ----------
        wanted
            Run -> what the run sheet calls it.
        header_only
            Whether the table is too large to be read whole now: of a long one the run column is
            read until every run was met.
        """
        if self.one.is_long:
            return self._choose_values(wanted, header_only)
        choice = choose_columns(
            self.table, self.one, wanted, lambda c: header_only or self._is_filled(c)
        )
        if not header_only and choice.runs:
            self._settle_wide(choice)
        return choice

    def _is_filled(self, column: str) -> bool:
        """Whether a column of numbers holds any but zeros."""
        return any(
            words(chunk[column]).str.contains("[1-9]").any()
            for chunk in self.table.chunks([column])
        )

    def _choose_values(self, wanted: Mapping[str, str], header_only: bool) -> Choice:
        """Read the run columns, what tells which filters hold, and how the numbers are written."""
        keys = self._there(self.one.run)
        signs = {step.if_positive or step.unless_positive for step in self.one.filters} - {""}
        positive = dict.fromkeys(signs, False)
        columns = {sign: column for sign in signs if (column := self.table.column([sign]))}
        measured = [column for column in (self.quantity, self.count) if column]
        seen: dict[str, dict[str, None]] = {key: {} for key in keys}
        needed = keys if header_only else [*keys, *columns.values(), *measured]
        for chunk in self.table.chunks(needed):
            for key in keys:
                seen[key] |= dict.fromkeys(words(chunk[key].drop_duplicates()))
            if header_only:
                found = choose_values(self.table.path, _named(seen), wanted)
                if not found.wrong:
                    break
                continue
            for sign, column in columns.items():
                positive[sign] |= _any_positive(chunk[column])
            self.numbers.look_at(chunk, measured)
        choice = choose_values(self.table.path, _named(seen), wanted)
        if not header_only:
            self.steps = steps_of(self.table, self.one, positive)
            self.numbers.settle()
        return choice

    def _settle_wide(self, choice: Choice) -> None:
        quantities = [match.column for match in choice.runs.values()]
        if self.one.family in BY_CONTENT and self.one.level == "protein":
            self.identifier = find_identifier_column(self.table, self.one, quantities, self.genes)
            self.texts["gene"] = self.identifier.gene
        for chunk in self.table.chunks(quantities):
            self.numbers.look_at(chunk, quantities)
        try:
            self.numbers.settle()
        except AmbiguousNumbersError as error:
            self._settle_by_others(error, quantities)
        self.steps = steps_of(self.table, self.one, {})

    def _settle_by_others(self, error: AmbiguousNumbersError, quantities: Sequence[str]) -> None:
        """Let all other columns tell the decimal sign, if they can: one program wrote them."""
        others = [
            column
            for column in self.table.columns
            if column not in quantities and self.table.columns.count(column) == 1
        ]
        for chunk in self.table.chunks(others):
            self.numbers.look_at(chunk, others)
        try:
            self.numbers.settle()
        except EvcargoError:
            raise error from None

    def _describing(self) -> list[str]:
        one_each = (*self.texts.values(), *self.figures.values(), self.peptide, self.unique)
        steps = [column for column, _ in self.steps]
        lists = (self.members, self.ion, self.marks, self.psm, self.holding, steps)
        return [self.group, *(c for c in one_each if c), *(c for some in lists for c in some)]

    def _chunks(self, more: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Pieces that passed the format's filter."""
        own, source = self.one.engine_filter
        for chunk in self.table.chunks([*self._describing(), *more]):
            if own:
                chunk = self.funnel.keep(chunk, chunk[self.group].map(lambda _: True), own, source)
            chunk = applied(chunk, self.steps, self.numbers, self.funnel)
            yield of_proteins(chunk, self._groups, self.group, self.funnel)

    def look_at_identifiers(self, about: pd.DataFrame) -> None:
        """Tell what the identifiers and gene symbols of a table are, by some of them."""
        some = about["group"].drop_duplicates().head(LOOKED_AT).tolist()
        summary = describe_identifiers(some, self.genes)
        genes = about["gene"][about["gene"] != ""].drop_duplicates().head(LOOKED_AT).tolist()
        of_genes = describe_identifiers(genes, self.genes) if genes else summary
        self.identifier = replace(
            self.identifier,
            kind=self.identifier.kind or summary.kind,
            symbols=are_symbols(summary),
            other_case=in_other_case(of_genes),
            species=foreign_species(summary, self.genes.organism),
        )

    def _groups(self, chunk: pd.DataFrame) -> pd.Series:
        text = words(chunk[self.group])
        for column in self.members:
            text = (text + ";" + words(chunk[column])).where(text != "", "")
        return text

    def _about(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Descriptions of the groups of a piece, one row per row of it."""
        about = pd.DataFrame({"group": chunk[GROUP]})
        for name, column in self.texts.items():
            about[name] = words(chunk[column]) if column else ""
        about["gene"] = about["gene"].where(~about["gene"].map(_is_no_name), "")
        about["marked"] = False
        for column in self.marks:
            about["marked"] |= words(chunk[column]).str.lower().isin(MARKED)
        for name, column in self.figures.items():
            known = column is not None and self.one.level == "protein"
            about[name] = self.numbers.figures(chunk[column]) if known else float("nan")
        return about

    def _ions(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Tell the rows of a piece apart: by group, bare peptide and ion."""
        found = pd.DataFrame({"group": chunk[GROUP], "peptide": "", "ion": ""})
        if self.peptide:
            found["peptide"] = words(chunk[self.peptide]).map(bare)
        for column in (*self.ion, *self.psm):
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

    def protein_pieces(self, choice: Choice) -> Iterator[Piece]:
        """Pieces of a wide table of proteins."""
        of_runs = {run: match.column for run, match in choice.runs.items()}
        of_counts = _best(beside(self.table.columns, self.one.counts, choice))
        of_ibaq = _best(beside(self.table.columns, self.one.ibaq, choice))
        sets = (of_runs, of_counts, of_ibaq, choice.next_best)
        ways = (self.numbers.quantities, *[self.numbers.beside] * 3)
        for chunk in self._chunks([column for some in sets for column in some.values()]):
            tables = [
                pd.DataFrame(
                    {run: as_numbers(chunk[c], c) for run, c in some.items()}, index=chunk.index
                )
                for some, as_numbers in zip(sets, ways, strict=True)
            ]
            yield Piece(self._about(chunk), *tables)

    def ion_pieces(self, choice: Choice) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Long rows and descriptions of each piece of a wide table of ions."""
        column_of = {run: match.column for run, match in choice.runs.items()}
        counts = _best(beside(self.table.columns, self.one.counts, choice))
        for chunk in self._chunks([*column_of.values(), *counts.values()]):
            ions = self._ions(chunk)
            values = {run: self.numbers.quantities(chunk[c], c) for run, c in column_of.items()}
            held = pd.DataFrame(values, index=chunk.index).fillna(0) != 0
            self.funnel.keep(chunk, held.any(axis=1), QUANTIFIED, OWN)
            parts = []
            for run, value in values.items():
                column = counts.get(run)
                count = self.numbers.beside(chunk[column], column) if column else np.nan
                parts.append(ions.assign(run=run, intensity=value, count=count))
            yield pd.concat(parts), self._about(chunk)

    def long_pieces(self, choice: Choice) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Long rows and descriptions of each piece of a long table."""
        run_of = {match.column: run for run, match in choice.runs.items()}
        more = [c for c in (choice.key, self.quantity, self.count) if c]
        for chunk in self._chunks(more):
            runs = words(chunk[choice.key]).map(run_of)
            chunk = self.funnel.keep(chunk, runs.notna(), IN_SHEET, OWN)
            value = self._measured(chunk, self.quantity)
            if value is not None:
                held = value.notna() if self.one.scale == "log2" else value.fillna(0) != 0
                self.funnel.keep(chunk, held, QUANTIFIED, OWN)
            count = self._measured(chunk, self.count)
            if value is not None:  # a spectrum counts, whether its ion was measured or not
                chunk = chunk[held if count is None else held | (count > 0)]
            long = self._ions(chunk).assign(
                run=runs[chunk.index],
                intensity=1.0 if value is None else value[chunk.index],
                count=np.nan if count is None else count[chunk.index],
            )
            about = self._about(chunk)
            yield self._reduced(long), about[~about["group"].duplicated()]

    def _measured(self, chunk: pd.DataFrame, column: str | None) -> pd.Series | None:
        return self.numbers.quantities(chunk[column], column) if column else None

    def _reduced(self, long: pd.DataFrame) -> pd.DataFrame:
        """Leave out rows of a piece that only repeat others, to keep memory small."""
        if self.one.level == "psm":
            return long.drop_duplicates() if self.psm else long
        if self.one.level == "protein" and self.one.repeated == "max":
            kept = long.sort_values("intensity", ascending=False, kind="stable")
            return kept.drop_duplicates(["run", "group", "peptide"])
        return long


def _named(seen: Mapping[str, Mapping[str, None]]) -> dict[str, list[str]]:
    return {key: [name for name in names if name] for key, names in seen.items()}


def _any_positive(cells: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return bool((cells > 0).any())
    return bool(cells.astype(str).str.contains("[1-9]").any())


def _is_no_name(gene: str) -> bool:
    return 0 < len(gene) < 5 and kind_of_name(gene) != ""


def _best(by_pattern: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Columns of the first pattern that has any."""
    return next((columns for columns in by_pattern.values() if columns), {})


def bare(peptide: str) -> str:
    """Bare sequence of a peptide: ``_.(Acetyl)AC[+57.02]K_`` is ``ACK``."""
    plain = re.sub(r"\[[^\]]*\]|\([^()]*(\([^()]*\))?[^()]*\)", "", peptide)
    return re.sub(r"[^A-Z]", "", plain)
