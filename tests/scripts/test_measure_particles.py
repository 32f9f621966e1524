"""The script hands the sheets and the window on, and writes the three tables."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.simulate.particles import SizeSettings, simulate_sizes
from evcargo.tables import read_table, write_table


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    simulate_sizes(tmp_path / "a.csv", SizeSettings(mode_nm=90), np.random.default_rng(1))
    (tmp_path / "bad.csv").write_text("<html>", encoding="utf-8")
    samples = pd.DataFrame("x", index=range(3), columns=CONTRACTS["samples"].names)
    samples = samples.assign(sample=["a", "b", "c"], particle_count=8e10, protein_ug=4.0)
    runs = pd.DataFrame(pd.NA, index=range(2), columns=CONTRACTS["runs"].names)
    runs = runs.assign(run=["a", "b"], sample=["a", "b"], assay="particles", format="sizes")
    runs["path"] = [str(tmp_path / "a.csv"), str(tmp_path / "bad.csv")]
    write_table(samples, tmp_path / "samples.tsv", "samples")
    write_table(runs, tmp_path / "runs.tsv", "runs")
    names = ("particles", "distribution", "quality")
    return SimpleNamespace(
        input=SimpleNamespace(samples=tmp_path / "samples.tsv", runs=tmp_path / "runs.tsv"),
        output=SimpleNamespace(**{name: tmp_path / f"{name}.tsv" for name in names}),
        params=SimpleNamespace(window_nm=[30, 150]),
        log=[str(tmp_path / "job.log")],
    )


def test_the_tables_are_written(root: Path, job: SimpleNamespace) -> None:
    runpy.run_path(str(root / "scripts" / "measure_particles.py"), init_globals={"snakemake": job})
    particles = read_table(job.output.particles, "particles")
    assert particles["status"].tolist() == ["ok", "failed", "no run"]
    assert "bad.csv: no size table found" in particles["status_reason"][1]
    assert particles["mode_nm"][0] == pytest.approx(90, abs=10)
    assert particles["particles_per_ug"].tolist() == [2e10] * 3
    distribution = read_table(job.output.distribution, "distribution")
    assert set(distribution["sample"]) == {"a"}
    assert set(read_table(job.output.quality, "quality")["run"]) == {"a"}
    assert "bad.csv" in Path(job.log[0]).read_text()


def test_an_empty_window_ends_the_job(
    root: Path, job: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    job.params.window_nm = [150, 30]
    with pytest.raises(SystemExit):
        runpy.run_path(
            str(root / "scripts" / "measure_particles.py"), init_globals={"snakemake": job}
        )
    assert "particles.window_nm" in capsys.readouterr().err
    assert not job.output.particles.exists()
