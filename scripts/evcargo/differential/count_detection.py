"""In which samples an RNA was seen, with libraries of different depth.

A deep library shows more RNAs than a shallow one of the same composition, and no limit in counts
per million changes that: in the shallow one the chance of the draw decides. So every library is
thinned to the depth of the shallowest that is compared: each read is kept with the same chance, as
if so much less had been sequenced (rarefaction; a thinned Poisson or negative binomial count is one
with the lower mean). An RNA was seen where enough of its reads are kept. What is kept is drawn once
for a feature and sample, by their names, so that neither another sample nor the order of the rows
changes it. Nothing is seen where there is no read.

The limit is the one of the filter (`evcargo.differential.count_filter`): `min_count` reads in a
library of median depth, or what these are at the depth to which all are thinned, one read or more.
Samples with less than a tenth of the median depth (of the level where it is lowest) would leave
nothing of the others, and are left out of this test.

Depth is the size factor of a sample, so that one abundant RNA that fills the libraries of a level
makes no other seem absent there. Where fewer than `FEW_COMPLETE` features are counted in every
sample, size factors rest on the few that a shallow library happens to show, and make it seem deeper
than it is; then depth is the number of reads.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evcargo.differential.design import MIN_SIDE, NotTestable, sides
from evcargo.differential.detection import detection_table
from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats
from evcargo.study.model import Contrast

SHALLOW = 0.1
FEW_COMPLETE = 10
UNIFORM = 2.0**-53
ROUNDING = 1e-9


def detect_counts(
    counts: pd.DataFrame,
    depth: pd.Series,
    rows: pd.DataFrame,
    contrast: Contrast,
    min_count: float,
) -> tuple[pd.DataFrame | None, str]:
    """Run the detection test of RNA of a contrast.

    Parameters
    ----------
    counts
        Samples x features, raw, without spike-ins.
    depth
        Of the samples (`depth_of`).
    rows
        Samples of the model (`evcargo.differential.design.compared_samples`).
    contrast
        What is compared.
    min_count
        Reads by which a feature is seen in a library of median depth.

    Returns
    -------
    table, said
        As `evcargo.differential.detection.detect`.
    """
    try:
        seen = seen_features(counts, depth, sides(rows, contrast), min_count)
    except NotTestable as why:
        return None, f"; no detection test, because {why}"
    names = counts.columns.astype(str)
    return detection_table(seen.flags, names, rows.loc[seen.samples], contrast, seen.words)


def depth_of(counts: pd.DataFrame, factors: pd.Series, from_spikes: bool) -> pd.Series:
    """Depth of the samples: their size factors where these are sure, otherwise their reads.

    Parameters
    ----------
    counts
        Samples x features that `factors` were made from.
    factors
        Size factors of the samples.
    from_spikes
        Whether they were made from spike-ins, which are sure, however few they are.
    """
    if from_spikes or (counts > 0).all().sum() >= FEW_COMPLETE:
        return factors
    return counts.sum(axis=1).astype(float)


class Seen(NamedTuple):
    """Features x samples: where a feature was seen; the samples, and how, in words."""

    flags: Flags
    samples: pd.Index
    words: str


def seen_features(
    counts: pd.DataFrame, depth: pd.Series, groups: Mapping[str, Flags], min_count: float
) -> Seen:
    """Find in which samples each feature was seen, at one depth for all.

    Parameters
    ----------
    counts
        Samples x features, raw.
    depth
        Of the samples.
    groups
        Which samples are of each level that is compared; others are left out.
    min_count
        Reads that are asked for in a library of median depth.

    Raises
    ------
    NotTestable
        If fewer than two samples of a level are deep enough.
    """
    lowest = min(float(depth[at].median()) for at in groups.values() if at.any())
    compared = np.any(list(groups.values()), axis=0)
    deep = compared & (depth >= SHALLOW * lowest).to_numpy(bool)
    for level, at in groups.items():
        if (at & deep).sum() < min(MIN_SIDE, at.sum()):
            raise NotTestable(
                f"fewer than {MIN_SIDE} samples of {level} are deep enough to compare"
            )
    common = float(depth[deep].min())
    least = max(int(np.ceil(min_count * common / float(depth[deep].median()) - ROUNDING)), 1)
    kept = counts[deep]
    flags = thinned_flags(kept, (common / depth[deep]).to_numpy(float), least)
    reads = "read" if least == 1 else "reads"
    words = f"RNAs seen with {least} {reads} or more at the depth of {depth[deep].idxmin()}"
    shallow = counts.index[compared & ~deep]
    if len(shallow):
        words += f" (without {', '.join(map(str, shallow))}, of less than a tenth of the depth)"
    return Seen(flags, kept.index, words)


def thinned_flags(counts: pd.DataFrame, kept: Floats, least: int) -> Flags:
    """Tell where at least so many reads are kept if each is kept with a chance.

    Parameters
    ----------
    counts
        Samples x features.
    kept
        Chance of each sample.
    least
        Reads.

    Returns
    -------
    numpy.ndarray
        Features x samples.
    """
    values = counts.to_numpy(float)
    flags = values >= least
    row, column = np.nonzero(flags & (kept < 1)[:, None])
    chance = stats.binom.sf(least - 1, values[row, column], kept[row])
    samples, features = (_hashed(names) for names in (counts.index, counts.columns))
    flags[row, column] = _uniform(samples[row], features[column]) < chance
    return np.asarray(flags.T)


def _hashed(names: pd.Index) -> NDArray[np.uint64]:
    return pd.util.hash_array(names.astype(str).to_numpy(object), categorize=False)


def _uniform(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> Floats:
    """Numbers from 0 to 1 of two hashes, by splitmix64 (Steele 2014, 10.1145/2660193.2660195)."""
    with np.errstate(over="ignore"):
        mixed = left * np.uint64(0x9E3779B97F4A7C15) + right
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(float) * UNIFORM
