"""A table of counts as its runs need it: found, parsed, checked and identified."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evcargo.counts.classes import known_class
from evcargo.counts.columns import (
    COUNT_WORDS,
    LONG,
    find_classes,
    find_identifiers,
    find_symbols,
    sample_candidates,
    text_columns,
)
from evcargo.counts.features import Identifier
from evcargo.counts.formats import program_by_rows, recognise
from evcargo.counts.formats.matrix import UNKNOWN_PROGRAM
from evcargo.counts.layout import Layout, plain_key, read_head
from evcargo.counts.numbers import Source, fill_missing, read_numbers
from evcargo.counts.orientation import upright
from evcargo.counts.quantity import Quantity, find_quantity
from evcargo.counts.rows import Aside, is_no_data, split_rows
from evcargo.counts.runs import Run, RunsError, match_columns, single_run, stated_column
from evcargo.counts.strands import choose_strand
from evcargo.counts.summing import Summed, sum_features
from evcargo.errors import EvcargoError
from evcargo.files.numbers import NumberStyle
from evcargo.files.run_names import EXACT, RunMatch, sample_stem
from evcargo.files.text_tables import TextTable, read_text_table

STATED = "column named in the run sheet"


@dataclass(frozen=True)
class CountTable:
    """The counts of the runs of one table.

    Parameters
    ----------
    table, layout
        The text table, and how it was understood.
    columns, matched
        Run -> its column, and how that was recognised.
    counts
        Features x runs, not rounded; index = stable ids, which repeat only where rows of one symbol
        are several genes.
    features
        Same index; ``name``, ``gene``, ``class``, ``known``.
    aside
        Rows that are no features, with the numbers of each run.
    rows
        Rows below the header.
    quantity, style
        What was counted, and how the numbers are written.
    identifiers, kind
        Column of the identifiers, and what they are.
    notes
        What the reader should know.
    """

    table: TextTable
    layout: Layout
    columns: dict[str, str]
    matched: dict[str, str]
    counts: pd.DataFrame
    features: pd.DataFrame
    aside: Aside
    rows: int
    quantity: Quantity
    style: NumberStyle
    identifiers: str
    kind: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Body:
    """A table that stands upright: its cells as text, and what its columns are."""

    frame: pd.DataFrame
    layout: Layout
    texts: list[int]
    identifiers: int
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the rows."""
        if self.layout.names is not None:
            return list(self.layout.names(self.frame))
        return self.frame.iloc[:, self.identifiers].tolist()


def read_counts(
    runs: Sequence[Run], identifier: Identifier, head_only: bool = False, strand: str = ""
) -> CountTable:
    """Read the counts of the runs of one table.

    Parameters
    ----------
    runs
        Rows of the run sheet with the same path.
    identifier
        Knows the RNAs of the organism.
    head_only
        Read the first rows only: whether the runs are there and what the table is, no more.
    strand
        Strand of the library where its own reads do not tell (see `evcargo.counts.strands`).

    Raises
    ------
    RunsError
        If runs are not in the table.
    evcargo.counts.strands.UnclearStrandError
        If the strand of the library is not clear.
    EvcargoError
        If the table cannot be read, or holds no counts.
    """
    path = runs[0].path
    body, table = _open(runs, identifier, head_only)
    chosen = _choose_columns(runs, body, path, strand)
    columns = {run: match.name for run, match in chosen.items()}
    _refuse_repeated(body.frame, columns, path)
    body = _without_repeats(body)
    numbers = _read_numbers(body, table, columns, identifier, runs[0].decimal)
    title = _identifier_column(body)
    counts, aside = split_rows(numbers.table, identifier.is_known, title)
    if counts.empty:
        raise EvcargoError(f"{path}: has no row with counts. Export it again")
    looked_at = counts.round() if head_only else counts
    quantity = find_quantity(looked_at, path, runs[0].scale, body.layout.estimated)
    at = numbers.rows[aside.of_features]
    summed = _identified(body, at, counts, identifier, path)
    return CountTable(
        table=table,
        layout=_with_program(body.layout, aside),
        columns=columns,
        matched={run: match.matched_by for run, match in chosen.items()},
        counts=summed.counts,
        features=summed.features,
        aside=aside,
        rows=len(body.frame),
        quantity=quantity,
        style=numbers.style,
        identifiers=title,
        kind=summed.kind,
        notes=(*body.notes, *numbers.notes, *summed.notes),
    )


@dataclass(frozen=True)
class _Numbers:
    """Numbers of the rows that hold any: rows x runs, their places in the table, their style."""

    table: pd.DataFrame
    rows: np.ndarray
    style: NumberStyle
    notes: tuple[str, ...]


def _read_numbers(
    body: _Body, table: TextTable, columns: dict[str, str], identifier: Identifier, decimal: str
) -> _Numbers:
    """Read the counts of the runs, without rows that hold none."""
    frame, names = body.frame, body.names
    cells = pd.DataFrame(
        {run: frame[column].to_numpy() for run, column in columns.items()}, index=names
    )
    title = _identifier_column(body)
    with_data = ~is_no_data(names, cells, columns, title, identifier.is_known)
    rows = np.flatnonzero(with_data)
    others = frame.iloc[rows].drop(columns=list(set(columns.values())))
    numeric = [
        name
        for name in sample_candidates(others, body.layout, text_columns(others), ())
        if name in others
    ]
    source = Source(table, None if body.notes else rows.tolist(), columns)
    numbers, style = read_numbers(source, cells[with_data], others[numeric], decimal)
    numbers, filled = fill_missing(numbers, source)
    return _Numbers(numbers, rows, style, (filled,) if filled else ())


