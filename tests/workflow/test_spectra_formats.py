"""Thermo .raw through convert_raw, with a stand-in for its program; warnings of a dry run."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from evcargo.simulate.demo import SIZES, write_demo

pytestmark = pytest.mark.slow
THERMO = b"\x01\xa1" + "Finnigan".encode("utf-16-le") + b"\n"
# It takes the first line off, behind which our .raw files hold mzML.
STAND_IN = """#!/bin/sh
for word in "$@"; do
    case "$word" in -i=*) input="${word#-i=}" ;; -b=*) output="${word#-b=}" ;; esac
done
tail -n +2 "$input" > "$output"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proteins of the tiny demo, samples of cell culture; one sheet for each format."""
    folder = tmp_path_factory.mktemp("formats") / "study"
    write_demo(folder, SIZES["tiny"])
    samples = folder / "config/samples.tsv"
    samples.write_text(samples.read_text().replace("plasma", "cell_culture"))
    rows = (folder / "config/runs.tsv").read_text().splitlines(keepends=True)
    rows = [row for row in rows if "\trna\t" not in row]
    (folder / "config/runs.tsv").write_text("".join(rows))
    (folder / "config/raw.tsv").write_text("".join(rows).replace(".mzML", ".raw"))
    for mzml in sorted((folder / "data").glob("*.mzML")):
        mzml.with_suffix(".raw").write_bytes(THERMO + mzml.read_bytes())
    return folder


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "thermorawfileparser"
    path.write_text(STAND_IN)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def test_raw_files_are_converted_and_searched(study: Path, snakemake, program: None) -> None:
    target = "results/proteins/search/1.parquet"
    snakemake(study, target)
    expected = pd.read_parquet(study / target)
    shutil.rmtree(study / "results")
    done = snakemake(study, target, "--config", "runs=config/raw.tsv")
    assert "Converting the Thermo .raw file of T1 to mzML" in done.stdout
    pd.testing.assert_frame_equal(pd.read_parquet(study / target), expected)
    assert not (study / "results/proteins/mzml/T1.mzML").exists(), "temporary"


def test_without_the_program_a_dry_run_says_so(study: Path, snakemake) -> None:
    options = ("-n", "results/proteins/groups.parquet", "--config", "runs=config/raw.tsv")
    done = snakemake(study, *options, check=False)
    assert done.returncode != 0
    assert "'ThermoRawFileParser' is not installed" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_dry_run_warns_of_cell_culture_without_bovine_proteins(study: Path, snakemake) -> None:
    config = "proteins={fasta: data/human_ev.fasta, contaminants: false}"
    done = snakemake(study, "-n", "results/proteins/groups.parquet", "--config", config)
    assert "evcargo: 6 samples of cell culture are searched without bovine" in done.stdout
