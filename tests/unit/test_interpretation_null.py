"""Null studies of sorting, sets, targets, origin and mixtures: see test_differential_null.py."""

import numpy as np
from scipy import stats

from evcargo.simulate.null import interpretation
from evcargo.simulate.null.design import level, p_values_of

STUDIES = range(200)


def test_evs_against_their_source_are_uniform() -> None:
    """Pairs of EVs and source: enrichment, and presence in one of them (discrete)."""
    enriched, present, every = [], [], []
    for seed in STUDIES:
        rng = np.random.default_rng(seed)
        table = interpretation.sorting_table(rng, "proteins", subjects=True)
        p_values = p_values_of(table)
        every.append(p_values)
        enriched.append(rng.choice(p_values))
        present.append(rng.choice(p_values_of(table, "detection_p_value")))
    assert stats.kstest(enriched, "uniform").pvalue > 0.01
    assert stats.kstest(present, "uniform", alternative="greater").pvalue > 0.01
    assert 0.04 < np.mean(np.concatenate(every) < 0.05) < 0.065
    assert np.mean(np.array(present) < 0.05) < 0.08


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
    wrong = level(interpretation.NULLS[name.format(0.01)], STUDIES)
    assert wrong.below[0] > 0.1


def test_mixtures_of_the_given_sources_lack_nothing() -> None:
    found = level(interpretation.NULLS["mixture: nothing missing"], STUDIES)
    assert found.ks_p > 0.01
