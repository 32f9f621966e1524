"""RNA of two groups: filter, reasons, warnings; and the lines of contrasts.tsv."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix

from evcargo.contracts import CONTRACTS
from evcargo.differential.axes import Axes
from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts
from evcargo.differential.dispersions import prior_variance
from evcargo.differential.negative_binomial import (
    fit_counts,
    likelihood_ratio_test,
    median_of_ratios,
    wald_test,
)
from evcargo.differential.robustness import judge
from evcargo.differential.summary import contrast_line, flagged_table
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast
from evcargo.tables import read_table, write_table

compare = test_counts
del test_counts

GROUPS = ["control"] * 4 + ["lps"] * 4
SAMPLES = [f"s{n}" for n in range(8)]
ALL = CountFilter(0, 0)
# Samples and terms of tests/reference/make_deseq2.R.
SIX = range(6)
CASES = {
    "one_df": ((0, 1, 3, 4), ["level", "batch"]),
    "two_df": ((0, 1, 3, 4), ["level"]),
    "paired": (SIX, ["level", "batch"]),
    "three_df": (SIX, ["level", "half"]),
    "spike_in": (SIX, ["level"]),
    "any": (range(9), ["level"]),
    "any_batch": (range(9), ["level", "batch"]),
    "all": (range(9), ["level"]),
}
SURE = {"one_df": 2, "two_df": 7, "paired": 10, "three_df": 13, "spike_in": 0, "all": 15}
"""Features whose statistic is beyond 6."""
BORDERLINE = (0.045, 0.055)
"""Adjusted p-values of DESeq2 that the difference between the programs may carry over 0.05."""
SPIKES = [f"g{n}" for n in range(391, 401)]


def simulated(seed: int = 3) -> pd.DataFrame:
    """80 features, of which f00-f07 are four times as high at the test level."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.normal(5, 1.2, 80))[:, None] * np.ones(8)
    mean[:8, :4], mean[:8, 4:] = 300, 1200
    depth = rng.uniform(0.5, 2, 8)
    size = 1 / (0.05 + 3 / mean)
    counts = rng.negative_binomial(size, size / (size + mean * depth))
    return pd.DataFrame(counts, index=[f"f{n:02d}" for n in range(80)], columns=SAMPLES)


def test_changes_are_found_and_every_feature_is_accounted_for() -> None:
    result = compare(matrix(simulated(), GROUPS), LPS, 0.05, ALL)
    table = result.table.set_index("feature")
    changed = [f"f{n:02d}" for n in range(8)]
    assert table.loc[changed, "significant"].all()
    assert table.loc[changed, "log2_fold_change"].median() == pytest.approx(2, abs=0.4)
    assert table["significant"].sum() <= 10
    assert result.warnings == ()
    assert ((table["reason"] != "") | table["adjusted_p_value"].notna()).all()
    half = table["ci_high"] - table["log2_fold_change"]
    np.testing.assert_allclose(half, 1.959964 * table["standard_error"], rtol=1e-6)


def test_features_below_the_filter_and_spike_ins_are_not_tested() -> None:
    counts = simulated()
    counts.loc["rare"] = [1, 0, 0, 0, 0, 0, 0, 0]
    counts.loc["spike"] = 50_000
    classes = ["miRNA"] * 81 + ["spike_in"]
    with_spike = compare(matrix(counts, GROUPS, classes=classes), LPS, 0.05, CountFilter(10, 15))
    table = with_spike.table.set_index("feature")
    assert not table.loc[["rare", "spike"], "tested"].any()
    needed = (
        "10 reads (in a library of median size, or as many per million) in 4 samples and 15 reads"
        " in all samples together"
    )
    assert table.loc["rare", "reason"] == f"too few reads: it needs {needed}"
    assert f"features with {needed} (filterByExpr of edgeR)" in with_spike.method
    assert table.loc["spike", "reason"].startswith("spike-in")
    without = compare(
        matrix(counts.drop(index="spike"), GROUPS), LPS, 0.05, CountFilter(10, 15)
    ).table.set_index("feature")
    pd.testing.assert_series_equal(table["p_value"].drop("spike"), without["p_value"])


def test_an_outlier_has_no_p_value_and_says_so() -> None:
    counts = simulated()
    counts.loc["f50"] = [20, 22, 19, 21, 20, 23, 18, 60_000]
    table = compare(matrix(counts, GROUPS), LPS, 0.05, ALL).table.set_index("feature")
    assert not table.loc["f50", "tested"]
    assert table.loc["f50", "reason"] == "count outlier in a sample (Cook's distance)"


def test_zeros_everywhere_change_the_size_factors_and_are_told() -> None:
    counts = simulated()
    for number in range(len(counts)):
        counts.iloc[number, number % 8] = 0
    result = compare(matrix(counts, GROUPS), LPS, 0.05, ALL)
    assert "size factors by median of ratios over positive counts" in result.method
    assert any("poscounts" in said for said in result.warnings)
    assert result.table["tested"].sum() > 60


