"""The filter of counts and the trend of their dispersions, against R's edgeR and DESeq2."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evcargo.differential.count_filter import (
    CountFilter,
    is_expressed,
    samples_needed,
    smallest_group,
)
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
