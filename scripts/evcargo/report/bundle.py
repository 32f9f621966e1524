"""The study as one data file: all matrices and the purity of the samples."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.job import whole_file

if TYPE_CHECKING:
    from anndata import AnnData
    from mudata import MuData


def bundle(
    matrices: Sequence["AnnData"],
    assays: Sequence[str],
    samples: pd.DataFrame,
    verdicts: pd.DataFrame,
    criteria: pd.DataFrame,
) -> "MuData":
    """Join the matrices of a study.

    Parameters
    ----------
    matrices
        One per assay, each with all samples of the sheet.
    assays
        Name of each matrix.
    samples, verdicts, criteria
        Contracts of these names.

    Returns
    -------
    mudata.MuData
        One modality per assay; `obs` holds the sample sheet and the verdict of each sample,
        `uns["criteria"]` the purity criteria.
    """
    import mudata

    with mudata.set_options(pull_on_update=False):
        study = mudata.MuData(dict(zip(assays, matrices, strict=True)))
    obs = samples.merge(verdicts, on="sample", how="left", validate="one_to_one")
    study.obs = _plain(obs.set_index("sample")).reindex(
        study.obs_names if len(assays) else obs["sample"].astype(str)
    )
    study.uns["criteria"] = _plain(criteria)
    return study


def write_bundle(study: "MuData", path: str | Path) -> None:
    """Write the study as `.h5mu`, whole or not at all."""
    with whole_file(path) as part:
        study.write_h5mu(part)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Nullable columns as plain text and float, which every reader of the format knows."""
    columns = {
        name: values.astype("float64")
        if pd.api.types.is_numeric_dtype(values)
        else values.astype("object").fillna("").astype(str)
        for name, values in frame.items()
    }
    return pd.DataFrame(columns, index=frame.index.astype(str))
