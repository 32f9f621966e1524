"""What each insert counts as: class by priority, mature miRNA by its place on the hairpin."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evcargo.rna.align import Place
from evcargo.rna.reference import MIRNA, PRECURSOR

MAX_SHIFT_5P = 2
MAX_SHIFT_3P = 5
UNASSIGNED, LOW_COMPLEXITY = "unassigned", "low_complexity"
MAX_ONE_LETTER = 0.9
MAX_RUN = 0.5

Feature = tuple[str, str]


@dataclass
class Assignment:
    """Reads of a sample by feature and by class.

    Parameters
    ----------
    reads
        (class, feature) -> reads, fractional where an insert fits several features of its class.
    inserts
        (class, feature) -> distinct inserts that fit.
    steps
        Class, `unassigned` or `low_complexity` -> reads; they sum to the reads of the inserts.
    """

    reads: dict[Feature, float] = field(default_factory=lambda: defaultdict(float))
    inserts: Counter[Feature] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)


class Catalogue:
    """Looks up what a place counts as.

    Parameters
    ----------
    features
        Table of contract ``rna_features``.
    priority
        RNA classes, the first wins an insert that fits several equally well; other classes follow
        in alphabetical order. A hairpin beside its mature miRNAs comes last: several hairpins are
        pieces of tRNA and other genes.
    """

    def __init__(self, features: pd.DataFrame, priority: Sequence[str]) -> None:
        self._whole: dict[int, Feature] = {}
        self._matures: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
        columns = ["reference", "class", "feature", "start", "end"]
        for number, rna_class, name, start, end in features[columns].itertuples(index=False):
            if rna_class == MIRNA:
                self._matures[number].append((start, end, name))
            else:
                self._whole[number] = (rna_class, name)
        present = {rna_class for rna_class, _ in self._whole.values()} | {MIRNA}
        others = sorted(present - set(priority) - {PRECURSOR})
        order = [*(name for name in priority if name != PRECURSOR), *others, PRECURSOR]
        self._rank = {name: rank for rank, name in enumerate(order)}

    def features_of(self, places: Iterable[Place]) -> list[Feature]:
        """Features that an insert counts as; all of one class, none if it has no place."""
        found = list(places)
        matures = [call for place in found for call in self._mature_calls(place)]
        nearest = min((shift for shift, _ in matures), default=None)
        features = {(MIRNA, name) for shift, name in matures if shift == nearest}
        features |= {self._whole[place.reference] for place in found}
        best = min((self._rank[rna_class] for rna_class, _ in features), default=0)
        return sorted(feature for feature in features if self._rank[feature[0]] == best)

    def _mature_calls(self, place: Place) -> Iterable[tuple[tuple[int, int], str]]:
        for start, end, name in self._matures.get(place.reference, ()):
            shift = (abs(place.start - start), abs(place.end - end))
            if shift[0] <= MAX_SHIFT_5P and shift[1] <= MAX_SHIFT_3P:
                yield shift, name


def is_low_complexity(insert: str) -> bool:
    """Whether one letter makes up over 90 % of an insert, or one run of it over half (miRTrace)."""
    most = max(insert.count(letter) for letter in "ACGT")
    if most <= MAX_RUN * len(insert):
        return False
    run = int(MAX_RUN * len(insert)) + 1
    return most > MAX_ONE_LETTER * len(insert) or any(letter * run in insert for letter in "ACGT")


def assign(
    counts: Mapping[str, int], places: Iterable[tuple[str, list[Place]]], catalogue: Catalogue
) -> Assignment:
    """Give the reads of each insert to its features, in equal parts where it fits several.

    Parameters
    ----------
    counts
        Distinct insert -> reads (or molecules).
    places
        Insert and its best places, see `evcargo.rna.align.align`; an insert of low complexity is
        not among them.
    catalogue
        What a place counts as.

    Returns
    -------
    Assignment
        Its steps sum to the counts.
    """
    result = Assignment()
    placed = 0
    for insert, found in places:
        reads = counts[insert]
        placed += reads
        features = catalogue.features_of(found)
        result.steps[features[0][0] if features else UNASSIGNED] += reads
        for feature in features:
            result.reads[feature] += reads / len(features)
            result.inserts[feature] += 1
    result.steps[LOW_COMPLEXITY] += sum(counts.values()) - placed
    return result


def largest_remainder(shares: np.ndarray) -> np.ndarray:
    """Round to integers that keep the sum.

    The largest remainders are rounded up, the first of equal ones before the later.

    Parameters
    ----------
    shares
        Non-negative numbers whose sum is an integer (within 1e-3), shape (n,).

    Returns
    -------
    numpy.ndarray
        Integers, shape (n,), of the same sum.
    """
    whole = np.floor(shares + 1e-9).astype(np.int64)
    missing = round(float(shares.sum())) - int(whole.sum())
    order = np.argsort(-(shares - whole).round(9), kind="stable")
    whole[order[:missing]] += 1
    return whole


def feature_counts(assignment: Assignment) -> pd.DataFrame:
    """Put counts under the contract ``rna_counts``; the integers sum to the reads of a class."""
    frames = []
    for rna_class in sorted({feature[0] for feature in assignment.reads}):
        names = sorted(name for found, name in assignment.reads if found == rna_class)
        fractions = np.array([assignment.reads[rna_class, name] for name in names])
        frames.append(
            pd.DataFrame(
                {
                    "feature": names,
                    "class": rna_class,
                    "reads": largest_remainder(fractions),
                    "fractional_reads": fractions,
                    "inserts": [assignment.inserts[rna_class, name] for name in names],
                }
            )
        )
    columns = ["feature", "class", "reads", "fractional_reads", "inserts"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
