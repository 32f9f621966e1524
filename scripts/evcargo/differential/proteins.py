"""Differential proteins: moderated statistics on normalised log2 intensities, and detection."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.differential.design import (
    NotTestable,
    compared_samples,
    model_matrix,
    model_words,
    repeated_subjects,
    sides,
)
from evcargo.differential.detection import detect
from evcargo.differential.imputation import imputed_figures
from evcargo.differential.linear_models import Model, Moderation, moderate
from evcargo.differential.result import (
    Result,
    differential_table,
    side_counts,
    side_sizes,
    untested,
)
from evcargo.purity.meaning import relative_reason
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

TREND_WORDS = {"intensity": " that follows the mean intensity", "peptides": " by peptides"}


def test_proteins(
    matrix: "AnnData",
    contrast: Contrast,
    alpha: float,
    min_samples: int,
    how: Moderation,
    imputation: str = "none",
    beside: Sequence[str] = (),
    alone: bool = False,
) -> Result:
    """Compare the proteins of groups of samples.

    Parameters
    ----------
    matrix
        Samples x protein groups; ``layers["normalised"]`` is log2, NaN where missing;
        ``layers["transferred"]`` may tell the share of a quantity that was transferred between
        runs, and `obs` the weights of the samples (`evcargo.differential.actions`).
    contrast
        What is compared.
    alpha
        Adjusted p-value below which a protein is significant.
    min_samples
        Samples with a value that a protein needs at every level; of a slope, twice as many.
    how
        How the variances are moderated.
    imputation
        ``none``, or ``left_censored`` for the sensitivity columns
        (`evcargo.differential.imputation`).
    beside
        Covariates of numbers whose t statistics are asked for beside the comparison.
    alone
        Whether what stands beside the test (detection, imputed columns) is left out.

    Returns
    -------
    Result
        A protein is tested if it has enough values at every level, if they leave a residual degree
        of freedom, and if they can tell the comparison from the covariates. Missing values stay
        missing, and the detection test is beside. Source: Smyth 2004
        (10.2202/1544-6115.1027); Benjamini and Hochberg 1995.

    Raises
    ------
    EvcargoError
        If the prior shall follow the number of peptides and a tested protein has none.
    """
    rows = compared_samples(matrix.obs, contrast)
    groups = sides(rows, contrast)
    try:
        design = model_matrix(rows, contrast)
    except NotTestable as why:
        return untested(matrix.var, contrast, groups, str(why))
    names = matrix.var_names.astype(str)
    values = np.array(matrix[rows.index].layers["normalised"], dtype=float).T
    seen = np.isfinite(values)
    needed = min_samples * (2 if contrast.kind == "slope" else 1)
    reasons = pd.Series("", index=names)
    for level, at in reversed(groups.items()):
        reasons[seen[:, at].sum(axis=1) < needed] = f"fewer than {needed} values at {level}"
    enough = (reasons == "").to_numpy(bool)
    model = Model(design, rows, contrast, how, beside)
    fitted = moderate(values[enough], matrix.var[enough], model)
    reasons[names[enough][fitted.df == 0]] = "no residual degree of freedom"
    reasons[names[enough][~fitted.estimable]] = (
        "its values cannot tell the comparison from the covariates"
    )
    statistics = "F statistics" if contrast.kind == "any" else "t statistics"
    method = (
        f"moderated {statistics} (empirical Bayes, as limma's eBayes) on log2 normalised"
        f" intensities, {model_words(contrast)}{fitted.correlation}"
        f"{', weighted by purity' if model.weights is not None else ''};"
        f" {'robust ' if how.robust else ''}prior{TREND_WORDS.get(how.trend, '')} with"
        f" {fitted.prior_df:.3g} degrees of freedom;"
        " missing values left missing; Benjamini-Hochberg"
    )
    figures = fitted.figures
    # The low end of relative quantities is no limit of detection.
    is_drawn = imputation != "none" and contrast.kind != "any" and not relative_reason(matrix)
    if is_drawn and not alone:
        kept = np.any([seen[:, at].sum(axis=1) >= needed for at in groups.values()], axis=0)
        figures = figures.join(imputed_figures(values, matrix.var, model, kept), how="outer")
        method += "; columns imputed: missing values drawn from the low end (MinProb)"
    detection, said = (None, "") if alone else detect(matrix, rows, contrast)
    table = differential_table(
        matrix.var,
        figures,
        side_counts(seen, names, contrast, groups),
        reasons,
        alpha,
        detection,
    )
    warnings = [one for one in (repeated_subjects(rows, contrast),) if one]
    return Result(
        table,
        method + said,
        tuple(warnings),
        *side_sizes(groups, contrast),
        fitted.beside,
    )
