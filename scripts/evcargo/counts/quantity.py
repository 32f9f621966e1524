"""What the numbers of a table are: counts, estimated counts, or values that no longer are counts.

A count model needs reads or molecules. Normalised values are told by what their making leaves
behind: sums of a million, equal sums, negative values, multiples of a size factor.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

Floats = NDArray[np.float64]
MILLION, TOLERANCE, ROUNDED_TOLERANCE = 1e6, 0.01, 0.001
EQUAL_SUMS = 1e-4
"""Relative spread of the sums of columns that were scaled to one total."""
NEARLY_WHOLE = 1e-3
"""Counts that were shared out by iterations (kallisto, salmon) end beside whole numbers."""
CT_RANGE = (5.0, 50.0)
"""Cycles at which a qPCR sees anything; what it does not see has the last cycle, 35 to 45."""
LARGEST_LOG = 40.0
"""log2 of counts or of counts per million of any library is smaller."""
WHOLE_SHARE = 0.3
"""Share of whole numbers among the values above 0 from which they are counts, of which some were
split between features: a read that fits one gene counts 1."""
FEW_WHOLE = 0.05
"""Estimated counts of all but abundance-scaled kinds have more whole numbers."""
MAX_DIVISOR, MAX_LOOKED_AT, WIDEST, CHANCE = 3, 300, 0.3, 1e-9
"""Reads that the least value may stand for; values of a column that are looked at, and how clear
their multiples must be; how rarely values that are no multiples may pass for such."""
RATIO_ERROR, MIN_RATIOS, MIN_ALIKE, AROUND, MANY_TIMES = 1e-3, 50, 8, 10, 6
"""Ratios between columns are alike within 0.2 %; one recurs where at least 8 rows have it, and 6
times as many as have each of the 20 ratios around it."""
RAW = "raw"
_HINT = re.compile(
    r"(?<![a-z])(tpm|fpkm|rpkm|cpm|rpm|vst|vsd|rlog|log2?|logtpm|logcpm|z-?scores?|normali[sz]ed"
    r"|norm|quantile|deseq2_norm|tmm)(?![a-z])",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"counts?(?![a-z])|numreads", re.IGNORECASE)
REMEDY = "Give the table of raw counts, before it was normalised"
STATED = (
    f"{REMEDY}; if these are estimated counts all the same, write raw into the column 'scale' of"
    " the run sheet"
)


@dataclass(frozen=True)
class Quantity:
    """What was counted, and how that is known."""

    words: str
    reason: str


def find_quantity(values: pd.DataFrame, path: str, scale: str, estimated: bool) -> Quantity:
    """Tell whether values are counts.

    Parameters
    ----------
    values
        Features x runs, without totals and counters.
    path
        The file, for messages; a name such as ``gene_tpm.tsv`` says what is in it.
    scale
        What the run sheet states: auto, raw, or a scale that counts cannot have.
    estimated
        Whether the program is known to estimate counts, so that decimals mean nothing.

    Raises
    ------
    EvcargoError
        With what the values are, if they are no counts.
    """
    if scale not in ("auto", "", RAW):
        raise EvcargoError(
            f"{path}: the run sheet says that the values are {scale}, but counts are needed."
            f" {REMEDY}"
        )
    table = values.to_numpy(float)
    _refuse_negative(values, table, path)
    whole = table == np.round(table)
    if estimated or scale == RAW:
        why = "of the program" if estimated else "stated in the run sheet"
        return _as_counts(bool(whole.all()), why)
    if whole.all():
        if table.shape[1] > 1 and _near(table.sum(axis=0), MILLION, ROUNDED_TOLERANCE):
            raise EvcargoError(
                f"{path}: every column sums to 1,000,000: counts per million, rounded. {STATED}"
            )
        return Quantity("counts", "whole numbers, none negative")
    nearly_whole = np.abs(table - np.round(table)) <= NEARLY_WHOLE
    derived = _normalised_as(table, nearly_whole, path)
    if derived:
        raise EvcargoError(f"{path}: {derived}. {STATED}")
    return _as_counts(
        False, "they have decimals, and neither their sums nor their ratios are of normalised ones"
    )


def _as_counts(whole: bool, reason: str) -> Quantity:
    if whole:
        return Quantity("counts", f"whole numbers {reason}")
    return Quantity("estimated counts, rounded", reason)


def _refuse_negative(values: pd.DataFrame, table: Floats, path: str) -> None:
    if not (table < 0).any():
        return
    row, column = map(int, np.argwhere(table < 0)[0])
    raise EvcargoError(
        f"{path}: column {values.columns[column]!r} holds {table[row, column]:g} for"
        f" {values.index[row]}, and counts are never negative: these are logarithms, z-scores or"
        f" corrected values. {REMEDY}"
    )


def _near(sums: Floats, target: float, tolerance: float) -> bool:
    return bool((np.abs(sums - target) <= tolerance * target).all())


def _normalised_as(table: Floats, whole: NDArray[np.bool_], path: str) -> str:
    """Say of what kind values with decimals are; empty where they may be estimated counts."""
    sums, above = table.sum(axis=0), table > 0
    for target, words in (
        (MILLION, "counts or transcripts per million (CPM, RPM, TPM)"),
        (1.0, "shares of the library"),
        (100.0, "percent of the library"),
    ):
        if _near(sums, target, TOLERANCE):
            return f"every column sums to {target:,.0f}: {words}"
    if not above.any():
        return ""
    whole_share = float(whole[above].mean())
    if above.all() and float(table.min()) >= CT_RANGE[0] and float(table.max()) <= CT_RANGE[1]:
        return (
            f"all values lie between {table.min():.3g} and {table.max():.3g} and none is 0: Ct"
            " values of qPCR, or logarithms"
        )
    if float(table.max()) < LARGEST_LOG and whole_share < WHOLE_SHARE:
        return (
            f"the largest value is {table.max():.3g}, with decimals: logarithms (log2 CPM, VST,"
            " rlog) or shares"
        )
    if table.shape[1] > 2 and np.ptp(sums) <= EQUAL_SUMS * sums.mean():
        same = np.allclose(np.sort(table, axis=0), np.sort(table, axis=0)[:, :1], rtol=EQUAL_SUMS)
        return (
            "all columns hold the same values in another order: they were quantile-normalised"
            if same
            else f"every column sums to {sums[0]:,.6g}: they were scaled to one total"
        )
    unit = "" if whole_share >= WHOLE_SHARE else _unit_of_most(table)
    if unit:
        return f"{unit}: counts divided by a size factor (DESeq2, TMM, CPM)"
    if _has_common_ratio(table, whole):
        return (
            "the same ratio between columns recurs in many rows: counts divided by the length of"
            " the gene and the size of the library (FPKM, RPKM, TPM of a part of the genes)"
        )
    name = re.split(r"[\\/]", path)[-1]
    hint = _HINT.search(name.replace("_", " "))
    if hint:
        return f"has decimals, and its name says {hint[0]}"
    if whole_share < FEW_WHOLE and not _COUNTS.search(name):
        small = float((table[above] < 1).mean())
        return (
            f"{whole_share:.0%} of the values above 0 are whole and {small:.0%} are below 1, and"
            " neither the program nor the name of the file says that they are counts: FPKM, TPM"
            " or other normalised values"
        )
    return ""


def _unit_of_most(table: Floats) -> str:
    """Say of what the values of (nearly) all columns are multiples; empty where they are not."""
    units = [_unit(column[column > 0]) for column in table.T]
    known = [unit for unit in units if unit]
    if not known or len(known) < 0.9 * len(units):
        return ""
    return f"the values of a column are multiples of one number ({known[0]:.4g} in the first)"


def _unit(values: Floats) -> float:
    """Give the number of which all values are multiples: counts divided by a size factor.

    The least value is taken for that of 1 to 3 reads. 0 if there is no such number.
    """
    if not len(values):
        return 0.0
    distinct = np.unique(values)
    decimals = _decimals(distinct[:200])
    rounding = 0.5 * 10.0**-decimals if decimals < 9 else float(distinct[0]) * 1e-9
    for reads in range(1, MAX_DIVISOR + 1):
        unit = _common_unit(distinct, rounding, reads)
        if unit:
            return unit
    return 0.0


def _common_unit(distinct: Floats, rounding: float, reads: int) -> float:
    """Give the unit of rising values of which the first is that of so many reads; 0 if none fits.

    Each value narrows the interval in which the unit lies, as far as it is clear which multiple it
    is. By chance a value fits as often as the interval of its multiple is wide.
    """
    low, high = (distinct[0] - rounding) / reads, (distinct[0] + rounding) / reads
    chance = 1.0
    for value in distinct[1:MAX_LOOKED_AT]:
        if low <= 0:
            return 0.0
        fewest, most = (value - rounding) / high, (value + rounding) / low
        if most - fewest > WIDEST:
            break
        multiple = np.ceil(fewest)
        if multiple > most:
            return 0.0
        chance *= max(most - fewest, 1e-3)
        low = max(low, (value - rounding) / multiple)
        high = min(high, (value + rounding) / multiple)
    return (low + high) / 2 if chance < CHANCE else 0.0


def _has_common_ratio(table: Floats, whole: NDArray[np.bool_]) -> bool:
    """Whether many rows have the same ratio between two columns, which is not that of whole counts.

    Counts of 1 and 1, or 2 and 2, in two libraries have that ratio once they are divided by the
    length of their gene and the size of the library, whatever the gene; estimated counts have none.
    """
    if table.shape[1] < 2:
        return False
    rounding = 0.5 * 10.0 ** -_decimals(table[table > 0][:500])
    first = int(np.argmax((table > 0).sum(axis=0)))
    for second in (at for at in range(table.shape[1]) if at != first):
        pair, both = table[:, [first, second]], whole[:, [first, second]].all(axis=1)
        with np.errstate(divide="ignore"):
            clear = (pair > 0).all(axis=1) & ~both & ((rounding / pair).sum(axis=1) < RATIO_ERROR)
        if clear.sum() >= MIN_RATIOS:
            return _has_peak(np.log(pair[clear, 0] / pair[clear, 1]))
    return False


def _has_peak(ratios: Floats) -> bool:
    """Whether one ratio other than 1 recurs more often than those around it."""
    bins = np.round(ratios / (2 * RATIO_ERROR)).astype(int)
    number = np.bincount(bins - bins.min(), minlength=2 * AROUND + 1)
    equal = -int(bins.min())
    if 0 <= equal < len(number):
        number[max(equal - 1, 0) : equal + 2] = 0
    peak = int(number.argmax())
    around = number[max(peak - AROUND, 0) : peak + AROUND + 1].sum() - number[peak]
    return bool(number[peak] >= MIN_ALIKE and number[peak] > MANY_TIMES * around / (2 * AROUND))


def _decimals(values: Floats) -> int:
    """Count the decimals with which values were written, at most 9."""
    for decimals in range(9):
        if np.allclose(values, np.round(values, decimals), rtol=0, atol=1e-10):
            return decimals
    return 9
