"""Mistakes in run sheets of protein tables, and how many alike ones are told."""

from pathlib import Path

from study_files import StudyFiles

from evcargo.errors import Problem, StudyError

COLUMNS = [("T1", "LFQ intensity T1"), ("T2", "Intensity T1"), ("H1", "Peptides H1"), ("H2", "H9")]


def test_columns_that_do_not_go_together_are_told_at_the_later_run(files: StudyFiles):
    header = "Protein IDs\tLFQ intensity T1\tIntensity T1\tLFQ intensity T2\tPeptides H1\tH2\n"
    named = [f"{sample}\tproteins\tpg.txt\t{column}" for sample, column in COLUMNS]
    Path("pg.txt").write_text(header + "P02768\t100.5\t200\t300\t4\t5\n")
    files.runs(["sample\tassay\tpath\tcolumn", *named])
    row3, row4, row5 = files.problems()
    assert (row3.row, row3.value) == (3, "Intensity T1")
    assert row3.message.startswith("is of another quantity (Intensity) than runs before")
    assert (row4.row, row4.value) == (4, "Peptides H1")
    assert "no quantity of a table of MaxQuant proteinGroups" in row4.message
    assert row5.row == 5 and "is in no column of the table" in row5.message


def test_identifications_beside_intensities(files: StudyFiles):
    """Counts and intensities cannot be compared: said before anything runs."""
    counted = "psm_id\tpeptide\tproteins\tfilename\tscannr\tspectrum_q\n1\tAAK\tP02768\tT1\t1\t0\n"
    Path("results.sage.tsv").write_text(counted)
    Path("pg.tsv").write_text("Protein\tT2\tH1\tH2\nP02768\t100.5\t200\t300\n")
    rows = [f"{name}\tproteins\tpg.tsv" for name in ("T2", "H1", "H2")]
    rows = ["sample\tassay\tpath", "T1\tproteins\tresults.sage.tsv", *rows]
    files.runs(rows)
    problem = files.problem()
    assert (problem.row, problem.column) == (2, "column")
    assert "holds identifications only, which are counted, but pg.tsv holds" in problem.message


def test_equal_problems_are_one_line_with_their_places():
    many = [
        Problem("runs.tsv", row, "path", f"{row}.mzML", "does not exist", "Check the path")
        for row in (*range(2, 8), *range(9, 15))
    ]
    other = Problem("runs.tsv", 5, "path", "a", "is empty", "Copy it again")
    error = StudyError([*many, other])
    assert str(error).splitlines() == [
        "The study has 13 problems:",
        "  1. runs.tsv, rows 2-7, 9-14, path ('2.mzML', '3.mzML', '4.mzML', '5.mzML', '6.mzML',"
        " '7.mzML', '9.mzML', '10.mzML', '11.mzML', '12.mzML', '13.mzML', '14.mzML'):"
        " does not exist. Check the path",
        "  2. runs.tsv, row 5, path: 'a' is empty. Copy it again",
    ]
    assert len(error.problems) == 13
    assert len(str(StudyError(many[:2])).splitlines()) == 3


def test_equal_problems_of_several_files_are_one_line():
    problems = [
        Problem(file, row, "biofluid", "plsma", "is no word", "Did you mean plasma?")
        for file, row in (("a.tsv", 2), ("a.tsv", 4), ("b.tsv", 7))
    ]
    (line,) = str(StudyError(problems)).splitlines()[1:]
    assert line == (
        "  1. a.tsv, rows 2, 4, biofluid; b.tsv, row 7, biofluid:"
        " 'plsma' is no word. Did you mean plasma?"
    )


def test_equal_problems_of_one_row_name_their_values():
    """A row of the run sheet may stand for many samples."""
    problems = [
        Problem("runs.tsv", 2, "column", name, "is in no column", "Rename it")
        for name in ("T1", "T2", "T3")
    ]
    (line,) = str(StudyError(problems)).splitlines()[1:]
    assert line == "  1. runs.tsv, row 2, column ('T1', 'T2', 'T3'): is in no column. Rename it"


def test_equal_problems_of_the_config_keep_their_values():
    problems = [
        Problem("c.yaml", 0, option, path, "does not exist", "Check the path")
        for option, path in (("proteins.fasta", "a.fasta"), ("purity.panels", "p"), ("sdrf", "s"))
    ]
    (line,) = str(StudyError(problems)).splitlines()[1:]
    assert line == (
        "  1. c.yaml, proteins.fasta ('a.fasta'); purity.panels ('p'); sdrf ('s'):"
        " does not exist. Check the path"
    )


def test_many_problems_with_remedies_of_their_own():
    """Of 12 rows with one mistake three are shown in full, the others by their row."""
    many = [
        Problem("runs.tsv", row, "path", f"{row}.mzML", "does not exist", f"Did you mean {row}?")
        for row in (*range(2, 8), *range(9, 15))
    ]
    lines = str(StudyError(many)).splitlines()
    assert sum("Did you mean" in line for line in lines) == 3
    assert "  4. runs.tsv, rows 5-7, 9-14, path: the same, does not exist" in lines
    few = str(StudyError(many[:10])).splitlines()
    assert sum("Did you mean" in line for line in few) == 10
