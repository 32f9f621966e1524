"""Purity metrics against contrasts."""

from dataclasses import asdict
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from purity_helpers import sheet
from scipy.stats import mannwhitneyu, rankdata

from evcargo.purity.associations import LARGEST_EXACT, associate, purity_metrics, rank_sum_p
from evcargo.study.model import Contrast

CONTRAST = asdict(Contrast("t_v_r", "condition", "t", "r"))


def study(**metrics: tuple[list[float], list[float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, names = [], {}
    for metric, groups in metrics.items():
        for level, values in zip("tr", groups, strict=True):
            for number, value in enumerate(values):
                names[f"{level}{number}"] = level
                row = {"sample": f"{level}{number}", "assay": "proteins", "metric": metric}
                rows.append(row | {"value": value})
    samples = sheet(*({"sample": name, "condition": level} for name, level in names.items()))
    return pd.DataFrame(rows), samples


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 4), (2, 7), (12, 12), (1, 5)])
def test_the_exact_test_is_scipys_without_ties(n, m):
    rng = np.random.default_rng(n * 100 + m)
    for shift in (0, 1, 3):
        x, y = rng.normal(shift, 1, n), rng.normal(0, 1, m)
        expected = mannwhitneyu(x, y, method="exact").pvalue
        assert rank_sum_p(x, y) == pytest.approx(expected, rel=1e-10)


def test_with_ties_it_is_the_permutation_test():
    x, y = [1, 2, 2, 5], [2, 3, 3, 5, 7]
    ranks = rankdata(x + y)
    sums = np.array([ranks[list(chosen)].sum() for chosen in combinations(range(9), 4)])
    far = np.abs(sums - 4 * 10 / 2) >= abs(ranks[:4].sum() - 4 * 10 / 2) - 1e-9
    assert rank_sum_p(x, y) == pytest.approx(far.mean(), rel=1e-12)


def test_large_groups_use_the_normal_approximation():
    rng = np.random.default_rng(3)
    x, y = rng.normal(0.2, 1, LARGEST_EXACT), rng.normal(0, 1, 50)
    assert rank_sum_p(x, y) == mannwhitneyu(x, y, method="asymptotic").pvalue


def test_p_values_of_a_null_study_are_uniform_enough():
    """Exact test at 5 %: at most 5 % of null studies, ties or not."""
    rng = np.random.default_rng(11)
    draws = [rank_sum_p(rng.integers(0, 9, 8), rng.integers(0, 9, 8)) for _ in range(600)]
    assert np.mean(np.array(draws) <= 0.05) == pytest.approx(0.045, abs=0.025)


def test_medians_counts_and_adjustment():
    metrics, samples = study(
        far=([11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6]),
        near=([1, 3, 5, 7, 9, 11], [2, 4, 6, 8, 10, 12]),
    )
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", ["n_test", "median_test", "median_reference"]].tolist() == [
        6,
        13.5,
        3.5,
    ]
    p = 2 / 924
    assert table.loc["far", "p_value"] == pytest.approx(p)
    assert table.loc["far", "adjusted_p_value"] == pytest.approx(2 * p)
    assert table["associated"].tolist() == [True, False]
    assert table.loc["far", "rule"] == "adjusted p-value < 0.05"
    assert table.loc["near", "rule"] == "adjusted p-value not < 0.05"


def test_four_against_four_can_only_be_suggestive():
    """The smallest p-value is 2/70; over three metrics no adjusted one need get below 0.05."""
    still = ([1.0, 4, 5, 8], [2.0, 3, 6, 7])
    metrics, samples = study(far=([5, 6, 7, 8], [1, 2, 3, 4]), a=still, b=still)
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", "p_value"] == pytest.approx(2 / 70)
    assert table.loc["far", "adjusted_p_value"] == pytest.approx(6 / 70)
    assert table.loc["far", "associated"]
    assert table.loc["far", "rule"].startswith("suggestive: plain p-value < 0.05; groups too small")
    assert not table.loc["a", "associated"]


def test_three_against_three_leaves_the_question_open():
    metrics, samples = study(far=([4, 5, 6], [1, 2, 3]))
    row = associate(metrics, samples, [CONTRAST], 0.05).iloc[0]
    assert row["associated"] is pd.NA
    assert row["rule"] == "groups too small: the smallest possible p-value is 0.1"


def test_constant_and_missing_metrics_are_not_tested_and_do_not_cost():
    nan = [np.nan] * 6
    metrics, samples = study(
        far=([11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6]),
        same=([0] * 6, [0] * 6),
        none=(nan, [1] * 6),
    )
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", "adjusted_p_value"] == table.loc["far", "p_value"]
    assert table.loc["same", "rule"] == "the same in all samples"
    assert table.loc["none", ["n_test", "n_reference"]].tolist() == [0, 6]
    assert table.loc[["same", "none"], "associated"].isna().all()


def test_only_samples_of_the_contrasts_material_and_levels_are_compared():
    metrics, samples = study(m=([5, 6, 7, 8, 100], [1, 2, 3, 4, 100]))
    samples.loc[samples["sample"] == "t4", "material"] = "depleted"
    samples.loc[samples["sample"] == "r4", "condition"] = "other"
    row = associate(metrics, samples, [CONTRAST], 0.05).iloc[0]
    assert (row["n_test"], row["n_reference"]) == (4, 4)


def test_metrics_are_the_shares_and_the_criteria_with_a_quantity_once_each():
    base = {"sample": "s1", "assay": "proteins"}
    criteria = pd.DataFrame(
        [
            base | {"criterion": "albumin share", "unit": "fraction", "value": 0.1},
            base | {"criterion": "tetraspanins", "unit": "tetraspanins", "value": 3.0},
            base | {"criterion": "ratio", "unit": "log2", "value": -2.0},
        ]
    )
    shares = pd.DataFrame([base | {"class": c, "share": 0.1} for c in ("albumin", "other")])
    metrics = purity_metrics(criteria, shares)
    assert metrics["metric"].tolist() == ["albumin share", "ratio", "other share"]
