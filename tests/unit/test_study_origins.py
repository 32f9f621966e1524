"""Signatures and reference profiles of a study: every mistake told before any job."""

from pathlib import Path

import numpy as np
import pytest
from study_files import StudyFiles

from evcargo.study.panels import known_symbols

SIGNATURES = [
    "signature\tgene\tweight\tnote",
    "liver\tALB\t2\tplasma too",
    "liver\tAPOB\t\t",
    "brain\tGFAP\t\t",
]
RNG = np.random.default_rng(1)
SYMBOLS = sorted(name for name in known_symbols("human")[0] if name.isalnum())[:40]
VALUES = RNG.lognormal(5, 1, (40, 2))


def profile(genes: list[str], values: np.ndarray = VALUES) -> list[str]:
    rows = zip(genes, values, strict=False)
    return ["gene\ttumour\tliver", *(f"{gene}\t{a:.4f}\t{b:.4f}" for gene, (a, b) in rows)]


PROFILES = profile(SYMBOLS)
ENSEMBL = [f"ENSG{n:011d}" for n in range(40)]


@pytest.fixture
def study(files: StudyFiles) -> StudyFiles:
    files.config["interpretation"] = {
        "signatures": "own.tsv",
        "reference_profiles": {"proteins": "profiles.tsv"},
    }
    write("own.tsv", SIGNATURES)
    write("profiles.tsv", PROFILES)
    return files


def write(name: str, lines: list[str]) -> None:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_sound_tables_are_taken_without_a_word(study: StudyFiles) -> None:
    assert not study.load().warnings


@pytest.mark.parametrize(
    ("row", "column", "message", "remedy"),
    [
        ("\tALB\t\t", "signature", "is empty", "Write the signature"),
        ("liver\t\t\t", "gene", "is empty", "Write the gene"),
        ("liver\talb\t\t", "gene", "is in signature liver twice", "See row 2"),
        ("liver\tTTR\t-1\t", "weight", "is no weight", "above 0"),
        ("liver\tTTR\tmuch\t", "weight", "is no weight", "above 0"),
        ("platelet\tPF4\t\t", "signature", "name of a shipped signature", "Rename it"),
    ],
)
def test_a_mistake_in_a_signature_is_told(
    study: StudyFiles, row: str, column: str, message: str, remedy: str
) -> None:
    write("own.tsv", [*SIGNATURES, row])
    problem = study.problem()
    assert (problem.file, problem.row, problem.column) == ("own.tsv", 5, column)
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("row", "column", "message", "remedy"),
    [
        ("G99\t-1\t2", "tumour", "is negative", "linear quantity"),
        ("G99\t1\tx", "liver", "is not a number", "linear quantity"),
        ("G99\t1\t", "liver", "is not a number", "0 where the source"),
        ("\t1\t2", "gene", "is empty", "Write the gene"),
    ],
)
def test_a_mistake_in_a_profile_is_told(
    study: StudyFiles, row: str, column: str, message: str, remedy: str
) -> None:
    write("profiles.tsv", [*PROFILES, row])
    problem = study.problem()
    assert (problem.file, problem.row, problem.column) == ("profiles.tsv", 42, column)
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("own.tsv", ["signature\tsymbol", "a\tb"], "has no column gene"),
        ("own.tsv", ["set\tgene", "a\tb"], "has no column signature"),
        ("own.tsv", ["signature\tgene"], "has no rows"),
        ("own.tsv", ["signature\tgene\twheight", "a\tb\t1"], "is no column of a table"),
        ("profiles.tsv", ["symbol\ta\tb", "ALB\t1\t2"], "has no column gene"),
        ("profiles.tsv", ["gene\ta", "ALB\t1"], "has 1 sources"),
        ("profiles.tsv", ["gene\ta\tb", "ALB\t1\t0", "APOB\t2\t0"], "holds nothing"),
        ("profiles.tsv", ["gene\ta\tb", "ALB\t1\t2", "APOB\t2\t4"], "too alike"),
    ],
)
def test_a_table_of_another_form_is_told(
    study: StudyFiles, name: str, lines: list[str], message: str
) -> None:
    write(name, lines)
    assert any(message in one.message for one in study.problems())


@pytest.mark.parametrize("name", ["own.tsv", "profiles.tsv"])
def test_a_table_that_is_not_there_is_told(study: StudyFiles, name: str) -> None:
    Path(name).unlink()
    problem = study.problem()
    assert problem.column.startswith("interpretation.")
    assert (problem.value, problem.message) == (name, "does not exist")


def test_profiles_of_an_assay_that_is_not_there_are_a_warning(study: StudyFiles) -> None:
    study.config["interpretation"]["reference_profiles"] = {"transcripts": "profiles.tsv"}
    (warning,) = study.load().warnings
    assert "the study has no transcripts" in warning


def test_jobs_do_not_look_at_the_tables(study: StudyFiles) -> None:
    Path("own.tsv").unlink()
    Path("profiles.tsv").unlink()
    assert study.load(look_inside=False).config["interpretation"]["signatures"] == "own.tsv"


@pytest.mark.parametrize(
    ("assay", "genes", "message"),
    [
        ("proteins", ENSEMBL, "of which 0 are gene symbols of human, but Ensembl ids"),
        ("proteins", [f"miR-{n}-3p" for n in range(40)], "of which 0 are genes"),
        ("rna", SYMBOLS, "of which 0 are miRNAs"),
    ],
)
def test_profiles_by_other_names_are_told(
    study: StudyFiles, assay: str, genes: list[str], message: str
) -> None:
    study.config["interpretation"]["reference_profiles"] = {assay: "profiles.tsv"}
    write("profiles.tsv", profile(genes))
    problem = study.problem()
    assert problem.file == "profiles.tsv"
    assert message in problem.message


def test_profiles_of_mirnas_are_taken(study: StudyFiles) -> None:
    study.config["interpretation"]["reference_profiles"] = {"rna": "profiles.tsv"}
    write("profiles.tsv", profile([f"hsa-miR-{n}-3p" for n in range(40)]))
    assert not study.load().warnings


def test_signatures_by_other_names_are_told(study: StudyFiles) -> None:
    rows = [f"liver\t{one}\t\t" for one in ENSEMBL]
    write("own.tsv", ["signature\tgene\tweight\tnote", *rows])
    problem = study.problem()
    assert problem.file == "own.tsv"
    assert "but Ensembl ids" in problem.message
    assert problem.remedy.startswith("Give the signatures as symbols")


@pytest.mark.parametrize("values", [np.log2(VALUES + 1), np.log2(VALUES) + 18])
def test_profiles_that_look_like_logarithms_are_a_warning(
    study: StudyFiles, values: np.ndarray
) -> None:
    write("profiles.tsv", profile(SYMBOLS, values))
    (warning,) = study.load().warnings
    assert "look like logarithms in tumour" in warning
    write("profiles.tsv", profile(SYMBOLS, VALUES / VALUES.sum(axis=0) * 40))
    assert not study.load().warnings
