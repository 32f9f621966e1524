"""Permutation tests of ranks, against scipy, enumerations and null studies."""

from itertools import permutations, product
from math import comb

import numpy as np
import pytest
from scipy import stats

from evcargo.purity.ranks import LARGEST_EXACT, Layout, aligned_ranks, least_p_value, rank_test

RNG = np.random.default_rng(5)


def pair(n: int, m: int) -> Layout:
    return Layout("pair", (1.0,) * n + (0.0,) * m, ("",) * (n + m))


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 4), (2, 7), (12, 12), (1, 5)])
def test_the_rank_sum_test_is_scipys_without_ties(n, m):
    for shift in (0, 1, 3):
        x, y = RNG.normal(shift, 1, n), RNG.normal(0, 1, m)
        found = rank_test([*x, *y], pair(n, m))
        expected = stats.mannwhitneyu(x, y, method="exact")
        assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
        assert found.how == "exact"
        labels = [1] * n + [0] * m
        assert found.effect == pytest.approx(stats.spearmanr([*x, *y], labels).statistic)


def test_large_groups_use_the_normal_approximation():
    x, y = RNG.normal(0.2, 1, LARGEST_EXACT), RNG.normal(0, 1, 50)
    found = rank_test([*x, *y], pair(LARGEST_EXACT, 50))
    expected = stats.mannwhitneyu(x, y, method="asymptotic").pvalue
    assert (found.p_value, found.how) == (pytest.approx(expected, rel=1e-12), "asymptotic")


@pytest.mark.parametrize(("few", "many"), [(1, 120), (3, 118), (9, 300)])
@pytest.mark.parametrize("turned", [False, True])
def test_few_against_many_are_counted_exactly(few, many, turned):
    """The few above all others: 2 of the ways to choose them; and against scipy."""
    n, m = (many, few) if turned else (few, many)
    values = np.r_[np.arange(n) + (0 if turned else m), np.arange(m) + (n if turned else 0)]
    found = rank_test(values, pair(n, m))
    assert found.how == "exact"
    assert found.p_value == pytest.approx(2 / comb(few + many, few), rel=1e-9)
    x = RNG.normal(size=n + m)
    expected = stats.mannwhitneyu(x[:n], x[n:], method="exact").pvalue
    assert rank_test(x, pair(n, m)).p_value == pytest.approx(expected, rel=1e-9)


def brute(values, layout: Layout) -> float:
    """Share of all permutations of the labels within strata that are as extreme, by brute force."""
    strata = list(dict.fromkeys(layout.strata))
    members = [[at for at, name in enumerate(layout.strata) if name == one] for one in strata]
    values = np.asarray(values, dtype=float)
    centred = values.copy()
    for at in members:
        centred[at] -= values[at].mean()
    ranks = stats.rankdata(np.round(centred, 10))
    labels = np.asarray(layout.labels)
    if layout.kind == "slope":
        labels = stats.rankdata(labels)

    def statistic(given: np.ndarray) -> float:
        total = 0.0
        levels = sorted(set(labels)) if layout.kind == "any" else [None]
        for level in levels:
            score = given if level is None else (given == level).astype(float)
            expected = sum(score[at].mean() * ranks[at].sum() for at in members)
            distance = abs(float(score @ ranks) - expected)
            total += distance if level is None else distance**2 / (labels == level).sum()
        return total

    observed, extreme, count = statistic(labels), 0, 0
    for orders in product(*(permutations(at) for at in members)):
        given = labels.copy()
        for at, order in zip(members, orders, strict=True):
            given[at] = labels[list(order)]
        extreme += statistic(given) >= observed - 1e-9
        count += 1
    return extreme / count


@pytest.mark.parametrize(
    ("kind", "labels", "strata"),
    [
        ("pair", (1, 1, 0, 0, 0, 1), "aaaaaa"),
        ("pair", (1, 0, 1, 0, 1, 0, 1, 0), "aabbccdd"),
        ("pair", (1, 1, 0, 1, 0, 0, 0), "aaabbbb"),
        ("any", (0, 0, 1, 1, 2, 2, 2), "aaaaaaa"),
        ("any", (0, 1, 2, 0, 1, 2), "aaabbb"),
        ("slope", (1.0, 2, 2, 5, 9, 20), "aaaaaa"),
        ("slope", (1.0, 2, 3, 1, 5, 9), "aaabbb"),
    ],
)
@pytest.mark.parametrize("tied", [False, True])
def test_p_values_are_those_of_all_permutations(kind, labels, strata, tied):
    layout = Layout(kind, tuple(float(one) for one in labels), tuple(strata))
    rng = np.random.default_rng(len(labels))
    for _ in range(4):
        values = rng.integers(0, 4, len(labels)) + 0.0 if tied else rng.normal(size=len(labels))
        if len(set(values)) > 1:
            found = rank_test(values, layout)
            assert found.p_value == pytest.approx(brute(values, layout), rel=1e-9)
            assert found.how == "exact"
            assert found.least <= found.p_value + 1e-12


def test_several_groups_are_ordered_as_by_kruskal_and_wallis():
    """The statistic is that of scipy but for a constant, so the p-value is that of its ranks."""
    x = RNG.normal(size=8)
    labels = (0.0, 0, 0, 1, 1, 2, 2, 2)
    h = stats.kruskal(x[:3], x[3:5], x[5:]).statistic
    assert rank_test(x, Layout("any", labels, ("",) * 8)).effect == pytest.approx(h / 7)


