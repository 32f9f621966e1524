"""Decode MS-Numpress, the compression of m/z and intensity arrays (Teleman 2014).

Paper 10.1074/mcp.O114.037879. The authors' library, which pynumpress wraps, ends the whole process
when data are damaged; this one says so.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numpress = Literal["", "linear", "pic", "slof"]


def decode_numpress(data: bytes, method: Numpress) -> NDArray[np.float64]:
    """Decode an array.

    Parameters
    ----------
    data
        What is left when base64 and zlib are taken off.
    method
        ``linear`` (m/z: second differences), ``pic`` (counts: whole numbers) or ``slof`` (counts:
        logarithms).

    Raises
    ------
    ValueError
        If the data are damaged.
    """
    if not data:
        return np.empty(0)
    if method == "pic":
        return _integers(data).astype(np.float64)
    if len(data) < 8:
        raise ValueError("its numpress data are too short")
    scale = float(np.frombuffer(data[:8], ">f8")[0])
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError("its numpress data have no scale")
    if method == "slof" and len(data) % 2:
        raise ValueError("its numpress data are cut off")
    with np.errstate(over="ignore"):  # of damaged data; the reader refuses what is infinite
        if method == "slof":
            return np.expm1(np.frombuffer(data[8:], "<u2") / scale)
        return _linear(data[8:]) / scale


def _linear(data: bytes) -> NDArray[np.float64]:
    """Two whole numbers of 4 bytes, then how far each next one is from the straight line."""
    if len(data) in (0, 4):
        return np.frombuffer(data, "<u4").astype(np.float64)
    if len(data) < 8:
        raise ValueError("its numpress data are cut off")
    first, second = (int(value) for value in np.frombuffer(data[:8], "<u4"))
    steps = np.concatenate([[second - first], _integers(data[8:])]).cumsum()
    return np.concatenate([[first], first + steps.cumsum()]).astype(np.float64)


def _integers(data: bytes) -> NDArray[np.int64]:
    """Signed 32-bit integers, each a head and only those half bytes that say something.

    A head up to 8 counts the leading half bytes that are 0; above 8, less 8, those that are F. The
    other half bytes follow, lowest first. One half byte 0 may fill the last byte.
    """
    pairs = np.frombuffer(data, np.uint8)
    halves = np.empty(2 * len(pairs), np.int64)
    halves[0::2], halves[1::2] = pairs >> 4, pairs & 15
    follow = np.where(halves <= 8, 8 - halves, 16 - halves)
    after = (np.arange(1, len(halves) + 1) + follow).tolist()
    heads, place, end = [], 0, len(halves)
    while place < end:
        heads.append(place)
        place = after[place]
    if place > end:
        if heads[-1] != end - 1 or halves[-1]:
            raise ValueError("its numpress data are cut off")
        heads.pop()
    start = np.array(heads, np.int64)
    count = follow[start]
    values = np.where(halves[start] > 8, -(np.int64(1) << 4 * count), 0)
    for half in range(8):
        has = count > half
        values[has] += halves[start[has] + 1 + half] << 4 * half
    return np.where(values >= 1 << 31, values - (1 << 32), values)
