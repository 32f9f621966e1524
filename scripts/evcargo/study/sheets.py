"""Tolerant reading of a sheet: TSV, CSV or Excel's European CSV, in the encodings Excel writes."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evcargo.study.notes import Notes, listed, nearest, quoted, shown

LARGEST = 20_000_000
# Bytes that the files start with which people save by mistake in place of text.
NOT_TEXT = (
    (b"PK\x03\x04", "an Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a rich text file"),
)
ENCODINGS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
SAVE_AS = "Save the sheet as tab-separated text or as 'CSV UTF-8', and name that file in the config"
NAMES = {"\t": "tabs", ",": "commas", ";": "semicolons"}
MISSING = {"na", "n/a", "nan", "<na>"}
SPREADSHEET_ERROR = re.compile(r"#{3,}|#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", re.IGNORECASE)
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


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


def read_sheet(
    path: str, known: Sequence[str], notes: Notes, repeats: bool = False
) -> Sheet | None:
    """Read a sheet, as tolerantly as it can be done without guessing.

    Parameters
    ----------
    path
        File to read.
    known
        Columns that the kind of sheet has.
    notes
        Takes the problems.
    repeats
        Whether columns may come again under one name; then the first of them is read.

    Returns
    -------
    Sheet or None
        None if the file cannot be read as a sheet at all.
    """
    text = _text(path, notes)
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # A comment may hold quotes that mean nothing: it leaves before the table is taken apart.
    comments = [line for line in lines if line.lstrip('" ').startswith("#")]
    kept = ["" if _is_comment(line) else line for line in lines]
    delimiter, kept = _delimiter(kept, known)
    try:
        records = list(_records(kept, delimiter))
    except csv.Error as error:
        notes.add(f"is not a table ({error})", SAVE_AS)
        return None
    if not records:
        notes.add("is empty", f"It needs a header with at least the column {known[0]}")
        return None
    (line, header), *body = records
    columns = _columns(header, known, line, None if repeats else notes)
    names = [name for name in columns.values() if name]
    if known[0] not in names:
        _explain_header(names, known, line, comments, notes)
        return None
    rows = [_row(at, cells, columns, notes) for at, cells in body]
    return Sheet(path, line, names, rows, delimiter == ";")


def _text(path: str, notes: Notes) -> str | None:
    try:
        size = Path(path).stat().st_size
        data = Path(path).read_bytes() if size <= LARGEST else b""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        notes.add(f"cannot be read ({reason})", "Check the path and its permissions")
        return None
    for start, what in NOT_TEXT:
        if data.startswith(start):
            notes.add(f"is {what}, not a text table", SAVE_AS)
            return None
    if size > LARGEST:
        notes.add("is larger than 20 MB, which no sheet is", "Check the path in the config")
        return None
    encoding = next((name for mark, name in ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        notes.add(f"is not {encoding.upper()} text (byte {data[error.start]:#04x})", SAVE_AS, row)
        return None
    if "\0" in text:
        notes.add("holds zero bytes, so it is not a text table", SAVE_AS)
        return None
    return text.removeprefix("\ufeff")


def _is_comment(line: str) -> bool:
    """Whether a line is a comment; Excel may have put it in quotes and filled it with separators.

    A cell that holds nothing but ``####`` beside other cells is a spoilt number, not a comment.
    """
    bare = line.lstrip('" \ufeff')
    if not bare.startswith("#"):
        return False
    first, *others = re.split(r"[\t,;]", bare)
    return not (SPREADSHEET_ERROR.fullmatch(first.strip('" ')) and any(o.strip() for o in others))


def _delimiter(lines: list[str], known: Sequence[str]) -> tuple[str, list[str]]:
    """Find the separator that finds most known columns in the header; then the one used most."""
    at = next((i for i, line in enumerate(lines) if line.strip(' \t,;"')), None)
    if at is None:
        return "\t", lines
    declared = re.fullmatch(r'"?sep=([,;\t|])"?[\t,;]*', lines[at].strip(), re.IGNORECASE)
    if declared:
        return declared[1], [*lines[:at], "", *lines[at + 1 :]]
    header = lines[at]

    def fit(delimiter: str) -> tuple[int, int]:
        cells = {_clean(cell.strip(' "')).casefold() for cell in header.split(delimiter)}
        return len(cells & set(known)), header.count(delimiter)

    return max(NAMES, key=fit), lines


def _records(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    records, line = [], 1
    for cells in reader:
        cleaned = [_clean(cell) for cell in cells]
        if any(cleaned):
            records.append((line, cleaned))
        line = reader.line_num + 1
    return records


def _clean(cell: str) -> str:
    text = re.sub("[\u00a0\u2007\u202f]", " ", cell).strip().strip(INVISIBLE).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


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
        elif not cell.isprintable():
            message = "holds a line break or invisible characters"
            notes.add(message, "Type it again", line, quoted(name), cell)
        elif cell.casefold() not in MISSING or name == "path":
            found[name] = cell
    return Row(line, found)
