"""Logarithms: of which base, and of amounts or of fractions."""

import math

import numpy as np
from numpy.typing import NDArray

from evcargo.proteins.tables.scales import (
    BASES,
    HIGHEST,
    LN,
    MIN_ROWS,
    Floats,
    Scale,
    log_scale,
    sample_values,
    unclear_scale,
)

TOP, MIDDLE, WIDTH = (5.0, 13.0), (3.8, 10.5), (1.7, 4.2)
"""Highest value and median (decades) and standard deviation (log2) of the amounts of a proteome,
wider than any of the tables shows (6.0 to 12.1; 4.9 to 9.6; 1.9 to 3.8)."""
WHOLES = {1.0: "fractions", 100.0: "per cent", 1e6: "parts per million"}
MOST = 0.9  # share of the values that must show it


def find_base(values: Floats, filled: Floats, path: str, hint: str) -> Scale:
    """Find the base by which alone the values are intensities of a proteome.

    Parameters
    ----------
    values
        Proteins x samples, NaN where missing, none negative.
    filled
        The values that are neither missing nor 0.
    path
        File, for messages.
    hint
        Scale that the program usually writes, empty if it is not known; decides where it fits.

    Raises
    ------
    EvcargoError
        If several bases fit, or none; natural logarithms are never taken for granted.
    """
    decades = {name: math.log10(base) for name, base in BASES.items()}
    octaves = {name: math.log2(base) for name, base in BASES.items()}
    width = float(np.median([float(np.std(column)) for column in sample_values(values)] or [0.0]))
    highest, middle = float(filled.max()), float(np.median(filled))
    possible = [
        name
        for name in BASES
        if TOP[0] <= highest * decades[name] <= TOP[1]
        and MIDDLE[0] <= middle * decades[name] <= MIDDLE[1]
        and WIDTH[0] <= width * octaves[name] <= WIDTH[1]
    ]
    figures = f"median {middle:.3g}, highest {highest:.3g}"
    if hint in possible:
        return log_scale(hint, f"{figures}, as the program writes them")
    if len(possible) == 1 and possible[0] != LN:
        reason = f"{figures}: with no other base these are intensities of a proteome"
        return log_scale(possible[0], reason)
    words = " or ".join(possible) or "logarithms, or a relative quantity such as NPX"
    raise unclear_scale(path, f"{figures}, spread {width:.2g}: {words}")


def has_digits_of_raw(filled: Floats, name: str) -> bool:
    """Whether values without the logarithm are whole or have at most six significant digits.

    Programs write raw intensities so; logarithms that are taken later keep it, if no normalisation
    came between.
    """
    some = filled[:: max(1, len(filled) // 2000)]
    if len(some) < MIN_ROWS or filled.max() > HIGHEST[name]:
        return False
    linear = np.power(BASES[name], some)
    whole = linear < 1e8
    digits = linear / 10 ** (np.floor(np.log10(linear)) - 5)
    short = np.abs(digits - np.round(digits)) < 1e-3
    return bool(
        short.mean() > MOST or (whole.sum() >= MIN_ROWS and _is_whole(linear[whole]).mean() > MOST)
    )


def _is_whole(numbers: Floats) -> NDArray[np.bool_]:
    return np.abs(numbers - np.round(numbers)) < np.maximum(1e-9 * numbers, 1e-4)


def log_of_fractions(values: Floats) -> Scale | None:
    """Find logarithms of fractions, per cent or ppm, None if they are none.

    Without the logarithm every sample adds up to the whole, with one base only.
    """
    if len(values) < MIN_ROWS:
        return None
    found = []
    for name, base in BASES.items():
        with np.errstate(over="ignore"):
            totals = np.nansum(np.power(base, values), axis=0)
        totals = totals[totals > 0]
        for whole, word in WHOLES.items():
            if len(totals) and (np.abs(totals / whole - 1) < 0.03).all():
                found.append(
                    (name, f"{word}, as without the logarithm samples add up to {whole:g}")
                )
    return log_scale(*found[0]) if len(found) == 1 else None
