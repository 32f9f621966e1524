"""Differential detection against Fisher's and McNemar's exact tests, by hand and permuted."""

import numpy as np
import pytest
from scipy import stats

from evcargo.differential.detection import detection_test

TEST = np.repeat([False, True], 4)
ONE = ["all"] * 8


def seen_in(reference: int, test: int, size: int = 4) -> list[bool]:
    return [n < reference for n in range(size)] + [n < test for n in range(size)]


@pytest.mark.parametrize("size", [4, 7, 12])
def test_without_strata_it_is_fishers_exact_test(size: int) -> None:
    outcomes = [(a, b) for a in range(size + 1) for b in range(size + 1)]
    seen = np.array([seen_in(a, b, size) for a, b in outcomes])
    level = np.repeat([False, True], size)
    table, least = detection_test(seen, level, ["all"] * 2 * size)
    known = table["detection_p_value"].notna()
    assert (~known).sum() == 2  # seen in no sample, and in all
    expected = [stats.fisher_exact([[a, b], [size - a, size - b]]).pvalue for a, b in outcomes]
    np.testing.assert_allclose(
        table["detection_p_value"][known], np.array(expected)[known], rtol=1e-9
    )
    assert least == pytest.approx(min(expected))
    assert table["detected_reference"].tolist() == [a for a, _ in outcomes]
    assert table["detected_test"].tolist() == [b for _, b in outcomes]


def test_four_v_four_by_hand() -> None:
    # 70 ways to choose 4 of 8 samples, 2 of them all of one level; 56 for 3 of 8, 8 of them so.
    seen = np.array([seen_in(0, 4), seen_in(4, 0), seen_in(0, 3), seen_in(4, 4), seen_in(1, 3)])
    table, least = detection_test(seen, TEST, ONE)
    assert least == pytest.approx(2 / 70)
    found = table["detection_p_value"].tolist()
    assert found[:2] == pytest.approx([2 / 70, 2 / 70])
    assert found[2] == pytest.approx(8 / 56)
    assert np.isnan(found[3])  # seen everywhere
    assert found[4] == pytest.approx((16 + 16 + 2) / 70)
    assert table["detection_adjusted_p_value"].tolist()[0] == pytest.approx(4 / 2 * 2 / 70)


def test_pairs_are_mcnemars_exact_test() -> None:
    # 8 pairs; 6 differ, 5 of them seen at the test level: binomial, both tails.
    level = np.tile([False, True], 8)
    pairs = [(0, 1)] * 5 + [(1, 0)] + [(1, 1), (0, 0)]
    seen = np.array(pairs, dtype=bool).reshape(1, -1)
    table, _ = detection_test(seen, level, np.repeat(range(8), 2).astype(str).tolist())
    assert table["detection_p_value"][0] == pytest.approx(stats.binomtest(5, 6).pvalue)


def test_a_batch_that_sees_all_does_not_count_for_its_level() -> None:
    # Batch b sees everything, and holds most samples of the test level.
    level = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1], dtype=bool)
    batch = ["a"] * 6 + ["b"] * 6
    seen = np.array([[False] * 6 + [True] * 6])
    apart, _ = detection_test(seen, level, batch)
    mixed, _ = detection_test(seen, level, ["all"] * 12)
    assert apart["detection_p_value"][0] == 1
    assert mixed["detection_p_value"][0] < 0.1


def test_p_values_of_permuted_studies_are_no_smaller_than_uniform_ones() -> None:
    """200 studies of clustered missing values: some samples saw far fewer proteins than others."""
    rng = np.random.default_rng(11)
    found, false = [], 0
    for _ in range(200):
        depth, rate = rng.normal(0, 1.5, 16), rng.normal(0, 1.5, (300, 1))
        seen = rng.random((300, 16)) < 1 / (1 + np.exp(-(rate + depth)))
        level = rng.permutation(np.repeat([False, True], 8))
        table, _ = detection_test(seen, level, ["all"] * 16)
        false += (table["detection_adjusted_p_value"] < 0.05).any()
        found.append(table["detection_p_value"].dropna().sample(1, random_state=1).to_numpy())
    # One protein of each study: those of a study share the permutation.
    p_values = np.concatenate(found)
    assert len(p_values) == 200
    assert stats.kstest(p_values, "uniform", alternative="greater").pvalue > 0.05
    assert false <= 0.08 * 200
