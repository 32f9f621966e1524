"""Memory of the engine's index, told from the digest, and large databases in slices of mass.

A slice holds the peptides of a range of masses. Its ends overlap those of its neighbours by the
precursor window, so that every spectrum finds all its candidates in one slice: a sliced search
gives the same matches as one of the whole database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from evcargo.errors import EvcargoError
from evcargo.proteins.database import Protein
from evcargo.proteins.digest import ENZYMES, leucine
from evcargo.proteins.engine import masses_of
from evcargo.proteins.settings import SearchSettings

ISOTOPE = 1.0033548378  # 13C - 12C
WATER = 18.0105646863
# Fitted to the peak memory of index builds with 2,000 to 20,400 proteins, no to two modifications
# of which one was phosphorylation, whole and in slices (sagepy 0.4.6): within 10 %.
PROCESS_MB = 500.0  # Python, its libraries, and a batch of spectra
PEPTIDE_BYTES, FRAGMENT_BYTES, SEQUENCE_BYTES = 180.0, 8.0, 225.0
RESIDUES = "ACDEFGHIKLMNPQRSTUVWYO"


@dataclass(frozen=True)
class Load:
    """What the index of a database holds, in bins of 1 Da.

    Parameters
    ----------
    peptides, fragments
        Entries by peptide mass, bin i from i to i + 1 Da; modified forms and decoys are counted.
    sequences
        Distinct unmodified peptides, which every slice digests anew.
    """

    peptides: NDArray[np.float64]
    fragments: NDArray[np.float64]
    sequences: int

    @property
    def floor_mb(self) -> float:
        """Memory before the first entry of the index, MB."""
        return PROCESS_MB + SEQUENCE_BYTES * self.sequences / 2**20

    def memory_mb(self, low: float = 0.0, high: float = np.inf) -> float:
        """Peak memory of a search with the peptides of a range of masses (Da), MB."""
        part = slice(int(low), None if high == np.inf else int(np.ceil(high)))
        peptides, fragments = self.peptides[part].sum(), self.fragments[part].sum()
        return self.floor_mb + (PEPTIDE_BYTES * peptides + FRAGMENT_BYTES * fragments) / 2**20


@dataclass(frozen=True)
class Slice:
    """Spectra from `low` up to `high` (observed precursor mass, Da) and the masses they need."""

    low: float
    high: float
    masses: tuple[float, float]


def index_load(proteins: Iterable[Protein], settings: SearchSettings) -> Load:
    """Count what the index will hold.

    Parameters
    ----------
    proteins
        The database.
    settings
        Parameters of the search.

    Returns
    -------
    Load
        Modified forms are counted at the mass of the unmodified peptide.
    """
    lightest, heaviest = settings.peptide_mass
    peptides, fragments = np.zeros(int(heaviest) + 1), np.zeros(int(heaviest) + 1)
    sequences = 0
    text = _Text.of(proteins, settings)
    for length in range(settings.peptide_length[0], settings.peptide_length[1] + 1):
        start = text.starts(length, settings)
        if not len(start):
            continue
        sequences += len(start)
        mass = text.mass_before[start + length] - text.mass_before[start] + text.mass_of_ends
        sites = (
            text.sites_before[start + length]
            - text.sites_before[start]
            + text.sites_at(start, start + length)
        )
        forms = _forms(sites, settings.max_variable_modifications)
        inside = (mass >= lightest) & (mass <= heaviest)
        counts = 2 * np.bincount(mass[inside].astype(int), forms[inside], len(peptides))
        peptides += counts
        fragments += counts * 2 * max(length - 1 - settings.min_fragment_index, 0)
    return Load(peptides, fragments, sequences)


def plan_slices(load: Load, settings: SearchSettings) -> list[Slice]:
    """Cut a database so that the search of every slice stays within ``memory_mb``.

    Raises
    ------
    EvcargoError
        If the memory does not suffice for any slice.
    """
    if load.memory_mb() <= settings.memory_mb:
        return [Slice(-np.inf, np.inf, settings.peptide_mass)]
    slices, low = [], settings.peptide_mass[0]
    while low < settings.peptide_mass[1]:
        high = low
        while high < settings.peptide_mass[1] and (
            load.memory_mb(*_needed(low, high + 1, settings)) <= settings.memory_mb
        ):
            high += 1
        if high == low:
            least = load.memory_mb(*_needed(low, low + 1, settings))
            raise EvcargoError(
                f"config, proteins.search.memory_mb: {settings.memory_mb} MB are too few, even for"
                f" the database in slices: about {least:,.0f} MB are needed. Raise it, or ask for"
                " less: specificity, missed_cleavages, peptide_length, variable_modifications"
            )
        slices.append(Slice(low, high, _needed(low, high, settings)))
        low = high
    slices[0] = Slice(-np.inf, slices[0].high, slices[0].masses)
    slices[-1] = Slice(slices[-1].low, np.inf, slices[-1].masses)
    return slices


def _needed(low: float, high: float, settings: SearchSettings) -> tuple[float, float]:
    """Peptide masses that spectra of a range of precursor masses may match, 1 Da to spare."""
    if settings.open_window_da:
        lowest, highest = settings.open_window_da
        below, above = highest, -lowest
    else:
        error = high * settings.precursor_tolerance_ppm * 1e-6
        below = max(settings.isotope_errors[1], 0) * ISOTOPE + error
        above = -min(settings.isotope_errors[0], 0) * ISOTOPE + error
    least, most = settings.peptide_mass
    return max(least, low - below - 1), min(most, high + above + 1)


def _forms(sites: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    """Count the modified forms of a peptide with so many places for a variable modification."""
    known = comb(np.arange(sites.max(initial=0) + 1)[:, None], np.arange(most + 1)).sum(axis=1)
    return np.asarray(known)[sites]


@dataclass(frozen=True)
class _Text:
    """All proteins one after the other, with a gap between two; sums before each residue."""

    mass_before: NDArray[np.float64]
    sites_before: NDArray[np.int64]
    cuts_before: NDArray[np.int64]
    gaps_before: NDArray[np.int64]
    hash_before: NDArray[np.uint64]
    power: NDArray[np.uint64]
    can_start: NDArray[np.bool_]
    can_end: NDArray[np.bool_]
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]
    mass_of_ends: float
    sites_of_ends: int
    sites_of_protein_ends: tuple[int, int]

    @classmethod
    def of(cls, proteins: Iterable[Protein], settings: SearchSettings) -> "_Text":
        from sagepy.core.mass import monoisotopic

        fixed, variable = masses_of(settings)
        text = "*" + "*".join(leucine(protein.sequence) for protein in proteins) + "*"
        codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
        masses, sites = np.zeros(256), np.zeros(256, np.int32)
        for residue in RESIDUES:
            masses[ord(residue)] = monoisotopic(residue) + fixed.get(residue, 0.0)
            sites[ord(residue)] = len(variable.get(residue, ()))
        gap = np.isin(codes, np.frombuffer(RESIDUES.encode(), np.uint8), invert=True)
        is_end = codes == ord("*")
        first = np.append(is_end[:-1], False)  # of the residue after a gap: shifted below
        first = np.append(False, first)[: len(codes)]
        last = np.append(is_end, False)  # position after the last residue
        methionine = np.append(False, (codes == ord("M")) & first)[: len(codes)]
        after, unless = (
            np.frombuffer(part.encode(), np.uint8) for part in ENZYMES[settings.enzyme]
        )
        cut = np.append(False, np.isin(codes[:-1], after)) & np.isin(codes, unless, invert=True)
        hashes = np.zeros(256, np.uint64)
        hashes[np.unique(codes)] = np.random.default_rng(0).integers(
            1, 2**63, len(np.unique(codes)), dtype=np.uint64
        )
        factor = np.full(len(codes) + 1, 0x9E3779B97F4A7C15, np.uint64)
        factor[0] = 1
        power = np.cumprod(factor)
        return cls(
            _before(masses[codes]),
            _before(sites[codes]),
            _before(cut.astype(np.int32)),
            _before(gap.astype(np.int32)),
            _before(hashes[codes] * power[:-1]),
            power,
            np.append(cut | first | methionine, False),
            np.append(cut, False) | last,
            np.append(first | methionine, False),
            last,
            WATER + fixed.get("^", 0.0) + fixed.get("$", 0.0),
            _number_at("^", variable) + _number_at("$", variable),
            (_number_at("[", variable), _number_at("]", variable)),
        )

    def starts(self, length: int, settings: SearchSettings) -> NDArray[np.int64]:
        """Where the distinct peptides of a length start."""
        whole = len(self.gaps_before) - 1 - length
        start = np.arange(max(whole + 1, 0))
        if settings.specificity == "full":
            start = np.flatnonzero(self.can_start[: len(start)])
            start = start[self.can_end[start + length]]
        elif settings.specificity == "semi":
            start = np.flatnonzero(self.can_start[: len(start)] | self.can_end[start + length])
        end = start + length
        kept = self.gaps_before[end] == self.gaps_before[start]
        if settings.specificity != "none":
            missed = self.cuts_before[end] - self.cuts_before[start + 1]
            kept &= missed <= settings.missed_cleavages
        start = start[kept]
        # The same text has the same hash wherever it stands.
        powers = self.power[len(self.power) - 1 - start]
        hashes = (self.hash_before[start + length] - self.hash_before[start]) * powers
        return start[np.unique(hashes, return_index=True)[1]]

    def sites_at(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places for variable modifications at the ends of peptides and proteins."""
        of_first, of_last = self.sites_of_protein_ends
        return self.sites_of_ends + of_first * self.first[start] + of_last * self.last[end]


def _number_at(end: str, variable: Mapping[str, Sequence[float]]) -> int:
    """Count the variable modifications of an end, on any residue: what one peptide may have."""
    return sum(len(masses) for site, masses in variable.items() if site.startswith(end))


def _before(values: NDArray) -> NDArray:
    """Sum of all values before each position, and of all in the end."""
    return np.concatenate([np.zeros(1, values.dtype), np.cumsum(values, dtype=values.dtype)])
