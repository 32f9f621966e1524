"""Composition of simulated EV preparations: weighted sums of components with known contents."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError

#: Spread (natural log) of the molecules of which no amount is given: three orders of magnitude.
UNNAMED_SPREAD = 1.2
#: Their median amount, in the units of the named ones.
UNNAMED_MEDIAN = 0.5


def read_profiles(path: str | Path, molecule: str) -> pd.DataFrame:
    """Amounts of one molecule type (`protein` or `rna`) by component.

    Returns
    -------
    pandas.DataFrame
        Names x components, relative amounts, 0 where a component does not hold the molecule.
    """
    table = pd.read_csv(path, sep="\t")
    chosen = table[table["molecule"] == molecule]
    if chosen.empty:
        raise EvcargoError(f"{path}: no rows of molecule {molecule}. It must be protein or rna")
    return chosen.pivot(index="name", columns="component", values="amount").fillna(0.0)


def fill_component(
    profiles: pd.DataFrame, component: str, names: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Give the molecules that no component names a log-normal amount in one component.

    Parameters
    ----------
    profiles
        Names x components, from `read_profiles`.
    component
        Component that gets the unnamed molecules.
    names
        All molecules of the reference, in any order.
    rng
        Source of the amounts.

    Returns
    -------
    pandas.DataFrame
        Names x components for exactly `names`, sorted.
    """
    filled = profiles.reindex(sorted(names)).fillna(0.0)
    unnamed = filled.index.difference(profiles.index)
    amounts = rng.lognormal(np.log(UNNAMED_MEDIAN), UNNAMED_SPREAD, len(unnamed))
    filled.loc[unnamed, component] = amounts
    return filled


def mix(profiles: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Composition of a preparation.

    Parameters
    ----------
    profiles
        Names x components.
    weights
        Share of the preparation that each component makes up; they are scaled to sum to 1.

    Returns
    -------
    pandas.Series
        Amount by name, summing to 1.
    """
    unknown = sorted(set(weights) - set(profiles.columns))
    if unknown:
        raise EvcargoError(f"no component {unknown} among {sorted(profiles.columns)}")
    shares = profiles / profiles.sum()
    mixed = sum(shares[name] * weight for name, weight in weights.items())
    return mixed / sum(weights.values())


def vary(amounts: pd.Series, spread_log2: float, rng: np.random.Generator) -> pd.Series:
    """Biological variation: each molecule times a log-normal factor of that standard deviation."""
    return amounts * 2 ** rng.normal(0, spread_log2, len(amounts))
