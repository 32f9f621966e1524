"""Count tables of other pipelines: one row per feature, one column per run."""

import csv
import io
import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import xopen

from evcargo.errors import EvcargoError
from evcargo.rna.files import READ_ERRORS
from evcargo.tables import write_table

# First pattern that the beginning of a name fits. Names may have a species (hsa-, hsa_,
# Homo_sapiens_), as in miRBase, piRNA banks and GtRNAdb, or none; MIR21 and MIRLET7B are symbols of
# genes, which are hairpins (HGNC, MGI), and MIR22HG is a gene that hosts one.
CLASS_OF_NAME = (
    ("spike_in", r"(cel-miR-(39|54|238)(-3p)?|ath-miR159a|ERCC-\d+)$"),
    ("miRNA_precursor", r"M(IR|ir)(LET|let)?\d+(?!HG|hg)[A-Za-z]{0,2}\d*(-\d+)?$"),
    ("miRNA", r"[A-Za-z][a-z\d]{2,4}-(mi?R|[Mm]ir|[Ll]et|lin|bantam|lsy|iab)[-\d*]"),
    ("miRNA", r"mi[Rr]-?[\dA-Z]|M[Ii][Rr]-[\dA-Z]|(?i:let-?7)"),
    ("tRNA", r"([A-Z][a-z]+_[a-z]+_)?(n?mt?[-_]?)?(tRNA|tRF|tiRNA|tsRNA|tDR-|TR[A-Z]-)"),
    ("tRNA", r"MT-T[A-Z]\d?$"),
    ("Y_RNA", r"(RNY\d|Y_RNA|hY\d|Y[1345]$)"),
    ("rRNA", r"(\d+(\.\d+)?S(_rRNA|-rRNA|$)|rRNA|RNA(5|18|28|45)S)"),
    ("piRNA", r"([a-z]{3}[-_])?pi[Rr]"),
    ("vault", r"VTRNA\d"),
    ("snoRNA", r"((SNOR[AD]|SCARNA)\d|U(3|8|13)$)"),
    ("snRNA", r"(RNU\d|RNVU\d|RN7S[KL]|7S[KL]$|U([124567]|1[12]|[46]atac)$)"),
)
MAX_SHOWN = 5


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


def _unique(tables: Mapping[str, pd.DataFrame], assay: str) -> dict[str, pd.DataFrame]:
    """Hold features to one row each; genes that share a symbol become ``symbol.2``, ``symbol.3``.

    Two rows of one small RNA are its loci or its isoforms, which only the user can tell apart; two
    rows of one gene symbol are different genes (or dates, where Excel had the table). What tells
    them apart is the order of the rows, so it must be the same in all tables. A new name is one
    that no table has.
    """
    repeated: set[str] = set()
    for path, table in tables.items():
        again = table.index[table.index.duplicated()].unique()
        if len(again) and assay != "transcripts":
            raise EvcargoError(
                f"{path}: feature {again[0]!r} occurs more than once."
                " Sum its rows, or give each a name of its own"
            )
        if len(again):
            _log.warning("%s: renamed repeated features %s", path, again.tolist())
        repeated.update(again)
    if not repeated:
        return dict(tables)
    _check_order(tables, repeated)
    taken = {name for table in tables.values() for name in table.index}
    names: dict[tuple[str, int], str] = {}
    return {
        path: table.set_axis(_renamed(table.index, taken, names), axis="index")
        for path, table in tables.items()
    }


def _renamed(index: pd.Index, taken: set[str], names: dict[tuple[str, int], str]) -> list[str]:
    """Name every row; `taken` and `names` ((name, row of that name) -> new name) grow."""
    seen: Counter[str] = Counter()
    renamed = []
    for name in index:
        seen[name] += 1
        copy = seen[name]
        row = (name, copy)
        if row not in names:
            free = name
            while copy > 1 and free in taken:
                free, copy = f"{name}.{copy}", copy + 1
            names[row] = free
            taken.add(free)
        renamed.append(names[row])
    return renamed


def _check_order(tables: Mapping[str, pd.DataFrame], repeated: set[str]) -> None:
    """Refuse tables that share a repeated symbol but not the order of the features they share."""
    orders: dict[str, pd.Index] = {}
    for path, table in tables.items():
        if not any(table.index.equals(order) for order in orders.values()):
            orders[path] = table.index
    for (one, left), (other, right) in combinations(orders.items(), 2):
        shared = set(left) & set(right)
        unsure = sorted(repeated & shared)
        if unsure and [n for n in left if n in shared] != [n for n in right if n in shared]:
            raise EvcargoError(
                f"{other}: feature {unsure[0]!r} is on several rows here or in {one}, and the two"
                " tables have other rows or another order, so which row is which gene cannot be"
                f" told ({len(unsure)} such features). Give ids that occur once, such as those of"
                " Ensembl, or join the tables to one"
            )


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
        If a table or a column of it is unusable, or tables repeat a gene symbol in another order.

    Notes
    -----
    A feature that a table does not have is in no row of its samples, and becomes 0 in the matrix;
    the log says how many those are.
    """
    paths = dict.fromkeys(one.path for one in columns)
    tables = _unique({path: read_count_table(path) for path in paths}, assay)
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
    _warn_of_absent(tables)
    if set(classes.values()) == {"other"}:
        _log.warning(
            "%s: no name is that of a known small RNA, e.g. %s: every feature is of class other."
            " Name miRNAs as miRBase does (hsa-miR-21-5p)",
            ", ".join(tables),
            sorted(classes)[:MAX_SHOWN],
        )
    write_table(long, path, "imported_counts")


def _warn_of_absent(tables: Mapping[str, pd.DataFrame]) -> None:
    """Say in the log which tables lack features of others, as those will count as 0 there."""
    features = {name for table in tables.values() for name in table.index}
    for path, table in tables.items():
        absent = sorted(features.difference(table.index))
        if absent:
            _log.warning(
                "%s: lacks %d of the %d features of all tables, e.g. %s. They count as 0 in its"
                " samples, so do not compare them with samples of another table",
                path,
                len(absent),
                len(features),
                absent[:MAX_SHOWN],
            )
