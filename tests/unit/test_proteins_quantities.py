import numpy as np
import pandas as pd
import pytest

from evcargo.errors import EvcargoError
from evcargo.proteins.ibaq import ibaq, observable_peptides
from evcargo.proteins.quantities import (
    ROLLUPS,
    by_sample,
    counts_by_sample,
    ions_by_sample,
    roll_up,
    rolled_up,
)


@pytest.fixture
def runs():
    """Sample a in two fractions, b in two fractions and again, in one, as second replicate."""
    return pd.DataFrame(
        {
            "run": ["a1", "a2", "b1", "b2", "b3"],
            "sample": ["a", "a", "b", "b", "b"],
            "fraction": [1, 2, 1, 2, 1],
            "replicate": [1, 1, 1, 1, 2],
        }
    )


def test_fractions_are_summed_and_technical_replicates_averaged(runs):
    ions = pd.DataFrame(
        [
            ("a1", "x", 10.0),
            ("a2", "x", 5.0),  # a: 10 + 5
            ("b1", "x", 4.0),
            ("b2", "x", 2.0),
            ("b3", "x", 24.0),  # b: geometric mean of 4 + 2 and 24
            ("b3", "y", 7.0),  # b: only the second replicate saw it
            ("a1", "z", np.nan),
            ("a2", "z", 0.0),
        ],
        columns=["run", "ion", "intensity"],
    )
    table = ions_by_sample(ions, runs)
    assert list(table.columns) == ["a", "b"]
    assert table.loc["x"].tolist() == pytest.approx([15.0, 12.0])
    assert np.isnan(table.loc["y", "a"])
    assert table.loc["y", "b"] == pytest.approx(7.0)
    assert "z" not in table.index


def test_replicates_are_levelled_before_they_are_averaged():
    """The second replicate is loaded fourfold: what only it shows is not fourfold in the mean."""
    runs = pd.DataFrame({"run": ["r1", "r2"], "sample": ["s", "s"], "replicate": [1, 2]})
    first = pd.Series(100.0 * 2.0 ** np.arange(12), index=[f"i{n}" for n in range(12)])
    table = pd.DataFrame({"r1": first, "r2": 4 * first})
    table.loc["only first"] = [100.0, np.nan]
    table.loc["only second"] = [np.nan, 400.0]
    found = by_sample(table, runs)["s"]
    np.testing.assert_allclose(found[first.index], 2 * first)  # geometric mean of 1 and 4
    assert found["only first"] == pytest.approx(200.0)
    assert found["only second"] == pytest.approx(200.0)
    few = by_sample(table.iloc[[0, 1, 12, 13]], runs)["s"]  # two shared rows tell no level
    assert few["only second"] == pytest.approx(400.0)


def test_spectral_counts_are_summed_over_fractions_and_averaged_over_replicates(runs):
    psms = pd.DataFrame({"run": ["a1", "a1", "a2", "b1", "b2", "b3"], "group": ["P"] * 5 + ["Q"]})
    counts = counts_by_sample(psms, runs)
    assert counts.loc["P"].tolist() == [
        3.0,
        1.0,
    ]  # b: two in the first replicate, none in the second
    assert counts.loc["Q"].tolist() == [0.0, 0.5]


def example():
    """Two proteins; three ions of P follow 1 : 2 : 4 with one value missing each."""
    profile = np.array([1.0, 2.0, 4.0])
    rows = {
        "p1": 100 * profile,
        "p2": 1000 * profile,
        "p3": 10 * profile,
        "q1": [5.0, np.nan, 20.0],
        "s1": [np.nan, np.nan, 3.0],
    }
    ions = pd.DataFrame(rows, index=["a", "b", "c"]).T.astype(float)
    ions.loc["p1", "c"] = np.nan
    ions.loc["p2", "b"] = np.nan
    groups = pd.Series(["P", "P", "P", "Q", "S"], index=ions.index)
    return ions, groups


BY_RATIO = pytest.mark.parametrize("method", ["directlfq", "maxlfq"])


@BY_RATIO
def test_ratios_are_kept_where_values_are_missing(method):
    found = roll_up(*example(), method)
    ratios = found.loc["P"] / found.loc["P", "a"]
    np.testing.assert_allclose(ratios, [1, 2, 4], rtol=1e-6)
    assert np.isnan(found.loc["Q", "b"])
    assert found.loc["Q", "c"] / found.loc["Q", "a"] == pytest.approx(4)


@BY_RATIO
def test_the_total_of_a_protein_is_that_of_its_ions(method):
    """Proteins of one sample are compared by it."""
    ions, groups = example()
    found = roll_up(ions, groups, method)
    np.testing.assert_allclose(found.loc["P"].sum(), ions[groups == "P"].sum().sum())


@BY_RATIO
def test_a_protein_seen_once_keeps_its_sum_and_this_is_said(method):
    found, used = rolled_up(*example(), method)
    assert found.loc["S"].tolist()[2] == 3.0
    assert used.to_dict() == {"P": method, "Q": method, "S": "sum"}


