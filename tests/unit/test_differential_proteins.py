"""Proteins of two groups: who is compared, what is tested, and why something is not."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix
from scipy.stats import f_oneway, linregress, ttest_ind

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.differential.design import NotTestable, compared_samples, model_matrix
from evcargo.differential.linear_models import Moderation
from evcargo.differential.moderated import fit_features, moderated_test
from evcargo.differential.prior import fit_prior
from evcargo.differential.proteins import test_proteins
from evcargo.errors import EvcargoError
from evcargo.study.model import Contrast

# pytest would take the function under test for a test
compare = partial(test_proteins, how=Moderation("intensity", True))
del test_proteins

GROUPS = ["control"] * 3 + ["lps"] * 3
FIGURES = ["log2_fold_change", "p_value", "adjusted_p_value", "ci_low"]
NAN = np.nan


def proteins(rows: dict[str, list[float]], **columns: list[str]):
    rng = np.random.default_rng(7)
    noise = {f"n{n:03d}": rng.normal(20, 0.4, 6).tolist() for n in range(60)}
    values = pd.DataFrame(rows | noise, index=[f"s{n}" for n in range(6)]).T
    return matrix(values, GROUPS, classes="protein", **columns)


def test_fold_change_is_test_minus_reference() -> None:
    made = proteins({"up": [20, 20.1, 19.9, 25, 25.1, 24.9]})
    table = compare(made, LPS, 0.05, 2).table.set_index("feature")
    assert table.index[0] == "up"
    assert table.loc["up", "log2_fold_change"] == pytest.approx(5)
    assert table.loc["up", "significant"]
    assert table.loc["up", ["n_test", "n_reference"]].tolist() == [3, 3]
    assert table.loc["up", "mean"] == pytest.approx(22.5)


def test_every_protein_is_tested_or_says_why_not() -> None:
    made = proteins(
        {
            "one_reference": [20, NAN, NAN, 25, 25, 25],
            "no_test": [20, 20, 20, NAN, NAN, NAN],
            "absent": [NAN] * 6,
            "two_and_two": [20, 20.5, NAN, 25, 25.5, NAN],
        }
    )
    result = compare(made, LPS, 0.05, 2)
    table = result.table.set_index("feature")
    assert sorted(table.index) == sorted(made.var_names)
    assert table.loc["one_reference", "reason"] == "fewer than 2 values at control"
    assert table.loc["no_test", "reason"] == "fewer than 2 values at lps"
    assert table.loc["two_and_two", "tested"]
    rest = table[~table["tested"]]
    assert sorted(rest.index) == ["absent", "no_test", "one_reference"]
    assert (rest["reason"] != "").all()
    assert rest[FIGURES].isna().all(axis=None)
    assert not rest["significant"].any()
    assert (table.loc[table["tested"], "reason"] == "").all()
    names = CONTRACTS["differential"].names
    assert {*names[: names.index("flag")]} == {"feature", *table.columns}


def test_covariates_that_the_values_cannot_tell_apart() -> None:
    batch = ["a", "b", "b", "a", "b", "a"]
    made = proteins(
        {
            "one_batch_each": [NAN, 20, 20.5, 25, NAN, 25.5],
            "no_df": [20, 21, NAN, 25, NAN, 25.5],
        },
        batch=batch,
    )
    with_batch = replace(LPS, covariates=("batch",))
    table = compare(made, with_batch, 0.05, 2).table.set_index("feature")
    assert table.loc["one_batch_each", "reason"].startswith("its values cannot tell")
    assert table.loc["no_df", "tested"]
    assert table.loc["n000", "tested"]


def test_failed_samples_and_other_material_are_left_out() -> None:
    made = proteins({})
    made.obs["material"] = ["ev", "ev", "ev", "ev", "ev", "source"]
    made.obs["status"] = ["failed", "ok", "ok", "ok", "ok", "ok"]
    result = compare(made, LPS, 0.05, 2)
    assert (result.n_test, result.n_reference) == (2, 2)
    assert compared_samples(made.obs, LPS).index.tolist() == ["s1", "s2", "s3", "s4"]


def test_too_few_measured_samples_is_an_answer() -> None:
    made = proteins({})
    made.obs["status"] = ["no run"] * 2 + ["ok"] * 4
    result = compare(made, LPS, 0.05, 2)
    assert result.warnings == ("Not tested: fewer than 2 measured samples: control has 1.",)
    assert not result.table["tested"].any()
    assert len(result.table) == made.n_vars
    assert set(result.table["reason"]) == {"fewer than 2 measured samples: control has 1"}


def test_a_design_that_lost_its_rank_is_an_answer() -> None:
    made = proteins({}, batch=["a", "b", "a", "b", "b", "a"])
    made.obs.loc["s1", "status"] = made.obs.loc["s5", "status"] = "failed"
    result = compare(made, replace(LPS, covariates=("batch",)), 0.05, 2)
    assert not result.table["tested"].any()
    assert "condition and batch cannot be told apart" in result.warnings[0]


def test_without_moderation_it_is_students_t() -> None:
    # One protein has no others to borrow from.
    values = pd.DataFrame({"a": [1.0, 2, 4, 6, 7, 9]}, index=[f"s{n}" for n in range(6)]).T
    found = compare(matrix(values, GROUPS, classes="protein"), LPS, 0.05, 2).table.iloc[0]
    expected = ttest_ind([6, 7, 9], [1, 2, 4])
    assert found["p_value"] == pytest.approx(expected.pvalue)
    assert found["statistic"] == pytest.approx(expected.statistic)


def test_adjusted_p_values_by_hand() -> None:
    # 3 tests: 0.01 x 3/1, 0.04 x 3/2 -> 0.05 from above, 0.05 x 3/3
    found = adjust(pd.Series([0.04, np.nan, 0.01, 0.05]))
    np.testing.assert_allclose(found, [0.05, np.nan, 0.03, 0.05])


def test_model_matrix() -> None:
    rows = pd.DataFrame(
        {
            "condition": ["control", "lps", "lps", "control", "control", "lps", "lps"],
            "batch": ["1", "1", "2", "2", "3", "3", "1"],
            "age": ["10", "20", "30", "20", "10", "30", "20"],
        },
        index=list("abcdefg"),
    )
    found = model_matrix(rows, replace(LPS, covariates=("batch", "age")))
    assert found["comparison"].tolist() == [0, 1, 1, 0, 0, 1, 1]
    assert found.iloc[:, 2].tolist() == [0, 0, 1, 1, 0, 0, 0]  # batch 2, a name and no number
    assert found.iloc[:, 3].tolist() == [0, 0, 0, 0, 1, 1, 0]
    age = found.iloc[:, 4]  # mean 20, sd sqrt(400 / 6)
    assert age.tolist() == pytest.approx(np.array([-1, 0, 1, 0, -1, 1, 0]) * 10 / np.sqrt(400 / 6))


def test_model_without_residual_degrees_of_freedom() -> None:
    rows = pd.DataFrame(
        {
            "condition": ["control", "control", "lps", "lps"],
            "age": ["1", "2", "4", "3"],
            "ph": ["1", "2", "3", "5"],
        },
        index=list("abcd"),
    )
    with pytest.raises(NotTestable, match="leave nothing for the error"):
        model_matrix(rows, replace(LPS, covariates=("age", "ph")))


def test_the_prior_may_follow_the_peptides() -> None:
    made = proteins({})
    made.var["n_peptides"] = np.arange(60) % 12 + 1.0
    how = Moderation("peptides", False)
    told = compare(made, LPS, 0.05, 2, how=how)
    assert "prior by peptides with" in told.method
    values = made.layers["normalised"].T
    design = np.column_stack([np.ones(6), np.repeat([0.0, 1], 3)])
    fits = fit_features(values, design, 1)
    prior = fit_prior(fits.variance, fits.df, np.log2(made.var["n_peptides"].to_numpy()))
    by_hand = moderated_test(fits, prior).set_index(made.var_names)["p_value"]
    found = told.table.set_index("feature")["p_value"].reindex(by_hand.index)
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)

    made.var.loc["n007", "n_peptides"] = np.nan
    with pytest.raises(EvcargoError, match="variance_trend.*1 have none .n007"):
        compare(made, LPS, 0.05, 2, how=how)


NINE = [f"s{n}" for n in range(9)]


def three_levels() -> pd.DataFrame:
    """Sixty proteins of 9 samples without a difference, but for the first two."""
    rng = np.random.default_rng(9)
    values = pd.DataFrame(rng.normal(20, 0.3, (60, 9)), [f"n{n:02d}" for n in range(60)], NINE)
    values.loc["n00", ["s3", "s4", "s5"]] += 3
    values.loc["n01", ["s6", "s7", "s8"]] -= 2
    return values


def test_any_level_and_the_two_furthest_apart() -> None:
    values = three_levels()
    values.loc["n02", ["s6", "s7"]] = NAN
    made = matrix(values, list("aaabbbccc"), classes="protein")
    result = compare(made, Contrast("c", "condition", "", "", kind="any"), 0.05, 2)
    assert (result.n_test, result.n_reference) == (9, None)
    assert "moderated F statistics" in result.method
    table = result.table.set_index("feature")
    assert table.index[table["significant"]].tolist() == ["n00", "n01"]
    assert table.loc["n00", "largest_between"].startswith("b v ")
    assert table.loc["n00", "largest_difference"] == pytest.approx(3, abs=0.5)
    assert table.loc["n01", "largest_between"].endswith(" v c")
    assert table.loc["n02", "reason"] == "fewer than 2 values at c"
    assert table["log2_fold_change"].isna().all()
    detection = table["detection_p_value"].dropna()
    # Of 36 pairs of missing samples, 9 are of one level.
    assert detection.index.tolist() == ["n02"]
    assert detection["n02"] == pytest.approx(1 / 4, abs=0.01)


def test_without_moderation_any_is_the_analysis_of_variance() -> None:
    values = pd.DataFrame([[1.0, 2, 3, 4, 6, 5, 9, 7, 8]], ["a"], NINE)
    made = matrix(values, list("aaabbbccc"), classes="protein")
    found = compare(made, Contrast("c", "condition", "", "", kind="any"), 0.05, 2).table.iloc[0]
    expected = f_oneway([1, 2, 3], [4, 6, 5], [9, 7, 8])
    assert found["p_value"] == pytest.approx(expected.pvalue)
    assert found["statistic"] == pytest.approx(expected.statistic)


def test_without_moderation_a_slope_is_the_regression() -> None:
    values = pd.DataFrame([[1.0, 2, 3, 4, 6, 5, 9, 7, 8]], ["a"], NINE)
    ages = [20, 25, 31, 37, 40, 55, 56, 60, 71]
    made = matrix(values, ["a"] * 9, classes="protein", age=[str(age) for age in ages])
    found = compare(made, Contrast("c", "age", "", "", kind="slope"), 0.05, 2).table.iloc[0]
    expected = linregress(ages, values.iloc[0])
    assert found["log2_fold_change"] == pytest.approx(expected.slope)
    assert found["standard_error"] == pytest.approx(expected.stderr)
    assert found["p_value"] == pytest.approx(expected.pvalue)


def test_other_levels_lend_degrees_of_freedom_and_move_no_fold_change() -> None:
    made = matrix(three_levels(), list("aaabbbccc"), classes="protein")
    pair = Contrast("c", "condition", "b", "a")
    alone = compare(made, pair, 0.05, 2)
    among = compare(made, replace(pair, fit_on="all"), 0.05, 2)
    assert (among.n_test, among.n_reference) == (alone.n_test, alone.n_reference) == (3, 3)
    assert "fitted on all levels of condition" in among.method
    tables = [one.table.set_index("feature").sort_index() for one in (alone, among)]
    for column in ("log2_fold_change", "n_test", "n_reference", "detection_p_value"):
        pd.testing.assert_series_equal(tables[0][column], tables[1][column])
    rows = compared_samples(made.obs, replace(pair, fit_on="all"))
    assert model_matrix(rows, replace(pair, fit_on="all")).shape == (9, 3)


def test_a_batch_of_other_levels_only_costs_no_comparison() -> None:
    made = matrix(three_levels(), list("aaabbbccc"), classes="protein", batch=list("xyxxyyzzz"))
    contrast = Contrast("c", "condition", "b", "a", ("batch",), fit_on="all")
    found = compare(made, contrast, 0.05, 2).table.set_index("feature")
    alone = compare(made, replace(contrast, fit_on="compared"), 0.05, 2)
    assert found["tested"].all()
    np.testing.assert_allclose(
        found["log2_fold_change"].sort_index(),
        alone.table.set_index("feature")["log2_fold_change"].sort_index(),
    )


def test_detection_counts_what_was_not_transferred_alone() -> None:
    made = proteins({"gone": [NAN, NAN, NAN, 25, 25.1, 24.9], "filled": [20.0] * 6})
    transferred = np.where(np.isfinite(made.layers["normalised"]), 0.0, np.nan)
    transferred[:2, made.var_names.get_loc("filled")] = 1
    transferred[2, made.var_names.get_loc("filled")] = 0.5
    made.layers["transferred"] = transferred
    result = compare(made, LPS, 0.05, 2)
    table = result.table.set_index("feature")
    assert table.loc["gone", ["detected_test", "detected_reference"]].tolist() == [3, 0]
    assert table.loc["gone", "detection_p_value"] == pytest.approx(2 / 20)
    assert table.loc["filled", ["detected_test", "detected_reference"]].tolist() == [3, 1]
    assert table.loc["filled", ["n_test", "n_reference"]].tolist() == [3, 3]
    assert "whose p-value is 0.1 at the least" in result.method


def test_samples_of_one_subject_are_told_or_a_block() -> None:
    rng = np.random.default_rng(2)
    values = three_levels().iloc[:, :8] + np.repeat(rng.normal(0, 1, (60, 4)), 2, axis=1)
    made = matrix(values, list("aaaabbbb"), classes="protein", subject=list("ppqqrrss"))
    pair = Contrast("c", "condition", "b", "a")
    assert compare(made, pair, 0.05, 2).warnings == (
        "4 subjects have several samples (p ...), which are tested as if they were independent:"
        " set block: subject.",
    )
    result = compare(made, replace(pair, block="subject"), 0.05, 2)
    assert result.warnings == ()
    assert re.search(r"correlation of 0\.[89]\d within subject", result.method)
    assert result.table["detection_p_value"].isna().all()
