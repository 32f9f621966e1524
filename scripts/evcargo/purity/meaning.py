"""What the quantities of a protein matrix mean: amounts or not, seen or filled in."""

from typing import TYPE_CHECKING

import pandas as pd

from evcargo.purity.markers import ABSENT, DETECTED, SHALLOW

if TYPE_CHECKING:
    from anndata import AnnData

RELATIVE = "relative"
IN_DEVIATIONS = "z-scores"
"""In the reason of relative quantities that are standard deviations, not on a log2 scale."""


def relative_reason(matrix: "AnnData") -> str:
    """Say why the quantities of a matrix say nothing of amounts; empty if they do.

    Ratios, NPX, z-scores and values centred by protein compare samples, protein by protein. How
    much of one protein there is beside another, and whether it is there at all, they do not tell:
    no share, no ratio between proteins, no index and no marker is assessed.
    """
    if str(matrix.uns.get("scale", "")) != RELATIVE:
        return ""
    what = str(matrix.uns.get("scale_reason", "")) or "stated in the run sheet"
    return f"relative quantities say nothing of amounts ({what})"


def imputed_reason(matrix: "AnnData") -> str:
    """Say why a quantity of a matrix is no detection; empty if it is."""
    why = str(matrix.uns.get("imputed", "") or "")
    return (
        f"detection cannot be told, as missing values seem to have been filled in: {why}"
        if why
        else ""
    )


def claimed(markers: pd.DataFrame, relative: str, imputed: str) -> pd.DataFrame:
    """Markers as far as the quantities can claim them.

    Parameters
    ----------
    markers
        Contract ``markers``.
    relative, imputed
        Of `relative_reason` and `imputed_reason`.

    Returns
    -------
    pandas.DataFrame
        The same; where there is any reason no marker is detected or absent, and of relative
        quantities there are neither shares nor ranks.
    """
    if not relative and not imputed:
        return markers
    told = markers["evidence"].isin([DETECTED, ABSENT])
    open_markers = markers.assign(evidence=markers["evidence"].where(~told, SHALLOW))
    return open_markers.assign(share=float("nan"), rank=float("nan")) if relative else open_markers
