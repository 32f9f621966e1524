"""Linear models of the proteins, with moderated variances: from tables to tables.

The statistics are in `evcargo.differential.moderated` and `evcargo.differential.prior`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from evcargo.differential.actions import weights_of
from evcargo.differential.adjust import adjust
from evcargo.differential.blocks import block_correlation, consensus_correlation
from evcargo.differential.design import asked_columns, covariate_column, per_unit
from evcargo.differential.moderated import (
    Fits,
    Flags,
    JointFits,
    fit_jointly,
    moderated_f_test,
    moderated_statistics,
    moderated_test,
    weighted,
)
from evcargo.differential.prior import Floats, Prior, fit_prior
from evcargo.differential.result import largest_differences
from evcargo.errors import EvcargoError
from evcargo.study.model import Contrast


class Moderation(NamedTuple):
    """What the prior of the variances follows, and whether outliers are kept from it.

    `trend` is none, intensity (limma-trend) or peptides (their number, as in DEqMS).
    """

    trend: str
    robust: bool


class Model(NamedTuple):
    """A model of the proteins: samples x coefficients, and what is asked of it."""

    design: pd.DataFrame
    rows: pd.DataFrame
    contrast: Contrast
    how: Moderation
    beside: Sequence[str] = ()

    @property
    def weights(self) -> Floats | None:
        """Weights of the samples, None where all count the same."""
        return weights_of(self.rows)


class Moderated(NamedTuple):
    """What a model tells of the proteins that it was fitted to.

    `figures` and the statistics `beside` are by protein, as are the residual degrees of freedom
    (`df`) and whether its values can tell what is asked (`estimable`); `prior_df` are those of the
    prior (median), `correlation` says that of the blocks.
    """

    figures: pd.DataFrame
    beside: pd.DataFrame
    df: Floats
    estimable: Flags
    prior_df: float
    correlation: str


def moderate(values: Floats, proteins: pd.DataFrame, model: Model) -> Moderated:
    """Fit the model to every protein and moderate its variances.

    Parameters
    ----------
    values
        Proteins x samples, log2, NaN where missing.
    proteins
        Their rows of `var`.
    model
        The model.
    """
    names = proteins.index.astype(str)
    blocks, correlation = None, ""
    if block := model.contrast.block:
        names_of = model.rows[block].astype(str).tolist()
        blocks, fitted = block_errors(values, model.design.to_numpy(), names_of, model.weights)
        correlation = f", correlation of {fitted:.2f} within {block}"
    asked = asked_columns(model.design, model.contrast)
    others = [covariate_column(model.design, name) for name in model.beside]
    terms = model.design.to_numpy()
    joint = fit_jointly(values, terms, [*asked, *others], blocks, model.weights)
    fits = joint.of(range(len(asked)))
    of_others = joint.of(range(len(asked), len(asked) + len(others)))
    mean = np.array([row[np.isfinite(row)].mean() for row in values])
    covariate = trend_covariate(model.how.trend, mean, proteins)
    prior = fit_prior(fits.variance, fits.df, covariate, model.how.robust)
    figures = _figures(fits, prior, model).set_index(names).assign(mean=mean)
    figures["adjusted_p_value"] = adjust(figures["p_value"])
    return Moderated(
        figures,
        pd.DataFrame(moderated_statistics(of_others, prior), names, list(model.beside)),
        fits.df,
        np.asarray(np.isfinite(fits.coefficients).all(axis=1)),
        float(np.median(prior.df)) if len(prior.df) else 0.0,
        correlation,
    )


def block_errors(
    values: Floats, design: Floats, blocks: Sequence[str], weights: Floats | None
) -> tuple[Floats, float]:
    """Correlation matrix of the errors of the samples, and the correlation within a block.

    Parameters
    ----------
    values
        Proteins x samples, log2, NaN where missing.
    design
        Samples x coefficients.
    blocks
        Block of each sample.
    weights
        Of the samples, None where all count the same.
    """
    terms = weighted(design.T, weights).T
    correlation = consensus_correlation(weighted(values, weights), terms, blocks)
    return block_correlation(blocks, correlation), correlation


def _figures(fits: JointFits, prior: Prior, model: Model) -> pd.DataFrame:
    """Figures per tested feature, in the order of the fits."""
    rows, contrast = model.rows, model.contrast
    if contrast.kind == "any":
        levels = sorted(set(rows[contrast.column].astype(str)))
        largest = largest_differences(fits.coefficients, levels)
        return pd.concat([moderated_f_test(fits, prior), largest], axis=1)
    sd = np.sqrt(fits.unscaled_covariance[:, 0, 0])
    table = moderated_test(Fits(fits.coefficients[:, 0], sd, fits.variance, fits.df), prior)
    scaled = ["log2_fold_change", "standard_error", "ci_low", "ci_high"]
    return table.assign(**{name: table[name] * per_unit(rows, contrast) for name in scaled})


def trend_covariate(trend: str, mean: Floats, proteins: pd.DataFrame) -> Floats | None:
    """Tell what the prior of the variances follows: one number per protein, or None.

    Parameters
    ----------
    trend
        none, intensity or peptides.
    mean
        Mean log2 quantity of each protein.
    proteins
        Their rows of `var`.

    Raises
    ------
    EvcargoError
        If it shall follow the number of peptides and a protein has none.
    """
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
