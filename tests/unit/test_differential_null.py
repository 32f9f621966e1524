"""Null studies of the differential tests: 200 with labels drawn at random, uniform p-values.

One p-value of each study is held to the uniform distribution (`evcargo.simulate.null.design`); the
shares of all of them tell of excesses that 200 p-values cannot show. benchmarks/null_studies.py
does the same for every test, also those that would take too long here.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from evcargo.simulate.null import counts, proteins
from evcargo.simulate.null.design import DESIGNS, Design, Floats, Null, level

STUDIES = range(200)
MODERATED = [
    *("two levels", "two of three levels, fitted on all", "any of three levels", "slope"),
    *("batch as covariate", "pairs, subject as covariate", "prior by peptides", "given purity"),
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proteins, "FEATURES", 50)
    monkeypatch.setattr(counts, "FEATURES", 50)


@pytest.mark.parametrize("name", MODERATED)
def test_moderated_statistics_are_uniform(name: str) -> None:
    """With 50 proteins the prior is uncertain, so that slightly more than 5 % are below 0.05."""
    found = level(proteins.NULLS[f"moderated: {name}"], STUDIES)
    assert found.studies == 200
    assert found.ks_p > 0.01
    assert 0.04 < found.below[0] < 0.065


@pytest.mark.parametrize("name", ["slope", "batch as covariate", "two samples a subject, block"])
def test_detection_is_not_smaller_than_uniform(name: str) -> None:
    """Strata, whole blocks and a slope, in studies of samples that see more or less."""
    found = level(proteins.NULLS[f"detection: {name}"], STUDIES)
    assert found.studies == 200
    assert found.ks_p > 0.01
    assert found.below[0] < 0.06


def ignoring(design: Design) -> Design:
    """The same samples, whose units the test does not know."""
    return replace(design, contrast=replace(design.contrast, covariates=(), block=""))


@pytest.mark.parametrize("test", [proteins.moderated, proteins.detected])
def test_samples_of_one_subject_are_not_independent(test: Callable[..., Floats]) -> None:
    """What these tests would say if samples of one subject were taken as independent."""
    design = DESIGNS["two samples a subject, block"]
    known = level(Null(partial(test, design=design), True), range(60))
    ignored = level(Null(partial(test, design=ignoring(design)), True), range(60))
    assert known.ks_p > 0.01 > ignored.ks_p
    assert known.below[0] < 0.065 < 0.09 < ignored.below[0]


@pytest.mark.parametrize("name", ["two levels", "any of three levels"])
def test_counts_are_nearly_uniform(name: str) -> None:
    """Wald and likelihood ratio tests are approximate; 200 studies of all of them are a benchmark."""
    found = level(counts.NULLS[f"counts: {name}"], range(12))
    assert found.ks_p > 0.01
    assert 0.03 < found.below[0] < 0.085


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
