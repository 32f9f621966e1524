"""q-values and acceptance against fractions written out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evcargo.proteins.fdr import accept, best_of, q_values

T, D = False, True


def test_q_values_are_hand_computed_fractions():
    # score   9  8  7  6  5  4
    # kind    T  T  D  T  T  D
    # D       0  0  1  1  1  2
    # T       1  2  2  3  4  4
    # (D+1)/T 1  1/2 1(2/2) 2/3 2/4 3/4; lowest from there down: 1/2 1/2 1/2 1/2 1/2 3/4
    q = q_values([9, 8, 7, 6, 5, 4], [T, T, D, T, T, D])
    np.testing.assert_allclose(q, [1 / 2, 1 / 2, 1 / 2, 1 / 2, 1 / 2, 3 / 4])


def test_equal_scores_are_one_step_whatever_their_order():
    # 10 T alone: 1/1. The tie at 5 holds T, T, D: (1 + 1) / 3. The T at 4: 2/4.
    expected = {10: 1 / 2, 5: 1 / 2, 4: 1 / 2}
    for order in ([0, 1, 2, 3, 4], [3, 2, 1, 0, 4], [4, 3, 0, 2, 1]):
        score = np.array([10, 5, 5, 5, 4])[order]
        decoy = np.array([T, T, T, D, T])[order]
        np.testing.assert_allclose(q_values(score, decoy), [expected[s] for s in score])
    # Without the last one the tie decides: (1 + 1) / 3 for all that are in it, and above.
    np.testing.assert_allclose(q_values([10, 5, 5, 5], [T, T, D, T]), [2 / 3] * 4)


def test_q_values_are_at_most_one_and_decoys_first_give_one():
    np.testing.assert_allclose(q_values([3, 2, 1], [D, D, T]), [1, 1, 1])
    assert q_values([], []).shape == (0,)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=40))
def test_q_values_equal_the_definition(entries):
    score = np.array([entry[0] for entry in entries])
    decoy = np.array([entry[1] for entry in entries])
    rates = {
        s: min(1.0, (((score >= s) & decoy).sum() + 1) / max(1, ((score >= s) & ~decoy).sum()))
        for s in set(score)
    }
    expected = [min(rate for s, rate in rates.items() if s <= own) for own in score]
    np.testing.assert_allclose(q_values(score, decoy), expected)


def test_one_hundred_targets_are_needed_to_reach_one_percent():
    # 100 targets above the first decoy: (0 + 1) / 100 = 0.01, accepted; the target below is not:
    # (1 + 1) / 101.
    score = [*range(200, 100, -1), 50, 40]
    decoy = [T] * 100 + [D, T]
    found = accept(score, decoy, 0.01)
    assert found.accepted.tolist() == [True] * 100 + [False, False]
    assert found.threshold == 101
    assert found.rule == "(D + 1) / T <= 0.01"


def test_too_few_targets_are_accepted_above_every_decoy_and_the_rule_says_so():
    score = [*range(60, 20, -1), 10, 9]
    decoy = [T] * 40 + [D, T]
    found = accept(score, decoy, 0.01)
    assert found.accepted.sum() == 40
    assert not found.accepted[-1]
    assert "40 targets are too few to resolve 0.01 (1 / T = 0.025)" in found.rule
    np.testing.assert_allclose(found.q_values[:40], 1 / 40)


def test_a_few_targets_above_the_decoys_are_what_noise_gives():
    # Nine heads in a row come once in 512 runs of pure noise; ten are asked for.
    assert not accept([*range(20, 11, -1), 5], [T] * 9 + [D], 0.01).accepted.any()
    assert accept([*range(20, 10, -1), 5], [T] * 10 + [D], 0.01).accepted.sum() == 10
    assert accept([9, 8], [T, D], 0.01, least=1).accepted.tolist() == [True, False]
    assert accept([], [], 0.01).threshold == np.inf


def test_noise_alone_is_hardly_ever_accepted():
    rng = np.random.default_rng(7)
    hits = sum(
        accept(rng.normal(size=300), rng.random(300) < 0.5, 0.01).accepted.any() for _ in range(300)
    )
    assert hits <= 3


def test_true_proportion_is_near_the_nominal_one():
    rng = np.random.default_rng(11)
    shares = []
    for _ in range(20):
        wrong = rng.normal(0, 1, 4000)
        right = rng.normal(4, 1, 3000)
        score = np.concatenate([wrong, right])
        decoy = np.concatenate([rng.random(4000) < 0.5, np.zeros(3000, bool)])
        accepted = accept(score, decoy, 0.01).accepted
        shares.append(accepted[:4000].sum() / accepted.sum())
    assert 0.006 < np.mean(shares) < 0.0115


def test_the_best_row_of_a_key_and_the_decoy_of_equal_ones():
    frame = pd.DataFrame(
        {
            "pair": ["A", "A", "B", "B"],
            "score": [1.0, 2.0, 3.0, 3.0],
            "is_decoy": [True, False, False, True],
        }
    )
    best = best_of(frame, "pair").set_index("pair")
    assert best.loc["A", "score"] == 2.0
    assert best.loc["B", "is_decoy"]


@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_a_decoy_is_never_accepted(alpha):
    assert not accept([5, 5, 5], [D, D, D], alpha).accepted.any()
