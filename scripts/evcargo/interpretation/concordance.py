"""Concordance: do protein and mRNA of a gene change alike in a contrast.

EVs may carry the protein of a gene, its mRNA, or both, each by a route of its own: a low
concordance is a finding, not a fault. Noise in either fold change pulls the correlation towards 0.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, pearsonr, spearmanr

from evcargo.interpretation.agreement import MRNA_ONLY, NEITHER, OPPOSITE, PROTEIN_ONLY, SAME

FEWEST = 10  # genes that a correlation needs
COUNTS = {
    "same_direction": SAME,
    "opposite_direction": OPPOSITE,
    "protein_only": PROTEIN_ONLY,
    "mrna_only": MRNA_ONLY,
}
FIGURES = ("feature", "log2_fold_change", "adjusted_p_value", "significant", "robustness")

Floats = NDArray[np.float64]


def concordance(proteins: pd.DataFrame, transcripts: pd.DataFrame) -> pd.DataFrame:
    """Join the genes that were tested as protein and as mRNA.

    Parameters
    ----------
    proteins, transcripts
        Of `evcargo.interpretation.genes.gene_table`, of one contrast.

    Returns
    -------
    pandas.DataFrame
        Contract ``concordance``, by gene; without rows where there is no fold change.
    """
    sides = proteins[["symbol", *FIGURES]].join(
        transcripts[list(FIGURES)], how="inner", lsuffix="_protein", rsuffix="_transcript"
    )
    change = sides[["log2_fold_change_protein", "log2_fold_change_transcript"]].astype(float)
    sides = sides[change.notna().all(axis=1)]
    change = change.loc[sides.index].to_numpy(float)
    as_protein = sides["significant_protein"].fillna(False).to_numpy(bool)
    as_mrna = sides["significant_transcript"].fillna(False).to_numpy(bool)
    alike = change.prod(axis=1) > 0
    both = as_protein & as_mrna
    sides["agreement"] = np.select(
        [both & alike, both, as_protein, as_mrna],
        [SAME, OPPOSITE, PROTEIN_ONLY, MRNA_ONLY],
        NEITHER,
    )
    names = {"symbol": "gene", "feature_protein": "protein", "feature_transcript": "transcript"}
    table = sides.sort_index().rename(columns=names).reset_index(drop=True)
    return table.drop(
        columns=["significant_protein", "significant_transcript", "robustness_transcript"]
    )


def correlation(table: pd.DataFrame) -> pd.DataFrame:
    """Correlate the two fold changes over genes.

    Parameters
    ----------
    table
        Contract ``concordance``.

    Returns
    -------
    pandas.DataFrame
        Contract ``correlation``: one row per method.
    """
    x = table["log2_fold_change_protein"].to_numpy(float)
    y = table["log2_fold_change_transcript"].to_numpy(float)
    counts = {name: int((table["agreement"] == word).sum()) for name, word in COUNTS.items()}
    same = int((x * y > 0).sum())
    reason = ""
    if table.empty:
        reason = "no gene has a fold change as both protein and mRNA"
    elif len(table) < FEWEST:
        reason = f"fewer than {FEWEST} genes were tested as both protein and mRNA"
    elif np.ptp(x) == 0 or np.ptp(y) == 0:
        reason = "all fold changes are the same"
    rows = []
    for method, measure in (("spearman", spearmanr), ("pearson", pearsonr)):
        r = np.nan if reason else float(measure(x, y).statistic)
        low, high = (np.nan, np.nan) if reason else interval(r, len(table), method)
        row = {"method": method, "genes": len(table), "correlation": r}
        rows.append(row | {"ci_low": low, "ci_high": high, "same_sign": same, **counts})
    return pd.DataFrame(rows).assign(reason=reason)


def interval(r: float, n: int, method: str, level: float = 0.95) -> tuple[float, float]:
    """Confidence interval of a correlation by Fisher's z.

    The variance of z is 1 / (n - 3) for Pearson, and (1 + r^2 / 2) / (n - 3) for Spearman (Bonett
    and Wright 2000, 10.1007/BF02294183).
    """
    variance = (1 + r**2 / 2 if method == "spearman" else 1) / (n - 3)
    bounded = np.clip(r, -1 + 1e-15, 1 - 1e-15)
    half = norm.isf((1 - level) / 2) * np.sqrt(variance)
    low, high = np.tanh(np.arctanh(bounded) + np.array([-half, half]))
    return float(low), float(high)
