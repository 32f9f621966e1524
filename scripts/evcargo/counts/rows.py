"""Rows of a table of counts that are no features: totals, counters, notes, headers repeated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.counts.numbers import is_empty
from evcargo.files.summary_rows import (
    COUNTER,
    NOTE,
    SummaryRow,
    find_summary_rows,
    kind_of_name,
)

Flags = NDArray[np.bool_]
_BESIDE_COUNTERS = frozenset(["ambiguous", "unmapped", "unassigned", "unannotated", "multimapped"])
"""Counters of older programs, if others stand beside them."""
LONGEST = max(map(len, _BESIDE_COUNTERS))


@dataclass(frozen=True)
class Aside:
    """Rows that are no features.

    Parameters
    ----------
    rows
        What they are.
    numbers
        Rows x runs.
    of_features
        Which rows of the table are features.
    """

    rows: tuple[SummaryRow, ...]
    numbers: pd.DataFrame
    of_features: Flags


def is_no_data(
    names: Sequence[str],
    cells: pd.DataFrame,
    columns: Mapping[str, str],
    title: str,
    is_known: Callable[[str], bool],
) -> Flags:
    """Flag the rows that hold no numbers: the header again, notes, titles of a further part.

    Parameters
    ----------
    names
        Names of the rows.
    cells
        Rows x runs, as text.
    columns
        Run -> name of its column.
    title
        Name of the column of the names.
    is_known
        Whether a name is that of an RNA, whose empty cells are missing counts.
    """
    flags = np.zeros(len(names), dtype=bool)
    header, first = list(columns.values()), cells.iloc[:, 0].tolist()
    numbered = all(name.isdecimal() for name in header)  # their cells may be counts
    if "".join(first).isdecimal() and "" not in first and not header[0].isdecimal():
        return flags
    for at, cell in enumerate(first):
        if cell and cell[0].isdecimal() and cell != header[0]:
            continue
        row = cells.iloc[at].tolist()
        if row == header and not numbered:
            flags[at] = True
        elif row == header:
            flags[at] = names[at] == title
        elif is_empty(row):
            flags[at] = not is_known(names[at])
        else:
            note = kind_of_name(names[at]) == NOTE
            flags[at] = note and not any(text[:1].isdecimal() for text in row)
    return flags


def split_rows(
    numbers: pd.DataFrame, is_known: Callable[[str], bool], title: str
) -> tuple[pd.DataFrame, Aside]:
    """Set the rows aside that are no features.

    Parameters
    ----------
    numbers
        Rows x runs.
    is_known
        Whether a name is that of an RNA: such a row is never set aside for its numbers alone.
    title
        Name of the column of the names, which may be repeated within the table.

    Returns
    -------
    counts : pandas.DataFrame
        Rows of features.
    aside : Aside
        The others.
    """
    names = numbers.index.tolist()
    rows = [
        row
        for row in find_summary_rows(names, numbers.to_numpy(float), [title])
        if row.reason == "its name" or not is_known(row.name)
    ]
    if any(row.kind == COUNTER for row in rows):
        known = {row.row for row in rows}
        rows += [
            SummaryRow(at, name, COUNTER, "its name, beside other counters")
            for at, name in enumerate(names)
            if len(name) <= LONGEST and at not in known and name.casefold() in _BESIDE_COUNTERS
        ]
    of_features = np.ones(len(names), dtype=bool)
    of_features[[row.row for row in rows]] = False
    rows.sort(key=lambda row: row.row)
    return numbers[of_features], Aside(tuple(rows), numbers[~of_features], of_features)
