"""Isotope patterns of peptides, from their elements."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pyteomics import mass

#: Elements of peptides.
ELEMENTS = "CHNOS"
_WATER = {"H": 2, "O": 1}


def isotope_shares(peptides: Iterable[str], count: int) -> NDArray[np.float64]:
    """Share of each of the first isotope peaks among all.

    Parameters
    ----------
    peptides
        Sequences, without modifications: those of a few atoms hardly change the pattern. Residues
        without a composition (B, X, Z) are left out.
    count
        How many peaks from the monoisotopic one on.

    Returns
    -------
    numpy.ndarray
        Peptides x `count`. The pattern of each element is the power of its isotopes' polynomial,
        and that of the peptide the product of these, taken on the unit circle (Rockwood 1995,
        10.1021/ac00111a031).
    """
    peptides = list(peptides)
    circle = np.array([_polynomial(element) for element in ELEMENTS])
    residues = {
        residue: np.array([composition.get(element, 0) for element in ELEMENTS])
        for residue, composition in mass.std_aa_comp.items()
        if len(residue) == 1
    }
    water = np.array([_WATER.get(element, 0) for element in ELEMENTS])
    atoms = [water + sum(residues[r] for r in peptide if r in residues) for peptide in peptides]
    spectra = np.exp(np.array(atoms).reshape(-1, len(ELEMENTS)) @ np.log(circle))
    return np.fft.irfft(spectra, POINTS)[:, :count]


POINTS = 64  # of the circle: more peaks than any peptide shows


def _polynomial(element: str) -> NDArray[np.complex128]:
    """Transform of the isotope abundances of an element, by nucleons above the lightest."""
    isotopes = {number: share for number, (_, share) in mass.nist_mass[element].items() if number}
    lightest = max(isotopes, key=lambda number: isotopes[number])
    shares = np.zeros(POINTS)
    for number, share in isotopes.items():
        if 0 <= number - lightest < POINTS:
            shares[number - lightest] += share
    return np.fft.rfft(shares)
