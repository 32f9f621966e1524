"""Null studies of the differential tests: 200 with labels drawn at random, uniform p-values.

One p-value of each study is held to the uniform distribution (`evcargo.simulate.null.design`); the
shares of all of them tell of excesses that 200 p-values cannot show. benchmarks/null_studies.py
does the same for every test, also those that would take too long here.
"""

import numpy as np
import pytest

from evcargo.simulate.null import biomarkers, counts, proteins, purity
from evcargo.simulate.null.design import DESIGNS, Null, level

STUDIES = range(200)
MODERATED = [
    *("two levels", "two of three levels, fitted on all", "any of three levels", "slope"),
    *("batch as covariate", "pairs, subject as covariate", "prior by peptides"),
]


@pytest.mark.parametrize("name", MODERATED)
def test_moderated_statistics_are_uniform(name: str) -> None:
    """The prior of 100 proteins is uncertain: slightly more than 5 % may be below 0.05."""
    found = level(proteins.NULLS[f"moderated: {name}"], STUDIES)
    assert found.studies == 200
    assert found.ks_p > 0.01
    assert 0.04 < found.below[0] < 0.065


@pytest.mark.parametrize("name", ["two levels", "any of three levels"])
def test_counts_are_nearly_uniform(name: str) -> None:
    """Wald and likelihood ratio tests are approximate; the benchmark has 200 studies of all."""
    found = level(counts.NULLS[f"counts: {name}"], range(12))
    assert found.ks_p > 0.01
    assert 0.03 < found.below[0] < 0.085


@pytest.mark.parametrize(
    "null", [*purity.NULLS.items(), *biomarkers.NULLS.items()], ids=lambda one: one[0]
)
def test_every_other_null_study_has_p_values(null: tuple[str, Null]) -> None:
    """Their levels are figures of the benchmark, and tests of their own modules."""
    p_values = null[1].study(np.random.default_rng(0))
    assert len(p_values)
    assert ((p_values >= 0) & (p_values <= 1)).all()


def test_labels_are_handed_out_within_units_or_to_whole_ones() -> None:
    rng = np.random.default_rng(1)
    pairs, whole = DESIGNS["pairs, subject as block"], DESIGNS["two samples a subject, block"]
    for _ in range(20):
        drawn = np.array(pairs.drawn(rng)["condition"]).reshape(-1, 2)
        assert all(len(set(pair)) == 2 for pair in drawn)
        drawn = np.array(whole.drawn(rng)["condition"]).reshape(-1, 2)
        assert all(len(set(pair)) == 1 for pair in drawn)
        assert (drawn == "test").sum() == 8
    larger = pairs.repeated(2)
    assert len(larger.labels) == 24
    assert len(set(larger.sheet["subject"])) == 12


def test_p_values_that_are_too_small_are_told() -> None:
    honest = Null(lambda rng: rng.random(20))
    assert level(honest, STUDIES).ks_p > 0.01
    small = level(Null(lambda rng: rng.random(20) ** 1.5), STUDIES)
    large = level(Null(lambda rng: rng.random(20) ** 0.5, discrete=True), STUDIES)
    assert small.ks_p < 1e-4
    assert small.below[0] == pytest.approx(0.05 ** (1 / 1.5), abs=0.02)
    assert large.ks_p > 0.5  # larger than uniform is allowed of discrete tests
    assert (large.studies, large.p_values) == (200, 4000)
