"""The filter of counts and the trend of their dispersions, against R's edgeR and DESeq2."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from differential_helpers import matrix

from evcargo.differential.count_filter import (
    CountFilter,
    filter_words,
    is_expressed,
    samples_needed,
    smallest_compared,
    smallest_group,
)
from evcargo.differential.counts import test_counts as compare_counts
from evcargo.differential.design import COMPARISON
from evcargo.differential.dispersion_trend import (
    LOCAL,
    MEAN,
    PARAMETRIC,
    fit_trend,
    local_regression,
)
from evcargo.differential.negative_binomial import (
    fit_counts,
    median_of_ratios,
    positive_count_factors,
    size_factors,
    wald_test,
)
from evcargo.study.model import Contrast

DEFAULT = CountFilter(10, 15)
LEAST = 1e-8
# Samples, and sizes of the groups, of tests/reference/make_edger.R.
CASES = {
    "of_5_v_25": (range(30), (5, 25), DEFAULT),
    "of_12_v_18": (range(30), (12, 18), DEFAULT),
    "of_3_v_3": ((0, 1, 2, 5, 6, 7), (3, 3), DEFAULT),
    "of_4_6_8": (range(18), (4, 6, 8), DEFAULT),
    "of_dose": (range(8), (8,), DEFAULT),
    "of_20_and_40": (range(30), (5, 25), CountFilter(20, 40)),
}


def read(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "reference" / f"{name}.tsv", sep="\t", index_col=0)


@pytest.mark.parametrize("case", CASES)
def test_equals_filter_by_expr(root: Path, case: str) -> None:
    places, sizes, expressed = CASES[case]
    counts = read(root, "edger_counts").T.iloc[list(places)]
    dose = read(root, "edger_dose")["dose"].astype(float)
    design = pd.DataFrame({"intercept": 1.0, "dose": dose}) if case == "of_dose" else None
    kept = is_expressed(counts, expressed, smallest_group(sizes, design))
    pd.testing.assert_series_equal(kept, read(root, "edger_filter")[case], check_names=False)


def test_samples_needed_by_hand() -> None:
    assert [samples_needed(size) for size in (3, 10, 20)] == [3, 10, 17]


def test_a_single_read_in_a_shallow_library_is_not_expression() -> None:
    counts = pd.DataFrame(1, index=[f"s{n}" for n in range(6)], columns=["single"])
    counts["many"] = 15_000
    assert is_expressed(counts, DEFAULT, 3).to_dict() == {"single": False, "many": True}


def test_a_further_condition_in_counts_per_million_by_hand() -> None:
    # Library sizes 1e6, 2e6, 4e6: counts per million of f are 3, 1 and 0.5.
    counts = pd.DataFrame(
        {"f": [3, 2, 2], "g": [999_997, 1_999_998, 3_999_998], "none": 0}, index=["a", "b", "c"]
    )
    assert is_expressed(counts, CountFilter(0, 0, 1, 2 / 3), 1).tolist() == [True, True, False]
    assert is_expressed(counts, CountFilter(0, 0, 1, 0.7), 1).tolist() == [False, True, False]
    assert is_expressed(counts, CountFilter(0, 0), 1).tolist() == [True, True, False]
    assert is_expressed(counts, CountFilter(0, 8), 1).tolist() == [False, True, False]


def test_groups_are_those_compared() -> None:
    """A slope of two numbers is filtered as the two groups are, whatever the covariates."""
    groups = {"a": np.arange(9) < 3, "b": (np.arange(9) >= 3) & (np.arange(9) < 7)}
    assert smallest_compared(groups, Contrast("c", "x", "a", "b"), pd.DataFrame()) == 3
    any_of = {**groups, "c": np.arange(9) >= 7}
    assert smallest_compared(any_of, Contrast("c", "x", "", "", kind="any"), pd.DataFrame()) == 2
    design = pd.DataFrame({"intercept": 1.0, COMPARISON: [0.0] * 3 + [1.0] * 6})
    design["batch.2"] = [1.0] + [0.0] * 8
    slope = Contrast("c", "x", "", "", kind="slope", covariates=("batch",))
    assert smallest_compared({}, slope, design) == pytest.approx(3)


def test_samples_of_other_levels_bring_no_feature_into_the_test() -> None:
    """Of `fit_on: all`, what only a third level shows is not tested between the other two."""
    rng = np.random.default_rng(5)
    names = [f"s{n}" for n in range(9)]
    counts = pd.DataFrame(rng.poisson(200, (30, 9)), [f"f{n}" for n in range(30)], names)
    counts.iloc[0, :6] = 0
    study = matrix(counts, list("aaabbbccc"))
    tested = [
        compare_counts(study, Contrast("c", "condition", "a", "b", fit_on=on), 0.05, DEFAULT)
        .table.set_index("feature")["reason"]
        .str.startswith("too few reads")
        for on in ("compared", "all")
    ]
    pd.testing.assert_series_equal(*(one.sort_index() for one in tested))
    assert tested[1][tested[1]].index.tolist() == ["f0"]


def test_the_filter_in_words() -> None:
    assert filter_words(DEFAULT, 12) == (
        "10 reads (in a library of median size, or as many per million) in 12 samples and 15 reads"
        " in all samples together"
    )
    assert filter_words(CountFilter(0, 0, 100, 0.5), 12) == "100 CPM in 50% of the samples"
    assert filter_words(CountFilter(0, 1), 1) == "1 read in all samples together"
    assert filter_words(CountFilter(0, 0), 3) == "a read in some sample"


def test_the_local_trend_is_that_of_deseq2(root: Path) -> None:
    expected = read(root, "deseq2_local")
    means, estimates = (expected[name].to_numpy() for name in ("mean", "estimate"))
    trend = fit_trend(means, estimates, LEAST)
    assert trend.kind == LOCAL
    np.testing.assert_allclose(trend.at(means), expected["trend"], rtol=1e-6)


def test_counts_with_a_local_trend_equal_deseq2(root: Path) -> None:
    expected = read(root, "deseq2_local")
    counts = read(root, "deseq2_local_counts").T
    design = pd.DataFrame({"intercept": 1.0, "b": [0.0] * 4 + [1.0] * 4}, counts.index)
    fit = fit_counts(counts, design)
    found = wald_test(fit, "b", 0.05, 1, shrink=False)
    assert fit.uns["disp_function_type"] == LOCAL
    np.testing.assert_allclose(found["log2_fold_change"], expected["log2_fold_change"], atol=0.02)
    # The programs estimate some dispersions differently; where one is an outlier of the trend for
    # one of them only (two of 90), the statistic is that of another dispersion.
    ratio = fit.var["dispersions"].to_numpy(float) / expected["dispersion"].to_numpy()
    assert (np.abs(np.log(ratio)) > 0.05).sum() <= 4
    hits = [table.index[table["adjusted_p_value"] < 0.05] for table in (found, expected)]
    assert len(hits[1]) >= 8 and set(hits[0]) == set(hits[1])


def test_parametric_trends_are_those_of_deseq2(root: Path) -> None:
    """Up to what the estimated dispersions of the two programs differ (1 and 4 per cent)."""
    counts, sheet = read(root, "deseq2_counts").T, read(root, "deseq2_design")
    expected = read(root, "deseq2_trends")
    for case, number, terms in (("paired", 6, ["batch", "level"]), ("all", 9, ["level"])):
        rows = counts.iloc[:number]
        rows = rows.loc[:, rows.sum() > 0]
        levels = pd.get_dummies(sheet.iloc[:number][terms], drop_first=True, dtype=float)
        fit = fit_counts(rows, levels.assign(intercept=1.0))
        trend = fit_trend(fit.var["_normed_means"].to_numpy(), _estimates(fit), LEAST)
        assert trend.kind == PARAMETRIC
        np.testing.assert_allclose(trend.coefficients, expected.loc[case], rtol=0.08)


def _estimates(fit) -> np.ndarray:
    return fit.var["genewise_dispersions"].to_numpy(float)


def test_a_known_trend_is_found_again() -> None:
    rng = np.random.default_rng(1)
    means = np.exp(rng.uniform(0, 9, 4000))
    values = (0.1 + 3 / means) * rng.gamma(10, 0.1, 4000)
    trend = fit_trend(means, values, LEAST)
    assert trend.kind == PARAMETRIC
    np.testing.assert_allclose(trend.coefficients, [0.1, 3], rtol=0.1)


def test_few_features_take_the_mean_and_none_the_least() -> None:
    means = np.array([5.0, 50, 500, 5000])
    rising = fit_trend(means, np.array([0.1, 0.2, 0.4, 0.9]), LEAST)
    assert (rising.kind, *rising.at(means[:2])) == (MEAN, 0.4, 0.4)
    nothing = fit_trend(means, np.full(4, LEAST), LEAST)
    np.testing.assert_allclose(nothing.at(means), 100 * LEAST)


def test_local_regression_of_a_parabola_and_of_tied_points() -> None:
    x = np.linspace(0, 4, 41)
    curve = local_regression(x, 1 + x - 0.5 * x**2, np.ones(41))
    np.testing.assert_allclose(curve(np.array([0.05, 1.234, 3.99])),
                               [1.04875, 1.472622, -2.970050], atol=1e-6)  # fmt: skip
    np.testing.assert_allclose(curve(np.array([-1.0])), [0.0], atol=1e-6)  # slope 1 at 0
    tied = local_regression(np.array([1.0] * 9 + [2.0]), np.arange(10.0), np.ones(10))
    assert np.isfinite(tied(np.array([1.0, 1.5, 2.0]))).all()


def test_size_factors_by_hand() -> None:
    counts = pd.DataFrame({"a": [2, 8], "b": [3, 12], "c": [0, 50]}, index=["x", "y"])
    np.testing.assert_allclose(median_of_ratios(counts), [0.5, 2])
    np.testing.assert_allclose(size_factors(counts), [0.5, 2])
    # No feature is in both: the geometric means are sqrt(4) and sqrt(9), the factors 4/2 and 9/3,
    # over their own geometric mean.
    apart = pd.DataFrame({"a": [4, 0], "b": [0, 9]}, index=["x", "y"])
    np.testing.assert_allclose(size_factors(apart), np.array([2, 3]) / np.sqrt(6))
    np.testing.assert_allclose(positive_count_factors(apart), size_factors(apart))
