"""Particle sizes and counts of every sample, from the size tables of its runs.

A bin is taken to reach halfway to its neighbours (the outer ones as far out as in), and its
particles to lie evenly in it. Percentiles and the share within a window follow from the cumulative
distribution, which is then a straight line within each bin.
"""

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.size_tables import SizeTable, read_sizes

Floats = NDArray[np.float64]
LOGGER = logging.getLogger("evcargo")
FIGURES = (
    "mode_nm",
    "mean_nm",
    "d10_nm",
    "d50_nm",
    "d90_nm",
    "share_in_window",
    "particles_per_ml",
)
PER_RUN = {
    "mode_nm": "nm",
    "d50_nm": "nm",
    "share_in_window": "fraction",
    "particles_per_ml": "particles/ml",
}


@dataclass(frozen=True)
class Distribution:
    """Particles by size.

    Parameters
    ----------
    centres_nm
        Sizes that stand for the n bins, nm, ascending.
    edges_nm
        Edges of the n bins, nm, ascending, n + 1.
    amount
        Particles/ml, or counted particles, in each bin.
    is_concentration
        Which of the two.
    """

    centres_nm: Floats
    edges_nm: Floats
    amount: Floats
    is_concentration: bool

    def share_below(self, diameter_nm: float | Floats) -> Floats:
        """Share of the particles below each diameter (the cumulative distribution)."""
        steps = np.concatenate([[0.0], np.cumsum(self.amount)])
        return np.interp(diameter_nm, self.edges_nm, steps / steps[-1])

    def percentile(self, share: float) -> float:
        """Diameter, nm, below which this share (0 to 1) of the particles is."""
        steps = np.concatenate([[0.0], np.cumsum(self.amount)]) / self.amount.sum()
        # Empty bins are flat: the middle of a flat stretch, as for a median between two values.
        first = np.searchsorted(steps, share - 1e-12, side="left")
        last = np.searchsorted(steps, share + 1e-12, side="right") - 1
        if last >= first:
            return float((self.edges_nm[first] + self.edges_nm[last]) / 2)
        return float(np.interp(share, steps[last : first + 1], self.edges_nm[last : first + 1]))


def distribution_of(table: SizeTable) -> Distribution:
    """Give the bins of a size table their edges, halfway between the centres.

    Raises
    ------
    EvcargoError
        If there is one bin only, whose width cannot be known.
    """
    centres = np.array(table.diameter_nm)
    if len(centres) < 2:
        raise EvcargoError("a size distribution needs at least 2 bins. Export all of them")
    inner = (centres[1:] + centres[:-1]) / 2
    low = max(2 * centres[0] - inner[0], 0.0)
    edges = np.concatenate([[low], inner, [2 * centres[-1] - inner[-1]]])
    return Distribution(centres, edges, np.array(table.amount), table.is_concentration)


def average(replicates: Sequence[Distribution]) -> Distribution:
    """Average technical replicates bin by bin.

    Replicates with other bins are brought to all edges that any has; a size that a replicate did
    not measure holds none of its particles.

    Raises
    ------
    EvcargoError
        If some hold concentrations and some numbers.
    """
    if len({one.is_concentration for one in replicates}) > 1:
        raise EvcargoError(
            "some runs hold concentrations and some numbers of particles. Export all alike"
        )
    first = replicates[0]
    if all(np.array_equal(one.centres_nm, first.centres_nm) for one in replicates):
        amount = np.mean([one.amount for one in replicates], axis=0)
        return Distribution(first.centres_nm, first.edges_nm, amount, first.is_concentration)
    edges = np.unique(np.round(np.concatenate([one.edges_nm for one in replicates]), 6))
    amounts = [np.diff(one.share_below(edges)) * one.amount.sum() for one in replicates]
    centres = (edges[1:] + edges[:-1]) / 2
    return Distribution(centres, edges, np.mean(amounts, axis=0), first.is_concentration)


def size_figures(sizes: Distribution, window_nm: tuple[float, float]) -> dict[str, float]:
    """Figures of a size distribution.

    Parameters
    ----------
    sizes
        The distribution.
    window_nm
        Size window, nm.

    Returns
    -------
    dict
        ``mode_nm`` (bin with most particles per nm, the smallest of equals),
        ``mean_nm``, ``d10_nm``, ``d50_nm``, ``d90_nm``, ``share_in_window`` (fraction) and
        ``particles_per_ml`` (NaN if only numbers of particles are known).
    """
    centres, widths = sizes.centres_nm, np.diff(sizes.edges_nm)
    # Rounded, so that equal bins stay equal in floating point.
    density = np.round(sizes.amount / widths / (sizes.amount / widths).max(), 12)
    low, high = sizes.share_below(np.array(window_nm, dtype=float))
    total = float(sizes.amount.sum())
    return {
        "mode_nm": float(centres[np.argmax(density)]),
        "mean_nm": float((centres * sizes.amount).sum() / total),
        "d10_nm": sizes.percentile(0.1),
        "d50_nm": sizes.percentile(0.5),
        "d90_nm": sizes.percentile(0.9),
        "share_in_window": float(high - low),
        "particles_per_ml": total if sizes.is_concentration else np.nan,
    }


