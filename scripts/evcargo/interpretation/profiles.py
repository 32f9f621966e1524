"""Reference profiles of the sources that a sample may be a mixture of."""

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.interpretation.keys import gene_key
from evcargo.study.cells import as_number
from evcargo.study.notes import Notes, quoted
from evcargo.study.sheet_numbers import with_plain_numbers
from evcargo.study.sheets import Sheet, read_sheet

GENE = "gene"
Floats = NDArray[np.float64]

FEWEST_SOURCES = 2
#: Condition numbers from which near collinearity is harmful, and strong (Belsley 1980,
#: 10.1002/0471725153).
WARN_CONDITION, REFUSE_CONDITION = 30.0, 100.0


def read_profiles(path: str) -> pd.DataFrame:
    """Read reference profiles.

    Parameters
    ----------
    path
        A table: column gene (symbol, or miRNA), then one column of linear quantities per source.

    Returns
    -------
    pandas.DataFrame
        Genes (`gene_key`, repeats summed) x sources, each summing to 1.

    Raises
    ------
    EvcargoError
        With the first mistake of the table; the check of the study has told all of them.
    """
    notes = Notes(str(path))
    sheet = read_profile_sheet(str(path), notes)
    table = profile_table(sheet, notes) if sheet else None
    if table is None or notes.problems:
        raise EvcargoError(str(notes.problems[0]))
    return table


def read_profile_sheet(path: str, notes: Notes) -> Sheet | None:
    """Read a table of profiles, its numbers plain; None where it cannot be read."""
    sheet = read_sheet(path, (GENE,), notes)
    if sheet is None:
        return None
    return with_plain_numbers(sheet, [name for name in sheet.columns if name != GENE], notes)


def profile_table(sheet: Sheet, notes: Notes) -> pd.DataFrame | None:
    """Profiles of a sheet as `read_profiles` gives them, or None and the problems."""
    sources = [name for name in sheet.columns if name != GENE]
    found = len(notes.problems)
    if len(sources) < FEWEST_SOURCES:
        remedy = "Give a column for each of the sources that may be mixed, two or more"
        notes.add(f"has {len(sources)} sources beside the genes", remedy, sheet.line)
    rows = []
    for row in sheet.rows:
        if not row.cells[GENE]:
            notes.add("is empty", "Write the gene, or delete the row", row.line, GENE)
        numbers = [as_number(row.cells[name]) for name in sources]
        for name, number in zip(sources, numbers, strict=True):
            if number is None or number < 0:
                said = "is negative" if number is not None else "is not a number"
                remedy = "Write a linear quantity, 0 where the source does not hold the gene"
                notes.add(said, remedy, row.line, quoted(name), row.cells[name])
        rows.append(numbers)
    if len(notes.problems) > found:
        return None
    names = [gene_key(row.cells[GENE]) for row in sheet.rows]
    table = pd.DataFrame(rows, index=names, columns=sources, dtype=float)
    table = table.groupby(level=0, sort=True).sum()
    for name in table.columns[~(table.sum() > 0)]:
        notes.add("holds nothing", "Delete the column", sheet.line, quoted(name))
    if len(notes.problems) > found:
        return None
    table = table[(table > 0).any(axis=1)] / table.sum()
    number = condition_number(table.to_numpy(float))
    if not number < REFUSE_CONDITION:
        one, other = most_alike(table)
        said = f"and {quoted(one)} are too alike to be told apart (condition number {number:.0f})"
        notes.add(said, "Leave one of them out, or sum them up", sheet.line, quoted(other))
        return None
    return table


def condition_number(profiles: Floats) -> float:
    """Condition number of the profiles, features at equal weight and columns at length 1."""
    scaled = profiles / profiles.mean(axis=1)[:, None]
    scaled = scaled / np.linalg.norm(scaled, axis=0)
    return float(np.linalg.cond(scaled))


def most_alike(profiles: pd.DataFrame) -> tuple[str, str]:
    """Two sources (columns) whose profiles are the most alike."""
    scaled = profiles.div(profiles.mean(axis=1), axis=0)
    scaled = scaled / np.sqrt((scaled**2).sum())
    pairs = list(combinations(scaled.columns, 2))
    best = max(pairs, key=lambda pair: float(scaled[pair[0]] @ scaled[pair[1]]))
    return str(best[0]), str(best[1])
