"""Rows of a table that are no features: totals, means, counters of reads without a gene, notes.

A name settles most of them, in the languages that spreadsheets speak. Where a name is also that of
a gene (``MAX``, ``SD``), or says nothing, the numbers do: a total is the sum of all other rows in
every column.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evcargo.files.numbers import MISSING

Floats = NDArray[np.float64]

TOTAL, STATISTIC = "total of the rows", "statistic of the rows"
COUNTER, NO_NAME = "counter of reads without a feature", "row without a name"
HEADER_AGAIN, NOTE = "header repeated", "note below or between the rows"

# Counters of HTSeq (with and without __), STAR, featureCounts' summary, samtools idxstats.
_COUNTERS = re.compile(
    r"__\w+|N_(unmapped|multimapping|noFeature|ambiguous)|Unassigned_\w+|\*|Assigned"
    r"|_?(no_feature|too_low_a_?qual|not_aligned|alignment_not_unique)",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOTALS = _words("""
    total totals totalsum sum sums grandtotal subtotal columntotal columntotals totalcount
    summe gesamt gesamtsumme insgesamt gesamtergebnis somme totale totaux totalgeneral suma
    sumatotal somma soma totaal eindtotaal summa ialt yhteensa razem celkem osszesen toplam
    итого всего сумма 合计 总计 總計 合計 総計 总和 합계 총계 σ
""")
_STATISTICS = _words("""
    mean means average averages avg median stdev stddev stdeviation standarddeviation sem stderr
    standarderror rsd variance minimum maximum quantile percentile geomean geometricmean
    mittelwert durchschnitt standardabweichung stabw varianz moyenne ecarttype mediane media
    promedio mediana desviacionestandar desvest desviopadrao desvpad deviazionestandard devst
    gemiddelde standaarddeviatie stdevp odchyleniestandardowe srednia среднее медиана
    平均 平均值 平均値 标准差 標準差 標準偏差 中位数 中央値 평균 표준편차
""")
# Also names of genes (MAX, RANGAP1, FUT2, SULT2A1 ...) or of anything: the numbers must say so too,
# or a row beside them that is a summary.
_UNSURE = _words("max min all mad med som std sd se cv n var range count counts")
LONGEST_UNSURE = 12  # with signs and blanks
# What else stands in the name of a total or a mean: ``Total miRNA reads``, ``CV (%)``.
_FILLERS = _words("""
    of the all in reads read count counts mi mirna mirnas rna rnas protein proteins peptides gene
    genes intensity intensities abundance signal area mapped aligned samples sample values value
    row rows column columns number sum total mean average median deviation standard error log2
    raw per each every controls control group groups amount psms spectra spectrum
""")
_NO_NAMES = MISSING | {"unknown", "(blank)", "(leer)", "(vide)", "?", "#name?", "#ref!", "#value!"}
_NOTE_START = re.compile(
    r"(note|notes|remark|legend|source|abbreviations?|anmerkung|hinweis|quelle|nota)s?\s*:"
    r"|\*+\s+\S|†|‡",
    re.IGNORECASE,
)
_SUM_TOLERANCE = 1e-5
_NAMED_TOLERANCE = 0.01  # a rounded total, and where the spreadsheet averaged
REMEMBERED = 200_000
"""Names whose kind is remembered: the tables of many samples have the same genes."""
_MIN_OTHERS = 5
"""Rows with a value in a column from which their sum can be no accident."""


@dataclass(frozen=True)
class SummaryRow:
    """A row that is no feature.

    Parameters
    ----------
    row
        Its position among the rows, from 0.
    name
        What the table calls it.
    kind
        What it is: `TOTAL`, `STATISTIC`, `COUNTER`, `NO_NAME`, `HEADER_AGAIN` or `NOTE`.
    reason
        What it was told by: its name, or its numbers.
    """

    row: int
    name: str
    kind: str
    reason: str = "its name"


@lru_cache(maxsize=REMEMBERED)
def kind_of_name(name: str) -> str:
    """Kind of a row that is no feature by its name alone; empty for what may be a feature.

    Examples
    --------
    >>> kind_of_name("__no_feature"), kind_of_name("Gesamtsumme"), kind_of_name("MAX")
    ('counter of reads without a feature', 'total of the rows', '')
    """
    text = name.strip()
    if text.lower() in _NO_NAMES:
        return NO_NAME
    if _COUNTERS.fullmatch(text):
        return COUNTER
    if _NOTE_START.match(text):
        return NOTE
    return _kind_of_words(text)


def find_summary_rows(
    names: Sequence[str], values: Floats | None = None, header: Sequence[str] = ()
) -> list[SummaryRow]:
    """Find the rows that are no features.

    Parameters
    ----------
    names
        Names of the rows, as the table writes them.
    values
        Rows x columns of the quantities on their linear scale, NaN where missing; with them, totals
        of any name are found, and names that genes have too are settled.
    header
        Name of the column of the names and other names of the header, to find it repeated.

    Returns
    -------
    list of SummaryRow
        In the order of the rows.
    """
    kinds = [kind_of_name(name) for name in names]
    titles = {title.strip().casefold() for title in header if title.strip()}
    longest = max(map(len, titles), default=0)
    found = {at: SummaryRow(at, names[at], kind) for at, kind in enumerate(kinds) if kind}
    for at, name in enumerate(names):
        if len(name) <= longest and name.casefold() in titles:
            found[at] = SummaryRow(at, name, HEADER_AGAIN)
    unsure = [
        at
        for at, name in enumerate(names)
        if len(name) <= LONGEST_UNSURE and at not in found and _key(name) in _UNSURE
    ]
    if values is not None:
        found |= _by_numbers(names, values, set(found), unsure)
    for at in unsure:  # Mean, SD and CV stand together
        near = {found[other].kind for other in (at - 1, at + 1) if other in found}
        if at not in found and near & {TOTAL, STATISTIC}:
            found[at] = SummaryRow(at, names[at], STATISTIC, "its name, beside another such row")
    return [found[at] for at in sorted(found)]


def describe_summary_rows(rows: Sequence[SummaryRow], at_most: int = 8) -> str:
    """Rows that were left out, in words, for funnels and summaries."""
    texts = [f"{row.name!r} ({row.kind})" if row.name else row.kind for row in rows]
    counted = list(dict.fromkeys(texts))
    shown = [f"{texts.count(text)} x {text}" if texts.count(text) > 1 else text for text in counted]
    more = f" and {len(shown) - at_most} more" if len(shown) > at_most else ""
    return ", ".join(shown[:at_most]) + more


def _key(name: str) -> str:
    """Letters of a name without accents, signs and case."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _kind_of_words(text: str) -> str:
    key = _key(text)
    if key in _TOTALS or text == "Σ":
        return TOTAL
    if key in _STATISTICS:
        return STATISTIC
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=RNA)(?=total)|(?<=total)(?=[A-Z])", " ", text)
    words = [_key(word) for word in re.split(r"[\s_().,:%±/+-]+", spaced) if _key(word)]
    if len(words) < 2:
        return STATISTIC if words and words[0] in {"cv", "rsd"} and "%" in text else ""
    for kind, known in ((TOTAL, _TOTALS), (STATISTIC, _STATISTICS | {"sd", "cv"})):
        rest = [word for word in words if word not in known]
        if len(rest) < len(words) and all(word in _FILLERS or word in _UNSURE for word in rest):
            return kind
    return ""


