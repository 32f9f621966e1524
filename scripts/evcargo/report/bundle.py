"""The study as one data file: all matrices and the purity of the samples."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.job import whole_file

if TYPE_CHECKING:
    from anndata import AnnData
    from mudata import MuData


def bundle(
    matrices: Mapping[str, "AnnData"],
    particles: pd.DataFrame | None,
    samples: pd.DataFrame,
    verdicts: pd.DataFrame,
    criteria: pd.DataFrame,
    others: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> "MuData":
    """Join the matrices of a study.

    Parameters
    ----------
    matrices
        Assay -> its matrix, with all samples of the sheet.
    particles
        Contract ``particles``, or None; its figures become the features of a modality.
    samples, verdicts, criteria
        Contracts of these names.
    others
        Contract -> its table: what the report shows of the quality of small RNA.

    Returns
    -------
    mudata.MuData
        One modality per assay; `obs` holds the sample sheet and the verdict of each sample,
        `uns["criteria"]` the purity criteria, and `uns` the other tables by their contracts.
    """
    import mudata

    modalities = dict(matrices)
    if particles is not None:
        modalities["particles"] = particle_matrix(particles)
    obs = samples.merge(verdicts, on="sample", how="left", validate="one_to_one")
    with mudata.set_options(pull_on_update=False):
        study = mudata.MuData(modalities)
        study.obs = plain(obs.set_index("sample")).reindex(study.obs_names)
    for name, table in {"criteria": criteria, **others}.items():
        study.uns[name] = plain(table)
    return study


def particle_matrix(particles: pd.DataFrame) -> "AnnData":
    """Arrange the particle figures (contract ``particles``) as samples x figures."""
    import anndata

    table = plain(particles.set_index("sample"))
    obs = table[["status", "status_reason"]]
    values = table.drop(columns=obs.columns)
    var = pd.DataFrame(index=values.columns.astype(str))
    return anndata.AnnData(values.to_numpy(dtype="float64"), obs=obs, var=var)


def write_bundle(study: "MuData", path: str | Path) -> None:
    """Write the study as `.h5mu`, whole or not at all."""
    import mudata

    with mudata.set_options(pull_on_update=False), whole_file(path) as part:
        study.write_h5mu(part)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn nullable columns into plain text and float, which every reader of the format knows."""
    columns = {
        name: values.to_numpy(dtype="float64", na_value=float("nan"))
        if pd.api.types.is_numeric_dtype(values)
        else values.astype("object").fillna("").astype(str).to_numpy()
        for name, values in frame.items()
    }
    return pd.DataFrame(columns, index=frame.index.astype(str))
