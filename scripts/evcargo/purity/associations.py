"""Whether impurity goes with what a study compares."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, mannwhitneyu, rankdata

from evcargo.contracts import CONTRACTS

LARGEST_EXACT = 120
"""Samples up to which the exact distribution of the rank sum is worked out."""

METRIC_UNITS = ("fraction", "log2", "log2 CPM", "particles/ug")
"""Units of the criteria that are quantities, and not counts of markers."""


def purity_metrics(criteria: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Every quantity of purity by sample: the shares of all classes, and the criteria with a unit.

    Returns
    -------
    pandas.DataFrame
        Columns `sample`, `assay`, `metric`, `value`; each metric once per sample.
    """
    from_shares = shares.assign(metric=shares["class"] + " share", value=shares["share"])
    asked = criteria[criteria["unit"].isin(METRIC_UNITS)].rename(columns={"criterion": "metric"})
    columns = ["sample", "assay", "metric", "value"]
    parts = [part[columns].astype({"value": float}) for part in (asked, from_shares) if len(part)]
    metrics = pd.concat(parts, ignore_index=True) if parts else asked[columns]
    return metrics.drop_duplicates(["sample", "assay", "metric"], ignore_index=True)


def rank_sum_p(test: Sequence[float], reference: Sequence[float]) -> float:
    """Two-sided p-value of the exact Mann-Whitney test, ties included.

    Up to `LARGEST_EXACT` values the permutation distribution of the sum of midranks is counted out;
    the p-value is the share of divisions of the values into groups of these sizes whose rank sum is
    at least as far from its expectation. Without ties this is scipy's exact test. Above, the normal
    approximation with tie and continuity correction.
    """
    n, total = len(test), len(test) + len(reference)
    if total > LARGEST_EXACT:
        return float(mannwhitneyu(test, reference, method="asymptotic").pvalue)
    doubled = np.rint(2 * rankdata([*test, *reference])).astype(int)
    ways = np.zeros((n + 1, int(doubled.sum()) + 1))
    ways[0, 0] = 1.0
    for number, rank in enumerate(doubled, 1):
        for size in range(min(n, number), 0, -1):
            ways[size, rank:] += ways[size - 1, : ways.shape[1] - rank]
    distance = np.abs(np.arange(ways.shape[1]) - n * (total + 1))
    observed = abs(int(doubled[:n].sum()) - n * (total + 1))
    return float(ways[n, distance >= observed].sum() / ways[n].sum())


def associate(
    metrics: pd.DataFrame,
    samples: pd.DataFrame,
    contrasts: Sequence[Mapping[str, Any]],
    alpha: float,
) -> pd.DataFrame:
    """Test every purity metric against every contrast.

    Parameters
    ----------
    metrics
        Of `purity_metrics`.
    samples
        Sample sheet.
    contrasts
        Each with `name`, `column`, `test`, `reference`, `material`, as
        `evcargo.study.model.Contrast` has them.
    alpha
        A metric is associated if its adjusted p-value is below. In a study so small that even a
        perfect separation of the groups could not get there after the adjustment, a plain p-value
        below alpha is called associated, "suggestive"; and if even the smallest possible plain
        p-value is not below alpha, the question is left open (missing).

    Returns
    -------
    pandas.DataFrame
        Contract ``associations``.
    """
    parts = [_contrast(metrics, samples, contrast, alpha) for contrast in contrasts]
    columns = CONTRACTS["associations"].names
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _contrast(
    metrics: pd.DataFrame, samples: pd.DataFrame, contrast: Mapping[str, Any], alpha: float
) -> pd.DataFrame:
    compared = samples[samples["material"].astype(str) == contrast["material"]]
    level = compared[contrast["column"]].astype(str)
    tests = set(compared.loc[level == str(contrast["test"]), "sample"])
    references = set(compared.loc[level == str(contrast["reference"]), "sample"])
    rows = []
    for (assay, metric), group in metrics.groupby(["assay", "metric"], sort=False):
        values = group.dropna(subset=["value"]).set_index("sample")["value"]
        test = values[values.index.isin(tests)].astype(float).tolist()
        reference = values[values.index.isin(references)].astype(float).tolist()
        rows.append(_row(str(metric), str(assay), test, reference))
    table = pd.DataFrame(rows).assign(contrast=contrast["name"])
    tested = table["p_value"].notna()
    table["adjusted_p_value"] = np.nan
    if tested.any():
        table.loc[tested, "adjusted_p_value"] = false_discovery_control(
            table.loc[tested, "p_value"]
        )
    judged = [_judge(row, int(tested.sum()), alpha) for row in table.to_dict("records")]
    if contrast.get("kind", "pair") != "pair":
        judged = [(None, "purity is compared between two levels only")] * len(table)
    table["associated"] = pd.array([flag for flag, _ in judged], dtype="boolean")
    table["rule"] = [rule for _, rule in judged]
    return table.drop(columns=["least_p", "constant"])


def _row(metric: str, assay: str, test: list[float], reference: list[float]) -> dict[str, Any]:
    row = {
        "metric": metric,
        "assay": assay,
        "n_test": len(test),
        "n_reference": len(reference),
        "median_test": float(np.median(test)) if test else np.nan,
        "median_reference": float(np.median(reference)) if reference else np.nan,
        "p_value": np.nan,
        "least_p": np.nan,
        "constant": len({*test, *reference}) == 1,
    }
    if test and reference and not row["constant"]:
        row["p_value"] = rank_sum_p(test, reference)
        row["least_p"] = rank_sum_p(range(len(test)), range(len(test), len(test) + len(reference)))
    return row


def _judge(row: Mapping[str, Any], n_metrics: int, alpha: float) -> tuple[bool | None, str]:
    if np.isnan(row["p_value"]):
        return None, "the same in all samples" if row["constant"] else "no values on one side"
    if row["least_p"] >= alpha:
        return None, f"groups too small: the smallest possible p-value is {row['least_p']:.2g}"
    if row["adjusted_p_value"] < alpha:
        return True, f"adjusted p-value < {alpha:g}"
    if row["least_p"] * n_metrics < alpha:
        return False, f"adjusted p-value not < {alpha:g}"
    small = f"groups too small for adjusted p-values over {n_metrics} metrics"
    if row["p_value"] < alpha:
        return True, f"suggestive: plain p-value < {alpha:g}; {small}"
    return False, f"plain p-value not < {alpha:g}; {small}"
