"""Whether impurity goes with what a study compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.purity.answers import METRIC_UNITS
from evcargo.purity.ranks import Layout, rank_test
from evcargo.purity.shares import OTHER
from evcargo.study.design import covariate_numbers, numbers_of

TESTS = {"pair": "rank-sum test", "any": "Kruskal-Wallis test", "slope": "Spearman correlation"}


def purity_metrics(criteria: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Every quantity of purity by sample: the shares of the classes, and the criteria with a unit.

    The share of the signal of no class (`other`) is left out: more or less of it is no impurity.

    Returns
    -------
    pandas.DataFrame
        Columns `sample`, `assay`, `metric`, `value`; each metric once per sample.
    """
    classes = shares[shares["class"] != OTHER]
    from_shares = classes.assign(metric=classes["class"] + " share", value=classes["share"])
    asked = criteria[criteria["unit"].isin(METRIC_UNITS)].rename(columns={"criterion": "metric"})
    columns = ["sample", "assay", "metric", "value"]
    parts = [part[columns].astype({"value": float}) for part in (asked, from_shares) if len(part)]
    metrics = pd.concat(parts, ignore_index=True) if parts else asked[columns]
    return metrics.drop_duplicates(["sample", "assay", "metric"], ignore_index=True)


def associate(
    metrics: pd.DataFrame,
    samples: pd.DataFrame,
    contrasts: Sequence[Mapping[str, Any]],
    alpha: float,
) -> pd.DataFrame:
    """Test every purity metric against every contrast, by permutation tests of ranks.

    Parameters
    ----------
    metrics
        Of `purity_metrics`.
    samples
        Sample sheet.
    contrasts
        Each with `name`, `column`, `test`, `reference`, `material`, `kind`, `covariates` and
        `block`, as `evcargo.study.model.Contrast` has them. Labels are permuted within the
        categories among the covariates (batch, or the subject of pairs) only; numbers among them
        are not adjusted for. Samples of one block are either permuted among themselves or, where
        the block has one level only, averaged: whichever leaves more arrangements.
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


@dataclass(frozen=True)
class _Compared:
    """The samples of a contrast: columns `label`, `stratum` and `block`, by sample."""

    kind: str
    table: pd.DataFrame
    within: str
    block: str


def _contrast(
    metrics: pd.DataFrame, samples: pd.DataFrame, contrast: Mapping[str, Any], alpha: float
) -> pd.DataFrame:
    compared = _compared(samples, contrast)
    rows = []
    for (assay, metric), group in metrics.groupby(["assay", "metric"], sort=False):
        values = group.dropna(subset=["value"]).set_index("sample")["value"].astype(float)
        values = values[values.index.isin(compared.table.index)]
        rows.append({"metric": str(metric), "assay": str(assay)} | _row(values, compared))
    table = pd.DataFrame(rows, columns=[*_ROW]).assign(contrast=contrast["name"])
    tested = table["p_value"].notna()
    table["adjusted_p_value"] = adjust(table["p_value"])
    judged = [_judge(row, int(tested.sum()), alpha) for row in table.to_dict("records")]
    table["associated"] = pd.array([flag for flag, _ in judged], dtype="boolean")
    table["rule"] = [rule for _, rule in judged]
    return table.drop(columns=["why_not"])


_ROW = (
    *("metric", "assay", "n_test", "n_reference", "median_test", "median_reference"),
    *("effect", "test", "p_value", "least_p_value", "why_not"),
)


def _compared(samples: pd.DataFrame, contrast: Mapping[str, Any]) -> _Compared:
    kind, column = contrast.get("kind", "pair"), contrast["column"]
    rows = samples[samples["material"].astype(str) == contrast.get("material", "ev")]
    if kind == "slope":
        numbers = numbers_of(rows, column)
        label = pd.Series(np.nan if numbers is None else numbers, rows.index, dtype=float)
    else:
        level = rows[column].astype("string").fillna("")
        levels = sorted(set(level) - {""})
        if kind == "pair":
            levels = [str(contrast["reference"]), str(contrast["test"])]
        label = level.map({name: float(at) for at, name in enumerate(levels)}).astype(float)
    names = [
        name
        for name in contrast.get("covariates", ())
        if name != contrast.get("block") and covariate_numbers(rows, name) is None
    ]
    block = contrast.get("block", "")
    table = pd.DataFrame({"label": label, "stratum": "", "block": ""}).set_axis(rows["sample"])
    if names:
        table["stratum"] = rows[names].astype(str).agg("|".join, axis=1).to_numpy()
    if block:
        table["block"] = rows[block].astype(str).to_numpy()
    return _Compared(kind, table[table["label"].notna()], " and ".join(names), block)


def _row(values: pd.Series, compared: _Compared) -> dict[str, Any]:
    """Sizes, medians and test of one metric among the samples that have a value."""
    here = compared.table.loc[values.index].assign(value=values)
    test = here.loc[here["label"] == 1, "value"]
    reference = here.loc[here["label"] == 0, "value"]
    pair = compared.kind == "pair"
    row = {
        "n_test": len(test) if pair else len(here),
        "n_reference": len(reference) if pair else pd.NA,
        "median_test": float(test.median()) if pair else np.nan,
        "median_reference": float(reference.median()) if pair else np.nan,
        **dict.fromkeys(("effect", "p_value", "least_p_value"), np.nan),
        "test": "",
        "why_not": "",
    }
    if len(here) and here["value"].nunique() == 1:
        return row | {"why_not": "the same in all samples"}
    if here["label"].nunique() < (3 if compared.kind == "slope" else 2):
        few = {"pair": "no values on one side", "any": "values at one level only"}
        return row | {"why_not": few.get(compared.kind, "values at fewer than three numbers")}
    units, words = _units(here, compared)
    layout = Layout(compared.kind, tuple(units["label"]), tuple(units["stratum"]))
    if layout.count < 2:
        return row | {"why_not": f"no two levels{words}"}
    found = rank_test(units["value"], layout)
    if np.isnan(found.p_value):
        return row | {"why_not": "the same within every stratum"}
    said = f"{found.how} {TESTS[compared.kind]}{words}"
    figures = {"effect": found.effect, "p_value": found.p_value, "least_p_value": found.least}
    return row | figures | {"test": said}


def _units(here: pd.DataFrame, compared: _Compared) -> tuple[pd.DataFrame, str]:
    """Find what is permuted: samples within strata and blocks, or the means of whole blocks."""
    within = f" within {compared.within}" if compared.within else ""
    if not compared.block:
        return here, within
    keys = ["stratum", "block"]
    mixed = here.groupby(keys)["label"].transform("nunique") > 1
    inside = here.assign(stratum=here["stratum"] + "|" + here["block"])[mixed]
    between = here[~mixed].groupby(keys, as_index=False)[["label", "value"]].mean()
    counts = [
        Layout(compared.kind, tuple(one["label"]), tuple(one["stratum"])).count if len(one) else 0
        for one in (inside, between)
    ]
    if counts[0] >= counts[1]:
        both = " and ".join(one for one in (compared.within, compared.block) if one)
        return inside, f" within {both}"
    return between, f" of the means by {compared.block}{within}"


def _judge(row: Mapping[str, Any], n_metrics: int, alpha: float) -> tuple[bool | None, str]:
    if np.isnan(row["p_value"]):
        return None, row["why_not"]
    least = row["least_p_value"]
    if least >= alpha:
        return None, f"groups too small: the smallest possible p-value is {least:.2g}"
    if row["adjusted_p_value"] < alpha:
        return True, f"adjusted p-value < {alpha:g}"
    if least * n_metrics < alpha:
        return False, f"adjusted p-value not < {alpha:g}"
    small = f"groups too small for adjusted p-values over {n_metrics} metrics"
    if row["p_value"] < alpha:
        return True, f"suggestive: plain p-value < {alpha:g}; {small}"
    return False, f"plain p-value not < {alpha:g}; {small}"
