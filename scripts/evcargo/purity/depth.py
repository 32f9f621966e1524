"""What a run of limited depth could not see, so that absence counts only where it means something.

A run shows the intense proteins and misses the weak ones. What it misses lies below its `floor`;
what the study's other runs show of a protein, and how much of its class is in the sample, tells how
much of it may be hidden there.
"""

import numpy as np
import pandas as pd

FLOOR = 0.25
"""Quantile of a run's intensities taken as its floor; above, it misses few proteins."""
PROTEINS = 5000
"""Protein groups that the deepest runs of EVs show."""
FEWEST = 20
"""Protein groups from which a run has a tail that can be drawn on."""


def floors(intensity: pd.DataFrame) -> pd.Series:
    """Intensity below which each run begins to miss proteins, by sample.

    Parameters
    ----------
    intensity
        Samples x protein groups, raw, NaN where not seen.
    """
    return intensity.quantile(FLOOR, axis=1)


def hidden(intensity: pd.DataFrame) -> pd.DataFrame:
    """Most signal that each protein group may have unseen, as a share of the sample's signal.

    Of a group that the sample does not show: its median share in the samples that do, at most the
    floor of the run; 0 for one that it shows.

    Returns
    -------
    pandas.DataFrame
        Samples x protein groups.
    """
    share = intensity.div(intensity.sum(axis=1), axis=0)
    usual = np.broadcast_to(share.median().to_numpy(float), share.shape)
    most = np.minimum(usual, floors(share).to_numpy(float)[:, None])
    unseen = intensity.isna().to_numpy() & np.isfinite(most)
    return pd.DataFrame(np.where(unseen, most, 0.0), intensity.index, intensity.columns)


def tails(intensity: pd.DataFrame) -> pd.Series:
    """Most signal below what each run shows, as a share of what it shows, by sample.

    The intensities are taken to fall with a power of their rank, as the middle half of them does,
    and the line is drawn on to `PROTEINS`; real ones fall faster, so that this is much. For a study
    whose runs are all shallow, of which `hidden` knows nothing. NaN where a run shows too little to
    draw a line.
    """
    found = []
    for row in intensity.to_numpy(float):
        seen = -np.sort(-row[np.isfinite(row)])
        n = len(seen)
        if n < FEWEST or n >= PROTEINS:
            found.append(np.nan if n < FEWEST else 0.0)
            continue
        middle = np.arange(n // 4, 3 * n // 4)  # below, the edge of detection bends the line
        slope, at_one = np.polyfit(np.log(middle + 1), np.log(seen[middle]), 1)
        below = np.log(np.arange(n + 1, PROTEINS + 1))
        found.append(float(np.exp(at_one + min(slope, 0) * below).sum() / seen.sum()))
    return pd.Series(found, index=intensity.index)


def share_range(share: float, of_class: float, of_all: float) -> tuple[float, float]:
    """Least and most that a share of the seen signal would be of all signal.

    Parameters
    ----------
    share
        Of the seen signal.
    of_class, of_all
        Most that is hidden of the class, and of all classes, as shares of the seen signal; infinite
        where there is no saying.
    """
    most = 1.0 if np.isinf(of_class) else (share + of_class) / (1 + of_class)
    return share / (1 + of_all), most


def out_of_reach(intensity: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Protein groups that a sample does not show, and could not have shown.

    Parameters
    ----------
    intensity
        As for `floors`.
    expected
        Samples x some of the groups: log2 intensity that the amount of the class in the sample
        lets expect; NaN where there is nothing to tell from.

    Returns
    -------
    pandas.DataFrame
        Flags, samples x protein groups.
    """
    below = expected.lt(np.log2(floors(intensity)), axis=0)
    return below.reindex(columns=intensity.columns, fill_value=False) & intensity.isna()
