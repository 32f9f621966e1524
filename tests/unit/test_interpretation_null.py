"""Null studies of sorting, sets, targets, origin and mixtures: see test_differential_null.py."""

import pytest

from evcargo.simulate.null import counts, interpretation, proteins
from evcargo.simulate.null.design import level

STUDIES = range(200)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proteins, "FEATURES", 50)
    monkeypatch.setattr(counts, "FEATURES", 50)


@pytest.mark.parametrize("name", ["independent", "pairs by subject"])
def test_evs_against_their_source_are_uniform(name: str) -> None:
    found = level(interpretation.NULLS[f"EVs v source, proteins: {name}"], STUDIES)
    assert found.ks_p > 0.01
    assert 0.04 < found.below[0] < 0.065


@pytest.mark.parametrize("name", ["independent", "pairs by subject"])
def test_presence_in_evs_is_not_smaller_than_uniform(name: str) -> None:
    found = level(interpretation.NULLS[f"EVs v source, presence: {name}"], STUDIES)
    assert found.ks_p > 0.01
    assert found.below[0] < 0.06


def test_sorting_of_rna_is_nearly_uniform() -> None:
    """The Wald test is approximate; 200 studies are a benchmark."""
    found = level(interpretation.NULLS["difference in sorting, rna: independent"], range(10))
    assert found.ks_p > 0.01
    assert 0.03 < found.below[0] < 0.09


def test_genes_of_a_set_that_go_together_are_the_limit_of_a_ranking() -> None:
    """camera holds its level where it allows for the correlation that there is, and only there."""
    name = "ranking allowing for {:g}: genes of the set correlated by 0.1"
    right = level(interpretation.NULLS[name.format(0.1)], STUDIES)
    assert right.ks_p > 0.01
    assert right.below[0] < 0.09


def test_mixtures_of_the_given_sources_lack_nothing() -> None:
    found = level(interpretation.NULLS["mixture: nothing missing"], STUDIES)
    assert found.ks_p > 0.01
