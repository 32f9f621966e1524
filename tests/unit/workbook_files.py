"""Workbooks of our own making, byte by byte: nothing that writes them is installed."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | float | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Style 1 of our workbooks shows a number as a date.
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def reference(row: int, column: int) -> str:
    return f"{chr(ord('A') + column)}{row + 1}"


def cell_xml(row: int, column: int, cell: Cell) -> str:
    place = reference(row, column)
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith("<"):
        return cell.replace("<c", f'<c r="{place}"', 1)  # XML of a special cell
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def write_xlsx(
    path: Path,
    sheets: Sheets,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write a workbook of Excel; `more` adds parts to it or replaces them."""
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    parts = {"xl/styles.xml": STYLES}
    entries, links = "", ""
    for number, (name, rows) in enumerate(sheets.items(), 1):
        body = "".join(
            f'<row r="{at + 1}">{"".join(cell_xml(at, i, c) for i, c in enumerate(row))}</row>'
            for at, row in enumerate(rows)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>'
            + (f"<mergeCells>{ranges}</mergeCells>" if ranges and number == 1 else "")
            + "</worksheet>"
        )
        state = ' state="hidden"' if name in hidden else ""
        entries += f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>'
        links += (
            f'<Relationship Id="rId{number}" Type="{LINKS}/worksheet"'
            f' Target="worksheets/sheet{number}.xml"/>'
        )
    parts["xl/workbook.xml"] = (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{entries}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}">{links}'
        f'<Relationship Id="rIdS" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = f"{HEAD}<Types/>"
    parts["_rels/.rels"] = (
        f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1"'
        f' Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (parts | dict(more or {})).items():
            archive.writestr(name, text)
    return path


def write_ods(path: Path, sheets: Sheets, attributes: str = "") -> Path:
    """Write a workbook of LibreOffice; `attributes` go into the first cell of each sheet."""
    names = {
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "table", "text")
    }
    tables = ""
    for name, rows in sheets.items():
        body = ""
        for at, row in enumerate(rows):
            cells = ""
            for column, cell in enumerate(row):
                extra = attributes if at == column == 0 else ""
                kind = (
                    f'office:value-type="float" office:value="{cell!r}"'
                    if isinstance(cell, float)
                    else 'office:value-type="string"'
                )
                text = "" if cell is None else f"<text:p>{escape(str(cell))}</text:p>"
                cells += f"<table:table-cell {extra} {kind}>{text}</table:table-cell>"
            body += f"<table:table-row>{cells}</table:table-row>"
        # LibreOffice fills the sheet up to its end.
        body += (
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
            ' table:number-columns-repeated="1024"/></table:table-row>'
        )
        tables += f'<table:table table:name="{escape(name)}">{body}</table:table>'
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in names.items())
    content = (
        f"{HEAD}<office:document-content {spaces}><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        manifest = f'<manifest:manifest xmlns:manifest="{space}"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def record(code: int, data: bytes) -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def write_xls(path: Path, rows: Sequence[Sequence[Cell | bytes]], name: str = "Sheet1") -> Path:
    """Write a workbook of Excel 97 ([MS-XLS]) of one sheet; bytes are the code of an error."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0x06)
    sheet = record(0x0809, begin)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 0) + cell.encode("latin-1")
                sheet += record(0x0204, place + text)
            elif isinstance(cell, bytes):
                sheet += record(0x0205, place + cell + b"\x01")
            elif cell is not None:
                sheet += record(0x0203, place + struct.pack("<d", cell))
    sheet += record(0x000A, b"")
    globals_begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0x06)
    title = struct.pack("<BB", len(name), 0) + name.encode("latin-1")
    start = 4 + len(globals_begin) + 4 + 6 + len(title) + 4
    book = record(0x0809, globals_begin)
    book += record(0x0085, struct.pack("<IBB", start, 0, 0) + title) + record(0x000A, b"")
    path.write_bytes(in_ole(book + sheet))
    return path


def in_ole(stream: bytes) -> bytes:
    """Put a stream called Workbook into a compound file ([MS-CFB])."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    fat = [fat_mark, end, *range(3, sectors + 2), end]
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text) if name else 0, kind, 1)
            + struct.pack("<III", free, free, child)
            + b"\0" * 36
            + struct.pack("<IQ", first, size)
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream))
    folder += entry("", 0, free, 0, 0) * 2
    return header + struct.pack("<128I", *fat) + folder + stream
