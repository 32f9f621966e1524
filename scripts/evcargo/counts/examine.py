"""All count tables of a study, read once each; what was understood of them, and what is wrong."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.counts.columns import LONG
from evcargo.counts.features import Identifier
from evcargo.counts.reading import CountTable, read_counts
from evcargo.counts.repeated import check_order
from evcargo.counts.runs import Run, RunsError
from evcargo.counts.strands import UnclearStrandError
from evcargo.errors import EvcargoError, cause_and_remedy
from evcargo.files.numbers import SIGN_WORDS
from evcargo.files.run_names import EXACT, FILE, PART, R_NAME
from evcargo.files.summary import InputSummary
from evcargo.files.summary_rows import describe_summary_rows
from evcargo.identifiers.genes import Genes
from evcargo.identifiers.mirnas import Mirnas

NAMES = frozenset({FILE, R_NAME, PART})
MANY_EMPTY = 0.5  # share of the features
Problems = dict[str, tuple[str, str, str]]


@dataclass
class Tables:
    """Count tables of an assay.

    Parameters
    ----------
    tables
        Path -> the table, of those that can be used.
    errors
        Run -> why it has no counts, as one text with the remedy.
    unusable
        Path -> why the table cannot be used at all, likewise.
    """

    tables: dict[str, CountTable] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)

    @property
    def messages(self) -> list[str]:
        """All that is wrong, each once."""
        return list(dict.fromkeys([*self.unusable.values(), *self.errors.values()]))


def read_tables(runs: Sequence[Run], identifier: Identifier, large: Collection[str] = ()) -> Tables:
    """Read the count tables of an assay, each once.

    Parameters
    ----------
    runs
        Runs whose counts come in tables.
    identifier
        Knows the RNAs of the organism.
    large
        Tables of which only the first rows are read.
    """
    read = Tables()
    unclear: dict[str, UnclearStrandError] = {}
    by_path: dict[str, list[Run]] = {}
    for run in runs:
        by_path.setdefault(run.path, []).append(run)
    for path, of_table in by_path.items():
        try:
            read.tables[path] = read_counts(of_table, identifier, path in large)
        except UnclearStrandError as error:
            unclear[path] = error
        except RunsError as error:
            read.errors |= error.problems
        except EvcargoError as error:
            read.unusable[path] = str(error)
    strand = _strand_of_all(read.tables.values())
    for path, doubt in unclear.items():
        if doubt.few and strand:
            read.tables[path] = read_counts(by_path[path], identifier, path in large, strand)
        else:
            read.errors[by_path[path][0].run] = str(doubt)
    if not large and identifier.assay == LONG:
        _check_repeated(read)
    return read


def _strand_of_all(tables: Iterable[CountTable]) -> str:
    """Strand that all tables with strands have; empty where they differ or there is none."""
    words = {
        word
        for table in tables
        for word, column in table.layout.strands.items()
        if column in table.columns.values()
    }
    return words.pop() if len(words) == 1 else ""


def _check_repeated(read: Tables) -> None:
    """Find tables whose repeated symbols cannot be told apart from those of another table."""
    wrong = check_order({path: table.counts.index for path, table in read.tables.items()})
    for path, message in wrong.items():
        read.unusable[path] = message
        del read.tables[path]


def examine_count_tables(
    runs: pd.DataFrame,
    assay: str,
    organism: str,
    genes: Genes,
    mirnas: Mirnas,
    large: Collection[str] = (),
    markers: Sequence[str] = (),
) -> tuple[list[InputSummary], Problems]:
    """Read the count tables of a study as the import will, and tell what they hold.

    Parameters
    ----------
    runs
        Rows of the contract ``runs`` of one assay that come as tables.
    assay, organism
        rna or transcripts; human, mouse or rat.
    genes, mirnas
        Those of the organism.
    large
        Tables of which only the first rows are read.
    markers
        Names of the decisive markers, in the order in which they are to be listed: mature miRNAs
        of small RNA, symbols of long RNA.

    Returns
    -------
    summaries : list of InputSummary
        One for each table that can be used.
    problems : dict
        Run -> message, remedy and the column of the run sheet that it is about: column, or path
        for a table that cannot be used at all, which is told at its first run.
    """
    identifier = Identifier(assay, organism, genes, mirnas)
    rows = runs_of(runs)
    read = read_tables(rows, identifier, large)
    summaries = [summarise(table, assay, markers) for table in read.tables.values()]
    large_ones = set(large)
    summaries = [
        replace(summary, notes=_joined(summary.notes, "only its first rows were read"), rows=None)
        if summary.path in large_ones
        else summary
        for summary in summaries
    ]
    problems = {run: (*cause_and_remedy(text), "column") for run, text in read.errors.items()}
    for path, text in read.unusable.items():
        first = next(run.run for run in rows if run.path == path)
        message, remedy = cause_and_remedy(text.removeprefix(path).lstrip(":, "))
        problems[first] = (message, remedy, "path")
    return summaries, problems


def runs_of(runs: pd.DataFrame) -> list[Run]:
    """Rows of the contract ``runs`` as runs of count tables."""
    columns = ["run", "sample", "path", "column", "scale", "decimal"]
    text = runs.reindex(columns=columns).astype("string").fillna("")
    return [Run(*row) for row in text.itertuples(index=False)]


def summarise(table: CountTable, assay: str, markers: Sequence[str]) -> InputSummary:
    """Tell what was understood of a table."""
    layout, features, style = table.layout, table.features, table.style
    plain = style.decimal == "." and not style.thousands
    # A table may list all features that there are, counted or not.
    counted = (table.counts[list(table.columns)].to_numpy(float) > 0).any(axis=1)
    return InputSummary(
        path=table.table.path,
        assay=assay,
        program=layout.program,
        recognised_by=layout.recognised_by,
        rows=table.rows,
        sample_columns=len(set(table.columns.values())),
        quantity=table.quantity.words
        if table.quantity.words != "counts"
        else layout.quantity.removesuffix(", rounded"),
        quantity_reason=layout.quantity_reason,
        scale="counts",
        scale_reason=table.quantity.reason,
        decimal_sign="point" if plain else SIGN_WORDS[style.decimal],
        thousands_sign=SIGN_WORDS.get(style.thousands, ""),
        encoding=table.table.encoding.label,
        identifier_column=table.identifiers,
        identifier_type=table.kind,
        identifiers=len(features),
        recognised=int(features["known"].sum()),
        markers=", ".join(_present(features[counted], assay, markers)),
        dropped_rows=describe_summary_rows(table.aside.rows),
        notes="; ".join(
            [
                *_column_notes(table),
                *_empty_features(counted),
                *table.notes,
                *filter(None, [layout.notes]),
            ]
        ),
    )


def _column_notes(table: CountTable) -> list[str]:
    """Say how runs were read whose columns are not called as they are."""
    notes: dict[str, str] = {}
    for run, by in table.matched.items():
        if by in NAMES:
            example = f"{table.columns[run]!r} for {run}"
            notes.setdefault(by, f"columns are found by {by} ({example})")
        elif by != EXACT:
            notes.setdefault(by, by)
    return list(notes.values())


def _empty_features(counted: NDArray[np.bool_]) -> list[str]:
    """Say how many features have no count, where these are many."""
    empty, total = int((~counted).sum()), len(counted)
    if empty < MANY_EMPTY * total:
        return []
    return [f"{empty:,} of {total:,} features have no count in any sample"]


def _present(features: pd.DataFrame, assay: str, markers: Sequence[str]) -> list[str]:
    names = features.index if assay != LONG else features["gene"]
    here = set(names[names.isin(markers)])
    return [marker for marker in dict.fromkeys(markers) if marker in here]


def _joined(*texts: str) -> str:
    return "; ".join(text for text in texts if text)
