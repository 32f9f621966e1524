"""A size distribution: its percentiles, its mode, and the mean of replicates.

The particles of a bin are taken to lie evenly in it. Percentiles and the share within a window
follow from the cumulative distribution, which is then a straight line within each bin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.particles.bins import Floats, edges_between
from evcargo.particles.size_tables import CONCENTRATION, RELATIVE, SizeTable


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
        Particles/ml, counted particles or shares in each bin.
    quantity
        Which of them: ``concentration``, ``number`` or ``relative``.
    """

    centres_nm: Floats
    edges_nm: Floats
    amount: Floats
    quantity: str

    @property
    def is_concentration(self) -> bool:
        """Whether the amounts are particles/ml."""
        return self.quantity == CONCENTRATION

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
    """Give the bins of a size table their edges: its own, or halfway between the centres.

    Raises
    ------
    EvcargoError
        If there is one bin only, whose width is not known.
    """
    centres = np.array(table.diameter_nm)
    edges = np.array(table.edges_nm)
    if not len(edges):
        if len(centres) < 2:
            raise EvcargoError("a size distribution needs at least 2 bins. Export all of them")
        edges = edges_between(centres)
    return Distribution(centres, edges, np.array(table.amount), table.quantity)


def average(replicates: Sequence[Distribution]) -> Distribution:
    """Average technical replicates bin by bin.

    Replicates with other bins are brought to all edges that any has; a size that a replicate did
    not measure holds none of its particles. Of shares, each replicate counts the same.

    Raises
    ------
    EvcargoError
        If some hold concentrations and others numbers or shares.
    """
    refuse_mixed({run.quantity for run in replicates})
    first = replicates[0]
    scales = [
        run.amount.sum() if run.quantity == RELATIVE and len(replicates) > 1 else 1.0
        for run in replicates
    ]
    if all(np.array_equal(run.edges_nm, first.edges_nm) for run in replicates):
        amount = np.mean(
            [run.amount / scale for run, scale in zip(replicates, scales, strict=True)], axis=0
        )
        return Distribution(first.centres_nm, first.edges_nm, amount, first.quantity)
    edges = np.unique(np.round(np.concatenate([run.edges_nm for run in replicates]), 6))
    amounts = [
        np.diff(run.share_below(edges)) * run.amount.sum() / scale
        for run, scale in zip(replicates, scales, strict=True)
    ]
    centres = (edges[1:] + edges[:-1]) / 2
    return Distribution(centres, edges, np.mean(amounts, axis=0), first.quantity)


def refuse_mixed(quantities: set[str]) -> None:
    """Refuse replicates whose amounts are of different kinds.

    Raises
    ------
    EvcargoError
        Naming the kinds.
    """
    if len(quantities) > 1:
        words = {CONCENTRATION: "concentrations", RELATIVE: "shares or an unknown unit"}
        kinds = " and ".join(sorted(words.get(kind, "numbers") for kind in quantities))
        raise EvcargoError(f"its runs hold {kinds} of particles. Export all runs alike")


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
        ``particles_per_ml`` (NaN if only numbers of particles or shares are known).
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
