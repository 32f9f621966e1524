"""Peptides as a mass spectrometer meets them: digestion, masses, isotopes, retention, response.

Everything that a peptide is by nature (how well it ionises, when it elutes, how it breaks) is drawn
from its own sequence, never from a run's generator: so it is the same in all runs of a study.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyteomics import achrom, mass
from scipy.special import ndtri

PROTON = 1.007276467
WATER = 18.010564684
CARBAMIDOMETHYL = 57.021463735
OXIDATION = 15.994914620
# Mean distance of the isotope peaks of peptides, which is a little less than 13C - 12C.
ISOTOPE_STEP = 1.002857
N_ISOTOPES = 6
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
MIN_LENGTH, MAX_LENGTH, MAX_MISSED = 7, 40, 2
# Share of the molecules in which trypsin misses a site: charged neighbours and proline hinder it.
MISSED_EASY, MISSED_HARD = 0.03, 0.2
# Copies per protein molecule below which a peptide is not worth its name.
MIN_YIELD = 0.002
_CODE = np.full(256, 255, dtype=np.uint8)
_CODE[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(len(RESIDUES), dtype=np.uint8)
_CODE.flags.writeable = False

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@lru_cache(maxsize=1)
def _residue_table() -> tuple[Floats, Floats, Floats]:
    """Mass, composition (C, H, N, O, S) and retention coefficient of each residue."""
    masses = np.array([mass.std_aa_mass[residue] for residue in RESIDUES])
    atoms = np.array(
        [[mass.std_aa_comp[residue].get(atom, 0) for atom in "CHNOS"] for residue in RESIDUES],
        dtype=float,
    )
    coefficients = achrom.RCs_krokhin_100A_fa["aa"]
    retention = np.array([coefficients[residue] for residue in RESIDUES])
    cysteine = RESIDUES.index("C")
    masses[cysteine] += CARBAMIDOMETHYL
    atoms[cysteine] += [2, 3, 1, 1, 0]
    return masses, atoms, retention


def encode(sequences: Sequence[str]) -> tuple[NDArray[np.uint8], Ints]:
    """All residues as indices into `RESIDUES`, one after the other, and the lengths."""
    text = np.frombuffer("".join(sequences).encode(), dtype=np.uint8)
    return _CODE[text], np.array([len(sequence) for sequence in sequences], dtype=np.int64)


def starts_of(lengths: Ints) -> Ints:
    """Where each stretch starts when stretches of these lengths follow one another."""
    return np.cumsum(lengths) - lengths


def residue_masses(codes: NDArray[np.uint8]) -> Floats:
    """Monoisotopic residue masses, Da, cysteine carbamidomethylated."""
    return _residue_table()[0][codes]


def peptide_masses(sequences: Sequence[str]) -> Floats:
    """Monoisotopic masses of neutral peptides, Da, cysteines carbamidomethylated."""
    codes, lengths = encode(sequences)
    return np.add.reduceat(residue_masses(codes), starts_of(lengths)) + WATER


def hydrophobicity(sequences: Sequence[str]) -> Floats:
    """Sum of the retention coefficients of Krokhin (100 A C18, formic acid) over the residues.

    Source: Dwivedi et al. 2008 (10.1021/ac800984n), the coefficients as in pyteomics.achrom. The
    corrections for length and for the N-terminus are left out; a peptide's own deviation stands in
    for what the model does not know.
    """
    codes, lengths = encode(sequences)
    return np.add.reduceat(_residue_table()[2][codes], starts_of(lengths))


def isotope_pattern(sequences: Sequence[str]) -> Floats:
    """Share of each isotope peak, from the elemental composition.

    Returns
    -------
    numpy.ndarray
        Peptides x `N_ISOTOPES`; rows sum to slightly less than 1 (the rest is beyond the window).

    Notes
    -----
    The +1 Da isotopes (13C, 15N, 2H, 17O, 33S) and the +2 Da ones (18O, 34S) are rare and many, so
    that their numbers are close to two Poisson variables. Abundances: IUPAC 1997.
    """
    codes, lengths = encode(sequences)
    atoms = np.add.reduceat(_residue_table()[1][codes], starts_of(lengths)) + [0, 2, 0, 1, 0]
    ones = atoms @ [0.0107, 0.000115, 0.00364, 0.00038, 0.0075]
    twos = atoms @ [0.0, 0.0, 0.0, 0.00205, 0.0425]
    of_ones = _poisson(ones, N_ISOTOPES)
    of_twos = _poisson(twos, N_ISOTOPES // 2)
    pattern = np.zeros_like(of_ones)
    for pairs in range(of_twos.shape[1]):
        pattern[:, 2 * pairs :] += of_twos[:, [pairs]] * of_ones[:, : N_ISOTOPES - 2 * pairs]
    return pattern


def _poisson(rate: Floats, count: int) -> Floats:
    terms = [np.exp(-rate)]
    for number in range(1, count):
        terms.append(terms[-1] * rate / number)
    return np.stack(terms, axis=1)


def draw_keys(texts: Sequence[str], salt: int) -> NDArray[np.uint64]:
    """One 64-bit number per text, always the same for the same text and salt."""
    key = salt.to_bytes(8, "little", signed=True)
    digests = b"".join(blake2b(text.encode(), digest_size=8, key=key).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def uniform(keys: NDArray[np.uint64], stream: int | NDArray[np.int64]) -> Floats:
    """Draw numbers between 0 and 1 (both excluded) that depend only on key and stream.

    The mixing function is splitmix64 (Steele et al. 2014, 10.1145/2660193.2660195).
    """
    steps = np.atleast_1d(np.asarray(stream)).astype(np.uint64) + np.uint64(1)
    state = keys + np.uint64(0x9E3779B97F4A7C15) * steps
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return ((state >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52


def normal(keys: NDArray[np.uint64], stream: int | NDArray[np.int64]) -> Floats:
    """Draw standard normal numbers that depend only on key and stream."""
    return ndtri(uniform(keys, stream))


def digest(proteins: Mapping[str, str]) -> pd.DataFrame:
    """Tryptic peptides of each protein, with the share of its molecules that give them.

    Parameters
    ----------
    proteins
        Accession -> sequence. Peptides with letters other than the 20 amino acids are left out.

    Returns
    -------
    pandas.DataFrame
        Columns `sequence`, `accession`, `yield` (copies of the peptide per protein molecule),
        sorted by sequence and accession. Trypsin cuts after K or R, not before P.
    """
    found: dict[tuple[str, str], float] = {}
    for accession, protein in proteins.items():
        for peptide, copies in _cleave(protein.upper()):
            found[peptide, accession] = found.get((peptide, accession), 0.0) + copies
    table = pd.DataFrame(sorted(found), columns=["sequence", "accession"])
    table["yield"] = [found[pair] for pair in sorted(found)]
    return table


def _cleave(protein: str) -> Iterator[tuple[str, float]]:
    ends = [
        place + 1
        for place, residue in enumerate(protein[:-1])
        if residue in "KR" and protein[place + 1] != "P"
    ]
    bounds = [0, *ends, len(protein)]
    missed = [0.0, *(_missed_share(protein, end) for end in ends), 0.0]
    for first in range(len(bounds) - 1):
        passed = 1.0
        for last in range(first + 1, min(first + 2 + MAX_MISSED, len(bounds))):
            start, stop = bounds[first], bounds[last]
            if stop - start > MAX_LENGTH:
                break
            copies = (1 - missed[first]) * passed * (1 - missed[last])
            if stop - start >= MIN_LENGTH and copies >= MIN_YIELD:
                peptide = protein[start:stop]
                if _is_plain(peptide):
                    yield peptide, copies
            passed *= missed[last]


def _missed_share(protein: str, end: int) -> float:
    around = protein[max(end - 2, 0) : end - 1] + protein[end : end + 2]
    return MISSED_HARD if set(around) & set("KRDEP") else MISSED_EASY


def _is_plain(peptide: str) -> bool:
    return not peptide.strip(RESIDUES)