def _with_program(layout: Layout, aside: Aside) -> Layout:
    """Name the program that its totals and counters tell, where the header does not."""
    program = program_by_rows([row.name for row in aside.rows])
    if layout.program != UNKNOWN_PROGRAM or not program:
        return layout
    row = next(row.name for row in aside.rows if program_by_rows([row.name]) == program)
    return replace(layout, program=program, recognised_by=f"its row {row}")


def _identifier_column(body: _Body) -> str:
    return str(body.frame.columns[body.identifiers])


def _open(runs: Sequence[Run], identifier: Identifier, head_only: bool) -> tuple[_Body, TextTable]:
    """Read the cells of a table, and find out what its columns are."""
    path = runs[0].path
    table = read_text_table(path)
    head = read_head(table)
    layout = recognise(head)
    if not layout.has_header:
        table = table.without_header()
    if head_only:
        rows = [row for _, row in read_head(table).rows]
        frame = pd.DataFrame(rows, columns=pd.Index(table.columns, dtype=object))
    else:
        frame = table.frame()
    if frame.empty:
        raise EvcargoError(f"{path}: has a header, but no rows. Export it again")
    turned = upright(frame, layout, runs, identifier.known_share)
    frame = turned.frame
    texts = text_columns(frame)
    if layout.identifiers:
        identifiers = list(frame.columns).index(layout.identifiers)
    else:
        unique = identifier.assay == LONG
        identifiers = find_identifiers(frame, texts, identifier.known_share, unique)
    return _Body(frame, layout, texts, identifiers, turned.notes), table


def _choose_columns(
    runs: Sequence[Run], body: _Body, path: str, strand: str
) -> dict[str, RunMatch]:
    """Give the column of each run, and why it was taken."""
    layout, names = body.layout, [str(name) for name in body.frame.columns]
    if layout.strands:
        run = single_run(runs, path)
        word = run.text if run.is_stated else ""
        if word in layout.strands:
            return {run.run: RunMatch(layout.strands[word], f"{word}, as the run sheet says")}
        stated = stated_column(run, names, path)
        if stated:
            return {run.run: RunMatch(stated, STATED)}
        return {run.run: choose_strand(body.frame, body.names, layout.strands, path, strand)}
    if layout.counts:
        run = single_run(runs, path)
        stated = stated_column(run, names, path)
        return {run.run: RunMatch(stated, STATED) if stated else RunMatch(layout.counts, EXACT)}
    wanted = [run.text for run in runs]
    candidates = sample_candidates(body.frame, layout, body.texts, wanted)
    candidates = [name for name in candidates if name != _identifier_column(body)]
    try:
        return match_columns(runs, candidates, path)
    except RunsError:
        only = _only_column(runs, candidates, path)
        if not only:
            raise
        return {runs[0].run: RunMatch(only, f"{only!r} is the only column of numbers")}


def _only_column(runs: Sequence[Run], candidates: Sequence[str], path: str) -> str:
    """Column of counts in a table of one sample that does not name it; empty if that is unsure."""
    if len(runs) > 1 or runs[0].is_stated:
        return ""
    counts = [name for name in candidates if plain_key(name) in COUNT_WORDS]
    if len(counts) == 1:
        return counts[0]
    named = sample_stem(runs[0].text).casefold() in sample_stem(path).casefold()
    return candidates[0] if len(candidates) == 1 and named else ""


def _refuse_repeated(frame: pd.DataFrame, columns: dict[str, str], path: str) -> None:
    twice = {
        run: f"{path}: column {name!r} is there more than once. Give each column a name of its own"
        for run, name in columns.items()
        if (frame.columns == name).sum() > 1
    }
    if twice:
        raise RunsError(twice)


def _without_repeats(body: _Body) -> _Body:
    """Leave out rows that repeat what the program counts once."""
    if not body.layout.once:
        return body
    again = body.frame[body.layout.once].duplicated()
    if not again.any():
        return body
    note = (
        f"{int(again.sum()):,} rows repeat a {body.layout.once} of an earlier row and are not"
        " counted again"
    )
    return replace(
        body,
        frame=body.frame[~again].reset_index(drop=True),
        notes=(*body.notes, note),
    )


def _identified(
    body: _Body, at: np.ndarray, counts: pd.DataFrame, identifier: Identifier, path: str
) -> Summed:
    """Identify the rows, and bring those of one RNA together."""
    frame, layout, texts = body.frame, body.layout, body.texts

    def cells(column: str, otherwise: int | None) -> list[str]:
        at_column = list(frame.columns).index(column) if column else otherwise
        return [] if at_column is None else frame.iloc[at, at_column].tolist()

    symbols = cells(
        layout.symbols,
        find_symbols(frame, texts, body.identifiers, identifier.known_share),
    )
    classes = cells(
        layout.classes,
        find_classes(
            frame,
            texts,
            body.identifiers,
            lambda cell: bool(known_class(cell)),
            identifier.assay,
        ),
    )
    names = counts.index.tolist()
    features = identifier.identify(path, names, symbols, classes)
    genes = cells(layout.genes, None)
    return sum_features(counts, features, layout, genes, identifier, path)
