"""One protein matrix from the tables of all runs."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.matrix import protein_matrix
from evcargo.proteins.quantities import by_sample
from evcargo.proteins.tables.columns import read_intensities
from evcargo.proteins.tables.engines import AUTO, understand
from evcargo.proteins.tables.text import read_text_table

if TYPE_CHECKING:
    from anndata import AnnData


def import_proteins(
    runs: pd.DataFrame,
    samples: pd.DataFrame,
    contaminants: pd.DataFrame,
    normalisation: str,
    panels: pd.DataFrame | None = None,
) -> "tuple[AnnData, pd.DataFrame]":
    """Import the protein tables of a study.

    Fractions are summed and technical replicates levelled and averaged
    (`evcargo.proteins.quantities.by_sample`). Tables are joined on the leading accession.

    Parameters
    ----------
    runs
        Run sheet (contract ``runs``), proteins only. ``column`` names the run's column in its
        table, with or without the engine's prefix; the name of the sample if it is empty.
    samples
        Sample sheet (contract ``samples``).
    contaminants
        The shipped contaminants (accession, taxon): groups that they lead are tagged, and get their
        taxon where the table states none.
    normalisation
        One of `evcargo.proteins.normalise.METHODS`.
    panels
        Marker panels, for the normalisation ``ev_markers``.

    Returns
    -------
    matrix : anndata.AnnData
        The protein matrix; ``uns["source"]`` tells engine, filter and quantity of each table. A
        sample without any quantity is carried as failed.
    quality : pandas.DataFrame
        Contract ``quality``: quantified protein groups and summed intensity of runs and samples.

    Raises
    ------
    EvcargoError
        If a table or a column of it cannot be used, or no sample has a quantity.
    """
    tables, described, sources = [], [], []
    for path, of_path in runs.groupby("path", sort=False):
        intensities, proteins, source = _read(str(path), of_path)
        tables.append(intensities)
        described.append(proteins)
        sources.append(f"{source} [{path}]")
    by_run = pd.concat(tables, axis=1)
    proteins = _joined(described).reindex(by_run.index)
    proteins = _tagged(proteins, contaminants)
    quantities = by_sample(by_run, runs)
    failed = {
        sample: f"no protein has a quantity in {', '.join(_columns(runs, sample))}"
        for sample in quantities.columns[quantities.isna().all()]
    }
    if len(failed) == quantities.shape[1]:
        raise EvcargoError(
            f"{runs['path'].iloc[0]}: none of the chosen columns holds a quantity"
            f" ({', '.join(_columns(runs, quantities.columns[0]))} ...)."
            " Choose columns of intensities in the run sheet"
        )
    seen = quantities.notna().any(axis=1).to_numpy()
    matrix = protein_matrix(
        quantities[seen], proteins[seen], samples, failed, normalisation, panels
    )
    unseen = int((~seen).sum())
    matrix.uns["source"] = "; ".join(sources) + (
        f"; {unseen} proteins without a quantity in any sample left out" if unseen else ""
    )
    matrix.uns["raw_quantity"] = "intensity"
    return matrix, _quality(by_run, quantities, runs)


def _read(path: str, runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    wanted = sorted(set(runs["format"].fillna(AUTO)) - {AUTO, "auto", ""})
    if len(wanted) > 1:
        raise EvcargoError(
            f"{path}: the run sheet gives it the formats {' and '.join(wanted)}. Give it one"
        )
    table = understand(read_text_table(path), wanted[0] if wanted else AUTO)
    columns = runs["column"].fillna("").where(runs["column"].fillna("") != "", runs["sample"])
    column_of = dict(zip(runs["run"].astype(str), columns.astype(str), strict=True))
    intensities, quantity = read_intensities(table, column_of)
    return intensities, table.proteins, f"{table.source}, {quantity}"


def _joined(described: list[pd.DataFrame]) -> pd.DataFrame:
    """Proteins of all tables; what the first table does not know of a protein the next may."""
    proteins = described[0].replace("", None)
    for more in described[1:]:
        peptides = ["n_peptides", "n_unique_peptides"]
        both = proteins.index.intersection(more.index)
        most = proteins.loc[both, peptides].combine(more.loc[both, peptides], np.fmax)
        marked = proteins.loc[both, "is_contaminant"] | more.loc[both, "is_contaminant"]
        lowest = proteins.loc[both, "q_value"].combine(more.loc[both, "q_value"], np.fmin)
        proteins = proteins.combine_first(more.replace("", None))
        proteins.loc[both, peptides] = most
        proteins.loc[both, "is_contaminant"] = marked
        proteins.loc[both, "q_value"] = lowest
    text = ["name", "gene", "accessions", "taxon"]
    proteins[text] = proteins[text].fillna("")
    return proteins.astype({"is_contaminant": bool} | dict.fromkeys(text, object))


def _tagged(proteins: pd.DataFrame, contaminants: pd.DataFrame) -> pd.DataFrame:
    taxa = contaminants.drop_duplicates("accession").set_index("accession")["taxon"].astype(str)
    leading = proteins["accessions"].str.split(";").str[0].str.replace(r"-\d+$", "", regex=True)
    return proteins.assign(
        is_contaminant=proteins["is_contaminant"] | leading.isin(taxa.index),
        taxon=proteins["taxon"].where(proteins["taxon"] != "", leading.map(taxa).fillna("")),
    )


def _columns(runs: pd.DataFrame, sample: str) -> list[str]:
    rows = runs[runs["sample"] == sample]
    return [
        f"column {column or sample!r} of {path}"
        for column, path in zip(rows["column"].fillna(""), rows["path"], strict=True)
    ]


def _quality(by_run: pd.DataFrame, quantities: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    parts = [(sample, "", quantities[sample]) for sample in quantities.columns] + [
        (sample, run, by_run[run])
        for sample, run in zip(runs["sample"].astype(str), runs["run"].astype(str), strict=True)
    ]
    rows = [
        (sample, run, "proteins", metric, value, unit)
        for sample, run, values in parts
        for metric, value, unit in (
            ("quantified_protein_groups", float(values.notna().sum()), "protein groups"),
            ("summed_intensity", float(values.sum()), "intensity"),
        )
    ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])
