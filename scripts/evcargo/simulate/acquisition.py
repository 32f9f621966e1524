"""Which ions the instrument fragments: the strongest of each cycle, with dynamic exclusion."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from evcargo.simulate.peptides import ISOTOPE_STEP, Floats, Ints
from evcargo.simulate.settings import RunSettings
from evcargo.simulate.survey import Elution

# An ion is worth an MS2 from this many times the noise floor on.
MIN_SIGNAL = 3.0
# Co-isolated ions weaker than this share of the isolated signal do not matter.
MIN_SHARE = 0.03
NOISE = -1


@dataclass(frozen=True)
class Selection:
    """The MS2 of a run, and what was isolated for each.

    Parameters
    ----------
    cycle, slot
        Which MS1 each MS2 follows, and as which after it, from 0.
    ion
        Row of the ion that was aimed at; `NOISE` where it was noise.
    mz, charge, intensity
        The precursor as the instrument saw it: m/z, charge, counts.
    member_ms2, member_ion, member_intensity
        All ions in the isolation windows: number of the MS2, row of the ion, isolated counts.
    """

    cycle: Ints
    slot: Ints
    ion: Ints
    mz: Floats
    charge: Ints
    intensity: Floats
    member_ms2: Ints
    member_ion: Ints
    member_intensity: Floats


def select(
    elution: Elution, charge: NDArray[np.integer], settings: RunSettings, rng: Generator
) -> Selection:
    """Choose what is fragmented in every cycle.

    Parameters
    ----------
    elution
        Signal of the ions.
    charge
        Charges of the ions.
    settings, rng
        See `RunSettings`; the generator of this run.

    Returns
    -------
    Selection
        MS2 in the order of the run.
    """
    bounds = elution.bounds(settings.n_cycles)
    top = elution.pattern.max(axis=1)
    free_from = np.zeros(len(elution.mz))
    picks: list[tuple[int, int, int, float, int, float]] = []
    members: list[tuple[Ints, Ints, Floats]] = []
    for cycle in range(settings.n_cycles):
        part = slice(bounds[cycle], bounds[cycle + 1])
        ions, signal = elution.ion[part], elution.intensity[part]
        time = cycle * settings.cycle_s
        height = signal * top[ions]
        ready = (free_from[ions] <= time) & (height > MIN_SIGNAL * settings.noise_floor)
        candidates = np.flatnonzero(ready)
        candidates = candidates[np.argsort(-height[candidates], kind="stable")]
        chosen = candidates[: settings.top_n - rng.binomial(settings.top_n, settings.noise_ms2)]
        free_from[ions[chosen]] = time + settings.dynamic_exclusion_s
        wrong = rng.random(len(chosen)) < settings.wrong_monoisotope
        error = 1 + rng.normal(0, settings.precursor_ppm * 1e-6, len(chosen))
        mz = (elution.mz[ions[chosen]] + wrong * ISOTOPE_STEP / charge[ions[chosen]]) * error
        for slot, place in enumerate(chosen):
            ion = int(ions[place])
            picks.append((cycle, slot, ion, mz[slot], int(charge[ion]), float(height[place])))
        if len(chosen) < settings.top_n and rng.random() < settings.noise_ms2 * settings.top_n:
            noise_mz = rng.uniform(settings.low_mz, settings.high_mz)
            picks.append((cycle, len(chosen), NOISE, noise_mz, 2, 3 * settings.noise_floor))
            mz = np.append(mz, noise_mz)
        which, row, isolated = _isolated(elution, charge, ions, signal, mz, settings.isolation_mz)
        members.append((which + len(picks) - len(mz), row, isolated))
    cycles, slots, aimed, mzs, charges, heights = zip(*picks, strict=True) if picks else [()] * 6
    member_ms2, member_ion, isolated = (np.concatenate(part) for part in zip(*members, strict=True))
    return Selection(
        np.array(cycles, dtype=np.int64),
        np.array(slots, dtype=np.int64),
        np.array(aimed, dtype=np.int64),
        np.array(mzs, dtype=float),
        np.array(charges, dtype=np.int64),
        np.array(heights, dtype=float),
        member_ms2,
        member_ion,
        isolated,
    )


def _isolated(
    elution: Elution,
    charge: NDArray[np.integer],
    ions: Ints,
    signal: Floats,
    centres: Floats,
    half_width: float,
) -> tuple[Ints, Ints, Floats]:
    """Ions of one cycle inside each isolation window: number of the window, ion, counts."""
    steps = np.arange(elution.pattern.shape[1]) * ISOTOPE_STEP
    mz = elution.mz[ions][:, None] + steps / charge[ions][:, None]
    peaks = signal[:, None] * elution.pattern[ions]
    inside = np.abs(mz[None] - centres[:, None, None]) <= half_width
    counts = (inside * peaks).sum(axis=2)
    windows, places = np.nonzero(counts > MIN_SHARE * counts.sum(axis=1, keepdims=True))
    return windows, ions[places], counts[windows, places]
