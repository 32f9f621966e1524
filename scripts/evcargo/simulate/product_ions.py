"""MS2 spectra: b and y ions as collisions (HCD) make them, co-isolated species, noise."""

import numpy as np
import pandas as pd
from numpy.random import Generator

from evcargo.simulate.acquisition import Selection
from evcargo.simulate.ions import ion_residues
from evcargo.simulate.peptides import (
    PROTON,
    RESIDUES,
    Floats,
    Ints,
    draw_keys,
    normal,
    residue_masses,
    starts_of,
)
from evcargo.simulate.settings import RunSettings
from evcargo.simulate.survey import Peaks, merge_peaks

LOW_MZ, HIGH_MZ = 120.0, 2000.0
# Share of the isolated ions that end as b and y ions, and that stay whole.
BROKEN, WHOLE = 0.6, 0.1
# Spread of the intensities of the fragments of a peptide, and of one fragment between spectra.
FRAGMENT_SD, SPECTRUM_SD = 1.3, 0.25
# Fragments below this share of the isolated signal drown.
MIN_SHARE = 0.004
B_SHARE, DOUBLY_SHARE = 0.45, 0.35
BEFORE_PROLINE, AFTER_PROLINE = 3.0, 0.3


def product_ions(ions: pd.DataFrame, study: int) -> tuple[Ints, Floats, Floats]:
    """Fragments of every ion.

    Parameters
    ----------
    ions
        Rows as of `evcargo.simulate.ions.peptide_ions`.
    study
        Number of the study; intensities depend on it, peptide and charge only.

    Returns
    -------
    ion, mz, share
        One entry per fragment: row of the ion, exact m/z, share of the ion's fragments by
        intensity. Sorted by ion. b1 is not formed; y ions are twice as strong as b ions; bonds
        before proline break readily and after it hardly; precursors of charge 3 and more also give
        doubly charged fragments.
    """
    codes, lengths, added = ion_residues(ions)
    starts = starts_of(lengths)
    bonds = lengths - 1
    ion = np.repeat(np.arange(len(ions)), bonds)
    place = np.arange(bonds.sum()) - np.repeat(starts_of(bonds), bonds)
    residue = starts[ion] + place
    ladder = np.cumsum(residue_masses(codes) + added)
    b_mass = ladder[residue] - (ladder - residue_masses(codes) - added)[starts][ion]
    y_mass = ions["mass"].to_numpy()[ion] - b_mass

    proline = RESIDUES.index("P")
    ease = np.where(codes[residue + 1] == proline, BEFORE_PROLINE, 1.0)
    ease = np.where(codes[residue] == proline, ease * AFTER_PROLINE, ease)
    names = ions["peptide"] + "/" + ions["charge"].astype(str)
    keys = draw_keys(names.tolist(), study)[ion]
    charge = ions["charge"].to_numpy()[ion]
    kinds = [
        (b_mass, 1, B_SHARE * (place > 0)),
        (y_mass, 1, np.ones(len(ion))),
        (b_mass, 2, B_SHARE * DOUBLY_SHARE * ((charge > 2) & (place > 2))),
        (y_mass, 2, DOUBLY_SHARE * ((charge > 2) & (y_mass > 400))),
    ]
    parts = []
    for number, (neutral, fragment_charge, factor) in enumerate(kinds):
        strength = ease * factor * np.exp(FRAGMENT_SD * normal(keys, number * 64 + place))
        mz = neutral / fragment_charge + PROTON
        kept = (strength > 0) & (mz > LOW_MZ) & (mz < HIGH_MZ)
        parts.append((ion[kept], mz[kept], strength[kept]))
    of, mz, strength = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(of, kind="stable")
    of, mz, strength = of[order], mz[order], strength[order]
    return of, mz, strength / np.bincount(of, weights=strength, minlength=len(ions))[of]


def product_peaks(
    ions: pd.DataFrame, selection: Selection, settings: RunSettings, rng: Generator
) -> Peaks:
    """Peaks of all MS2, with mass error, varying intensities and noise.

    Parameters
    ----------
    ions
        The ions that `selection` numbers.
    selection
        What was isolated for each MS2.
    settings, rng
        See `RunSettings`; the generator of this run.

    Returns
    -------
    Peaks
        `spectrum` is the number of the MS2, from 0.
    """
    used, member = np.unique(selection.member_ion, return_inverse=True)
    of, exact, share = product_ions(ions.iloc[used], settings.study)
    counts = np.bincount(of, minlength=len(used))
    lengths = counts[member]
    offsets = starts_of(counts)[member] - starts_of(lengths)
    row = np.arange(lengths.sum()) + np.repeat(offsets, lengths)
    ms2 = np.repeat(selection.member_ms2, lengths)
    signal = np.repeat(selection.member_intensity, lengths) * BROKEN * share[row]
    signal *= np.exp(rng.normal(0, SPECTRUM_SD, len(row)))

    n_ms2 = len(selection.ion)
    isolated = np.maximum(
        np.bincount(selection.member_ms2, selection.member_intensity, n_ms2), selection.intensity
    )
    kept = signal > MIN_SHARE * isolated[ms2]
    error = 1 + rng.normal(0, settings.fragment_ppm * 1e-6, kept.sum())
    noise = np.repeat(np.arange(n_ms2), rng.poisson(settings.noise_peaks / 4, n_ms2))
    noise_mz = rng.uniform(LOW_MZ, np.minimum(selection.mz * 2, HIGH_MZ)[noise])
    noise_signal = isolated[noise] * MIN_SHARE * np.exp(rng.normal(0.7, 0.7, len(noise)))
    return merge_peaks(
        np.concatenate([ms2[kept], np.arange(n_ms2), noise]),
        np.concatenate([exact[row][kept] * error, selection.mz, noise_mz]),
        np.concatenate([signal[kept], WHOLE * isolated, noise_signal]),
        settings.resolution / 2,
    )
