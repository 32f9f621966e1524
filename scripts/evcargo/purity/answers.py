"""The answer to one purity question, and the bands of values that decide it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

PASS, WARN, FAIL, NOT_ASSESSED = "pass", "warn", "fail", "not assessed"
GRAVITY = (FAIL, WARN, PASS, NOT_ASSESSED)
"""Verdicts, gravest first."""

MISEV = "10.1080/20013078.2018.1535750"
OWN = "evcargo default"
NO_LIMIT = "none for this matrix"
METRIC_UNITS = ("fraction", "log2", "log2 CPM", "particles/ug")
"""Units of the criteria that are quantities, and not counts of markers."""
COUNT_UNITS = ("markers", "tetraspanins", "proteins")
"""Units of the criteria that count markers."""


@dataclass(frozen=True)
class Answer:
    """Answer to one purity question for one sample; see the contract ``criteria``.

    `deeper`, which the contract does not have, is the gravest verdict that a deeper run could still
    give; empty where depth is not what is missing.
    """

    assay: str
    criterion: str
    verdict: str
    value: float
    unit: str
    threshold: str
    rule: str
    evidence: str
    source: str
    deeper: str = ""


def gravest(verdicts: Iterable[str]) -> str:
    """Gravest of some verdicts; `not assessed` if there are none."""
    return min(verdicts, key=GRAVITY.index, default=NOT_ASSESSED)


@dataclass(frozen=True)
class Band:
    """Two limits of a value.

    Parameters
    ----------
    warn, fail
        Limits beyond which the verdict is warn and fail; None where there is no such limit. A value
        at a limit is still on the better side.
    high_is_good
        Whether low values are the bad ones.
    unit
        Unit of the limits.
    """

    warn: float | None
    fail: float | None
    high_is_good: bool
    unit: str

    @property
    def judges(self) -> bool:
        """Whether there is a limit at all."""
        return self.warn is not None or self.fail is not None

    @property
    def worst(self) -> str:
        """Gravest verdict that a value can have."""
        return FAIL if self.fail is not None else WARN if self.judges else NOT_ASSESSED

    def verdict(self, value: float) -> str:
        """Verdict of a value; `not assessed` without a value or without limits."""
        if math.isnan(value) or not self.judges:
            return NOT_ASSESSED
        for limit, verdict in ((self.fail, FAIL), (self.warn, WARN)):
            if limit is not None and (value < limit if self.high_is_good else value > limit):
                return verdict
        return PASS

    def __str__(self) -> str:
        sign = "<" if self.high_is_good else ">"
        limits = [
            f"{verdict} {sign} {limit:g}"
            for verdict, limit in ((WARN, self.warn), (FAIL, self.fail))
            if limit is not None
        ]
        return ", ".join(limits) or NO_LIMIT


def of_matrix(option: Any, matrix: str) -> Any:
    """Value of an option that is one for all matrices, or a section by matrix with a default."""
    return option.get(matrix, option["default"]) if isinstance(option, Mapping) else option


def band_for(
    limits: Mapping[str, Sequence[float | None]], matrix: str, high_is_good: bool, unit: str
) -> Band:
    """Band of the sample's matrix, or the default one.

    Parameters
    ----------
    limits
        Option of the config: matrix (biofluid) or `default` -> [warn, fail].
    matrix
        Biofluid of the sample.
    """
    warn, fail = of_matrix(limits, matrix)
    return Band(warn, fail, high_is_good, unit)


def judged(
    assay: str, criterion: str, value: float, band: Band, evidence: str, source: str
) -> Answer:
    """Answer from a value and its band."""
    verdict = band.verdict(value)
    if verdict == NOT_ASSESSED:
        rule = "no limit is set for this matrix, the value is for comparison only"
    else:
        rule = f"{shown(value)} {band.unit} is {side_of(verdict, band)}"
    return Answer(assay, criterion, verdict, value, band.unit, str(band), rule, evidence, source)


def open_answer(
    assay: str,
    criterion: str,
    unit: str,
    reason: str,
    source: str,
    evidence: str = "",
    *,
    threshold: Band | str = "",
    value: float = math.nan,
    deeper: str = "",
) -> Answer:
    """Answer `not assessed`, with the reason and all that is known in spite of it."""
    rule = f"not assessed: {reason}"
    return Answer(
        assay, criterion, NOT_ASSESSED, value, unit, str(threshold), rule, evidence, source, deeper
    )


def side_of(verdict: str, band: Band) -> str:
    """Say on which side of which limit a value of this verdict is."""
    if verdict == PASS:
        limit = band.warn if band.warn is not None else band.fail
        return f"{'not below' if band.high_is_good else 'not above'} {limit:g}"
    limit = band.fail if verdict == FAIL else band.warn
    return f"{'below' if band.high_is_good else 'above'} {limit:g}"


def shown(value: float) -> str:
    """Write a number for people: three significant digits."""
    return f"{value:.3g}"


def text_of(row: Mapping[str, Any], column: str) -> str:
    """Read a cell of a sheet as text, empty where it is missing."""
    value = row.get(column, "")
    return "" if pd.isna(value) else str(value)
