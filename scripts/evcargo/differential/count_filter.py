"""Which features have counts enough to be tested.

The rule is edgeR's filterByExpr (Chen 2016, 10.12688/f1000research.8987.2): a feature needs
`min_count` reads, or what that is in a library of another size, in as many samples as the smallest
group has, and `min_total_count` reads in all. It knows which groups there are, but not which sample
is in which, so that it does not favour features that differ.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from evcargo.differential.prior import Floats

LARGE_GROUP = 10
LARGE_SHARE = 0.7
"""Of the samples beyond `LARGE_GROUP`, how many must show a feature (edgeR: large.n, min.prop)."""
TOLERANCE = 1e-14


class CountFilter(NamedTuple):
    """Reads that a feature needs in a library of median size, and in all samples together."""

    min_count: float
    min_total_count: float


def samples_needed(smallest: float) -> float:
    """In how many samples a feature must be expressed; `smallest` is the size of a group."""
    if smallest <= LARGE_GROUP:
        return float(smallest)
    return LARGE_GROUP + (smallest - LARGE_GROUP) * LARGE_SHARE


def smallest_group(sizes: Sequence[int], design: pd.DataFrame | None = None) -> float:
    """Size of the smallest group, or of what a design without groups has in its place.

    Parameters
    ----------
    sizes
        Samples of each group.
    design
        Samples x coefficients of a slope: the inverse of the largest leverage counts.
    """
    if design is None:
        return float(min(sizes))
    basis = np.linalg.qr(design.to_numpy(float))[0]
    return float(1 / (basis**2).sum(axis=1).max())


def least_cpm(library_sizes: Floats, expressed: CountFilter) -> float:
    """Give the counts per million from which a feature is expressed in a sample."""
    return float(expressed.min_count / np.median(library_sizes) * 1e6)


def is_expressed(counts: pd.DataFrame, expressed: CountFilter, smallest: float) -> pd.Series:
    """Tell which features pass the filter.

    Parameters
    ----------
    counts
        Samples x features, raw; of the compared samples, all of which have a count.
    expressed
        The reads that are needed.
    smallest
        Of `smallest_group`.
    """
    library_sizes = counts.sum(axis=1).to_numpy(float)
    cpm = counts.div(library_sizes, axis=0) * 1e6
    enough = (cpm >= least_cpm(library_sizes, expressed)).sum()
    total = counts.sum()
    in_samples = enough >= samples_needed(smallest) - TOLERANCE
    return in_samples & (total >= expressed.min_total_count - TOLERANCE) & (total > 0)


def filter_words(expressed: CountFilter, smallest: float) -> str:
    """Say the filter for the description of the method."""
    return (
        f"features with {expressed.min_count:g} reads per library of median size in"
        f" {np.ceil(samples_needed(smallest) - TOLERANCE):g} samples and"
        f" {expressed.min_total_count:g} in all (filterByExpr)"
    )
