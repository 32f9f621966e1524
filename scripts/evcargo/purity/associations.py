"""Whether impurity goes with what a study compares."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.purity.answers import COUNT_UNITS, METRIC_UNITS
from evcargo.purity.exchange import Compared, Exchange, exchange
from evcargo.purity.identity import ASSAY
from evcargo.purity.kinds import PROFILE, PURITY
from evcargo.purity.ranks import rank_test
from evcargo.purity.shares import OTHER
from evcargo.purity.transcripts import ASSAY as LONG_RNA
from evcargo.study.design import covariate_numbers, numbers_of

TESTS = {"pair": "rank-sum test", "any": "Kruskal-Wallis test", "slope": "Spearman correlation"}
_COLUMNS = ("sample", "assay", "metric", "value")


def purity_metrics(criteria: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Every quantity of purity by sample: the shares of the classes, and the criteria with a unit.

    The share of the signal of no class (`other`) is left out: more or less of it is no impurity. Of
    the classes of long RNA there are those that are criteria, which need a number of counts.

    Returns
    -------
    pandas.DataFrame
        Columns `sample`, `assay`, `metric`, `value`; each metric once per sample.
    """
    classes = shares[(shares["class"] != OTHER) & (shares["assay"] != LONG_RNA)]
    from_shares = classes.assign(metric=classes["class"] + " share", value=classes["share"])
    asked = criteria[criteria["unit"].isin(METRIC_UNITS)].rename(columns={"criterion": "metric"})
    return _once([asked, from_shares], _COLUMNS)


def every_metric(
    criteria: pd.DataFrame, shares: pd.DataFrame, profiles: pd.DataFrame
) -> pd.DataFrame:
    """Everything of purity that is held against the contrasts: more than `purity_metrics`.

    The counts of markers depend on the depth of a run and on few proteins, and the profiles tell of
    the kind of EVs and not of impurity, so neither are candidates of purity axes.

    Parameters
    ----------
    criteria, shares, profiles
        Contracts of these names. Of a profile the share of the signal in its members is taken: a
        quantity of one meaning in all samples, whichever members they show (zero where a run could
        have shown some and showed none), which `relative`, a mean of the members shown, is not.

    Returns
    -------
    pandas.DataFrame
        Columns `sample`, `assay`, `metric`, `value` and `kind` (`PURITY` or `PROFILE`).
    """
    counts = criteria[criteria["unit"].isin(COUNT_UNITS)].rename(columns={"criterion": "metric"})
    name = "panel " + profiles["panel"].astype(str) + " share"  # a class may have the same name
    told = profiles.assign(metric=name, assay=ASSAY, value=profiles["share"], kind=PROFILE)
    of_purity = (part.assign(kind=PURITY) for part in (purity_metrics(criteria, shares), counts))
    return _once([*of_purity, told], (*_COLUMNS, "kind"))


