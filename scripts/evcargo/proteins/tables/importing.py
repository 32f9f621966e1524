"""From the tables of other engines to the protein matrix of the study."""

import difflib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.matrix import protein_matrix
from evcargo.proteins.tables.formats import AROUND, LOG2_BELOW, ProteinTable, read_format
from evcargo.proteins.tables.text import as_numbers, read_text_table

if TYPE_CHECKING:
    from anndata import AnnData


def import_proteins(
    runs: pd.DataFrame, samples: pd.DataFrame, contaminants: pd.DataFrame, normalisation: str
) -> tuple["AnnData", pd.DataFrame]:
    """Read the protein tables of a study and join them.

    Parameters
    ----------
    runs
        Run sheet (contract ``runs``), rows of the assay proteins. `column` names the run's column
        in its table, the sample's name if empty.
    samples
        Sample sheet (contract ``samples``).
    contaminants
        Shipped contaminants: accession, taxon.
    normalisation
        ``median`` or ``none``.

    Returns
    -------
    matrix : anndata.AnnData
        The protein matrix. Zeros are missing. Fractions of a sample are summed; of its technical
        replicates the mean of the log2 intensities is taken (of those that saw the protein), since
        the error of an intensity is multiplicative. Tables are joined on the leading accession.
    quality : pandas.DataFrame
        Contract ``quality``.

    Raises
    ------
    EvcargoError
        If a table cannot be read, lacks a run's column, or holds no quantity for any sample.
    """
    tables: dict[str, ProteinTable] = {}
    quantities: dict[str, pd.Series] = {}
    for run in runs.itertuples():
        path = str(run.path)
        if path not in tables:
            tables[path] = read_format(read_text_table(path), path, str(run.format))
        column = str(run.sample) if pd.isna(run.column) or not run.column else str(run.column)
        quantities[str(run.run)] = _quantity(tables[path], column, path)
    linear = _linear(runs, quantities, tables)
    table = pd.concat([_of_sample(linear, rows) for _, rows in runs.groupby("sample")], axis=1)
    proteins = _joined([one.proteins for one in tables.values()])
    proteins, table = _tagged(proteins, contaminants), table.reindex(proteins.index)
    seen = table.notna().any(axis=1)
    if not seen.any():
        raise EvcargoError(f"{', '.join(tables)}: no protein has a quantity in any sample")
    empty = {
        str(name): "its column holds no quantity" for name in table if table[name].isna().all()
    }
    matrix = protein_matrix(table[seen], proteins[seen], samples, empty, normalisation)
    said = [f"{path}: {one.said}" for path, one in tables.items()]
    matrix.uns["source"] = ". ".join([*said, f"{int(seen.sum())} with a quantity in some sample"])
    matrix.uns["raw_quantity"] = "intensity"
    return matrix, _quality(table)


def _quantity(table: ProteinTable, column: str, path: str) -> pd.Series:
    cells = table.cells
    if column in cells:
        return as_numbers(cells[column], table.decimal, path).rename(column)
    for affix in AROUND:
        name = affix + column if affix.endswith(" ") else column + affix
        if name in cells:
            return as_numbers(cells[name], table.decimal, path).rename(name)
    near = difflib.get_close_matches(column, list(cells.columns), 3, 0.3)
    raise EvcargoError(
        f"{path}: no column {column!r}. Set `column` in the run sheet to one of the table's"
        f" columns{': ' + ', '.join(near) if near else ''}"
    )


def _linear(
    runs: pd.DataFrame, quantities: dict[str, pd.Series], tables: dict[str, ProteinTable]
) -> dict[str, pd.Series]:
    """Undo the logarithm of tables that hold logarithms: all their values are small."""
    linear = dict(quantities)
    for path, rows in runs.groupby("path"):
        table = tables[str(path)]
        names = rows["run"].astype(str).tolist()
        values = pd.concat([quantities[name] for name in names], axis=1)
        is_log2 = table.is_log2
        if is_log2 is None:
            is_log2 = bool(values.max().max() < LOG2_BELOW)
        if not is_log2 and bool((values < 0).any().any()):
            raise EvcargoError(f"{path}: negative intensities. Give intensities or their log2")
        for name in names:
            linear[name] = 2.0 ** quantities[name] if is_log2 else quantities[name]
    return linear


def _of_sample(linear: dict[str, pd.Series], rows: pd.DataFrame) -> pd.Series:
    replicates = []
    for _, fractions in rows.groupby("replicate"):
        runs = [linear[str(name)] for name in fractions["run"]]
        replicates.append(pd.concat(runs, axis=1).sum(axis=1, min_count=1))
    logs = np.log2(pd.concat(replicates, axis=1))
    return (2.0 ** logs.mean(axis=1)).rename(str(rows["sample"].iloc[0]))


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    joined = pd.concat(tables)
    return joined[~joined.index.duplicated()]


def _tagged(proteins: pd.DataFrame, contaminants: pd.DataFrame) -> pd.DataFrame:
    """Tag contaminants by accession; where the table says no taxon, the list does."""
    taxa = contaminants.drop_duplicates("accession").set_index("accession")["taxon"].astype(str)
    known = proteins.index.isin(taxa.index)
    tagged = proteins.copy()
    tagged["is_contaminant"] = proteins["is_contaminant"] | known
    listed = pd.Series(proteins.index.map(taxa), index=proteins.index).fillna("")
    tagged["taxon"] = proteins["taxon"].where(proteins["taxon"] != "", listed)
    return tagged


def _quality(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for sample in table:
        values = table[sample]
        rows += [
            (sample, pd.NA, "proteins", "quantified_protein_groups", values.count(), "groups"),
            (sample, pd.NA, "proteins", "summed_intensity", values.sum(), "intensity"),
        ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])
