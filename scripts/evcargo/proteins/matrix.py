"""The protein matrix of a study, `results/proteins/proteins.h5ad`, from any route."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.proteins.normalise import shifts_of_stable

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
]


def protein_matrix(
    quantities: pd.DataFrame,
    proteins: pd.DataFrame,
    samples: pd.DataFrame,
    failed: Mapping[str, str],
    normalisation: str,
) -> "AnnData":
    """Put quantities, proteins and samples together.

    Parameters
    ----------
    quantities
        Group x sample, raw, NaN is missing; only samples that have a run.
    proteins
        One row per group, index as wanted in ``var``, columns of `VAR_COLUMNS` but ``class``.
    samples
        Sample sheet (contract ``samples``).
    failed
        Sample -> why it has no quantities.
    normalisation
        ``median`` or ``none``.

    Returns
    -------
    anndata.AnnData
        All samples of the sheet x all groups; see the contract of matrices in `design.md`.
    """
    import anndata

    names = samples["sample"].astype(str).tolist()
    values = quantities.reindex(index=proteins.index, columns=names).to_numpy(float).T.copy()
    values[~(values > 0)] = np.nan
    var = proteins.assign(**{"class": "protein"})[VAR_COLUMNS]
    normalised, how = np.log2(values), "log2, not normalised"
    if normalisation == "median" and np.isfinite(normalised).any():
        host = normalised[:, ~var["is_contaminant"].to_numpy(bool)]
        normalised = normalised - shifts_of_stable(host)[:, None]
        how = "log2, median of the stable proteins that are not contaminants"
    matrix = anndata.AnnData(values, obs=_obs(samples, quantities, failed), var=var)
    matrix.layers["normalised"] = normalised
    matrix.uns["normalisation"] = how
    return matrix


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
