"""What one table says of its runs: quantities of protein groups or ions, and what was left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.columns import Choice, quantity_name
from evcargo.proteins.tables.features import only_features, rows_of
from evcargo.proteins.tables.filtering import OWN, QUANTIFIED, Funnel
from evcargo.proteins.tables.formats import Format
from evcargo.proteins.tables.identifier_column import IdentifierColumn
from evcargo.proteins.tables.imputed import find_imputation
from evcargo.proteins.tables.reader import BY_CONTENT, Piece, Reader
from evcargo.proteins.tables.scale import (
    LOG2,
    RAW,
    RELATIVE,
    Scale,
    find_scale,
    stated_scale,
    to_linear,
)
from evcargo.proteins.tables.table import Table

PERSEUS = ("Student's T-test", "-Log Student's", "ANOVA", "Welch's T-test", "T-test Significant")
FOLD_CHANGE = re.compile(r"log(2|_2)?[ ._]?(fc|fold)", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """What one table says.

    Parameters
    ----------
    table, format
        The table and its format.
    choice
        Where its runs are.
    identifier
        Column that names the proteins.
    quantity
        Which quantity was taken, and on which scale it was.
    scale
        Its scale.
    long
        Of tables of ions or PSMs, and long ones: a row per run and group (or ion) with a quantity,
        columns `evcargo.proteins.tables.reader.LONG`; linear intensity. Else empty.
    values, counts, ibaq
        Of wide tables of proteins: a row for each of `groups`, a column per run, linear; without
        columns where the table has none.
    groups
        One row per group: ``group``, texts, ``marked`` and figures, see `groups.describe`.
    funnel
        Rows before and after each filter.
    imputed
        Why missing values seem to have been filled in, empty if nothing speaks for it.
    only_next_best
        Gene symbols (or identifiers) of the rows that lack this quantity, but have the next best.
    holders
        Peptide -> identifiers of all proteins that hold it; empty where the table does not say.
    style
        How its numbers are written: decimal and thousands sign.
    """

    table: Table
    format: Format
    choice: Choice
    identifier: IdentifierColumn
    quantity: str
    scale: Scale
    long: pd.DataFrame
    groups: pd.DataFrame
    values: pd.DataFrame = field(default_factory=pd.DataFrame)
    counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    ibaq: pd.DataFrame = field(default_factory=pd.DataFrame)
    funnel: Funnel = field(default_factory=Funnel)
    imputed: str = ""
    only_next_best: tuple[str, ...] = ()
    holders: Mapping[str, set[str]] = field(default_factory=dict)
    style: tuple[str, str] = (".", "")

    @property
    def source(self) -> str:
        """Engine, filter and quantity, in words."""
        return f"{self.format.title} table, {self.funnel.said}, {self.quantity}"

    @property
    def filled_runs(self) -> set[str]:
        """Runs with any quantity."""
        if self.is_wide:
            return set(self.values.columns[self.values.notna().any()])
        held = self.long["intensity"].notna() | (self.long["count"] > 0)
        return set(self.long.loc[held, "run"])

    @property
    def is_wide(self) -> bool:
        """Whether `values` hold its quantities."""
        return not self.format.is_long and self.format.level == "protein"


def read_content(reader: Reader, choice: Choice, scale: str = "") -> Content:
    """Read what a table says of its runs.

    Parameters
    ----------
    reader
        Of the table.
    choice
        Where its runs are, of `Reader.choose`.
    scale
        Scale that the run sheet states, empty if it does not.

    Raises
    ------
    EvcargoError
        If a cell is no number, the scale cannot be told, or no protein is left.
    """
    one = reader.one
    if not one.is_long and one.level == "protein":
        return _read_proteins(reader, choice, scale)
    pieces = reader.long_pieces(choice) if one.is_long else reader.ion_pieces(choice)
    longs, groups = zip(*pieces, strict=True)
    about = pd.concat(groups)
    about = about[~about["group"].duplicated()]
    _require_some(reader, about)
    long = pd.concat(longs, ignore_index=True)
    found = _scale_of_long(long, reader, choice, scale)
    long = long.assign(intensity=to_linear(long["intensity"].to_numpy(float), found))
    reader.look_at_identifiers(about)
    name = (reader.quantity or "spectral count") if one.is_long else quantity_name(choice.key)
    is_amount = one.level == "protein" and found.name != RELATIVE
    return Content(
        reader.table,
        one,
        choice,
        reader.identifier,
        name + _scale_words(found),
        found,
        long,
        about,
        funnel=reader.funnel,
        imputed=find_imputation(_pivoted(long).to_numpy(float)) if is_amount else "",
        holders=reader.holders,
        style=(reader.numbers.style.decimal, reader.numbers.style.thousands),
    )


def _require_some(reader: Reader, about: pd.DataFrame) -> None:
    if about.empty:
        raise EvcargoError(
            f"{reader.table.path}: no protein is left ({reader.funnel.said}); column"
            f" {reader.group!r} was taken for the protein identifiers, the table for"
            f" {reader.one.title}. Name that column 'Protein IDs' in the table, or set format in"
            " the run sheet"
        )


def _read_proteins(reader: Reader, choice: Choice, stated: str) -> Content:
    """Content of a wide table of proteins."""
    whole = _joined(list(reader.protein_pieces(choice)))
    _require_some(reader, whole.about)
    reader.look_at_identifiers(whole.about)
    names = [choice.key, *(match.column for match in choice.runs.values())]
    found = _found_scale(whole.values, names, reader, stated)
    has_groups = reader.one.family not in BY_CONTENT
    whole = only_features(whole, reader.group, found, has_groups, reader.funnel)
    held = whole.values.fillna(0) != 0 if found.zeros_missing else whole.values.notna()
    some = held.any(axis=1)
    reader.funnel.keep(whole.values, some, QUANTIFIED, OWN)
    lost = tuple(_without(whole, some))
    whole = rows_of(whole, some.to_numpy(bool)) if some.any() else whole
    values = _in_linear(whole.values, found)
    ibaq = whole.ibaq.where(whole.ibaq > 0)
    quantity = (choice.key and quantity_name(choice.key)) or "intensity"
    return Content(
        reader.table,
        reader.one,
        choice,
        reader.identifier,
        quantity + _scale_words(found),
        found,
        pd.DataFrame(),
        whole.about,
        values,
        whole.counts,
        ibaq,
        reader.funnel,
        "" if found.name == RELATIVE else find_imputation(values.to_numpy(float)),
        lost,
        style=(reader.numbers.style.decimal, reader.numbers.style.thousands),
    )


def _joined(pieces: list[Piece]) -> Piece:
    names = ("about", "values", "counts", "ibaq", "next_best")
    return Piece(*(pd.concat([getattr(one, name) for one in pieces]) for name in names))


def _in_linear(values: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    linear = to_linear(values.to_numpy(float), scale)
    return pd.DataFrame(linear, values.index, values.columns)


def _found_scale(values: pd.DataFrame, names: list[str], reader: Reader, stated: str) -> Scale:
    """Scale as the run sheet states it, as the format has it, or as the values tell it.

    Raises
    ------
    EvcargoError
        If nothing tells it, or the values cannot be on it.
    """
    one, path = reader.one, reader.table.path
    table = values.to_numpy(float)
    if stated:
        return stated_scale(table, stated, path)
    if one.relative:
        return Scale(RELATIVE, one.relative, 2.0, zeros_missing=False)
    if one.scale == "log2" or (one.scale == "linear" and "log2" in names[0].lower()):
        return Scale(LOG2, f"{one.title} writes log2 values", 2.0, zeros_missing=False)
    if one.scale == "linear":
        _refuse_negative(values, reader)
        return Scale(RAW, f"{one.title} writes raw quantities")
    named = [name for name in names[1:] or names if name] if one.family == "matrix" else names[:1]
    return find_scale(table, named, path, _hint(reader))


def _hint(reader: Reader) -> str:
    """Whether a program wrote the table that takes log2 first of all: Perseus, limma, DEP ..."""
    columns = reader.table.columns
    tested = any(column.startswith(PERSEUS) or FOLD_CHANGE.search(column) for column in columns)
    return LOG2 if reader.one.annotated or tested else ""


def _refuse_negative(values: pd.DataFrame, reader: Reader) -> None:
    negative = values < 0
    if negative.any(axis=None):
        run = negative.columns[negative.any()][0]
        row = negative.index[negative[run]][0]
        raise EvcargoError(
            f"{reader.table.path}, row {row}: run {run} has the negative quantity"
            f" {values.loc[row, run]:.4g}. Give raw intensities, neither differences nor scores, or"
            " state the scale in the run sheet"
        )


def _scale_of_long(long: pd.DataFrame, reader: Reader, choice: Choice, stated: str) -> Scale:
    """Scale of a long table, or of ions; of proteins it is told as for a wide table."""
    one = reader.one
    if one.level == "protein" and one.scale == "detected" and not stated:
        wide = _pivoted(long)
        return _found_scale(wide, [reader.quantity or "", *wide.columns], reader, stated)
    name = reader.quantity or choice.key
    if one.level == "psm":
        return Scale(RAW, "identifications are counted")
    if one.scale == "detected" and not stated:
        wide = long[["intensity"]].reset_index(drop=True)
        return find_scale(wide.to_numpy(float), [name], reader.table.path, _hint(reader))
    return _found_scale(long[["intensity"]], [name], reader, stated)


def _pivoted(long: pd.DataFrame) -> pd.DataFrame:
    """Give the quantities of a long table of proteins as groups x runs."""
    return long.groupby(["group", "run"], sort=False)["intensity"].max().unstack("run")


def _scale_words(scale: Scale) -> str:
    """Say on which scale a quantity was, where it was not raw."""
    return "" if scale.name == RAW else f", {scale.name} ({scale.reason})"


def _without(whole: Piece, held: pd.Series) -> list[str]:
    """Name the rows that only the next quantity has."""
    also = (whole.next_best.fillna(0) != 0).any(axis=1)
    lost = whole.about[(also & ~held).to_numpy(bool)]
    return lost["gene"].where(lost["gene"] != "", lost["group"]).tolist()
