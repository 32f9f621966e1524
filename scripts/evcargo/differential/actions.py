"""What `purity.action` does to a contrast: samples left out or weighted, and always told."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.differential.design import compared_samples
from evcargo.differential.prior import Floats
from evcargo.differential.result import UNTESTED, Result
from evcargo.purity.actions import LEFT_OUT
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

WEIGHT = "purity_weight"
"""Column of `obs`: how much a sample counts in the test, 1 unless `purity.action` is weight."""


def acted_on(matrix: "AnnData", actions: pd.DataFrame) -> "AnnData":
    """Mark the samples of a matrix that are left out (by their status) and those that count less.

    Parameters
    ----------
    matrix
        An assay, with `status` among its `obs`.
    actions
        Contract ``actions``.
    """
    matrix = matrix.copy()
    by_sample = actions.set_index("sample").reindex(matrix.obs_names.astype(str))
    left_out = (by_sample["action"] == LEFT_OUT).to_numpy(bool)
    matrix.obs["status"] = matrix.obs["status"].astype(str).mask(left_out, LEFT_OUT)
    matrix.obs[WEIGHT] = by_sample["weight"].astype(float).fillna(1.0).to_numpy()
    return matrix


def weights_of(rows: pd.DataFrame) -> Floats | None:
    """Weights of samples (rows of `obs`); None where all count the same."""
    if WEIGHT not in rows or rows[WEIGHT].nunique() < 2:
        return None
    return rows[WEIGHT].to_numpy(float)


def told(result: Result, obs: pd.DataFrame, contrast: Contrast, assay: str) -> Result:
    """Add to the warnings of a result, and to the reasons of one without test, what was done."""
    restored = obs.assign(status=obs["status"].astype(str).replace(LEFT_OUT, "ok"))
    rows = compared_samples(restored, contrast)
    gone = rows.index[obs.loc[rows.index, "status"].astype(str) == LEFT_OUT]
    table, said = result.table, []
    if len(gone):
        words = f"left out by purity.action exclude: {', '.join(map(str, gone))} (verdict fail)"
        said.append(f"L{words[1:]}.")
        said += _emptied(rows, gone, contrast)
        if result.method == UNTESTED:
            table = table.assign(reason=table["reason"] + f"; {words}")
    rows = rows.drop(index=gone)
    weights = weights_of(rows)
    if weights is not None and assay == "proteins":
        less = rows[rows[WEIGHT] < rows[WEIGHT].max()]
        listed = ", ".join(f"{name} {weight:g}" for name, weight in less[WEIGHT].items())
        said.append(
            f"By purity.action weight, samples count less: {listed}. The test of detection takes no"
            " weights."
        )
    elif weights is not None:
        said.append(
            "purity.action is weight, but the test of counts takes no weights: all samples count"
            " the same."
        )
    return replace(result, table=table, warnings=(*said, *result.warnings))


def _emptied(rows: pd.DataFrame, gone: pd.Index, contrast: Contrast) -> list[str]:
    """Say which levels have no sample left, so that the contrast is without them."""
    if contrast.kind == "slope":
        return []
    levels = rows[contrast.column].astype(str)
    rest = set(levels.drop(gone))
    return [f"No sample of level {one} is left." for one in sorted(set(levels) - rest)]
