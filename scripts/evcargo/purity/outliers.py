"""Samples whose purity is unlike that of their group."""

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS

FEWEST_OTHERS = 3
"""Other samples of its material and condition that a sample is compared with."""
FEWEST = 6
"""Deviations from which their usual size is taken."""
FAR = 3.5
"""Robust z beyond which a sample is an outlier: Iglewicz and Hoaglin 1993."""
LEAST_SCALE = 0.25
"""Least scale of the deviations, log2: what is closer together by chance makes no outliers."""
TO_SD = 1.4826  # median absolute deviation to standard deviation, of a normal distribution


def outliers(metrics: pd.DataFrame, assays: pd.Series, samples: pd.DataFrame) -> pd.DataFrame:
    """Compare each sample with the others of its material and condition, metric by metric.

    Parameters
    ----------
    metrics
        Of `evcargo.differential.axes.log2_metrics`: samples x metrics, on the log2 scale.
    assays
        Assay of each metric.
    samples
        Sample sheet.

    Returns
    -------
    pandas.DataFrame
        Contract ``outliers``, one row per sample and metric with a robust z. The deviation of a
        sample is from the median of the others of its group, so that small groups do not hide
        their own; its scale is the median absolute deviation over all groups of the material, at
        least `LEAST_SCALE`.
        A share of zero counts as half of the lowest other one.
    """
    columns = CONTRACTS["outliers"].names
    rows = []
    sheet = samples.set_index("sample")
    for metric in metrics:
        values = metrics[metric].astype(float)
        finite = values[np.isfinite(values)]
        if finite.nunique() < 2:
            continue
        values = values.where(~np.isneginf(values), finite.min() - 1).replace(np.inf, np.nan)
        for _, of_material in sheet.groupby("material", sort=False):
            rows += _deviations(values.reindex(of_material.index).dropna(), sheet, str(metric))
    table = pd.DataFrame(rows, columns=[*columns, "place"])
    table["assay"] = table["metric"].map(assays)
    table["outlier"] = pd.array(table["robust_z"].abs() > FAR, dtype="boolean")
    return table.sort_values(["place", "metric"], kind="stable", ignore_index=True)[columns]


def _deviations(values: pd.Series, sheet: pd.DataFrame, metric: str) -> list[dict[str, object]]:
    condition = sheet.loc[values.index, "condition"].fillna("").astype(str)
    centre = pd.Series(np.nan, values.index)
    for sample in values.index:
        others = values[(condition == condition[sample]) & (values.index != sample)]
        if len(others) >= FEWEST_OTHERS:
            centre[sample] = others.median()
    deviation = (values - centre).dropna()
    if len(deviation) < FEWEST or not deviation.any():
        return []
    scale = max(TO_SD * deviation.abs().median(), LEAST_SCALE)
    return [
        {
            "sample": sample,
            "material": sheet.at[sample, "material"],
            "condition": condition[sample],
            "metric": metric,
            "log2_value": values[sample],
            "log2_median": centre[sample],
            "robust_z": deviation[sample] / scale,
            "place": sheet.index.get_loc(sample),
        }
        for sample in deviation.index
    ]
