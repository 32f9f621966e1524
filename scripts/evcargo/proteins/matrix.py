"""The protein matrix of a study, `results/proteins/proteins.h5ad`, from any route."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.empty_samples import empty_samples
from evcargo.proteins.normalise import normalise
from evcargo.purity.markers import match

if TYPE_CHECKING:
    from anndata import AnnData

VAR_COLUMNS = [
    "name",
    "gene",
    "accessions",
    "class",
    "taxon",
    "is_contaminant",
    "n_peptides",
    "n_unique_peptides",
    "q_value",
    "ambiguous",
    "rollup",
]
EV_CORE = "classic_exosome"


def protein_matrix(
    quantities: pd.DataFrame,
    proteins: pd.DataFrame,
    samples: pd.DataFrame,
    failed: Mapping[str, str],
    normalisation: str,
    panels: pd.DataFrame | None = None,
    layers: Mapping[str, pd.DataFrame] | None = None,
) -> "AnnData":
    """Put quantities, proteins and samples together.

    Parameters
    ----------
    quantities
        Group x sample, raw, NaN is missing; only samples that have a run.
    proteins
        One row per group, index as wanted in ``var``, columns of `VAR_COLUMNS` but ``class``; and
        ``gene_in_table``, which is kept where the table has other symbols than the approved ones.
        ``ambiguous`` may be left out: then groups of several proteins, or without a unique peptide,
        are; so may ``rollup``: then the engine made it.
    samples
        Sample sheet (contract ``samples``).
    failed
        Sample -> why it has no quantities.
    normalisation
        One of `evcargo.proteins.normalise.METHODS`.
    panels
        Marker panels (`evcargo.purity.markers.read_panels`), of which ``ev_markers`` needs the EV
        core markers.
    layers
        Further quantities, each group x sample: ``ibaq``, ``spectral_count``, ``transferred``.

    Returns
    -------
    anndata.AnnData
        All samples of the sheet x all groups; see the contract of matrices in `design.md`.
    """
    import anndata

    names = samples["sample"].astype(str).tolist()

    def arranged(table: pd.DataFrame) -> np.ndarray:
        return table.reindex(index=proteins.index, columns=names).to_numpy(float).T.copy()

    values = arranged(quantities)
    values[~(values > 0)] = np.nan
    var = _var(proteins)
    normalised, how = normalise(
        values,
        normalisation,
        ~var["is_contaminant"].to_numpy(bool),
        _ev_core(var, panels),
        names,
    )
    matrix = anndata.AnnData(values, obs=_obs(samples, quantities, failed), var=var)
    matrix.layers["normalised"] = normalised
    for name, table in (layers or {}).items():
        matrix.layers[name] = arranged(table)
    matrix.uns["normalisation"] = how
    return matrix


def empty_proteomes(quantities: pd.DataFrame, samples: pd.DataFrame, least: int) -> dict[str, str]:
    """Find the samples in which next to no protein was quantified, and why.

    Parameters
    ----------
    quantities
        Group (no contaminants) x sample, raw, NaN is missing.
    samples
        Sample sheet (contract ``samples``).
    least
        Option `proteins.min_protein_groups`, see `evcargo.empty_samples.empty_samples`.
    """
    sizes = quantities.gt(0).sum().astype(float)
    material = dict(zip(samples["sample"], samples["material"].fillna(""), strict=True))
    unit, option = "protein groups that are no contaminants", "proteins.min_protein_groups"
    return empty_samples({str(s): n for s, n in sizes.items()}, material, least, unit, option)


def _var(proteins: pd.DataFrame) -> pd.DataFrame:
    several = proteins["accessions"].astype(str).str.contains(";")
    shared = proteins["n_unique_peptides"].astype(float) == 0
    usual: dict[str, object] = {"ambiguous": several | shared, "rollup": ""}
    missing = {name: value for name, value in usual.items() if name not in proteins}
    own = proteins.get("gene_in_table", proteins["gene"])
    more = ["gene_in_table"] if ((own != proteins["gene"]) & (own != "")).any() else []
    return proteins.assign(**{"class": "protein"}, **missing)[[*VAR_COLUMNS, *more]]


def _ev_core(var: pd.DataFrame, panels: pd.DataFrame | None) -> np.ndarray:
    """Find the groups whose leading protein is an EV core marker."""
    if panels is None:
        return np.zeros(len(var), bool)
    found = match(var, panels[panels["panel"] == EV_CORE])
    return np.asarray(var.index.isin(found.loc[found["leading"], "feature"]))


def normalisation_table(matrix: "AnnData") -> pd.DataFrame:
    """Tell what the normalisation did to every sample (contract ``proteins_normalisation``).

    Figures are over all quantified groups of the sample. A sample that holds nothing, or that could
    not be placed on the common scale, has empty cells.
    """
    before = np.log2(matrix.to_df())
    after = matrix.to_df("normalised")

    def spread(table: pd.DataFrame) -> np.ndarray:
        return (table.quantile(0.75, axis=1) - table.quantile(0.25, axis=1)).to_numpy()

    return pd.DataFrame(
        {
            "sample": matrix.obs_names.astype(str),
            "batch": matrix.obs["batch"].astype(str).to_numpy(),
            "method": matrix.uns["normalisation"],
            "shift": (before - after).median(axis=1).to_numpy(),
            "median_before": before.median(axis=1).to_numpy(),
            "median_after": after.median(axis=1).to_numpy(),
            "spread_before": spread(before),
            "spread_after": spread(after),
        }
    )


def _obs(
    samples: pd.DataFrame, quantities: pd.DataFrame, failed: Mapping[str, str]
) -> pd.DataFrame:
    obs = samples.set_index("sample")
    for column in obs.columns:
        number = pd.api.types.is_numeric_dtype(obs[column])
        obs[column] = obs[column].astype(float) if number else obs[column].astype(object).fillna("")
    obs.index = obs.index.astype(str).rename(None)
    measured = [name in quantities.columns for name in obs.index]
    obs["status"] = [
        "failed" if name in failed else "ok" if has_run else "no run"
        for name, has_run in zip(obs.index, measured, strict=True)
    ]
    obs["status_reason"] = [
        failed.get(name, "" if has_run else "no proteins run in the run sheet")
        for name, has_run in zip(obs.index, measured, strict=True)
    ]
    return obs
