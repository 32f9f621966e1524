"""What MS1 sees: elution of the ions over the cycles, isotope peaks, noise, limited range."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import erfcx

from evcargo.simulate.peptides import ISOTOPE_STEP, Floats, Ints, isotope_pattern, starts_of
from evcargo.simulate.settings import RunSettings

# Tail of an elution peak in units of its standard deviation, and how far around it is computed.
TAIL = 0.5
BEFORE, AFTER = 3.5, 6.0
PEAK_SD = 0.05  # of the intensity of single peaks, ln units


@dataclass(frozen=True)
class Elution:
    """Signal of the ions in the cycles.

    Parameters
    ----------
    cycle, ion, intensity
        One entry per ion and cycle in which it elutes: number of the MS1, row of the ions, counts
        (sum of its isotope peaks). Sorted by cycle, then ion.
    pattern
        Ions x isotopes: share of each isotope peak.
    mz
        Measured monoisotopic m/z of the ions, with the systematic error of the run.
    """

    cycle: Ints
    ion: Ints
    intensity: Floats
    pattern: Floats
    mz: Floats

    def bounds(self, n_cycles: int) -> Ints:
        """Where the entries of each cycle start; the last bound is the end."""
        return np.searchsorted(self.cycle, np.arange(n_cycles + 1))


@dataclass(frozen=True)
class Peaks:
    """Peaks of many spectra, sorted by spectrum and m/z."""

    spectrum: Ints
    mz: Floats
    intensity: Floats


def elution_profile(time: Floats, centre: Floats, sd: Floats) -> Floats:
    """Exponentially modified Gaussian of unit area, per s; its tail is `TAIL` x sd.

    Source: the form that is stable for small tails, Kalambet et al. 2011 (10.1002/cem.1343).
    """
    tail = TAIL * sd
    apart = (time - centre) / sd
    return np.exp(-0.5 * apart**2) * erfcx((1 / TAIL - apart) / np.sqrt(2)) / (2 * tail)


def warp(time: Floats, settings: RunSettings, rng: Generator) -> Floats:
    """Shift retention times smoothly, as another column day does: a line and two slow waves."""
    share = time / (settings.gradient_min * 60)
    offset, slope, slow, fast = rng.normal(0, [0.5, 0.6, 0.4, 0.2])
    waves = slow * np.cos(np.pi * share) + fast * np.cos(2 * np.pi * share)
    return time + settings.drift_s * (offset + slope * (share - 0.5) + waves)


def elute(ions: pd.DataFrame, settings: RunSettings, rng: Generator) -> Elution:
    """Let the ions of a run elute.

    Parameters
    ----------
    ions
        See `evcargo.simulate.ions.peptide_ions`.
    settings, rng
        See `RunSettings`; the generator of this run.

    Returns
    -------
    Elution
        Ions that are too weak for any peak above the noise floor have no entry.
    """
    count = len(ions)
    area = ions["area"].to_numpy() * np.exp(rng.normal(0, settings.technical_sd, count))
    centre = warp(ions["rt_s"].to_numpy(), settings, rng) + rng.normal(0, settings.jitter_s, count)
    sd = ions["sd_s"].to_numpy()
    shift = rng.normal(0, settings.shift_ppm) * 1e-6
    pattern = isotope_pattern(ions["sequence"].tolist())
    visible = np.flatnonzero(area / sd * 0.4 * pattern.max(axis=1) > settings.noise_floor)

    first = np.ceil((centre[visible] - BEFORE * sd[visible]) / settings.cycle_s).astype(np.int64)
    last = np.floor((centre[visible] + AFTER * sd[visible]) / settings.cycle_s).astype(np.int64)
    first, last = np.maximum(first, 0), np.minimum(last, settings.n_cycles - 1)
    lengths = np.maximum(last - first + 1, 0)
    ion = np.repeat(visible, lengths)
    cycle = np.arange(lengths.sum()) + np.repeat(first - starts_of(lengths), lengths)
    profile = elution_profile(cycle * settings.cycle_s, centre[ion], sd[ion])
    intensity = area[ion] * profile * np.exp(rng.normal(0, PEAK_SD, len(ion)))
    kept = intensity * pattern.max(axis=1)[ion] > settings.noise_floor
    order = np.lexsort((ion[kept], cycle[kept]))
    return Elution(
        cycle[kept][order],
        ion[kept][order],
        intensity[kept][order],
        pattern,
        ions["mz"].to_numpy() * (1 + shift),
    )


def survey_peaks(
    elution: Elution, charge: NDArray[np.integer], settings: RunSettings, rng: Generator
) -> Peaks:
    """Peaks of all MS1: isotope peaks with mass error, noise, neighbours merged, weak ones lost."""
    rows, isotope = np.nonzero(
        elution.intensity[:, None] * elution.pattern[elution.ion] > settings.noise_floor
    )
    ion = elution.ion[rows]
    error = 1 + rng.normal(0, settings.precursor_ppm * 1e-6, len(rows))
    noise = rng.poisson(settings.noise_peaks, settings.n_cycles)
    merged = merge_peaks(
        np.concatenate([elution.cycle[rows], np.repeat(np.arange(len(noise)), noise)]),
        np.concatenate(
            [
                (elution.mz[ion] + isotope * ISOTOPE_STEP / charge[ion]) * error,
                rng.uniform(settings.low_mz, settings.high_mz, noise.sum()),
            ]
        ),
        np.concatenate(
            [
                elution.intensity[rows] * elution.pattern[ion, isotope],
                settings.noise_floor * np.exp(np.abs(rng.normal(0, 0.8, noise.sum()))),
            ]
        ),
        settings.resolution,
    )
    base = np.zeros(settings.n_cycles)
    np.maximum.at(base, merged.spectrum, merged.intensity)
    seen = merged.intensity > base[merged.spectrum] / settings.dynamic_range
    seen &= (merged.mz >= settings.low_mz) & (merged.mz <= settings.high_mz)
    return Peaks(merged.spectrum[seen], merged.mz[seen], merged.intensity[seen])


def merge_peaks(spectrum: Ints, mz: Floats, intensity: Floats, resolution: float) -> Peaks:
    """Sort peaks by spectrum and m/z, and make one of neighbours that cannot be resolved.

    Parameters
    ----------
    spectrum, mz, intensity
        The peaks, in any order.
    resolution
        m/z over the peak width at half height, at m/z 200, of an Orbitrap: it falls with the
        square root of m/z.

    Returns
    -------
    Peaks
        A merged peak has the summed intensity and the mean m/z, weighted by intensity.
    """
    order = np.lexsort((mz, spectrum))
    spectrum, mz, intensity = spectrum[order], mz[order], intensity[order]
    if not len(mz):
        return Peaks(spectrum, mz, intensity)
    width = mz[1:] / resolution * np.sqrt(mz[1:] / 200)
    fresh = np.concatenate([[True], (np.diff(mz) > width) | (np.diff(spectrum) > 0)])
    starts = np.flatnonzero(fresh)
    total = np.add.reduceat(intensity, starts)
    return Peaks(spectrum[starts], np.add.reduceat(mz * intensity, starts) / total, total)
