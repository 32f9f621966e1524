"""The table of one contrast and assay, whatever the test behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evcargo.differential.prior import Floats
from evcargo.study.model import Contrast

#: What a test gives for each feature; NaN where it could not be tested.
FIGURES = [
    "mean",
    "log2_fold_change",
    "standard_error",
    "ci_low",
    "ci_high",
    "statistic",
    "p_value",
    "adjusted_p_value",
]
#: What only some tests give: counts a shrunken fold change, kind any the two levels furthest apart,
#: proteins what imputation would have given.
EXTRA = [
    "shrunken_log2_fold_change",
    "largest_difference",
    "largest_between",
    "imputed_log2_fold_change",
    "imputed_adjusted_p_value",
]
#: Method of a contrast that could not be tested.
UNTESTED = "not tested"
#: What the detection test gives.
DETECTION = [
    "detected_test",
    "detected_reference",
    "detection_p_value",
    "detection_adjusted_p_value",
]


@dataclass(frozen=True)
class Result:
    """A contrast tested in one assay.

    Parameters
    ----------
    table
        One row per feature of the matrix, contract ``differential`` but for the flags.
    method
        The test with its settings, as a sentence.
    warnings
        What the reader must know before reading the table.
    n_test, n_reference
        Samples compared; without two sides, all of them are `n_test`.
    beside
        Features that were tested x covariates that were asked for beside the comparison: their
        statistics in the same model.
    """

    table: pd.DataFrame
    method: str
    warnings: tuple[str, ...]
    n_test: int
    n_reference: int | None
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)


def differential_table(
    var: pd.DataFrame,
    figures: pd.DataFrame,
    counts: pd.DataFrame,
    reasons: pd.Series,
    alpha: float,
    detection: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Assemble the table of a contrast.

    Parameters
    ----------
    var
        `var` of the matrix.
    figures
        Feature x `FIGURES` and those of `EXTRA` that there are; features that are absent were not
        tested.
    counts
        Feature x (n_test, n_reference).
    reasons
        Feature -> why it was not tested or has no adjusted p-value, empty otherwise.
    alpha
        Adjusted p-value below which a feature is significant.
    detection
        Feature x `DETECTION`, if there is such a test.

    Returns
    -------
    pandas.DataFrame
        Contract ``differential`` but for the flags, by p-value and then feature.
    """
    table = pd.DataFrame(index=var.index.astype(str))
    gene = var["gene"].fillna("").astype(str)
    table["name"] = gene.where(gene != "", var["name"].fillna("").astype(str))
    table["name"] = table["name"].where(table["name"] != "", table.index)
    table["class"] = var["class"].astype(str)
    table = table.join(counts).join(figures.reindex(columns=[*FIGURES, *EXTRA]))
    table["tested"] = np.isfinite(table["p_value"].astype(float))
    table["significant"] = table["adjusted_p_value"].astype(float) < alpha
    table["reason"] = reasons.reindex(table.index).fillna("")
    if detection is None:
        table[DETECTION] = np.nan
    else:
        table = table.join(detection[DETECTION])
    table = table.rename_axis("feature").reset_index()
    return table.sort_values(["p_value", "feature"], kind="stable", ignore_index=True)


def untested(
    var: pd.DataFrame, contrast: Contrast, groups: Mapping[str, Floats], reason: str
) -> Result:
    """Give the result of a contrast that could not be tested, with the reason at every feature."""
    counts = pd.DataFrame({"n_test": pd.NA, "n_reference": pd.NA}, index=var.index.astype(str))
    reasons = pd.Series(reason, index=var.index.astype(str))
    none = pd.DataFrame(columns=FIGURES, index=var.index.astype(str)[:0], dtype=float)
    table = differential_table(var, none, counts, reasons, 0)
    warning = f"Not tested: {reason}."
    return Result(table, UNTESTED, (warning,), *side_sizes(groups, contrast))


def side_sizes(groups: Mapping[str, Floats], contrast: Contrast) -> tuple[int, int | None]:
    """Count the samples of the test and the reference level; without these, all and none."""
    sizes = [int(which.sum()) for which in groups.values()]
    return (sizes[0], sizes[1]) if contrast.kind == "pair" else (sum(sizes), None)


def side_counts(
    seen: Floats, names: pd.Index, contrast: Contrast, groups: Mapping[str, Floats]
) -> pd.DataFrame:
    """Count the samples with a value (`seen`, features x samples), as in `side_sizes`."""
    counts = [seen[:, which].sum(axis=1) for which in groups.values()]
    if contrast.kind == "pair":
        return pd.DataFrame({"n_test": counts[0], "n_reference": counts[1]}, index=names)
    return pd.DataFrame({"n_test": sum(counts), "n_reference": pd.NA}, index=names)


def largest_differences(coefficients: Floats, levels: list[str]) -> pd.DataFrame:
    """Find the two levels that are furthest apart.

    Parameters
    ----------
    coefficients
        Features x levels but the first, log2, from the first level.
    levels
        Names, the first included.

    Returns
    -------
    pandas.DataFrame
        Per feature: largest_difference (log2, not negative) and largest_between (``high v low``);
        missing where a level is.
    """
    places = np.column_stack([np.zeros(len(coefficients)), coefficients])
    known = np.isfinite(places).all(axis=1)
    high, low = places.argmax(axis=1), places.argmin(axis=1)
    between = pd.Series(
        [f"{levels[up]} v {levels[down]}" for up, down in zip(high, low, strict=True)],
        dtype="string",
    ).where(known)
    difference = np.where(known, places.max(axis=1) - places.min(axis=1), np.nan)
    return pd.DataFrame({"largest_difference": difference, "largest_between": between})
