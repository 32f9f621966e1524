"""Spectra that a study names: MGF, Thermo .raw, folders of vendors, and the FASTA they need."""

import os
from pathlib import Path

import pandas as pd
import pytest
from hostile_spectra import MGF
from proteins_helpers import search_options
from study_files import FASTA, RUNS, SAMPLES, StudyFiles, changed

from evcargo.study.notes import Notes
from evcargo.study.spectra import check_spectra, spectra_warnings, why_bad_spectra

THERMO = b"\x01\xa1" + "Finnigan".encode("utf-16-le") + bytes(500)


def with_files(files: StudyFiles, suffix: str, data: bytes, rows: int = 4) -> None:
    """Put files of another format into the place of the first mzML files."""
    lines = list(RUNS)
    for row, name in list(enumerate(("T1", "T2", "H1", "H2"), 2))[:rows]:
        Path(f"raw/{name}.{suffix}").write_bytes(data)
        lines = changed(lines, row, f"raw/{name}.mzML.gz", f"raw/{name}.{suffix}")
    files.runs(lines)


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder as the only one in which programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_mgf_and_mzml_are_not_mixed(files: StudyFiles) -> None:
    with_files(files, "mgf", MGF.encode(), rows=1)
    problem = files.problem()
    assert (problem.row, problem.column, problem.value) == (2, "path", "raw/T1.mgf")
    assert "MGF, which holds no MS1" in problem.message
    assert "Give the mzML" in problem.remedy


def test_mgf_alone_must_count_spectra(files: StudyFiles) -> None:
    with_files(files, "mgf", MGF.encode())
    problem = files.problem()
    assert (problem.column, problem.value) == ("proteins.rollup", "directlfq")
    assert problem.remedy.startswith("Write spectral_counts")
    samples = pd.DataFrame({"sample": ["T1"], "biofluid": ["plasma"]})
    runs = pd.DataFrame({"assay": ["proteins"], "format": ["mgf"], "sample": ["T1"]})
    options = {"rollup": "spectral_counts", "fasta": "a.fasta", "contaminants": True}
    config = {"proteins": {**options, "search": search_options()}}
    notes = Notes("config.yaml")
    check_spectra(config, runs, look_inside=True, conda=False, notes=notes)
    assert not notes.problems
    (warning,) = spectra_warnings(config, samples, runs)
    assert "MGF, which holds no MS1" in warning


def test_thermo_raw_without_the_program(files: StudyFiles, no_programs: Path) -> None:
    with_files(files, "raw", THERMO)
    problem = files.problem()
    assert (problem.column, problem.value) == ("proteins", "ThermoRawFileParser")
    assert "is not installed" in problem.message
    assert "--sdm conda" in problem.remedy and "mzML" in problem.remedy
    # Jobs have no other programs than the main process, which has looked.
    assert files.load(look_inside=False)


def test_thermo_raw_with_the_program_or_conda(files: StudyFiles, no_programs: Path) -> None:
    with_files(files, "raw", THERMO)
    assert files.load(with_conda=True).spectra_runs == ["T1", "T2", "H1", "H2"]
    program = no_programs / "ThermoRawFileParser.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    study = files.load()
    assert study.runs_of("proteins", kind="thermo") == ["T1", "T2", "H1", "H2"]


@pytest.mark.parametrize(
    ("suffix", "message"), [("d", "Bruker or Agilent"), ("raw", "Waters"), ("mzML", "is a folder")]
)
def test_folders_of_vendors(files: StudyFiles, suffix: str, message: str) -> None:
    Path(f"raw/X.{suffix}").mkdir()
    files.runs(changed(RUNS, 2, "raw/T1.mzML.gz", f"raw/X.{suffix}"))
    problem = next(one for one in files.problems() if one.value == f"raw/X.{suffix}")
    assert message in problem.message
    assert "mzML" in problem.remedy


