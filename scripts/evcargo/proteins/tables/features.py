"""Which rows of a matrix of proteins are features of their own."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.files.summary_rows import find_summary_rows
from evcargo.proteins.tables.filtering import FEATURE, OWN, OWN_QUANTITIES, Funnel
from evcargo.proteins.tables.reader import Piece
from evcargo.proteins.tables.scale import RAW, RELATIVE, Scale

MIN_TELLING = 2
"""Cells with the same quantity from which two rows are one group."""
MIN_AMOUNT = 1000
"""Whole numbers below it (counts) may be the same by chance."""
MAX_REPEATED = 10
"""Rows that may hold a quantity; one that more hold stands for missing values."""


def rows_of(whole: Piece, stays: NDArray[np.bool_]) -> Piece:
    """Give some rows of a table."""
    tables = (whole.about, whole.values, whole.counts, whole.ibaq, whole.next_best)
    return Piece(*(table[stays] for table in tables))


def only_features(
    whole: Piece, title: str, scale: Scale, has_groups: bool, funnel: Funnel
) -> Piece:
    """Leave out rows that are the sum of the others; put members of one group together.

    Tables that list the members of a group one by one (PEAKS, lists of genes) repeat its quantities
    in each of their rows. Counted by row, such a group would weigh as often as it has members.

    Parameters
    ----------
    whole
        All rows of the table.
    title
        Of the column of identifiers.
    scale
        Of the quantities.
    has_groups
        Whether each row is a group by the program that wrote the table.
    funnel
        Takes what is left out.
    """
    whole = _without_sums(whole, title, scale, funnel)
    return whole if has_groups or scale.name == RELATIVE else _by_group(whole, funnel)


def _without_sums(whole: Piece, title: str, scale: Scale, funnel: Funnel) -> Piece:
    names, lines = whole.about["group"].tolist(), whole.about.index
    linear = whole.values.to_numpy(float) if scale.name == RAW else None
    sums = find_summary_rows(names, linear, [title])
    if not sums:
        return whole
    stays = np.ones(len(names), bool)
    stays[[row.row for row in sums]] = False
    funnel.named[FEATURE] = [replace(row, row=int(lines[row.row])) for row in sums]
    funnel.keep(whole.about, pd.Series(stays), FEATURE, OWN)
    return rows_of(whole, stays)


def _by_group(whole: Piece, funnel: Funnel) -> Piece:
    """Join the rows that have the same quantities in all runs."""
    values = whole.values.fillna(0)
    again = values.duplicated(keep=False)
    if not again.any():
        return whole
    again &= _tell_groups(values)
    first = (values.duplicated() & again).to_numpy(bool)
    if not first.any():
        return whole
    keys = values[again].apply(tuple, axis=1)
    about = whole.about.copy()
    for column in ("group", "gene"):
        joined = about.loc[again, column].groupby(keys).transform(_joined)
        about.loc[again, column] = joined
    funnel.keep(about, pd.Series(~first), OWN_QUANTITIES, OWN)
    return rows_of(replace(whole, about=about), ~first)


def _tell_groups(values: pd.DataFrame) -> pd.Series:
    """Flag the rows with enough quantities that are the same in another row by no accident."""
    common = values.apply(lambda column: column.map(column.value_counts()) > MAX_REPEATED)
    amounts = (values.abs() >= MIN_AMOUNT) | (values % 1 != 0)
    return ((values != 0) & amounts & ~common).sum(axis=1) >= MIN_TELLING


def _joined(names: pd.Series) -> str:
    return ";".join(dict.fromkeys(name for name in names if name))
