"""Differential detection against Fisher's and McNemar's exact tests, by hand and permuted."""

from dataclasses import replace
from functools import partial
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from differential_helpers import matrix
from scipy import stats
from statsmodels.discrete.conditional_models import ConditionalLogit

from evcargo.differential.adjust import adjust
from evcargo.differential.conditional_permutation import level_model, likely_orders
from evcargo.differential.detection import detect
from evcargo.differential.detection_drawn import adjusted_for, drawn_p_values
from evcargo.differential.detection_exact import exact_p_values
from evcargo.study.model import Contrast

TEST = np.repeat([False, True], 4)
ONE = ["all"] * 8


def seen_in(reference: int, test: int, size: int = 4) -> list[bool]:
    return [n < reference for n in range(size)] + [n < test for n in range(size)]


@pytest.mark.parametrize("size", [4, 7, 12])
def test_without_strata_it_is_fishers_exact_test(size: int) -> None:
    outcomes = [(a, b) for a in range(size + 1) for b in range(size + 1)]
    seen = np.array([seen_in(a, b, size) for a, b in outcomes])
    level = np.repeat([False, True], size)
    found, least = exact_p_values(seen, level, ["all"] * 2 * size)
    known = np.isfinite(found)
    assert (~known).sum() == 2  # seen in no sample, and in all
    expected = [stats.fisher_exact([[a, b], [size - a, size - b]]).pvalue for a, b in outcomes]
    np.testing.assert_allclose(found[known], np.array(expected)[known], rtol=1e-9)
    assert least == pytest.approx(min(expected))


def test_four_v_four_by_hand() -> None:
    # 70 ways to choose 4 of 8 samples, 2 of them all of one level; 56 for 3 of 8, 8 of them so.
    seen = np.array([seen_in(0, 4), seen_in(4, 0), seen_in(0, 3), seen_in(4, 4), seen_in(1, 3)])
    found, least = exact_p_values(seen, TEST, ONE)
    assert least == pytest.approx(2 / 70)
    assert found[:2] == pytest.approx([2 / 70, 2 / 70])
    assert found[2] == pytest.approx(8 / 56)
    assert np.isnan(found[3])  # seen everywhere
    assert found[4] == pytest.approx((16 + 16 + 2) / 70)


def test_pairs_are_mcnemars_exact_test() -> None:
    # 8 pairs; 6 differ, 5 of them seen at the test level: binomial, both tails.
    level = np.tile([False, True], 8)
    pairs = [(0, 1)] * 5 + [(1, 0)] + [(1, 1), (0, 0)]
    seen = np.array(pairs, dtype=bool).reshape(1, -1)
    found, _ = exact_p_values(seen, level, np.repeat(range(8), 2).astype(str).tolist())
    assert found[0] == pytest.approx(stats.binomtest(5, 6).pvalue)


def test_a_batch_that_sees_all_does_not_count_for_its_level() -> None:
    # Batch b sees everything, and holds most samples of the test level.
    level = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1], dtype=bool)
    batch = ["a"] * 6 + ["b"] * 6
    seen = np.array([[False] * 6 + [True] * 6])
    apart, _ = exact_p_values(seen, level, batch)
    mixed, _ = exact_p_values(seen, level, ["all"] * 12)
    assert apart[0] == 1
    assert mixed[0] < 0.1


def test_p_values_of_permuted_studies_are_no_smaller_than_uniform_ones() -> None:
    """200 studies of clustered missing values: some samples saw far fewer proteins than others."""
    rng = np.random.default_rng(11)
    found, false = [], 0
    for _ in range(200):
        depth, rate = rng.normal(0, 1.5, 16), rng.normal(0, 1.5, (300, 1))
        seen = rng.random((300, 16)) < 1 / (1 + np.exp(-(rate + depth)))
        level = rng.permutation(np.repeat([False, True], 8))
        p_values, _ = exact_p_values(seen, level, ["all"] * 16)
        false += (adjust(pd.Series(p_values)) < 0.05).any()
        found.append(pd.Series(p_values).dropna().sample(1, random_state=1).to_numpy())
    # One protein of each study: those of a study share the permutation.
    p_values = np.concatenate(found)
    assert len(p_values) == 200
    assert stats.kstest(p_values, "uniform", alternative="greater").pvalue > 0.05
    assert false <= 0.08 * 200