@pytest.mark.parametrize(
    ("suffix", "data", "message"),
    [
        ("wiff", b"\xd0\xcf\x11\xe0" + bytes(99), "is a file of Sciex"),
        ("mzMLb", b"\x89HDF" + bytes(99), "is mzMLb"),
        ("mzXML", b'<?xml version="1.0"?><mzXML/>', "is an mzXML file, not mzML"),
    ],
)
def test_files_of_other_formats(files: StudyFiles, suffix: str, data: bytes, message: str) -> None:
    Path(f"raw/X.{suffix}").write_bytes(data)
    files.runs(changed(RUNS, 2, "raw/T1.mzML.gz", f"raw/X.{suffix}"))
    problem = files.problem()
    assert message in problem.message
    assert "msconvert" in problem.remedy


def test_a_symlink_loop(files: StudyFiles) -> None:
    Path("raw/T1.mzML.gz").unlink()
    Path("raw/T1.mzML.gz").symlink_to("T1.mzML.gz")
    assert "cannot be read (Too many levels" in files.problem().message


def test_a_thermo_file_by_another_name(files: StudyFiles) -> None:
    Path("raw/T1.mzML").write_bytes(THERMO)
    files.runs(changed(RUNS, 2, "raw/T1.mzML.gz", "raw/T1.mzML"))
    problem = files.problem()
    assert "is a Thermo .raw file, not mzML" in problem.message
    assert ".raw" in problem.remedy


def test_only_the_first_block_and_spectrum_are_judged() -> None:
    assert why_bad_spectra(MGF) == ("", "")
    assert why_bad_spectra("BEGIN IONS\nTITLE=x\n") == ("", "")  # may yet come
    centroids = '<spectrum id="a"><cvParam accession="MS:1000127"/><binary>'
    assert why_bad_spectra(f'<cvParam accession="MS:1000128"/>{centroids}') == ("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FASTA + ">rev_sp|P08962|CD63\nVYLLFKVC\n>x\n", "holds decoys"),
        (">A\nACD*EF\n>B\nACDEF\n", "has a stop '*' inside of 'A'"),
        (">ENSMUSP00000104298.2 pep\nACDEF\n>x\nACD\n", "another organism than human"),
        (">NP_1.1 p53 [Rattus norvegicus]\nACDEF\n>x\nACD\n", "another organism than human"),
    ],
)
def test_a_fasta_that_cannot_be_searched(files: StudyFiles, text: str, message: str) -> None:
    Path("human.fasta").write_text(text)
    problem = files.problem()
    assert (problem.column, problem.value) == ("proteins.fasta", "human.fasta")
    assert message in problem.message


@pytest.mark.parametrize(
    "text",
    [
        FASTA.replace("\nMPVKGG", "\nMPVKGGTKCIKYLLFG*\n>x\nMPVKGG"),
        ">ENSP00000269305.4 pep\nACDEF\n>ENSP00000269306.4 pep\nACDEG\n",
        ">NP_1.1 p53 [Homo sapiens]\nACDEF\n>x\nACDEG\n",
    ],
)
def test_a_fasta_that_can(files: StudyFiles, text: str) -> None:
    Path("human.fasta").write_text(text)
    assert files.load()


@pytest.mark.parametrize("contaminants", [True, False])
@pytest.mark.parametrize("biofluid", ["plasma", "cell_culture"])
def test_cell_culture_without_bovine_proteins_is_warned_of(
    files: StudyFiles, biofluid: str, contaminants: bool
) -> None:
    files.config["proteins"]["contaminants"] = contaminants
    files.samples([line.replace("plasma", biofluid) for line in SAMPLES])
    warnings = files.load().warnings
    assert bool(warnings) == (biofluid == "cell_culture" and not contaminants)
    assert all("3 samples of cell culture" in one or "4 samples" in one for one in warnings)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_raw_file_that_may_not_be_read(files: StudyFiles) -> None:
    with_files(files, "raw", THERMO)
    Path("raw/T1.raw").chmod(0)
    assert "may not be read" in files.problem().message