def test_a_slope_has_the_correlation_of_spearman():
    x, y = RNG.normal(size=7), np.array([1.0, 2, 2, 3, 8, 9, 9])
    found = rank_test(x, Layout("slope", tuple(y), ("",) * 7))
    assert found.effect == pytest.approx(stats.spearmanr(x, y).statistic)


def test_drawn_permutations_are_close_to_the_exact_test():
    """12 pairs of three levels have 6^12 arrangements; Friedman's chi-squared is near there."""
    rng = np.random.default_rng(3)
    labels, strata = (0.0, 1.0, 2.0) * 12, tuple(str(n // 3) for n in range(36))
    values = rng.normal(size=36) + 0.5 * np.array(labels)
    found = rank_test(values, Layout("any", labels, strata))
    friedman = stats.friedmanchisquare(*(values[at::3] for at in range(3))).pvalue
    assert found.how == "permutation"
    assert found.p_value == pytest.approx(friedman, abs=0.05)
    assert found == rank_test(values, Layout("any", labels, strata))


def test_the_least_p_values_by_hand():
    assert least_p_value(pair(4, 4)) == pytest.approx(2 / 70)
    paired = Layout("pair", (1.0, 0.0) * 5, tuple("aabbccddee"))
    assert least_p_value(paired) == pytest.approx(2 / 2**5)
    assert least_p_value(Layout("any", (0.0, 0, 1, 1, 2, 2), ("",) * 6)) == pytest.approx(6 / 90)
    assert least_p_value(Layout("slope", (1.0, 2, 3, 4), ("",) * 4)) == pytest.approx(2 / 24)


def test_ties_in_the_larger_group_make_a_smaller_p_value_possible():
    """3 v 4: of 35 ways to choose three, with four zeros only one is as far from the middle."""
    all_zero = rank_test([5.0, 6, 7, 0, 0, 0, 0], pair(3, 4))
    assert (all_zero.p_value, all_zero.least) == pytest.approx((1 / 35, 1 / 35))
    one_zero = rank_test([0.0, 6, 7, 0, 0, 0, 5], pair(3, 4))
    assert one_zero.p_value > one_zero.least == pytest.approx(1 / 35)
    assert rank_test([5.0, 6, 7, 0, 1, 2, 3], pair(3, 4)).least == pytest.approx(2 / 35)
    assert rank_test([5.0, 0, 0, 0, 0, 0, 0], pair(3, 4)).least == pytest.approx(2 / 35)
    alone = rank_test([5.0, *[0.0] * 24], pair(1, 24))
    assert (alone.p_value, alone.least) == pytest.approx((1 / 25, 1 / 25))


def test_many_samples_of_one_label_are_no_trouble():
    """1,200 ways to choose the one sample of a level; a batch of one level tells nothing."""
    one = Layout("any", (1.0, *[0.0] * 1_199), ("",) * 1_200)
    found = rank_test(np.arange(1_200.0), one)
    assert (found.p_value, found.how) == (pytest.approx(2 / 1_200), "exact")
    labels = (*[0.0] * 1_100, *[1.0] * 12, *[0.0] * 12)
    beside = Layout("pair", labels, (*["a"] * 1_100, *[str(n) for n in range(12)] * 2))
    differences = np.r_[RNG.normal(size=1_100), np.arange(12.0) + 1, np.zeros(12)]
    found = rank_test(differences, beside)
    assert (found.p_value, found.how) == (pytest.approx(2 / 2**12), "exact")


def test_a_shift_of_strata_does_not_matter():
    labels, strata = (1.0, 0, 1, 0, 1, 0, 1, 0), tuple("aabbccdd")
    values = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    moved = values + np.repeat([0, 1e3, -70, 1e6], 2)
    one, other = (rank_test(v, Layout("pair", labels, strata)) for v in (values, moved))
    assert one.p_value == pytest.approx(other.p_value)
    np.testing.assert_allclose(
        aligned_ranks(np.array([1.0, 3, 3]), ("a", "a", "a")), [-1, 0.5, 0.5]
    )


LAYOUTS = {
    "pair": pair(8, 8),
    "pair in pairs": Layout("pair", (1.0, 0.0) * 10, tuple(str(n // 2) for n in range(20))),
    "any": Layout("any", (0.0,) * 6 + (1.0,) * 6 + (2.0,) * 6, ("",) * 18),
    "any in batches": Layout("any", (0.0, 1.0, 2.0) * 6, tuple("aaabbb" * 3)),
    "slope": Layout("slope", tuple(RNG.normal(size=12)), ("",) * 12),
    "slope in batches": Layout("slope", tuple(RNG.normal(size=12)), tuple("aaaabbbbcccc")),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_null_studies_have_uniform_p_values(name):
    """200 null studies whose strata differ: uniform by Kolmogorov and Smirnov, never too small."""
    layout = LAYOUTS[name]
    rng = np.random.default_rng(200)
    shift = {one: rng.normal(0, 5) for one in layout.strata}
    drawn = [
        rank_test(
            rng.lognormal(0, 1, len(layout.labels)) + [shift[one] for one in layout.strata], layout
        ).p_value
        for _ in range(200)
    ]
    assert stats.kstest(drawn, "uniform", alternative="greater").pvalue > 0.01
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert np.mean(np.array(drawn) <= 0.05) <= 0.1


@pytest.mark.parametrize("kind", ["pair", "any", "slope"])
def test_values_that_are_the_same_within_every_stratum_are_not_tested(kind):
    labels = (0.0, 1.0, 0.0, 1.0) if kind != "slope" else (0.0, 1.0, 2.0, 3.0)
    found = rank_test([1.0, 1.0, 5.0, 5.0], Layout(kind, labels, ("x", "x", "y", "y")))
    assert np.isnan([found.p_value, found.effect]).all()