def test_drawn_permutations_of_three_levels_against_all_of_them() -> None:
    """Pearson's statistic over all orders of the levels, written out."""
    level = np.array(list("aabbcc"))
    asked = (level[:, None] == np.array(list("abc"))) / np.sqrt(2)
    seen = np.array([[1, 1, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0], [1, 1, 1, 0, 0, 0], [1] * 6], bool)

    def pearson(row: np.ndarray, order: np.ndarray) -> float:
        table = [[(row & (order == one)).sum(), (~row & (order == one)).sum()] for one in "abc"]
        return float(stats.chi2_contingency(table, correction=False).statistic)

    orders = {tuple(order) for order in permutations(level)}
    found, _ = drawn_p_values(seen, asked, ["all"] * 6, list("123456"))
    for row, p_value in zip(seen[:3], found, strict=False):
        all_of_them = np.array([pearson(row, np.array(order)) for order in orders])
        expected = (all_of_them >= pearson(row, level) - 1e-9).mean()
        assert p_value == pytest.approx(expected, abs=0.012)
    assert np.isnan(found[3])


def test_drawn_permutations_of_a_slope_against_all_of_them() -> None:
    days = np.array([0.0, 1, 2, 4, 8, 16])
    seen = np.array([[0, 0, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1]], bool)
    found, _ = drawn_p_values(seen, days[:, None], ["all"] * 6, list("123456"))
    for row, p_value in zip(seen, found, strict=True):
        sums = np.array([sum(order[: row.sum()]) for order in permutations(days)])
        far = np.abs(sums - row.sum() * days.mean())
        expected = (far >= abs(days[row].sum() - row.sum() * days.mean()) - 1e-9).mean()
        assert p_value == pytest.approx(expected, abs=0.012)


def study_of(
    seen: list[list[bool]], condition: list[str], **columns: list[str] | list[float]
) -> AnnData:
    """Proteins x samples that were seen, as a matrix."""
    values = pd.DataFrame(np.where(np.array(seen, dtype=bool), 10.0, np.nan))
    values.columns = [f"s{number}" for number in values]
    return matrix(values, condition, **columns)


def detected(study: AnnData, contrast: Contrast) -> tuple[pd.DataFrame | None, str]:
    return detect(study, study.obs, contrast)


def test_blocks_of_one_level_stay_together() -> None:
    """4 subjects with 2 samples each, 2 v 2: 6 ways to hand out the levels to subjects."""
    seen = [[False] * 4 + [True] * 4]
    columns = {"condition": ["a"] * 4 + ["b"] * 4, "subject": list("wwxxyyzz")}
    pair = Contrast("b_v_a", "condition", "b", "a", block="subject")
    table, said = detected(study_of(seen, **columns), pair)
    assert table is not None and "whole subjects" in said
    assert table["detection_p_value"].iloc[0] == pytest.approx(2 / 6, abs=0.01)
    assert table[["detected_test", "detected_reference"]].iloc[0].tolist() == [4, 0]


WHOLE = Contrast("b_v_a", "condition", "b", "a", block="subject")


def donors(**sizes: int) -> dict[str, list[str]]:
    """Columns of a sheet: each donor, named by its level and a number, with so many samples."""
    subject = [name for name, size in sizes.items() for _ in range(size)]
    return {"condition": [name[0] for name in subject], "subject": subject}


def test_only_blocks_with_as_many_samples_are_exchanged() -> None:
    """2 v 2 donors with two samples and 1 v 1 with one: 6 x 2 ways, 2 of them all of one level."""
    columns = donors(a1=2, a2=2, a3=1, b1=2, b2=2, b3=1)
    seen = [[False] * 5 + [True] * 5]
    table, said = detected(study_of(seen, **columns), WHOLE)
    assert table is not None and "within number of samples of whole subjects of the" in said
    assert table["detection_p_value"].iloc[0] == pytest.approx(2 / 12, abs=0.01)
    columns = donors(a1=1, a2=1, b1=3, b2=3)
    assert detected(study_of([[False] * 2 + [True] * 6], **columns), WHOLE) == (
        None,
        "; no detection test, because no subjects of different condition are alike in number of"
        " samples",
    )


