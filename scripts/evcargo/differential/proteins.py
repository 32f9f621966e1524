"""Differential proteins: moderated t statistics on normalised log2 intensities."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from evcargo.differential.design import (
    COMPARISON,
    NotTestable,
    compared_samples,
    is_test,
    model_matrix,
)
from evcargo.differential.moderated import fit_features, moderated_test
from evcargo.differential.prior import Floats, fit_prior
from evcargo.differential.result import Result, differential_table, untested
from evcargo.errors import EvcargoError
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

TREND_WORDS = {"intensity": " that follows the mean intensity", "peptides": " by peptides"}


class Moderation(NamedTuple):
    """What the prior of the variances follows, and whether outliers are kept from it.

    `trend` is none, intensity (limma-trend) or peptides (their number, as in DEqMS).
    """

    trend: str
    robust: bool


def test_proteins(
    matrix: "AnnData",
    contrast: Contrast,
    alpha: float,
    min_samples: int,
    how: Moderation,
    coefficient: str = COMPARISON,
) -> Result:
    """Compare the proteins of two groups of samples.

    Parameters
    ----------
    matrix
        Samples x protein groups; ``layers["normalised"]`` is log2, NaN where missing.
    contrast
        What is compared.
    alpha
        Adjusted p-value below which a protein is significant.
    min_samples
        Samples with a value that a protein needs at either level.
    how
        How the variances are moderated.
    coefficient
        Column of the model matrix that is tested.

    Returns
    -------
    Result
        A protein is tested if it has enough values at both levels, if they leave a residual degree
        of freedom, and if they can tell the comparison from the covariates. Missing values stay
        missing. Source: Smyth 2004 (10.2202/1544-6115.1027); Benjamini and Hochberg 1995.

    Raises
    ------
    EvcargoError
        If the prior shall follow the number of peptides and a tested protein has none.
    """
    rows = compared_samples(matrix.obs, contrast)
    test = is_test(rows, contrast).to_numpy(bool)
    sides = int(test.sum()), int((~test).sum())
    try:
        design = model_matrix(rows, contrast)
    except NotTestable as why:
        return untested(matrix.var, *sides, str(why))
    names = matrix.var_names.astype(str)
    values = np.array(matrix[rows.index].layers["normalised"], dtype=float).T
    seen = np.isfinite(values)
    counts = pd.DataFrame(
        {"n_test": seen[:, test].sum(axis=1), "n_reference": seen[:, ~test].sum(axis=1)}, names
    )
    enough = (counts >= min_samples).all(axis=1).to_numpy()
    fits = fit_features(values[enough], design.to_numpy(), design.columns.get_loc(coefficient))
    mean = np.array([row[np.isfinite(row)].mean() for row in values[enough]])
    prior = fit_prior(
        fits.variance, fits.df, _covariate(how.trend, mean, matrix.var[enough]), how.robust
    )
    figures = moderated_test(fits, prior).set_index(names[enough]).assign(mean=mean)
    figures["adjusted_p_value"] = adjust(figures["p_value"])
    reasons = pd.Series("", index=names)
    for level, column in ((contrast.reference, "n_reference"), (contrast.test, "n_test")):
        reasons[counts[column] < min_samples] = f"fewer than {min_samples} values at {level}"
    reasons[names[enough][fits.df == 0]] = "no residual degree of freedom"
    reasons[names[enough][~np.isfinite(fits.coefficient)]] = (
        "its values cannot tell the comparison from the covariates"
    )
    method = (
        "moderated t statistics (empirical Bayes, as limma's eBayes) on log2 normalised"
        f" intensities, model: {' + '.join(['intercept', contrast.column, *contrast.covariates])};"
        f" {'robust ' if how.robust else ''}prior{TREND_WORDS.get(how.trend, '')} with"
        f" {np.median(prior.df) if len(prior.df) else 0:.3g} degrees of freedom;"
        " missing values left missing; Benjamini-Hochberg"
    )
    table = differential_table(matrix.var, figures, counts, reasons, alpha)
    return Result(table, method, (), *sides)


def _covariate(trend: str, mean: Floats, proteins: pd.DataFrame) -> Floats | None:
    if trend == "none":
        return None
    if trend == "intensity":
        return mean
    peptides = proteins["n_peptides"].to_numpy(float)
    if not (peptides >= 1).all():
        raise EvcargoError(
            "config, differential.variance_trend: 'peptides' needs the number of peptides of every"
            f" tested protein, and {int((~(peptides >= 1)).sum())} have none"
            f" ({proteins.index[~(peptides >= 1)][0]} ...). Write intensity"
        )
    return np.log2(peptides)


def adjust(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg adjusted p-values; NaN stays NaN and does not count as a test."""
    known = p_values.notna()
    adjusted = pd.Series(np.nan, index=p_values.index)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known].to_numpy(float))
    return adjusted