def _by_numbers(
    names: Sequence[str], values: Floats, known: set[int], unsure: Sequence[int]
) -> dict[int, SummaryRow]:
    """Rows that are the sum of all others, and rows of unsure names that are their statistics."""
    features = np.array([at for at in range(len(names)) if at not in known], dtype=int)
    table = values[features]
    filled = np.isfinite(table) & (table != 0)
    telling = filled.sum(axis=0) > _MIN_OTHERS  # an empty sample tells nothing
    if not telling.any():
        return {}
    found: dict[int, SummaryRow] = {}
    total = np.nansum(table, axis=0)
    counters = [at for at in known if kind_of_name(names[at]) == COUNTER]
    for extra in (np.zeros(len(total)), np.nansum(values[counters], axis=0)):
        rest = total + extra - table
        alike = np.isclose(table, rest, rtol=_tolerance(telling.sum()), atol=0) & filled
        for at in features[alike[:, telling].all(axis=1)]:
            reason = "it is the sum of all other rows"
            found.setdefault(int(at), SummaryRow(int(at), names[at], TOTAL, reason))
    body = np.delete(values, [*known, *found, *unsure], axis=0)
    statistics = _statistics(body) if len(body) and unsure else []
    for at in (one for one in unsure if one not in found):
        for kind, row in statistics:
            alike = np.isclose(values[at], row, rtol=_NAMED_TOLERANCE, atol=0)
            if alike[telling].all():
                found[at] = SummaryRow(at, names[at], kind, "its name and its numbers")
    return found


def _tolerance(columns: int) -> float:
    """One column alone must fit better than several."""
    return _SUM_TOLERANCE if columns > 1 else _SUM_TOLERANCE**2


def _statistics(body: Floats) -> list[tuple[str, Floats]]:
    """Statistics of the columns that a row beneath them may hold, of all and of filled cells."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rows: list[tuple[str, Floats]] = []
        for table in (np.nan_to_num(body), np.where(body == 0, np.nan, body)):
            if np.isnan(table).all(axis=0).any():
                continue
            deviation = np.nanstd(table, axis=0, ddof=1)
            mean, count = np.nanmean(table, axis=0), np.isfinite(table).sum(axis=0)
            rows += [
                (TOTAL, np.nansum(table, axis=0)),
                *((STATISTIC, row) for row in (mean, np.nanmedian(table, axis=0), deviation)),
                *((STATISTIC, factor * deviation / mean) for factor in (1.0, 100.0)),
                *((STATISTIC, row) for row in (deviation / np.sqrt(count), deviation**2)),
                *((STATISTIC, row) for row in (np.nanmin(table, axis=0), np.nanmax(table, axis=0))),
                (STATISTIC, count.astype(float)),
            ]
        return rows
