"""Retention times of the runs of a study on one scale, from the ions that several runs identified.

The common scale is that of the consensus: the median, over the runs, of where each ion elutes. Each
run gets a smooth curve to it (LOWESS, Cleveland 1979, 10.1080/01621459.1979.10481038, robust to
wrong identifications), made monotone, because a column does not change the order of what it
separates by more than noise. Curves and consensus are found in turn. No run is the reference, so
that a bad one cannot bend the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MIN_ANCHORS = 20  # shared ions that a run needs to be aligned
ROUNDS = 10
SETTLED = 1e-3  # min; the consensus moves by less than this in the last round
KNOTS = 101
SHARE = 0.2  # of the anchors in each local regression
LEAST_LOCAL = 15  # anchors in it
# With types, so that empty tables (a study of one run) can be written and filtered like others.
CURVE_COLUMNS: Mapping[str, str] = {
    "run": "string",
    "anchors": "int64",
    "residual": "float64",
    "rt": "float64",
    "common_rt": "float64",
}
CONSENSUS_COLUMNS: Mapping[str, str] = {
    "run": "string",
    "ion": "string",
    "peptide": "string",
    "group": "string",
    "charge": "int64",
    "mass": "float64",
    "common_rt": "float64",
    "runs": "int64",
    "fractions": "string",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """The way of one run to the common scale and back.

    Parameters
    ----------
    rt, common_rt
        Knots of the curve, min, both ascending; none where the run cannot be aligned.
    residual
        Spread (standard deviation, robust) of the run's ions about the curve, min: of their
        distance to the median of the other runs.
    anchors
        Ions that the curve stands on.
    """

    rt: Floats
    common_rt: Floats
    residual: float
    anchors: int

    @property
    def is_usable(self) -> bool:
        """Whether enough ions are shared with other runs."""
        return len(self.rt) > 0

    @classmethod
    def of(cls, curves: pd.DataFrame, run: str) -> "Alignment":
        """Take the curve of one run from the table of `align_runs`."""
        own = curves[curves["run"] == run]
        return cls(
            own["rt"].to_numpy(float),
            own["common_rt"].to_numpy(float),
            float(own["residual"].iloc[0]) if len(own) else np.nan,
            int(own["anchors"].iloc[0]) if len(own) else 0,
        )

    def to_common(self, rt: Floats) -> Floats:
        """Retention times of the run on the common scale, min; shifted alike beyond the knots."""
        return _bent(rt, self.rt, self.common_rt)

    def from_common(self, common_rt: Floats) -> Floats:
        """Where the run shows what elutes there on the common scale, min."""
        return _bent(common_rt, self.common_rt, self.rt)


def _bent(values: Floats, knots: Floats, images: Floats) -> Floats:
    values = np.asarray(values, float)
    if not len(knots):
        return values
    inside = np.clip(values, knots[0], knots[-1])
    return np.interp(inside, knots, images) + values - inside


def align_runs(psms: pd.DataFrame, runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Align the runs of a study.

    Parameters
    ----------
    psms
        Accepted PSMs: ``run``, ``scan``, ``modified``, ``peptide``, ``group``, ``charge``,
        ``mass``, ``rt`` (min), ``score``.
    runs
        Run sheet (contract ``runs``), proteins only.

    Returns
    -------
    curves : pandas.DataFrame
        Columns of `CURVE_COLUMNS`, the knots of every run; see `Alignment`. A run that shares fewer
        than 20 ions with the others has no rows: it neither gives to nor takes from the scale.
    consensus : pandas.DataFrame
        Columns of `CONSENSUS_COLUMNS`. Rows with an empty ``run``: every ion, its consensus,
        in how many runs it was identified and in which fractions (';'). Rows of a run: the
        consensus of the *other* runs for the ions that it shares with them.
    """
    seen = _seen(psms)
    times = seen.pivot_table(index="ion", columns="run", values="rt", aggfunc="first")
    names = [run for run in runs["run"].astype(str) if run in times]
    shared = times.loc[times.notna().sum(axis=1) >= 2, names]
    usable = [run for run in names if shared[run].notna().sum() >= MIN_ANCHORS]
    shared = shared[usable]
    curves = _settle(shared)
    common = pd.DataFrame(
        {run: _bent(times[run].to_numpy(float), *curves[run]) for run in usable},
        index=times.index,
    ).dropna(how="all")
    others = {
        run: common.drop(columns=run).median(axis=1)[common[run].notna()].dropna() for run in usable
    }
    parts = [_curve(run, common[run] - others[run], *curves[run]) for run in usable]
    table = pd.concat(parts or [pd.DataFrame(columns=list(CURVE_COLUMNS))], ignore_index=True)
    return table.astype(dict(CURVE_COLUMNS)), _consensus(seen, common, others, runs)


