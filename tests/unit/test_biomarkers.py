"""Biomarker panels: nothing leaks from held-out samples, and what is said of panels is true."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from evcargo.biomarkers.elastic_net import L1_RATIO, fit_paths, penalties
from evcargo.biomarkers.features import count_block, metric_block, prepare
from evcargo.biomarkers.folds import can_be_permuted, deal, permuted, units_of
from evcargo.biomarkers.nested import (
    Settings,
    cross_validate,
    cross_validate_forest,
    fit_panel,
    screen_statistics,
)
from evcargo.biomarkers.performance import auc_interval
from evcargo.biomarkers.predictions import pairs_of
from evcargo.differential.count_filter import CountFilter
from evcargo.differential.moderated import fit_features, moderated_test
from evcargo.differential.prior import fit_prior
from evcargo.simulate.biomarkers import leaky_auc, planted

QUICK = Settings(folds=5, repeats=2, screened=20)


def independent(count: int):
    return units_of([str(number) for number in range(count)], [""] * count)


# Nothing leaks.


def test_values_of_held_out_samples_change_no_model() -> None:
    """Spoil what is held out, values and all: the models that did not see it stay as they are."""
    study = planted(1, 30, 80, 3, 1.0)
    whole = cross_validate([study.block], study.labels, study.units, QUICK)
    held_out = whole.folds[0] == 2
    values = study.block.values.copy()
    values[held_out] = np.random.default_rng(0).normal(40, 9, values[held_out].shape)
    spoilt = replace(study.block, values=values)
    again = cross_validate([spoilt], study.labels, study.units, QUICK)
    assert np.array_equal(whole.coefficients[2], again.coefficients[2])
    assert not np.array_equal(whole.coefficients[1], again.coefficients[1])
    training = ~held_out
    clean, kept = prepare(study.block, training, study.labels)
    other, other_kept = prepare(spoilt, training, study.labels)
    assert np.array_equal(kept, other_kept)
    assert np.array_equal(clean[training], other[training])
    statistics = [
        screen_statistics(one, study.labels, training[None].astype(float)) for one in (clean, other)
    ]
    assert np.array_equal(*statistics)


def test_noise_is_noise_where_selection_outside_the_folds_finds_a_panel() -> None:
    made = {"samples": 40, "features": 5000, "missing": 0.0}
    settings = Settings(folds=5, repeats=1, screened=50)
    studies = [planted(seed, **made) for seed in range(4)]
    ours = [pairs_of(cross_validate([one.block], one.labels, one.units, settings), one.labels).auc
            for one in studies]  # fmt: skip
    assert 0.35 < np.mean(ours) < 0.65
    assert min(leaky_auc(one, settings) for one in studies) > 0.9


def test_samples_of_a_subject_are_never_on_both_sides() -> None:
    rng = np.random.default_rng(3)
    names = [f"s{number}" for number in (*range(12), *range(12), *range(12, 20))]
    labels = np.array([number % 2 == 0 for number in (*range(12), *range(12), *range(12, 20))])
    units = units_of(names, [""] * len(names))
    for _ in range(20):
        folds = deal(labels, units, 5, rng)
        assert (pd.Series(folds).groupby(names).nunique() == 1).all()
        for fold in range(5):
            assert 0 < labels[folds == fold].sum() < (folds == fold).sum()
    repeated = planted(5, 20, 300)
    # The same samples twice, as two "samples" of one subject: cut apart they would know each other.
    twice = replace(
        repeated.block,
        values=np.vstack([repeated.block.values] * 2),
        present=np.vstack([repeated.block.present] * 2),
    )
    labels = np.tile(repeated.labels, 2)
    names = [str(number) for number in range(20)] * 2
    subjects = cross_validate([twice], labels, units_of(names, [""] * 40), QUICK)
    apart = cross_validate([twice], labels, independent(40), QUICK)
    assert pairs_of(apart, labels).auc > 0.9
    assert pairs_of(subjects, labels).auc < 0.75


def test_folds_hold_as_many_samples_of_each_level_as_can_be() -> None:
    labels = np.arange(23) < 11
    folds = deal(labels, independent(23), 5, np.random.default_rng(0))
    for level in (labels, ~labels):
        counts = np.bincount(folds[level], minlength=5)
        assert counts.max() - counts.min() <= 1
    among = np.arange(23) % 3 != 0
    assert (deal(labels, independent(23), 5, np.random.default_rng(0), among) == -1)[~among].all()


def test_labels_are_permuted_as_the_design_allows() -> None:
    rng = np.random.default_rng(2)
    batches = ["a"] * 6 + ["b"] * 4
    labels = np.array([True] * 4 + [False] * 2 + [True] + [False] * 3)
    units = units_of([str(number) for number in range(10)], batches)
    drawn = np.array([permuted(labels, units, rng) for _ in range(300)])
    assert (drawn[:, :6].sum(axis=1) == 4).all()
    assert (drawn[:, 6:].sum(axis=1) == 1).all()
    assert np.allclose(drawn[:, :6].mean(axis=0), 4 / 6, atol=0.1)
    pairs = units_of(["p", "p", "q", "q"], [""] * 4)  # both levels in each subject
    both = np.array([True, False, True, False])
    assert {tuple(permuted(both, pairs, rng)[:2]) for _ in range(50)} == {
        (True, False), (False, True)
    }  # fmt: skip
    assert can_be_permuted(both, pairs)
    separated = units_of(list("abcd"), ["one", "one", "two", "two"])
    assert not can_be_permuted(np.array([True, True, False, False]), separated)


# Features and fits.


def test_features_are_prepared_by_the_training_samples_as_by_hand() -> None:
    counts = np.array([[100, 10, 0, 0], [200, 20, 0, 0], [50, 5, 8, 0], [10, 1, 0, 90]], float)
    from anndata import AnnData

    var = pd.DataFrame({"class": "miRNA"}, index=list("abcd"))
    matrix, labels = AnnData(counts, var=var), np.array([True, True, False, False])
    block = count_block(matrix, "rna", CountFilter(6, 15))
    training = np.array([True, True, True, False])
    values, kept = prepare(block, training, labels)
    assert list(kept) == [0, 1]  # c has 8 reads in the training samples, d none
    few = count_block(matrix, "rna", CountFilter(6, 0))
    assert list(prepare(few, training, labels)[1]) == [0, 1, 2]  # one of the smaller class has c
    assert list(prepare(few, np.ones(4, bool), labels)[1]) == [0, 1]  # of two, one has c or d
    # Without a, a library has as many reads as before: b does not become commoner.
    strict = count_block(matrix, "rna", CountFilter(11, 0)).without({"a"})
    assert list(prepare(strict, training, labels)[1]) == [1]
    # Reference of a and b: their medians, of the first sample; shifts: median of both differences.
    logs = np.log2(counts[:, :2] + 0.5)
    shifts = np.median(logs - logs[0], axis=1)
    expected = logs - shifts[:, None]
    assert np.allclose(values, expected - expected[:3].mean(axis=0))

    metrics = pd.DataFrame({"m": [1.0, np.nan, 3.0, 9.0], "zero": [-np.inf, 2.0, 4.0, -np.inf]})
    values, kept = prepare(metric_block(metrics, 0.5), training, labels)
    assert values[1, 0] == values[0, 0]  # the lower median of 1 and 3
    assert np.allclose(np.diff(values[[0, 1, 2], 1]), [1.0, 2.0])  # nothing: one below the least
    assert values[3, 1] == values[0, 1]


def test_the_screen_is_the_moderated_t_of_limma() -> None:
    study = planted(4, 20, 200, missing=0.0)
    every = np.ones(20, bool)
    values, _ = prepare(study.block, every, study.labels)
    design = np.column_stack([np.ones(20), study.labels])
    fits = fit_features(values.T, design, 1)
    expected = moderated_test(fits, fit_prior(fits.variance, fits.df))["statistic"].abs()
    found = screen_statistics(values, study.labels, every[None].astype(float))[0]
    assert np.allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_elastic_net_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = 60, 30
    raw = rng.normal(size=(n, k))
    raw[:, 1] += raw[:, 0]
    y = (rng.random(n) < expit(1.5 * raw[:, 0])).astype(float)
    training = rng.random(n) < 0.8
    x = (raw - raw[training].mean(axis=0)) / raw[training].std(axis=0)
    weight = training[None].astype(float)
    strength = penalties(x.T[:, None, :], y[None], weight)
    scores, coefficients = fit_paths(x.T[:, None, :].copy(), y[None], weight, strength)
    for step in (0, 4, 9):
        oracle = LogisticRegression(
            solver="saga", l1_ratio=L1_RATIO, C=1 / (training.sum() * strength[step, 0]),
            tol=1e-8, max_iter=20_000,
        ).fit(x[training], y[training])  # fmt: skip
        assert np.abs(oracle.coef_[0] - coefficients[step, 0]).max() < 0.02
        assert np.abs(oracle.decision_function(x) - scores[step, 0]).max() < 0.06


def test_a_planted_signal_is_found_and_its_auc_is_right() -> None:
    """The AUC of held-out samples is that of the models in new ones, and near the best possible."""
    study = planted(0, 80, 400, 5, 1.5, missing=0.0)
    assert study.best_auc == pytest.approx(stats.norm.cdf(1.5 * np.sqrt(5 / 2)))
    settings = Settings(5, 2, 20)
    found = cross_validate([study.block], study.labels, study.units, settings)
    auc = pairs_of(found, study.labels).auc
    true = study.true_auc(found.coefficients)
    low, high = auc_interval(auc, 40, 40, 1.0)
    assert low < true < high
    assert true > study.best_auc - 0.05
    assert (found.selected[:5] == 1).all()
    assert np.median(found.selected[5:]) == 0
    panel = fit_panel([study.block], study.labels, study.units, settings)
    assert set(np.argsort(-panel)[:5]) == set(range(5))
    forest = cross_validate_forest([study.block], study.labels, study.units, Settings(4, 1, 20))
    assert pairs_of(forest, study.labels).auc > 0.8


def test_the_same_study_gives_the_same_numbers() -> None:
    study = planted(2, 24, 50)
    runs = [cross_validate([study.block], study.labels, study.units, QUICK) for _ in range(2)]
    assert np.array_equal(runs[0].scores, runs[1].scores)
    other = cross_validate([study.block], study.labels, study.units, QUICK, number=1)
    assert not np.array_equal(runs[0].folds, other.folds)
