"""Text of files that any program on any computer has written.

UTF-8 with and without byte-order mark, UTF-16 (Excel's "Unicode text"), Windows-1252 and Mac Roman;
any line ends; plain or compressed (gzip, bzip2, xz, zstd).
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import xopen

from evcargo.errors import EvcargoError

HEAD_BYTES = 262_144
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
# Share of zero bytes at every second place from which text without a mark is UTF-16.
ZERO_SHARE = 0.4
# Letters of western names and units in Mac Roman (ä ö ü ß é µ) which Windows-1252 reads as signs.
MAC_LETTERS = frozenset(b"\x8a\x9a\x9f\xa7\x8e\xb5\x80\x85\x86")


@dataclass(frozen=True)
class Encoding:
    """How a file holds its text.

    Parameters
    ----------
    codec
        Python's name of it.
    label
        Its name for people.
    """

    codec: str
    label: str


def _windows_bytes(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are no UTF-8 as Windows-1252: a late letter must not stop a long table."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("evcargo.windows", _windows_bytes)


def find_encoding(head: bytes) -> Encoding:
    """Find the encoding of a text by its first bytes.

    Parameters
    ----------
    head
        First bytes of the file, decompressed.

    Returns
    -------
    Encoding
        By its byte-order mark; UTF-16 by its zero bytes; UTF-8 if it is that; else Mac Roman where
        the lines end as on old Macs, or Windows-1252.
    """
    for mark, codec, label in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Encoding(codec, label)
    for codec, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(zeros) > 3 and zeros.count(0) >= ZERO_SHARE * len(zeros):
            return Encoding(codec, "UTF-16")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        letters = {byte for byte in head if byte > 0x7F}
        if b"\r" in head and b"\n" not in head and letters <= MAC_LETTERS:
            return Encoding("mac_roman", "Mac Roman")
        return Encoding("cp1252", "Windows-1252")
    return Encoding("utf-8", "UTF-8")


@contextmanager
def open_bytes(path: str | Path) -> Iterator:
    """Open a file as bytes, decompressed by its magic bytes.

    Raises
    ------
    EvcargoError
        If it cannot be opened, or its compressed data are damaged or cut.
    """
    try:
        with xopen.xopen(path, "rb", threads=0) as stream:
            yield stream
    except (EOFError, OSError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        reason = getattr(error, "strerror", None)
        if reason:
            raise EvcargoError(f"{path}: cannot be read ({reason}). Check the path") from error
        raise EvcargoError(
            f"{path}: its compressed data are damaged or cut. Copy the file again"
        ) from error


def read_head_bytes(path: str | Path, size: int = HEAD_BYTES) -> bytes:
    """First bytes of a file, decompressed (see `open_bytes`)."""
    with open_bytes(path) as stream:
        return stream.read(size)


@contextmanager
def open_text(path: str | Path, encoding: Encoding | None = None) -> Iterator[TextIO]:
    r"""Open a file as text with ``\n`` line ends and without byte-order mark.

    Parameters
    ----------
    path
        The file.
    encoding
        Of `find_encoding`; found from the first bytes if it is not given.

    Raises
    ------
    EvcargoError
        As for `open_bytes`.
    """
    encoding = encoding or find_encoding(read_head_bytes(path))
    errors = "evcargo.windows" if encoding.codec.startswith("utf-8") else "replace"
    with open_bytes(path) as stream:
        yield io.TextIOWrapper(stream, encoding.codec, errors=errors, newline=None)


INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\u3000]")


def clean_cell(cell: str) -> str:
    """Give a cell without surrounding blanks, invisible characters and unusual spaces."""
    if cell.isascii():
        return cell.strip()
    return _SPACES.sub(" ", cell).strip().strip(INVISIBLE).strip()
