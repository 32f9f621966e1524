"""Size bins in nm: sizes, edges and the particles in each, from the numbers of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.particles.axis import Axis

Floats = NDArray[np.float64]
LARGEST_LOG10_NM = 6.0
"""Above it (1 mm) a column called log holds the sizes themselves, in logarithmic bins."""
SMALLEST_MEDIAN_NM, LARGEST_MEDIAN_NM = 5.0, 20_000.0
"""A vesicle has two membranes of 4 to 5 nm across its diameter; none is wider than a cell. What
lies outside is in another unit than its header says."""
MAX_NEGATIVE_SHARE = 0.05
"""Share of the particles that amounts below 0 may add up to, to be the noise of a subtracted blank.
evcargo's own choice."""
HIGH_UPPER_END = 0.05
"""Particles per nm in the last bin over those in the fullest, above which larger ones may be
missing. evcargo's own choice."""
_FEWEST_ALIKE = 5
_MIN_LOG_BINS = 5
_ALIKE = 0.02  # relative spread of steps that are alike, but for the rounding of the sizes
_UNEVEN = 1.5  # largest over smallest step of sizes that are not evenly spaced


@dataclass(frozen=True)
class Bins:
    """Bins of a distribution, ascending.

    Parameters
    ----------
    centres_nm
        Sizes that stand for the n bins, nm.
    edges_nm
        Their edges, nm, n + 1.
    amounts
        What is in each bin.
    """

    centres_nm: Floats
    edges_nm: Floats
    amounts: Floats


def is_logarithmic(sizes: Floats) -> bool:
    """Whether ascending sizes have a constant ratio, and no constant distance."""
    if len(sizes) < _MIN_LOG_BINS or sizes[0] <= 0:
        return False
    ratios, steps = np.diff(np.log(sizes)), np.diff(sizes)
    even = ratios.std() <= _ALIKE * ratios.mean()
    return bool(even and steps.max() > _UNEVEN * steps.min())


def edges_between(centres: Floats) -> Floats:
    """Edges halfway between the centres (in the logarithm where the bins are logarithmic).

    The outer bins reach as far out as in.
    """
    if is_logarithmic(centres):
        inner = np.sqrt(centres[1:] * centres[:-1])
        low, high = centres[0] ** 2 / inner[0], centres[-1] ** 2 / inner[-1]
        return np.concatenate([[low], inner, [high]])
    inner = (centres[1:] + centres[:-1]) / 2
    low = max(2 * centres[0] - inner[0], 0.0)
    return np.concatenate([[low], inner, [2 * centres[-1] - inner[-1]]])


def in_nm(values: Floats, axis: Axis) -> Floats:
    """Sizes as diameters in nm."""
    if axis.logarithm and np.nanmax(values) <= LARGEST_LOG10_NM * (
        1 if axis.logarithm == "log10" else np.log(10)
    ):
        values = 10**values if axis.logarithm == "log10" else np.exp(values)
    return values * axis.factor


def make_bins(sizes: Sequence[Floats], amounts: Floats, axis: Axis, lines: Sequence[str]) -> Bins:
    """Make bins of sizes that are in order.

    Parameters
    ----------
    sizes
        Diameters of the axis, nm, ascending: centres, starts, ends, or starts and ends.
    amounts
        One for each bin.
    axis
        What the sizes are.
    lines
        File and line of each bin, for messages.

    Raises
    ------
    EvcargoError
        If bins overlap, or there are fewer than two.
    """
    if len(amounts) < 2 and axis.kind not in ("edges", "interval"):
        raise EvcargoError(
            f"{lines[0]}: a size distribution needs at least 2 bins. Export all of them"
        )
    first = sizes[0]
    if axis.kind == "centre":
        return Bins(first, edges_between(first), amounts)
    if axis.kind == "start":
        edges = np.append(first, _next(first))
    elif axis.kind == "end":
        edges = np.append(max(float(_next(first[::-1])), 0.0), first)
    else:
        return _between_edges(first, sizes[1], amounts, lines)
    return Bins((edges[1:] + edges[:-1]) / 2, edges, amounts)


def _next(edges: Floats) -> float:
    """Give the edge that follows, at the same ratio or distance as the last two."""
    ordered = edges if edges[0] < edges[-1] else edges[::-1]
    if is_logarithmic(ordered):
        return float(edges[-1] ** 2 / edges[-2])
    return float(2 * edges[-1] - edges[-2])


