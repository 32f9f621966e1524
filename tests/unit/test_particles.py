"""Size figures against hand-computed examples, closed forms and a real NTA table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import lognorm

from evcargo.errors import EvcargoError
from evcargo.particles.distribution import average, distribution_of, size_figures
from evcargo.particles.measure import FIGURES, measure_particles
from evcargo.particles.size_tables import SizeTable, read_sizes
from evcargo.tables import read_table, write_table

WINDOW = (30.0, 150.0)


def _table(
    diameters: list[float], amounts: list[float], quantity: str = "concentration"
) -> SizeTable:
    return SizeTable(tuple(diameters), tuple(amounts), quantity)


def _figures(
    diameters: list[float], amounts: list[float], window: tuple[float, float] = WINDOW
) -> dict[str, float]:
    return size_figures(distribution_of(_table(diameters, amounts)), window)


def test_uniform_distribution() -> None:
    # Ten equal bins of 10 nm from 0 to 100: the cumulative share is diameter / 100.
    found = _figures([5 + 10 * n for n in range(10)], [7.0] * 10, (30, 80))
    expected = {
        "mode_nm": 5.0,  # the smallest of equals
        "mean_nm": 50.0,
        "d10_nm": 10.0,
        "d50_nm": 50.0,
        "d90_nm": 90.0,
        "share_in_window": 0.5,
        "particles_per_ml": 70.0,
    }
    assert found == pytest.approx(expected, abs=1e-9)


def test_two_bins() -> None:
    # Bins 50-150 with 3 and 150-250 with 1 particles/ml: shares 0.75 and 0.25.
    found = _figures([100, 200], [3.0, 1.0], (100, 200))
    expected = {
        "mode_nm": 100.0,
        "mean_nm": (300 + 200) / 4,
        "d10_nm": 50 + 100 * 0.1 / 0.75,
        "d50_nm": 50 + 100 * 0.5 / 0.75,
        "d90_nm": 150 + 100 * 0.15 / 0.25,
        "share_in_window": 0.75 / 2 + 0.25 / 2,
        "particles_per_ml": 4.0,
    }
    assert found == pytest.approx(expected, abs=1e-9)


def test_empty_bins_between_two_heaps_give_the_middle() -> None:
    # Half of the particles in 0-10, half in 40-50; any diameter from 10 to 40 is a median.
    found = _figures([5, 15, 25, 35, 45], [1.0, 0, 0, 0, 1.0])
    assert found["d50_nm"] == pytest.approx(25.0)
    assert found["d10_nm"] == pytest.approx(2.0)
    assert found["d90_nm"] == pytest.approx(48.0)


def test_bins_of_unequal_width() -> None:
    # Edges 5, 15, 35, 65 (centres 10, 20, 50): the outer bins reach as far out as in.
    sizes = distribution_of(_table([10, 20, 50], [10.0, 15.0, 15.0]))
    assert sizes.edges_nm.tolist() == [5, 15, 35, 65]
    # Particles per nm: 1, 0.75, 0.5. The fullest bins are not the mode.
    assert size_figures(sizes, WINDOW)["mode_nm"] == 10


def test_log_normal_closed_form() -> None:
    mu, sigma = np.log(100.0), 0.3
    centres = np.arange(0.5, 1000, 1.0)
    amount = np.diff(lognorm(sigma, scale=np.exp(mu)).cdf(np.arange(0, 1001, 1.0)))
    found = _figures(centres.tolist(), (amount * 5e8).tolist())
    assert found["d50_nm"] == pytest.approx(np.exp(mu), abs=0.01)
    assert found["mode_nm"] == pytest.approx(np.exp(mu - sigma**2), abs=0.5)
    assert found["mean_nm"] == pytest.approx(np.exp(mu + sigma**2 / 2), rel=1e-4)
    z90 = 1.2815515655446004
    assert found["d10_nm"] == pytest.approx(np.exp(mu - sigma * z90), abs=0.05)
    assert found["d90_nm"] == pytest.approx(np.exp(mu + sigma * z90), abs=0.05)
    truth = lognorm(sigma, scale=np.exp(mu))
    assert found["share_in_window"] == pytest.approx(truth.cdf(150) - truth.cdf(30), abs=1e-4)
    assert found["particles_per_ml"] == pytest.approx(5e8, rel=1e-6)


def test_numbers_have_no_concentration() -> None:
    found = size_figures(distribution_of(_table([10, 20], [3.0, 1.0], "number")), WINDOW)
    assert np.isnan(found["particles_per_ml"])
    assert found["mode_nm"] == 10


def test_one_bin_is_refused() -> None:
    with pytest.raises(EvcargoError, match="at least 2 bins"):
        distribution_of(_table([100], [5.0]))


def test_replicates_with_the_same_bins_are_averaged_bin_by_bin() -> None:
    one, two = (distribution_of(_table([10, 20, 30], row)) for row in ([2.0, 4, 0], [4.0, 0, 2]))
    both = average([one, two])
    assert both.centres_nm.tolist() == [10, 20, 30]
    assert both.amount.tolist() == [3, 2, 1]


def test_replicates_with_other_bins_keep_their_particles() -> None:
    wide = distribution_of(_table([10, 30], [8.0, 8.0]))  # bins 0-20 and 20-40
    fine = distribution_of(_table([5, 15], [4.0, 0.0]))  # bins 0-10 and 10-20
    both = average([wide, fine])
    assert both.edges_nm.tolist() == [0, 10, 20, 40]
    # 0-10: (4 + 4) / 2; 10-20: (4 + 0) / 2; 20-40: (8 + 0) / 2
    assert both.amount == pytest.approx([4, 2, 4])


def test_numbers_and_concentrations_do_not_mix() -> None:
    pair = [
        distribution_of(_table([10, 20], [1.0, 1.0], quantity))
        for quantity in ("concentration", "number")
    ]
    with pytest.raises(EvcargoError, match="its runs hold concentrations and numbers of particles"):
        average(pair)


def test_shares_count_the_same_whatever_they_add_up_to() -> None:
    percent = distribution_of(_table([10, 20], [80.0, 20.0], "relative"))
    fractions = distribution_of(_table([10, 20], [0.4, 0.6], "relative"))
    assert average([percent, fractions]).amount == pytest.approx([0.6, 0.4])
    wide = distribution_of(_table([10, 30], [0.5, 0.5], "relative"))
    assert average([percent, wide]).amount.sum() == pytest.approx(1)


def _sheets(tmp_path: Path, runs: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the tables, and the sheets that name them as `sample/replicate`."""
    rows = []
    for number, (run, text) in enumerate(runs.items()):
        path = tmp_path / f"{number}.tsv"
        path.write_text(text, encoding="utf-8")
        rows.append((run, run.split("/")[0], "particles", str(path), 1, 1, "", "sizes", pd.NA))
    rows.append(("a", "a", "proteins", "a.mzML", 1, 1, "", "mzml", pd.NA))
    sheet = pd.DataFrame(
        {
            "sample": ["a", "b", "c"],
            "particle_count": [6e10, np.nan, 5e9],
            "protein_ug": [3.0, 2.0, 0.0],
        }
    )
    names = ["run", "sample", "assay", "path", "fraction", "replicate", "kit", "format", "column"]
    return sheet, pd.DataFrame(rows, columns=names)


