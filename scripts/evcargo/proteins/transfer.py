"""Match between runs: ions that other runs identified, looked for where the alignment says.

A transfer has no spectrum behind it, so that its error is controlled by decoys: for every ion that
is looked for, also some of the same charge, isotopes and retention time but of another mass are, as
in IonQuant (Yu 2021, 10.1016/j.mcpro.2021.100077). All are scored by how well retention time, mass
and isotope pattern fit. What an ion that *was* identified in the run looks like when it is sought
in the same way (from the other runs' retention times) teaches the score, so that nothing of it is
hand-tuned. Intensity is no part of the score: a transfer that has to look like the other runs
would hide what differs between them.

The decoys that teach are others than those that judge, so that none judges a score that has seen
it. Five judge for every ion, so that few transfers can be judged too. Accepted are those with
(D + 1) / 5 T of at most `transfer_fdr` in their run; since ions that the run does hold are among
the sought ones, this is an upper bound. Ions of protein groups that the run identified and those of
other groups are judged apart: among the latter true ones are rare, and a false one fills in a
protein that the sample may lack. A decoy cannot show how often another form of the same mass (a
peptide of other order, a homologue) is taken.

Only runs of the same or a neighbouring fraction give to each other, as in MaxQuant (Cox 2014,
10.1074/mcp.M113.031591): further away an ion is not expected.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.proteins.alignment import Alignment
from evcargo.proteins.ions import (
    COLUMNS,
    HALF_WINDOW,
    ISOTOPES,
    Floats,
    SurveyScans,
    envelope_at,
    ion_table,
    isotopes_of,
    mass_shift,
    summed,
)
from evcargo.proteins.isotopes import isotope_shares
from evcargo.proteins.rescore import direction
from evcargo.proteins.search import ISOTOPE

#: Mass of a nucleon in a peptide, Da: shifted by whole ones, a mass stays where peptides have it.
NUCLEON = 1.000482
#: Shifts of the decoys, nucleons: none falls among the isotopes of the ion or of another decoy.
TEACHING, JUDGING = 11, (-11, -16, -21, 16, 21)
LEAST_EXAMPLES = 50
WINDOW_SPREADS = 4.0  # half width of the window, in spreads of the run's ions about the alignment
LEAST_WINDOW = 0.05  # min
NEAR_FRACTIONS = 1
SOUGHT = ["ion", "peptide", "group", "charge", "mass", "rt"]


def sought_ions(
    consensus: pd.DataFrame, psms: pd.DataFrame, alignment: Alignment, run: str, fraction: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ions to look for in a run, and identified ones that teach what a found ion looks like.

    Parameters
    ----------
    consensus
        Of `evcargo.proteins.alignment.align_runs`; the rows of this run and those of all runs.
    psms
        Accepted PSMs of the run.
    alignment, run, fraction
        Of the run.

    Returns
    -------
    sought, known : pandas.DataFrame
        Columns of `SOUGHT`, sorted by ion; ``rt``, min, is where other runs lead to expect it.
    """
    whole = consensus[consensus["run"] == ""]
    identified = set(psms["modified"].astype(str) + "/" + psms["charge"].astype(str))
    near = whole["fractions"].map(
        lambda names: any(abs(int(name) - fraction) <= NEAR_FRACTIONS for name in names.split(";"))
    )
    absent = ~whole["ion"].isin(identified)
    parts = (whole[absent & near.astype(bool)], consensus[consensus["run"] == run])
    sought, known = (
        part.assign(rt=alignment.from_common(part["common_rt"].to_numpy(float)))[SOUGHT]
        .sort_values("ion")
        .reset_index(drop=True)
        for part in parts
    )
    return sought, known


def sought_masses(ions: pd.DataFrame, shift: float) -> Floats:
    """Every m/z that transfers of these ions and their decoys look at."""
    charge = ions["charge"].to_numpy(int)
    mass = ions["mass"].to_numpy(float)
    return np.hstack(
        [
            isotopes_of(mass - ISOTOPE + nucleons * NUCLEON, charge, shift, ISOTOPES + 1)
            for nucleons in (0, TEACHING, *JUDGING)
        ]
    )


