"""Purity by batch and by isolation method."""

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.associations import associate

FACTORS = ("batch", "isolation")
WITHIN = "condition"


def compare_groups(metrics: pd.DataFrame, samples: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Test whether any two batches or isolation methods differ in purity.

    Parameters
    ----------
    metrics
        Of `evcargo.purity.associations.purity_metrics`.
    samples
        Sample sheet. Samples of one material are compared, within conditions where there are
        several, so that a difference of the conditions is not taken for one of the batches.
        Samples of one subject are no evidence of their own (see `associate`).
    alpha
        As in `evcargo.purity.associations.associate`, over all metrics of a factor and material.

    Returns
    -------
    pandas.DataFrame
        Contract ``groups``; empty where no factor has two levels.
    """
    parts = []
    for material in samples["material"].dropna().unique():
        rows = samples[samples["material"] == material]
        for factor in FACTORS:
            level = rows[factor].fillna("")
            if level[level != ""].nunique() < 2:
                continue
            several = rows[WITHIN].fillna("").nunique() > 1
            question = {"name": factor, "column": factor, "kind": "any", "material": material}
            question |= {"covariates": (WITHIN,) if several else ()}
            found = associate(metrics, rows, [question], alpha)
            found = found[found["n_test"] > 0].reset_index(drop=True)
            medians = _medians(metrics, level.set_axis(rows["sample"]), found[["assay", "metric"]])
            told = found.rename(columns={"contrast": "factor", "associated": "differs"})
            told = told.assign(material=material, n=told["n_test"], levels=len(set(level) - {""}))
            parts.append(told.join(medians))
    columns = CONTRACTS["groups"].names
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _medians(metrics: pd.DataFrame, level: pd.Series, order: pd.DataFrame) -> pd.DataFrame:
    """Level with the highest and the lowest median of each metric of an assay, and that median."""
    here = metrics.assign(level=metrics["sample"].map(level)).dropna(subset=["value"])
    here = here[here["level"].fillna("") != ""]
    medians = here.groupby(["assay", "metric", "level"])["value"].median()
    of_all = {key: rows.droplevel([0, 1]) for key, rows in medians.groupby(level=[0, 1])}
    rows = []
    for key in order.itertuples(index=False, name=None):
        known = key in of_all
        of_metric = of_all.get(key, pd.Series(dtype=float))
        rows.append(
            {
                "highest": of_metric.idxmax() if known else "",
                "highest_median": of_metric.max() if known else None,
                "lowest": of_metric.idxmin() if known else "",
                "lowest_median": of_metric.min() if known else None,
            }
        )
    return pd.DataFrame(rows, columns=["highest", "highest_median", "lowest", "lowest_median"])
