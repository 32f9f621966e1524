"""Does a difference survive the impurity? The robustness verdict of every feature.

The rule, in one place. Each contrast is fitted twice, without and with its purity axes
(`evcargo.differential.axes`). A feature that is a contaminant by its class or by a haemolysis
signature is `contaminant itself`. Any other significant feature `stands` if, in the model with the
axes,

1. the comparison is still needed: its p-value is below `NEEDED`;
2. it explains the feature better than every axis does: its |statistic| is the largest. In a linear
   model this is the same as leaving less residual variance alone than the axis would alone;
3. its fold change keeps its sign and more than `KEPT` of its size.

It is `explained by <axis>` if both 1 and 2 fail, and `weakened` otherwise. It is `not assessed`
where the plain test is not significant, where no impurity was measured, where too few samples leave
no room for an axis, or where an axis and the comparison cannot be told apart.

The bounds were chosen, and the rule is validated, on simulated studies in which contamination goes
with the condition (`evcargo.simulate.confounded`): figures, beside those of the plain tests, in
benchmarks/README.md. p < 0.1 and half of the fold change would keep 5 more of 100 true changes, and
let through 5 more of 100 contaminants. They are no options: error rates are known of the rule as a
whole, and one that is tuned until a hit stands says nothing; the tables hold the fold change and
p-value given purity for any other rule. The rule judges measured impurity only: one that no metric
shows cannot be seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.differential.axes import WORDS, Axes, log2_metrics, no_axis, purity_axes
from evcargo.differential.design import (
    COMPARISON,
    NotTestable,
    compared_samples,
    model_matrix,
)
from evcargo.differential.result import Result
from evcargo.differential.verdicts import (
    CONTAMINANT,
    EXPLAINED,
    KEPT,
    NEEDED,
    NOT_ASSESSED,
    STANDS,
    WEAKENED,
)
from evcargo.study.model import Contrast
from evcargo.tables import read_table

if TYPE_CHECKING:
    from anndata import AnnData

NOT_OF_ANY = "differences between any of several levels are not held to purity: compare two"
GIVEN_PURITY = ("log2_fold_change", "ci_low", "ci_high", "p_value")

#: Tests a contrast in a matrix; asked for `beside`, gives the statistics of covariates as well, and
#: `alone` leaves out what is not needed of a second model.
Test = Callable[..., Result]


@dataclass(frozen=True)
class Purity:
    """What is known of the purity of the samples: tables under their contracts, and the config.

    `asked` is `differential.purity_covariates`.
    """

    criteria: pd.DataFrame
    shares: pd.DataFrame
    associations: pd.DataFrame
    asked: str | Sequence[str]


def read_purity(paths: Any, asked: str | Sequence[str]) -> Purity:
    """Read the tables of the purity stage: `criteria`, `shares` and `associations` of `paths`."""
    return Purity(
        read_table(paths.criteria, "criteria"),
        read_table(paths.shares, "shares"),
        read_table(paths.associations, "associations"),
        [asked] if isinstance(asked, str) and asked not in WORDS else asked,
    )


def axes_of(matrix: "AnnData", contrast: Contrast, purity: Purity) -> Axes:
    """Choose the purity axes of a contrast among the samples that an assay measured."""
    metrics = log2_metrics(purity.criteria, purity.shares)
    told = purity.associations[purity.associations["contrast"] == contrast.name]
    rows = compared_samples(matrix.obs, contrast)
    if contrast.kind == "any":
        return Axes(pd.DataFrame(index=rows.index), no_axis(metrics, told, NOT_OF_ANY), NOT_OF_ANY)
    try:
        design = model_matrix(rows, contrast)
    except NotTestable as why:
        return Axes(pd.DataFrame(index=rows.index), no_axis(metrics, told, str(why)), str(why))
    return purity_axes(metrics, told, design, COMPARISON, purity.asked)


def judge(
    table: pd.DataFrame, matrix: "AnnData", contrast: Contrast, axes: Axes, test: Test
) -> pd.DataFrame:
    """Add fold change, interval and p-value given purity, and the robustness verdict.

    Parameters
    ----------
    table
        Of the test without axes, with its flags.
    matrix
        The assay.
    contrast
        What is compared.
    axes
        Of `axes_of`.
    test
        The same test.

    Returns
    -------
    pandas.DataFrame
        Contract ``differential``.
    """
    features = table["feature"]
    given = pd.DataFrame(np.nan, index=features, columns=[*GIVEN_PURITY, "statistic"])
    of_axes = pd.DataFrame(np.nan, index=features, columns=axes.names)
    if axes.names and not axes.reason:
        joint = matrix[axes.values.index].copy()
        terms = [f"purity_axis_{number}" for number in range(1, len(axes.names) + 1)]
        joint.obs[terms] = axes.values.to_numpy()
        wider = replace(contrast, covariates=(*contrast.covariates, *terms))
        with_purity = test(joint, wider, beside=terms, alone=True)
        figures = with_purity.table.set_index("feature")
        given = figures[[*GIVEN_PURITY, "statistic"]].astype(float).reindex(features)
        of_axes = with_purity.beside.reindex(index=features, columns=terms)
        of_axes = of_axes.set_axis(axes.names, axis=1)
    judged = table.set_index("feature")
    for name in GIVEN_PURITY:
        judged[f"{name}_given_purity"] = given[name].astype(float)
    verdicts = [
        _verdict(row, given.loc[feature], of_axes.loc[feature], axes)
        for feature, row in zip(judged.index, judged.to_dict("records"), strict=True)
    ]
    judged["robustness"] = [verdict for verdict, _ in verdicts]
    judged["robustness_reason"] = [reason for _, reason in verdicts]
    return judged.reset_index()


def _verdict(
    row: dict[str, object], given: pd.Series, of_axes: pd.Series, axes: Axes
) -> tuple[str, str]:
    if row["flag"]:
        return CONTAMINANT, f"{row['flag']}: {row['flag_reason']}"
    if not row["significant"]:
        return NOT_ASSESSED, "not significant without purity"
    if axes.reason:
        return NOT_ASSESSED, axes.reason
    names = " and ".join(axes.names)
    if not np.isfinite(given["statistic"]) or not np.isfinite(of_axes).all():
        return NOT_ASSESSED, f"its values cannot tell the comparison from {names}"
    plain = float(row["log2_fold_change"])  # type: ignore[arg-type]
    kept = given["log2_fold_change"] / plain
    needed = given["p_value"] < NEEDED
    strongest = str(of_axes.abs().idxmax())
    better = abs(given["statistic"]) > of_axes.abs().max()
    share = f"keeps {100 * kept:.0f} % of its fold change" if kept > 0 else "changes its sign"
    figures = f"given {names} it {share}, p = {given['p_value']:.2g}"
    if needed and better and kept > KEPT:
        return STANDS, f"{figures}, and the comparison explains it better"
    if not needed and not better:
        return f"{EXPLAINED} {strongest}", f"{figures}, and {strongest} explains it better"
    if not better:
        return WEAKENED, f"{figures}, but {strongest} explains it better"
    return WEAKENED, figures
