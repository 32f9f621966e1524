"""Null studies of detection, and of the model with purity axes: see test_differential_null.py."""

from dataclasses import replace
from functools import partial

import pytest

from evcargo.simulate.null import counts, proteins
from evcargo.simulate.null.design import DESIGNS, Null, level

STUDIES = range(200)


@pytest.mark.parametrize("name", ["slope", "batch as covariate", "two samples a subject, block"])
def test_detection_is_not_smaller_than_uniform(name: str) -> None:
    """A slope, strata and whole blocks, in studies of samples that see more or less."""
    found = level(proteins.NULLS[f"detection: {name}"], STUDIES)
    assert found.studies == 200
    assert found.ks_p > 0.01
    assert found.below[0] < 0.065


@pytest.mark.parametrize(
    "name", ["two levels", "batch as covariate", "two samples a subject, block"]
)
def test_detection_of_rna_holds_where_one_level_is_eight_times_deeper(name: str) -> None:
    """40 studies; seen by a read, without thinning, far too many p-values are small."""
    found = level(counts.NULLS[f"detection of RNA, unequal depth: {name}"], range(40))
    assert found.studies == 40
    assert found.ks_p > 0.01
    assert found.below[0] < 0.05
    naive = partial(counts.seen_in, design=DESIGNS[name], thinned=False)
    assert level(Null(naive, discrete=True), range(10)).below[0] > 0.2


def test_p_given_purity_is_uniform() -> None:
    """With axes as they are chosen by default: the metric that differs most between the levels."""
    found = level(proteins.NULLS["moderated: given purity"], STUDIES)
    assert found.studies == 200
    assert found.ks_p > 0.01
    assert 0.03 < found.below[0] < 0.065


def test_samples_of_one_subject_are_not_independent() -> None:
    """The same samples, whose subjects the test is told or not; all 200 are a benchmark."""
    design = DESIGNS["two samples a subject, block"]
    ignoring = replace(design, contrast=replace(design.contrast, block=""))
    known = level(Null(partial(proteins.moderated, design=design)), range(50))
    ignored = level(Null(partial(proteins.moderated, design=ignoring)), range(50))
    assert known.ks_p > 0.01 > ignored.ks_p
    assert known.below[0] < 0.08 < 0.12 < ignored.below[0]
