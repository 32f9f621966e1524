"""On which scale the quantities of a table are: raw, logarithms, or relative to something.

The largest value alone tells little: per cent of the signal are below 64 as logarithms are, ratios
and NPX too. What tells is how the proteins of one sample spread. The amounts of a proteome span
four to seven decades, so that the highest raw values are hundreds of times the median, their
logarithms at most twice. Ratios, scores and values centred by protein hardly spread over the
proteins, or centre on 0 or 1.

The limits were chosen on 27 published tables (LFQ, iBAQ, areas, per cent, spectral counts, antibody
counts, log2 values, ratios) and their logarithms, per cent, ratios, centred and standardised forms.
Of these 653 tables 77 % are told rightly, 21 % are asked for, and 1 % are told wrongly: intensities
in log10 that were centred by sample, and log10 of counts rounded to three decimals, which count as
ratios, so that nothing is claimed of their amounts.
"""

import re
from collections.abc import Sequence

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.logarithms import (
    WHOLES,
    find_base,
    has_digits_of_raw,
    log_of_fractions,
)
from evcargo.proteins.tables.relative_values import (
    ALIKE,
    NARROW,
    RATIO_CENTRE,
    centres_on_one,
    is_ratio,
    may_be_amounts,
    scaled_rows,
    standardised,
)
from evcargo.proteins.tables.scales import (
    BASES,
    HIGHEST,
    LN,
    LOG2,
    LOG10,
    MIN_ROWS,
    RAW,
    RELATIVE,
    Floats,
    Scale,
    count_filled_rows,
    log_scale,
    positive_log2,
    quartile_width,
    row_likeness,
    sample_values,
    unclear_scale,
)

__all__ = ["LOG2", "RAW", "RELATIVE", "Scale", "find_scale", "stated_scale", "to_linear"]
LOG_SPREAD, RAW_SPREAD = 2.3, 8.0
"""99th percentile over the median of positive values: logarithms are below (at most 2.0 in the
tables), raw amounts above (at least 13)."""
FEW_BELOW_1 = 0.2
"""Share of negative values up to which a table of a program that writes log2 holds log2 amounts."""
HIGH_MEDIAN = 1000.0
"""Median of positive values above which they are neither logarithms nor ratios nor per cent."""
UNIT = 3.5
"""Distance of the median from 1, log2, within which raw amounts must be alike in all samples."""
RELATIVE_WORDS = re.compile(
    r"\bratio|fold.?change|\bnpx\b|\bz.?scores?\b|\(scaled\)|\bscaled\b|\bSILAC\b"
    r"|\bH/L\b|\bL/H\b|\b1[23]\d[NC]?/1[23]\d[NC]?\b|relative to|% of control",
    re.IGNORECASE,
)
LOG_WORDS = {
    LOG2: re.compile(r"log[ _.]?\(?2|\blb\b", re.IGNORECASE),
    LOG10: re.compile(r"log[ _.]?\(?10", re.IGNORECASE),
    LN: re.compile(r"\bln\b|\bln[ _(]|natural log|log[ _.]?e\b", re.IGNORECASE),
}


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
        return _signed(known, filled, path, hint)
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
    if highest > HIGHEST[LOG2] or centres_on_one(filled) or scaled_rows(values):
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
    if base and not relative and (filled < 0).any():
        return None  # ratios, or a few amounts below 1: the values tell
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


def _signed(values: Floats, filled: Floats, path: str, hint: str) -> Scale:
    """Scale of values of which some are negative."""
    if np.abs(filled).max() > HIGHEST[LOG2]:
        raise EvcargoError(
            f"{path}: holds negative intensities ({filled.min():.4g} beside {filled.max():.4g}),"
            " which are no logarithms either. Give raw or log2 intensities, neither differences nor"
            " scores, and leave the cells of missing values empty"
        )
    if relative := standardised(values):
        return relative
    if fraction := log_of_fractions(values):
        return fraction
    of_samples = sample_values(values)
    spread = float(np.median([quartile_width(one) for one in of_samples])) if of_samples else 0.0
    negative, middle = float(np.mean(filled < 0)), abs(float(np.median(filled)))
    narrow = 0 < spread < NARROW and middle <= RATIO_CENTRE[1]
    if count_filled_rows(values) >= MIN_ROWS and narrow and not may_be_amounts(values, spread):
        reason = (
            f"{negative:.0%} of the values are negative, and over the proteins of a sample they"
            f" spread by {spread:.2g} only: taken for log2 ratios"
        )
        return Scale(RELATIVE, reason, 2.0, False)
    if LOG2 in hint and negative < FEW_BELOW_1 and spread >= NARROW:
        return Scale(
            LOG2, "as the program writes it; few amounts are below 1", 2.0, zeros_missing=False
        )
    raise unclear_scale(
        path,
        f"{negative:.0%} of the values are negative (from {filled.min():.4g} to"
        f" {filled.max():.4g}): log2 ratios, NPX, z-scores, or logarithms of intensities centred by"
        " sample",
    )


def _positive(values: Floats, filled: Floats, path: str, hint: str) -> Scale:
    """Scale of values none of which is negative."""
    few = count_filled_rows(values) < MIN_ROWS
    if few and hint and filled.max() <= HIGHEST[hint]:
        return log_scale(hint, f"few values, up to {filled.max():.3g}, as the program writes them")
    if scaled := scaled_rows(values):
        return Scale(RELATIVE, scaled)
    if (filled % 1 == 0).all() and not hint:
        return Scale(RAW, "whole numbers")
    if few and filled.max() > HIGHEST[LOG2]:
        return Scale(RAW, f"the highest value is {filled.max():.4g}, which no logarithm is")
    if few and not hint:
        raise unclear_scale(path, f"there are few values, up to {filled.max():.4g}")
    proved = [name for name in BASES if has_digits_of_raw(filled, name)]
    if len(proved) == 1:
        return log_scale(proved[0], "without the logarithm the numbers have the digits of raw ones")
    if is_ratio(values, filled):
        reason = f"the values centre on 1 (median {np.median(filled):.3g}): taken for ratios"
        return Scale(RELATIVE, reason)
    spread = float(np.quantile(filled, 0.99) / np.median(filled))
    if spread < LOG_SPREAD and filled.max() <= HIGHEST[LOG2]:
        return find_base(values, filled, path, hint)
    near_one = abs(np.median(np.log2(filled))) < UNIT
    wide = spread >= RAW_SPREAD and (not near_one or row_likeness(positive_log2(values)) > ALIKE)
    if wide or np.median(filled) > HIGH_MEDIAN:
        return Scale(RAW, _raw_reason(values, spread))
    raise unclear_scale(
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
