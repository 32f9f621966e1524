"""On which scale the quantities of a table are: raw, logarithms, or relative to something.

The largest value alone tells little: per cent of the signal are below 64 as logarithms are, ratios
and NPX too. What tells is how the proteins of one sample spread. The amounts of a proteome span
four to seven decades, so that the highest raw values are hundreds of times the median, their
logarithms at most twice. Ratios, scores and values centred by protein hardly spread over the
proteins, or centre on 0 or 1.

The limits were chosen on 16 published tables (LFQ, iBAQ, areas, per cent, antibody counts, log2
values) and their logarithms, per cent, ratios, centred and standardised forms; benchmarks/README.md
has the figures.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

Floats = NDArray[np.float64]

RAW, LOG2, LOG10, LN, RELATIVE = "raw", "log2", "log10", "ln", "relative"
BASES = {LOG2: 2.0, LOG10: 10.0, LN: math.e}
HIGHEST = {LOG2: 64.0, LOG10: 20.0, LN: 45.0}
"""No intensity is above 2^64, so that higher values are no such logarithms."""
MIN_ROWS = 20
"""Rows with a value from which their spread says something."""
LOG_SPREAD, RAW_SPREAD = 2.3, 8.0
"""99th percentile over the median of positive values: logarithms are below (at most 2.0 in the
tables), raw amounts above (at least 13)."""
TOP, MIDDLE, WIDTH = (5.0, 13.0), (3.8, 10.5), (1.7, 4.2)
"""Highest value and median (decades) and standard deviation (log2) of the amounts of a proteome,
wider than any of the tables shows (6.0 to 12.1; 4.9 to 9.6; 1.9 to 3.8)."""
NARROW = 1.3
"""Standard deviation over the proteins of a sample, log2, below which values are ratios."""
CENTRED = 0.02
"""Share of the spread by which the centre of a row or column may miss 0."""
RATIO_CENTRE = (0.75, 2.0)
"""How far from 1 the median of linear ratios lies, log2, and how far from 0 that of log2 ratios."""
ALIKE, UNLIKE = 0.75, 0.5
"""Standard deviation of the proteins' means over that of all values: the amounts of proteins are
much the same in all samples (above the first in most tables), ratios to a pool or to the mean of
the samples are not (below the second)."""
UNIT = 3.5
"""Distance of the median from 1, log2, within which raw amounts must be alike in all samples."""
WHOLES = {1.0: "fractions", 100.0: "per cent", 1e6: "parts per million"}
MOST = 0.9  # share of the rows that must show it
RELATIVE_WORDS = re.compile(
    r"\bratio|fold.?change|\bnpx\b|\bz.?scores?\b|\(scaled\)|\bscaled\b|\bSILAC\b"
    r"|\bH/L\b|\bL/H\b|relative to|% of control",
    re.IGNORECASE,
)
LOG_WORDS = {
    LOG2: re.compile(r"log[ _.]?\(?2|\blb\b", re.IGNORECASE),
    LOG10: re.compile(r"log[ _.]?\(?10", re.IGNORECASE),
    LN: re.compile(r"\bln\b|\bln[ _(]|natural log|log[ _.]?e\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Scale:
    """The scale of quantities.

    Parameters
    ----------
    name
        ``raw``, ``log2``, ``log10``, ``ln`` or ``relative``.
    reason
        What it was told by, for people.
    logarithm
        Base of the logarithms, 0 where values are linear: relative quantities may be either.
    zeros_missing
        Whether 0 stands for a missing value.
    """

    name: str
    reason: str
    logarithm: float = 0.0
    zeros_missing: bool = True


def log_scale(name: str, reason: str) -> Scale:
    """Scale of logarithms; 0 is a missing value of a table that has no other values near it."""
    return Scale(name, reason, BASES[name])


def find_scale(values: Floats, names: Sequence[str], path: str, hint: str = "") -> Scale:
    """Tell the scale of the quantities of a table.

    Parameters
    ----------
    values
        Rows x samples, as the table has them, NaN where missing.
    names
        Names of their columns and of the quantity, which may tell it.
    path
        File, for messages.
    hint
        ``log2`` where the program usually takes logarithms: decides between bases that both fit.

    Raises
    ------
    EvcargoError
        If nothing tells the scale; it asks for the column ``scale`` of the run sheet.
    """
    known = np.where(np.isfinite(values), values, np.nan)
    filled = known[np.isfinite(known) & (known != 0)]
    named = _by_name(names, filled)
    if named:
        return named
    if not len(filled):
        return Scale(RAW, "no value")
    if (filled < 0).any():
        return _signed(known, filled, path)
    return _positive(known, filled, path, hint)


def stated_scale(values: Floats, stated: str, path: str) -> Scale:
    """Scale that the run sheet states.

    Raises
    ------
    EvcargoError
        If the values cannot be on it.
    """
    filled = values[np.isfinite(values) & (values != 0)]
    reason = "stated in the run sheet"
    if not len(filled):
        return Scale(stated, reason, BASES.get(stated, 0.0))
    lowest, highest = filled.min(), filled.max()
    if stated == RAW and lowest < 0:
        raise EvcargoError(
            f"{path}: the run sheet states raw quantities, but {lowest:.4g} is below 0. Correct the"
            " column 'scale' (raw, log2, log10, ln, relative)"
        )
    if stated in BASES and highest > HIGHEST[stated]:
        raise EvcargoError(
            f"{path}: the run sheet states {stated} values, but the highest is {highest:.4g}, which"
            " no intensity is. Correct the column 'scale' (raw, log2, log10, ln, relative)"
        )
    if stated != RELATIVE:
        return Scale(stated, reason, BASES.get(stated, 0.0))
    if lowest < 0:
        return Scale(RELATIVE, f"{reason}; taken for log2, as some are negative", 2.0, False)
    if highest > HIGHEST[LOG2] or _centres_on_one(filled) or _scaled_rows(values):
        return Scale(RELATIVE, f"{reason}; linear, as they are positive and centre on 1 or 100")
    return Scale(RELATIVE, f"{reason}; taken for log2", 2.0, False)


def to_linear(values: Floats, scale: Scale) -> Floats:
    """Bring quantities to the linear scale, NaN where missing; of relative ones it is a ratio."""
    table = np.where(values == 0, np.nan, values) if scale.zeros_missing else values
    if scale.logarithm:
        with np.errstate(over="ignore"):
            return np.power(scale.logarithm, table)
    return table


def _by_name(names: Sequence[str], filled: Floats) -> Scale | None:
    """Scale that the names of all columns say, where the values do not speak against it."""
    highest = float(filled.max()) if len(filled) else 0.0
    base = next(
        (
            name
            for name, words in LOG_WORDS.items()
            if names and all(map(words.search, names)) and highest <= HIGHEST[name]
        ),
        "",
    )
    relative = bool(names) and all(map(RELATIVE_WORDS.search, names))
    shown = repr(names[0][:40]) if names else ""
    if relative and (base or (filled < 0).any()):
        return Scale(
            RELATIVE, f"{base or 'log2'} ratios by the name {shown}", BASES[base or LOG2], False
        )
    if relative and "npx" in names[0].lower():
        return Scale(RELATIVE, f"NPX by the name {shown}, relative log2 values", 2.0, False)
    if relative:
        return Scale(RELATIVE, f"ratios by the name {shown}")
    return log_scale(base, f"by the name {shown}") if base else None


def _signed(values: Floats, filled: Floats, path: str) -> Scale:
    """Scale of values of which some are negative."""
    if np.abs(filled).max() > HIGHEST[LOG2]:
        raise EvcargoError(
            f"{path}: holds negative intensities ({filled.min():.4g} beside {filled.max():.4g}),"
            " which are no logarithms either. Give raw or log2 intensities, neither differences nor"
            " scores, and leave the cells of missing values empty"
        )
    if relative := _standardised(values):
        return relative
    if fraction := _log_of_fractions(values):
        return fraction
    columns = _columns(values)
    spread = float(np.median([_width(column) for column in columns])) if columns else 0.0
    negative, middle = float(np.mean(filled < 0)), abs(float(np.median(filled)))
    narrow = 0 < spread < NARROW and middle <= RATIO_CENTRE[1]
    if _filled_rows(values) >= MIN_ROWS and narrow and not _may_be_amounts(values, spread):
        reason = (
            f"{negative:.0%} of the values are negative, and over the proteins of a sample they"
            f" spread by {spread:.2g} only: taken for log2 ratios"
        )
        return Scale(RELATIVE, reason, 2.0, False)
    raise _unclear(
        path,
        f"{negative:.0%} of the values are negative (from {filled.min():.4g} to"
        f" {filled.max():.4g}): log2 ratios, NPX, z-scores, or logarithms of intensities centred by"
        " sample",
    )


def _positive(values: Floats, filled: Floats, path: str, hint: str) -> Scale:
    """Scale of values none of which is negative."""
    few = _filled_rows(values) < MIN_ROWS
    if few and hint and filled.max() <= HIGHEST[hint]:
        return log_scale(hint, f"few values, up to {filled.max():.3g}, as the program writes them")
    if scaled := _scaled_rows(values):
        return Scale(RELATIVE, scaled)
    if (filled % 1 == 0).all() and not hint:
        return Scale(RAW, "whole numbers")
    if few and filled.max() > HIGHEST[LOG2]:
        return Scale(RAW, f"the highest value is {filled.max():.4g}, which no logarithm is")
    if few and not hint:
        raise _unclear(path, f"there are few values, up to {filled.max():.4g}")
    proved = [name for name in BASES if _has_digits_of_raw(filled, name)]
    if len(proved) == 1:
        return log_scale(proved[0], "without the logarithm the numbers have the digits of raw ones")
    spread = float(np.quantile(filled, 0.99) / np.median(filled))
    if spread < LOG_SPREAD and filled.max() <= HIGHEST[LOG2]:
        return _logarithm(values, filled, path, hint)
    if _is_ratio(values, filled):
        reason = f"the values centre on 1 (median {np.median(filled):.3g}): taken for ratios"
        return Scale(RELATIVE, reason)
    near_one = abs(np.median(np.log2(filled))) < UNIT
    if spread >= RAW_SPREAD and (not near_one or _likeness(_log2(values)) > ALIKE):
        return Scale(RAW, _raw_reason(values, spread))
    raise _unclear(
        path,
        f"the values from {filled.min():.4g} to {filled.max():.4g}, median {np.median(filled):.3g},"
        " can be small amounts, logarithms or relative quantities",
    )


def _raw_reason(values: Floats, spread: float) -> str:
    """Say what raw values are: fractions and per cent add up."""
    reason = f"1 % of the values are above {spread:.3g} times the median"
    totals = np.nansum(values, axis=0)
    totals = totals[totals > 0]
    for whole, word in WHOLES.items():
        if len(totals) and (np.abs(totals / whole - 1) < 0.05).all():
            return f"{word} of the whole, as the samples add up to {whole:g}; {reason}"
    return reason


def _logarithm(values: Floats, filled: Floats, path: str, hint: str) -> Scale:
    """Find the base by which alone the values are intensities of a proteome."""
    decades = {name: math.log10(base) for name, base in BASES.items()}
    octaves = {name: math.log2(base) for name, base in BASES.items()}
    width = float(np.median([float(np.std(column)) for column in _columns(values)] or [0.0]))
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
    raise _unclear(path, f"{figures}, spread {width:.2g}: {words}")


def _has_digits_of_raw(filled: Floats, name: str) -> bool:
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


def _log_of_fractions(values: Floats) -> Scale | None:
    """Logarithms of fractions, per cent or ppm: without them every sample adds up to the whole."""
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


def _standardised(values: Floats) -> Scale | None:
    """Z-scores and values centred by protein; z-scores by sample."""
    rows = values[np.isfinite(values).sum(axis=1) >= 3]
    if values.shape[1] >= 3 and len(rows) >= 3:
        spread = np.nanstd(rows, axis=1)
        middle = np.minimum(np.abs(np.nanmean(rows, axis=1)), np.abs(np.nanmedian(rows, axis=1)))
        centred = middle <= CENTRED * np.maximum(spread, 1e-9)
        if centred.mean() >= MOST:
            unit = np.abs(np.nanstd(rows, axis=1, ddof=1) - 1) < 0.02
            if unit.mean() >= MOST or (np.abs(spread - 1) < 0.02).mean() >= MOST:
                reason = "z-scores: every protein has mean 0 and standard deviation 1"
                return Scale(
                    RELATIVE, f"{reason}; differences are in standard deviations", 2.0, False
                )
            return Scale(RELATIVE, "values centred by protein, taken for log2", 2.0, False)
    columns = [column for column in _columns(values) if len(column) >= MIN_ROWS]
    if columns and all(abs(c.mean()) < CENTRED and abs(c.std() - 1) < 0.02 for c in columns):
        reason = "z-scores: every sample has mean 0 and standard deviation 1"
        return Scale(RELATIVE, f"{reason}; differences are in standard deviations", 2.0, False)
    return None


def _may_be_amounts(values: Floats, spread: float) -> bool:
    """Whether values that centre on 0 in every sample may be log10 or ln intensities."""
    columns = [column for column in _columns(values) if len(column) >= MIN_ROWS]
    centred = (abs(np.median(c)) <= CENTRED * np.std(c) for c in columns)
    return spread >= WIDTH[0] / math.log2(10) and all(centred) and _likeness(values) > UNLIKE


def _likeness(values: Floats) -> float:
    """How much alike a protein is in all samples, compared with other proteins: 0 to 1."""
    rows = values[np.isfinite(values).sum(axis=1) >= min(2, values.shape[1])]
    total = float(np.nanstd(rows)) if rows.size else 0.0
    return float(np.nanstd(np.nanmean(rows, axis=1))) / total if total > 0 else 1.0


def _log2(values: Floats) -> Floats:
    return np.log2(np.where(values > 0, values, np.nan))


def _filled_rows(values: Floats) -> int:
    return int((np.isfinite(values) & (values != 0)).any(axis=1).sum())


def _centres_on_one(filled: Floats) -> bool:
    return bool(abs(np.median(np.log2(filled))) < RATIO_CENTRE[0])


def _is_ratio(values: Floats, filled: Floats) -> bool:
    """Whether positive values centre on 1 and spread as ratios do, or differ as ratios do."""
    if not _centres_on_one(filled):
        return False
    narrow = 0 < _width(np.log2(filled)) < NARROW
    return narrow or _likeness(_log2(values)) < ALIKE


def _scaled_rows(values: Floats) -> str:
    """Say how positive values were scaled by protein, if they were; else empty."""
    rows = np.where(values > 0, values, np.nan)
    rows = rows[np.isfinite(rows).sum(axis=1) >= 2]
    if len(rows) < 3:
        return ""
    mean = np.nanmean(rows, axis=1)
    whole = float(np.median(mean))
    varies = np.median(np.nanstd(rows, axis=1) / mean) > 1e-3
    if varies and (np.abs(mean / whole - 1) < 0.005).mean() >= MOST:
        return f"scaled by protein: the mean of every protein is {whole:.4g}"
    for column in rows.T:
        filled = column[np.isfinite(column)]
        if len(filled) > 2 and np.ptp(filled) == 0 and np.nanstd(rows) > 0:
            return f"relative to one sample, in which every protein is {filled[0]:.4g}"
    return ""


def _columns(values: Floats) -> list[Floats]:
    """Values of each sample that has any, without zeros."""
    columns = (column[np.isfinite(column) & (column != 0)] for column in values.T)
    return [column for column in columns if len(column) > 2]


def _width(values: Floats) -> float:
    """Give the standard deviation by quartiles."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low) / 1.349


def _unclear(path: str, why: str) -> EvcargoError:
    return EvcargoError(
        f"{path}: on which scale the quantities are cannot be told: {why}. Write raw, log2, log10,"
        " ln or relative (ratios, NPX, z-scores) into the column 'scale' of the run sheet"
    )