def test_donors_are_exchanged_with_those_in_the_same_batches() -> None:
    """2 v 2 donors in both batches, in any order of the sheet: 6 ways; x and y against x and z."""
    columns = donors(a1=2, a2=2, b1=2, b2=2)
    pair = replace(WHOLE, covariates=("batch",))
    seen = [[False] * 4 + [True] * 4]
    table, said = detected(study_of(seen, **columns, batch=list("xyyxxyyx")), pair)
    assert table is not None and "within batch of whole subjects of" in said
    assert table["detection_p_value"].iloc[0] == pytest.approx(2 / 6, abs=0.01)
    assert detected(study_of(seen, **columns, batch=list("xyxyxzxz")), pair) == (
        None,
        "; no detection test, because no subjects of different condition are alike in batch",
    )


def test_categories_that_tell_the_levels_apart_together_leave_no_test() -> None:
    """Both levels are in each batch and in each sex, but not in one sex of a batch."""
    sheet = {"batch": list("xxyy") * 2, "sex": list("mmffffmm")}
    study = study_of([[False] * 4 + [True] * 4], ["a"] * 4 + ["b"] * 4, **sheet)
    pair = Contrast("b_v_a", "condition", "b", "a", ("batch", "sex"))
    assert detected(study, pair) == (
        None,
        "; no detection test, because no samples of different condition are alike in batch and sex",
    )


def test_the_number_of_a_block_is_its_mean() -> None:
    """Days 0.1 and 0.2 of every donor make none likelier; a donor's age does."""
    columns = donors(a1=2, a2=2, a3=2, b1=2, b2=2, b3=2)
    days, ages = (
        ["0.1", "0.2", "0.2", "0.1"] * 3,
        np.repeat(["40", "52", "61", "47", "49", "70"], 2),
    )
    study = study_of([[True, False] * 6], **columns, day=days, age=ages.tolist())
    both = detected(study, replace(WHOLE, covariates=("day", "age")))[1]
    assert "of whole subjects, as likely as age makes them of" in both


def test_blocks_with_both_levels_are_pairs() -> None:
    seen = [[False, True] * 6]
    columns = {"condition": ["a", "b"] * 6, "subject": np.repeat(list("uvwxyz"), 2).tolist()}
    pair = Contrast("b_v_a", "condition", "b", "a", block="subject")
    table, said = detected(study_of(seen, **columns), pair)
    assert table is not None and "within subject" in said
    assert table["detection_p_value"].iloc[0] == pytest.approx(stats.binomtest(6, 6).pvalue)


def test_blocks_of_both_kinds_have_no_detection_test() -> None:
    columns = {"condition": list("aabbab"), "subject": list("wwyyzz")}
    pair = Contrast("b_v_a", "condition", "b", "a", block="subject")
    table, said = detected(study_of([[True] * 3 + [False] * 3], **columns), pair)
    assert table is None
    assert said == "; no detection test, because some subjects have one level and others several"


def test_many_levels_and_slopes_are_counted_over_all_samples() -> None:
    seen = [[True] * 4 + [False] * 8, [True, False] * 6]
    days = [0.0] * 4 + [1.0] * 4 + [2.0] * 4
    study = study_of(seen, list("aaaabbbbcccc"), day=days)
    for asked in (
        Contrast("any", "condition", "", "", kind="any"),
        Contrast("slope", "day", "", "", kind="slope"),
    ):
        table, said = detected(study, asked)
        assert table is not None and "19999 drawn permutations" in said
        assert table["detected_test"].tolist() == [4, 6]
        assert table["detected_reference"].isna().all()
        p_values = table["detection_p_value"].tolist()
        assert p_values[0] < 0.01 < 0.5 < p_values[1]


