"""From the quantities of runs to those of samples, and from ions to proteins."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.rollups import directlfq, maxlfq, sums, top3

SUM = "sum"
#: Roll-ups of MS1 quantities; `spectral_counts` is none of these.
ROLLUPS: Mapping[str, Callable[[pd.DataFrame, pd.Series], pd.DataFrame]] = {
    "directlfq": directlfq,
    "maxlfq": maxlfq,
    "top3": top3,
    SUM: sums,
}
BY_RATIO = ("directlfq", "maxlfq")
MIN_SHARED = 10  # rows that replicates need to share to be levelled


def by_sample(by_run: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Join the runs of each sample: fractions are summed, then technical replicates averaged.

    Replicates are averaged on the log2 scale, because the error of an intensity is multiplicative:
    on the linear scale the higher one would decide. Before that they are levelled: each is shifted
    by its median difference to their mean, over what all of them show, so that what only one of
    them shows does not depend on how much of it was loaded. The shifts of a sample sum to zero, so
    that its scale is theirs. Replicates never count as samples.

    Parameters
    ----------
    by_run
        Feature (ion or protein group) x run, raw quantities; NaN or 0 is missing.
    runs
        Run sheet (contract ``runs``), proteins only.

    Returns
    -------
    pandas.DataFrame
        Feature x sample (those of `runs`, in its order), NaN is missing.
    """
    values = by_run.astype(float).where(by_run > 0)
    columns = {}
    for sample, replicates in replicates_of(values, runs):
        # One replicate is taken as it is, without the rounding of a logarithm and back.
        columns[sample] = _mean(replicates) if replicates.shape[1] > 1 else replicates.iloc[:, 0]
    return pd.DataFrame(columns, index=by_run.index)


def replicates_of(by_run: pd.DataFrame, runs: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Technical replicates of each sample (feature x replicate): the sums of their fractions."""
    for sample, of_sample in runs.astype({"run": str, "sample": str}).groupby("sample", sort=False):
        sums = [
            by_run.reindex(columns=rows["run"]).sum(axis=1, min_count=1)
            for _, rows in of_sample.groupby(of_sample["replicate"].fillna(1))
        ]
        yield str(sample), pd.concat(sums, axis=1)


def _mean(replicates: pd.DataFrame) -> pd.Series:
    log = np.log2(replicates)
    shared = log.dropna()
    if len(shared) >= MIN_SHARED:
        shift = shared.sub(shared.mean(axis=1), axis=0).median()
        log = log - (shift - shift.mean())
    return 2.0 ** log.mean(axis=1)


def ions_by_sample(ions: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Quantities of ions in samples (ion x sample), see `by_sample`.

    Parameters
    ----------
    ions
        Columns ``run``, ``ion``, ``intensity``; NaN or 0 is missing.
    runs
        Run sheet (contract ``runs``), proteins only.
    """
    seen = ions[ions["intensity"] > 0]
    return by_sample(seen.pivot(index="ion", columns="run", values="intensity"), runs)


def counts_by_sample(psms: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Count the PSMs of each group in samples: fractions summed, replicates averaged; 0 is none.

    Parameters
    ----------
    psms
        Accepted PSMs: ``run``, ``group``.
    runs
        Run sheet (contract ``runs``), proteins only.
    """
    counts = psms.groupby(["group", "run"]).size().unstack("run", fill_value=0)
    columns = {}
    for sample, of_sample in runs.astype({"run": str, "sample": str}).groupby("sample", sort=False):
        own = counts.reindex(columns=of_sample["run"], fill_value=0)
        columns[str(sample)] = own.sum(axis=1) / of_sample["replicate"].fillna(1).nunique()
    return pd.DataFrame(columns, index=counts.index).astype(float)


def roll_up(ions: pd.DataFrame, groups: pd.Series, method: str) -> pd.DataFrame:
    """Protein quantities from ion quantities: the first result of `rolled_up`."""
    return rolled_up(ions, groups, method)[0]


def rolled_up(ions: pd.DataFrame, groups: pd.Series, method: str) -> tuple[pd.DataFrame, pd.Series]:
    """Protein quantities from ion quantities, without any normalisation between samples.

    Parameters
    ----------
    ions
        Ion x sample, NaN is missing.
    groups
        Protein group of each ion, index as `ions`.
    method
        One of `ROLLUPS`, see `evcargo.proteins.rollups`.

    Returns
    -------
    quantities : pandas.DataFrame
        Group x sample, sorted, NaN is missing: every sample with an ion of a group has a quantity.
    used : pandas.Series
        Roll-up of each group: `method`; or ``sum``, where ratios are asked for but no two samples
        share an ion; or both, where that is so of some samples. A sum cannot be compared with the
        samples that show other ions.
    """
    if method not in ROLLUPS:
        raise EvcargoError(
            f"config, proteins.rollup: {method!r} does not quantify ions."
            f" Choose one of {', '.join(ROLLUPS)}"
        )
    ions = ions.dropna(how="all")
    groups = groups.reindex(ions.index)
    total = sums(ions, groups).rename_axis(None).sort_index()
    if method not in BY_RATIO:
        quantities = ROLLUPS[method](ions, groups).rename_axis(None).reindex(total.index)
        return quantities, pd.Series(method, index=total.index, dtype=object)
    shared = ions.notna() & (ions.notna().sum(axis=1) >= 2).to_numpy()[:, None]
    told = shared.groupby(groups.to_numpy()).any().reindex(total.index)
    rows = groups.isin(told.index[told.any(axis=1)])
    ratio = ROLLUPS[method](ions[rows], groups[rows]) if rows.any() else total.iloc[:0]
    ratio = ratio.reindex(total.index).where(told)
    alone = total.notna() & ratio.isna()
    used = np.where(alone.any(axis=1), f"{method} and {SUM}", method)
    used = np.where(ratio.isna().all(axis=1), SUM, used)
    return ratio.fillna(total), pd.Series(used, index=total.index, dtype=object)
