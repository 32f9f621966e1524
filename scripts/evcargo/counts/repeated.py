"""Genes that share a symbol, which are several rows of one table and must stay apart."""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import pandas as pd


def rename_repeated(tables: Mapping[str, pd.Index]) -> dict[str, list[str]]:
    """Name genes that share a symbol ``symbol``, ``symbol.2``, ``symbol.3``.

    Two rows of one symbol are different genes (or dates, where a spreadsheet had the table). What
    tells them apart is the order of the rows, so it must be the same in all tables (see
    `check_order`). A new name is one that no table has.

    Parameters
    ----------
    tables
        Path -> names of the rows.

    Returns
    -------
    dict
        Path -> names that occur once.
    """
    if all(names.is_unique for names in tables.values()):
        return {path: names.tolist() for path, names in tables.items()}
    taken = {name for names in tables.values() for name in names}
    known: dict[tuple[str, int], str] = {}
    return {path: _renamed(names, taken, known) for path, names in tables.items()}


def _renamed(index: pd.Index, taken: set[str], known: dict[tuple[str, int], str]) -> list[str]:
    """Name every row; `taken` and `known` ((name, row of that name) -> new name) grow."""
    copies: Counter[str] = Counter()
    renamed = []
    for name in index:
        copies[name] += 1
        copy = copies[name]
        row = (name, copy)
        if row not in known:
            free = name
            while copy > 1 and free in taken:
                free, copy = f"{name}.{copy}", copy + 1
            known[row] = free
            taken.add(free)
        renamed.append(known[row])
    return renamed


def check_order(tables: Mapping[str, pd.Index]) -> dict[str, str]:
    """Find tables that share a repeated symbol but not the order of the features they share.

    Returns
    -------
    dict
        Path -> why the table cannot be used beside another, as one text with the remedy.
    """
    repeated = {name for names in tables.values() for name in names[names.duplicated()].unique()}
    if not repeated:
        return {}
    orders: dict[str, pd.Index] = {}
    for path, names in tables.items():
        if not any(names.equals(order) for order in orders.values()):
            orders[path] = names
    wrong: dict[str, str] = {}
    for (first, before), (other, after) in combinations(orders.items(), 2):
        shared = set(before) & set(after)
        unsure = sorted(repeated & shared)
        if unsure and [n for n in before if n in shared] != [n for n in after if n in shared]:
            wrong.setdefault(
                other,
                f"{other}: feature {unsure[0]!r} is on several rows here or in {first}, and the two"
                " tables have other rows or another order, so which row is which gene cannot be"
                f" told ({len(unsure)} such features). Give ids that occur once, such as those of"
                " Ensembl, or join the tables to one",
            )
    return wrong
