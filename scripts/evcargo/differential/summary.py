"""Flags on the features of a contrast, and one line that sums a contrast up."""

import pandas as pd

from evcargo.differential.result import Result
from evcargo.purity.flags import feature_flags


def flagged_table(
    result: Result, var: pd.DataFrame, panels: pd.DataFrame, assay: str
) -> pd.DataFrame:
    """Mark the features that are impurities.

    Returns
    -------
    pandas.DataFrame
        Contract ``differential``.
    """
    flags = feature_flags(var, panels, assay)
    flags.index = flags.index.astype(str)
    return result.table.join(flags[["flag", "flag_reason"]], on="feature")


def contrast_line(
    contrast: str, assay: str, result: Result, table: pd.DataFrame, alpha: float
) -> pd.DataFrame:
    """Sum up a contrast in one assay, with the hits below `alpha`.

    Returns
    -------
    pandas.DataFrame
        One row, contract ``contrasts``.
    """
    hits = table[table["significant"]]
    flagged = int((hits["flag"] != "").sum())
    said = list(result.warnings)
    if flagged:
        said.append(
            f"{flagged} of {len(hits)} significant features are contaminants or impurity markers."
        )
    return pd.DataFrame(
        [
            {
                "contrast": contrast,
                "assay": assay,
                "n_test": result.n_test,
                "n_reference": result.n_reference,
                "tested": int(table["tested"].sum()),
                "not_tested": int((~table["tested"]).sum()),
                "significant": len(hits),
                "up": int((hits["log2_fold_change"] > 0).sum()),
                "down": int((hits["log2_fold_change"] < 0).sum()),
                "detected": _detected(table, alpha),
                "flagged": flagged,
                "method": result.method,
                "warning": " ".join(said),
            }
        ]
    )


def _detected(table: pd.DataFrame, alpha: float) -> int | None:
    """Hits of the detection test, or None without such a test."""
    if table["detected_test"].isna().all():
        return None
    return int((table["detection_adjusted_p_value"] < alpha).sum())