def test_drawn_p_values_of_permuted_studies_are_no_smaller_than_uniform_ones() -> None:
    rng = np.random.default_rng(12)
    found = []
    for _ in range(200):
        depth, rate = rng.normal(0, 1.5, 15), rng.normal(0, 1.0, (1, 1))
        seen = rng.random((1, 15)) < 1 / (1 + np.exp(-(rate + depth)))
        level = rng.permutation(np.repeat(range(3), 5))
        asked = (level[:, None] == np.arange(3)).astype(float)
        names = [str(number) for number in range(15)]
        found.append(drawn_p_values(seen, asked, ["all"] * 15, names, draws=199)[0][0])
    p_values = np.array(found)
    p_values = p_values[np.isfinite(p_values)]
    assert len(p_values) > 150
    assert stats.kstest(p_values, "uniform", alternative="greater").pvalue > 0.05


SIX = [np.arange(6)]


def test_orders_are_drawn_as_likely_as_they_are() -> None:
    """Against the chances of all 20 ways to have 3 of 6 samples at the test level, written out."""
    levels, ages = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([-2.0, 0, 1, -1, 0.5, 2])
    orders = likely_orders(levels, ages[:, None], np.array([[0.8]]), SIX, 20_000, 1)
    assert all(sorted(order) == list(range(6)) for order in orders[:50])
    ways, found = np.unique(levels[orders, 0], axis=0, return_counts=True)
    chances = np.exp(0.8 * ways @ ages)
    assert len(ways) == 20
    np.testing.assert_allclose(found / 20_000, chances / chances.sum(), atol=0.012)


def test_in_pairs_the_model_of_the_levels_is_conditional_logistic_regression() -> None:
    rng = np.random.default_rng(3)
    pair, level = np.repeat(range(60), 2), np.tile([0.0, 1.0], 60)
    numbers = rng.normal(size=(120, 2)) + level[:, None] * [0.8, -0.3]
    members = [np.array([2 * one, 2 * one + 1]) for one in range(60)]
    found = level_model(level[:, None], numbers, members)
    expected = ConditionalLogit(level, numbers, groups=pair).fit(disp=False).params
    np.testing.assert_allclose(found[0], expected, rtol=0.002)
    assert level_model(level[:, None], level[:, None] + numbers / 100, members) is None


def aged(seed: int, gap: float, effect: float) -> tuple[AnnData, Contrast]:
    """30 proteins in 8 v 8 samples whose detection depends on the age, and on the level."""
    rng = np.random.default_rng([seed, 21])
    level = np.repeat([0.0, 1.0], 8)
    age = rng.normal(0, 1, 16) + gap * (level - 0.5)
    log_odds = 2 * age + effect * (level - 0.5) + rng.normal(0, 0.8, (30, 1))
    seen = rng.random((30, 16)) < 1 / (1 + np.exp(-log_odds))
    study = study_of(seen.tolist(), ["a"] * 8 + ["b"] * 8, age=[f"{50 + 9 * a:.1f}" for a in age])
    return study, Contrast("b_v_a", "condition", "b", "a", ("age",))


def shares_below(studies: list[tuple[AnnData, Contrast]]) -> tuple[float, float]:
    """Shares of the p-values below 0.05 and 0.01."""
    tables = [detected(*one)[0] for one in studies]
    p_values = pd.concat([one["detection_p_value"] for one in tables if one is not None]).dropna()
    return (p_values < 0.05).mean(), (p_values < 0.01).mean()


def test_detection_that_depends_on_the_age_alone_is_no_difference(monkeypatch) -> None:
    fewer = partial(drawn_p_values, draws=999)
    monkeypatch.setattr("evcargo.differential.detection.drawn_p_values", fewer)
    below = shares_below([aged(seed, 1.5, 0) for seed in range(40)])
    assert 0.01 < below[0] < 0.07 and below[1] < 0.02


