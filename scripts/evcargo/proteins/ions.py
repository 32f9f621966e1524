"""MS1 quantities of identified ions, each from the elution peak around its identification.

Ions that only other runs identified are looked for in `evcargo.proteins.transfer`, if at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.proteins.isotopes import isotope_shares
from evcargo.proteins.search import ISOTOPE, PROTON
from evcargo.proteins.spectra import Spectrum

ISOTOPES = 3
HALF_WINDOW = 1.0  # min, to either side of the identification
EDGE = 0.05  # of the apex: where a peak ends
VALLEY = 0.5  # of the apex: a dip below it, followed by a rise by half, parts two peaks
LEAST_SCANS = 2
COLUMNS = [
    *("ion", "peptide", "charge", "mz", "rt", "apex_rt", "start_rt", "end_rt", "intensity"),
    *("transferred", "q_value"),
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurveyScans:
    """MS1 peaks of a run, ascending by m/z.

    Parameters
    ----------
    rt
        Retention time of each scan, min.
    mz, intensity, scan
        Of each peak; `scan` is its index into `rt`.
    """

    rt: Floats
    mz: Floats
    intensity: Floats
    scan: NDArray[np.int32]

    @classmethod
    def of(cls, spectra: Iterable[Spectrum], windows: Floats | None = None) -> "SurveyScans":
        """Collect the MS1 spectra; only their peaks in `windows` (`windows_of`), where given."""
        rt, mz, intensity = [], [], []
        for spectrum in spectra:
            if spectrum.level == 1:
                kept = _inside(spectrum.mz, windows)
                rt.append(spectrum.rt)
                mz.append(spectrum.mz[kept])
                intensity.append(spectrum.intensity[kept])
        if not rt:
            return cls(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int32))
        by_time = np.argsort(rt, kind="stable")
        place = np.argsort(by_time).astype(np.int32)
        number = np.repeat(place, [len(values) for values in mz])
        together = np.concatenate(mz).astype(float)
        order = np.lexsort((number, together))
        return cls(
            np.array(rt)[by_time],
            together[order],
            np.concatenate(intensity).astype(float)[order],
            number[order],
        )

    def trace(self, mz: Floats, tolerance_ppm: float, low: int, high: int) -> Floats:
        """Intensity at each of some m/z in the scans from `low` to before `high`; m/z x scans."""
        first = np.searchsorted(self.mz, mz * (1 - tolerance_ppm * 1e-6))
        last = np.searchsorted(self.mz, mz * (1 + tolerance_ppm * 1e-6), side="right")
        rows = []
        for a, b in zip(first, last, strict=True):
            scan = self.scan[a:b]
            near = (scan >= low) & (scan < high)
            rows.append(np.bincount(scan[near] - low, self.intensity[a:b][near], high - low))
        return np.array(rows, float).reshape(len(mz), high - low)

    def error_ppm(self, mz: float, tolerance_ppm: float, scans: NDArray[np.int64]) -> float:
        """Mean m/z error, ppm, weighted by intensity, of the peaks near `mz` in some scans."""
        first, last = np.searchsorted(self.mz, mz * (1 + np.array([-1, 1]) * tolerance_ppm * 1e-6))
        here = np.isin(self.scan[first:last], scans)
        weight = self.intensity[first:last][here]
        return float(weight @ (self.mz[first:last][here] / mz - 1) / weight.sum() * 1e6)


def windows_of(mz: Floats, tolerance_ppm: float) -> Floats:
    """Join the m/z windows around some m/z: lower and upper ends, apart and ascending."""
    low = np.sort(mz.ravel()) * (1 - tolerance_ppm * 1e-6)
    high = np.sort(mz.ravel()) * (1 + tolerance_ppm * 1e-6)
    if not len(low):
        return np.empty((0, 2))
    fresh = np.append(True, low[1:] > high[:-1])
    return np.column_stack([low[fresh], high[np.append(fresh[1:], True)]])


def _inside(mz: Floats, windows: Floats | None) -> NDArray[np.bool_]:
    if windows is None:
        return np.ones(len(mz), bool)
    if not len(windows):
        return np.zeros(len(mz), bool)
    place = np.searchsorted(windows[:, 0], mz, side="right") - 1
    return (place >= 0) & (mz <= windows[np.maximum(place, 0), 1])


def isotopes_of(mass: Floats, charge: NDArray[np.int64], shift: float, count: int) -> Floats:
    """m/z of the first isotope peaks (ions x `count`), as a run with a mass error shows them.

    Parameters
    ----------
    mass, charge
        Neutral mass, Da, and charge of each ion.
    shift
        Observed over calculated m/z, see `mass_shift`.
    count
        How many peaks from the monoisotopic one on.
    """
    steps = np.arange(count) * ISOTOPE
    return ((mass[:, None] + steps) / charge[:, None] + PROTON) * shift


def mass_shift(psms: pd.DataFrame) -> float:
    """Observed over calculated m/z of a run: 1 + the median precursor error of its PSMs, if known.

    An open search does not know it of PSMs with a mass shift.
    """
    known = psms["ppm"].dropna()
    return 1 + (float(known.median()) * 1e-6 if len(known) else 0.0)


def best_psms(psms: pd.DataFrame) -> pd.DataFrame:
    """PSM of the highest score of every ion of a run, sorted by ion, with a column ``ion``."""
    best = psms.sort_values(["score", "scan"], ascending=[False, True], kind="stable")
    best = best.drop_duplicates(["modified", "charge"]).sort_values(["modified", "charge"])
    return best.assign(ion=best["modified"].astype(str) + "/" + best["charge"].astype(str))


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
        One row per modified peptide and charge, columns of `COLUMNS`: area of the isotope envelope
        (`envelope_at`), NaN where the identification has no elution peak.
    """
    best = best_psms(psms)
    # An ion is identified again on its own tail: the largest peak that a PSM leads to is the one.
    seeds = psms.drop_duplicates(["modified", "charge", "rt"])
    seeds = seeds.assign(ion=seeds["modified"].astype(str) + "/" + seeds["charge"].astype(str))
    charge, rt = seeds["charge"].to_numpy(int), seeds["rt"].to_numpy(float)
    mz = isotopes_of(seeds["mass"].to_numpy(float), charge, mass_shift(psms), ISOTOPES)
    low, high = np.searchsorted(scans.rt, [rt - HALF_WINDOW, rt + HALF_WINDOW])
    shares = isotope_shares(seeds["peptide"], ISOTOPES)
    peaks = [
        envelope_at(
            scans.rt[low[i] : high[i]],
            scans.trace(mz[i], tolerance_ppm, low[i], high[i]),
            shares[i],
            rt[i],
        )
        for i in range(len(seeds))
    ]
    found = pd.DataFrame(np.array(peaks, float).reshape(-1, 4), index=seeds["ion"].to_numpy())
    largest = found.sort_values([3, 0], ascending=[False, True], kind="stable")
    largest = largest[~largest.index.duplicated()].reindex(best["ion"])
    return ion_table(best, best["rt"].to_numpy(float), largest.to_numpy(float))


