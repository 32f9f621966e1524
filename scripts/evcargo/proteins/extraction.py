"""All ions of one run: those it identified, and those that other runs lend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.proteins.alignment import Alignment
from evcargo.proteins.ions import (
    ISOTOPES,
    SurveyScans,
    extract_ions,
    isotopes_of,
    mass_shift,
    windows_of,
)
from evcargo.proteins.spectra import Spectrum
from evcargo.proteins.transfer import sought_ions, sought_masses, transfer_ions


@dataclass(frozen=True)
class Match:
    """Match between runs: tables of `evcargo.proteins.alignment.align_runs`, and the run itself.

    Parameters
    ----------
    curves, consensus
        Of the study; of the consensus the rows of this run and of all runs.
    run, fraction
        Name of the run and its fraction, from 1.
    fdr
        Share of false transfers accepted.
    """

    curves: pd.DataFrame
    consensus: pd.DataFrame
    run: str
    fraction: int
    fdr: float


def read_match(
    curves: str | Path, consensus: str | Path, runs: pd.DataFrame, run: str, fdr: float
) -> Match:
    """Read what matching between runs needs for one run (`runs`: contract ``runs``)."""
    own = runs[(runs["assay"] == "proteins") & (runs["run"] == run)]
    return Match(
        pd.read_parquet(curves, filters=[("run", "==", run)]),
        pd.read_parquet(consensus, filters=[("run", "in", ["", run])]),
        run,
        int(own["fraction"].fillna(1).iloc[0]),
        fdr,
    )


def measure_run(
    spectra: Iterable[Spectrum],
    psms: pd.DataFrame,
    tolerance_ppm: float,
    match: Match | None = None,
) -> tuple[pd.DataFrame, str]:
    """Measure the ions of a run; of its spectra only the peaks near their m/z are kept.

    Parameters
    ----------
    spectra
        MS1 spectra of the run.
    psms
        Accepted PSMs of the run.
    tolerance_ppm
        m/z tolerance to either side.
    match
        How to match between runs; None for not at all.

    Returns
    -------
    ions : pandas.DataFrame
        Columns of `evcargo.proteins.ions.COLUMNS`, sorted by ion.
    summary : str
        What was transferred, in words.
    """
    shift = mass_shift(psms)
    mass, charge = psms["mass"].to_numpy(float), psms["charge"].to_numpy(int)
    wanted = [isotopes_of(mass, charge, shift, ISOTOPES).ravel()]
    if match is None:
        scans = SurveyScans.of(spectra, windows_of(np.concatenate(wanted), tolerance_ppm))
        return extract_ions(scans, psms, tolerance_ppm), "nothing is transferred between runs"
    alignment = Alignment.of(match.curves, match.run)
    sought, known = sought_ions(match.consensus, psms, alignment, match.run, match.fraction)
    wanted += [sought_masses(ions, shift).ravel() for ions in (sought, known)]
    scans = SurveyScans.of(spectra, windows_of(np.concatenate(wanted), tolerance_ppm))
    own = extract_ions(scans, psms, tolerance_ppm)
    lent, summary = transfer_ions(scans, sought, known, psms, alignment, tolerance_ppm, match.fdr)
    parts = [table for table in (own, lent) if len(table)]
    together = pd.concat(parts, ignore_index=True) if parts else own
    return together.sort_values("ion", ignore_index=True), summary
