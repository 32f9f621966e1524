"""Count tables of other pipelines: one row per feature, one column per run."""

import csv
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xopen

from evcargo.errors import EvcargoError
from evcargo.rna.files import READ_ERRORS
from evcargo.tables import write_table

CLASS_OF_NAME = (
    ("spike_in", r"(cel-miR-(39|54|238)(-3p)?|ath-miR159a|ERCC-\d+)$"),
    ("miRNA", r"[a-z]{3,4}-(mi?R|mir|let|lin|bantam|lsy|iab)[-\d*]"),
    ("tRNA", r"(mt-)?(tRNA|tRF|tiRNA|TR[A-Z]-)"),
    ("Y_RNA", r"(RNY\d|Y_RNA|hY\d)"),
    ("rRNA", r"(\d+(\.\d+)?S(_rRNA|-rRNA|$)|rRNA|RNA(5|18|28|45)S)"),
    ("piRNA", r"([a-z]{3}-)?pi[Rr]"),
    ("vault", r"VTRNA\d"),
    ("snoRNA", r"(SNOR[AD]|SCARNA)\d"),
    ("snRNA", r"(RNU\d|RNVU\d|RN7S[KL])"),
)


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    """A run in a table: its sample, the file, and the column (the sample's name if empty)."""

    sample: str
    path: str
    column: str = ""


def feature_class(name: str, assay: str) -> str:
    """RNA class by name: `transcript` for long RNA, else by the patterns of `CLASS_OF_NAME`."""
    if assay == "transcripts":
        return "transcript"
    return next((kind for kind, pattern in CLASS_OF_NAME if re.match(pattern, name)), "other")


def read_count_table(path: str | Path) -> pd.DataFrame:
    r"""Read a table of counts.

    Parameters
    ----------
    path
        TSV or CSV (comma or semicolon), any line ends (CR, LF, CRLF), may be compressed. The first
        line names the columns, the first column the features.

    Returns
    -------
    pandas.DataFrame
        Features x columns, still as text.

    Raises
    ------
    EvcargoError
        If the file cannot be read, has no such shape, or names a column twice.
    """
    try:
        with xopen.xopen(path, "rb", threads=0) as stream:
            text = stream.read().decode("utf-8-sig")
    except READ_ERRORS as error:
        raise EvcargoError(
            f"{path}: cannot be read ({error}). Give a TSV or CSV table in UTF-8"
        ) from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = lines[0]
    separator = max("\t,;", key=header.count)
    rows = [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=separator) if row]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise EvcargoError(
            f"{path}: not a table of counts. Give features in rows, samples in columns"
        )
    width = len(rows[1])
    names = [name.strip() for name in rows[0]]
    if len(names) == width - 1:
        names = ["feature", *names]  # as R writes a table with row names
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise EvcargoError(
                f"{path}, row {number}: {len(row)} cells, but {len(names)} columns are named."
                " Save the table again as TSV"
            )
    table = pd.DataFrame(rows[1:], columns=names, dtype=str).set_index(names[0])
    table.index = table.index.str.strip()
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise EvcargoError(f"{path}: column {twice[0]!r} occurs more than once. Rename the columns")
    return table


def _unique(table: pd.DataFrame, assay: str, path: str) -> pd.DataFrame:
    """Hold features to one row each; genes that share a symbol become ``symbol.2``, ``symbol.3``.

    Two rows of one small RNA are its loci or its isoforms, which only the user can tell apart; two
    rows of one gene symbol are different genes (or dates, where Excel had the table).
    """
    copy = table.groupby(table.index).cumcount() + 1
    again = copy > 1
    if again.any() and assay != "transcripts":
        raise EvcargoError(
            f"{path}: feature {table.index[again.to_numpy()][0]!r} occurs more than once."
            " Sum its rows, or give each a name of its own"
        )
    if again.any():
        _log.warning("%s: renamed repeated features %s", path, table.index[again].unique().tolist())
    renamed = [f"{name}.{n}" if n > 1 else name for name, n in zip(table.index, copy, strict=True)]
    return table.set_axis(renamed, axis="index")


def _numbers(table: pd.DataFrame, name: str, path: str) -> pd.Series:
    if name not in table.columns:
        raise EvcargoError(
            f"{path}: no column {name!r}. Set `column` in the run sheet to one of:"
            f" {', '.join(map(str, table.columns[:40]))}"
        )
    values = pd.to_numeric(table[name].str.strip(), errors="coerce")
    wrong = values.isna() | ~np.isfinite(values) | (values < 0) | (values != values.round())
    if wrong.any():
        feature = wrong.idxmax()
        raise EvcargoError(
            f"{path}, column {name}: {feature} is {table.loc[feature, name]!r}, not a count."
            " Give raw integer counts, not normalised values"
        )
    return values.astype(np.int64)


def import_counts(columns: Sequence[Column], assay: str, path: str | Path) -> None:
    """Write the counts of all runs that come as tables, runs of one sample summed.

    Parameters
    ----------
    columns
        The runs.
    assay
        rna or transcripts.
    path
        Table to write, contract ``imported_counts``.

    Raises
    ------
    EvcargoError
        If a table or a column of it is unusable.
    """
    paths = dict.fromkeys(one.path for one in columns)
    tables = {path: _unique(read_count_table(path), assay, path) for path in paths}
    by_sample: dict[str, pd.Series] = {}
    for one in columns:
        counts = _numbers(tables[one.path], one.column or one.sample, one.path)
        before = by_sample.get(one.sample)
        by_sample[one.sample] = counts if before is None else before.add(counts, fill_value=0)
    frames = [
        pd.DataFrame(
            {"sample": sample, "feature": counts.index, "reads": counts.to_numpy(np.int64)}
        )
        for sample, counts in by_sample.items()
    ]
    long = pd.concat(frames, ignore_index=True)
    classes = {name: feature_class(name, assay) for name in long["feature"].unique()}
    long.insert(2, "class", long["feature"].map(classes))
    write_table(long, path, "imported_counts")
