"""The saturation curve, held against hand-computed draws, a simulation and published numbers."""

from itertools import combinations

import numpy as np
import pytest

from evcargo.rna.saturation import depths_of, new_with_twice_the_reads, rarefied


def test_three_features_by_hand() -> None:
    # 6 reads a a a b b c. Of the 15 pairs, 3 miss a, 6 miss b and 10 miss c.
    expected = rarefied(np.array([3, 2, 1]), 6, [0, 1, 2, 6])
    assert expected == pytest.approx([0, 1, 3 - 19 / 15, 3])


def test_every_draw_of_a_small_sample_counted() -> None:
    reads = "aaaabbc---"  # three of the ten reads are no feature of interest
    for depth in range(len(reads) + 1):
        draws = list(combinations(reads, depth))
        seen = np.mean([len(set(draw) - {"-"}) for draw in draws])
        assert rarefied(np.array([4, 2, 1]), 10, [depth]) == pytest.approx([seen])


def test_a_simulation_of_draws_agrees() -> None:
    rng = np.random.default_rng(5)
    counts = np.maximum(1, (2000 / np.arange(1, 301) ** 1.2).astype(int))
    total = int(counts.sum()) + 3000
    pool = np.append(counts, 3000)
    depth = total // 5
    draws = rng.multivariate_hypergeometric(pool, depth, size=2000)[:, :-1]
    seen = (draws > 0).sum(axis=1)
    error = seen.std() / np.sqrt(len(seen))
    assert rarefied(counts, total, [depth])[0] == pytest.approx(seen.mean(), abs=4 * error)


def test_large_libraries_keep_their_digits() -> None:
    # one read of each of 100 features among ten million: 1 - (1 - n / N) is n / N, exactly
    expected = rarefied(np.ones(100), 10_000_000, [100_000, 5_000_000])
    assert expected == pytest.approx([1, 50], rel=1e-5)


def test_new_features_of_twice_the_reads_by_hand() -> None:
    # 4 singletons, 1 doubleton, 10 reads: f0 = 4 x 3 / (2 x 2) = 3
    counts = np.array([1, 1, 1, 1, 2, 4])
    assert new_with_twice_the_reads(counts) == pytest.approx(3 * (1 - (1 - 4 / 34) ** 10))
    assert new_with_twice_the_reads(np.array([5, 9])) == 0
    assert new_with_twice_the_reads(np.zeros(0)) == 0


def test_twice_the_reads_of_a_known_community() -> None:
    """Half of a sample foretells the whole of it, from below: Chao's estimate is a lower bound."""
    rng = np.random.default_rng(3)
    abundances = rng.lognormal(0, 1.5, 500)
    found = []
    for _ in range(100):
        half = rng.multinomial(2000, abundances / abundances.sum())
        whole = half + rng.multinomial(2000, abundances / abundances.sum())
        new = (whole > 0).sum() - (half > 0).sum()
        found.append((new_with_twice_the_reads(half[half > 0]), new))
    foretold, true = np.mean(found, axis=0)
    assert 0.85 * true < foretold < true


def test_depths_are_whole_reads() -> None:
    assert depths_of(1000) == [10, 20, 50, 100, 200, 500, 1000]
    assert depths_of(7)[-1] == 7
