"""What reading a damaged file of sequences can raise."""

import lzma
import zlib
from collections.abc import Iterator
from importlib import import_module

import dnaio

# The libraries that xopen uses where it finds them; each has an error of its own.
_LIBRARIES = (
    ("isal.igzip_lib", "IsalError"),
    ("zlib_ng.zlib_ng", "error"),
    ("zstandard", "ZstdError"),
    ("backports.zstd", "ZstdError"),
)


def _errors() -> Iterator[type[Exception]]:
    yield from (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, dnaio.FileFormatError)
    for library, name in _LIBRARIES:
        try:
            yield getattr(import_module(library), name)
        except ImportError:
            continue


READ_ERRORS: tuple[type[Exception], ...] = tuple(_errors())
