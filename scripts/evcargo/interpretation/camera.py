"""Whether the genes of a set rank higher or lower than the others: a competitive test.

camera on precomputed statistics: Wu and Smyth 2012 (10.1093/nar/gks461), whose test with a fixed
correlation between genes is what limma calls cameraPR. Permuting genes, as preranked GSEA does,
takes the genes of a set as independent and calls far too many sets significant if they are not.

gseapy and blitzgsea are not used: both are preranked GSEA, with that null, and neither is light.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import t

from evcargo.differential.adjust import adjust
from evcargo.differential.verdicts import CONTAMINANT, NOT_ASSESSED, STANDS, WEAKENED
from evcargo.interpretation.gene_sets import Membership
from evcargo.interpretation.genes import DOWN, UP, why_not_judged
from evcargo.interpretation.overrepresentation import (
    EXPLAINED_BY_IMPURITY,
    HALF,
    NEEDED,
    why_not_tested,
)

MORE, LESS = "more", "less"
FEWEST = 3  # genes that a ranking needs

Floats = NDArray[np.float64]


def camera(
    statistic: Floats, members: csr_array, correlation: float
) -> tuple[Floats, Floats, Floats]:
    """Test the mean statistic of every set against that of the other genes.

    Parameters
    ----------
    statistic
        One per gene, about normal if nothing differs.
    members
        Sets x genes, 0 or 1; no set is empty or holds every gene.
    correlation
        Between the statistics of the genes of a set.

    Returns
    -------
    shift
        Mean of the set minus mean of the other genes.
    p_down, p_up
        One-sided p-values: t test with pooled variance and genes - 2 degrees of freedom, in which
        the variance of the mean of the m genes of a set is inflated by 1 + (m - 1) x correlation.
    """
    total = len(statistic)
    m = np.diff(members.indptr).astype(float)
    rest = total - m
    centred = statistic - statistic.mean()
    shift = (members @ centred) / m * total / rest
    pooled = (centred @ centred - shift**2 * m * rest / total) / (total - 2)
    inflated = 1 + (m - 1) * correlation
    with np.errstate(divide="ignore", invalid="ignore"):
        found = shift / np.sqrt(pooled * (inflated / m + 1 / rest))
    return shift, t.cdf(found, total - 2), t.sf(found, total - 2)


def ranked(
    genes: pd.DataFrame,
    sets: Membership,
    limits: tuple[int, int],
    correlation: float,
    alpha: float,
) -> pd.DataFrame:
    """Test every set in the ranking of all tested genes, without and with the purity axes.

    A significant set is `contaminant itself` if more than half of its genes are contaminants; it
    `stands` if, in the model with purity, it has the same direction and p < 0.05; it is `weakened`
    if it keeps its direction and half of its shift, and `explained by impurity` otherwise.

    Parameters
    ----------
    genes, sets, limits, alpha
        As in `evcargo.interpretation.overrepresentation.overrepresentation`.
    correlation
        As in `camera`.

    Returns
    -------
    pandas.DataFrame
        Contract ``ranked``, one row per set, by p-value.
    """
    directed = bool(genes["log2_fold_change"].notna().any())
    table = sets.sets.assign(background=len(genes), in_background=sets.sizes)
    table["reason"] = why_not_tested(sets, limits, len(genes))
    if len(genes) < FEWEST:
        table["reason"] = f"fewer than {FEWEST} genes were tested"
    table = table.join(_shifted(genes["z"], sets, table["reason"], correlation, directed))
    by_collection = table["p_value"].groupby(table["collection"], sort=False)
    table["adjusted_p_value"] = by_collection.transform(adjust)
    table["significant"] = (table["adjusted_p_value"] < alpha).where(table["reason"] == "", None)
    words = (UP, DOWN) if directed else (MORE, LESS)
    table["direction"] = np.where(table["shift"] > 0, *words)
    table["direction"] = table["direction"].where(table["reason"] == "", None)
    given = _shifted(genes["z_given_purity"], sets, table["reason"], correlation, directed)
    table = table.join(given.add_suffix("_given_purity"))
    contaminants = sets.members @ (genes["flag"].fillna("") != "").to_numpy(float)
    why = why_not_judged(genes)
    judged = [
        _verdict(row, impure, why)
        for row, impure in zip(table.to_dict("records"), contaminants, strict=True)
    ]
    table["robustness"] = [verdict for verdict, _ in judged]
    table["robustness_reason"] = [reason for _, reason in judged]
    return table.sort_values(["p_value", "collection", "set"], kind="stable", ignore_index=True)


def _shifted(
    z: pd.Series, sets: Membership, untested: pd.Series, correlation: float, directed: bool
) -> pd.DataFrame:
    """Shift and p-value of the sets that are tested, among genes whose z is known."""
    found = pd.DataFrame(np.nan, sets.sets.index, ["shift", "p_value"])
    values = z.to_numpy(float)
    known = np.isfinite(values)
    members = csr_array(sets.members[:, known])
    sizes = np.diff(members.indptr)
    tested = (untested == "").to_numpy() & (sizes > 0) & (sizes < known.sum())
    if known.sum() < FEWEST or not tested.any():
        return found
    shift, p_down, p_up = camera(values[known], csr_array(members[tested]), correlation)
    found.loc[tested, "shift"] = shift
    found.loc[tested, "p_value"] = 2 * np.minimum(p_down, p_up) if directed else p_up
    return found


def _verdict(row: dict, contaminants: float, why: str) -> tuple[str, str]:
    if row["reason"] or not row["significant"]:
        return "", ""
    if contaminants > row["in_background"] * HALF:
        return (
            CONTAMINANT,
            f"{contaminants:.0f} of its {row['in_background']} genes are contaminants",
        )
    given, plain = row["shift_given_purity"], row["shift"]
    if not np.isfinite(given):
        return NOT_ASSESSED, why
    said = f"given purity its shift is {given:.2f} in place of {plain:.2f}"
    if row["p_value_given_purity"] < NEEDED and given * plain > 0:
        return STANDS, said
    return (WEAKENED if given / plain > HALF else EXPLAINED_BY_IMPURITY), said
