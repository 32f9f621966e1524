"""What each insert counts as: class by priority, mature miRNA by its place on the hairpin."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from evcargo.rna.align import Place
from evcargo.rna.reference import MIRNA, PRECURSOR

MAX_SHIFT_5P = 2
MAX_SHIFT_3P = 5
UNASSIGNED, LOW_COMPLEXITY = "unassigned", "low_complexity"
SPIKE_IN = "spike_in"
MAX_ONE_LETTER = 0.9
MAX_RUN = 0.5

Feature = tuple[str, str]
_Merit = tuple[int, int, int]  # rank of the class, shifts of the 5' and 3' end; the smallest wins
_Found = tuple[str, str, int, int]  # class, feature, its start and end
PIECES = ("tRNA", "Y_RNA")


class Call(NamedTuple):
    """What an insert counts as at one place; `start` and `end` are those of the feature."""

    rna_class: str
    feature: str
    place: Place
    start: int
    end: int


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
    mirnas
        Inserts of mature miRNAs with their calls.
    pieces
        (class, feature, reference, start, end) -> reads of the classes whose fragments are typed.
    unassigned
        Inserts that fit no reference.
    """

    reads: dict[Feature, float] = field(default_factory=lambda: defaultdict(float))
    inserts: Counter[Feature] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    mirnas: dict[str, list[Call]] = field(default_factory=dict)
    pieces: dict[tuple[str, str, int, int, int], float] = field(
        default_factory=lambda: defaultdict(float)
    )
    unassigned: list[str] = field(default_factory=list)


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
        self._features: defaultdict[int, list[tuple[str, str, int, int]]] = defaultdict(list)
        columns = ["reference", "class", "feature", "start", "end"]
        for number, *feature in features[columns].itertuples(index=False):
            self._features[number].append(tuple(feature))
        present = set(features["class"]) | {MIRNA}
        others = sorted(present - set(priority) - {PRECURSOR})
        order = [*(name for name in priority if name != PRECURSOR), *others, PRECURSOR]
        self._rank = {name: rank for rank, name in enumerate(order)}
        self._hairpins = set(features.loc[features["class"] == MIRNA, "reference"])
        self._known: dict[int | tuple[int, int, int], tuple[_Merit, list[_Found]]] = {}

    def calls(self, places: Sequence[Place]) -> list[Call]:
        """Look up what an insert counts as: all of one class, sorted, none if it has no place.

        The class of highest priority wins. Of mature miRNAs, only the nearest win: the 5' end
        decides, which sets the seed, then the 3' end.
        """
        if not places:
            return []
        if len(places) == 1:
            place = places[0]
            calls = [Call(*one[:2], place, *one[2:]) for one in self._best_at(place)[1]]
            return sorted(calls) if len(calls) > 1 else calls
        found = [(place, *self._best_at(place)) for place in places]
        best = min(merit for _, merit, _ in found)
        calls = [
            Call(rna_class, feature, place, start, end)
            for place, merit, features in found
            if merit == best
            for rna_class, feature, start, end in features
        ]
        return sorted(calls) if len(calls) > 1 else calls

    def features_of(self, places: Sequence[Place]) -> list[Feature]:
        """Features that an insert counts as; all of one class, none if it has no place."""
        return distinct_features(self.calls(places))

    def _best_at(self, place: Place) -> tuple[_Merit, list[_Found]]:
        # Where on the reference matters only where matures are.
        key = place[:3] if place.reference in self._hairpins else place.reference
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look_up(place)
        return known

    def _look_up(self, place: Place) -> tuple[_Merit, list[_Found]]:
        by_merit: defaultdict[_Merit, list[_Found]] = defaultdict(list)
        for rna_class, feature, start, end in self._features[place.reference]:
            shift = (0, 0)
            if rna_class == MIRNA:
                shift = (abs(place.start - start), abs(place.end - end))
                if shift[0] > MAX_SHIFT_5P or shift[1] > MAX_SHIFT_3P:
                    continue
            by_merit[self._rank[rna_class], *shift].append((rna_class, feature, start, end))
        best = min(by_merit)
        return best, by_merit[best]


def classes_in_order(classes: Sequence[str], priority: Sequence[str]) -> list[str]:
    """Put classes in order: by priority, hairpins after their matures, then all others."""
    listed = [*priority, PRECURSOR] if MIRNA not in priority else list(priority)
    if MIRNA in listed:
        listed.insert(listed.index(MIRNA) + 1, PRECURSOR)
    return [name for name in listed if name in classes] + sorted(set(classes) - set(listed))


def distinct_features(calls: Sequence[Call]) -> list[Feature]:
    """Features of calls, sorted."""
    if len(calls) == 1:
        return [calls[0][:2]]
    return sorted({call[:2] for call in calls})


def is_low_complexity(insert: str) -> bool:
    """Whether one letter makes up over 90 % of an insert, or one run of it over half (miRTrace)."""
    count, half = insert.count, MAX_RUN * len(insert)
    if count("A") <= half and count("C") <= half and count("G") <= half and count("T") <= half:
        return False
    most = max(map(count, "ACGT"))
    run = int(MAX_RUN * len(insert)) + 1
    return most > MAX_ONE_LETTER * len(insert) or any(letter * run in insert for letter in "ACGT")


def assign(counts: Mapping[str, int], called: Iterable[tuple[str, list[Call]]]) -> Assignment:
    """Give the reads of each insert to its features, in equal parts where it fits several.

    Parameters
    ----------
    counts
        Distinct insert -> reads (or molecules).
    called
        Insert and what it counts as; an insert of low complexity is not among them.

    Returns
    -------
    Assignment
        Its steps sum to the counts.
    """
    result = Assignment()
    placed = unassigned = 0
    for insert, calls in called:
        reads = counts[insert]
        placed += reads
        if not calls:
            unassigned += reads
            result.unassigned.append(insert)
            continue
        rna_class = calls[0].rna_class
        result.steps[rna_class] += reads
        features = distinct_features(calls)
        for feature in features:
            result.reads[feature] += reads / len(features)
            result.inserts[feature] += 1
        if rna_class == MIRNA:
            result.mirnas[insert] = calls
        elif rna_class in PIECES:
            _add_pieces(result, calls, reads / len(features))
    result.steps[UNASSIGNED] += unassigned
    result.steps[LOW_COMPLEXITY] += sum(counts.values()) - placed
    return result


def _add_pieces(result: Assignment, calls: list[Call], share: float) -> None:
    """Add the reads of each feature, in equal parts to its places."""
    copies = Counter([call.feature for call in calls]) if len(calls) > 1 else {calls[0].feature: 1}
    for rna_class, feature, place, *_ in calls:
        piece = (rna_class, feature, place.reference, place.start, place.end)
        result.pieces[piece] += share / copies[feature]


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
