"""One scale for the proteins of EVs and of their source."""

from typing import TYPE_CHECKING

import numpy as np

from evcargo.interpretation.sorting_model import EV, SOURCE

if TYPE_CHECKING:
    from anndata import AnnData

FEWEST_SHARED = 10
NO_SOURCE = "no source material"


def on_one_scale(matrix: "AnnData") -> tuple["AnnData", str]:
    """Shift the source so that proteins of both materials are enriched by zero in the median.

    Within each material the quantities stay as they were normalised. Shared are the proteins that
    are no contaminants and were seen in half of the samples of either material.

    Returns
    -------
    scaled : AnnData
        The matrix; its normalised layer shifted for the source, or as it was where fewer than
        `FEWEST_SHARED` proteins are shared, which `scale` then says.
    scale : str
        How the materials were put on one scale.
    """
    values = np.array(matrix.layers["normalised"], dtype=float)
    ok = (matrix.obs["status"] == "ok").to_numpy(bool)
    of = {m: ok & (matrix.obs["material"] == m).to_numpy(bool) for m in (EV, SOURCE)}
    if not all(which.any() for which in of.values()):
        return matrix, NO_SOURCE
    shared = ~matrix.var["is_contaminant"].to_numpy(bool)
    for which in of.values():
        shared &= np.isfinite(values[which]).mean(axis=0) >= 0.5
    if shared.sum() < FEWEST_SHARED:
        return matrix, ""
    means = {m: np.nanmean(values[which][:, shared], axis=0) for m, which in of.items()}
    values[of[SOURCE]] += np.median(means[EV] - means[SOURCE])
    scaled = matrix.copy()
    scaled.layers["normalised"] = values
    return scaled, f"relative to the median of {shared.sum():,} proteins of both materials"
