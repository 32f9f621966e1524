"""What is said of predictions: AUC, interval, difference, calibration, permutations."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score

from evcargo.biomarkers.folds import permuted, units_of
from evcargo.biomarkers.nested import SEED, Settings, cross_validate
from evcargo.biomarkers.performance import (
    auc_interval,
    bootstrap_correlation,
    calibration,
    difference_interval,
    inflation,
    permutation_p,
    plain_variance,
    reliability,
)
from evcargo.biomarkers.predictions import Pairs, Predictions, pairs_of, roc_curve
from evcargo.simulate.biomarkers import planted


def predictions(scores, folds) -> Predictions:
    scores = np.atleast_2d(np.asarray(scores, float))
    return Predictions(scores, np.atleast_2d(folds), np.empty((0, 0)))


def independent(count: int):
    return units_of([str(number) for number in range(count)], [""] * count)


def test_auc_compares_only_samples_that_one_model_held_out() -> None:
    labels = np.array([True, False, True, False])
    within = predictions([3.0, 2.0, 1.0, 0.0], [0, 0, 1, 1])
    assert pairs_of(within, labels).auc == 1.0  # pooled it would be 3 / 4
    assert roc_auc_score(labels, within.scores[0]) == 0.75
    rng = np.random.default_rng(0)
    labels, scores = rng.random(50) < 0.4, np.round(rng.normal(size=50), 1)
    one_fold = predictions(scores, np.zeros(50, int))
    auc = pairs_of(one_fold, labels).auc
    assert auc == pytest.approx(roc_auc_score(labels, scores))
    grid = np.linspace(0, 1, 20_001)
    assert np.trapezoid(roc_curve(one_fold, labels, grid), grid) == pytest.approx(auc, abs=2e-3)


def test_interval_of_the_auc_against_published_figures() -> None:
    # At 0.5 the variance is that of the rank sum.
    assert plain_variance(0.5, 12, 15) == pytest.approx((12 + 15 + 1) / (12 * 12 * 15))
    low, high = auc_interval(0.8, 25, 25, 1.0)
    for end in (low, high):  # the ends are 1.96 of their own standard errors away
        assert abs(0.8 - end) == pytest.approx(1.959964 * np.sqrt(plain_variance(end, 25, 25)))
    assert auc_interval(1.0, 12, 12, 1.0)[1] == 1.0
    assert 0.7 < auc_interval(1.0, 12, 12, 1.0)[0] < 0.9
    at_chance = 0.5 + 1.959964 * np.sqrt(2 * plain_variance(0.5, 25, 25))
    assert auc_interval(at_chance + 1e-6, 25, 25, 2.0)[0] > 0.5  # as the permutations say, exactly
    assert auc_interval(at_chance - 1e-6, 25, 25, 2.0)[0] < 0.5
    wide = auc_interval(0.8, 25, 25, 2.0)
    assert wide[0] < low < high < wide[1]


def test_interval_holds_the_auc_of_independent_scores() -> None:
    rng = np.random.default_rng(5)
    for true in (0.5, 0.8, 0.95):
        held = []
        for _ in range(600):
            test = rng.normal(np.sqrt(2) * stats.norm.ppf(true), 1, 20)
            auc = (test[:, None] > rng.normal(size=25)).mean()
            low, high = auc_interval(auc, 20, 25, 1.0)
            held.append(low <= true <= high)
        assert 0.92 < np.mean(held) < 0.99, true


def test_difference_of_two_aucs() -> None:
    rng = np.random.default_rng(1)
    labels, units = np.arange(60) < 30, independent(60)
    folds = np.zeros(60, int)
    covered, correlations = [], []
    for _ in range(40):
        shared = rng.normal(size=60) + 1.2 * labels
        pairs = [pairs_of(predictions(shared + rng.normal(0, 0.7, 60), folds), labels)
                 for _ in range(2)]  # fmt: skip
        low, high = difference_interval(*pairs, labels, units, 1.0)
        covered.append(low <= 0 <= high)
        correlations.append(bootstrap_correlation(*pairs, labels, units))
    assert np.mean(covered) > 0.85
    assert 0.4 < np.mean(correlations) < 0.9
    perfect, half = Pairs(np.ones((12, 12)), np.ones((12, 12))), Pairs(
        np.ones((12, 12)), np.full((12, 12), 0.9)
    )  # fmt: skip
    low, high = difference_interval(perfect, half, np.arange(24) < 12, independent(24), 1.0)
    assert low < 0 < high  # 12 v 12 samples cannot tell 1.0 from 0.9


def test_calibration_of_scores_that_are_right_and_of_scores_that_are_not() -> None:
    rng = np.random.default_rng(0)
    score = rng.normal(0, 1.5, 4000)
    labels = rng.random(4000) < expit(score)
    folds = np.zeros(4000, int)
    right = calibration(predictions(score, folds), labels)
    assert right["calibration_slope"] == pytest.approx(1, abs=0.12)
    assert right["calibration_intercept"] == pytest.approx(0, abs=0.12)
    assert right["brier"] == pytest.approx(brier_score_loss(labels, expit(score)))
    wrong = calibration(predictions(2 * score + 1, folds), labels)
    assert wrong["calibration_slope"] == pytest.approx(0.5, abs=0.06)
    assert wrong["calibration_intercept"] < -0.5
    flat = calibration(predictions(np.zeros(4000), folds), labels)
    assert np.isnan(flat["calibration_slope"])
    table = reliability(predictions(score, folds), labels)
    assert list(table["n"]) == [800] * 5
    assert ((table["ci_low"] < table["predicted"]) & (table["predicted"] < table["ci_high"])).all()


def test_permutation_p_and_inflation() -> None:
    null = np.array([0.4, 0.5, 0.6, 0.7])
    assert permutation_p(0.65, null) == 2 / 5
    assert permutation_p(0.7, null) == 2 / 5
    assert permutation_p(0.9, null) == 1 / 5
    assert np.isnan(permutation_p(0.9, np.empty(0)))
    plain = (20 + 1) / (12 * 100)
    spread = 0.5 + np.array([-1, 1]) * np.sqrt(2 * plain)
    assert inflation(spread, 10, 10) == pytest.approx(2.0)
    assert inflation(np.array([0.5, 0.51]), 10, 10) == 1.0


def test_null_studies_have_uniform_p_values_and_intervals_that_hold_one_half() -> None:
    """Small here; benchmarks/biomarkers.py does the same with 200 studies."""
    settings, permutations, held, p_values = Settings(4, 1, 10), 9, [], []
    for seed in range(24):
        study = planted(seed, 20, 40, missing=0.0)
        aucs = []
        for number in range(seed * 100, seed * 100 + permutations + 1):
            rng = np.random.default_rng([SEED, number])
            labels = permuted(study.labels, study.units, rng) if number % 100 else study.labels
            found = cross_validate([study.block], labels, study.units, settings, number)
            aucs.append(pairs_of(found, labels).auc)
        null = np.array(aucs[1:])
        p_values.append(permutation_p(aucs[0], null))
        low, high = auc_interval(aucs[0], 10, 10, inflation(null, 10, 10))
        held.append(low <= 0.5 <= high)
    continuous = np.array(p_values) - np.random.default_rng(0).random(24) / (permutations + 1)
    assert stats.kstest(continuous, "uniform").pvalue > 0.01
    assert np.mean(held) > 0.87
