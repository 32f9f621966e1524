"""Folds in which the samples of one subject stay together, and labels permuted by the same rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evcargo.biomarkers.predictions import Flags, Ints


@dataclass(frozen=True)
class Units:
    """Which samples belong together.

    Parameters
    ----------
    of_sample
        Number of the unit (subject, or the sample itself) of each sample, from 0.
    stratum
        Of each unit: labels are permuted only among units of one stratum, e.g. a batch.
    """

    of_sample: Ints
    stratum: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.stratum)

    def counts(self, labels: Flags) -> Ints:
        """Count the samples of each unit without and with the label, units x 2."""
        table = np.zeros((self.count, 2), dtype=np.int64)
        np.add.at(table, (self.of_sample, labels.astype(int)), 1)
        return table


def units_of(names: Sequence[str], strata: Sequence[str]) -> Units:
    """Make units of samples: `names` of the unit and of the stratum of each sample."""
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    of_unit: dict[str, set[str]] = {}
    for name, stratum in zip(names, strata, strict=True):
        of_unit.setdefault(name, set()).add(stratum)
    places = np.array([known[name] for name in names], dtype=np.int64)
    return Units(places, tuple("|".join(sorted(of_unit[name])) for name in known))


def deal(
    labels: Flags, units: Units, folds: int, rng: np.random.Generator, among: Flags | None = None
) -> Ints:
    """Deal the samples to folds, by label and unit.

    Units with equal numbers of samples of each label are shuffled and dealt one after the other, so
    that folds have as many samples of each label as can be, and no unit is cut.

    Parameters
    ----------
    labels, units
        Of all samples.
    folds
        How many.
    rng
        Draws the order.
    among
        Samples to be dealt; all by default.

    Returns
    -------
    numpy.ndarray
        Fold of each sample, from 0; -1 for samples that are not dealt.
    """
    among = np.ones(len(labels), dtype=bool) if among is None else among
    table = np.zeros((units.count, 2), dtype=np.int64)
    np.add.at(table, (units.of_sample[among], labels[among].astype(int)), 1)
    fold_of = np.full(units.count, -1, dtype=np.int64)
    next_fold = 0
    for kind in np.unique(table, axis=0):
        if not kind.sum():
            continue
        alike = rng.permutation(np.flatnonzero((table == kind).all(axis=1)))
        fold_of[alike] = (next_fold + np.arange(len(alike))) % folds
        next_fold += len(alike)
    return np.where(among, fold_of[units.of_sample], -1)


def permuted(labels: Flags, units: Units, rng: np.random.Generator) -> Flags:
    """Permute the labels as the design allows.

    Units whose samples share one label exchange it with other such units of their stratum; in units
    with both labels the samples exchange them. So the labels stay as dependent as they were.
    """
    table = units.counts(labels)
    result = labels.copy()
    pure = (table > 0).sum(axis=1) == 1
    strata = np.array(units.stratum)
    of_unit = table[:, 1] > 0
    for stratum in np.unique(strata[pure]):
        here = np.flatnonzero(pure & (strata == stratum))
        of_unit[here] = of_unit[rng.permutation(here)]
    whole = pure[units.of_sample]
    result[whole] = of_unit[units.of_sample[whole]]
    for unit in np.flatnonzero(~pure):
        inside = np.flatnonzero(units.of_sample == unit)
        result[inside] = labels[rng.permutation(inside)]
    return result


def can_be_permuted(labels: Flags, units: Units) -> bool:
    """Whether there is another way to give the labels to the samples."""
    table = units.counts(labels)
    pure = (table > 0).sum(axis=1) == 1
    if not pure.all():
        return True
    strata = np.array(units.stratum)
    return any(len(set(table[strata == one, 1] > 0)) > 1 for one in np.unique(strata))
