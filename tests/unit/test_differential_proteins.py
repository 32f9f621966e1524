"""Proteins of two groups: who is compared, what is tested, and why something is not."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix
from scipy.stats import ttest_ind

from evcargo.contracts import CONTRACTS
from evcargo.differential.design import NotTestable, compared_samples, model_matrix
from evcargo.differential.moderated import fit_features, moderated_test
from evcargo.differential.prior import fit_prior
from evcargo.differential.proteins import Moderation, adjust, test_proteins
from evcargo.errors import EvcargoError

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