GOOD = "Diameter (nm)\tConcentration (particles/ml)\n50\t1e8\n100\t3e8\n150\t0\n"
DOUBLE = "Diameter (nm)\tConcentration (particles/ml)\n50\t3e8\n100\t5e8\n150\t0\n"


def test_every_sample_is_in_the_output(tmp_path: Path) -> None:
    runs = {"a/1": GOOD, "a/2": DOUBLE, "b/1": "Diameter (nm)\tNumber\n50\t-7\n60\t2\n"}
    particles, distribution, quality = measure_particles(*_sheets(tmp_path, runs), WINDOW)
    assert particles["sample"].tolist() == ["a", "b", "c"]
    assert particles["status"].tolist() == ["ok", "failed", "no run"]
    assert "1.tsv" not in particles["status_reason"][0]
    assert "2.tsv" in particles["status_reason"][1]
    assert "negative" in particles["status_reason"][1]
    assert particles["particles_per_ml"][0] == pytest.approx(6e8)  # (4e8 + 8e8) / 2
    # 6e10 / 3; no count given; no protein at all
    assert particles["particles_per_ug"].tolist() == pytest.approx(
        [2e10, np.nan, np.nan], nan_ok=True
    )
    assert particles.loc[1:, list(FIGURES)].isna().all().all()
    assert distribution["sample"].unique().tolist() == ["a"]
    assert distribution["concentration_per_ml"].tolist() == pytest.approx([2e8, 4e8, 0])
    assert distribution["share"].sum() == pytest.approx(1)
    assert quality["run"].unique().tolist() == ["a/1", "a/2", ""]
    # totals 4e8 and 8e8: standard deviation 2.828e8, mean 6e8
    cv = quality.set_index("metric").loc["replicate_cv", "value"]
    assert cv == pytest.approx(np.sqrt(8) / 6)
    for name, table in zip(
        ("particles", "distribution", "quality"), (particles, distribution, quality), strict=True
    ):
        write_table(table, tmp_path / f"{name}.tsv", name)
        assert len(read_table(tmp_path / f"{name}.tsv", name)) == len(table)


