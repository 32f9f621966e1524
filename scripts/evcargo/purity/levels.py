"""How much of a class of markers each sample holds, by what each of its markers says.

A class (EV core; lipoproteins, immunoglobulins ...) has a profile over the study, found by median
polish of the log2 intensities (Tukey 1977; for arrays Irizarry 2003,
10.1093/biostatistics/4.2.249). By its place in the profile every marker says how much of the class
a sample holds, and the level of the class is the median of what they say. The amount is the sum of
the markers, where one that departs from the level counts at most `REACH` beyond it, so that none
decides alone, and one that is not seen counts what the level lets expect, at most the floor of the
run, so that a shallow run tells the same as a deep one. A marker that one sample shows alone is
placed by the level of that sample, which it does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROUNDS = 50
DRAWS = 400
REACH = 3.0  # by which a marker may depart from its class, log2
FEW = 3  # markers from which a sample's own disagreement is known
UNSEEN_CLASS = (0.0, 6.0)  # a class of which nothing is seen: so far below its bound, log2
UNSEEN_MEMBER = (2.0, 8.0)  # a marker that no sample shows: so far below the floor, log2

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """What the samples of a study show of one class.

    Parameters
    ----------
    says
        Samples x markers: log2 amount of the class by each marker, NaN where it is not seen.
    bounds
        Samples x markers: what a marker at the floor of the run would say.
    weight
        By marker: its share of the profile; they sum to 1.
    shared
        By marker: whether its place is known from several samples. If no marker is shown by
        several, all are.
    disagreement
        By how much shared markers depart from the level of their sample, log2, all that are seen;
        widened for the sample's own part in the profile. Empty if no marker is shown by several.
    hidden
        Members of the class that no sample shows.
    levels
        By sample; NaN where it shows no shared marker.
    place
        By marker, also those that one sample shows: its log2 intensity at the level 0.
    """

    says: pd.DataFrame
    bounds: pd.DataFrame
    weight: pd.Series
    shared: pd.Series
    disagreement: Floats
    hidden: int
    levels: pd.Series
    place: pd.Series

    def expected(self) -> pd.DataFrame:
        """log2 intensity that the level lets expect; NaN where there is no level."""
        table = self.levels.to_numpy(float)[:, None] + self.place.to_numpy(float)
        return pd.DataFrame(table, self.levels.index, self.place.index)


def class_profile(log2: pd.DataFrame, floor: pd.Series, members: int) -> Profile:
    """Fit the profile of one class.

    A marker that only one sample shows tells nothing of the level of any. Where there are markers
    that several samples show, it is placed by the level that these give to its sample: so it counts
    with all that is seen of it there, and says nothing else.

    Parameters
    ----------
    log2
        Samples x markers of one class, log2 raw intensity, NaN where not seen.
    floor
        log2 intensity below which each run misses proteins, by sample.
    members
        Members that the class has, seen or not.
    """
    seen = log2.notna().sum()
    x = log2.loc[:, seen > 0]
    hidden = max(members - x.shape[1], 0)
    if x.empty:
        none = pd.Series(dtype=float)
        return Profile(x, x, none, none.astype(bool), np.array([]), hidden, none, none)
    n = seen[x.columns].to_numpy(float)
    shared = n >= min(2, n.max())
    effect = np.empty(len(n))
    effect[shared] = polish(x.loc[:, shared].to_numpy(float))
    below = floor.to_numpy(float)[:, None]
    levels = _levels(x.to_numpy(float) - effect, below - effect, shared)
    effect[~shared] = x.loc[:, ~shared].sub(levels, axis=0).max().to_numpy(float)
    total = np.log2(np.sum(2.0 ** (effect - effect.max()))) + effect.max()
    effect, levels = effect - total, levels + total
    says, bounds = x - effect, below - effect
    rest = ((says.T - levels).T.to_numpy(float) * np.sqrt(n / np.maximum(n - 1, 1)))[:, shared]
    if n.max() < 2:
        rest = np.full_like(rest, np.nan)
    known = np.where(np.isfinite(says.to_numpy(float)[:, shared]).any(axis=1), levels, np.nan)
    return Profile(
        says,
        pd.DataFrame(bounds, x.index, x.columns),
        pd.Series(2.0**effect, x.columns),
        pd.Series(shared, x.columns),
        np.clip(rest[np.isfinite(rest)], -REACH, REACH),
        hidden,
        pd.Series(known, x.index),
        x.sub(known, axis=0).median(),
    )


def _levels(says: Floats, bounds: Floats, shared: NDArray[np.bool_]) -> Floats:
    pairs = zip(says[:, shared], bounds[:, shared], strict=True)
    return np.array([level(*pair) for pair in pairs])


def polish(x: Floats) -> Floats:
    """Column effects of a matrix with missing values, by median polish."""
    row = _median(x, 1)
    effect = _median(x - row[:, None], 0)
    for _ in range(ROUNDS):
        step = _median(x - effect - row[:, None], 1)
        row = row + step
        effect = _median(x - row[:, None], 0)
        if np.nanmax(np.abs(step)) < 1e-6:
            break
    return effect


def _median(values: Floats, axis: int) -> Floats:
    return np.asarray(pd.DataFrame(values).median(axis=axis), dtype=float)


def level(says: Floats, bounds: Floats) -> float:
    """Median of what the markers of one sample say, as far as the unseen ones allow.

    An unseen marker whose bound is below the level says at most its bound; the others say nothing.
    If none is seen, the level is below the lowest bound, in the middle of `UNSEEN_CLASS`.
    """
    unseen = np.isnan(says)
    seen, bounds = says[~unseen], bounds[unseen]
    if not len(seen):
        return float(bounds.min() - np.mean(UNSEEN_CLASS))
    found = float(np.median(seen))
    for _ in range(ROUNDS):
        lower = float(np.median(np.concatenate([seen, bounds[bounds < found]])))
        if abs(lower - found) < 1e-6:
            break
        found = lower
    return found


def profiles_of(
    intensity: pd.DataFrame, group_of: pd.Series, members: Mapping[str, int], floor: pd.Series
) -> dict[str, Profile]:
    """Profile of every group of markers.

    Parameters
    ----------
    intensity
        Samples x protein groups, raw, NaN where not seen.
    group_of
        Group of each protein group; those of no group are not in `members`.
    members
        Members of each group, seen or not.
    floor
        log2 intensity below which each run misses proteins.
    """
    log2 = np.log2(intensity)
    return {
        name: class_profile(log2.loc[:, (group_of == name).to_numpy()], floor, count)
        for name, count in members.items()
    }


@dataclass(frozen=True)
class Seen:
    """What one sample shows of one class, with its parts as in `Profile`."""

    markers: pd.Index
    says: Floats
    bounds: Floats
    weight: Floats
    shared: NDArray[np.bool_]
    disagreement: Floats
    hidden: float  # signal of a hidden member at the floor, times their number

    @classmethod
    def of(cls, profile: Profile, sample: str, floor: float) -> "Seen":
        """Of a profile, with the log2 floor of the sample's run."""
        says, bounds = (
            table.loc[sample].to_numpy(float) for table in (profile.says, profile.bounds)
        )
        return cls(
            profile.says.columns,
            says,
            bounds,
            profile.weight.to_numpy(float),
            profile.shared.to_numpy(bool),
            profile.disagreement,
            profile.hidden * 2.0**floor,
        )

    @property
    def count(self) -> int:
        """Markers that are seen."""
        return int(np.isfinite(self.says).sum())

    @property
    def middle(self) -> float:
        """Level of the class."""
        return level(self.says[self.shared], self.bounds[self.shared])

    @property
    def parts(self) -> Floats:
        """Amount of each marker, seen or not."""
        if not len(self.says):
            return np.array([])
        middle = self.middle
        departs = np.where(
            np.isnan(self.says),
            np.minimum(self.bounds - middle, 0),
            np.clip(self.says - middle, -REACH, REACH),
        )
        return np.asarray(self.weight * 2.0 ** (middle + departs))

    @property
    def seen(self) -> float:
        """Amount of the markers that are seen."""
        return float(self.parts[np.isfinite(self.says)].sum())

    @property
    def amount(self) -> float:
        """Amount of the class."""
        return float(self.parts.sum() + self.hidden * 2.0 ** -np.mean(UNSEEN_MEMBER))

    def draws(self, rng: np.random.Generator) -> Floats:
        """Bootstrapped amounts."""
        hidden = self.hidden * 2.0 ** -rng.uniform(*UNSEEN_MEMBER, DRAWS)
        size = (DRAWS, len(self.says))
        if not len(self.says):
            return hidden
        if not self.count:
            below = rng.uniform(*UNSEEN_CLASS, DRAWS)
            return hidden + 2.0 ** (np.min(self.bounds) - below)
        seen, parts = np.isfinite(self.says), self.parts
        if not len(self.disagreement):
            return hidden + rng.choice(parts[seen], (DRAWS, self.count)).sum(axis=1)
        middle = self.middle
        own = self.says[seen & self.shared] - middle
        number = max(len(own), 1)
        own = own if len(own) >= FEW else self.disagreement
        shift = rng.choice(own - np.median(own), DRAWS)[:, None] / np.sqrt(number)
        told = np.minimum(rng.choice(own, size) + shift, self.bounds - middle)
        shaken = parts * 2.0 ** rng.choice(self.disagreement, size)
        drawn = np.where(seen, shaken, self.weight * 2.0 ** (middle + told))
        return np.asarray(hidden + drawn.sum(axis=1))

    def without(self, number: int) -> "Seen":
        """Leave one marker out."""
        others = np.arange(len(self.says)) != number
        shared = self.shared[others]
        return replace(
            self,
            markers=self.markers[others],
            says=self.says[others],
            bounds=self.bounds[others],
            weight=self.weight[others],
            shared=shared if shared.any() else ~shared,
        )
