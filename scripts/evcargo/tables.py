"""Tables and matrices that the stages exchange: reading and writing (`evcargo.contracts`)."""

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.contracts import CONTRACTS, Contract
from evcargo.errors import EvcargoError
from evcargo.job import whole_file

if TYPE_CHECKING:
    from anndata import AnnData

DTYPES = MappingProxyType(
    {"text": "string", "number": "Float64", "count": "Int64", "flag": "boolean"}
)


def read_table(path: str | Path, contract: str) -> pd.DataFrame:
    """Read a table of the workflow and hold it to its contract.

    Parameters
    ----------
    path
        File to read.
    contract
        Key of `CONTRACTS`.

    Returns
    -------
    pandas.DataFrame
        All columns of the contract in its order and types, then any others (text) if it is open.

    Raises
    ------
    EvcargoError
        If a column is missing or unknown, or a cell is not of its column's type.
    """
    frame = pd.read_csv(
        path, sep="\t", dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8"
    )
    return _hold(frame, CONTRACTS[contract], str(path))


def write_table(frame: pd.DataFrame, path: str | Path, contract: str) -> None:
    """Write `frame` under its contract (see `read_table`), whole or not at all."""
    held = _hold(frame.reset_index(drop=True), CONTRACTS[contract], str(path))
    with whole_file(path) as part:
        held.to_csv(part, sep="\t", index=False, lineterminator="\n", float_format="%.10g")


def _hold(frame: pd.DataFrame, contract: Contract, path: str) -> pd.DataFrame:
    missing = [name for name in contract.names if name not in frame.columns]
    others = [str(name) for name in frame.columns if name not in contract.names]
    if missing or (others and not contract.open):
        raise EvcargoError(
            f"{path}: not a table of {contract.file}: missing columns {missing}, unknown {others}."
            " Delete it and run again"
        )
    held = frame[[*contract.names, *others]].copy()
    for column in contract.columns:
        try:
            held[column.name] = _as(held[column.name], column.dtype)
        except (ValueError, TypeError) as error:
            said = f"{path}: column {column.name} must hold {column.dtype}: {error}"
            raise EvcargoError(said) from error
    return held


def _as(values: "pd.Series", dtype: str) -> "pd.Series":
    if dtype == "flag" and values.dtype == "string":
        unknown = set(values.dropna()) - {"True", "False"}
        if unknown:
            raise ValueError(f"neither True nor False: {sorted(unknown)[:3]}")
        values = values.map({"True": True, "False": False})
    if dtype in ("number", "count") and values.dtype in ("string", object):
        values = pd.to_numeric(values)
    return values.astype(DTYPES[dtype])


def told_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out samples that are in the table by name only: their other cells are empty."""
    return table[table.iloc[:, 1:].notna().any(axis=1)]


def read_matrix(path: str | Path) -> "AnnData":
    """Read an `.h5ad` matrix: samples x features, raw quantities in `X` (NaN is missing).

    Text is of dtype object, as it was before it was written.
    """
    import anndata

    return _with_plain_text(anndata.read_h5ad(path))


def write_matrix(matrix: "AnnData", path: str | Path) -> None:
    """Write an `.h5ad` matrix, whole or not at all; its text stays of dtype object."""
    with whole_file(path) as part:
        matrix.write_h5ad(part)
    _with_plain_text(matrix)


def _with_plain_text(matrix: "AnnData") -> "AnnData":
    """Make plain text of `obs` and `var`, and return the matrix.

    anndata makes categoricals of text that repeats, in the file and in memory. They hold no new
    value, so that a matrix in which one gene stands twice would fail where others do not.
    """
    for table in (matrix.obs, matrix.var):
        for name, values in table.items():
            if isinstance(values.dtype, pd.CategoricalDtype | pd.StringDtype):
                table[name] = values.astype(object)
    return matrix


def write_matrix_tsv(matrix: "AnnData", path: str | Path, layer: str = "") -> None:
    """Write a matrix for people: one row per feature, its description, then one column per sample.

    The values are ``X``, or those of a layer.
    """
    chosen = matrix.layers[layer] if layer else matrix.X
    values = pd.DataFrame(chosen.T, index=matrix.var_names, columns=matrix.obs_names)
    table = pd.concat([matrix.var, values], axis=1)
    with whole_file(path) as part:
        table.to_csv(
            part, sep="\t", index_label="feature", lineterminator="\n", float_format="%.10g"
        )