def ion_table(ions: pd.DataFrame, rt: Floats, peaks: Floats) -> pd.DataFrame:
    """Columns of `COLUMNS` for identified ions: `rt`, min, is where they were looked for.

    Parameters
    ----------
    ions
        ``ion``, ``peptide``, ``charge``, ``mass`` of each.
    rt
        Retention time that each peak was sought from, min.
    peaks
        Of `peak_at`, ions x 4.
    """
    charge = ions["charge"].to_numpy(int)
    return pd.DataFrame(
        {
            "ion": ions["ion"].astype(str).to_numpy(),
            "peptide": ions["peptide"].astype(str).to_numpy(),
            "charge": charge,
            "mz": ions["mass"].to_numpy(float) / charge + PROTON,
            "rt": rt,
            "apex_rt": peaks[:, 0],
            "start_rt": peaks[:, 1],
            "end_rt": peaks[:, 2],
            "intensity": peaks[:, 3],
            "transferred": False,
            "q_value": np.nan,
        }
    )[COLUMNS]


def summed(traces: Floats) -> Floats:
    """Intensity per scan, summed over the isotopes, of which the first has to be there."""
    return np.where(traces[0] > 0, traces.sum(axis=0), 0.0)


def envelope_at(
    rt: Floats, traces: Floats, shares: Floats, seed: float
) -> tuple[float, float, float, float]:
    """Find the elution peak of an ion and the area of its whole isotope envelope.

    The peak is that of the summed isotopes. Its area is told by the two strongest isotopes, each
    divided by its theoretical share: by the lesser, since another ion can only add to either.

    Parameters
    ----------
    rt
        Of the scans around the seed, min.
    traces
        Isotopes x scans: intensities.
    shares
        Of the isotopes in the whole envelope (`evcargo.proteins.isotopes.isotope_shares`).
    seed
        Retention time to start from, min.

    Returns
    -------
    tuple
        Apex, start and end, min, and area, intensity x s; all NaN where there is no peak.
    """
    apex, start, end, area = peak_at(rt, summed(traces), seed)
    if not np.isfinite(area):
        return apex, start, end, area
    within = (rt >= start) & (rt <= end)
    strongest = np.argsort(-shares, kind="stable")[:2]
    areas = np.trapezoid(traces[strongest][:, within], rt[within], axis=1) * 60
    told = (areas / shares[strongest])[areas > 0]
    return apex, start, end, float(told.min()) if len(told) else np.nan


def peak_at(
    rt: NDArray[np.float64], trace: NDArray[np.float64], seed: float
) -> tuple[float, float, float, float]:
    """Find the elution peak that a retention time lies on.

    Parameters
    ----------
    rt, trace
        Retention times, min, ascending, and intensities, of the scans around the seed.
    seed
        Retention time to start from, min; the way leads uphill from there.

    Returns
    -------
    tuple
        Apex, start and end, min, and area, intensity x s; all NaN where there is no peak.
    """
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