def _once(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Join metrics, each once per sample."""
    full = [part[[*columns]].astype({"value": float}) for part in parts if len(part)]
    metrics = pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=[*columns])
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
        Of `every_metric`, or of `purity_metrics`. One that no sample of the study has is left out.
    samples
        Sample sheet.
    contrasts
        Each with `name`, `column`, `test`, `reference`, `material`, `kind`, `covariates` and
        `block`, as `evcargo.study.model.Contrast` has them. Labels are permuted within the
        categories among the covariates (such as the batch) only; numbers among them are not
        adjusted for. Samples of one subject are no evidence of their own, whether or not the
        contrast names a block: those at one level are averaged, and a subject with several levels
        is compared within itself (see `evcargo.purity.exchange`), as are the samples of a block.
    alpha
        A metric is associated if its adjusted p-value (Benjamini-Hochberg, over the tested metrics
        of its kind and contrast) is below. In a study so small that even a perfect separation of
        the groups could not get there after the adjustment, a plain p-value
        below alpha is called associated, "suggestive"; and if even the smallest possible plain
        p-value is not below alpha, the question is left open (missing).

    Returns
    -------
    pandas.DataFrame
        Contract ``associations``.
    """
    columns = CONTRACTS["associations"].names
    measured = metrics["value"].notna().groupby([metrics["assay"], metrics["metric"]])
    metrics = metrics[measured.transform("any").astype(bool)]
    if metrics.empty or not contrasts:
        return pd.DataFrame(columns=columns)
    parts = [_contrast(metrics, samples, contrast, alpha) for contrast in contrasts]
    return pd.concat(parts, ignore_index=True)[columns]


def _contrast(
    metrics: pd.DataFrame, samples: pd.DataFrame, contrast: Mapping[str, Any], alpha: float
) -> pd.DataFrame:
    compared = _compared(samples, contrast)
    kind_of = metrics["kind"] if "kind" in metrics else pd.Series(PURITY, metrics.index)
    found = [
        _kind(rows, str(kind), compared, alpha)
        for kind, rows in metrics.groupby(kind_of, sort=False)
    ]
    return pd.concat(found, ignore_index=True).assign(contrast=contrast["name"])


def _kind(metrics: pd.DataFrame, kind: str, compared: Compared, alpha: float) -> pd.DataFrame:
    """Test all metrics of a kind, and adjust over them."""
    ways: dict[tuple[str, ...], Exchange] = {}  # most metrics have values in the same samples
    rows = []
    for (assay, metric), group in metrics.groupby(["assay", "metric"], sort=False):
        values = group.dropna(subset=["value"]).set_index("sample")["value"].astype(float)
        values = values[values.index.isin(compared.table.index)]
        named = tuple(values.index)
        if named not in ways:
            ways[named] = exchange(compared, values.index)
        rows.append({"metric": str(metric), "assay": str(assay)} | _row(values, ways[named]))
    table = pd.DataFrame(rows, columns=[*_ROW]).assign(kind=kind)
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


def _compared(samples: pd.DataFrame, contrast: Mapping[str, Any]) -> Compared:
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
    columns = {"stratum": "", "block": "", "subject": ""}
    table = pd.DataFrame({"label": label} | columns).set_axis(rows["sample"])
    if names:
        table["stratum"] = ["|".join(cells) for cells in rows[names].astype(str).to_numpy()]
    block = contrast.get("block", "")
    if block and block != "subject":
        table["block"] = rows[block].astype(str).to_numpy()
    if "subject" in rows:
        table["subject"] = rows["subject"].to_numpy()
    return Compared(kind, table[table["label"].notna()], tuple(names), block)


def _row(values: pd.Series, way: Exchange) -> dict[str, Any]:
    """Sizes, medians and test of one metric among the samples that have a value."""
    kind, labels = way.layout.kind, np.asarray(way.layout.labels)
    means, pair = way.means(values), kind == "pair"
    sides = [means[labels == side] for side in (1, 0)]
    medians = [float(np.median(side)) if pair and len(side) else np.nan for side in sides]
    row = {
        "n_test": way.sizes[0],
        "n_reference": way.sizes[1] if pair else pd.NA,
        "median_test": medians[0],
        "median_reference": medians[1],
        **dict.fromkeys(("effect", "p_value", "least_p_value"), np.nan),
        "test": "",
        "why_not": "",
    }
    if values.nunique() < 2:
        why_not = "the same in all samples" if len(values) else "no sample has a value"
        return row | {"why_not": why_not}
    if len(set(way.layout.labels)) < (3 if kind == "slope" else 2):
        few = {"pair": "no values on one side", "any": "values at one level only"}
        return row | {"why_not": few.get(kind, "values at fewer than three numbers")}
    if way.layout.count < 2:
        return row | {"why_not": f"no two levels{way.within}"}
    found = rank_test(means.tolist(), way.layout)
    if np.isnan(found.p_value):
        return row | {"why_not": "the same within every stratum"}
    said = f"{found.how} {TESTS[kind]}{way.averaged}{way.within}"
    figures = {"effect": found.effect, "p_value": found.p_value, "least_p_value": found.least}
    return row | figures | {"test": said}


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
