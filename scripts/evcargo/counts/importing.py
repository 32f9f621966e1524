"""The counts of all runs that come as tables, written for the later stages."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.counts.examine import read_tables
from evcargo.counts.features import Identifier
from evcargo.counts.reading import CountTable
from evcargo.counts.repeated import rename_repeated
from evcargo.counts.runs import Run
from evcargo.errors import EvcargoError
from evcargo.files.summary_rows import describe_summary_rows
from evcargo.tables import write_table

MAX_SHOWN = 5
_log = logging.getLogger(__name__)


def import_counts(
    runs: Sequence[Run], identifier: Identifier, products: Mapping[str, str | Path]
) -> None:
    """Write the counts of all runs that come as tables, runs of one sample summed.

    Parameters
    ----------
    runs
        The runs.
    identifier
        Knows the RNAs of the organism.
    products
        Tables to write: ``counts`` (contract ``imported_counts``), ``features``
        (``imported_features``) and ``funnel`` (``imported_funnel``).

    Raises
    ------
    EvcargoError
        If a table or a column of it is unusable.

    Notes
    -----
    Estimated counts are rounded to whole numbers after the runs of a sample were summed, as
    tximport and DESeq2 do. A feature that a table does not have is in no row of its samples, and
    becomes 0 in the matrix; the log says how many those are.
    """
    read = read_tables(runs, identifier)
    if read.messages:
        raise EvcargoError("; ".join(read.messages))
    names = rename_repeated({path: table.counts.index for path, table in read.tables.items()})
    tables = {path: _renamed(table, names[path]) for path, table in read.tables.items()}
    by_sample: dict[str, pd.Series] = {}
    for run in runs:
        counts = tables[run.path][0][run.run]
        before = by_sample.get(run.sample)
        by_sample[run.sample] = counts if before is None else before.add(counts, fill_value=0)
    features = _features(tables)
    write_table(_long(by_sample, features), products["counts"], "imported_counts")
    write_table(features.drop(columns="class"), products["features"], "imported_features")
    write_table(_funnel(runs, read.tables), products["funnel"], "imported_funnel")
    _tell(read.tables)
    _warn_of_absent({path: counts.index for path, (counts, _) in tables.items()})


def _renamed(table: CountTable, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = pd.Index(names, name="feature", dtype=object)
    return table.counts.set_axis(index, axis=0), table.features.set_axis(index, axis=0)


def _long(by_sample: Mapping[str, pd.Series], features: pd.DataFrame) -> pd.DataFrame:
    """One row for each sample and feature."""
    classes = features.set_index("feature")["class"]
    frames = [
        pd.DataFrame(
            {
                "sample": sample,
                "feature": counts.index,
                "class": classes.reindex(counts.index).to_numpy(),
                "reads": np.round(counts.to_numpy(float)).astype(np.int64),
            }
        )
        for sample, counts in by_sample.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _features(tables: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> pd.DataFrame:
    """Each feature once, as the first table that has it describes it."""
    every = pd.concat([features for _, features in tables.values()])
    return every[~every.index.duplicated()].reset_index()


def _funnel(runs: Sequence[Run], tables: Mapping[str, CountTable]) -> pd.DataFrame:
    """Rows that are no features, with their numbers summed over the runs of a sample."""
    rows = [
        (run.sample, row.name, row.kind, number)
        for run in runs
        for row, number in zip(
            tables[run.path].aside.rows, tables[run.path].aside.numbers[run.run], strict=True
        )
    ]
    frame = pd.DataFrame(rows, columns=["sample", "row", "kind", "reads"])
    return frame.groupby(["sample", "row", "kind"], sort=False, as_index=False)["reads"].sum()


def _tell(tables: Mapping[str, CountTable]) -> None:
    """Say in the log what was left out, merged or not recognised."""
    for path, table in tables.items():
        for note in table.notes:
            _log.info("%s: %s", path, note)
        if table.aside.rows:
            _log.info("%s: no features: %s", path, describe_summary_rows(table.aside.rows))
        unknown = table.features.index[~table.features["known"].astype(bool)]
        if len(unknown):
            _log.warning(
                "%s: %d of %d names are of no known RNA, e.g. %s",
                path,
                len(unknown),
                len(table.features),
                sorted(map(str, unknown))[:MAX_SHOWN],
            )


def _warn_of_absent(tables: Mapping[str, pd.Index]) -> None:
    """Say in the log which tables lack features of others, as those will count as 0 there."""
    every = {name for names in tables.values() for name in names}
    for path, names in tables.items():
        absent = sorted(every.difference(names))
        if absent:
            _log.warning(
                "%s: lacks %d of the %d features of all tables, e.g. %s. They count as 0 in its"
                " samples, so do not compare them with samples of another table",
                path,
                len(absent),
                len(every),
                absent[:MAX_SHOWN],
            )
