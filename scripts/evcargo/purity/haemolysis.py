"""Red-cell RNA in a preparation, from mature miRNA counts.

Counts are tables of samples x miRNAs, raw counts, NaN in the row of a sample without a run.
"""

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from anndata import AnnData

SIGNATURE, PAIR = "haemolysis_mirna", "haemolysis_pair"
RED_CELL = "red_cell_mirna"


def plain_mirna(name: str) -> str:
    """Name of a miRNA without its species and in lower case: hsa-miR-451a -> mir-451a."""
    return re.sub(r"^[a-z]{3}-(?=mir-|let-)", "", name.strip().lower())


def mirna_counts(matrix: "AnnData") -> pd.DataFrame:
    """Sum the miRNA counts of an RNA matrix by plain name: samples x names."""
    chosen = (matrix.var["class"].astype(str) == "miRNA").to_numpy()
    counts = pd.DataFrame(
        np.asarray(matrix.X, dtype=float)[:, chosen],
        matrix.obs_names,
        [plain_mirna(name) for name in matrix.var_names[chosen]],
    )
    return counts.T.groupby(level=0).sum(min_count=1).T


def members(panels: pd.DataFrame, panel: str) -> list[str]:
    """Plain names of the miRNAs of a panel, in its order."""
    return [plain_mirna(gene) for gene in panels.loc[panels["panel"] == panel, "gene"]]


def mirna_ratio(
    counts: pd.DataFrame, numerator: str, denominator: str, min_counts: float
) -> pd.Series:
    """log2 ratio of two miRNAs in counts per million.

    Parameters
    ----------
    counts
        Of `mirna_counts`.
    numerator, denominator
        Plain names, e.g. mir-451a and mir-23a-3p.
    min_counts
        Reads that the two need together; a ratio of fewer is noise.

    Returns
    -------
    pandas.Series
        log2 CPM with a prior count of 0.5 (as limma's voom) of the numerator minus that of the
        denominator, in which the library size cancels; NaN where there are too few reads or where
        either miRNA is not in the table. Its sign is that of the qPCR rule of Kirschner 2013
        (10.3389/fgene.2013.00094), its scale is not.
    """
    if not {numerator, denominator} <= set(counts.columns):
        return pd.Series(np.nan, index=counts.index)
    pair = counts[[numerator, denominator]]
    ratio = np.log2((pair[numerator] + 0.5) / (pair[denominator] + 0.5))
    return ratio.where(pair.sum(axis=1, min_count=2) >= min_counts)


def signature_score(
    counts: pd.DataFrame,
    signature: list[str],
    min_cpm: float,
    min_samples: int,
    min_signature: int,
) -> tuple[pd.Series, list[str]]:
    """Haemolysis score of DraculR: signature miRNAs against the other expressed ones.

    Parameters
    ----------
    counts
        Of `mirna_counts`.
    signature
        Plain names of the signature.
    min_cpm, min_samples
        A miRNA is expressed if it has more than `min_cpm` counts per million in at least
        `min_samples` samples (DraculR: 40, and the size of the smallest group).
    min_signature
        Signature miRNAs that must be expressed.

    Returns
    -------
    score
        Geometric mean of the log2 CPM (edgeR's, prior count 2) of the expressed signature miRNAs
        minus that of all other expressed miRNAs, by sample; NaN where it cannot be had. Values of
        log2 CPM that are not positive have no logarithm and are left out of the geometric mean.
    used
        Expressed signature miRNAs.
    """
    empty = pd.Series(np.nan, index=counts.index)
    measured = counts[counts.sum(axis=1, min_count=1) > 0].fillna(0.0)
    library = measured.sum(axis=1)
    per_million = measured.div(library, axis=0) * 1e6
    expressed = measured.columns[(per_million > min_cpm).sum() >= min_samples]
    used = [name for name in signature if name in expressed]
    others = [name for name in expressed if name not in set(signature)]
    if len(used) < min_signature or not others:
        return empty, used
    prior = 2.0 * library / library.mean()
    logs = np.log2(measured.add(prior, axis=0).div(library + 2.0 * prior, axis=0) * 1e6)
    score = _geometric_mean(logs[used]) - _geometric_mean(logs[others])
    return score.reindex(counts.index), used


def _geometric_mean(table: pd.DataFrame) -> pd.Series:
    return np.exp(np.log(table.where(table > 0)).mean(axis=1))
