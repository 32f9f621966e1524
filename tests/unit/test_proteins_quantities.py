import numpy as np
import pandas as pd
import pytest

from evcargo.errors import EvcargoError
from evcargo.proteins.quantities import ions_by_sample, roll_up


def test_fractions_are_summed_and_technical_replicates_averaged():
    runs = pd.DataFrame(
        {
            "run": ["a1", "a2", "b1", "b2", "b3"],
            "sample": ["a", "a", "b", "b", "b"],
            "fraction": [1, 2, 1, 2, 1],
            "replicate": [1, 1, 1, 1, 2],
        }
    )
    ions = pd.DataFrame(
        [
            ("a1", "x", 10.0),
            ("a2", "x", 5.0),  # a: 10 + 5
            ("b1", "x", 4.0),
            ("b2", "x", 2.0),
            ("b3", "x", 10.0),  # b: mean of 4 + 2 and 10
            ("b3", "y", 7.0),  # b: only the second replicate saw it
            ("a1", "z", np.nan),
            ("a2", "z", 0.0),
        ],
        columns=["run", "ion", "intensity"],
    )
    table = ions_by_sample(ions, runs)
    assert list(table.columns) == ["a", "b"]
    assert table.loc["x"].tolist() == [15.0, 8.0]
    assert np.isnan(table.loc["y", "a"])
    assert table.loc["y", "b"] == 7.0
    assert "z" not in table.index


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


def test_directlfq_keeps_the_ratios_where_values_are_missing():
    found = roll_up(*example(), "directlfq")
    ratios = found.loc["P"] / found.loc["P", "a"]
    np.testing.assert_allclose(ratios, [1, 2, 4], rtol=1e-6)
    assert np.isnan(found.loc["Q", "b"])
    assert found.loc["Q", "c"] / found.loc["Q", "a"] == pytest.approx(4)


def test_directlfq_keeps_the_scale_of_the_ions():
    """Proteins of one sample are compared by it, so the total of a protein is that of its ions."""
    ions, groups = example()
    found = roll_up(ions, groups, "directlfq")
    np.testing.assert_allclose(found.loc["P"].sum(), ions[groups == "P"].sum().sum())


def test_a_protein_seen_once_keeps_its_sum():
    assert roll_up(*example(), "directlfq").loc["S"].tolist()[2] == 3.0


def test_nothing_is_normalised_between_samples():
    ions, groups = example()
    doubled = ions.copy()
    doubled["b"] *= 2
    plain, more = roll_up(ions, groups, "directlfq"), roll_up(doubled, groups, "directlfq")
    ratio = (more["b"] / more["a"]) / (plain["b"] / plain["a"])
    np.testing.assert_allclose(ratio.loc["P"], 2)


def test_sums_are_sums():
    found = roll_up(*example(), "sum")
    assert found.loc["P"].tolist() == [1110.0, 220.0, 4040.0]
    assert np.isnan(found.loc["S", "a"])


def test_no_ions_and_unknown_methods():
    ions, groups = example()
    assert roll_up(ions.iloc[:0], groups, "directlfq").empty
    with pytest.raises(EvcargoError, match=r"proteins\.rollup: 'top3'"):
        roll_up(ions, groups, "top3")
