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
HALF_A_READ = 0.5
"""What a miRNA without any read counts as in a ratio."""
ALPHA = 0.05


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
) -> pd.DataFrame:
    """Take the log2 ratio of two miRNAs, and what their few reads leave open.

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
    pandas.DataFrame
        By sample, log2: `ratio` of the counts, in which the library size cancels (a miRNA without
        reads counts as `HALF_A_READ`), and `low` and `high`, the ends of its exact 95 % interval
        (Clopper and Pearson 1934, 10.1093/biomet/26.4.404, of the share of the numerator in the
        reads of both), infinite where a miRNA has no reads. NaN where there are too few reads or
        where either miRNA is not in the table. The sign of the ratio is that of the qPCR rule of
        Kirschner 2013 (10.3389/fgene.2013.00094), its scale is not.
    """
    columns = ["ratio", "low", "high"]
    from scipy.special import betaincinv  # every job reads this module, few need scipy

    if not {numerator, denominator} <= set(counts.columns):
        return pd.DataFrame(np.nan, counts.index, columns)
    above, below = counts[numerator], counts[denominator]
    enough = above + below >= min_counts
    ratio = np.log2(above.clip(lower=HALF_A_READ) / below.clip(lower=HALF_A_READ))
    low = betaincinv(above, below + 1, ALPHA / 2)
    high = betaincinv(above + 1, below, 1 - ALPHA / 2)
    # Where all reads are of one miRNA, its share may be 0 or 1.
    low, high = np.where(above == 0, 0.0, low), np.where(below == 0, 1.0, high)
    with np.errstate(divide="ignore"):
        table = {
            "ratio": ratio,
            "low": np.log2(low / (1 - low)),
            "high": np.log2(high / (1 - high)),
        }
    return pd.DataFrame(table, counts.index).where(enough)


def signature_score(
    counts: pd.DataFrame,
    signature: list[str],
    min_cpm: float,
    min_samples: int,
    min_signature: int,
    min_reads: float = 0,
) -> tuple[pd.Series, list[str], pd.Series]:
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
    min_reads
        Reads that `min_cpm` should be in a sample. Samples with fewer (shallow ones) do not say
        what is expressed, unless all are shallow.

    Returns
    -------
    score
        Geometric mean of the log2 CPM (edgeR's, prior count 2) of the expressed signature miRNAs
        minus that of all other expressed miRNAs, by sample; NaN where it cannot be had. Values of
        log2 CPM that are not positive have no logarithm and are left out of the geometric mean.
    used
        Expressed signature miRNAs.
    rare
        Share of the expressed miRNAs that have fewer than `min_reads` reads in a shallow sample;
        0 in one that is deep enough.
    """
    empty = pd.Series(np.nan, index=counts.index)
    measured = counts[counts.sum(axis=1, min_count=1) > 0].fillna(0.0)
    library = measured.sum(axis=1)
    per_million = measured.div(library, axis=0) * 1e6
    deep = library * min_cpm / 1e6 >= min_reads
    telling = per_million[deep] if deep.any() else per_million
    expressed = measured.columns[(telling > min_cpm).sum() >= min(min_samples, len(telling))]
    used = [name for name in signature if name in expressed]
    others = [name for name in expressed if name not in set(signature)]
    rare = (measured[expressed] < min_reads).mean(axis=1).where(~deep, 0.0).reindex(counts.index)
    if len(used) < min_signature or not others:
        return empty, used, rare
    prior = 2.0 * library / library.mean()
    logs = np.log2(measured.add(prior, axis=0).div(library + 2.0 * prior, axis=0) * 1e6)
    score = _geometric_mean(logs[used]) - _geometric_mean(logs[others])
    return score.reindex(counts.index), used, rare


def _geometric_mean(table: pd.DataFrame) -> pd.Series:
    return np.exp(np.log(table.where(table > 0)).mean(axis=1))
