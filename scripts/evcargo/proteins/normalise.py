"""Put the samples of a protein matrix on one scale, for testing; purity never uses this.

Every method is fitted to the proteins that may decide (those that are no contaminants) and then
applied to all: what serum or skin brought in must not move the rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.proteins.vsn import MIN_PROTEINS, fit_vsn, vsn_log2

METHODS = ("median", "quantile", "vsn", "ev_markers", "none")
MIN_STABLE = 20  # below this many complete proteins, those seen in half of the samples join them
STABLE_SHARE = 0.5
MIN_MARKERS = 3  # EV markers that the study, and each sample of it, needs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def normalise(
    intensity: Floats, method: str, deciding: Flags, markers: Flags, samples: Sequence[str]
) -> tuple[Floats, str]:
    """Log2 quantities on one scale, and how they got there.

    Parameters
    ----------
    intensity
        Samples x proteins, raw (linear), NaN where missing.
    method
        ``median`` (`shifts_of_stable`), ``quantile`` (`quantiles`), ``vsn``
        (`evcargo.proteins.vsn`), ``ev_markers`` (`shifts_of_markers`) or ``none``: log2 only.
    deciding
        Proteins that the method is fitted to.
    markers
        Proteins that are EV core markers.
    samples
        Their names.

    Returns
    -------
    normalised : numpy.ndarray
        Samples x proteins, log2, NaN where missing. A sample that cannot be placed on the common
        scale has NaN only.
    how : str
        What was done, in words.

    Raises
    ------
    EvcargoError
        If the study has too few proteins or markers for the method.
    """
    log2 = np.log2(intensity)
    if method == "none" or not np.isfinite(log2[:, deciding]).any():
        return log2, "log2, not normalised"
    if method == "median":
        shifts = shifts_of_stable(log2[:, deciding])
        how = "log2, median of the stable proteins that are not contaminants"
        return log2 - shifts[:, None], how
    if method == "quantile":
        how = "log2, quantiles of the proteins that are not contaminants"
        return quantiles(log2, deciding), how
    if method == "vsn":
        return _vsn(intensity, deciding)
    if method == "ev_markers":
        shifts = shifts_of_markers(log2, markers & deciding)
        lost = [
            name
            for name, shift, row in zip(samples, shifts, log2, strict=True)
            if np.isnan(shift) and np.isfinite(row).any()
        ]
        how = f"log2, median of {int((markers & deciding).sum())} EV core markers"
        if lost:
            how += f"; fewer than {MIN_MARKERS} of them in {', '.join(lost)}: no values"
        return log2 - shifts[:, None], how
    raise EvcargoError(
        f"config, proteins.normalisation: {method!r} is not one of {', '.join(METHODS)}"
    )


def shifts_of_stable(log2: Floats) -> Floats:
    """Shift of every sample at which its stable proteins agree with their median over the samples.

    Stable proteins are those seen in every sample that holds anything; where there are fewer than
    20 of them, those seen in at least half of these samples. After the shift the median difference
    of a sample to the reference (the median of each stable protein over the samples) is zero.
    Ratios of proteins that all samples share decide, as in the retention of a housekeeping set: a
    protein seen in few samples, be it abundant, cannot move the others.

    Parameters
    ----------
    log2
        Samples x proteins, log2 intensity, NaN where missing.

    Returns
    -------
    numpy.ndarray
        To be subtracted, log2; NaN for a sample without any stable protein, which cannot be placed
        on the common scale.
    """
    seen = np.isfinite(log2)
    holding = np.asarray(seen.any(axis=1))
    if not holding.any():
        return np.full(len(log2), np.nan)
    share = seen[holding].mean(axis=0)
    stable = share == 1
    if stable.sum() < MIN_STABLE:
        stable = share >= STABLE_SHARE
    return _shifts(log2[:, stable], holding, least=1)


def shifts_of_markers(log2: Floats, markers: Flags) -> Floats:
    """Shift of every sample at which its EV core markers agree with their median over the samples.

    So the samples are compared per amount of EV, as the markers tell it, and not per amount of
    protein: co-isolated protein in one sample does not lower the cargo of that sample. A marker
    that the condition changes spoils this, which is why their median decides.

    Parameters
    ----------
    log2
        Samples x proteins, log2 intensity, NaN where missing.
    markers
        Proteins that are EV core markers.

    Returns
    -------
    numpy.ndarray
        To be subtracted, log2; NaN for a sample with fewer than 3 markers.

    Raises
    ------
    EvcargoError
        If no two samples have 3 markers.
    """
    seen = np.isfinite(log2[:, markers])
    enough: Flags = np.asarray(seen.sum(axis=1) >= MIN_MARKERS)
    if enough.sum() < min(2, np.isfinite(log2).any(axis=1).sum()):
        raise EvcargoError(
            f"config, proteins.normalisation: ev_markers needs {MIN_MARKERS} EV core markers (panel"
            f" classic_exosome) in two samples or more; {enough.sum()} have as many. Use median"
        )
    return _shifts(log2[:, markers], enough, least=MIN_MARKERS)


def _shifts(log2: Floats, holding: Flags, least: int) -> Floats:
    """Median difference of each sample to the median of each protein over the samples."""
    shifts = np.full(len(log2), np.nan)
    told = np.isfinite(log2[holding]).any(axis=0)
    reference = np.nanmedian(log2[holding][:, told], axis=0)
    for sample in np.flatnonzero(holding):
        difference = log2[sample, told] - reference
        if np.isfinite(difference).sum() >= least:
            shifts[sample] = np.nanmedian(difference)
    return shifts


def quantiles(log2: Floats, deciding: Flags) -> Floats:
    """Give every sample the same distribution (Bolstad 2003, 10.1093/bioinformatics/19.2.185).

    The common one is the mean of the sorted values of the samples, those with missing values
    stretched to the same number, as limma does. The other proteins are carried along: between and
    beyond the deciding ones as their neighbours move.

    Parameters
    ----------
    log2
        Samples x proteins, log2 intensity, NaN where missing.
    deciding
        Proteins that the distributions are made of.
    """
    result = np.full_like(log2, np.nan)
    holding = np.flatnonzero(np.isfinite(log2[:, deciding]).any(axis=1))
    steps = np.linspace(0, 1, int(deciding.sum()))
    own = {i: np.sort(log2[i, deciding & np.isfinite(log2[i])]) for i in holding}
    target = np.mean([np.interp(steps, _steps(own[i]), own[i]) for i in holding], axis=0)
    for i in holding:
        values, first = np.unique(own[i], return_index=True)
        last = np.append(first[1:], len(own[i])) - 1
        middle = (first + last) / 2 / max(len(own[i]) - 1, 1)  # ties share their mean rank
        goal = np.interp(middle, steps, target) if len(own[i]) > 1 else [np.median(target)]
        inside = np.clip(log2[i], values[0], values[-1])
        result[i] = np.interp(inside, values, goal) + (log2[i] - inside)
    return result


def _steps(values: Floats) -> Floats:
    return np.linspace(0, 1, len(values)) if len(values) > 1 else np.array([0.5])


def _vsn(intensity: Floats, deciding: Flags) -> tuple[Floats, str]:
    told = np.isfinite(intensity) & deciding
    shared = told[:, told.sum(axis=0) >= 2]
    enough = shared.sum(axis=1) >= MIN_PROTEINS
    if enough.sum() < 2:
        raise EvcargoError(
            f"config, proteins.normalisation: vsn needs two samples that share {MIN_PROTEINS}"
            " proteins or more. Use median"
        )
    offset, log_factor = fit_vsn(np.where(told, intensity, np.nan)[enough])
    normalised = np.full_like(intensity, np.nan)
    normalised[enough] = vsn_log2(intensity[enough], offset, log_factor)
    return normalised, "variance stabilised, log2 units (vsn) on proteins that are no contaminants"