def _curve(run: str, apart: pd.Series, rt: Floats, common_rt: Floats) -> pd.DataFrame:
    apart = apart.dropna()
    residual = 1.4826 * float(apart.abs().median())
    values = [run, len(apart), residual, rt, common_rt]
    return pd.DataFrame(dict(zip(CURVE_COLUMNS, values, strict=True)))


def _seen(psms: pd.DataFrame) -> pd.DataFrame:
    """Best PSM of every ion in every run."""
    best = psms.sort_values(["score", "scan"], ascending=[False, True], kind="stable")
    best = best.drop_duplicates(["run", "modified", "charge"])
    return best.assign(
        ion=best["modified"].astype(str) + "/" + best["charge"].astype(str),
        run=best["run"].astype(str),
    ).sort_values(["ion", "run"])


def _settle(times: pd.DataFrame) -> dict[str, tuple[Floats, Floats]]:
    """Curve of every run (ion x run, min) to a consensus that fits them all."""
    aligned = times.copy()
    curves: dict[str, tuple[Floats, Floats]] = {}
    for _ in range(ROUNDS):
        before = aligned.median(axis=1)
        for run in times:
            own = times[run].dropna()
            curves[run] = fit_curve(own.to_numpy(), before.loc[own.index].to_numpy())
            aligned.loc[own.index, run] = _bent(own.to_numpy(), *curves[run])
        if (aligned.median(axis=1) - before).abs().max() < SETTLED:
            break
    return curves


def fit_curve(rt: Floats, common_rt: Floats) -> tuple[Floats, Floats]:
    """Fit a smooth, monotone curve from the retention times of a run to the common scale.

    Parameters
    ----------
    rt, common_rt
        Of each shared ion, min.

    Returns
    -------
    tuple
        Knots, min: where in the run, and where on the common scale; both strictly ascending.
    """
    from statsmodels.nonparametric.smoothers_lowess import lowess

    knots = np.linspace(rt.min(), rt.max(), KNOTS)
    share = min(1.0, max(SHARE, LEAST_LOCAL / len(rt)))
    shift = lowess(common_rt - rt, rt, frac=share, it=3, xvals=knots)
    # Where the local regression has no spread to stand on, its neighbours decide.
    known = np.isfinite(shift)
    shift = np.interp(knots, knots[known], shift[known]) if known.any() else np.zeros(KNOTS)
    steps = np.maximum(np.diff(knots + shift), 1e-6 * max(np.ptp(knots), 1e-6))
    start = knots[0] + shift[0]
    return knots, start + np.concatenate([[0.0], np.cumsum(steps)])


def _consensus(
    seen: pd.DataFrame, common: pd.DataFrame, others: dict[str, pd.Series], runs: pd.DataFrame
) -> pd.DataFrame:
    fraction = runs.astype({"run": str}).set_index("run")["fraction"].fillna(1).astype(int)
    seen = seen[seen["run"].isin(common.columns)]
    held = seen.assign(fraction=seen["run"].map(fraction)).groupby("ion")["fraction"]
    first = seen.drop_duplicates("ion").set_index("ion")[["peptide", "group", "charge", "mass"]]
    whole = first.assign(
        run="",
        common_rt=common.median(axis=1),
        runs=common.notna().sum(axis=1),
        fractions=held.agg(lambda values: ";".join(map(str, sorted(set(values))))),
    )
    own = [
        first.assign(run=run, common_rt=others[run], runs=1, fractions="").dropna(
            subset=["common_rt"]
        )
        for run in common
    ]
    table = pd.concat([whole, *own]).rename_axis("ion").reset_index()
    return table[list(CONSENSUS_COLUMNS)].astype(dict(CONSENSUS_COLUMNS))
