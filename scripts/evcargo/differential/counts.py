"""Differential RNA: PyDESeq2 on raw counts."""

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from evcargo.differential.design import (
    COMPARISON,
    NotTestable,
    compared_samples,
    is_test,
    model_matrix,
)
from evcargo.differential.result import Result, differential_table, untested
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

CONFIDENCE = 0.95
#: With so few, DESeq2 estimates the prior of the dispersions by simulation and PyDESeq2 does not.
FEW_RESIDUAL_DF = 3
#: With so few features, one of them may move a size factor.
FEW_FEATURES = 10
SPIKE_IN = "spike_in"


class CountFilter(NamedTuple):
    """Counts per million that a feature needs, and in which share of the compared samples."""

    min_cpm: float
    min_share: float


def test_counts(
    matrix: "AnnData",
    contrast: Contrast,
    alpha: float,
    expressed: CountFilter,
    coefficient: str = COMPARISON,
) -> Result:
    """Compare the RNA of two groups of samples.

    Parameters
    ----------
    matrix
        Samples x features, raw counts.
    contrast
        What is compared.
    alpha
        Adjusted p-value below which a feature is significant; also the level for which the
        independent filter is optimised.
    expressed
        Which features are tested.
    coefficient
        Column of the model matrix that is tested.

    Returns
    -------
    Result
        Log2 fold changes are the maximum likelihood estimates, not shrunken. Source: Love 2014
        (10.1186/s13059-014-0550-8), Muzellec 2023 (10.1093/bioinformatics/btad547).
    """
    rows = compared_samples(matrix.obs, contrast)
    test = is_test(rows, contrast).to_numpy(bool)
    sides = int(test.sum()), int((~test).sum())
    try:
        design = model_matrix(rows, contrast)
    except NotTestable as reason:
        return untested(matrix.var, *sides, str(reason))
    names = matrix.var_names.astype(str)
    raw = pd.DataFrame(matrix[rows.index].X, index=rows.index, columns=names).astype(int)
    added = (matrix.var["class"] == SPIKE_IN).set_axis(names)
    kept = is_expressed(raw.loc[:, ~added], expressed).reindex(names, fill_value=False)
    if not kept.any():
        why = f"no feature reaches {expressed.min_cpm:g} CPM in enough of the compared samples"
        return untested(matrix.var, *sides, why)
    figures, how, said = _deseq2(raw.loc[:, kept], design, alpha, coefficient)
    counts = pd.DataFrame(
        {"n_test": (raw[test] > 0).sum(), "n_reference": (raw[~test] > 0).sum()}, index=names
    )
    reasons = pd.Series("", index=names)
    reasons[~kept] = (
        f"below {expressed.min_cpm:g} CPM in more than {1 - expressed.min_share:.0%} of the samples"
    )
    reasons[added] = "spike-in: added to the sample, not of it"
    reasons[figures.index[figures["p_value"].isna()]] = (
        "count outlier in a sample (Cook's distance)"
    )
    filtered = figures["p_value"].notna() & figures["adjusted_p_value"].isna()
    reasons[figures.index[filtered]] = "mean count too low (independent filtering)"
    method = (
        f"PyDESeq2, Wald test, size factors by {how},"
        f" model: {' + '.join(['intercept', contrast.column, *contrast.covariates])};"
        f" features with at least {expressed.min_cpm:g} CPM in {expressed.min_share:.0%} of"
        " the samples;"
        f" Benjamini-Hochberg with independent filtering at {alpha:g}"
    )
    table = differential_table(matrix.var, figures, counts, reasons, alpha)
    return Result(table, method, tuple(said), *sides)


def is_expressed(counts: pd.DataFrame, expressed: CountFilter) -> pd.Series:
    """Tell which features (columns of the samples x features `counts`) pass the filter."""
    library = counts.sum(axis=1)
    cpm = counts.div(library.where(library > 0), axis=0) * 1e6
    share = (cpm >= expressed.min_cpm).mean()
    return (share >= expressed.min_share) & (counts.sum() > 0)


def _deseq2(
    counts: pd.DataFrame, design: pd.DataFrame, alpha: float, coefficient: str
) -> tuple[pd.DataFrame, str, list[str]]:
    """Figures by feature, how the size factors were made, and what to warn of."""
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.ds import DeseqStats

    said = []
    complete = int((counts > 0).all().sum())
    ratios = complete > 0
    how = "median of ratios" if ratios else "median of ratios over positive counts"
    if not ratios:
        said.append(
            "Every feature is zero in some sample: size factors were taken from positive counts"
            " only (poscounts), and are less certain."
        )
    elif complete < FEW_FEATURES:
        said.append(
            f"The size factors rest on {complete} feature{'s' if complete > 1 else ''}: no other is"
            " counted in every sample."
        )
    residual = len(design) - design.shape[1]
    if residual <= FEW_RESIDUAL_DF:
        said.append(
            f"Only {residual} residual degrees of freedom: the dispersions, and with them the"
            " p-values, are uncertain and may differ from those of DESeq2 in R."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyDESeq2 warns of its own choices, which `said` tells
        fit = DeseqDataSet(
            counts=counts,
            metadata=pd.DataFrame(index=counts.index),
            design=design,
            size_factors_fit_type="ratio" if ratios else "poscounts",
            n_cpus=1,
            quiet=True,
        )
        fit.deseq2()
        asked = (design.columns == coefficient).astype(float)
        wald = DeseqStats(fit, asked, alpha=alpha, n_cpus=1, quiet=True)
        wald.summary()
    if fit.uns["disp_function_type"] == "mean":
        said.append("The dispersions follow no trend with the mean: their mean was used instead.")
    figures = wald.results_df.rename(
        columns={
            "baseMean": "mean",
            "log2FoldChange": "log2_fold_change",
            "lfcSE": "standard_error",
            "stat": "statistic",
            "pvalue": "p_value",
            "padj": "adjusted_p_value",
        }
    )
    margin = figures["standard_error"] * stats.norm.ppf((1 + CONFIDENCE) / 2)
    figures["ci_low"] = figures["log2_fold_change"] - margin
    figures["ci_high"] = figures["log2_fold_change"] + margin
    return figures.astype(np.float64), how, said
