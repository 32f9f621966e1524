"""Tolerant reading of a sheet: text in any form that people have it in, or a workbook.

Encodings, line ends, separators and cells are those of `evcargo.files`, as for every other table.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.files.text import clean_cell, find_encoding, open_text, read_head_bytes
from evcargo.files.text_tables import declared_delimiter, split_rows
from evcargo.files.workbooks import Rows, is_workbook, read_workbook, split_sheet
from evcargo.study.notes import Notes, listed, nearest, quoted, shown

LARGEST = 20_000_000
TITLES = 20
"""Rows among which the header is looked for."""
# Bytes that the files start with which people save by mistake in place of text.
NOT_TEXT = ((b"%PDF", "a PDF"), (b"{\\rtf", "a rich text file"))
SAVE_AS = (
    "Save the sheet as an Excel workbook (.xlsx), as tab-separated text or as CSV, and name that"
    " file in the config"
)
DELIMITERS = ("\t", ",", ";", "|")
MISSING = {"na", "n/a", "nan", "<na>"}
SPREADSHEET_ERROR = re.compile(r"#{3,}|#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", re.IGNORECASE)
Record = tuple[int, list[str]]


@dataclass(frozen=True)
class Row:
    """One row: its line in the file (the first line is 1) and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet as text.

    Parameters
    ----------
    file
        Its path, as the user wrote it.
    line
        Line of the header.
    columns
        Names of the columns; known ones in their own spelling, whatever the case in the file.
    rows
        Rows that hold anything. Cells are stripped; NA, N/A and NaN are empty.
    decimal_comma
        Whether numbers may have a decimal comma (semicolon-separated files).
    """

    file: str
    line: int
    columns: list[str]
    rows: list[Row]
    decimal_comma: bool


@dataclass(frozen=True)
class _Content:
    """Rows of a file that hold anything and are no comment, its comments, and its separator."""

    records: list[Record]
    comments: list[str]
    delimiter: str = "\t"


def read_sheet(
    path: str,
    known: Sequence[str],
    notes: Notes,
    repeats: bool = False,
    required: Sequence[str] = (),
) -> Sheet | None:
    """Read a sheet, as tolerantly as it can be done without guessing.

    Parameters
    ----------
    path
        Text separated by tabs, commas, semicolons or bars, in any encoding, perhaps compressed; or
        a workbook, of which ``file.xlsx#worksheet`` names a worksheet.
    known
        Columns that the kind of sheet has.
    notes
        Takes the problems; its file becomes that of the worksheet that was found.
    repeats
        Whether columns may come again under one name; then the first of them is read.
    required
        Columns that the kind of sheet must have, by which its worksheet is found in a workbook; the
        first of `known` by default.

    Returns
    -------
    Sheet or None
        None if the file cannot be read as a sheet at all.
    """
    try:
        content = _content(path, known, required or known[:1], notes)
    except EvcargoError as error:
        notes.add_error(error, split_sheet(path)[0])
        return None
    except csv.Error as error:
        notes.add(f"is not a table ({error})", SAVE_AS)
        return None
    if content is None:
        return None
    if not content.records:
        notes.add("is empty", f"It needs a header with at least the column {known[0]}")
        return None
    at = _header_place(content.records, required or known[:1])
    (line, header), *body = content.records[at:]
    columns = _columns(header, known, line, None if repeats else notes)
    names = [name for name in columns.values() if name]
    if known[0] not in names:
        _explain_header(names, known, line, content.comments, notes)
        return None
    rows = [_row(at, cells, columns, notes) for at, cells in body]
    return Sheet(notes.file, line, names, rows, content.delimiter == ";")


def _content(
    path: str, known: Sequence[str], required: Sequence[str], notes: Notes
) -> _Content | None:
    """Read the rows of a file; None and a problem if it can have none.

    Raises
    ------
    EvcargoError
        As `read_workbook` and `open_text` do.
    """
    file, worksheet = split_sheet(path)
    try:
        head = _first_bytes(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        notes.add(f"cannot be read ({reason})", "Check the path and its permissions")
        return None
    for start, what in NOT_TEXT:
        if head.startswith(start):
            notes.add(f"is {what}, not a table", SAVE_AS)
            return None
    if is_workbook(head):
        return _worksheet(read_workbook(file), worksheet, known, required, notes)
    lines = _lines(file, notes)
    return None if lines is None else _content_of_lines(lines, known)


def _first_bytes(path: str) -> bytes:
    with Path(path).open("rb") as stream:
        return stream.read(8)


def _lines(path: str, notes: Notes) -> list[str] | None:
    """Lines of a text; None and a problem if it is none."""
    data = read_head_bytes(path, LARGEST + 1)
    if len(data) > LARGEST:
        notes.add("is larger than 20 MB, which no sheet is", "Check the path in the config")
        return None
    with open_text(path, find_encoding(data)) as stream:
        text = stream.read()
    if "\0" in text:
        notes.add("holds zero bytes, so it is not a text table", SAVE_AS)
        return None
    return text.removeprefix("\ufeff").split("\n")


def _content_of_lines(lines: list[str], known: Sequence[str]) -> _Content:
    # A comment may hold quotes that mean nothing: it leaves before the table is taken apart.
    comments = [line for line in lines if line.lstrip('" ').startswith("#")]
    bare = ["" if _is_comment(line) else line for line in lines]
    delimiter, above = declared_delimiter(bare)
    delimiter = delimiter or _delimiter(bare, known)
    split = split_rows((f"{line}\n" for line in bare[above:]), delimiter, line_breaks=True)
    return _Content(_filled((above + at, cells) for at, cells in split), comments, delimiter)


def _filled(rows: Iterable[Record]) -> list[Record]:
    """Rows that hold anything, accents as one letter each."""
    return [(at, [_composed(cell) for cell in cells]) for at, cells in rows if any(cells)]


def _composed(cell: str) -> str:
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def _worksheet(
    sheets: dict[str, Rows],
    wanted: str,
    known: Sequence[str],
    required: Sequence[str],
    notes: Notes,
) -> _Content | None:
    """Take the worksheet that is named, or the only one that has the required columns."""
    contents = {name: _content_of_rows(rows) for name, rows in sheets.items()}
    if wanted:
        name = next((name for name in sheets if name.casefold() == wanted.casefold()), None)
        if name is None:
            remedy = f"Write the name of one of its worksheets behind #: {listed(sheets)}"
            notes.add(f"has no worksheet {shown(wanted)}", remedy)
            return None
        return contents[name]
    filled = {name: content for name, content in contents.items() if content.records}
    headers = {
        name: _folded(content.records[_header_place(content.records, required)][1])
        for name, content in filled.items()
    }
    best = _best_fitting(headers, known, required)
    if len(best) > 1:
        notes.add(
            f"has {len(best)} worksheets with the columns {listed(required)}: {listed(best)}",
            f"Name the one that is meant behind #, e.g. {notes.file}#{best[0]}",
        )
        return None
    if best:
        if len(filled) > 1:
            notes.file = f"{notes.file}#{best[0]}"
        return filled[best[0]]
    if len(filled) > 1:
        remedy = f"Name the columns in the first row. Its worksheets are {listed(filled)}"
        notes.add(f"has no worksheet with the columns {listed(required)}", remedy)
        return None
    return next(iter(filled.values()), _Content([], []))


def _best_fitting(
    headers: dict[str, set[str]], known: Sequence[str], required: Sequence[str]
) -> list[str]:
    """Worksheets that have the required columns, and of these the ones with most known columns."""
    count = {
        name: len(header & set(known))
        for name, header in headers.items()
        if set(required) <= header
    }
    return [name for name in count if count[name] == max(count.values())]


def _header_place(records: Sequence[Record], required: Sequence[str]) -> int:
    """Place of the header: the first row, or a later one below a title."""
    places = (
        at for at, (_, cells) in enumerate(records[:TITLES]) if set(required) <= _folded(cells)
    )
    return next(places, 0)


def _folded(cells: Sequence[str]) -> set[str]:
    return {cell.casefold() for cell in cells}


def _content_of_rows(rows: Rows) -> _Content:
    comments = [cell for row in rows for cell in row[:1] if cell.startswith("#")]
    numbered = enumerate(rows, 1)
    return _Content(
        _filled((at, row) for at, row in numbered if not _is_comment("\t".join(row))), comments
    )


def _is_comment(line: str) -> bool:
    """Whether a line is a comment; Excel may have put it in quotes and filled it with separators.

    A cell that holds nothing but ``####`` beside other cells is a spoilt number, not a comment.
    """
    bare = line.lstrip('" \ufeff')
    if not bare.startswith("#"):
        return False
    first, *others = re.split(r"[\t,;]", bare)
    return not (SPREADSHEET_ERROR.fullmatch(first.strip('" ')) and any(o.strip() for o in others))


def _delimiter(lines: Sequence[str], known: Sequence[str]) -> str:
    """Find the separator that finds most known columns in the header; then the one used most."""
    header = next((line for line in lines if line.strip(' \t,;"')), "")

    def fit(delimiter: str) -> tuple[int, int]:
        cells = {clean_cell(cell.strip(' "')).casefold() for cell in header.split(delimiter)}
        return len(cells & set(known)), header.count(delimiter)

    return max(DELIMITERS, key=fit)


def _columns(
    header: list[str], known: Sequence[str], line: int, notes: Notes | None
) -> dict[int, str]:
    """Position and name of each column that has a header; no name for one that is left out."""
    columns: dict[int, str] = {}
    seen: dict[str, str] = {}
    for position, name in enumerate(header):
        if not name:
            continue
        folded = name.casefold()
        if folded in seen:
            columns[position] = ""
            if notes:
                notes.add("is there twice", "Keep one of the two columns", line, quoted(name))
            continue
        seen[folded] = name
        columns[position] = folded if folded in known else name
    return columns


def _explain_header(
    columns: list[str], known: Sequence[str], line: int, comments: list[str], notes: Notes
) -> None:
    need = known[0]
    commented = [
        text for text in comments if need in re.split(r"[\t,;]", text.strip('"# ').lower())
    ]
    if commented:
        remedy = "A line that starts with # is a comment: take the # away from the header"
    elif len(columns) == 1 and len(set(columns[0].lower().split()) & set(known)) > 1:
        remedy = "Separate the columns with tabs, not with spaces"
    elif found := nearest(need, columns):
        remedy = f"Rename the column {shown(found)} to {need}"
    else:
        remedy = f"Write the column names in the first row; {need} is needed"
    notes.add(f"has no column {need} (columns: {listed(columns) or 'none'})", remedy, line)


def _row(line: int, cells: list[str], columns: dict[int, str], notes: Notes) -> Row:
    found: dict[str, str] = dict.fromkeys(filter(None, columns.values()), "")
    for position, cell in enumerate(cells):
        name = columns.get(position)
        if not cell or name == "":
            continue
        if name is None:
            notes.add(
                f"stands in column {position + 1}, which has no name",
                "Name the column or empty the cell; put a cell that holds the separator in quotes",
                line,
                value=cell,
            )
        elif SPREADSHEET_ERROR.fullmatch(cell):
            message = "is what a spreadsheet writes when it cannot show a value"
            remedy = "Widen the column or mend the formula, and save again"
            notes.add(message, remedy, line, quoted(name), cell)
        elif cell.startswith("="):
            message = "is a formula without its value"
            remedy = "Open the sheet in Excel or LibreOffice and save it again, or write the value"
            notes.add(message, remedy, line, quoted(name), cell)
        elif not cell.isprintable():
            message = "holds a line break or invisible characters"
            notes.add(message, "Type it again", line, quoted(name), cell)
        elif cell.casefold() not in MISSING or name == "path":
            found[name] = cell
    return Row(line, found)
