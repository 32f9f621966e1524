"""Read the cells of a workbook; called as a process of its own by `evcargo.files.workbooks`.

``python worksheet_cells.py FILE KIND`` writes the visible worksheets as JSON. The reader is not
written for hostile files: one cell at the end of the last row makes it ask for all memory and
abort. So it works in a process with a limit of memory and time, and this file imports nothing of
the package.
"""

import datetime
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY_BYTES = 2_000_000_000
SECONDS = 60
MOST_CELLS = 5_000_000
TOO_LARGE = 3
"""Exit code of a workbook with more cells than `MOST_CELLS`."""
ERRORS_OF_XLS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(r'\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(r"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(r"<(?:\w+:)?(?:v|t)\b[^>]*>(.*?)</(?:\w+:)?(?:v|t)>", re.DOTALL)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)/?>")
_TARGET = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)/?>")
_BOOLERR = re.compile(rb"\x05\x02\x08\x00(..)(..)..(.)\x01", re.DOTALL)
_FORMULA_ERROR = re.compile(rb"\x06\x00..(..)(..)..\x02.(.)...\xff\xff", re.DOTALL)
_SPANNED_ROWS = re.compile(r'table:number-rows-spanned="(?!1")\d+"')


def main(path: str, kind: str) -> int:
    """Write the visible worksheets of a workbook as JSON: name -> rows of texts."""
    _limit()
    import python_calamine

    sheets: dict[str, list[list[str]]] = {}
    cells = 0
    with python_calamine.load_workbook(path) as workbook:
        lost = _lost_cells(path, kind)
        for sheet in workbook.sheets_metadata:
            if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            worksheet = workbook.get_sheet_by_name(sheet.name)
            cells += worksheet.total_height * worksheet.total_width
            if cells > MOST_CELLS:
                return TOO_LARGE
            rows = [[_text(cell) for cell in row] for row in worksheet.to_python(False)]
            _fill_merged(rows, worksheet.merged_cell_ranges or [])
            for row, column, text in lost.get(sheet.name, []) + lost.get("", []):
                if row < len(rows) and column < len(rows[row]) and not rows[row][column]:
                    rows[row][column] = text
            sheets[sheet.name] = rows
    spans = kind == "ods" and _SPANNED_ROWS.search(_part(path, "content.xml")) is not None
    json.dump({"sheets": sheets, "rows_spanned": spans}, sys.stdout)
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, limit in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, SECONDS)):
        try:
            resource.setrlimit(what, (limit, limit))
        except (OSError, ValueError):  # macOS takes no limit of the address space
            continue


def _text(cell: Any) -> str:
    """Text of a cell as the spreadsheet shows it: 1 for 1.0, 15 digits at most, dates as ISO."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return str(cell)


def _fill_merged(rows: list[list[str]], ranges: list[Any]) -> None:
    """Give every row of a vertically merged cell its value: that is what a reader sees."""
    for (top, column), (bottom, _) in ranges:
        if top >= len(rows) or column >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            row[column] = row[column] or rows[top][column]


def _lost_cells(path: str, kind: str) -> dict[str, list[tuple[int, int, str]]]:
    """Cells that the reader gives as empty: errors, and formulas that nobody has calculated.

    Returns
    -------
    dict
        Name of the worksheet (empty: any) -> row and column from 0, and what the cell shows.
    """
    if kind == "xls":
        return {"": list(_errors_of_xls(Path(path).read_bytes()))}
    if kind != "xlsx":
        return {}
    return {name: list(_lost_of_xlsx(text)) for name, text in _worksheet_parts(path)}


def _worksheet_parts(path: str) -> Iterator[tuple[str, str]]:
    """Name and XML of each worksheet."""
    from html import unescape

    targets = {
        _attribute(tag, "Id"): _attribute(tag, "Target")
        for tag in _TARGET.findall(_part(path, "xl/_rels/workbook.xml.rels"))
    }
    for tag in _SHEET.findall(_part(path, "xl/workbook.xml")):
        target = targets.get(_attribute(tag, r"\w+:id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if text := _part(path, part):
            yield unescape(_attribute(tag, "name")), text


def _part(path: str, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name).decode("utf-8", errors="replace")
    except (KeyError, zipfile.BadZipFile):
        return ""


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'(?:^|\s){name}="([^"]*)"', tag)
    return match[1] if match else ""


def _lost_of_xlsx(text: str) -> Iterator[tuple[int, int, str]]:
    for tag, content in _CELL.findall(text):
        reference = _REFERENCE.search(tag)
        if not reference or not content:
            continue
        value = _VALUE.search(content)
        formula = _FORMULA.search(content)
        if 't="e"' in tag:
            yield *_place(reference), value[1] if value else "#VALUE!"
        elif formula and not (value and value[1]) and 't="str"' not in tag:
            yield *_place(reference), f"={formula[1] or ''}"


def _place(reference: re.Match[str]) -> tuple[int, int]:
    """Row and column from 0 of a reference such as B7."""
    column = 0
    for letter in reference[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(reference[2]) - 1, column - 1


def _errors_of_xls(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Errors in the records BOOLERR and FORMULA ([MS-XLS] 2.4.24, 2.4.127)."""
    for pattern in (_BOOLERR, _FORMULA_ERROR):
        for row, column, code in pattern.findall(data):
            if code[0] in ERRORS_OF_XLS:
                at = int.from_bytes(row, "little"), int.from_bytes(column, "little")
                yield *at, ERRORS_OF_XLS[code[0]]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