def test_few_samples_and_few_complete_features_are_told() -> None:
    counts = simulated().iloc[:, [0, 1, 4, 5]]
    counts.iloc[3:, 0] = 0
    result = compare(matrix(counts, ["control", "control", "lps", "lps"]), LPS, 0.05, ALL)
    assert any(said.startswith("Only 2 residual degrees of freedom") for said in result.warnings)
    assert any(said.startswith("The size factors rest on 3 features") for said in result.warnings)


def test_a_covariate_far_from_zero_changes_nothing_when_shifted() -> None:
    counts, ages = simulated(), [50, 61, 47, 58, 52, 66, 49, 55]
    found = [
        compare(
            matrix(counts, GROUPS, age=[str(age + shift) for age in ages]),
            replace(LPS, covariates=("age",)),
            0.05,
            ALL,
        ).table["p_value"]
        for shift in (0, 10_000)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


def test_too_few_measured_samples_is_an_answer() -> None:
    made = matrix(simulated(), GROUPS)
    made.obs["status"] = ["ok"] * 5 + ["failed"] * 3
    made.X[5:] = np.nan
    result = compare(made, LPS, 0.05, ALL)
    assert result.warnings == ("Not tested: fewer than 2 measured samples: lps has 1.",)
    assert not result.table["tested"].any()


def test_nothing_reaches_the_filter() -> None:
    result = compare(matrix(simulated(), GROUPS), LPS, 0.05, CountFilter(0, 0, 1e6, 1))
    assert not result.table["tested"].any()
    assert "no feature has 1e+06 CPM in 100% of the samples" in result.warnings[0]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_handful_of_features_is_enough(count: int) -> None:
    result = compare(matrix(simulated().iloc[:count], GROUPS), LPS, 0.05, ALL)
    assert len(result.table) == count


def test_the_line_of_a_contrast_adds_up(root: Path, tmp_path: Path) -> None:
    made = matrix(simulated().rename(index={"f01": "hsa-miR-451a"}), GROUPS)
    panels = read_panels(root / "resources" / "markers" / "panels.tsv")
    result = compare(made, LPS, 0.05, ALL)
    unknown = Axes(pd.DataFrame(index=SAMPLES), pd.DataFrame(), "no impurity was measured")
    table = judge(flagged_table(result, made.var, panels, "rna"), made, LPS, unknown, compare)
    line = contrast_line(LPS.name, "rna", result, table, unknown, 0.05)
    one = line.iloc[0]
    assert one["tested"] + one["not_tested"] == made.n_vars
    assert one["up"] + one["down"] == one["significant"]
    assert one["flagged"] == 1
    assert one["warning"] == (
        f"1 of {one['significant']} significant features are contaminants or impurity markers."
    )
    write_table(table, tmp_path / "table.tsv", "differential")
    write_table(line, tmp_path / "line.tsv", "contrasts")
    again = read_table(tmp_path / "table.tsv", "differential")
    assert again.columns.tolist() == CONTRACTS["differential"].names
    assert again.set_index("feature").loc["hsa-miR-451a", "flag"] == "haemolysis"


def read(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "reference" / f"deseq2_{name}.tsv", sep="\t", index_col=0)


@pytest.mark.parametrize("case", CASES)
def test_equals_deseq2(root: Path, case: str) -> None:
    """The same hits as DESeq2 1.38.3, and p-values as near as the two programs are.

    With a batch among the terms, their dispersions differ by a few per cent more.
    """
    places, terms = CASES[case]
    sheet, expected = read(root, "design").iloc[list(places)], read(root, case)
    counts = read(root, "counts").T.iloc[list(places)]
    model = pd.DataFrame({"intercept": 1.0}, index=sheet.index)
    for term in terms:
        for level in sorted(sheet[term].unique())[1:]:
            model[level] = (sheet[term] == level).astype(float)
    factors = median_of_ratios(counts[SPIKES]) if case == "spike_in" else None
    fit = fit_counts(counts[expected.index], model, factors)
    if case.startswith("any"):
        found = likelihood_ratio_test(fit, ["b", "c"], 0.05)
    else:
        found = wald_test(fit, "b", 0.05, 1)
        gap = (found["log2_fold_change"] - expected["log2_fold_change"]).abs()
        assert gap.median() < 0.002
        shrunken = found["shrunken_log2_fold_change"].abs()
        sure = found["statistic"].abs() > 6
        assert sure.sum() == SURE[case]
        assert (shrunken / found["log2_fold_change"].abs())[sure].between(0.9, 1).all()
        assert shrunken.mean() < 0.8 * found["log2_fold_change"].abs().mean()
    np.testing.assert_allclose(found["mean"], expected["mean"], rtol=1e-6)
    # DESeq2 draws its prior at random and smooths the divergences; ours is integrated.
    prior = read(root, "priors").loc[case, "variance"]
    assert float(fit.uns["prior_disp_var"]) == pytest.approx(prior, rel=0.08)
    assert found["p_value"].notna().equals(expected["p_value"].notna())
    ours, theirs = (-np.log10(one["p_value"].clip(1e-300)) for one in (found, expected))
    gap, far = (ours - theirs).abs(), theirs > 10
    looser = 1.8 if "batch" in terms else 1.0
    assert gap[~far].median() < 0.004 * looser
    assert gap[~far].quantile(0.9) < 0.05 * looser
    assert gap[~far].max() < 0.4 * looser
    assert (gap < 0.07 * looser * theirs)[far].all()
    hits = {
        name: set(table.index[table["adjusted_p_value"] < 0.05])
        for name, table in (("found", found), ("expected", expected))
    }
    near = expected.index[expected["adjusted_p_value"].between(*BORDERLINE)]
    assert hits["found"] ^ hits["expected"] <= set(near)


@pytest.mark.parametrize(("variance", "residual"), [(0.0, 3), (1.0, 3), (1.0, 1), (4.0, 2)])
def test_scatter_of_the_dispersions_with_few_degrees_of_freedom(
    variance: float, residual: int
) -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(0, np.sqrt(variance), 20_000)
    estimates = truth + np.log(rng.chisquare(residual, 20_000) / residual)
    assert prior_variance(estimates, residual) == pytest.approx(max(variance, 0.25), abs=0.12)


def test_spike_ins_keep_a_change_of_all_cargo_visible() -> None:
    """Every RNA doubles; the median of ratios cannot see it, and the spike-ins can."""
    rng = np.random.default_rng(8)
    mean = np.exp(rng.normal(5, 1, 80))[:, None] * np.array([1] * 4 + [2] * 4)
    counts = pd.DataFrame(
        rng.negative_binomial(20, 20 / (20 + mean)), [f"f{n:02d}" for n in range(80)], SAMPLES
    )
    for n in range(5):
        counts.loc[f"spike{n}"] = rng.poisson(400, 8)
    made = matrix(counts, GROUPS, classes=["miRNA"] * 80 + ["spike_in"] * 5)
    changes = {
        how: compare(made, LPS, 0.05, ALL, how).table["log2_fold_change"].median()
        for how in ("auto", "spike_in")
    }
    assert changes["auto"] == pytest.approx(0, abs=0.1)
    assert changes["spike_in"] == pytest.approx(1, abs=0.1)
    few = made[:, [*range(80), 80]].copy()
    assert "3 are needed" in compare(few, LPS, 0.05, ALL, "spike_in").warnings[0]


def test_questions_for_any_level_and_for_a_slope() -> None:
    counts = simulated()
    depth = counts.iloc[8:].sum() / counts.iloc[8:].sum().mean()
    counts.loc["f79"] = (200 * 2 ** (0.4 * np.arange(8)) * depth).round().astype(int)
    dose = ["0", "1", "2", "3", "4", "5", "6", "7"]
    levels = ["a", "a", "b", "b", "c", "c", "c", "b"]
    made = matrix(counts, levels, dose=dose)
    table = compare(made, Contrast("c", "condition", "", "", kind="any"), 0.05, ALL).table
    assert table["log2_fold_change"].isna().all()
    changed = table.set_index("feature").loc["f00"]
    assert changed["largest_between"] == "c v a"
    assert changed["largest_difference"] == pytest.approx(2, abs=0.7)
    assert changed["n_test"] == 8
    assert pd.isna(changed["n_reference"])
    half = [str(float(one) / 2) for one in dose]
    slopes = [
        compare(
            matrix(counts, GROUPS, dose=given),
            Contrast("c", "dose", "", "", kind="slope"),
            0.05,
            ALL,
        ).table.set_index("feature")
        for given in (dose, half)
    ]
    for column in ("log2_fold_change", "standard_error", "ci_high", "shrunken_log2_fold_change"):
        np.testing.assert_allclose(2 * slopes[0][column], slopes[1][column], rtol=1e-5)
    np.testing.assert_allclose(slopes[0]["p_value"], slopes[1]["p_value"], rtol=1e-6)
    assert slopes[0].loc["f79", "log2_fold_change"] == pytest.approx(0.4, abs=0.05)


def test_samples_of_one_subject_on_one_side_are_no_independent_counts() -> None:
    made = matrix(simulated(), GROUPS, subject=list("aabbccdd"))
    told = compare(made, LPS, 0.05, ALL).warnings
    assert told == (
        "4 subjects have several samples (a ...), which are tested as if they were independent:"
        " set block: subject.",
    )
    refused = compare(made, replace(LPS, block="subject"), 0.05, ALL)
    assert "condition and subject cannot be told apart" in refused.warnings[0]
    paired = matrix(simulated(), GROUPS, subject=list("abcdabcd"))
    fixed = compare(paired, replace(LPS, covariates=("subject",)), 0.05, ALL)
    block = compare(paired, replace(LPS, block="subject"), 0.05, ALL)
    pd.testing.assert_frame_equal(fixed.table, block.table)
