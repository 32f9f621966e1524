"""Decode the binary arrays of mzML: base64, then zlib, then numbers or MS-Numpress."""

import binascii
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evcargo.proteins.numpress import Numpress, decode_numpress

DTYPES = {
    "MS:1000519": "<i4",
    "MS:1000521": "<f4",
    "MS:1000522": "<i8",
    "MS:1000523": "<f8",
}
# Accession -> MS-Numpress method, and whether zlib lies on top.
PACKINGS: dict[str, tuple[Numpress, bool]] = {
    "MS:1000574": ("", True),
    "MS:1000576": ("", False),
    "MS:1002312": ("linear", False),
    "MS:1002313": ("pic", False),
    "MS:1002314": ("slof", False),
    "MS:1002746": ("linear", True),
    "MS:1002747": ("pic", True),
    "MS:1002748": ("slof", True),
}
#: More values than any instrument writes into one spectrum.
MOST_VALUES = 20_000_000


@dataclass(slots=True)
class BinaryArray:
    """How an array is written.

    Parameters
    ----------
    length
        Values that it should have.
    dtype
        Type of the numbers; empty where the file does not say it.
    kind
        Accession of what it holds, m/z or intensity; empty for any other.
    numpress
        Method of MS-Numpress.
    zlib
        Whether it is packed with zlib.
    """

    length: int
    dtype: str = ""
    kind: str = ""
    numpress: Numpress = ""
    zlib: bool = False

    @property
    def longest_text(self) -> int:
        """Characters of base64 beyond which an array of this length is no honest one."""
        return 10_000 + 24 * self.length


def decode_array(array: BinaryArray, text: str) -> NDArray[np.float64]:
    """Decode one array.

    Parameters
    ----------
    array
        How it is written.
    text
        Its base64 text.

    Returns
    -------
    numpy.ndarray
        As many values as `array.length` says.

    Raises
    ------
    ValueError
        With what is wrong, if the text cannot be decoded to just that many numbers.
    """
    try:
        data = binascii.a2b_base64(text)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not data and not array.length:
        return np.empty(0)
    if array.zlib:
        data = _inflated(data, array.length)
    if array.numpress:
        values = decode_numpress(data, array.numpress)
    elif array.dtype:
        if len(data) % np.dtype(array.dtype).itemsize:
            raise ValueError(f"{len(data)} bytes are no whole number of values")
        values = np.frombuffer(data, array.dtype).astype(np.float64)
    else:
        raise ValueError("the type of its numbers is not said")
    if len(values) != array.length:
        raise ValueError(f"it holds {len(values)} values of {array.length}")
    return values


def _inflated(data: bytes, length: int) -> bytes:
    """Unpack, to no more than an array of that length can need: a small text may be a bomb."""
    most = 16 + 8 * length
    unpack = zlib.decompressobj()
    try:
        plain = unpack.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(plain) > most:
        raise ValueError(f"it holds more than the {length} values that it should have")
    if not unpack.eof:
        raise ValueError("its zlib data were cut off")
    return plain
