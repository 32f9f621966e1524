"""Which features have counts enough to be tested.

The rule is edgeR's filterByExpr (Chen 2016, 10.12688/f1000research.8987.2): a feature needs
`min_count` reads, or what that is in a library of another size, in as many samples as the smallest
group has, and `min_total_count` reads in all. It knows which groups there are, but not which sample
is in which, so that it does not favour features that differ.

The groups are those that a contrast compares: its two levels, or all levels of kind any. Where the
model is fitted on further levels (`fit_on: all`), their samples count neither among the groups nor
among the samples that must show a feature: what only they show says nothing of the two compared,
and would only be one test more to adjust for. So the same features are tested either way. A slope
has no groups; in their place is the inverse of the largest leverage of its numbers, which is the
size of the smaller group where these are two. Covariates count in neither: a second model, with
the purity axes among them, shall test the same features.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from evcargo.differential.design import COMPARISON
from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats
from evcargo.study.model import Contrast

LARGE_GROUP = 10
LARGE_SHARE = 0.7
"""Of the samples beyond `LARGE_GROUP`, how many must show a feature (edgeR: large.n, min.prop)."""
TOLERANCE = 1e-14


class CountFilter(NamedTuple):
    """What a feature needs to be tested.

    Reads in a library of median size, reads in all samples together, and, as a further condition,
    `min_cpm` counts per million in `min_share` of the samples.
    """

    min_count: float
    min_total_count: float
    min_cpm: float = 0.0
    min_share: float = 0.5


def filter_of(options: Mapping[str, Any]) -> CountFilter:
    """Read the filter from the section `differential` of the config."""
    names = ("min_count", "min_total_count", "min_cpm", "min_cpm_share")
    return CountFilter(*(options[name] for name in names))


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


def smallest_compared(
    groups: Mapping[str, Flags], contrast: Contrast, design: pd.DataFrame
) -> float:
    """Size of the smallest group that a contrast compares.

    Parameters
    ----------
    groups
        Of `evcargo.differential.design.sides`.
    contrast
        What is compared.
    design
        Of `evcargo.differential.design.model_matrix`.
    """
    if contrast.kind == "slope":
        return smallest_group((), design[["intercept", COMPARISON]])
    return smallest_group([int(at.sum()) for at in groups.values()])


def least_cpm(library_sizes: Floats, expressed: CountFilter) -> float:
    """Give the counts per million from which a feature is expressed in a sample."""
    return float(expressed.min_count / np.median(library_sizes) * 1e6)


def is_expressed(
    counts: pd.DataFrame,
    expressed: CountFilter,
    smallest: float,
    library_sizes: Floats | None = None,
) -> pd.Series:
    """Tell which features pass the filter.

    Parameters
    ----------
    counts
        Samples x features, raw; of the compared samples, all of which have a count.
    expressed
        The reads that are needed.
    smallest
        Of `smallest_compared`.
    library_sizes
        Reads of each sample, where `counts` are not all of them; otherwise their sum.
    """
    sizes = counts.sum(axis=1).to_numpy(float) if library_sizes is None else library_sizes
    cpm = counts.div(sizes, axis=0) * 1e6
    in_samples = (cpm >= least_cpm(sizes, expressed)).sum() >= samples_needed(smallest) - TOLERANCE
    total = counts.sum()
    enough = in_samples & (total >= expressed.min_total_count - TOLERANCE) & (total > 0)
    if not expressed.min_cpm:
        return enough
    return enough & ((cpm >= expressed.min_cpm).mean() >= expressed.min_share)


def filter_words(expressed: CountFilter, samples: float | str) -> str:
    """Say what a feature needs, for the description of the method and the reasons of features.

    Parameters
    ----------
    expressed
        The filter.
    samples
        Of `smallest_compared`, or in words how many samples are needed.
    """
    if not isinstance(samples, str):
        needed = int(np.ceil(samples_needed(samples) - TOLERANCE))
        samples = f"{needed} sample{'s' if needed > 1 else ''}"
    parts = []
    if expressed.min_count:
        parts.append(
            f"{_reads(expressed.min_count)} (in a library of median size, or as many per million)"
            f" in {samples}"
        )
    if expressed.min_total_count:
        parts.append(f"{_reads(expressed.min_total_count)} in all samples together")
    if expressed.min_cpm:
        parts.append(f"{expressed.min_cpm:g} CPM in {expressed.min_share:.0%} of the samples")
    return " and ".join(parts) or "a read in some sample"


def _reads(number: float) -> str:
    return f"{number:g} read{'s' if number != 1 else ''}"
