"""The spectra of a run, whatever file they are in, and what that file says of the run.

Checks that hold for every format are here: nothing to search, identifiers that are there twice,
profile data, data-independent acquisition.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

PICKED = "msconvert --zlib --filter 'peakPicking vendor msLevel=1-', or ThermoRawFileParser"
CONVERT = f"Convert the raw file again: {PICKED}"
#: Spectra of each MS level that are looked at for profile data, and the fewest points to tell.
LOOKED_AT, FEWEST_POINTS = 20, 100
#: Windows that come again (times), and cover the mass range (Th, fraction), are those of DIA.
CYCLES, DIA_RANGE, DIA_COVER, FEWEST_WINDOWS = 3, 100.0, 0.8, 8


@dataclass(slots=True)
class Spectrum:
    """One spectrum.

    Parameters
    ----------
    scan
        Native id, as in the file.
    level
        MS level.
    rt
        Retention time, min.
    mz, intensity
        Centroids; m/z ascending, intensity positive.
    precursor_mz
        Selected ion, m/z; 0 where the spectrum has none.
    charge
        Charge of the precursor; 0 where the file does not say it.
    window
        Lower and upper end of the isolation window, m/z; zeros where the file does not say it.
    """

    scan: str
    level: int
    rt: float
    mz: NDArray[np.float64]
    intensity: NDArray[np.float64]
    precursor_mz: float = 0.0
    charge: int = 0
    window: tuple[float, float] = (0.0, 0.0)


@dataclass
class RunFacts:
    """What a file says of its run.

    Parameters
    ----------
    format
        Format of the file, e.g. ``mzML.gz``.
    instrument
        Model of the instrument; empty where the file does not say it.
    acquired
        Start of the measurement, ISO 8601; empty where the file does not say it.
    notes
        What is unusual about it.
    counts
        What was met and left out or changed, and how often.
    """

    format: str = ""
    instrument: str = ""
    acquired: str = ""
    notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def texts(self) -> dict[str, str]:
        """Give the facts as they go beside the figures of the run."""
        counted = [f"{what}: {count}" for what, count in self.counts.items()]
        return {
            "format": self.format,
            "instrument": self.instrument,
            "acquired": self.acquired,
            "notes": "; ".join(self.notes + counted),
        }


def clean(spectrum: Spectrum, counts: Counter[str]) -> None:
    """Sort the peaks of a spectrum and leave out the empty ones, in place.

    Raises
    ------
    ValueError
        With what is wrong, if its numbers cannot be those of a spectrum.
    """
    mz, intensity = spectrum.mz, spectrum.intensity
    if len(mz) != len(intensity):
        raise ValueError(f"it has {len(mz)} m/z and {len(intensity)} intensities")
    if not (np.isfinite(mz).all() and np.isfinite(intensity).all()):
        raise ValueError("it has values that are no finite numbers")
    if not math.isfinite(spectrum.rt):
        raise ValueError("it has no retention time")
    positive = intensity > 0
    if not positive.all():
        if negative := int((intensity < 0).sum()):
            counts["peaks of negative intensity, left out"] += negative
        mz, intensity = mz[positive], intensity[positive]
    if len(mz) and mz.min() <= 0:
        raise ValueError("it has an m/z that is not positive")
    if (mz[1:] < mz[:-1]).any():
        counts["spectra whose m/z were not in order, sorted"] += 1
        order = np.argsort(mz, kind="stable")
        mz, intensity = mz[order], intensity[order]
    spectrum.mz, spectrum.intensity = mz, intensity


def checked(
    spectra: Iterator[Spectrum], path: str, levels: tuple[int, ...], facts: RunFacts
) -> Iterator[Spectrum]:
    """Give the spectra of a run on, and refuse the run where it cannot be searched as it is.

    Parameters
    ----------
    spectra
        As a reader gives them.
    path
        Their file, for the message.
    levels
        MS levels that were asked for.
    facts
        Takes what is unusual.

    Raises
    ------
    EvcargoError
        If the run has no spectra, or none of MS2 that can be searched, an identifier twice,
        profile spectra, or windows of data-independent acquisition.
    """
    seen: set[str] = set()
    met: Counter[int] = Counter()
    windows: Counter[tuple[float, float]] = Counter()
    for spectrum in spectra:
        if spectrum.scan in seen:
            raise EvcargoError(
                f"{path}: spectrum {spectrum.scan!r} is there twice. Give the file as it was"
                " converted, not one that was put together of others"
            )
        seen.add(spectrum.scan)
        met[spectrum.level] += 1
        if met[spectrum.level] <= LOOKED_AT and looks_like_profile(spectrum.mz):
            raise profile_error(path, spectrum.scan)
        if spectrum.level == 2:
            if not spectrum.precursor_mz:
                facts.counts["MS2 spectra without precursor, not searched"] += 1
            elif spectrum.window[1]:
                low, high = spectrum.window
                windows[round(low, 2), round(high, 2)] += 1
            count = met[2]
            if count >= 64 and count.bit_count() == 1:  # now and then, as it takes a while
                _refuse_dia(windows, path)
        yield spectrum
    _refuse_dia(windows, path)
    _refuse_empty(met, path, levels, facts)


def _refuse_empty(met: Counter[int], path: str, levels: tuple[int, ...], facts: RunFacts) -> None:
    if not met and levels != (1,):
        raise EvcargoError(f"{path}: has no MS1 or MS2 spectra. {CONVERT}")
    if 2 not in levels:
        return
    if not met[2]:
        raise EvcargoError(
            f"{path}: has no MS2 spectra, so nothing can be identified. Give a run of"
            " data-dependent acquisition, or delete the row"
        )
    if facts.counts["MS2 spectra without precursor, not searched"] == met[2]:
        raise EvcargoError(
            f"{path}: no MS2 spectrum has a precursor, as in all-ion fragmentation (MSE, AIF),"
            " which is not searched. Give a run of data-dependent acquisition"
        )
    facts.counts += Counter()  # looking a key up leaves a zero
    if not met[1] and 1 in levels:
        facts.notes.append("no MS1 spectra: identifications and spectral counts only")


def looks_like_profile(mz: NDArray[np.float64]) -> bool:
    """Whether the m/z of a spectrum are the points of a profile: close, at even distances."""
    if len(mz) < FEWEST_POINTS:
        return False
    gaps = np.diff(mz)
    even = np.abs(np.diff(gaps)) < 0.1 * gaps[:-1]
    return bool(np.median(gaps) < 0.2 and even.mean() > 0.5)


def profile_error(path: str, scan: str) -> EvcargoError:
    """Give the error for profile data."""
    return EvcargoError(
        f"{path}: spectrum {scan!r} is profile data, but centroids are needed. {CONVERT}"
    )


def _refuse_dia(windows: Counter[tuple[float, float]], path: str) -> None:
    if is_dia(windows):
        raise EvcargoError(
            f"{path}: is a run of data-independent acquisition ({len(windows)} isolation windows"
            " that come again and again), which is not searched here. Analyse it with DIA-NN and"
            " give its tables in the run sheet"
        )


def is_dia(windows: Mapping[tuple[float, float], int]) -> bool:
    """Whether isolation windows are those of DIA: they come again, and cover the mass range.

    Parameters
    ----------
    windows
        Lower and upper end, m/z -> spectra with that window.
    """
    if len(windows) < FEWEST_WINDOWS or np.median(list(windows.values())) < CYCLES:
        return False
    ends = sorted(windows)
    start = reached = ends[0][0]
    covered = 0.0
    for low, high in ends:
        covered += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return reached - start >= DIA_RANGE and covered >= DIA_COVER * (reached - start)