def test_a_study_without_any_good_table_fails(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match=r"no sample has a size table .*0\.tsv: is empty"):
        measure_particles(*_sheets(tmp_path, {"a/1": "", "b/1": "\n"}), WINDOW)


def test_a_sample_without_particles_has_no_data(tmp_path: Path) -> None:
    empty = GOOD.replace("1e8", "0").replace("3e8", "0")
    sheets = _sheets(tmp_path, {"a/1": GOOD, "a/2": empty, "b/1": empty})
    particles, distribution, quality = measure_particles(*sheets, WINDOW)
    assert particles["status"].tolist() == ["ok", "failed", "no run"]
    assert "no particle was measured in" in particles["status_reason"][1]
    assert particles["particles_per_ml"][0] == pytest.approx(4e8)  # of the run that has particles
    assert set(distribution["sample"]) == {"a"}
    bins = quality[quality["metric"] == "size_bins"].set_index("run")["value"]
    assert bins.to_dict() == {"a/1": 3, "a/2": 0, "b/1": 0}
    # A study in which no sample has particles has no data, and goes on.
    particles, distribution, _ = measure_particles(*_sheets(tmp_path, {"a/1": empty}), WINDOW)
    assert particles["status"].tolist() == ["failed", "no run", "no run"]
    assert distribution.empty


def test_a_dilution_is_applied_once_and_told(tmp_path: Path) -> None:
    samples, runs = _sheets(tmp_path, {"a/1": GOOD, "a/2": GOOD})
    runs["dilution"] = pd.array([100, pd.NA, pd.NA], dtype="Float64")
    particles, distribution, quality = measure_particles(samples, runs, WINDOW)
    factors = quality[quality["metric"] == "dilution_applied"].set_index("run")["value"]
    assert factors.to_dict() == {"a/1": 100, "a/2": 1}
    assert particles["particles_per_ml"][0] == pytest.approx((4e10 + 4e8) / 2)
    assert distribution["concentration_per_ml"].sum() == pytest.approx((4e10 + 4e8) / 2)


def test_a_study_without_particle_runs_has_no_run(tmp_path: Path) -> None:
    particles, distribution, quality = measure_particles(*_sheets(tmp_path, {}), WINDOW)
    assert set(particles["status"]) == {"no run"}
    assert particles["particles_per_ug"][0] == 2e10
    assert distribution.empty
    assert quality.empty
    write_table(distribution, tmp_path / "distribution.tsv", "distribution")


def test_an_empty_window_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="particles.window_nm: 150 is not below 30"):
        measure_particles(*_sheets(tmp_path, {"a/1": GOOD}), (150, 30))


def test_real_nta_table(shared_data: Path) -> None:
    """The plasma EVs of Wu et al. 2024, their figures recomputed with plain numpy."""
    path = shared_data / "magnet_plasma_ev" / "particle_distribution.csv"
    found = size_figures(distribution_of(read_sizes(path).table), WINDOW)
    size, amount = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(0, 1)).T
    assert found["mode_nm"] == size[amount.argmax()] == 87
    assert found["particles_per_ml"] == pytest.approx(amount.sum())
    assert found["mean_nm"] == pytest.approx(np.average(size, weights=amount))
    # Bins of 2 nm: a cumulative share is reached at the upper edge of its bin.
    cumulative = np.cumsum(amount) / amount.sum()
    for percent in (10, 50, 90):
        assert found[f"d{percent}_nm"] == pytest.approx(
            np.interp(percent / 100, cumulative, size + 1), abs=1e-6
        )
    # The bins are centred at odd numbers, so 30 and 150 nm are edges.
    inside = amount[(size > 30) & (size < 150)].sum()
    assert found["share_in_window"] == pytest.approx(inside / amount.sum(), abs=1e-9)