def measure_particles(
    samples: pd.DataFrame, runs: pd.DataFrame, window_nm: Sequence[float]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Measure the particles of every sample.

    Parameters
    ----------
    samples, runs
        The sheets, contracts ``samples`` and ``runs``; runs of other assays are passed over.
    window_nm
        Lower and upper end of the size window, nm.

    Returns
    -------
    particles, distribution, quality
        Tables under the contracts of these names. `particles` has all samples: one whose tables
        cannot be read is ``failed`` with the reason, one without any is ``no run``.

    Raises
    ------
    EvcargoError
        If the window is empty, or if every sample with a run fails.
    """
    low, high = (float(end) for end in window_nm)
    if not low < high:
        raise EvcargoError(
            f"config, particles.window_nm: {low:g} is not below {high:g}. Write the lower end first"
        )
    runs = runs[runs["assay"] == "particles"]
    rows, curves, figures, reasons = [], [], [], []
    for sample in samples.to_dict("records"):
        name = str(sample["sample"])
        row: dict[str, object] = dict.fromkeys(FIGURES, np.nan)
        row |= {"sample": name, "status": "no run", "status_reason": "no particle table"}
        row["particles_per_ug"] = _per_ug(sample["particle_count"], sample["protein_ug"])
        own = runs[runs["sample"] == name].to_dict("records")
        if own:
            try:
                measured = {str(run["run"]): _measure_run(run) for run in own}
                sizes = average(list(measured.values()))
                row |= size_figures(sizes, (low, high))
                row |= {"status": "ok", "status_reason": ""}
                curves.append(_curve(name, sizes))
                figures += _quality(name, measured, sizes, (low, high))
            except EvcargoError as error:
                LOGGER.warning("sample %s: %s", name, error)
                reasons.append(str(error))
                row |= {"status": "failed", "status_reason": str(error)}
        rows.append(row)
    if reasons and not curves:
        raise EvcargoError(f"no sample has a size table that can be read: {reasons[0]}")
    return (
        pd.DataFrame(rows),
        pd.concat(curves) if curves else _curve("", None),
        pd.DataFrame(figures, columns=["sample", "run", "assay", "metric", "value", "unit"]),
    )


def _measure_run(run: Mapping[Hashable, object]) -> Distribution:
    column = run["column"]
    table = read_sizes(str(run["path"]), column if isinstance(column, str) else "")
    try:
        return distribution_of(table)
    except EvcargoError as error:
        raise EvcargoError(f"{run['path']}: {error}") from error


def _per_ug(count: float, protein_ug: float) -> float:
    if pd.isna(count) or pd.isna(protein_ug) or not protein_ug > 0:
        return np.nan
    return float(count) / float(protein_ug)


def _curve(sample: str, sizes: Distribution | None) -> pd.DataFrame:
    if sizes is None:
        return pd.DataFrame(
            {"sample": [], "diameter_nm": [], "share": [], "concentration_per_ml": []}
        )
    return pd.DataFrame(
        {
            "sample": sample,
            "diameter_nm": sizes.centres_nm,
            "share": sizes.amount / sizes.amount.sum(),
            "concentration_per_ml": sizes.amount if sizes.is_concentration else np.nan,
        }
    )


def _quality(
    sample: str,
    runs: Mapping[str, Distribution],
    sizes: Distribution,
    window_nm: tuple[float, float],
) -> list[tuple[str, str, str, str, float, str]]:
    """Figures of each run and, if there are several, how well they agree."""
    rows = []
    for run, one in runs.items():
        figures = size_figures(one, window_nm)
        rows.append((sample, run, "particles", "size_bins", float(len(one.amount)), "bins"))
        rows += [
            (sample, run, "particles", metric, figures[metric], unit)
            for metric, unit in PER_RUN.items()
            if np.isfinite(figures[metric])
        ]
    if len(runs) > 1:
        totals = np.array([one.amount.sum() for one in runs.values()])
        cv = float(totals.std(ddof=1) / totals.mean())
        rows.append((sample, "", "particles", "replicate_cv", cv, "fraction"))
    return rows
