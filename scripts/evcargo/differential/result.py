"""The table of one contrast and assay, whatever the test behind it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

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
        Samples compared.
    """

    table: pd.DataFrame
    method: str
    warnings: tuple[str, ...]
    n_test: int
    n_reference: int


def differential_table(
    var: pd.DataFrame, figures: pd.DataFrame, counts: pd.DataFrame, reasons: pd.Series, alpha: float
) -> pd.DataFrame:
    """Assemble the table of a contrast.

    Parameters
    ----------
    var
        `var` of the matrix.
    figures
        Feature x `FIGURES`; features that are absent were not tested.
    counts
        Feature x (n_test, n_reference).
    reasons
        Feature -> why it was not tested or has no adjusted p-value, empty otherwise.
    alpha
        Adjusted p-value below which a feature is significant.

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
    table = table.join(counts).join(figures.reindex(columns=FIGURES))
    table["tested"] = np.isfinite(table["p_value"].astype(float))
    table["significant"] = table["adjusted_p_value"].astype(float) < alpha
    table["reason"] = reasons.reindex(table.index).fillna("")
    table = table.rename_axis("feature").reset_index()
    return table.sort_values(["p_value", "feature"], kind="stable", ignore_index=True)


def untested(var: pd.DataFrame, n_test: int, n_reference: int, reason: str) -> Result:
    """Give the result of a contrast that could not be tested, with the reason at every feature."""
    counts = pd.DataFrame({"n_test": pd.NA, "n_reference": pd.NA}, index=var.index.astype(str))
    reasons = pd.Series(reason, index=var.index.astype(str))
    none = pd.DataFrame(columns=FIGURES, index=var.index.astype(str)[:0], dtype=float)
    table = differential_table(var, none, counts, reasons, 0)
    warning = f"Not tested: {reason}."
    return Result(table, "not tested", (warning,), n_test, n_reference)
