"""Simulate a particle-size table as nanoparticle tracking analysis (NTA) exports it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.ndimage import gaussian_filter1d
from scipy.special import ndtr, ndtri

from evcargo.errors import EvcargoError
from evcargo.job import whole_file


@dataclass(frozen=True)
class SizeSettings:
    """A log-normal preparation, and how it is measured.

    Parameters
    ----------
    mode_nm
        Most frequent diameter, nm.
    sigma
        Standard deviation of ln(diameter).
    particles_per_ml
        Total concentration.
    captures
        Videos that are averaged.
    capture_cv
        Variation of the total between videos, fraction.
    tracked
        Particles tracked per video; the fewer, the rougher the curve.
    smoothing_nm
        Standard deviation of the smoothing by the instrument's software, nm.
    bin_nm
        Width of the size bins, nm.
    max_nm
        Upper end of the table, nm.
    """

    mode_nm: float = 95.0
    sigma: float = 0.35
    particles_per_ml: float = 2e9
    captures: int = 5
    capture_cv: float = 0.08
    tracked: int = 2000
    smoothing_nm: float = 4.0
    bin_nm: float = 2.0
    max_nm: float = 800.0


def simulate_sizes(path: str | Path, settings: SizeSettings, rng: Generator) -> pd.DataFrame:
    """Simulate the measurement of one preparation and write its size table.

    Parameters
    ----------
    path
        Table to write, comma-separated if it ends in ``.csv``, else tab-separated: columns
        ``Bin centre (nm)``, ``Concentration (particles / ml)``, ``Standard Error``.
    settings
        The preparation and the instrument.
    rng
        Generator of this measurement.

    Returns
    -------
    pandas.DataFrame
        The truth, one row: `mode_nm`, `mean_nm`, `d10_nm`, `d50_nm`, `d90_nm`, `share_30_150`
        (fraction) and `particles_per_ml` of the log-normal distribution.

    Raises
    ------
    EvcargoError
        If a setting is not above 0.
    """
    wrong = [name for name, value in vars(settings).items() if not value > 0]
    if wrong:
        raise EvcargoError(f"simulated sizes: {', '.join(wrong)} must be above 0. Correct it")
    log_median = np.log(settings.mode_nm) + settings.sigma**2
    edges = np.arange(0, settings.max_nm + settings.bin_nm / 2, settings.bin_nm)
    with np.errstate(divide="ignore"):
        shares = np.diff(ndtr((np.log(edges) - log_median) / settings.sigma))
    totals = settings.particles_per_ml * np.exp(
        rng.normal(0, settings.capture_cv, settings.captures)
    )
    tracks = rng.poisson(settings.tracked * shares, (settings.captures, len(shares)))
    curves = gaussian_filter1d(
        tracks / settings.tracked, settings.smoothing_nm / settings.bin_nm, axis=1, mode="constant"
    )
    curves *= totals[:, None]
    error = curves.std(axis=0, ddof=1 if settings.captures > 1 else 0) / np.sqrt(settings.captures)
    table = pd.DataFrame(
        {
            "Bin centre (nm)": (edges[1:] + edges[:-1]) / 2,
            "Concentration (particles / ml)": curves.mean(axis=0),
            "Standard Error": error,
        }
    )
    separator = "," if Path(path).suffix.lower() == ".csv" else "\t"
    with whole_file(path) as part:
        table.to_csv(part, sep=separator, index=False, float_format="%.6g", lineterminator="\n")
    return _truth(settings, log_median)


def _truth(settings: SizeSettings, log_median: float) -> pd.DataFrame:
    low, high = ndtr((np.log([30.0, 150.0]) - log_median) / settings.sigma)
    figures = {"mode_nm": settings.mode_nm, "mean_nm": np.exp(log_median + settings.sigma**2 / 2)}
    for percent in (10, 50, 90):
        figures[f"d{percent}_nm"] = np.exp(log_median + settings.sigma * ndtri(percent / 100))
    figures |= {"share_30_150": high - low, "particles_per_ml": settings.particles_per_ml}
    return pd.DataFrame([figures])
