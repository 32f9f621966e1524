"""Purity of each sample in one wide row, to read in a spreadsheet or join with other data."""

from typing import Any

import pandas as pd

from evcargo.purity.answers import FAIL, NOT_ASSESSED, PASS, gravest

SHEET = ("sample", "material", "condition", "subject", "batch", "biofluid", "isolation")
ASSAYS = ("proteins", "rna", "transcripts", "particles")


def wide_table(
    samples: pd.DataFrame,
    criteria: pd.DataFrame,
    verdicts: pd.DataFrame,
    shares: pd.DataFrame,
    actions: pd.DataFrame,
    outliers: pd.DataFrame,
) -> pd.DataFrame:
    """Put all that is known of the purity of each sample into one row.

    Parameters
    ----------
    samples, criteria, verdicts, shares, actions, outliers
        Tables under the contracts of these names.

    Returns
    -------
    pandas.DataFrame
        Contract ``purity_samples``, in the order of the sample sheet. After its columns follow,
        for each criterion, `<criterion> [<unit>]` and `<criterion>: verdict`, and for each other
        class of the signal `<assay>: <class> share`.
    """
    table = samples[[*SHEET]].copy()
    of = verdicts.set_index("sample")
    table["verdict"] = table["sample"].map(of["verdict"])
    table["reason"] = table["sample"].map(of["reason"])
    by_assay = assay_verdicts(criteria).reindex(table["sample"]).fillna(NOT_ASSESSED)
    for assay in ASSAYS:
        table[f"{assay}_verdict"] = by_assay[assay].to_numpy()
    table["assays_disagree"] = disagree(by_assay).to_numpy()
    acted = actions.set_index("sample")
    table["action"] = table["sample"].map(acted["action"])
    table["weight"] = table["sample"].map(acted["weight"])
    far = outliers[outliers["outlier"].fillna(False).astype(bool)]
    named = far.groupby("sample")["metric"].agg("; ".join)
    table["outlier_in"] = table["sample"].map(named).fillna("")
    return pd.concat([table, _figures(table["sample"], criteria, shares)], axis=1)


def assay_verdicts(criteria: pd.DataFrame) -> pd.DataFrame:
    """Gravest answer of each assay, samples x `ASSAYS`."""
    by_assay = criteria.groupby(["sample", "assay"])["verdict"].agg(gravest).unstack()
    return by_assay.reindex(columns=list(ASSAYS)).fillna(NOT_ASSESSED)


def disagree(by_assay: pd.DataFrame) -> pd.Series:
    """Tell for each sample whether one assay passes and another fails it."""
    return (by_assay == PASS).any(axis=1) & (by_assay == FAIL).any(axis=1)


def _figures(order: pd.Series, criteria: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for (criterion, unit), rows in criteria.fillna({"unit": ""}).groupby(
        ["criterion", "unit"], sort=False
    ):
        by_sample = rows.drop_duplicates("sample").set_index("sample").reindex(order)
        columns[f"{criterion} [{unit}]" if unit else str(criterion)] = by_sample["value"]
        columns[f"{criterion}: verdict"] = by_sample["verdict"]
    asked = set(zip(criteria["assay"], criteria["criterion"], strict=True))
    for (assay, name), rows in shares.groupby(["assay", "class"], sort=False):
        if (assay, f"{name} share") in asked:
            continue
        columns[f"{assay}: {name} share"] = rows.set_index("sample")["share"].reindex(order)
    return pd.DataFrame({name: values.to_numpy() for name, values in columns.items()}, order.index)