def transfer_ions(
    scans: SurveyScans,
    sought: pd.DataFrame,
    known: pd.DataFrame,
    psms: pd.DataFrame,
    alignment: Alignment,
    tolerance_ppm: float,
    fdr: float,
) -> tuple[pd.DataFrame, str]:
    """Find ions of other runs in this one.

    Parameters
    ----------
    scans
        MS1 peaks of the run.
    sought, known
        Of `sought_ions`.
    psms
        Accepted PSMs of the run: its mass error.
    alignment
        Of the run.
    tolerance_ppm
        m/z tolerance to either side.
    fdr
        Share of false transfers accepted, fraction.

    Returns
    -------
    ions : pandas.DataFrame
        Columns of `evcargo.proteins.ions.COLUMNS`: the accepted transfers, with their q-values.
    summary : str
        What was sought, found and accepted, or why nothing could be.
    """
    none = ion_table(sought[:0], np.empty(0), np.empty((0, 4)))
    if not alignment.is_usable:
        return none, "no transfer: the run shares too few ions with others to be aligned"
    half = max(WINDOW_SPREADS * alignment.residual, LEAST_WINDOW)
    shift = mass_shift(psms)

    def look(ions: pd.DataFrame, nucleons: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        return measure(scans, ions, nucleons * NUCLEON, shift, half, tolerance_ppm)

    _, examples, seen = look(known, 0)
    _, taught, wrong = look(pd.concat([known, sought], ignore_index=True), TEACHING)
    if min(seen.sum(), wrong.sum()) < LEAST_EXAMPLES:
        return none, (
            f"no transfer: {seen.sum()} examples and {wrong.sum()} decoys,"
            f" {LEAST_EXAMPLES} of each are needed"
        )
    weights = direction(examples[seen], taught[wrong])
    peaks, features, found = look(sought, 0)
    judged = [look(sought, nucleons)[1:] for nucleons in JUDGING]
    q_value = np.full(len(sought), np.nan)
    shown = sought["group"].isin(psms["group"]).to_numpy()
    for part in (shown, ~shown):
        ours = found & part
        decoys = np.concatenate([rows[false & part] @ weights for rows, false in judged])
        q_value[ours] = transfer_q_values(features[ours] @ weights, decoys, len(JUDGING))
    good = found & (q_value <= fdr)
    table = ion_table(sought[good], sought.loc[good, "rt"].to_numpy(float), peaks[good])
    table = table.assign(transferred=True, q_value=q_value[good])[COLUMNS]
    mean_decoys = np.mean([false.sum() for _, false in judged])
    return table, (
        f"{len(sought)} ions of other runs sought within {half * 60:.1f} s:"
        f" {found.sum()} with a peak ({mean_decoys:.0f} of as many decoys),"
        f" {good.sum()} accepted at a false-transfer rate of {fdr:g}"
    )


def transfer_q_values(scores: Floats, decoys: Floats, times: int) -> Floats:
    """q-value of every transfer: the lowest (D + 1) / (n T) of all thresholds that let it in.

    Parameters
    ----------
    scores, decoys
        Of the transfers and of the decoys that have a peak; higher is better.
    times
        n, decoys looked for per transfer looked for.
    """
    order = np.argsort(-scores, kind="stable")
    above = len(decoys) - np.searchsorted(np.sort(decoys), scores[order], side="left")
    accepted = len(scores) - np.searchsorted(np.sort(scores), scores[order], side="left")
    rate = np.minimum((above + 1) / (times * np.maximum(accepted, 1)), 1.0)
    result = np.empty(len(scores))
    result[order] = np.minimum.accumulate(rate[::-1])[::-1]
    return result


def measure(
    scans: SurveyScans,
    ions: pd.DataFrame,
    offset: float,
    shift: float,
    half: float,
    tolerance_ppm: float,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Look for ions where they are expected.

    Parameters
    ----------
    scans
        MS1 peaks of the run.
    ions
        Columns of `SOUGHT`.
    offset
        Added to each mass, Da.
    shift
        Observed over calculated m/z of the run.
    half
        Half width of the window of the apex, min.
    tolerance_ppm
        m/z tolerance to either side.

    Returns
    -------
    peaks : numpy.ndarray
        Ions x 4, see `evcargo.proteins.ions.envelope_at`.
    features : numpy.ndarray
        Ions x 6, for the discriminant; none of them grows with intensity.
    found : numpy.ndarray
        Whether there is a peak.
    """
    charge, rt = ions["charge"].to_numpy(int), ions["rt"].to_numpy(float)
    mass = ions["mass"].to_numpy(float) + offset
    mz = isotopes_of(mass - ISOTOPE, charge, shift, ISOTOPES + 1)  # first the peak before the ion
    shares = isotope_shares(ions["peptide"], ISOTOPES)
    low, high = np.searchsorted(scans.rt, [rt - HALF_WINDOW, rt + HALF_WINDOW])
    peaks, features = np.full((len(ions), 4), np.nan), np.zeros((len(ions), 6))
    for i in range(len(ions)):
        times = scans.rt[low[i] : high[i]]
        traces = scans.trace(mz[i], tolerance_ppm, low[i], high[i])
        inside = np.abs(times - rt[i]) <= half
        trace = summed(traces[1:])
        if not np.any(trace[inside] > 0):
            continue
        seed = times[np.argmax(np.where(inside, trace, -1.0))]
        peak = envelope_at(times, traces[1:], shares[i], seed)
        if not abs(peak[0] - rt[i]) <= half:
            continue
        peaks[i] = peak
        within = (times >= peak[1]) & (times <= peak[2])
        error = scans.error_ppm(mz[i, 1], tolerance_ppm, low[i] + np.flatnonzero(within))
        features[i] = _features(traces[:, within], shares[i], (peak[0] - rt[i]) / half, error)
    return peaks, features, np.isfinite(peaks[:, 0])


def _features(traces: Floats, shares: Floats, apart: float, error_ppm: float) -> Floats:
    """Describe a peak: retention time, mass, isotope pattern, co-elution, peak before, scans."""
    areas = traces.sum(axis=1)
    before, own = areas[0], areas[1:]
    cosine = own @ shares / (np.linalg.norm(own) * np.linalg.norm(shares))
    first, second = np.sqrt(traces[1]), np.sqrt(traces[2])
    together = first @ second / max(np.linalg.norm(first) * np.linalg.norm(second), 1e-12)
    return np.array(
        [
            abs(apart),
            np.sqrt(abs(error_ppm)),
            np.arccos(min(cosine, 1.0)),
            together,
            min(before / own[0], 2.0),
            np.log(np.count_nonzero(traces[1])),
        ]
    )
