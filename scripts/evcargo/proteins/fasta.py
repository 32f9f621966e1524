"""Entries of a FASTA file, streamed: memory is that of one entry."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from evcargo.errors import EvcargoError

#: Longer than any line of a protein FASTA: titin, on one line, has 36,000 residues.
LONGEST_LINE = 1_000_000


def read_entries(path: str | Path) -> Iterator[tuple[str, str]]:
    """Give header (without ``>``) and sequence (upper case, without blanks) of each entry.

    Parameters
    ----------
    path
        FASTA, plain or gzipped (told by content), UTF-8 or UTF-16, with any line ends.

    Raises
    ------
    EvcargoError
        If the file cannot be read, is damaged, or is no FASTA.
    """
    header: str | None = None
    parts: list[str] = []
    for line in _lines(path):
        if line.startswith(">"):
            if header is not None:
                yield header, "".join(parts).upper()
            header, parts = line[1:].strip(), []
        elif header is not None:
            parts.append("".join(line.split()))
        elif line.strip():
            html = line.lstrip().startswith("<")
            raise _no_fasta(path, "an HTML page" if html else "no FASTA (it must start with '>')")
    if header is None:
        raise _no_fasta(path, "no FASTA (it must start with '>')")
    yield header, "".join(parts).upper()


def _no_fasta(path: str | Path, what: str) -> EvcargoError:
    return EvcargoError(f"{path}: is {what}. Download the protein FASTA again")


def _lines(path: str | Path) -> Iterator[str]:
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        raise EvcargoError(f"{path}: is not a regular file. Copy it to a file")
    try:
        with Path(path).open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            packed = start == b"\x1f\x8b"
            data = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw
            wide = data.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
            encoding = "utf-16" if wide else "utf-8-sig"
            text = io.TextIOWrapper(data, encoding=encoding, errors="replace")
            while line := text.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise EvcargoError(
                        f"{path}: has a line of more than {LONGEST_LINE:,} characters, which no"
                        " protein has. Download the protein FASTA again"
                    )
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvcargoError(f"{path}: the gzip file is damaged ({error}). Copy it again") from error
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
