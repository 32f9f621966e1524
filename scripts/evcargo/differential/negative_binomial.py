"""Negative binomial models of counts, fitted with PyDESeq2, and what it lacks of DESeq2.

PyDESeq2 (Muzellec 2023, 10.1093/bioinformatics/btad547) fits and tests as DESeq2 (Love 2014,
10.1186/s13059-014-0550-8) does. Added here: the prior of the dispersions with few residual degrees
of freedom (`evcargo.differential.dispersions`), the trends of the dispersions that DESeq2 fits
(`evcargo.differential.dispersion_trend`), size factors from spike-ins, the standard errors of
features that are absent from a level, the likelihood ratio test, and an independent filter that is
the same on all processors (`evcargo.differential.independent_filter`).
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special, stats

from evcargo.differential.dispersion_trend import Trend, fit_trend
from evcargo.differential.dispersions import (
    FEW_RESIDUAL_DF,
    LEAST_VARIANCE,
    prior_variance,
)
from evcargo.differential.gene_dispersions import settled_dispersions
from evcargo.differential.independent_filter import filtered_adjustment
from evcargo.differential.prior import Floats

if TYPE_CHECKING:
    from pydeseq2.dds import DeseqDataSet

CONFIDENCE = 0.95
LOWEST_FACTOR = 100  # times the least dispersion: below it, an estimate says nothing
RIDGE = 1e-6  # of DESeq2: keeps the information matrix invertible
NAMES = {
    "baseMean": "mean",
    "log2FoldChange": "log2_fold_change",
    "lfcSE": "standard_error",
    "stat": "statistic",
    "pvalue": "p_value",
    "padj": "adjusted_p_value",
}


def median_of_ratios(counts: pd.DataFrame) -> pd.Series:
    """Size factor of each sample from features (columns) that are counted in every sample.

    Source: Anders and Huber 2010 (10.1186/gb-2010-11-10-r106).
    """
    complete = counts.loc[:, (counts > 0).all()]
    logs = np.log(complete)
    return np.exp((logs - logs.mean()).median(axis=1))


def positive_count_factors(counts: pd.DataFrame) -> pd.Series:
    """Size factor of each sample where no feature (column) is counted in every sample.

    The root of the product of the positive counts stands for the geometric mean of a feature, and
    the features that a sample shows tell its factor: ``poscounts`` of DESeq2.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(counts.where(counts > 0))
    means = logs.fillna(0).mean()
    factors = np.exp((logs - means).median(axis=1))
    return factors / np.exp(np.log(factors).mean())


def size_factors(counts: pd.DataFrame) -> pd.Series:
    """Size factors of samples from features, each sample with a count; see `median_of_ratios`."""
    if (counts > 0).all().any():
        return median_of_ratios(counts)
    return positive_count_factors(counts)


