"""MS1 quantities of identified ions, each from the elution peak around its identification.

Only ions identified in the run are quantified in it: nothing is transferred between runs, so that
an absent value means that the run gave no evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.proteins.search import ISOTOPE, PROTON
from evcargo.proteins.spectra import Spectrum

ISOTOPES = 3
HALF_WINDOW = 1.0  # min, to either side of the identification
EDGE = 0.05  # of the apex: where a peak ends
VALLEY = 0.5  # of the apex: a dip below it, followed by a rise by half, parts two peaks
LEAST_SCANS = 2
COLUMNS = ["ion", "peptide", "charge", "mz", "rt", "apex_rt", "start_rt", "end_rt", "intensity"]


@dataclass(frozen=True)
class SurveyScans:
    """All MS1 peaks of a run, ascending by m/z.

    Parameters
    ----------
    rt
        Retention time of each scan, min.
    mz, intensity, scan
        Of each peak; `scan` is its index into `rt`.
    """

    rt: NDArray[np.float64]
    mz: NDArray[np.float64]
    intensity: NDArray[np.float64]
    scan: NDArray[np.int32]

    @classmethod
    def of(cls, spectra: Iterable[Spectrum]) -> "SurveyScans":
        """Collect the MS1 spectra."""
        scans = sorted((s for s in spectra if s.level == 1), key=lambda s: s.rt)
        if not scans:
            return cls(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int32))
        mz = np.concatenate([s.mz for s in scans])
        order = np.argsort(mz, kind="stable")
        number = np.repeat(np.arange(len(scans), dtype=np.int32), [len(s.mz) for s in scans])
        return cls(
            np.array([s.rt for s in scans]),
            mz[order],
            np.concatenate([s.intensity for s in scans])[order],
            number[order],
        )


def extract_ions(scans: SurveyScans, psms: pd.DataFrame, tolerance_ppm: float) -> pd.DataFrame:
    """Quantity of every ion that was identified in a run.

    Parameters
    ----------
    scans
        MS1 peaks of the run.
    psms
        Accepted PSMs of the run, with ``score``.
    tolerance_ppm
        m/z tolerance to either side, after the run's median precursor error is taken off.

    Returns
    -------
    pandas.DataFrame
        One row per modified peptide and charge, columns of `COLUMNS`: area of the summed isotope
        traces, intensity x s, NaN where the identification has no elution peak.
    """
    best = psms.sort_values(["score", "scan"], ascending=[False, True], kind="stable")
    best = best.drop_duplicates(["modified", "charge"]).sort_values(["modified", "charge"])
    charge, rt = best["charge"].to_numpy(int), best["rt"].to_numpy(float)
    mz = best["mass"].to_numpy(float) / charge + PROTON
    shift = 1 + psms["ppm"].median() * 1e-6 if len(psms) else 1.0
    targets = (mz[:, None] + np.arange(ISOTOPES) * ISOTOPE / charge[:, None]) * shift
    first = np.searchsorted(scans.mz, targets * (1 - tolerance_ppm * 1e-6))
    last = np.searchsorted(scans.mz, targets * (1 + tolerance_ppm * 1e-6), side="right")
    nothing = (np.nan,) * 4
    peaks = [
        peak_at(scans.rt, _trace(scans, first[i], last[i]), rt[i]) if len(scans.rt) else nothing
        for i in range(len(best))
    ]
    found = np.array(peaks, float).reshape(-1, 4)
    return pd.DataFrame(
        {
            "ion": best["modified"].astype(str).to_numpy() + "/" + charge.astype(str),
            "peptide": best["peptide"].astype(str).to_numpy(),
            "charge": charge,
            "mz": mz,
            "rt": rt,
            "apex_rt": found[:, 0],
            "start_rt": found[:, 1],
            "end_rt": found[:, 2],
            "intensity": found[:, 3],
        }
    )[COLUMNS]


def _trace(
    scans: SurveyScans, first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Intensity per scan, summed over the isotopes, of which the first has to be there."""
    traces = [
        np.bincount(scans.scan[a:b], scans.intensity[a:b], len(scans.rt))
        for a, b in zip(first, last, strict=True)
    ]
    return np.where(traces[0] > 0, np.sum(traces, axis=0), 0.0)


def peak_at(
    rt: NDArray[np.float64], trace: NDArray[np.float64], seed: float
) -> tuple[float, float, float, float]:
    """Find the elution peak that a retention time lies on.

    Parameters
    ----------
    rt, trace
        Retention times, min, ascending, and intensities.
    seed
        Retention time to start from, min; the way leads uphill from there.

    Returns
    -------
    tuple
        Apex, start and end, min, and area, intensity x s; all NaN where there is no peak.
    """
    low, high = np.searchsorted(rt, [seed - HALF_WINDOW, seed + HALF_WINDOW])
    rt, trace = rt[low:high], trace[low:high]
    if np.count_nonzero(trace) < LEAST_SCANS:
        return (np.nan,) * 4
    smooth = np.convolve(np.pad(trace, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    near = int(np.searchsorted(rt, seed))
    start = max(near - 3, 0)
    apex = start + int(np.argmax(smooth[start : near + 3]))
    while 0 < apex < len(smooth) - 1 and smooth[apex] < max(smooth[apex - 1], smooth[apex + 1]):
        apex += 1 if smooth[apex + 1] > smooth[apex - 1] else -1
    if not smooth[apex] > 0:
        return (np.nan,) * 4
    left = apex - _length(smooth[apex::-1])
    right = apex + _length(smooth[apex:])
    part = slice(left, right + 1)
    if np.count_nonzero(trace[part]) < LEAST_SCANS:
        return (np.nan,) * 4
    area = float(np.trapezoid(trace[part], rt[part])) * 60
    return float(rt[apex]), float(rt[left]), float(rt[right]), area


def _length(side: NDArray[np.float64]) -> int:
    """Count the steps from the apex (first) to where the peak ends on this side."""
    lowest, at = side[0], 0
    for step, value in enumerate(side[1:], 1):
        if value < EDGE * side[0]:
            return step
        if value < lowest:
            lowest, at = value, step
        elif lowest < VALLEY * side[0] and value > 1.5 * lowest:
            return at
    return len(side) - 1
