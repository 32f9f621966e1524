"""Small matrices for the tests of the differential stage."""

import numpy as np
import pandas as pd
from anndata import AnnData

from evcargo.study.model import Contrast

LPS = Contrast("lps_v_control", "condition", "lps", "control")


def matrix(
    values: pd.DataFrame,
    condition: list[str],
    *,
    classes: str | list[str] = "miRNA",
    **columns: list[str] | list[float],
) -> AnnData:
    """Features x samples -> what the stages before differential write."""
    obs = pd.DataFrame(
        {"material": "ev", "condition": condition, "status": "ok", "status_reason": ""} | columns,
        index=values.columns,
    )
    var = pd.DataFrame({"name": values.index, "gene": "", "class": classes}, index=values.index)
    made = AnnData(values.to_numpy(float).T, obs=obs, var=var)
    made.layers["normalised"] = np.array(made.X)
    return made