def fit_counts(
    counts: pd.DataFrame, design: pd.DataFrame, factors: pd.Series | None = None
) -> "DeseqDataSet":
    """Fit a negative binomial model per feature.

    Parameters
    ----------
    counts
        Samples x features, raw; every sample and every feature has a count.
    design
        Samples x coefficients.
    factors
        Size factors, one per sample; None for `size_factors` of all features.
    """
    factors = size_factors(counts) if factors is None else factors.reindex(counts.index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyDESeq2 warns of its own choices, which the caller tells
        fit = _dataset(counts, design, factors)
        _estimate_dispersions(fit)
        means = fit.var["_normed_means"].to_numpy(float)
        estimates = fit.var["genewise_dispersions"].to_numpy(float)
        trend = fit_trend(means, estimates, fit.min_disp)
        fit.var["fitted_dispersions"] = trend.at(means)
        fit.uns["disp_function_type"] = trend.kind
        _set_prior(fit)
        fit.fit_MAP_dispersions()
        fit.fit_LFC()
        fit.calculate_cooks()
        fit._replace_outliers()
        fit.var["refitted"] = False
        if fit.var["replaced"].any():
            _refit(fit, trend)
        fit.cooks_outlier()
    return fit


def _dataset(counts: pd.DataFrame, design: pd.DataFrame, factors: pd.Series) -> "DeseqDataSet":
    """Make a data set with its size factors, nothing fitted."""
    from pydeseq2.dds import DeseqDataSet

    data = DeseqDataSet(
        counts=counts,
        metadata=pd.DataFrame(index=counts.index),
        design=design,
        n_cpus=1,
        quiet=True,
    )
    data.obs["size_factors"] = factors.to_numpy(float)
    data.layers["normed_counts"] = data.X / data.obs["size_factors"].to_numpy()[:, None]
    data.var["_normed_means"] = data.layers["normed_counts"].mean(axis=0)
    return data


def _estimate_dispersions(fit: "DeseqDataSet") -> None:
    """Estimate the dispersion of each feature by itself."""
    fit.fit_genewise_dispersions()
    used = fit.non_zero_idx
    estimates = fit.var["genewise_dispersions"].to_numpy(float, copy=True)
    estimates[used] = settled_dispersions(
        fit.X[:, used],
        fit.layers["_mu_hat"][:, used],
        fit.obsm["design_matrix"].to_numpy(float),
        fit.var["_MoM_dispersions"].to_numpy(float)[used],
        estimates[used],
        fit.min_disp,
    )
    fit.var["genewise_dispersions"] = estimates


def _set_prior(fit: "DeseqDataSet") -> None:
    """Set the scatter of the dispersions about their trend, observed and without sampling error."""
    ratios = _log_ratios(fit)
    residual = fit.n_obs - fit.obsm["design_matrix"].shape[1]
    scatter = stats.median_abs_deviation(ratios, scale="normal") ** 2 if len(ratios) else 0.0
    fit.uns["_squared_logres"] = np.float64(scatter)
    if residual <= FEW_RESIDUAL_DF:
        variance = prior_variance(ratios, residual)
    else:
        variance = max(scatter - float(special.polygamma(1, residual / 2)), LEAST_VARIANCE)
    fit.uns["prior_disp_var"] = np.float64(variance)


def _refit(fit: "DeseqDataSet", trend: Trend) -> None:
    """Fit the features again of which outliers were replaced; trend and prior stay.

    As `DeseqDataSet.refit`, which knows no local trend.
    """
    replaced = fit.counts_to_refit.to_df()
    counted = replaced.columns[(replaced > 0).any()]
    emptied = replaced.columns.difference(counted)
    fit.new_all_zeroes_genes = emptied
    fit.var.loc[emptied, "_normed_means"] = 0.0
    fit.varm["LFC"].loc[emptied] = 0.0
    fit.var.loc[counted, "refitted"] = True
    fit.counts_to_refit = fit.counts_to_refit[:, counted].copy()
    if not len(counted):
        return
    again = _dataset(replaced[counted], fit.obsm["design_matrix"], fit.obs["size_factors"])
    _estimate_dispersions(again)
    again.var["fitted_dispersions"] = trend.at(again.var["_normed_means"].to_numpy(float))
    again.uns |= {name: fit.uns[name] for name in ("_squared_logres", "prior_disp_var")}
    again.fit_MAP_dispersions()
    again.fit_LFC()
    for name in ("_normed_means", "genewise_dispersions", "fitted_dispersions", "dispersions"):
        fit.var.loc[counted, name] = again.var[name]
    fit.varm["LFC"].loc[counted] = again.varm["LFC"]
    fit.layers["replace_cooks"] = fit.layers["cooks"].copy()
    columns = np.flatnonzero(fit.var["refitted"])
    fit.layers["replace_cooks"][np.ix_(fit.obs["replaceable"].to_numpy(bool), columns)] = 0.0


def _log_ratios(fit: "DeseqDataSet") -> Floats:
    """Log of the estimated dispersions over their trend, where the estimate says something."""
    estimates = fit.var["genewise_dispersions"].to_numpy(float)
    known = np.isfinite(estimates) & (estimates >= LOWEST_FACTOR * fit.min_disp)
    return np.asarray(np.log(estimates[known] / fit.var["fitted_dispersions"][known]), float)


def wald_test(
    fit: "DeseqDataSet", column: str, alpha: float, per_unit: float, shrink: bool = True
) -> pd.DataFrame:
    """Wald test of one coefficient.

    Parameters
    ----------
    fit
        From `fit_counts`.
    column
        Column of the design.
    alpha
        Level for which the independent filter is optimised.
    per_unit
        What a fold change of the column is multiplied with.
    shrink
        Whether shrunken fold changes are wanted, which takes longer than the test.

    Returns
    -------
    pandas.DataFrame
        Per feature: mean, log2_fold_change, standard_error, statistic, p_value, adjusted_p_value,
        ci_low, ci_high (95 %) and shrunken_log2_fold_change (Zhu 2019,
        10.1093/bioinformatics/bty895).
    """
    tests = _tests(fit, column, alpha)
    figures = tests.results_df.rename(columns=NAMES).astype(np.float64)
    if shrink:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tests.lfc_shrink(coeff=column)
    shrunken = tests.results_df["log2FoldChange"] if shrink else np.nan
    figures["shrunken_log2_fold_change"] = shrunken
    margin = figures["standard_error"] * stats.norm.ppf((1 + CONFIDENCE) / 2)
    figures["ci_low"] = figures["log2_fold_change"] - margin
    figures["ci_high"] = figures["log2_fold_change"] + margin
    scaled = ["log2_fold_change", "standard_error", "ci_low", "ci_high"]
    scaled.append("shrunken_log2_fold_change")
    figures[scaled] *= per_unit
    return figures


def wald_statistic(fit: "DeseqDataSet", column: str) -> pd.Series:
    """Wald statistic of one coefficient per feature, without p-values and shrinkage."""
    return _tests(fit, column, alpha=0.05, summed_up=False).statistics.astype(np.float64)


def likelihood_ratio_test(fit: "DeseqDataSet", columns: list[str], alpha: float) -> pd.DataFrame:
    """Test whether a model without `columns` of the design explains the counts as well.

    Returns
    -------
    pandas.DataFrame
        Per feature: mean, statistic (twice the log likelihood ratio), p_value, adjusted_p_value.
    """
    tests = _tests(fit, columns[0], alpha, summed_up=False)
    counts = fit.X.copy()
    refitted = fit.var["refitted"].to_numpy(bool) if "refitted" in fit.var else []
    if np.any(refitted):
        counts[:, refitted] = fit.counts_to_refit.X
    used = np.flatnonzero(fit.var["non_zero"] & np.isfinite(fit.var["dispersions"]))
    design = fit.obsm["design_matrix"]
    dispersions = fit.var["dispersions"].to_numpy(float)[used]
    likelihoods = [
        _log_likelihood(fit, counts[:, used], model.to_numpy(float), dispersions)
        for model in (design, design.drop(columns=columns))
    ]
    statistic = pd.Series(np.nan, index=fit.var_names)
    statistic.iloc[used] = np.maximum(2 * (likelihoods[0] - likelihoods[1]), 0)
    replaced_by_none = np.setdiff1d(np.flatnonzero(fit.var["replaced"]), np.flatnonzero(refitted))
    statistic.iloc[replaced_by_none] = 0.0  # nothing but outliers was counted
    tests.statistics = statistic
    tests.p_values = pd.Series(stats.chi2.sf(statistic, len(columns)), index=fit.var_names)
    _sum_up(tests)
    kept = ["mean", "statistic", "p_value", "adjusted_p_value"]
    return tests.results_df.rename(columns=NAMES).astype(np.float64)[kept]


def _tests(fit: "DeseqDataSet", column: str, alpha: float, summed_up: bool = True):  # type: ignore[no-untyped-def]
    from pydeseq2.ds import DeseqStats

    asked = (fit.obsm["design_matrix"].columns == column).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests = DeseqStats(fit, asked, alpha=alpha, n_cpus=1, quiet=True)
        tests.run_wald_test()
        fitted = tests.SE[tests.SE > 0].index  # 0 where nothing but outliers was counted
        tests.SE[fitted] = _standard_errors(fit, asked)[fitted]
        tests.statistics[fitted] = (tests.LFC[column] / tests.SE)[fitted]
        tests.p_values[fitted] = 2 * stats.norm.sf(tests.statistics[fitted].abs())
    if summed_up:
        _sum_up(tests)
    return tests


def _sum_up(tests) -> None:  # type: ignore[no-untyped-def]
    """Make the table of the tests, with our independent filter in the place of PyDESeq2's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests._cooks_filtering()
        tests.padj = filtered_adjustment(tests.p_values, tests.base_mean, tests.alpha)
        tests.summary()


def _standard_errors(fit: "DeseqDataSet", asked: Floats) -> pd.Series:
    """Compute standard errors (natural log) from expected counts of at least `min_mu`.

    DESeq2 keeps the expected counts of the samples above 0.5 in the standard errors, as in the fit;
    PyDESeq2 0.5.4 in the fit only, so that a feature that is absent from one level had errors up to
    a third larger (4 % of the hits of a real study were lost).
    """
    design = fit.obsm["design_matrix"].to_numpy(float)
    means = np.exp(design @ fit.varm["LFC"].to_numpy(float).T)
    means = np.maximum(means * fit.obs["size_factors"].to_numpy(float)[:, None], fit.min_mu)
    weights = means / (1 + means * fit.var["dispersions"].to_numpy(float))
    information = np.einsum("sk,sf,sl->fkl", design, weights, design)
    known = np.isfinite(information).all(axis=(1, 2))
    half = np.full((len(known), len(asked)), np.nan)
    ridge = RIDGE * np.eye(len(asked))
    half[known] = np.linalg.solve(information[known] + ridge, asked[:, None])[:, :, 0]
    variances = np.einsum("fk,fkl,fl->f", half, information, half)
    return pd.Series(np.sqrt(variances), index=fit.var_names)


def _log_likelihood(
    fit: "DeseqDataSet", counts: Floats, design: Floats, dispersions: Floats
) -> Floats:
    """Greatest log likelihood of each feature (column of `counts`) with known dispersions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, means, _, _ = fit.inference.irls(
            counts=counts,
            size_factors=fit.obs["size_factors"].to_numpy(float),
            design_matrix=design,
            disp=dispersions,
            min_mu=fit.min_mu,
            beta_tol=fit.beta_tol,
        )
    size = 1 / dispersions
    return np.asarray(
        (
            special.gammaln(counts + size)
            - special.gammaln(size)
            + counts * np.log(means / (means + size))
            - size * np.log1p(means / size)
        ).sum(axis=0)
    )
