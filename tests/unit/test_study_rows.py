"""Rows of the sample sheet and of the run sheet."""

from pathlib import Path

import pandas as pd
import pytest
from study_files import RUNS, SAMPLES, StudyFiles, changed
from workbook_files import write_xlsx

from evcargo.study.runs import file_format
from evcargo.tables import read_table, write_table


def test_a_correct_study(files: StudyFiles):
    study = files.load()
    assert study.samples["sample"].tolist() == ["T1", "T2", "H1", "H2"]
    assert study.samples["particle_count"].tolist()[:3] == [2.1e10, 1.7e10, 1.4e10]
    assert study.samples["particle_count"].isna().tolist() == [False, False, False, True]
    assert study.samples["isolation"].isna().all()
    assert study.samples["age"].tolist() == ["61", "55", "57", "63"]
    assert study.runs["run"].tolist() == ["T1", "T2", "H1", "H2"] * 2
    assert study.runs["format"].tolist() == ["mzml"] * 4 + ["fastq"] * 4
    assert study.assays == ["proteins", "rna"]
    assert [one.name for one in study.contrasts] == ["tumour_v_healthy"]


def test_both_sheets_come_back_as_they_were_written(files: StudyFiles, tmp_path):
    study = files.load()
    for name in ("samples", "runs"):
        write_table(getattr(study, name), tmp_path / name, name)
        pd.testing.assert_frame_equal(read_table(tmp_path / name, name), getattr(study, name))


def test_defaults_of_a_bare_sheet(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(["sample", "T1", "T2", "H1", "H2"])
    samples = files.load().samples
    assert samples["material"].tolist() == ["ev"] * 4
    assert samples["biofluid"].tolist() == ["other"] * 4
    assert samples["condition"].isna().all()


def test_decimal_commas_of_a_semicolon_sheet(files: StudyFiles):
    lines = [line.replace(".", ",").replace("\t", ";") for line in SAMPLES]
    files.samples([f"{lines[0]};bmi", *(f"{line};21,5" for line in lines[1:])])
    samples = files.load().samples
    assert samples["protein_ug"].tolist()[:3] == [12.5, 9.8, 8.7]
    assert samples["bmi"].tolist() == ["21.5"] * 4


@pytest.mark.parametrize(
    ("row", "old", "new", "column", "value", "message", "remedy"),
    [
        (3, "T2", "T1", "sample", "T1", "already in row 2", "Name each preparation once"),
        (3, "T2", "t1", "sample", "t1", "as 'T1' (names must differ", "Name each"),
        (3, "T2", "T 2", "sample", "T 2", "a space", "Call it 'T_2'"),
        (3, "T2", "../T2", "sample", "../T2", "path separator", "Call it 'T2'"),
        (3, "T2", "2-Mar", "sample", "2-Mar", "Excel made a date", "letter in front"),
        (3, "T2", "Sep-02", "sample", "Sep-02", "Excel made a date", "letter in front"),
        (
            3,
            "\tev",
            "\texosome",
            "material",
            "exosome",
            "not one of the words",
            "ev, source, depleted",
        ),
        (
            3,
            "plasma",
            "plasam",
            "biofluid",
            "plasam",
            "not one of the words",
            "Did you mean 'plasma'?",
        ),
        (3, "9.8", "9,8", "protein_ug", "9,8", "decimal comma", "plain number"),
        (3, "9.8", "0", "protein_ug", "0", "not above 0", "empty if unknown"),
        (3, "1.7e10", "lots", "particle_count", "lots", "not a number", "plain number"),
    ],
)
def test_wrong_sample_rows(files: StudyFiles, row, old, new, column, value, message, remedy):
    files.config["contrasts"] = []
    files.samples(changed(SAMPLES, row, old, new))
    found = [p for p in files.problems(look_inside=False) if p.file == "config/samples.tsv"]
    (problem,) = [p for p in found if "has no run" not in p.message]
    assert (problem.row, problem.column, problem.value) == (row, column, value)
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("old", "new", "column", "remedy"),
    [
        ("condition", "Condtion", "Condtion", "Did you mean 'condition'?"),
        ("biofluid", "bio fluid", "'bio fluid'", "Did you mean 'biofluid'?"),
        ("protein_ug", "Protein (ug)", "'Protein (ug)'", "Did you mean 'protein_ug'?"),
        ("age", "age (y)", "'age (y)'", "Call it 'age_y'"),
        ("age", "status", "status", "Call it 'my_status'"),
        ("age", "1st", "1st", "Call it"),
    ],
)
def test_wrong_sample_columns(files: StudyFiles, old, new, column, remedy):
    files.config["contrasts"] = []
    files.samples(changed(SAMPLES, 1, old, new))
    problem = files.problem()
    assert (problem.file, problem.row, problem.column) == ("config/samples.tsv", 1, column)
    assert remedy in problem.remedy


