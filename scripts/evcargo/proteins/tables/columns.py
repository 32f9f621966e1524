"""Which column of a table is which run, and the intensities in it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.engines import ProteinTable
from evcargo.study.notes import listed, nearest

HIGHEST_LOG2 = 64.0  # 2^64 ions: no instrument counts them, so that smaller values are log2


def find_column(table: ProteinTable, wanted: str, run: str) -> str:
    """Column of a run: of exactly the wanted name, or with an engine's prefix before it.

    Parameters
    ----------
    table
        The table.
    wanted
        As the run sheet says.
    run
        Name of the run, for the message.

    Raises
    ------
    EvcargoError
        If there is none; near names are shown, but never taken.
    """
    columns = table.text.columns
    for prefix in ("", *_prefixes_in_use(table)):
        if prefix + wanted in columns:
            return prefix + wanted
    holding = [column for column in columns if wanted.lower() in column.lower()]
    close = nearest(wanted, columns)
    near = holding or ([close] if close else [])
    hint = f"Near: {listed(near, 6)}" if near else f"Columns: {listed(columns, 20)}"
    raise EvcargoError(
        f"{table.text.path}: has no column {wanted!r} for run {run}."
        f" Write the column's name into the run sheet. {hint}"
    )


def _prefixes_in_use(table: ProteinTable) -> list[str]:
    """List the engine's prefixes, those whose columns hold a quantity first."""

    def filled(prefix: str) -> bool:
        some = [column for column in table.text.columns if column.startswith(prefix)]
        return any(table.text.cells[column].str.contains("[1-9]").any() for column in some)

    return sorted(table.engine.prefixes, key=lambda prefix: not filled(prefix))


def read_intensities(table: ProteinTable, column_of: Mapping[str, str]) -> tuple[pd.DataFrame, str]:
    """Intensities of the runs of one table.

    Parameters
    ----------
    table
        The table.
    column_of
        Run -> wanted column.

    Returns
    -------
    intensities : pandas.DataFrame
        Protein x run, linear, NaN where missing or zero.
    source
        Which quantity, and whether it was taken for log2.

    Raises
    ------
    EvcargoError
        If a column is missing or no numbers, two runs share one, the runs are of different
        quantities, or an intensity is negative.
    """
    found = {run: find_column(table, wanted, run) for run, wanted in column_of.items()}
    _check_choice(table, found)
    values = pd.DataFrame({run: table.text.numbers(column) for run, column in found.items()})
    values = values.set_axis(table.proteins.index, axis=0)
    values = values.where(values != 0)
    quantity = _quantity(table, next(iter(found.values())))
    highest = values.max(axis=None)
    if not np.isfinite(highest):
        return values, quantity
    if highest < HIGHEST_LOG2:
        return 2.0**values, f"{quantity}, taken for log2 as the highest is {highest:.4g}"
    negative = (values < 0).any()
    if negative.any():
        column = found[negative.idxmax()]
        raise EvcargoError(
            f"{table.text.path}: column {column!r} holds negative intensities. Give raw or log2"
            " intensities, neither differences nor scores"
        )
    return values, quantity


def _quantity(table: ProteinTable, column: str) -> str:
    prefix = next((one for one in table.engine.prefixes if column.startswith(one)), "")
    return prefix.strip() or "intensity"


def _check_choice(table: ProteinTable, found: Mapping[str, str]) -> None:
    runs_of: dict[str, list[str]] = {}
    for run, column in found.items():
        runs_of.setdefault(column, []).append(run)
    for column, runs in runs_of.items():
        if len(runs) > 1:
            raise EvcargoError(
                f"{table.text.path}: column {column!r} is given for the runs {listed(runs)}."
                " Write one column per run into the run sheet"
            )
    quantities = sorted({_quantity(table, column) for column in found.values()})
    if len(quantities) > 1:
        raise EvcargoError(
            f"{table.text.path}: the run sheet mixes the quantities {listed(quantities)}."
            " Choose columns of one kind"
        )
