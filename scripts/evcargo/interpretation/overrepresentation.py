"""Over-representation of gene sets among the hits of a contrast.

The hypergeometric test, with the tested genes of the study as background (the genes of a genome
would make every set of EV proteins significant in EVs). It takes genes as independent, which genes
of a set are not; `evcargo.interpretation.camera` allows for their correlation.

A set can be significant through contamination alone. So it is tested twice: among all hits, and
among those whose difference *stands* against the impurity (`evcargo.differential.robustness`); a
contaminant can never stand, so that the second background leaves contaminants out. A significant
set is `contaminant itself` if more than half of its hits are contaminants; it `stands` if it is
significant among the hits that stand as well; it is `explained by impurity` if there its p-value is
not below 0.05 and more than half of its hits are explained by an impurity or are contaminants; and
it is `weakened` otherwise, e.g. where too few hits are left. P-values are adjusted over the sets of
a collection in both directions.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom

from evcargo.differential.adjust import adjust
from evcargo.differential.verdicts import (
    CONTAMINANT,
    EXPLAINED,
    NOT_ASSESSED,
    STANDS,
    WEAKENED,
    kind_of,
)
from evcargo.interpretation.gene_sets import SHIPPED_PANELS, STUDY_PANELS, Membership
from evcargo.interpretation.genes import ANY, DOWN, UP, hits_of, why_not_judged

NEEDED = 0.05
HALF = 0.5
NO_HITS = {
    UP: "no gene is significantly higher",
    DOWN: "no gene is significantly lower",
    ANY: "no gene differs significantly",
}
EXPLAINED_BY_IMPURITY = f"{EXPLAINED} impurity"


def hypergeometric_p(
    overlap: NDArray, in_background: NDArray, hits: int, background: int
) -> NDArray[np.float64]:
    """Probability of at least such an overlap.

    Parameters
    ----------
    overlap, in_background
        Of each set: its hits, and its genes in the background.
    hits, background
        All hits, and all genes.

    Returns
    -------
    numpy.ndarray
        P(X >= overlap) of drawing `hits` genes without replacement, one per set.
    """
    pairs = np.stack([overlap, in_background], axis=1).astype(int)
    distinct, which = np.unique(pairs, axis=0, return_inverse=True)
    p = hypergeom.sf(distinct[:, 0] - 1, background, distinct[:, 1], hits)
    return np.asarray(p)[which.ravel()].clip(max=1.0)


def overrepresentation(
    genes: pd.DataFrame, sets: Membership, limits: tuple[int, int], alpha: float
) -> pd.DataFrame:
    """Test every set in either direction, adjusted over both.

    Parameters
    ----------
    genes
        Of `evcargo.interpretation.genes.gene_table`.
    sets
        Sets x these genes.
    limits
        Fewest and most genes of the background in a set that is tested.
    alpha
        Adjusted p-value below which a set is significant.

    Returns
    -------
    pandas.DataFrame
        Contract ``overrepresentation``, one row per set and direction, by p-value.
    """
    untested = why_not_tested(sets, limits, len(genes))
    verdicts = kind_of(genes["robustness"].fillna(NOT_ASSESSED)).to_numpy()
    contaminants = (genes["flag"].fillna("") != "").to_numpy()
    why = why_not_judged(genes)
    parts = []
    for direction, hits in hits_of(genes).items():
        part = sets.sets.assign(direction=direction, background=len(genes))
        part["reason"] = untested if hits.any() else untested.replace("", NO_HITS[direction])
        part = part.join(_tested(sets, hits, np.ones(len(genes), bool), part["reason"]))
        standing = hits & (verdicts == STANDS)
        assessed = bool((hits & np.isin(verdicts, (STANDS, WEAKENED, EXPLAINED))).any())
        second = _tested(sets, standing, ~contaminants, part["reason"]).drop(
            columns="in_background"
        )
        if not assessed:
            second = pd.DataFrame(np.nan, second.index, second.columns)
        part = part.join(second.add_suffix("_standing"))
        part["impure"] = sets.members @ (hits & contaminants)
        part["lost"] = sets.members @ (hits & np.isin(verdicts, (EXPLAINED, CONTAMINANT)))
        part["why"] = "" if assessed else why
        part["genes"] = _listed(sets, hits, genes["symbol"])
        part["genes_standing"] = _listed(sets, standing, genes["symbol"]) if assessed else None
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    for column in ("p_value", "p_value_standing"):
        by_collection = table[column].astype(float).groupby(table["collection"], sort=False)
        table[f"adjusted_{column}"] = by_collection.transform(adjust)
    table["significant"] = (table["adjusted_p_value"] < alpha).where(table["reason"] == "", None)
    judged = [_verdict(row, alpha) for row in table.to_dict("records")]
    table["robustness"] = [verdict for verdict, _ in judged]
    table["robustness_reason"] = [reason for _, reason in judged]
    return table.drop(columns=["impure", "lost", "why"]).sort_values(
        ["p_value", "collection", "set", "direction"], kind="stable", ignore_index=True
    )


def why_not_tested(sets: Membership, limits: tuple[int, int], background: int) -> pd.Series:
    """Say why a set is not tested: too few or too many of its genes were; empty where it is."""
    sizes, (fewest, most) = sets.sizes, limits
    panel = sets.sets["collection"].isin((SHIPPED_PANELS, STUDY_PANELS)).to_numpy(bool)
    reasons = np.where(sizes < fewest, f"fewer than {fewest} of its genes were tested", "")
    many = (sizes > most) & ~panel
    reasons = np.where(many, f"more than {most} of its genes were tested", reasons)
    reasons = np.where((sizes == background) & (sizes > 0), "holds every gene tested", reasons)
    return pd.Series(reasons, sets.sets.index)


def _tested(
    sets: Membership, hits: NDArray, background: NDArray, untested: pd.Series
) -> pd.DataFrame:
    """Count the hits of every set; test those that are to be tested."""
    overlap = sets.members @ (hits & background).astype(float)
    inside = sets.members @ background.astype(float)
    n, total = int((hits & background).sum()), int(background.sum())
    table = pd.DataFrame({"in_background": inside.astype(int), "hits": n}, sets.sets.index)
    table["overlap"] = overlap.astype(int)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["fold_enrichment"] = overlap * total / (inside * n)
    tested = (untested == "").to_numpy()
    p = np.full(len(table), np.nan)
    p[tested] = hypergeometric_p(overlap[tested], inside[tested], n, total)
    table["p_value"] = p
    return table


def _verdict(row: dict, alpha: float) -> tuple[str, str]:
    if row["reason"] or not row["significant"]:
        return "", ""
    overlap, lost = row["overlap"], row["lost"]
    if row["impure"] > HALF * overlap:
        return CONTAMINANT, f"{row['impure']:.0f} of its {overlap} hits are contaminants"
    if row["why"]:
        return NOT_ASSESSED, row["why"]
    said = f"{row['overlap_standing']:.0f} of its {overlap} hits stand"
    if row["adjusted_p_value_standing"] < alpha:
        return STANDS, said
    said += f", {lost:.0f} are explained by impurity or are contaminants"
    if not row["p_value_standing"] < NEEDED and lost > HALF * overlap:
        return EXPLAINED_BY_IMPURITY, said
    return WEAKENED, said


def _listed(sets: Membership, hits: NDArray, names: pd.Series) -> list[str]:
    """Hits of every set, separated by ;."""
    members = sets.members
    inside = np.flatnonzero(hits[members.indices])
    words = names.to_numpy(str)[members.indices[inside]]
    ends = np.searchsorted(inside, members.indptr)
    return [";".join(words[a:b]) for a, b in zip(ends[:-1], ends[1:], strict=True)]
