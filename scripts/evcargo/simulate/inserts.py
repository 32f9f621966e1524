"""Inserts of a small-RNA library: isomiRs, tRNA halves, Y-RNA and rRNA fragments."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.rna.reference import MIRNA, PRECURSOR, reference_features

SHIFT_5P = {-1: 0.02, 0: 0.94, 1: 0.04}
SHIFT_3P = {-3: 0.02, -2: 0.06, -1: 0.18, 0: 0.55, 1: 0.14, 2: 0.05}
TAILS = {"": 0.90, "A": 0.055, "T": 0.035, "AA": 0.006, "TT": 0.004}
# Kinds of fragment: share, shortest and longest length in nt, and whether the fragment begins at
# the 5' end (5), ends at the 3' end (3), or lies anywhere (0).
Kind = tuple[float, int, int, int]
KINDS: Mapping[str, tuple[Kind, ...]] = {
    "tRNA": ((0.60, 30, 35, 5), (0.15, 32, 40, 3), (0.15, 18, 22, 3), (0.10, 18, 30, 0)),
    "Y_RNA": ((0.70, 30, 33, 5), (0.20, 25, 31, 3), (0.10, 18, 30, 0)),
}
ANYWHERE: tuple[Kind, ...] = ((1.0, 18, 45, 0),)

Source = tuple[str, int, int]


class Fragments:
    """Draws inserts of named features.

    Parameters
    ----------
    references
        RNA class -> FASTA file; miRNA as `hairpin` and `mature`.
    """

    def __init__(self, references: Mapping[str, str | Path]) -> None:
        sequences, features = reference_features(references)
        self._sources: dict[tuple[str, str], list[Source]] = {}
        self._known: dict[str, tuple[str, str]] = {}
        columns = ["reference", "class", "feature", "start", "end"]
        for number, rna_class, feature, start, end in features[columns].itertuples(index=False):
            record = sequences[number]
            self._sources.setdefault((rna_class, feature), []).append((record.letters, start, end))
            if rna_class == PRECURSOR:
                self._known.setdefault(feature, (rna_class, feature))
                continue
            for name in (feature, *feature.split("/")):
                self._known[name] = (rna_class, feature)

    def feature_of(self, name: str) -> tuple[str, str]:
        """Class and feature that reads of this name count as.

        Raises
        ------
        EvcargoError
            If no reference has it.
        """
        if name not in self._known:
            raise EvcargoError(f"simulation: no reference has {name!r}. Use a name of features.tsv")
        return self._known[name]

    def names(self) -> dict[str, list[str]]:
        """RNA class -> its features, sorted."""
        found: dict[str, list[str]] = {}
        for rna_class, feature in sorted(self._sources):
            found.setdefault(rna_class, []).append(feature)
        return found

    def draw(self, feature: tuple[str, str], n: int, rng: np.random.Generator) -> list[str]:
        """Draw `n` inserts of a (class, feature)."""
        sources = self._sources[feature]
        chosen = rng.integers(len(sources), size=n)
        if feature[0] == MIRNA:
            return _isomirs([sources[place] for place in chosen], rng)
        if feature[0] == "spike_in":
            return [sources[place][0] for place in chosen]
        return _pieces(
            [sources[place][0] for place in chosen], KINDS.get(feature[0], ANYWHERE), rng
        )


def _draw(choices: Mapping, n: int, rng: np.random.Generator) -> list:
    values = list(choices)
    places = rng.choice(len(values), size=n, p=np.array(list(choices.values())))
    return [values[place] for place in places]


def _isomirs(sources: list[Source], rng: np.random.Generator) -> list[str]:
    """Matures with shifted ends, extended along the hairpin, some with a tail of A or T."""
    n = len(sources)
    shifts = zip(
        _draw(SHIFT_5P, n, rng), _draw(SHIFT_3P, n, rng), _draw(TAILS, n, rng), strict=True
    )
    return [
        letters[max(start + first, 0) : end + last] + tail
        for (letters, start, end), (first, last, tail) in zip(sources, shifts, strict=True)
    ]


def _pieces(sequences: list[str], kinds: tuple[Kind, ...], rng: np.random.Generator) -> list[str]:
    chosen = rng.choice(len(kinds), size=len(sequences), p=[kind[0] for kind in kinds])
    lengths, places = rng.random(len(sequences)), rng.random(len(sequences))
    pieces = []
    for letters, kind, long, place in zip(sequences, chosen, lengths, places, strict=True):
        _, shortest, longest, end = kinds[kind]
        length = min(shortest + int(long * (longest - shortest + 1)), len(letters))
        room = len(letters) - length
        start = {5: 0, 3: room, 0: int(place * (room + 1))}[end]
        pieces.append(letters[start : start + length])
    return pieces
