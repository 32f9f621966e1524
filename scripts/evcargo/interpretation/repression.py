"""Repression: whether the targets of a miRNA go against it.

A miRNA represses its targets in the cells in which it works. In EVs both are cargo: targets that
are shifted against a miRNA tell of its work in the cells that the EVs come from, not of repression
within EVs.

Two questions are asked of every miRNA that differs significantly. (a) Are its targets, among all
tested genes, shifted against its direction (`evcargo.interpretation.camera`, one-sided)? (b) Over
matched samples, is a target the lower the more of the miRNA there is? The second is asked *within*
the groups: what the model of the contrast explains (groups, covariates) is taken out of both, since
any two features that differ between the groups are correlated over all samples. Samples of one
subject or block are averaged first, since they are no evidence of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from evcargo.differential.adjust import adjust
from evcargo.differential.design import NotTestable, compared_samples, model_matrix
from evcargo.errors import EvcargoError
from evcargo.interpretation.camera import camera
from evcargo.interpretation.gene_sets import membership
from evcargo.interpretation.genes import gene_names, gene_table
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.targets import read_targets, resolve
from evcargo.study.model import Contrast
from evcargo.study.notes import Notes
from evcargo.study.units import unit_names

if TYPE_CHECKING:
    from anndata import AnnData

LEAST_DF = 2  # residual degrees of freedom of a correlation
RNA = "rna"

Floats = NDArray[np.float64]


def target_shifts(
    mirnas: pd.DataFrame,
    genes: pd.DataFrame,
    pairs: pd.DataFrame,
    fewest: int,
    correlation: float,
    alpha: float,
) -> pd.DataFrame:
    """Test whether the targets of every significant miRNA are shifted against it.

    Parameters
    ----------
    mirnas, genes
        Of `evcargo.interpretation.genes.gene_table`, of the miRNAs and of one assay of targets.
    pairs
        `mirna` (as the index of `mirnas`) and `gene` (as the index of `genes`).
    fewest
        Tested targets that a miRNA needs.
    correlation
        Between the genes of a set.
    alpha
        Adjusted p-value below which a shift is significant.

    Returns
    -------
    pandas.DataFrame
        Contract ``targets`` but for the assay, by p-value.
    """
    hits = mirnas[mirnas["significant"].fillna(False).astype(bool)]
    named = pairs[pairs["mirna"].isin(hits.index)].groupby("mirna")["gene"].unique()
    sets = [GeneSet("", str(name), "", tuple(named.get(name, ()))) for name in hits.index]
    members = membership(sets, genes.index)
    table = hits[["log2_fold_change", "robustness"]].rename_axis("mirna").reset_index()
    table["named"] = members.sets["named"].to_numpy()
    table["background"] = len(genes)
    table["in_background"] = members.sizes
    z, change = genes["z"].to_numpy(float), table["log2_fold_change"].astype(float)
    sizes = table["in_background"]
    table["reason"] = np.select(
        [table["named"] == 0, sizes < fewest, sizes == len(genes), change.isna()],
        [
            "no target in the table",
            f"fewer than {fewest} of its targets were tested",
            "every gene tested is a target",
            "the miRNA has no direction",
        ],
        "",
    )
    if genes["log2_fold_change"].isna().all():
        table["reason"] = "the targets have no direction"
    table[["shift", "p_value"]] = np.nan
    tested = (table["reason"] == "").to_numpy()
    if tested.any():
        shift, p_down, p_up = camera(z, members.members[tested], correlation)
        table.loc[tested, "shift"] = shift
        table.loc[tested, "p_value"] = np.where(change[tested] > 0, p_down, p_up)
    table["mirna"] = table["mirna"].map(mirnas["symbol"])
    table["adjusted_p_value"] = adjust(table["p_value"])
    table["significant"] = (table["adjusted_p_value"] < alpha).where(tested, None)
    return table.sort_values(["p_value", "mirna"], kind="stable", ignore_index=True)


def matched_samples(
    rna: pd.DataFrame, other: pd.DataFrame, contrast: Contrast
) -> tuple[list[str], list[str]]:
    """Match the samples compared in two assays: the same sample, else the same subject and level.

    Parameters
    ----------
    rna, other
        `obs` of either matrix.
    contrast
        What is compared.
    """
    left, right = compared_samples(rna, contrast), compared_samples(other, contrast)
    same = [name for name in left.index if name in set(right.index)]
    if "subject" not in left:
        return same, same
    keys = ["subject", contrast.column]
    rest = [
        rows.drop(index=same).reset_index(names="sample").dropna(subset=keys)
        for rows in (left, right)
    ]
    rest = [rows[rows["subject"].astype(str) != ""] for rows in rest]
    rest = [rows.drop_duplicates(keys, keep=False)[["sample", *keys]].astype(str) for rows in rest]
    joined = rest[0].merge(rest[1], on=keys, suffixes=("", "_other"))
    return same + joined["sample"].tolist(), same + joined["sample_other"].tolist()


def units_of(rows: pd.DataFrame, contrast: Contrast) -> NDArray[np.int_]:
    """Find the independent unit of every sample: its subject or block, or the sample itself.

    Where the model holds the subject or the block as a covariate, it takes their differences out,
    so that their samples at different levels are units of their own.

    Parameters
    ----------
    rows
        Samples (`obs`).
    contrast
        What is compared.

    Returns
    -------
    numpy.ndarray
        Number of the unit of each sample, from 0.
    """
    names = unit_names(rows, contrast.block)
    if {"subject", contrast.block or "subject"} & set(contrast.covariates):
        names = names + "|" + rows[contrast.column].astype(str)
    return np.unique(names.to_numpy(str), return_inverse=True)[1]


def partial_correlations(
    x: Floats, y: Floats, design: Floats, units: NDArray[np.int_], fewest: int
) -> tuple[Floats, NDArray[np.int_], Floats]:
    """Correlate rows of `x` with one row of `y` within a design, over the means of units.

    Parameters
    ----------
    x
        Features x samples, complete.
    y
        One feature, NaN where missing.
    design
        Samples x coefficients, with an intercept.
    units
        Of every sample, see `units_of`. Quantities and design are averaged over the samples of a
        unit that have both.
    fewest
        Units with both that a correlation needs.

    Returns
    -------
    r
        Pearson correlation of what the design leaves; NaN where there are too few units, or where
        either does not vary.
    n
        Units with both.
    p_value
        One-sided p-value of a negative correlation: t with n - rank - 1 degrees of freedom.
    """
    seen = np.isfinite(y)
    member = np.eye(units.max() + 1)[units[seen]].T
    member = member[member.any(axis=1)]
    mean = member / member.sum(axis=1, keepdims=True)
    count = len(mean)
    x, y, design = x[:, seen] @ mean.T, mean @ y[seen], mean @ design[seen]
    n = np.full(len(x), count)
    basis, values, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, values > 1e-9 * max(values.max(initial=0), 1e-300)]
    df = count - basis.shape[1] - 1
    if count < fewest or df < LEAST_DF:
        return np.full(len(x), np.nan), n, np.full(len(x), np.nan)
    left = x - x @ basis @ basis.T
    right = y - basis @ (basis.T @ y)
    tiny = 1e-10 * np.linalg.norm(y)
    size = np.linalg.norm(left, axis=1) * np.linalg.norm(right)
    varies = (np.linalg.norm(left, axis=1) > 1e-10 * np.linalg.norm(x, axis=1)) & (
        np.linalg.norm(right) > tiny
    )
    r = np.full(len(x), np.nan)
    r[varies] = np.clip(left[varies] @ right / size[varies], -1, 1)
    with np.errstate(divide="ignore"):
        return r, n, t.cdf(r * np.sqrt(df / (1 - r**2)), df)


def target_pairs(
    mirnas: pd.DataFrame,
    genes: pd.DataFrame,
    pairs: pd.DataFrame,
    matrices: tuple["AnnData", "AnnData"],
    contrast: Contrast,
    fewest: int,
    alpha: float,
) -> tuple[pd.DataFrame, str]:
    """Correlate every significant miRNA with each of its tested targets over matched samples.

    Parameters
    ----------
    mirnas, genes, pairs, alpha
        As in `target_shifts`; `support` of the pairs is passed on.
    matrices
        Of small RNA, and of the assay of the targets; layer `normalised`.
    contrast
        What is compared.
    fewest
        Matched units (see `units_of`) with both that a pair needs.

    Returns
    -------
    table
        Contract ``target_pairs`` but for the assay, by p-value.
    reason
        Why there is none, or an empty text.
    """
    columns = ["mirna", "gene", "support", "samples", "correlation", "p_value"]
    empty = pd.DataFrame(columns=[*columns, "adjusted_p_value", "significant", "reason"])
    hits = mirnas[mirnas["significant"].fillna(False).astype(bool)]
    asked = pairs[pairs["mirna"].isin(hits.index) & pairs["gene"].isin(genes.index)]
    if asked.empty:
        return empty, "no miRNA that differs has a tested target"
    rna, other = matrices
    left, right = matched_samples(rna.obs, other.obs, contrast)
    units = units_of(rna[left].obs, contrast) if left else np.empty(0, dtype=int)
    count = len(set(units))
    if count < fewest:
        among = "" if count == len(left) else f" independent ones among {len(left)}"
        return empty, f"{count}{among} matched samples, fewer than {fewest}"
    try:
        design = model_matrix(compared_samples(rna[left].obs, contrast), contrast)
    except NotTestable as why:
        return empty, f"{why} (matched samples)"
    x = _normalised(rna, left, hits["feature"])
    y = _normalised(other, right, genes["feature"])
    within = design.loc[left].to_numpy(float)
    order = {name: row for row, name in enumerate(hits.index)}
    parts = []
    for gene, rows in asked.groupby("gene", sort=True):
        chosen = [order[name] for name in rows["mirna"]]
        target = y[genes.index.get_loc(gene)]
        r, n, p = partial_correlations(x[chosen], target, within, units, fewest)
        parts.append(rows.assign(samples=n, correlation=r, p_value=p))
    table = pd.concat(parts, ignore_index=True)[columns]
    table["gene"] = table["gene"].map(genes["symbol"])
    table["mirna"] = table["mirna"].map(mirnas["symbol"])
    table["adjusted_p_value"] = adjust(table["p_value"])
    table["significant"] = (table["adjusted_p_value"] < alpha).where(table["p_value"].notna(), None)
    few = (
        f"fewer than {fewest} independent matched samples with both, or no variation within the"
        " groups"
    )
    table["reason"] = np.where(table["p_value"].isna(), few, "")
    return table.sort_values(["p_value", "mirna", "gene"], kind="stable", ignore_index=True), ""


def _normalised(matrix: "AnnData", samples: list[str], features: pd.Series) -> Floats:
    """Features x samples, log2."""
    chosen = matrix[samples, features.to_numpy(str)]
    return np.asarray(chosen.layers["normalised"], float).T


@dataclass(frozen=True)
class TargetOptions:
    """How targets are tested.

    Parameters
    ----------
    fewest
        Tested targets that a miRNA needs (`interpretation.set_size`).
    samples
        Independent matched samples that a pair needs (`interpretation.min_matched_samples`).
    correlation
        Between the genes of a set (`interpretation.inter_gene_correlation`).
    alpha
        Adjusted p-value below which a test is significant.
    """

    fewest: int
    samples: int
    correlation: float
    alpha: float


@dataclass(frozen=True)
class Repression:
    """Contracts ``targets`` and ``target_pairs``, and what the reader must know."""

    shifts: pd.DataFrame
    pairs: pd.DataFrame
    notes: tuple[str, ...]


def repression(
    tables: Mapping[str, pd.DataFrame],
    matrices: Mapping[str, "AnnData"],
    targets: str,
    contrast: Contrast,
    organism: str,
    options: TargetOptions,
) -> Repression:
    """Test the targets of the significant miRNAs in the proteins and the transcripts of a study.

    Parameters
    ----------
    tables, matrices
        Contract ``differential`` and matrix by assay: rna, and those of the targets.
    targets
        Table of targets, see `evcargo.interpretation.targets.read_targets`.
    contrast, organism
        What is compared.
    options
        How.

    Raises
    ------
    EvcargoError
        If the table of targets cannot be read; `snakemake -n` has told it.
    """
    told = Notes(targets)
    table = read_targets(targets, organism, told)
    if table is None:
        raise EvcargoError(str(told.problems[0]))
    genes = {
        assay: gene_table(tables[assay], gene_names(matrices[assay].var, assay, organism))
        for assay in tables
    }
    mirnas = genes.pop(RNA)
    pairs = pairs_of(table, mirnas.index)
    notes = [f"{pairs['mirna'].nunique()} of {len(mirnas)} tested miRNAs have targets in {targets}"]
    shifts, correlated = [], []
    for assay, tested in genes.items():
        shifted = target_shifts(
            mirnas, tested, pairs, options.fewest, options.correlation, options.alpha
        )
        found, why = target_pairs(
            mirnas, tested, pairs, (matrices[RNA], matrices[assay]), contrast, options.samples,
            options.alpha,
        )  # fmt: skip
        shifts.append(shifted.assign(assay=assay, not_correlated=why))
        correlated.append(found.assign(assay=assay))
        if why:
            notes.append(f"{assay}: miRNA and target were not correlated: {why}")
    return Repression(pd.concat(shifts), pd.concat(correlated), tuple(notes))


def pairs_of(table: pd.DataFrame, known: pd.Index) -> pd.DataFrame:
    """Write the pairs of a table of targets with the miRNAs of the study; others are left out."""
    parts = []
    for families, rows in table.groupby("family"):
        found = resolve(rows["mirna"].unique(), known, bool(families))
        parts.append(rows.assign(mirna=rows["mirna"].map(found)).explode("mirna"))
    pairs = pd.concat(parts).dropna(subset=["mirna"])
    return pairs.drop_duplicates(["mirna", "gene"]).sort_values(
        ["mirna", "gene"], ignore_index=True
    )
