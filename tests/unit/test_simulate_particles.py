"""The simulated size table is read back as what it was made of."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import lognorm

from evcargo.errors import EvcargoError
from evcargo.particles.distribution import distribution_of, size_figures
from evcargo.particles.size_tables import read_sizes
from evcargo.simulate.particles import SizeSettings, simulate_sizes


@pytest.mark.parametrize("name", ["sizes.tsv", "sizes.csv"])
def test_table_and_truth_agree(tmp_path: Path, name: str) -> None:
    settings = SizeSettings(mode_nm=90.0, sigma=0.3, capture_cv=0.02, tracked=20_000)
    truth = simulate_sizes(tmp_path / name, settings, np.random.default_rng(1)).iloc[0]
    table = read_sizes(tmp_path / name).table
    assert table.quantity == "concentration"
    found = size_figures(distribution_of(table), (30, 150))
    for figure in ("d10_nm", "d50_nm", "d90_nm", "mean_nm"):
        assert found[figure] == pytest.approx(truth[figure], rel=0.02), figure
    assert found["mode_nm"] == pytest.approx(90, abs=8)
    assert found["share_in_window"] == pytest.approx(truth["share_30_150"], abs=0.01)
    assert found["particles_per_ml"] == pytest.approx(truth["particles_per_ml"], rel=0.05)


def test_truth_is_the_log_normal(tmp_path: Path) -> None:
    settings = SizeSettings(mode_nm=90.0, sigma=0.3)
    reference = lognorm(0.3, scale=90 * np.exp(0.3**2))
    truth = simulate_sizes(tmp_path / "s.tsv", settings, np.random.default_rng(1)).iloc[0]
    assert truth["d10_nm"] == pytest.approx(reference.ppf(0.1))
    assert truth["d50_nm"] == pytest.approx(reference.median())
    assert truth["mean_nm"] == pytest.approx(reference.mean())
    assert truth["share_30_150"] == pytest.approx(reference.cdf(150) - reference.cdf(30))


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate_sizes(tmp_path / name, SizeSettings(), np.random.default_rng(seed))
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="sigma must be above 0"):
        simulate_sizes(tmp_path / "s.tsv", SizeSettings(sigma=0), np.random.default_rng(1))
