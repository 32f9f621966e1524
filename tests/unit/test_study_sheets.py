"""Sheets in every form that Excel and people give them."""

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from evcargo.study.notes import Notes, nearest, same_but_for_spelling
from evcargo.study.sheets import Sheet, read_sheet

KNOWN = ["sample", "condition", "protein_ug"]
WANTED = [
    {"sample": "T1", "condition": "tumour", "protein_ug": "1.5"},
    {"sample": "H1", "condition": "", "protein_ug": ""},
]
PLAIN = "sample\tcondition\tprotein_ug\nT1\ttumour\t1.5\nH1\t\t\n"


def read(data: bytes, path: Path) -> tuple[Sheet | None, Notes]:
    file = path / "sheet"
    file.write_bytes(data)
    notes = Notes(str(file))
    return read_sheet(str(file), KNOWN, notes), notes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PLAIN.encode(), id="tsv"),
        pytest.param(PLAIN.encode("utf-8-sig"), id="BOM"),
        pytest.param(PLAIN.encode("utf-16"), id="Excel Unicode text"),
        pytest.param(b"\xfe\xff" + PLAIN.encode("utf-16-be"), id="UTF-16 big endian"),
        pytest.param(PLAIN.replace("\n", "\r").encode(), id="CR"),
        pytest.param(PLAIN.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(PLAIN.rstrip("\n").encode(), id="no last line end"),
        pytest.param(PLAIN.replace("\t", ",").encode(), id="csv"),
        pytest.param(PLAIN.replace("\t", ";").encode(), id="European csv"),
        pytest.param(b"sep=;\n" + PLAIN.replace("\t", ";").encode(), id="sep line"),
        pytest.param(
            b'"sample","condition","protein_ug"\n"T1","tumour","1.5"\n"H1","",""\n', id="quoted"
        ),
        pytest.param((PLAIN + "\t\t\n\n\t\t\n").encode(), id="blank rows"),
        pytest.param(PLAIN.replace("\n", "\t\t\n").encode(), id="blank columns"),
        pytest.param(b"sample\tcondition\tprotein_ug\nT1\ttumour\t1.5\nH1\n", id="short row"),
        pytest.param(
            " Sample \tCONDITION\tProtein_ug\u00a0\nT1\u00a0\t tumour\t1.5\n"
            "H1\t\u00a0\t\n".encode(),
            id="spaces",
        ),
        pytest.param(PLAIN.replace("H1\t\t", "H1\tNA\tn/a").encode(), id="NA"),
        pytest.param(('# about, "this\t\n' + PLAIN + "# end\n").encode(), id="comments"),
        pytest.param(
            b'"# a, b",,\n' + PLAIN.replace("\t", ",").encode(), id="comment through Excel"
        ),
    ],
)
def test_every_form_reads_the_same(data, tmp_path):
    sheet, notes = read(data, tmp_path)
    assert notes.problems == []
    assert [row.cells for row in sheet.rows] == WANTED
    assert sheet.columns == KNOWN


def test_lines_are_those_of_the_file(tmp_path):
    data = b'# one\n\nsample,condition\n# two\nT1,"a, b"\n\nH1,c\n'
    sheet, _ = read(data, tmp_path)
    assert sheet.line == 3
    assert [(row.line, row.cells["condition"]) for row in sheet.rows] == [(5, "a, b"), (7, "c")]


def test_a_quoted_line_break_keeps_the_count_and_is_reported(tmp_path):
    sheet, notes = read(b'sample,condition\nT1,"a\nb"\nH1,c\n', tmp_path)
    assert [row.line for row in sheet.rows] == [2, 4]
    assert [(p.row, p.column) for p in notes.problems] == [(2, "condition")]


def test_accents_typed_in_two_ways_are_one_text(tmp_path):
    sheet, _ = read("sample,condition\nT1,Kra\u0308nk\nT2,Kr\u00e4nk\n".encode(), tmp_path)
    assert len({row.cells["condition"] for row in sheet.rows}) == 1


@pytest.mark.parametrize("cell", ["####", "#N/A", "#REF!", "#DIV/0!", "#NAME?"])
def test_what_a_spreadsheet_could_not_show(cell, tmp_path):
    _, notes = read(f"sample,condition\nT1,{cell}\n".encode(), tmp_path)
    assert [(p.row, p.column, p.value) for p in notes.problems] == [(2, "condition", cell)]


