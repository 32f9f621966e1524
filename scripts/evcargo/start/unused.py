"""Columns of a table that a row for every sample (``*``) leaves."""

from collections.abc import Collection, Iterator

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.run_names import match_runs
from evcargo.start.files import recognise_input
from evcargo.start.recognised import Recognised
from evcargo.start.sample_names import why_no_sample
from evcargo.start.tables import Resource
from evcargo.study.notes import listed


def columns_of_no_sample(
    runs: pd.DataFrame, paths: Collection[str], resource: Resource
) -> Iterator[str]:
    """Say which columns (or runs of a long table) are those of no sample.

    Parameters
    ----------
    runs
        Contract ``runs``.
    paths
        Tables that the run sheet names for every sample.
    resource
        Gives the path of a shipped file.

    Yields
    ------
    str
        A warning for each table with such columns.
    """
    for path in paths:
        recognised = recognise_input(path, resource)
        of_table = runs[runs["path"] == path]
        if not isinstance(recognised, Recognised) or not recognised.runs or of_table.empty:
            continue
        wanted = dict(
            zip(of_table["run"], of_table["column"].fillna(of_table["sample"]), strict=True)
        )
        try:
            matches = match_runs(wanted, recognised.runs, {}, path)
        except EvcargoError:  # told by the check of the table
            continue
        taken = {match.name for match in matches.values()} | set(wanted.values())
        unused = [name for name in recognised.runs if name not in taken]
        if unused:
            why = sorted({reason for name in unused if (reason := why_no_sample(name))})
            guess = f" ({', '.join(why)} by the name)" if why else ""
            yield (
                f"{path}: {len(unused)} of its {len(recognised.runs)} samples are not in the sample"
                f" sheet and are not used{guess}: {listed(unused)}"
            )
