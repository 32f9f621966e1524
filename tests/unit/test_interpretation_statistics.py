"""The tests of gene sets against R: limma's cameraPR and phyper (tests/reference)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import fisher_exact, hypergeom, kstest

from evcargo.differential.adjust import adjust
from evcargo.interpretation.camera import camera
from evcargo.interpretation.overrepresentation import hypergeometric_p

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"interpretation_{name}.tsv", sep="\t")


@pytest.fixture(scope="module")
def members() -> csr_array:
    genes = reference("statistics")["gene"].tolist()
    sets = reference("sets")
    table = pd.crosstab(pd.Categorical(sets["set"], sets["set"].unique()), sets["gene"])
    return csr_array(table.reindex(columns=genes, fill_value=0).to_numpy(float))


@pytest.mark.parametrize("correlation", [0, 0.01, 0.2])
@pytest.mark.parametrize("name", ["plain", "tied"])
def test_camera_is_that_of_limma(members, name, correlation):
    theirs = reference("camera")
    asked = (theirs["statistic"] == name) & (theirs["correlation"] == correlation)
    theirs = theirs[asked & ~theirs["use_ranks"]]
    statistic = reference("statistics")[name].to_numpy(float)
    _, down, up = camera(statistic, members, correlation)
    p = 2 * np.minimum(down, up)
    np.testing.assert_allclose(p, theirs["p_value"], rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(adjust(pd.Series(p)), theirs["adjusted_p_value"], rtol=1e-9)
    assert np.where(down < up, "Down", "Up").tolist() == theirs["direction"].tolist()
    assert len(theirs) == members.shape[0]


def test_shift_is_the_difference_of_two_means(members):
    statistic = reference("statistics")["plain"].to_numpy(float)
    shift = camera(statistic, members, 0.01)[0]
    inside = members.toarray().astype(bool)
    by_hand = [statistic[row].mean() - statistic[~row].mean() for row in inside]
    np.testing.assert_allclose(shift, by_hand, rtol=1e-12)


def test_hypergeometric_tail_is_that_of_r_and_of_fisher():
    for row in reference("phyper").itertuples():
        p = hypergeometric_p(
            np.array([row.overlap]), np.array([row.in_background]), row.hits, row.background
        )[0]
        np.testing.assert_allclose(p, row.p_value, rtol=1e-9)
        np.testing.assert_allclose(p, row.fisher, rtol=1e-6)
        table = [
            [row.overlap, row.in_background - row.overlap],
            [row.hits - row.overlap, row.background - row.in_background - row.hits + row.overlap],
        ]
        np.testing.assert_allclose(p, fisher_exact(table, alternative="greater")[1], rtol=1e-6)


def test_hypergeometric_tail_by_hand():
    """8 of 10 hits in a set of 40 of 200 genes, worked out with exact fractions."""
    from fractions import Fraction
    from math import comb

    by_hand = sum(Fraction(comb(40, k) * comb(160, 10 - k), comb(200, 10)) for k in range(8, 11))
    assert hypergeometric_p(np.array([8]), np.array([40]), 10, 200)[0] == pytest.approx(
        float(by_hand), rel=1e-12
    )


def test_camera_is_uniform_without_a_difference():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(300):
        chosen = np.zeros((1, 400))
        chosen[0, rng.choice(400, 30, replace=False)] = 1
        _, down, up = camera(rng.standard_t(8, 400), csr_array(chosen), 0)
        found.append(2 * min(down[0], up[0]))
    assert kstest(found, "uniform").pvalue > 0.01


def correlated_studies(studies: int, seed: int) -> list[tuple[float, float]]:
    """P-values with correlation 0, as gene permutation takes it, and with the true one."""
    rng = np.random.default_rng(seed)
    members = csr_array((np.arange(600) < 50).astype(float)[None, :])
    found = []
    for _ in range(studies):
        statistic = rng.normal(size=600)
        statistic[:50] = np.sqrt(0.95) * statistic[:50] + np.sqrt(0.05) * rng.normal()
        tails = [camera(statistic, members, rho)[1:] for rho in (0, 0.05)]
        found.append(tuple(2 * min(down[0], up[0]) for down, up in tails))
    return found


def test_camera_holds_its_level_where_genes_go_together_and_gene_permutation_does_not():
    without, allowed = zip(*correlated_studies(800, 11), strict=True)
    assert kstest(allowed, "uniform").pvalue > 0.01
    assert np.mean(np.array(allowed) < 0.05) < 0.07
    assert np.mean(np.array(without) < 0.05) > 0.2  # four times as many as it says


def test_hypergeometric_p_is_uniform_without_a_difference():
    """Randomised within the steps of the discrete distribution."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(400):
        overlap = np.isin(rng.choice(500, 60, replace=False), np.arange(40)).sum()
        p = hypergeometric_p(np.array([overlap]), np.array([40]), 60, 500)[0]
        found.append(p - rng.random() * hypergeom.pmf(overlap, 500, 40, 60))
    assert kstest(found, "uniform").pvalue > 0.01