def test_a_spoilt_first_cell_is_no_comment(tmp_path):
    _, notes = read(b"sample\tcondition\n####\ttumour\n", tmp_path)
    assert [(p.row, p.column, p.value) for p in notes.problems] == [(2, "sample", "####")]


@pytest.mark.parametrize(
    ("data", "message", "remedy"),
    [
        (b"PK\x03\x04rest", "damaged or cut", "save it again"),
        (b"\xd0\xcf\x11\xe0rest", "damaged, or no workbook", "save it again"),
        (b"\x1f\x8b\x08rest", "compressed data are damaged", "Copy the file again"),
        (b"%PDF-1.7 sample", "a PDF", "Excel workbook"),
        (b"sample\tcondition\nT1\ta\0b\n", "zero bytes", "tab-separated"),
        (b"", "is empty", "column sample"),
        (b"# only this\n", "is empty", "column sample"),
        (b"name\tcondition\nT1\ta\n", "no column sample", "sample is needed"),
        (b"Sampel\tcondition\nT1\ta\n", "no column sample", "Rename the column 'Sampel' to sample"),
        (b"sample condition\nT1 a\n", "no column sample", "tabs, not with spaces"),
        (b"#sample\tcondition\nT1\ta\n", "no column sample", "take the # away"),
    ],
)
def test_what_is_no_sheet_says_so(data, message, remedy, tmp_path):
    sheet, notes = read(data, tmp_path)
    assert sheet is None
    (problem,) = notes.problems
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("codec", "line_end"), [("cp1252", "\r\n"), ("mac_roman", "\r"), ("utf-16", "\r\n")]
)
def test_letters_of_windows_and_of_old_macs(codec, line_end, tmp_path):
    text = line_end.join(["sample\tcondition", "T1\tkr\u00e4nk", "T2\tgesund", ""])
    sheet, notes = read(text.encode(codec), tmp_path)
    assert not notes.problems
    assert [row.cells["condition"] for row in sheet.rows] == ["kr\u00e4nk", "gesund"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_sheet(pack, tmp_path):
    sheet, _ = read(pack(PLAIN.encode()), tmp_path)
    assert [row.cells for row in sheet.rows] == WANTED


def test_a_title_above_the_header(tmp_path):
    sheet, notes = read(b"Samples of 2024,,\n\nsample,condition\nT1,a\n", tmp_path)
    assert not notes.problems
    assert (sheet.line, [row.line for row in sheet.rows]) == (3, [4])


def test_a_compressed_sheet_that_unpacks_to_more_than_any_sheet(tmp_path):
    sheet, notes = read(gzip.compress(b"sample\n" + b"\n" * 30_000_000), tmp_path)
    assert sheet is None
    assert "larger than 20 MB" in notes.problems[0].message


def test_a_formula_that_nobody_calculated(tmp_path):
    _, notes = read(b"sample,condition\nT1,=B7\n", tmp_path)
    (problem,) = notes.problems
    assert (problem.row, problem.column, problem.value) == (2, "condition", "=B7")
    assert "formula without its value" in problem.message


def test_cells_outside_the_columns(tmp_path):
    _, notes = read(b"sample,protein_ug\nT1,1,5\n", tmp_path)
    (problem,) = notes.problems
    assert (problem.row, problem.value) == (2, "5")
    assert "quotes" in problem.remedy


def test_a_column_twice(tmp_path):
    _, notes = read(b"sample,condition,Condition\nT1,a,b\n", tmp_path)
    (problem,) = notes.problems
    assert (problem.row, problem.column, problem.message) == (1, "Condition", "is there twice")


def test_a_sheet_that_is_missing(tmp_path):
    notes = Notes("x")
    assert read_sheet(str(tmp_path / "none"), KNOWN, notes) is None
    assert "cannot be read" in notes.problems[0].message


@pytest.mark.parametrize(
    ("name", "known", "slip"),
    [
        ("Condtion", "condition", True),
        ("bio fluid", "biofluid", True),
        ("Protein (ug)", "protein_ug", True),
        ("bacth", "batch", True),
        ("conditions", "condition", True),
        ("batch2", "batch", False),
        ("age", "batch", False),
        ("catch_all", "batch", False),
        ("treatment", "condition", False),
    ],
)
def test_slips_of_the_pen(name, known, slip):
    assert same_but_for_spelling(name, known) is slip


def test_the_nearest_name():
    assert nearest("min_lenght", ["max_length", "min_length"]) == "min_length"
    assert nearest("zzz", ["min_length"]) is None
