"""Simulate one LC-MS/MS run, data-dependent, from protein sequences and amounts.

`simulate_run` writes the run as indexed mzML and returns what each MS2 truly is;
`evcargo.simulate.ions.peptide_ions` gives the true areas behind it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.simulate.acquisition import NOISE, Selection, select
from evcargo.simulate.ions import peptide_ions
from evcargo.simulate.mzml import Precursor, Spectrum, native_id, write_mzml
from evcargo.simulate.peptides import Ints
from evcargo.simulate.product_ions import product_peaks
from evcargo.simulate.settings import RunSettings
from evcargo.simulate.survey import Elution, Peaks, elute, survey_peaks

__all__ = ["RunSettings", "peptide_ions", "simulate_run"]

TRUTH = [
    "scan",
    "native_id",
    "rt_s",
    "precursor_mz",
    "charge",
    "kind",
    "peptide",
    "sequence",
    "accessions",
    "purity",
    "is_chimeric",
    "coisolated",
]


def simulate_run(
    path: str | Path,
    proteins: Mapping[str, str],
    abundance: Mapping[str, float],
    settings: RunSettings,
    rng: Generator,
) -> pd.DataFrame:
    """Simulate one run, write it as indexed mzML, and return the truth of every MS2.

    Parameters
    ----------
    path
        The mzML to write.
    proteins
        Accession -> amino acid sequence.
    abundance
        Accession -> amount on the column, fmol; proteins without one are absent.
    settings
        How the run is measured.
    rng
        Generator of this run. What a peptide is by nature does not depend on it.

    Returns
    -------
    pandas.DataFrame
        One row per MS2: `scan` (number in the file, MS1 included), `native_id`, `rt_s` (s),
        `precursor_mz`, `charge`, `kind` (`peptide`, `unknown` for a peptide of no FASTA, `noise`),
        `peptide` (with UNIMOD modifications), `sequence`, `accessions` (';'), `purity` (share of
        the isolated signal that is this ion's), `is_chimeric` (less than 90 % is), `coisolated`
        (other peptides in the window, strongest first, ';').

    Raises
    ------
    EvcargoError
        If an abundance is negative or of an unknown protein, or nothing is above the noise floor.
    """
    ions = peptide_ions(proteins, abundance, settings)
    elution = elute(ions, settings, rng)
    if not len(elution.ion):
        raise EvcargoError(
            f"{path}: no peptide is above the noise floor. Give more protein or a lower floor"
        )
    charge = ions["charge"].to_numpy()
    survey = survey_peaks(elution, charge, settings, rng)
    selection = select(elution, charge, settings, rng)
    peaks = product_peaks(ions, selection, settings, rng)
    scans = selection.cycle + 2 + np.arange(len(selection.ion))
    times = _times(selection, settings)
    spectra = _spectra(survey, peaks, selection, scans, times, settings)
    write_mzml(path, spectra, settings.n_cycles + len(scans))
    return _truth(ions, elution, selection, scans, times)


def _times(selection: Selection, settings: RunSettings) -> np.ndarray:
    slot = settings.cycle_s / (settings.top_n + 2)
    return selection.cycle * settings.cycle_s + (selection.slot + 2) * slot


def _spectra(
    survey: Peaks,
    peaks: Peaks,
    selection: Selection,
    scans: Ints,
    times: np.ndarray,
    settings: RunSettings,
) -> Iterator[Spectrum]:
    """Give all spectra in the order of the run: each MS1, then its MS2."""
    n_ms2 = len(scans)
    ms1_bounds = np.searchsorted(survey.spectrum, np.arange(settings.n_cycles + 1))
    ms2_bounds = np.searchsorted(peaks.spectrum, np.arange(n_ms2 + 1))
    first = np.searchsorted(selection.cycle, np.arange(settings.n_cycles + 1))
    for cycle in range(settings.n_cycles):
        master = cycle + 1 + int(first[cycle])
        span = slice(ms1_bounds[cycle], ms1_bounds[cycle + 1])
        yield _spectrum(master, cycle * settings.cycle_s, survey, span)
        for ms2 in range(first[cycle], first[cycle + 1]):
            precursor = Precursor(
                float(selection.mz[ms2]),
                int(selection.charge[ms2]),
                float(selection.intensity[ms2]),
                settings.isolation_mz,
                master,
                settings.collision_energy,
            )
            span = slice(ms2_bounds[ms2], ms2_bounds[ms2 + 1])
            yield _spectrum(int(scans[ms2]), float(times[ms2]), peaks, span, precursor)


def _spectrum(
    scan: int, time: float, peaks: Peaks, span: slice, precursor: Precursor | None = None
) -> Spectrum:
    mz = _rounded(peaks.mz[span], 2).astype(np.float64)
    return Spectrum(scan, time, mz, _rounded(peaks.intensity[span], 12), precursor)


def _rounded(values: np.ndarray, bits: int) -> NDArray[np.float32]:
    """Set the last bits of the single-precision mantissa to zero, so that values pack better.

    With 2 of the 23 bits the rounding error is 0.12 ppm at most, with 12 it is 0.025 %: far below
    the mass error and the noise.
    """
    whole = values.astype(np.float32).view(np.uint32)
    half, mask = np.uint32(1 << (bits - 1)), np.uint32(0xFFFFFFFF ^ ((1 << bits) - 1))
    return ((whole + half) & mask).view(np.float32)


def _truth(
    ions: pd.DataFrame, elution: Elution, selection: Selection, scans: Ints, times: np.ndarray
) -> pd.DataFrame:
    aimed = selection.ion
    is_noise = aimed == NOISE
    chosen = ions.iloc[np.where(is_noise, 0, aimed)].reset_index(drop=True)
    own = selection.member_ion == aimed[selection.member_ms2]
    total = np.bincount(
        selection.member_ms2, weights=selection.member_intensity, minlength=len(aimed)
    )
    mine = np.bincount(
        selection.member_ms2[own], weights=selection.member_intensity[own], minlength=len(aimed)
    )
    purity = np.divide(mine, total, out=np.zeros(len(aimed)), where=total > 0)
    others = pd.DataFrame(
        {
            "ms2": selection.member_ms2[~own],
            "peptide": ions["peptide"].to_numpy()[selection.member_ion[~own]],
            "intensity": selection.member_intensity[~own],
        }
    ).sort_values(["ms2", "intensity", "peptide"], ascending=[True, False, True])
    coisolated = others.groupby("ms2")["peptide"].agg(";".join)
    truth = pd.DataFrame(
        {
            "scan": scans,
            "native_id": [native_id(int(scan)) for scan in scans],
            "rt_s": times,
            "precursor_mz": selection.mz,
            "charge": selection.charge,
            "kind": np.where(chosen["accessions"] == "", "unknown", "peptide"),
            "peptide": chosen["peptide"],
            "sequence": chosen["sequence"],
            "accessions": chosen["accessions"],
            "purity": purity,
            "is_chimeric": purity < 0.9,
            "coisolated": coisolated.reindex(np.arange(len(aimed))).fillna("").to_numpy(),
        }
    )
    truth.loc[is_noise, ["peptide", "sequence", "accessions"]] = ""
    truth.loc[is_noise, "kind"] = "noise"
    truth.loc[is_noise, ["purity", "is_chimeric"]] = [0.0, False]
    return truth[TRUTH]
