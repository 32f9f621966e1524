import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from evcargo.proteins.missing import fit_detection, missing_table
from evcargo.tables import write_table

SAMPLES = 6


def simulated(middle, at_random, proteins=2500, seed=0):
    """A matrix, and how many values of each sample were lost for either reason."""
    import anndata

    rng = np.random.default_rng(seed)
    level = rng.normal(25, 2.5, proteins) + rng.normal(0, 0.3, (SAMPLES, proteins))
    below = rng.random(level.shape) > ndtr((level - middle) / 0.8)
    lost = ~below & (rng.random(level.shape) < at_random)
    values = np.where(below | lost, np.nan, level)
    kept = np.isfinite(values).any(axis=0)
    matrix = anndata.AnnData(2.0 ** values[:, kept])
    matrix.obs_names = [f"s{i}" for i in range(SAMPLES)]
    matrix.layers["normalised"] = values[:, kept]
    return matrix, below[:, kept].sum(axis=1), lost[:, kept].sum(axis=1)


@pytest.mark.parametrize(
    ("middle", "at_random"), [(23.0, 0.0), (23.0, 0.05), (22.0, 0.15), (24.5, 0.1), (15.0, 0.2)]
)
def test_a_known_mix_is_told_apart(middle, at_random):
    """The error is at most 15 % of the missing values of a sample."""
    matrix, below, lost = simulated(middle, at_random)
    table = missing_table(matrix)
    np.testing.assert_array_equal(table["missing"], below + lost)
    error = (table["missing_below_detection"] - below) / table["missing"]
    assert error.abs().max() <= 0.15
    assert error.abs().mean() <= 0.1


def test_the_curve_of_known_levels():
    rng = np.random.default_rng(3)
    level = rng.normal(25, 2.5, 20_000)
    seen = (rng.random(len(level)) < ndtr((level - 23) / 0.8)) & (rng.random(len(level)) > 0.1)
    middle, spread, at_random = fit_detection(level, seen)
    assert middle == pytest.approx(23, abs=0.05)
    assert spread == pytest.approx(0.8, abs=0.05)
    assert at_random == pytest.approx(0.1, abs=0.01)


def test_every_sample_is_there_and_the_counts_add_up(tmp_path):
    matrix, *_ = simulated(23.0, 0.05)
    matrix.X[2], matrix.layers["normalised"][2] = np.nan, np.nan
    matrix.layers["transferred"] = np.where(np.isfinite(matrix.X), 0.0, np.nan)
    matrix.layers["transferred"][0, np.flatnonzero(np.isfinite(matrix.X[0]))[:7]] = 1.0
    table = missing_table(matrix)
    assert table["sample"].tolist() == [f"s{i}" for i in range(SAMPLES)]
    assert (table["quantified"] + table["missing"] == table["protein_groups"]).all()
    both = table["missing_below_detection"] + table["missing_at_random"]
    told = both.notna()
    np.testing.assert_allclose(both[told], table.loc[told, "missing"])
    assert told.tolist() == [True, True, False, True, True, True]
    assert table["transferred"].tolist() == [7.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    write_table(table, tmp_path / "missing.tsv", "proteins_missing")


def test_what_no_sample_shows_is_below_detection():
    import anndata

    rng = np.random.default_rng(1)
    level = rng.normal(25, 1, (3, 80))
    level[:, 60:] = np.nan
    matrix = anndata.AnnData(2.0**level, layers={"normalised": level})
    table = missing_table(matrix)
    assert table["missing_below_detection"].tolist() == [20.0] * 3
    assert table["missing_at_random"].tolist() == [0.0] * 3
    assert table["transferred"].isna().all()


def test_too_few_proteins_tell_nothing():
    import anndata

    level = np.where(np.arange(30) % 4 == 0, np.nan, np.linspace(20, 30, 30)) * np.ones((2, 1))
    table = missing_table(anndata.AnnData(2.0**level, layers={"normalised": level}))
    assert table["missing_below_detection"].isna().all()
    assert pd.api.types.is_numeric_dtype(table["missing"])


def test_relative_quantities_have_no_low_end() -> None:
    import anndata

    level = np.random.default_rng(1).normal(0, 1, (3, 80))
    level[:, 60:] = np.nan
    matrix = anndata.AnnData(2.0**level, layers={"normalised": level}, uns={"scale": "relative"})
    table = missing_table(matrix)
    assert table["missing"].tolist() == [20.0] * 3
    assert table[["missing_below_detection", "missing_at_random"]].isna().all(axis=None)
