"""Which samples belong together: those of one subject, and those of one block of a contrast."""

import pandas as pd


def subjects_of_several_levels(rows: pd.DataFrame, column: str) -> list[str]:
    """Name the subjects whose samples stand at more than one level of a column, sorted.

    Parameters
    ----------
    rows
        Samples; samples without a subject are left out, and so are all without a column `subject`.
    column
        What is compared.
    """
    if "subject" not in rows:
        return []
    subjects = rows["subject"].astype("string").fillna("")
    levels = rows[column].astype("string").groupby(subjects[subjects != ""]).nunique()
    return [str(name) for name in levels.index[levels > 1]]


def unit_names(rows: pd.DataFrame, block: str = "") -> pd.Series:
    """Name the independent unit of each sample.

    A unit is a connected component of the block of a contrast and the subject: if the samples of a
    subject lie in two blocks, both blocks are one unit, since a model that has seen one of them
    knows the subject of the other.

    Parameters
    ----------
    rows
        Samples, by name; perhaps with the columns `subject` and `block`.
    block
        Column of the sample sheet; empty without one.

    Returns
    -------
    pandas.Series
        Unit of each row, in words, e.g. ``subject P1``; a sample without subject and block is a
        unit of its own.
    """
    columns = [one for one in dict.fromkeys((block, "subject")) if one and one in rows]
    first: dict[str, str] = {}  # the name that leads to the one that stands for the unit

    def unit(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    cells = {one: rows[one].astype("string").fillna("").str.strip() for one in columns}
    of_row = []
    for at, sample in enumerate(rows.index):
        names = [f"{one} {cell.iloc[at]}" for one, cell in cells.items() if cell.iloc[at]]
        names = names or [f"sample {sample}"]
        for other in names[1:]:
            first[unit(other)] = unit(names[0])
        of_row.append(names[0])
    return pd.Series([unit(name) for name in of_row], rows.index, dtype=object)
