"""One contrast in one assay: tested, flagged, held to purity, and summed up in one line."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.differential.actions import told
from evcargo.differential.axes import Axes, not_fitted
from evcargo.differential.result import UNTESTED, Result
from evcargo.differential.robustness import Purity, Test, axes_of, judge
from evcargo.differential.verdicts import (
    CONTAMINANT,
    EXPLAINED,
    NOT_ASSESSED,
    STANDS,
    WEAKENED,
    kind_of,
)
from evcargo.purity.flags import feature_flags
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData


def compare(
    matrix: "AnnData",
    contrast: Contrast,
    assay: str,
    test: Test,
    panels: pd.DataFrame,
    purity: Purity,
    alpha: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Test a contrast in an assay without and with its purity axes.

    Parameters
    ----------
    matrix, contrast, assay
        What is tested.
    test
        `test_proteins` or `test_counts` with their options.
    panels
        Of `evcargo.purity.markers.read_panels`, in the study's organism.
    purity
        What is known of the purity of the samples.
    alpha
        Adjusted p-value below which a feature is significant.

    Returns
    -------
    table, axes, line
        Contracts ``differential``, ``axes`` and ``contrasts``.
    """
    result = told(test(matrix, contrast), matrix.obs, contrast, assay)
    axes = axes_of(matrix, contrast, purity)
    said = not_fitted(axes, purity.asked)
    if said and result.method != UNTESTED:
        result = replace(result, warnings=(*result.warnings, said))
    flagged = flagged_table(result, matrix.var, panels, assay)
    table = judge(flagged, matrix, contrast, axes, test)
    listed = axes.table.assign(contrast=contrast.name, assay=assay)
    return table, listed, contrast_line(contrast.name, assay, result, table, axes, alpha)


def flagged_table(
    result: Result, var: pd.DataFrame, panels: pd.DataFrame, assay: str
) -> pd.DataFrame:
    """Mark the features that are impurities.

    Returns
    -------
    pandas.DataFrame
        Contract ``differential`` but for robustness.
    """
    flags = feature_flags(var, panels, assay)
    flags.index = flags.index.astype(str)
    return result.table.join(flags[["flag", "flag_reason"]], on="feature")


def contrast_line(
    contrast: str, assay: str, result: Result, table: pd.DataFrame, axes: Axes, alpha: float
) -> pd.DataFrame:
    """Sum up a contrast in one assay, with the hits below `alpha`.

    Parameters
    ----------
    contrast, assay
        What was tested.
    result
        Of the test without purity.
    table
        Contract ``differential``.
    axes
        Its purity axes.
    alpha
        Adjusted p-value below which a feature is detected in one level more than in the other.

    Returns
    -------
    pandas.DataFrame
        One row, contract ``contrasts``.
    """
    hits = table[table["significant"]]
    flagged = int((hits["flag"] != "").sum())
    verdicts = kind_of(hits["robustness"]).value_counts()
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
                "axes": "" if axes.reason else "; ".join(axes.names),
                "stands": int(verdicts.get(STANDS, 0)),
                "weakened": int(verdicts.get(WEAKENED, 0)),
                "explained": int(verdicts.get(EXPLAINED, 0)),
                "contaminant": int(verdicts.get(CONTAMINANT, 0)),
                "not_assessed": int(verdicts.get(NOT_ASSESSED, 0)),
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
