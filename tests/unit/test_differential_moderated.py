"""Moderated t statistics against R limma 3.54.1 (tests/reference/make_limma.R) and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import polygamma

from evcargo.differential.blocks import block_correlation, consensus_correlation
from evcargo.differential.moderated import (
    Fits,
    fit_features,
    fit_jointly,
    moderated_f_test,
    moderated_test,
)
from evcargo.differential.prior import Prior, fit_prior, inverse_trigamma

TESTED = {
    "complete": 120,
    "missing": 109,
    "covariates": 95,
    "equal": 60,
    "trend": 109,
    "peptides": 109,
    "robust": 103,
    "trend_robust": 95,
    "complete_robust": 120,
    "equal_robust": 60,
}
LIMMA_ONLY = {"covariates": 1, "trend_robust": 1}
COMPARED = ["log2_fold_change", "standard_error", "statistic", "ci_low", "ci_high"]
CASES = {
    "complete": ("limma_input_complete.tsv", ["group"]),
    "missing": ("limma_input.tsv", ["group"]),
    "covariates": ("limma_input.tsv", ["group", "batch_b", "batch_c", "age"]),
    "equal": ("limma_input_equal.tsv", ["group"]),
    "trend": ("limma_input.tsv", ["group"]),
    "peptides": ("limma_input.tsv", ["group"]),
    "robust": ("limma_input.tsv", ["group", "age"]),
    "trend_robust": ("limma_input.tsv", ["group", "batch_b", "batch_c", "age"]),
    "complete_robust": ("limma_input_complete.tsv", ["group"]),
    "equal_robust": ("limma_input_equal.tsv", ["group"]),
}
TRENDED = ("trend", "trend_robust", "complete_robust", "equal_robust")


def read(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "reference" / name, sep="\t", index_col=0)


@pytest.mark.parametrize("case", CASES)
def test_equals_limma(root: Path, case: str) -> None:
    file, terms = CASES[case]
    values, design = read(root, file), read(root, "limma_design.tsv")[terms]
    expected = read(root, f"limma_{case}.tsv")
    values = values[values.index.isin(expected.index)]
    fits = fit_features(values.to_numpy(), np.column_stack([np.ones(10), design.to_numpy()]), 1)
    covariate = values.mean(axis=1).to_numpy() if case in TRENDED else None
    if case == "peptides":
        covariate = np.log2((np.arange(1, 121) * 7) % 23 + 1.0)
    prior = fit_prior(fits.variance, fits.df, covariate, "robust" in case)
    found = moderated_test(fits, prior).set_index(values.index)

    # limma looks for the root of the robust degrees of freedom less closely.
    tolerance = 1e-7 if "robust" in case else 1e-9
    for ours, name in ((prior.df, "prior_df"), (prior.variance, "prior_variance")):
        np.testing.assert_allclose(ours, expected[name], rtol=tolerance)
    assert fits.df.tolist() == expected["df_residual"].tolist()
    both = found["p_value"].notna()
    assert (np.log10(found["p_value"] / expected["p_value"]).abs()[both] < 1e-6).all()
    for column in COMPARED:
        np.testing.assert_allclose(
            found[column][both], expected[column][both], rtol=tolerance, atol=tolerance
        )
    # limma also answers where we do not: without a residual degree of freedom (from the prior
    # alone), and where it keeps the comparison by dropping the covariate that it is one with.
    limma_only = expected["p_value"].notna() & ~both
    rest = limma_only & (expected["df_residual"] > 0)
    assert expected["p_value"].isna()[~both & ~limma_only].all()
    assert rest.sum() == LIMMA_ONLY.get(case, 0)
    assert np.isnan(fits.coefficient[rest]).all()
    assert both.sum() == TESTED[case]


def test_a_robust_prior_holds_where_variances_spoil_the_plain_one() -> None:
    rng = np.random.default_rng(5)
    df = np.full(3_000, 6.0)
    variances = 0.3 * 8 / rng.chisquare(8, 3_000) * rng.chisquare(6, 3_000) / 6
    variances[:60] *= 100
    plain, robust = fit_prior(variances, df), fit_prior(variances, df, robust=True)
    assert plain.df[0] < 4
    assert np.median(robust.df) == pytest.approx(8, rel=0.25)
    assert np.median(robust.variance) == pytest.approx(0.3, rel=0.05)
    assert robust.df[:60].max() < 2
    assert (robust.df[60:] > 7).mean() > 0.9


def test_the_prior_follows_its_covariate() -> None:
    rng = np.random.default_rng(6)
    level = rng.uniform(20, 32, 5_000)
    true = np.exp(-0.4 * (level - 26)) * 10 / rng.chisquare(10, 5_000)
    df = rng.integers(2, 7, 5_000).astype(float)
    prior = fit_prior(true * rng.chisquare(df) / df, df, level)
    assert np.abs(np.log(prior.variance) + 0.4 * (level - 26)).max() < 0.15
    assert prior.df[0] == pytest.approx(10, rel=0.15)


def test_a_comparison_that_is_one_with_a_covariate_is_not_estimated() -> None:
    design = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1], [1, 1, 1], [1, 1, 0.0]])
    values = np.array([[1.0, 2, 3, 5, np.nan], [1, 2, 3, 5, 4]])
    fits = fit_features(values, design, 1)
    assert np.isnan(fits.coefficient[0])
    assert fits.df.tolist() == [2, 2]
    assert fits.coefficient[1] == pytest.approx(4 - 1.5)  # 4 at the test level without the batch


def test_a_comparison_survives_the_loss_of_a_whole_batch() -> None:
    # The batch of the last two samples is not seen: its coefficient is lost, the comparison is not.
    design = np.column_stack([np.ones(6), [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1]]).astype(float)
    values = np.array([[1.0, 2.0, 3.0, 6.0, np.nan, np.nan]])
    fits = fit_features(values, design, 1)
    # means 2 and 4; sums of squares 2 and 8 on 2 degrees of freedom; 1/2 + 1/2 = 1
    assert fits.coefficient[0] == pytest.approx(2)
    assert fits.df[0] == 2
    assert fits.variance[0] == pytest.approx(5)
    assert fits.unscaled_sd[0] == pytest.approx(1)


def test_moderation_by_hand() -> None:
    # Variance 2 on 4 df, prior 0.5 on 2 df: (4 x 2 + 2 x 0.5) / 6 = 1.5; df 6 of 12 pooled.
    fits = Fits(*(np.array([x, x, x]) for x in (3.0, 1.0, 2.0, 4.0)))
    found = moderated_test(fits, Prior(np.full(3, 0.5), np.full(3, 2.0))).iloc[0]
    assert found["standard_error"] == pytest.approx(np.sqrt(1.5))
    assert found["statistic"] == pytest.approx(3 / np.sqrt(1.5))
    assert found["df"] == 6
    assert found["ci_high"] == pytest.approx(3 + 2.446911851 * np.sqrt(1.5))


def test_df_are_no_more_than_all_features_have() -> None:
    fits = Fits(*(np.array([x]) for x in (3.0, 1.0, 2.0, 4.0)))
    assert moderated_test(fits, Prior(np.full(1, 0.5), np.full(1, 100.0)))["df"].tolist() == [4]


def test_prior_of_simulated_variances() -> None:
    rng = np.random.default_rng(1)
    true = 0.3 * 8 / rng.chisquare(8, 20_000)
    df = rng.integers(1, 9, 20_000).astype(float)
    prior = fit_prior(true * rng.chisquare(df) / df, df)
    assert prior.df[0] == pytest.approx(8, rel=0.1)
    assert prior.variance[0] == pytest.approx(0.3, rel=0.03)


@pytest.mark.parametrize("outlier", [1e2, 1e4])
def test_one_variance_far_too_large_leaves_a_robust_prior(outlier: float) -> None:
    """Its tail probability is below 1e-16 and it has fewer degrees of freedom than the others."""
    rng = np.random.default_rng(4)
    df = np.append(np.full(999, 5.0), 3.0)
    variances = 0.3 * 8 / rng.chisquare(8, 1_000) * rng.chisquare(df) / df
    level = rng.normal(25, 2, 1_000)
    usual = fit_prior(variances, df, level, robust=True)
    variances[-1] = 0.3 * outlier
    found = fit_prior(variances, df, level, robust=True)
    np.testing.assert_allclose(found.variance[:-1], usual.variance[:-1], rtol=0.05)
    assert found.df[-1] < 1 < found.df[0]


@pytest.mark.parametrize(("robust", "close"), [(False, 0.1), (True, 0.15)])
def test_prior_follows_a_covariate_most_of_which_is_tied(robust: bool, close: float) -> None:
    """Two thirds of the proteins have one peptide, so that two of the quantiles are the same."""
    rng = np.random.default_rng(3)
    peptides = rng.choice([1, 2, 4, 8], 9_000, p=[0.67, 0.11, 0.11, 0.11])
    true = 0.4 / peptides * 8 / rng.chisquare(8, 9_000)
    df = np.full(9_000, 5.0)
    prior = fit_prior(true * rng.chisquare(df) / df, df, np.log2(peptides), robust)
    for count in (1, 2, 4, 8):
        assert prior.variance[peptides == count] == pytest.approx(0.4 / count, rel=close)


def test_p_values_of_a_null_study_are_uniform() -> None:
    from scipy.stats import kstest

    rng = np.random.default_rng(2)
    values = rng.normal(size=(4_000, 8)) * np.sqrt(0.3 * 5 / rng.chisquare(5, 4_000))[:, None]
    values[rng.random(values.shape) < 0.2] = np.nan
    fits = fit_features(values, np.column_stack([np.ones(8), np.repeat([0.0, 1], 4)]), 1)
    found = moderated_test(fits, fit_prior(fits.variance, fits.df))["p_value"].dropna()
    assert len(found) > 3_500
    assert kstest(found, "uniform").pvalue > 0.01


def test_without_two_variances_nothing_is_moderated() -> None:
    values = np.array([[1.0, 2, 4, 6]])
    fits = fit_features(values, np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]]), 1)
    found = moderated_test(fits, fit_prior(fits.variance, fits.df)).iloc[0]
    # Student's t test: difference 3.5, pooled variance 1.25, standard error sqrt(1.25)
    assert found["statistic"] == pytest.approx(3.5 / np.sqrt(1.25))
    assert found["df"] == 2


@pytest.mark.parametrize("value", [1e-8, 1e-3, 0.5, 4.0, 1e4, 1e9])
def test_inverse_trigamma(value: float) -> None:
    assert polygamma(1, inverse_trigamma(value)) == pytest.approx(
        value, rel=1e-4 if value > 1e7 else 1e-6
    )


def test_nothing_seen_at_all() -> None:
    fits = fit_features(np.full((2, 4), np.nan), np.ones((4, 2)), 1)
    found = moderated_test(fits, fit_prior(fits.variance, fits.df))
    assert found.isna().all(axis=None)


def test_moderated_f_equals_limma(root: Path) -> None:
    model = np.column_stack([np.ones(10), levels_of(root)])
    for case, file, trend in (
        ("f", "limma_input_complete.tsv", True),
        ("f_missing", "limma_input.tsv", False),
    ):
        values, expected = read(root, file), read(root, f"limma_{case}.tsv")
        values = values.loc[expected.index]
        fits = fit_jointly(values.to_numpy(), model, [1, 2])
        along = values.mean(axis=1).to_numpy() if trend else None
        found = moderated_f_test(fits, fit_prior(fits.variance, fits.df, along))
        found = found.set_index(values.index)
        both = expected["p_value"].notna()
        assert found["p_value"].notna().equals(both)
        assert both.sum() == {"f": 120, "f_missing": 95}[case]
        assert log10_gap(found, expected) < 1e-6
        np.testing.assert_allclose(
            found["statistic"][both], expected["statistic"][both], rtol=1e-8, atol=1e-12
        )


def test_a_level_among_others_equals_limma(root: Path) -> None:
    values, expected = read(root, "limma_input.tsv"), read(root, "limma_levels.tsv")
    values = values.loc[expected.index]
    fits = fit_features(values.to_numpy(), np.column_stack([np.ones(10), levels_of(root)]), 2)
    prior = fit_prior(fits.variance, fits.df, robust=True)
    found = moderated_test(fits, prior).set_index(values.index)
    assert fits.df.tolist() == expected["df_residual"].tolist()
    assert found["p_value"].notna().sum() == 95
    assert log10_gap(found, expected) < 1e-6


@pytest.mark.parametrize("case", ["blocks", "blocks_missing"])
def test_samples_of_one_subject_equal_limma(root: Path, case: str) -> None:
    """limma's correlation comes from a solver that stops early; the exact one is R's optimize."""
    values, expected = read(root, f"limma_input_{case}.tsv"), read(root, f"limma_{case}.tsv")
    sheet = read(root, "limma_design.tsv")
    model = np.column_stack([np.ones(10), sheet[["group", "age"]]])
    theirs, exact = read(root, "limma_correlations.tsv").loc[case, ["limma", "exact"]]
    ours = consensus_correlation(values.to_numpy(), model, sheet["subject"].tolist())
    assert ours == pytest.approx(exact, abs=1e-6)
    assert ours == pytest.approx(theirs, abs=0.05)
    errors = block_correlation(sheet["subject"].tolist(), theirs)
    fits = fit_features(values.to_numpy(), model, 1, errors)
    found = moderated_test(fits, fit_prior(fits.variance, fits.df)).set_index(values.index)
    assert log10_gap(found, expected) < 1e-6


def levels_of(root: Path) -> np.ndarray:
    return read(root, "limma_design.tsv")[["mid", "high", "age"]].to_numpy()


def log10_gap(found: pd.DataFrame, expected: pd.DataFrame) -> float:
    both = found["p_value"].notna() & expected["p_value"].notna()
    return float(np.log10(found["p_value"] / expected["p_value"])[both].abs().max())
