"""A study with a genome and foreign sequences: indexed once, steps of the funnel."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from evcargo.tables import read_table


@pytest.mark.slow
def test_left_over_reads_are_compared_with_a_genome(
    tiny_study: Path, tmp_path: Path, snakemake
) -> None:
    study = tmp_path / "study"
    shutil.copytree(tiny_study, study)
    rng = np.random.default_rng(2)
    genome = "".join("ACGT"[n] for n in rng.integers(4, size=20_000))
    (study / "data" / "genome.fa").write_text(f">chr1\n{genome}\n")
    (study / "data" / "microbes.fa").write_text(f">microbe\n{genome[:300].replace('T', 'U')}\n")
    backgrounds = '{"genome": "data/genome.fa", "exogenous": "data/microbes.fa"}'
    snakemake(study, "results/rna/rna.h5ad", "--cores", "2", "--config", f"rna={backgrounds}")
    funnel = read_table(study / "results/rna/funnel.tsv", "funnel")
    steps = funnel.groupby("sample")["step"].apply(list)
    assert all(names[-3:] == ["genome", "exogenous", "unassigned"] for names in steps)
    quality = read_table(study / "results/rna/quality.tsv", "quality")
    endogenous = quality[quality["metric"] == "endogenous_share"]
    assert set(endogenous["sample"]) == set(funnel["sample"])
    assert endogenous["value"].between(0.5, 1).all()
    assert (study / "results/rna/background/genome.fa.bwt").is_file()
    assert (study / "results/rna/exogenous.tsv").is_file()