@BY_RATIO
def test_a_sample_that_shares_no_ion_with_others_keeps_its_sum_and_this_is_said(method):
    ions = pd.DataFrame(
        {"a": [10.0, 20.0, np.nan], "b": [20.0, 40.0, np.nan], "c": [np.nan, np.nan, 7.0]},
        index=["i1", "i2", "i3"],
    )
    found, used = rolled_up(ions, pd.Series("P", index=ions.index), method)
    assert found.loc["P", "b"] / found.loc["P", "a"] == pytest.approx(2)
    assert found.loc["P", "c"] == 7.0
    assert used["P"] == f"{method} and sum"


@BY_RATIO
@pytest.mark.parametrize("samples", [["a"], ["a", "b"]])
def test_one_and_two_samples(method, samples):
    ions, groups = example()
    found, used = rolled_up(ions[samples], groups, method)
    assert list(found.columns) == samples
    assert found.loc["P"].notna().all()
    if len(samples) == 1:
        assert found["a"].to_dict() == {"P": 1110.0, "Q": 5.0}
        assert set(used) == {"sum"}
    else:
        assert found.loc["P", "b"] / found.loc["P", "a"] == pytest.approx(2)


def test_maxlfq_by_hand():
    """Three ions, three samples; the ions of all samples sum to 49.

    Median log2 ratios: b - a of (1, 3) is 2, c - b of (1, 1) is 1, c - a of (2) is 2. They do not
    agree; by least squares with mean 0 the level of a sample is the sum of its differences to the
    others over three: (-2 - 2) / 3, (2 - 1) / 3, (1 + 2) / 3.
    """
    ions = pd.DataFrame(
        {"a": [1.0, 2.0, np.nan], "b": [2.0, 16.0, 8.0], "c": [4.0, np.nan, 16.0]},
        index=["i1", "i2", "i3"],
    )
    level = np.array([-4 / 3, 1 / 3, 3 / 3])
    expected = 2**level / (2**level).sum() * 49
    found = roll_up(ions, pd.Series("P", index=ions.index), "maxlfq")
    np.testing.assert_allclose(found.loc["P"], expected)


def test_directlfq_and_maxlfq_agree_on_noisy_ions():
    rng = np.random.default_rng(2)
    true = rng.normal(0, 1, (40, 6))
    rows, groups = [], []
    for protein in range(40):
        for _ in range(8):
            rows.append(rng.normal(20, 2) + true[protein] + rng.normal(0, 0.2, 6))
            groups.append(f"P{protein:02d}")
    ions = pd.DataFrame(2.0 ** np.array(rows), columns=list("abcdef"))
    ions = ions.mask(rng.random(ions.shape) < 0.3)
    groups = pd.Series(groups, index=ions.index)
    centred = {}
    for method in ("directlfq", "maxlfq"):
        log = np.log2(roll_up(ions, groups, method))
        centred[method] = log.sub(log.mean(axis=1), axis=0).to_numpy()
        error = centred[method] - (true - true.mean(axis=1, keepdims=True))
        assert np.sqrt((error**2).mean()) < 0.13, method  # 0.2 of one ion, about 5.6 of them
    assert np.abs(centred["directlfq"] - centred["maxlfq"]).mean() < 0.06


def test_top3_by_hand():
    ions = pd.DataFrame(
        {"a": [1.0, 5.0, 9.0, 4.0], "b": [8.0, np.nan, 2.0, np.nan]}, index=list("wxyz")
    )
    found, used = rolled_up(ions, pd.Series("P", index=ions.index), "top3")
    assert found.loc["P"].tolist() == [6.0, 5.0]
    assert used["P"] == "top3"


@BY_RATIO
def test_nothing_is_normalised_between_samples(method):
    ions, groups = example()
    doubled = ions.copy()
    doubled["b"] *= 2
    plain, more = roll_up(ions, groups, method), roll_up(doubled, groups, method)
    ratio = (more["b"] / more["a"]) / (plain["b"] / plain["a"])
    np.testing.assert_allclose(ratio.loc["P"], 2)


def test_sums_are_sums():
    found = roll_up(*example(), "sum")
    assert found.loc["P"].tolist() == [1110.0, 220.0, 4040.0]
    assert np.isnan(found.loc["S", "a"])


@pytest.mark.parametrize("method", ROLLUPS)
def test_no_ions(method):
    ions, groups = example()
    found, used = rolled_up(ions.iloc[:0], groups, method)
    assert found.empty
    assert used.empty


def test_unknown_methods():
    with pytest.raises(
        EvcargoError, match=r"proteins\.rollup: 'spectral_counts' does not quantify"
    ):
        roll_up(*example(), "spectral_counts")


def test_ibaq_by_hand():
    """MK | ACDEFGHIK | GEPTIDERPR, no cut before P | AAAAAK | 31 residues: three of 6 to 30."""
    sequence = "MK" + "ACDEFGHIK" + "GEPTIDERPR" + "AAAAAK" + "A" * 30 + "K"
    assert observable_peptides(sequence, "trypsin") == 3
    assert observable_peptides(sequence, "trypsin/p") == 3  # GEPTIDER is 8 long, PR too short
    sums = pd.DataFrame({"s": [300.0, 5.0, np.nan]}, index=["P", "none", "Q"])
    found = ibaq(sums, [("P", sequence), ("none", "MK"), ("Q", sequence), ("R", "MK")])
    assert found.loc["P", "s"] == 100.0
    assert found.loc[["none", "Q"], "s"].isna().all()
