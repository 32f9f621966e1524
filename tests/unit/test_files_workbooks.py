"""Workbooks as sheets: values as they are shown, nothing lost in silence, hostile ones refused."""

import time
import zipfile
from pathlib import Path

import pytest
from workbook_files import write_ods, write_xls, write_xlsx

from evcargo.errors import EvcargoError
from evcargo.files import workbooks
from evcargo.files.workbooks import read_workbook, split_sheet
from evcargo.study.notes import Notes
from evcargo.study.sheets import Sheet, read_sheet

KNOWN = ["sample", "condition", "subject", "protein_ug"]
ROWS = [
    ["sample", "condition", "subject", "protein_ug"],
    ["T1", "tumour", 1.0, 12.5],
    ["H1", "healthy", 2.0, None],
]
WANTED = [
    {"sample": "T1", "condition": "tumour", "subject": "1", "protein_ug": "12.5"},
    {"sample": "H1", "condition": "healthy", "subject": "2", "protein_ug": ""},
]


def read(path: object) -> tuple[Sheet | None, Notes]:
    notes = Notes(str(path))
    return read_sheet(str(path), KNOWN, notes, required=("sample",)), notes


@pytest.mark.parametrize(("ending", "write"), [("xlsx", write_xlsx), ("ods", write_ods)])
def test_a_workbook_reads_as_text_does(ending, write, tmp_path):
    sheet, notes = read(write(tmp_path / f"s.{ending}", {"Sheet1": ROWS}))
    assert not notes.problems
    assert [row.cells for row in sheet.rows] == WANTED
    assert [row.line for row in sheet.rows] == [2, 3]
    assert not sheet.decimal_comma


def test_a_workbook_of_old_excel(tmp_path):
    sheet, notes = read(write_xls(tmp_path / "s.xls", ROWS))
    assert not notes.problems
    assert [row.cells for row in sheet.rows] == WANTED


def test_values_are_those_that_are_shown(tmp_path):
    cells = ['<c s="1"><v>45352</v></c>', 0.1 + 0.2, 2.1e10, "T1", '<c t="b"><v>1</v></c>', 1e300]
    path = write_xlsx(tmp_path / "s.xlsx", {"A": [cells]})
    assert read_workbook(path)["A"] == [
        ["2024-03-01", "0.3", "21000000000", "T1", "TRUE", "1e+300"]
    ]


def test_rows_keep_the_numbers_that_excel_gives_them(tmp_path):
    rows = [[], ["My samples"], [], *ROWS[:2], [], *ROWS[2:]]
    sheet, notes = read(write_xlsx(tmp_path / "s.xlsx", {"A": rows}))
    assert not notes.problems
    assert (sheet.line, [row.line for row in sheet.rows]) == (4, [5, 7])


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ("<c><f>B7+1</f></c>", "=B7+1"),
        ("<c><f>B7+1</f><v></v></c>", "=B7+1"),
    ],
)
def test_errors_and_formulas_without_a_value_are_told(cell, shown, tmp_path):
    """The reader gives them as empty cells, which would be missing values in silence."""
    rows = [ROWS[0], ["T1", "tumour", cell, 3.0]]
    _, notes = read(write_xlsx(tmp_path / "s.xlsx", {"A": rows}))
    assert [(p.row, p.column, p.value) for p in notes.problems] == [(2, "subject", shown)]


def test_an_error_in_a_workbook_of_old_excel(tmp_path):
    rows = [ROWS[0], ["T1", "tumour", b"\x07", 3.0]]
    _, notes = read(write_xls(tmp_path / "s.xls", rows))
    assert [(p.row, p.column, p.value) for p in notes.problems] == [(2, "subject", "#DIV/0!")]


def test_a_calculated_formula_is_its_value(tmp_path):
    rows = [ROWS[0], ["T1", "tumour", "<c><f>1+1</f><v>2</v></c>", 3.0]]
    sheet, notes = read(write_xlsx(tmp_path / "s.xlsx", {"A": rows}))
    assert not notes.problems
    assert sheet.rows[0].cells["subject"] == "2"


def test_a_cell_merged_over_rows_is_in_each_of_them(tmp_path):
    rows = [["sample", "condition"], ["T1", "tumour"], ["T2"], ["H1", "healthy"], ["H2"]]
    path = write_xlsx(tmp_path / "s.xlsx", {"A": rows}, merged=["B2:B3", "B4:B5"])
    sheet, notes = read(path)
    assert not notes.problems
    conditions = [row.cells["condition"] for row in sheet.rows]
    assert conditions == ["tumour", "tumour", "healthy", "healthy"]


def test_merged_rows_that_cannot_be_told_are_refused(tmp_path):
    path = write_ods(tmp_path / "s.ods", {"A": ROWS}, 'table:number-rows-spanned="3"')
    _, notes = read(path)
    assert "merged over several rows" in notes.problems[0].message


