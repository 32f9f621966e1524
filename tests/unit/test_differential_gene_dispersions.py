"""Dispersions that say nothing, and the independent filter: the same whatever the last digit is."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evcargo.differential.gene_dispersions import settled_dispersions
from evcargo.differential.independent_filter import best_cutoff, filtered_adjustment
from evcargo.differential.negative_binomial import fit_counts, wald_test

LEAST = 1e-8
DESIGN = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])


def settled(counts: list[float], mean: list[float], start: float, estimate: float) -> float:
    columns = (np.array([values], float).T for values in (counts, mean))
    return settled_dispersions(*columns, DESIGN, np.array([start]), np.array([estimate]), LEAST)[0]


def test_counts_that_scatter_less_than_by_chance_have_no_dispersion() -> None:
    assert settled([100, 101, 99, 201, 200, 199], [100] * 3 + [200] * 3, LEAST, 1e-3) == LEAST


def test_counts_that_scatter_keep_their_estimate() -> None:
    counts, mean = [20, 150, 90, 30, 400, 180], [87] * 3 + [203] * 3
    assert settled(counts, mean, 0.1, 0.4) == 0.4


def test_an_estimate_that_gains_nothing_over_its_start_stays_there() -> None:
    counts, mean = [20, 150, 90, 30, 400, 180], [87] * 3 + [203] * 3
    assert settled(counts, mean, 0.4, 0.4 * (1 + 1e-9)) == 0.4


def test_few_rejections_need_no_cutoff() -> None:
    p_values = pd.Series(np.linspace(0.01, 1, 40))
    adjusted = filtered_adjustment(p_values, pd.Series(np.arange(1.0, 41)), 0.05)
    expected = stats.false_discovery_control(p_values)
    np.testing.assert_allclose(adjusted, expected)


def test_features_without_counts_of_note_are_left_out_where_that_finds_more() -> None:
    """1,000 features with low counts and no effect; 200 with high counts, half of them differ."""
    rng = np.random.default_rng(4)
    p_values = pd.Series(np.concatenate([rng.uniform(size=1100), rng.uniform(0, 0.02, 100)]))
    means = pd.Series(np.concatenate([rng.uniform(0, 5, 1000), rng.uniform(50, 90, 200)]))
    adjusted = filtered_adjustment(p_values, means, 0.05)
    assert adjusted.iloc[1100:].lt(0.05).sum() > 80
    assert (stats.false_discovery_control(p_values)[1100:] < 0.05).sum() < adjusted.lt(0.05).sum()
    assert adjusted.iloc[:1000].isna().mean() > 0.7


@pytest.mark.parametrize("seed", range(5))
def test_a_cutoff_does_not_hang_on_the_last_digit(seed: int) -> None:
    """Numbers on a line, but for some: residuals are rounding, weights made of them are chance."""
    shares = np.linspace(0.1, 0.95, 50)
    rejections = np.arange(60, 10, -1)
    rejections[5] += 3
    noise = np.random.default_rng(seed).normal(0, 1e-15, 50)
    assert best_cutoff(shares * (1 + noise), rejections) == best_cutoff(shares, rejections)


def test_an_order_of_samples_is_worth_what_another_processor_is() -> None:
    """Sums in another order differ in the last digit only; so must dispersions and tests."""
    rng = np.random.default_rng(7)
    mean = np.exp(rng.normal(3.5, 1.5, (300, 1))) * np.ones(6)
    mean[:30, 3:] *= 4
    samples = [f"s{n}" for n in range(6)]
    counts = pd.DataFrame(
        rng.negative_binomial(60, 60 / (60 + mean)).T, samples, [f"f{n}" for n in range(300)]
    )
    counts = counts.loc[:, counts.sum() > 0]
    design = pd.DataFrame(DESIGN, samples, ["intercept", "level"])
    results = []
    for order in (range(6), [4, 1, 5, 0, 3, 2], [2, 3, 1, 5, 4, 0]):
        chosen = [samples[n] for n in order]
        fit = fit_counts(counts.loc[chosen], design.loc[chosen])
        results.append(wald_test(fit, "level", 0.05, 1, shrink=False))
    for other in results[1:]:
        np.testing.assert_allclose(other["p_value"], results[0]["p_value"], rtol=1e-2)
        significant = other["adjusted_p_value"] < 0.05
        assert significant.equals(results[0]["adjusted_p_value"] < 0.05)
    assert (results[0]["adjusted_p_value"] < 0.05).sum() > 20
