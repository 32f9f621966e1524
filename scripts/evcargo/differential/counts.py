"""Differential RNA: negative binomial models of raw counts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.differential.count_detection import depth_of, detect_counts
from evcargo.differential.count_filter import (
    CountFilter,
    filter_words,
    is_expressed,
    smallest_compared,
)
from evcargo.differential.design import (
    COMPARISON,
    NotTestable,
    asked_columns,
    compared_samples,
    covariate_column,
    model_matrix,
    model_words,
    per_unit,
    repeated_subjects,
    sides,
)
from evcargo.differential.dispersions import FEW_RESIDUAL_DF
from evcargo.differential.negative_binomial import (
    fit_counts,
    likelihood_ratio_test,
    median_of_ratios,
    wald_statistic,
    wald_test,
)
from evcargo.differential.result import (
    Result,
    differential_table,
    largest_differences,
    side_counts,
    side_sizes,
    untested,
)
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData
    from pydeseq2.dds import DeseqDataSet

#: With so few features, one of them may move a size factor.
FEW_FEATURES = 10
SPIKE_IN = "spike_in"
FEWEST_SPIKES = 3


def test_counts(
    matrix: "AnnData",
    contrast: Contrast,
    alpha: float,
    expressed: CountFilter,
    size_factors: str = "auto",
    beside: Sequence[str] = (),
    alone: bool = False,
    detection: bool = True,
) -> Result:
    """Compare the RNA of groups of samples.

    Parameters
    ----------
    matrix
        Samples x features, raw counts.
    contrast
        What is compared. The model has no random effects: a block becomes a covariate.
    alpha
        Adjusted p-value below which a feature is significant; also the level for which the
        independent filter is optimised.
    expressed
        Which features are tested (`evcargo.differential.count_filter`).
    size_factors
        ``auto`` from the features tested, ``spike_in`` from the spike-ins.
    beside
        Covariates of numbers whose Wald statistics are asked for beside the comparison.
    alone
        Whether what stands beside the test (shrunken fold changes, detection) is left out.
    detection
        Whether the detection test is wanted (`evcargo.differential.count_detection`).

    Returns
    -------
    Result
        Log2 fold changes are the maximum likelihood estimates; the shrunken ones are beside them.
        Source: Love 2014 (10.1186/s13059-014-0550-8), Muzellec 2023
        (10.1093/bioinformatics/btad547). The detection test is beside; there a block is a block.
    """
    given = contrast
    if contrast.block:
        covariates = (*contrast.covariates, contrast.block)
        contrast = replace(contrast, covariates=covariates, block="")
    rows = compared_samples(matrix.obs, contrast)
    groups = sides(rows, contrast)
    names = matrix.var_names.astype(str)
    raw = pd.DataFrame(matrix[rows.index].X, index=rows.index, columns=names)
    added = (matrix.var["class"] == SPIKE_IN).set_axis(names)
    try:
        design = model_matrix(rows, contrast)
        raw = raw.astype(int)
        spikes = spike_in_factors(raw.loc[:, added]) if size_factors == SPIKE_IN else None
        compared = raw.loc[np.any(list(groups.values()), axis=0), ~added]
        smallest = smallest_compared(groups, contrast, design)
        kept = is_expressed(compared, expressed, smallest).reindex(names, fill_value=False)
        needed = filter_words(expressed, smallest)
        if not kept.any():
            raise NotTestable(f"no feature has {needed}")
    except NotTestable as reason:
        return untested(matrix.var, contrast, groups, str(reason))
    fit = fit_counts(raw.loc[:, kept], design, spikes)
    figures = _figures(fit, rows, design, contrast, alpha, shrink=not alone)
    seen, detected = None, ""
    if detection and not alone:
        depth = depth_of(raw.loc[:, kept], fit.obs["size_factors"], spikes is not None)
        least = expressed.min_count
        seen, detected = detect_counts(raw.loc[:, ~added], depth, rows, given, least)
    table = differential_table(
        matrix.var,
        figures,
        side_counts((raw > 0).to_numpy(bool).T, names, contrast, groups),
        _reasons(figures, kept, added, needed),
        alpha,
        seen,
    )
    how, said = _size_factor_words(raw.loc[:, kept], raw.loc[:, added], spikes is not None)
    said += _fit_warnings(design, fit.uns["disp_function_type"])
    repeated = repeated_subjects(rows, contrast)
    test = "likelihood ratio test" if contrast.kind == "any" else "Wald test"
    method = (
        f"PyDESeq2, {test}, size factors by {how}, {model_words(contrast)};"
        f" features with {needed}{' (filterByExpr of edgeR)' if expressed.min_count else ''};"
        f" Benjamini-Hochberg with independent filtering at {alpha:g}{detected}"
    )
    warnings = tuple([*said, repeated] if repeated else said)
    statistics = {
        name: wald_statistic(fit, str(design.columns[covariate_column(design, name)]))
        for name in beside
    }
    of_beside = pd.DataFrame(statistics, fit.var_names, list(beside))
    return Result(table, method, warnings, *side_sizes(groups, contrast), of_beside)


def _figures(
    fit: "DeseqDataSet",
    rows: pd.DataFrame,
    design: pd.DataFrame,
    contrast: Contrast,
    alpha: float,
    shrink: bool,
) -> pd.DataFrame:
    """Test what the contrast asks; of kind any with the two levels furthest apart."""
    if contrast.kind != "any":
        return wald_test(fit, COMPARISON, alpha, per_unit(rows, contrast), shrink=shrink)
    asked = [str(name) for name in design.columns[asked_columns(design, contrast)]]
    changes = fit.varm["LFC"][asked].to_numpy(float) / np.log(2)
    levels = sorted(set(rows[contrast.column].astype(str)))
    largest = largest_differences(changes, levels).set_index(fit.var_names)
    return likelihood_ratio_test(fit, asked, alpha).join(largest)


def _reasons(figures: pd.DataFrame, kept: pd.Series, added: pd.Series, needed: str) -> pd.Series:
    """Why a feature has no p-value, or no adjusted one; empty where it has."""
    reasons = pd.Series("", index=kept.index)
    reasons[~kept] = f"too few reads: it needs {needed}"
    reasons[added] = "spike-in: added to the sample, not of it"
    reasons[figures.index[figures["p_value"].isna()]] = (
        "count outlier in a sample (Cook's distance)"
    )
    filtered = figures["p_value"].notna() & figures["adjusted_p_value"].isna()
    reasons[figures.index[filtered]] = "mean count too low (independent filtering)"
    return reasons


def spike_in_factors(spikes: pd.DataFrame) -> pd.Series:
    """Size factors from the counts of the spike-ins, samples x features.

    Raises
    ------
    NotTestable
        If fewer than `FEWEST_SPIKES` are counted in every sample.
    """
    complete = int((spikes > 0).all().sum())
    if complete < FEWEST_SPIKES:
        raise NotTestable(
            f"differential.size_factors is spike_in, and {complete} spike-ins are counted in every"
            f" compared sample; {FEWEST_SPIKES} are needed"
        )
    return median_of_ratios(spikes)


def _size_factor_words(
    counts: pd.DataFrame, spikes: pd.DataFrame, from_spikes: bool
) -> tuple[str, list[str]]:
    """How the size factors were made, and what to warn of."""
    if from_spikes:
        used = int((spikes > 0).all().sum())
        return f"median of ratios over {used} spike-ins", []
    complete = int((counts > 0).all().sum())
    if not complete:
        said = (
            "Every feature is zero in some sample: size factors were taken from positive counts"
            " only (poscounts), and are less certain."
        )
        return "median of ratios over positive counts", [said]
    said = (
        f"The size factors rest on {complete} feature{'s' if complete > 1 else ''}: no other is"
        " counted in every sample."
    )
    return "median of ratios", [said] if complete < FEW_FEATURES else []


def _fit_warnings(design: pd.DataFrame, trend: str) -> list[str]:
    said = []
    residual = len(design) - design.shape[1]
    if residual <= FEW_RESIDUAL_DF:
        said.append(
            f"Only {residual} residual degree{'s' if residual > 1 else ''} of freedom: the"
            " dispersions, and with them the p-values, are uncertain."
        )
    if trend == "mean":
        said.append("The dispersions follow no trend with the mean: their mean was used instead.")
    return said