def _between_edges(starts: Floats, ends: Floats, amounts: Floats, lines: Sequence[str]) -> Bins:
    """Bins with stated edges; a gap between two is an empty bin."""
    wrong = np.flatnonzero(ends <= starts)
    if len(wrong):
        raise EvcargoError(
            f"{lines[int(wrong[0])]}: the bin ends at {ends[wrong[0]]:g} nm, before it begins."
            " Correct it"
        )
    widths = ends - starts
    overlap = np.flatnonzero(ends[:-1] - starts[1:] > _ALIKE * widths[1:])
    if len(overlap):
        raise EvcargoError(
            f"{lines[int(overlap[0]) + 1]}: the bin begins at {starts[overlap[0] + 1]:g} nm, inside"
            " the bin above it. Give bins that do not overlap"
        )
    edges, counts = [float(starts[0])], []
    for start, end, amount in zip(starts, ends, amounts, strict=True):
        if start - edges[-1] > _ALIKE * (end - start):
            edges.append(float(start))
            counts.append(0.0)
        edges.append(float(end))
        counts.append(float(amount))
    bounds = np.array(edges)
    return Bins((bounds[1:] + bounds[:-1]) / 2, bounds, np.array(counts))


def refuse_constant(bins: Bins, name: str, where: str) -> None:
    """Refuse amounts that are the same in every bin, as a total beside each bin is.

    Raises
    ------
    EvcargoError
        Naming the column.
    """
    amounts = bins.amounts
    if len(amounts) >= _FEWEST_ALIKE and amounts[0] > 0 and (amounts == amounts[0]).all():
        raise EvcargoError(
            f"{where}: {name!r} holds {amounts[0]:g} in every bin: a total, not a distribution."
            " Write the column with the amount of each bin into 'column' of the run sheet"
        )


def from_density(bins: Bins, density: str, is_radius: bool) -> Bins:
    """Turn amounts per nm, um or unit of the logarithm into amounts of each bin."""
    if not density:
        return bins
    low, high = bins.edges_nm[:-1].copy(), bins.edges_nm[1:]
    if density in ("nm", "um"):
        widths = (high - low) / (2 if is_radius else 1) / (1000 if density == "um" else 1)
    else:
        low[0] = low[0] or bins.centres_nm[0] ** 2 / high[0]
        widths = np.log10(high / low) if density == "log10" else np.log(high / low)
    return Bins(bins.centres_nm, bins.edges_nm, bins.amounts * widths)


def without_negatives(bins: Bins, name: str, where: str) -> tuple[Bins, str]:
    """Take amounts below 0 for 0, as far as they are noise; what was done, for people.

    Raises
    ------
    EvcargoError
        If they are more than noise.
    """
    negative = bins.amounts < 0
    if not negative.any():
        return bins, ""
    amounts = np.where(negative, 0.0, bins.amounts)
    missing, lost = int(negative.sum()), -float(bins.amounts[negative].sum())
    cleaned = Bins(bins.centres_nm, bins.edges_nm, amounts)
    if (bins.amounts[negative] == -1).all():
        return cleaned, f"{missing} bins hold -1, as programs write for no value: taken for 0"
    total = float(amounts.sum())
    share = lost / total if total else np.inf
    if share > MAX_NEGATIVE_SHARE:
        raise EvcargoError(
            f"{where}: {missing} amounts in {name!r} are negative and add up to {share:.0%} of the"
            " particles: more was subtracted than noise. Give the table as it was measured, without"
            " a blank subtracted"
        )
    return cleaned, (
        f"{missing} bins are below 0 ({share:.2g} of the particles; a blank was probably"
        " subtracted): taken for 0"
    )


def upper_end_note(bins: Bins) -> list[str]:
    """Say that a distribution does not come down at its upper end, as far as it does not."""
    density = bins.amounts / np.diff(bins.edges_nm)
    share = density[-1] / density.max() if density.max() > 0 else 0.0
    if share <= HIGH_UPPER_END:
        return []
    return [
        f"the last bin ({bins.centres_nm[-1]:.3g} nm) holds {share:.0%} of the fullest: larger"
        " particles may be missing"
    ]


def refuse_impossible(bins: Bins, stated: bool, where: str) -> None:
    """Refuse sizes that no particle of this kind has: the unit is another.

    Raises
    ------
    EvcargoError
        With the sizes and the units that they may be in.
    """
    total = bins.amounts.sum()
    if not total > 0:
        return
    middle = bins.centres_nm[np.searchsorted(np.cumsum(bins.amounts), total / 2)]
    if SMALLEST_MEDIAN_NM <= middle <= LARGEST_MEDIAN_NM:
        return
    low, high = bins.centres_nm[0], bins.centres_nm[-1]
    header = "the header says nm" if stated else "the header states no unit"
    guess = "um or log10 of nm" if middle < SMALLEST_MEDIAN_NM else "pm, or no diameters"
    raise EvcargoError(
        f"{where}: half of the particles would be below {middle:.3g} nm (sizes {low:.3g} to"
        f" {high:.3g}; {header}); they may be in {guess}. Write the unit into the header, such as"
        " Diameter (nm), Diameter (um), Radius (nm) or log10 diameter (nm)"
    )
