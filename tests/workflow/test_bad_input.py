"""What bad input gets: one clear line, finished work kept, a run that goes on after the repair."""

import gzip
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from evcargo.simulate.demo import SIZES, write_demo
from evcargo.tables import read_matrix

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw") / "study"
    write_demo(folder, SIZES["tiny"])
    return folder


@pytest.fixture
def study(raw_study: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(raw_study, tmp_path / "study"))


def test_a_cut_fastq_is_named_before_any_job(study: Path, snakemake) -> None:
    reads = study / "data" / "T1.fastq.gz"
    whole = reads.read_bytes()
    reads.write_bytes(whole[: len(whole) * 2 // 3])
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode != 0
    assert "data/T1.fastq.gz" in failed.stdout and "Copy the file again" in failed.stdout
    reads.write_bytes(whole)
    snakemake(study, "-n")


def test_a_cut_mzml_fails_its_own_part_of_the_search(study: Path, snakemake) -> None:
    config = study / "config" / "config.yaml"
    options = yaml.safe_load(config.read_text())
    options["proteins"].setdefault("search", {})["runs_per_job"] = 1
    config.write_text(yaml.safe_dump(options))
    runs = pd.read_csv(study / "config" / "runs.tsv", sep="\t", comment="#")
    files = [path for path in runs["path"] if path.endswith(".mzML")]
    bad, good = files.index("data/T1.mzML") + 1, files.index("data/H1.mzML") + 1
    spectra = study / "data" / "T1.mzML"
    whole = spectra.read_bytes()
    spectra.write_bytes(whole[: len(whole) // 2])
    target = "results/proteins/search/{}.parquet"
    failed = snakemake(study, target.format(bad), target.format(good), "-k", check=False)
    assert failed.returncode != 0
    lines = [line for line in failed.stdout.splitlines() if line.startswith("evcargo: ")]
    assert lines and "data/T1.mzML" in lines[0], failed.stdout[-3000:]
    assert (study / target.format(good)).is_file()
    assert not (study / target.format(bad)).exists()


def test_a_sample_without_a_mirna_is_carried_as_failed(study: Path, snakemake) -> None:
    record = "@read.{0}\n" + "ACGTTGCAAGCTTGACTGCA" * 2 + "TGGAATTCT\n+\n" + "I" * 49 + "\n"
    with gzip.open(study / "data" / "T1.fastq.gz", "wt") as stream:
        stream.write("".join(record.format(number) for number in range(500)))
    snakemake(study, "results/rna/rna.h5ad")
    obs = read_matrix(study / "results/rna/rna.h5ad").obs
    assert obs.loc["T1", "status"] == "failed"
    assert obs.loc["T1", "status_reason"]
    assert (obs["status"].drop("T1") == "ok").all()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("data/T1.fastq.gz", b"", "empty"),
        ("data/human_ev.fasta", b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
    ],
)
def test_a_wrong_file_is_named_before_any_job_starts(
    study: Path, snakemake, file: str, content: bytes, said: str
) -> None:
    (study / file).write_bytes(content)
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode != 0
    assert Path(file).name in failed.stdout
    assert said.lower() in failed.stdout.lower()
    assert "Traceback" not in failed.stdout


def test_a_size_table_without_concentrations_is_named_before_any_job(
    study: Path, snakemake
) -> None:
    (study / "data" / "T1.sizes.tsv").write_text("Diameter\n100\n")
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode != 0
    assert "T1.sizes.tsv" in failed.stdout
    assert "Traceback" not in failed.stdout


def test_every_mistake_of_the_sheets_at_once(study: Path, snakemake) -> None:
    sheet = study / "config" / "samples.tsv"
    text = sheet.read_text().replace("\nH1\t", "\n../H1\t").replace("\tplasma\t", "\tplasmma\t", 1)
    sheet.write_text(text)
    config = study / "config" / "config.yaml"
    config.write_text(
        config.read_text().replace("test: tumour", "test: tumor").replace("proteins:", "protiens:")
    )
    said = snakemake(study, "-n", check=False)
    assert said.returncode != 0
    for words in ("samples.tsv", "../H1", "plasmma", "tumor", "protiens", "did you mean"):
        assert words.lower() in said.stdout.lower(), words
    assert "Traceback" not in said.stdout
