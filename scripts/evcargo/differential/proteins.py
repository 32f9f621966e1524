"""Differential proteins: moderated statistics on normalised log2 intensities, and detection."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from evcargo.differential.actions import weights_of
from evcargo.differential.adjust import adjust
from evcargo.differential.blocks import block_correlation, consensus_correlation
from evcargo.differential.design import (
    COMPARISON,
    NotTestable,
    asked_columns,
    compared_samples,
    model_matrix,
    model_words,
    per_unit,
    repeated_subjects,
    sides,
)
from evcargo.differential.detection import detection_test
from evcargo.differential.moderated import (
    Fits,
    Flags,
    JointFits,
    fit_jointly,
    moderated_f_test,
    moderated_test,
    weighted,
)
from evcargo.differential.prior import Floats, Prior, fit_prior
from evcargo.differential.result import (
    Result,
    differential_table,
    largest_differences,
    side_counts,
    side_sizes,
    untested,
)
from evcargo.errors import EvcargoError
from evcargo.study.design import covariate_numbers
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
    coefficient
        Column of the model matrix that is tested.

    Returns
    -------
    Result
        A protein is tested if it has enough values at every level, if they leave a residual degree
        of freedom, and if they can tell the comparison from the covariates. Missing values stay
        missing; a pair has the detection test beside it. Source: Smyth 2004
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
    weights = weights_of(rows)
    blocks, correlation = _blocks(values[enough], design, rows, contrast, weights)
    asked = asked_columns(design, contrast)
    if coefficient != COMPARISON:
        asked = [design.columns.get_loc(coefficient)]
    fits = fit_jointly(values[enough], design.to_numpy(), asked, blocks, weights)
    mean = np.array([row[np.isfinite(row)].mean() for row in values[enough]])
    prior = fit_prior(
        fits.variance, fits.df, _covariate(how.trend, mean, matrix.var[enough]), how.robust
    )
    figures = _figures(fits, prior, rows, contrast)
    figures = figures.set_index(names[enough]).assign(mean=mean)
    figures["adjusted_p_value"] = adjust(figures["p_value"])
    reasons[names[enough][fits.df == 0]] = "no residual degree of freedom"
    reasons[names[enough][~np.isfinite(fits.coefficients).all(axis=1)]] = (
        "its values cannot tell the comparison from the covariates"
    )
    statistics = "F statistics" if contrast.kind == "any" else "t statistics"
    method = (
        f"moderated {statistics} (empirical Bayes, as limma's eBayes) on log2 normalised"
        f" intensities, {model_words(contrast)}{correlation}"
        f"{', weighted by purity' if weights is not None else ''};"
        f" {'robust ' if how.robust else ''}prior{TREND_WORDS.get(how.trend, '')} with"
        f" {np.median(prior.df) if len(prior.df) else 0:.3g} degrees of freedom;"
        " missing values left missing; Benjamini-Hochberg"
    )
    detection, said = _detection(matrix, rows, contrast, seen)
    table = differential_table(
        matrix.var, figures, side_counts(seen, names, contrast, groups), reasons, alpha, detection
    )
    warnings = [one for one in (repeated_subjects(rows, contrast),) if one]
    return Result(table, method + said, tuple(warnings), *side_sizes(groups, contrast))


def _blocks(
    values: Floats,
    design: pd.DataFrame,
    rows: pd.DataFrame,
    contrast: Contrast,
    weights: Floats | None,
) -> tuple[Floats | None, str]:
    """Correlation of the errors of the samples, and what to say of it."""
    if not contrast.block:
        return None, ""
    blocks = rows[contrast.block].astype(str).tolist()
    terms = weighted(design.to_numpy().T, weights).T
    correlation = consensus_correlation(weighted(values, weights), terms, blocks)
    said = f", correlation of {correlation:.2f} within {contrast.block}"
    return block_correlation(blocks, correlation), said


def _figures(fits: JointFits, prior: Prior, rows: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Figures per tested feature, in the order of the fits."""
    if contrast.kind == "any":
        levels = sorted(set(rows[contrast.column].astype(str)))
        largest = largest_differences(fits.coefficients, levels)
        return pd.concat([moderated_f_test(fits, prior), largest], axis=1)
    sd = np.sqrt(fits.unscaled_covariance[:, 0, 0])
    table = moderated_test(Fits(fits.coefficients[:, 0], sd, fits.variance, fits.df), prior)
    scaled = ["log2_fold_change", "standard_error", "ci_low", "ci_high"]
    return table.assign(**{name: table[name] * per_unit(rows, contrast) for name in scaled})


def _detection(
    matrix: "AnnData", rows: pd.DataFrame, contrast: Contrast, seen: Flags
) -> tuple[pd.DataFrame | None, str]:
    """Run the detection test of a pair, by feature, and say how."""
    if contrast.kind != "pair" or contrast.block:
        return None, ""
    if "transferred" in matrix.layers:
        # Seen in the sample itself, not only by transfer from another run.
        seen = seen & ~(np.array(matrix[rows.index].layers["transferred"], float).T >= 1)
    groups = sides(rows, contrast)
    of_pair = groups[contrast.test] | groups[contrast.reference]
    categories = [name for name in contrast.covariates if covariate_numbers(rows, name) is None]
    strata = rows.loc[of_pair, categories].astype(str).agg("|".join, axis=1)
    strata = strata if categories else pd.Series("", index=rows.index[of_pair])
    table, least = detection_test(seen[:, of_pair], groups[contrast.test][of_pair], strata.tolist())
    within = f" within {' and '.join(categories)}" if categories else ""
    said = (
        f"; detection: exact conditional test{within} (Fisher) of the proteins seen, whose"
        f" p-value is {least:.2g} at the least"
    )
    return table.set_index(matrix.var_names.astype(str)), said


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
