"""Workbooks of Excel and LibreOffice as rows of texts.

Values as they were last saved; links to other files are not followed, formulas not calculated.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.files import worksheet_cells
from evcargo.files.text import clean_cell

LARGEST = 50_000_000
LARGEST_UNPACKED = 1_000_000_000
ENDINGS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods"}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE_AS = "Open it and save it again as an Excel workbook (.xlsx) or as tab-separated text"
Rows = list[list[str]]


def split_sheet(path: str) -> tuple[str, str]:
    """File and worksheet of ``file.xlsx#worksheet``; no worksheet where none is named.

    A file whose own name holds a ``#`` is a file.
    """
    file, mark, sheet = path.rpartition("#")
    if mark and Path(file).suffix.casefold() in ENDINGS and not Path(path).exists():
        return file, sheet.strip()
    return path, ""


def is_workbook(head: bytes) -> bool:
    """Whether a file of these first bytes may be a workbook (or another zip or OLE file)."""
    return head.startswith((ZIP, OLE))


def read_workbook(path: str | Path) -> dict[str, Rows]:
    """Read the visible worksheets of a workbook.

    Parameters
    ----------
    path
        .xlsx, .xlsm, .xls or .ods.

    Returns
    -------
    dict
        Name of a worksheet -> its rows from the first on, so that row 7 is the seventh. Whole
        numbers have no decimals; dates are ``2024-03-01``; a cell merged over several rows is in
        all of them; errors are as Excel writes them (``#N/A``), and a formula that no spreadsheet
        has calculated yet begins with ``=``.

    Raises
    ------
    EvcargoError
        If it is no workbook, protected by a password, damaged or far too large.
    """
    status = Path(path).stat()
    return _read(str(path), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: str, size: int, changed: int) -> dict[str, Rows]:
    kind = _kind(path, size)
    command = [sys.executable, str(worksheet_cells.__file__), path, kind]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=2 * worksheet_cells.SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode == worksheet_cells.TOO_LARGE or done.returncode < 0:
        raise EvcargoError(
            f"{path}: needs more memory or time than a workbook of sheets may, as if a cell far to"
            f" the right or far below were filled. Copy the table into a new workbook"
        )
    if done.returncode:
        raise EvcargoError(f"{path}: {_why_failed(done.stderr)}. {SAVE_AS}")
    answer = json.loads(done.stdout)
    if answer["rows_spanned"]:
        raise EvcargoError(
            f"{path}: has cells that are merged over several rows. Split them, and write the value"
            " into each row"
        )
    return {
        name: [[clean_cell(cell) for cell in row] for row in rows]
        for name, rows in answer["sheets"].items()
    }


def _kind(path: str, size: int) -> str:
    """Tell ``xlsx``, ``xls`` or ``ods`` by content.

    Raises
    ------
    EvcargoError
        If it is none of them, or unpacks to more than any sheet.
    """
    if size > LARGEST:
        raise EvcargoError(f"{path}: is larger than 50 MB, which no sheet is. Check the path")
    with Path(path).open("rb") as stream:
        head = stream.read(8)
    if head.startswith(OLE):
        if ENCRYPTED in Path(path).read_bytes():
            raise EvcargoError(f"{path}: is protected by a password. Save it without one")
        return "xls"
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise EvcargoError(f"{path}: is damaged or cut. Copy or save it again") from error
    if unpacked > LARGEST_UNPACKED:
        raise EvcargoError(
            f"{path}: unpacks to {unpacked / 1e6:,.0f} MB, which no sheet does. Check where it is"
            " from; copy the table into a new workbook"
        )
    return _kind_of_zip(path, names)


def _kind_of_zip(path: str, names: Sequence[str] | set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if "xl/workbook.bin" in names:
        raise EvcargoError(f"{path}: is a binary workbook (.xlsb), which is not read. {SAVE_AS}")
    if any(name.startswith("Index/") for name in names):
        raise EvcargoError(
            f"{path}: is a file of Apple Numbers. Export it as Excel (.xlsx) or as CSV"
        )
    raise EvcargoError(f"{path}: is a zip file, no workbook. Unpack it and give the table in it")


def _why_failed(stderr: bytes) -> str:
    if b"No module named 'python_calamine'" in stderr:
        return (
            "cannot be read, as the package python-calamine is not installed here (make setup, or"
            " pip install python-calamine)"
        )
    if b"PasswordError" in stderr:
        return "is protected by a password"
    return "is damaged, or no workbook of Excel or LibreOffice"