BOOK = {
    "Read me": [["This study ..."]],
    "Samples": ROWS,
    "Runs": [["sample", "assay", "path"], ["T1", "rna", "a.fq.gz"]],
}


def test_the_fitting_worksheet_is_found(tmp_path):
    path = write_xlsx(tmp_path / "study.xlsx", BOOK)
    sheet, notes = read(path)
    assert not notes.problems
    assert [row.cells for row in sheet.rows] == WANTED
    notes = Notes(str(path))
    columns = ["sample", "assay", "path", "column"]
    runs = read_sheet(str(path), columns, notes, required=columns[:3])
    assert [row.cells["path"] for row in runs.rows] == ["a.fq.gz"]


def test_a_worksheet_can_be_named(tmp_path):
    path = write_xlsx(tmp_path / "study.xlsx", {"new": ROWS, "old": [*ROWS, ["H2", "x", 3.0]]})
    _, notes = read(path)
    (problem,) = notes.problems
    assert "2 worksheets with the columns sample: new, old" in problem.message
    assert problem.remedy.endswith("study.xlsx#new")
    sheet, notes = read(f"{path}#Old")
    assert not notes.problems
    assert len(sheet.rows) == 3
    _, notes = read(f"{path}#other")
    assert "has no worksheet 'other'" in notes.problems[0].message
    assert "new, old" in notes.problems[0].remedy


def test_no_worksheet_fits(tmp_path):
    _, notes = read(write_xlsx(tmp_path / "s.xlsx", {"A": [["x"], ["1"]], "B": [["y"], ["2"]]}))
    (problem,) = notes.problems
    assert "has no worksheet with the columns sample" in problem.message
    _, notes = read(write_xlsx(tmp_path / "t.xlsx", {"A": [["Sampel", "b"], ["1", "2"]]}))
    assert "Rename the column Sampel to sample" in notes.problems[0].remedy.replace("'", "")
    _, notes = read(write_xlsx(tmp_path / "u.xlsx", {"A": []}))
    assert notes.problems[0].message == "is empty"


def test_hidden_worksheets_are_passed_over(tmp_path):
    path = write_xlsx(tmp_path / "s.xlsx", {"old": ROWS, "new": ROWS[:2]}, hidden=["old"])
    sheet, _ = read(path)
    assert len(sheet.rows) == 1


def test_a_hash_in_the_name_of_a_file(tmp_path):
    path = write_xlsx(tmp_path / "set#1.xlsx", {"A": ROWS})
    assert split_sheet(str(path)) == (str(path), "")
    assert split_sheet("a.xlsx#My runs") == ("a.xlsx", "My runs")
    assert split_sheet("a#b.tsv") == ("a#b.tsv", "")
    assert read(path)[0] is not None


def refused(path: Path) -> str:
    with pytest.raises(EvcargoError) as caught:
        read_workbook(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_cell_at_the_end_of_the_world(tmp_path):
    """Its reader would ask for 500 GB and take the whole process with it."""
    far = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
        "</row></sheetData></worksheet>"
    )
    path = write_xlsx(tmp_path / "s.xlsx", {"A": ROWS}, more={"xl/worksheets/sheet1.xml": far})
    start = time.monotonic()
    assert "more memory or time" in refused(path)
    assert time.monotonic() - start < 30


def test_a_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 20_000_000)
    path = tmp_path / "s.xlsx"
    write_xlsx(path, {"A": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * 21_000_000)
    assert path.stat().st_size < 100_000
    assert "unpacks to 21 MB" in refused(path)


def test_entities_and_links_to_other_files_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hidden words")
    document = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&s;</t></is></c></row></sheetData></worksheet>'
    )
    parts = {
        "xl/worksheets/sheet1.xml": document + sheet,
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
    }
    path = write_xlsx(tmp_path / "s.xlsx", {"A": ROWS}, more=parts)
    try:
        read_rows = read_workbook(path)
    except EvcargoError:
        return
    assert "hidden words" not in str(read_rows)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["word/document.xml"], "is a zip file, no workbook"),
        (["Index/Document.iwa"], "Apple Numbers"),
        (["xl/workbook.bin"], "xlsb"),
    ],
)
def test_other_files_that_look_like_workbooks(names, message, tmp_path):
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    assert message in refused(path)


def test_cut_spoilt_and_protected_workbooks(tmp_path):
    path = write_xlsx(tmp_path / "s.xlsx", {"A": ROWS})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut" in refused(path)
    spoilt = write_xlsx(tmp_path / "t.xlsx", {"A": ROWS}, more={"xl/workbook.xml": "<workbook"})
    assert "damaged, or no workbook" in refused(spoilt)
    locked = tmp_path / "u.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert "password" in refused(locked)