def measured(seed: int, gap: float, many: int) -> tuple[AnnData, Contrast]:
    """30 proteins whose detection depends on the donor and, with a gap, on the age at sampling.

    9 v 9 donors; `many` of the test level have three samples, and as many of the others one.
    """
    rng = np.random.default_rng([seed, 22])
    sizes = {f"a{n}": 1 if n < many else 3 for n in range(9)}
    columns = donors(**sizes, **{f"b{n}": 3 if n < many else 1 for n in range(9)})
    donor, of_sample = np.unique(columns["subject"], return_inverse=True)
    level = np.array([name[0] == "b" for name in columns["subject"]])
    age = rng.normal(0, 1, len(donor))[of_sample] + gap * (level - 0.5)
    age += rng.normal(0, 0.5, len(age))
    log_odds = rng.normal(0, 1, (30, len(donor)))[:, of_sample] + rng.normal(0.3, 1, (30, 1))
    log_odds += 2 * age * bool(gap)
    seen = rng.random(log_odds.shape) < 1 / (1 + np.exp(-log_odds))
    study = study_of(seen.tolist(), **columns, age=[f"{50 + 9 * one:.1f}" for one in age])
    return study, replace(WHOLE, covariates=("age",) if gap else ())


@pytest.mark.parametrize(("gap", "many"), [(0, 7), (1.5, 5)])
def test_donors_with_more_samples_are_not_seen_more(gap, many, monkeypatch) -> None:
    """Without a difference; with an age, of which a donor's mean goes with the level."""
    fewer = partial(drawn_p_values, draws=999)
    monkeypatch.setattr("evcargo.differential.detection.drawn_p_values", fewer)
    below = shares_below([measured(seed, gap, many) for seed in range(30)])
    assert 0.01 < below[0] < 0.065 and below[1] < 0.02


def test_a_hump_of_the_level_and_the_detection_is_adjusted_for() -> None:
    """20 v 20 samples; both are likelier at medium ages."""
    asked, units, found = np.repeat(np.eye(2), 20, axis=0), [f"s{n:02d}" for n in range(40)], []
    for seed in range(30):
        rng = np.random.default_rng([seed, 23])
        age = rng.normal(0, 1, 40)
        age = age[np.argsort(rng.logistic(size=40) - 1.5 * age**2)]
        log_odds = rng.normal(1, 0.8, (30, 1)) - 1.5 * age**2
        seen = rng.random((30, 40)) < 1 / (1 + np.exp(-log_odds))
        found.append(drawn_p_values(seen, asked, ["all"] * 40, units, 499, age[:, None])[0])
    p_values = np.concatenate(found)
    assert 0.01 < (p_values[np.isfinite(p_values)] < 0.05).mean() < 0.075


def test_numbers_of_two_values_have_no_squares() -> None:
    """A square adds what no line explains, and only with 16 units for each number."""
    two = np.repeat([0.0, 1.0], [5, 11])[:, None]
    np.testing.assert_allclose(adjusted_for(two), (two - 11 / 16) / np.sqrt(55) * 16)
    assert adjusted_for(np.arange(15.0)[:, None]).shape == (15, 1)
    terms = adjusted_for(np.arange(16.0)[:, None])
    np.testing.assert_allclose(terms.T @ terms / 16, np.eye(2), atol=1e-9)


def test_a_difference_beside_the_age_is_found() -> None:
    """As often as the exact test finds it where it may leave the age out, or more often."""
    made = [aged(seed, 0, 5) for seed in range(3)]
    adjusted = shares_below(made)
    plain = shares_below([(study, replace(pair, covariates=())) for study, pair in made])
    assert adjusted[0] > max(plain[0], 0.7)


def test_how_numbers_are_adjusted_for_is_told() -> None:
    study, pair = aged(1, 0, 0)
    said = detected(study, pair)[1]
    assert "19999 drawn permutations, as likely as age makes them of the proteins" in said
    study.obs["batch"] = ["x", "y"] * 8
    study.obs["bmi"] = [f"{20 + n * 7 % 5}" for n in range(16)]
    both = replace(pair, covariates=("age", "batch", "bmi"))
    assert "within batch, as likely as age and bmi make them of" in detected(study, both)[1]
    study.obs["subject"] = np.tile([f"p{n}" for n in range(8)], 2)
    study.obs["age"] = np.tile([f"{40 + n}" for n in range(8)], 2)  # the same in both of a pair
    assert (
        "exact conditional test within subject"
        in detected(study, replace(pair, block="subject"))[1]
    )
    study.obs["age"] = [f"{40 + n}" for n in range(16)]
    assert detected(study, pair) == (
        None,
        "; no detection test, because age tells the samples of different condition apart",
    )