def test_columns_of_ones_own(files: StudyFiles):
    files.samples([f"{SAMPLES[0]}\tbatch2\tTreatment", *(f"{line}\t1\tx" for line in SAMPLES[1:])])
    assert files.load().samples.columns[-3:].tolist() == ["age", "batch2", "Treatment"]


def test_sheets_without_rows(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(SAMPLES[:1])
    files.runs(RUNS[:1])
    assert [p.message for p in files.problems()] == ["has no runs yet", "has no samples yet"]


def test_a_sample_without_a_run_and_a_run_without_a_sample(files: StudyFiles):
    files.samples([*SAMPLES, "X1\tev\t\t\t\tplasma\t\t\t"])
    files.runs([*RUNS, "T11\tparticles\traw/sizes.csv"])
    run, sample = files.problems(look_inside=False)
    assert (run.file, run.row, run.value) == ("config/runs.tsv", 10, "T11")
    assert run.remedy == "Did you mean 'T1'?"
    assert (sample.file, sample.row, sample.value) == ("config/samples.tsv", 6, "X1")
    assert sample.message == "has no run"


@pytest.mark.parametrize(
    ("assay", "wanted", "path", "found"),
    [
        ("proteins", "auto", "a.mzML", "mzml"),
        ("proteins", "auto", "a.MZML.GZ", "mzml"),
        ("proteins", "auto", "proteinGroups.txt", "table"),
        ("proteins", "maxquant", "x.mzML.txt", "maxquant"),
        ("rna", "auto", "a.fq", "fastq"),
        ("rna", "auto", "a.fastq.bz2", "fastq"),
        ("rna", "auto", "a.fq.zst", "fastq"),
        ("rna", "auto", "counts.tsv", "table"),
        ("particles", "auto", "a.csv", "sizes"),
    ],
)
def test_formats(assay, wanted, path, found):
    assert file_format(assay, wanted, path) == found


def run_names(
    files: StudyFiles, rows: list[str], header="sample\tassay\tpath\tfraction\treplicate"
):
    files.config["contrasts"] = []
    files.samples(["sample", *dict.fromkeys(row.split("\t")[0] for row in rows)])
    files.runs([header, *rows])
    return files.load(look_inside=False).runs["run"].tolist()


def test_names_of_fractions_replicates_and_lanes(files: StudyFiles):
    assert run_names(
        files,
        [
            "A\tproteins\ta1.mzML\t1\t1",
            "A\tproteins\ta2.mzML\t2\t1",
            "A\tproteins\ta3.mzML\t1\t2",
            "B\tproteins\tb.mzML\t\t",
            "A\trna\ta_L1.fq.gz\t\t",
            "A\trna\ta_L2.fq.gz\t\t",
            "A\trna\ta_again.fq.gz\t1\t2",
            "B\trna\tb.fq.gz\t3\t1",
        ],
    ) == ["A.f1.r1", "A.f2.r1", "A.f1.r2", "B", "A.f1.r1.l1", "A.f1.r1.l2", "A.f1.r2", "B"]


def test_tables_of_many_samples(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(["sample", "A", "B"])
    files.runs(
        [
            "sample\tassay\tpath\treplicate\tformat\tcolumn",
            "A\tproteins\tp.txt\t1\tmaxquant\tA_1",
            "A\tproteins\tp.txt\t2\tmaxquant\tA_2",
            "B\tproteins\tp.txt\t\tmaxquant\t",
            "A\trna\tr.csv\t\t\t",
            "B\trna\tr.csv\t\t\t",
        ]
    )
    study = files.load(look_inside=False)
    assert study.runs["run"].tolist() == ["A.f1.r1", "A.f1.r2", "B", "A", "B"]
    assert study.runs["column"].tolist() == ["A_1", "A_2", "B", "A", "B"]
    assert study.runs["format"].tolist() == ["maxquant"] * 3 + ["table"] * 2
    assert study.paths_of("proteins") == ["p.txt"]
    assert study.paths_of("rna", ["A"]) == ["r.csv"]


ALL = "sample\tassay\tpath\tfraction\treplicate\tkit\tformat\tcolumn"


@pytest.mark.parametrize(
    ("rows", "place", "message", "remedy"),
    [
        (
            ["A\tproteins\ta.mzML", "A\tproteins\tb.mzML"],
            (3, "sample", "A"),
            "twice for proteins",
            "Number the rows",
        ),
        (
            ["A\trna\tx.tsv\t\t\t\t\tc1", "A\trna\tx.tsv\t\t\t\t\tc2"],
            (3, "sample", "A"),
            "twice for rna",
            "Number",
        ),
        (
            ["A\trna\ta.fq\t1", "A\trna\ta.fq\t2"],
            (3, "path", "a.fq"),
            "the file of row 2 too",
            "own file",
        ),
        (
            ["A\trna\tx.tsv\t\t1", "A\trna\tx.tsv\t\t2"],
            (3, "column", "A"),
            "the column of row 2 too",
            "into column",
        ),
        (
            ["A\tproteins\ta.mzML", "B\tproteins\tp.tsv"],
            (2, "path", "a.mzML"),
            "raw files (1) and tables (1)",
            "two studies",
        ),
        (
            ["A\tprotein\ta.mzML"],
            (2, "assay", "protein"),
            "not one of the words",
            "Did you mean 'proteins'?",
        ),
        (
            ["A\tproteins\ta.fq.gz"],
            (2, "path", "a.fq.gz"),
            "is fastq by its suffix",
            "proteins can be mzml",
        ),
        (
            ["A\trna\ta.fq\t\t\t\tmaxquant"],
            (2, "format", "maxquant"),
            "which rna cannot be",
            "fastq, table, counts",
        ),
        (["A\trna\ta.fq\t\t\t\t\tA1"], (2, "column", "A1"), "for a fastq file", "only a table"),
        (
            ["A\tproteins\ta.mzML\t\t\tqiaseq"],
            (2, "kit", "qiaseq"),
            "given for proteins",
            "Leave kit empty",
        ),
        (
            ["A\trna\ta.fq\t\t\tqiaseek"],
            (2, "kit", "qiaseek"),
            "not one of the words",
            "Did you mean 'qiaseq'?",
        ),
        (["A\trna\t"], (2, "path", ""), "is empty", "Fill it in"),
        (["A\trna\ta.fq\tx"], (2, "fraction", "x"), "not a number", "plain number"),
        (["A\trna\ta.fq\t0"], (2, "fraction", "0"), "below 1", "Correct"),
        (["A\trna\ta{x}.fq"], (2, "path", "a{x}.fq"), "braces", "Rename"),
    ],
)
def test_wrong_run_rows(files: StudyFiles, rows, place, message, remedy):
    files.config.update(contrasts=[], proteins={"fasta": "human.fasta"})
    files.samples(["sample", *dict.fromkeys(row.split("\t")[0] for row in rows)])
    files.runs([ALL, *rows])
    problem = files.problem(look_inside=False)
    assert problem.file == "config/runs.tsv"
    assert (problem.row, problem.column, problem.value) == place
    assert message in problem.message
    assert remedy in problem.remedy


def test_two_samples_with_one_run_name(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(["sample", "A", "A.f1.r1"])
    files.runs([ALL, "A\trna\ta\t1", "A\trna\tb\t2\t\t\t\tc", "A.f1.r1\trna\td"])
    problem = files.problem(look_inside=False)
    assert (problem.row, problem.value) == (4, "A.f1.r1")
    assert "which row 2 has already" in problem.message


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("lane", "Leave it out"),
        ("Pathh", "Did you mean 'path'?"),
        ("condition", "It belongs to the sample sheet"),
        ("whatever", "The run sheet has sample, assay, path"),
    ],
)
def test_the_run_sheet_is_closed(files: StudyFiles, name, remedy):
    files.runs([f"{RUNS[0]}\t{name}", *RUNS[1:]])
    problem = files.problem()
    assert (problem.file, problem.row, problem.column) == ("config/runs.tsv", 1, name)
    assert problem.remedy.startswith(remedy)


def test_a_run_sheet_without_assays(files: StudyFiles):
    files.config["contrasts"] = []
    files.runs(["sample\tpath", "T1\ta", "T2\tb", "H1\tc", "H2\td"])
    problem = files.problem(look_inside=False)
    assert (problem.column, problem.message) == ("assay", "is missing from the header")


STAR = "sample\tassay\tpath\tcolumn"


def expanded(files: StudyFiles, rows: list[str], header: str = STAR) -> list[tuple[str, ...]]:
    files.config["contrasts"] = []
    files.samples(["sample", "A", "B", "C"])
    files.runs([header, *rows])
    runs = files.load(look_inside=False).runs
    return list(runs[["assay", "sample", "path", "column"]].fillna("").itertuples(index=False))


def test_one_row_for_a_whole_table(files: StudyFiles):
    assert expanded(files, ["*\tproteins\tp.tsv"], "sample\tassay\tpath") == [
        ("proteins", name, "p.tsv", name) for name in "ABC"
    ]


def test_samples_with_rows_of_their_own_are_left_to_them(files: StudyFiles):
    rows = ["B\tproteins\tother.tsv\tb7", "*\tProteins\tp.tsv\tIntensity *", "*\trna\tr.tsv\t"]
    assert expanded(files, rows) == [
        ("proteins", "B", "other.tsv", "b7"),
        ("proteins", "A", "p.tsv", "Intensity A"),
        ("proteins", "C", "p.tsv", "Intensity C"),
        *(("rna", name, "r.tsv", name) for name in "ABC"),
    ]


def test_a_star_in_the_path_is_the_name_of_the_sample(files: StudyFiles):
    rows = ["*\trna\traw/*.fq.gz\t", "*\tparticles\tsizes.csv\t"]
    assert expanded(files, rows) == [
        *(("rna", name, f"raw/{name}.fq.gz", "") for name in "ABC"),
        *(("particles", name, "sizes.csv", name) for name in "ABC"),
    ]


@pytest.mark.parametrize(
    ("rows", "place", "message", "remedy"),
    [
        (["*\trna\ta.fq.gz\t"], (2, "path", "a.fq.gz"), "one file for every", "raw/*.mzML"),
        (["*\trna\ta.tsv\tx"], (2, "column", "x"), "one column for every", "Intensity *"),
        (
            ["A\trna\ta.tsv\tx", "*\trna\ta.tsv\t", "B\trna\tb\t", "C\trna\tc\t"],
            (3, "sample", "*"),
            "stands for no sample",
            "Delete the row",
        ),
    ],
)
def test_a_star_that_cannot_be(files: StudyFiles, rows, place, message, remedy):
    """One problem, not one for each sample."""
    files.config["contrasts"] = []
    files.samples(["sample", "A", "B", "C"])
    files.runs([STAR, *rows])
    problem = files.problem(look_inside=False)
    assert (problem.row, problem.column, problem.value) == place
    assert message in problem.message
    assert remedy in problem.remedy


def test_a_star_beside_a_sample_sheet_that_cannot_be_read(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(["name", "A"])
    files.runs([STAR, "*\trna\ta.tsv\t"])
    problem = files.problem()
    assert problem.file == "config/samples.tsv"


def test_both_sheets_in_one_workbook(files: StudyFiles):
    sheets = {
        name: [line.split("\t") for line in lines]
        for name, lines in (("Samples", SAMPLES), ("Runs", RUNS))
    }
    write_xlsx(Path("config/study.xlsx"), sheets)
    files.config |= {"samples": "config/study.xlsx", "runs": "config/study.xlsx#runs"}
    study = files.load()
    assert study.sheet_files == ["config/study.xlsx"]
    assert study.samples["particle_count"].tolist()[:3] == [2.1e10, 1.7e10, 1.4e10]
    assert len(study.runs) == 8
    sheets["Samples"][1][0] = '<c s="1"><v>45352</v></c>'
    write_xlsx(Path("config/study.xlsx"), sheets)
    problem = next(p for p in files.problems() if "date" in p.message)
    place = (problem.file, problem.row, problem.value)
    assert place == ("config/study.xlsx#Samples", 2, "2024-03-01")
    assert "Excel made a date" in problem.message


def test_a_workbook_that_is_missing(files: StudyFiles):
    write_xlsx(Path("config/sample_sheet.xlsx"), {"A": [["sample"]]})
    files.config["samples"] = "config/samplesheet.xlsx#A"
    problem = next(p for p in files.problems() if p.column == "samples")
    assert problem.remedy == "Did you mean 'config/sample_sheet.xlsx'?"


def test_a_table_of_sizes_of_several_samples(files: StudyFiles):
    sheet = ["sample\tassay\tpath\tcolumn", "T1\tparticles\ts.csv\t", "T2\tparticles\ts.csv\tEV2"]
    files.config["contrasts"] = []
    files.samples(SAMPLES[:4])
    files.runs([*sheet, "H1\tparticles\th1.csv\t"])
    columns = files.load(look_inside=False).runs["column"]
    assert columns.fillna("").tolist() == ["T1", "EV2", ""]
    files.runs([*sheet, "H1\tparticles\ts.csv\tEV2"])
    problem = files.problem(look_inside=False)
    assert (problem.row, problem.column) == (4, "column")
    assert "is the column of row 3 too" in problem.message


def test_the_dilution_of_a_particle_measurement(files: StudyFiles):
    files.config["contrasts"] = []
    files.samples(SAMPLES[:3])
    rows = ["sample\tassay\tpath\tdilution", "T1\tparticles\ta.csv\t1000", "T2\tparticles\tb.csv\t"]
    files.runs(rows)
    dilutions = files.load(look_inside=False).runs["dilution"]
    assert (dilutions[0], dilutions.isna().tolist()) == (1000, [False, True])
    for cell, message in (("1:1000", "is not a number"), ("0.001", "is below 1")):
        files.runs(changed(rows, 2, "1000", cell))
        assert files.problem(look_inside=False).message == message
    files.runs([*rows[:2], "T2\trna\tb.tsv\t10"])
    problem = files.problem(look_inside=False)
    assert (problem.message, problem.column) == ("is given for rna", "dilution")
