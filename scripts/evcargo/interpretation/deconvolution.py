"""Which mixture of reference profiles does a sample look like: non-negative least squares.

The raw quantities of a sample are fitted as a sum of reference profiles, none of them negative
(Lawson and Hanson 1974; as Abbas 2009, 10.1371/journal.pone.0006098, for cells of blood). Every
feature counts by its relative error, with the counting error of RNA beside it, so that no abundant
one decides; features that do not fit count less (Huber). The intervals come from drawing the
features anew, so they hold the scatter of the features, and not that the profiles may be wrong.

A share is the part of the fitted *signal* (intensity, reads) that looks like a profile. It is
neither a share of vesicles nor of their mass: sources differ in what they load and shed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, optimize, stats

from evcargo.contracts import CONTRACTS
from evcargo.interpretation.mixture_verdicts import POOR_CORRELATION, fits_poorly
from evcargo.interpretation.profiles import (
    REFUSE_CONDITION,
    WARN_CONDITION,
    condition_number,
    most_alike,
)
from evcargo.interpretation.quantities import by_gene

if TYPE_CHECKING:
    from anndata import AnnData

Floats = NDArray[np.float64]

RELATIVE_VARIANCE = 0.1  # of a quantity about its expectation, beside counting
HUBER = 1.345  # robust standard deviations; 95 % efficient for normal errors
LEAST_LIMIT = 1e-3  # errors; where most features fit exactly, their median is 0
RIDGE = 1e-12  # of the sum of squares
STEPS = 15
BOOTSTRAPS = 200
BOOTSTRAP_STEPS = 5  # from the fit of all features
INTERVAL = (0.05, 0.95)
SEED = 20261122
FEATURES_PER_SOURCE = 10
SKEWED = 0.001  # p-value of the test of skewness below which something stands out above the fit


@dataclass(frozen=True)
class Fit:
    """Mixture that a sample looks like.

    `shares` sum to 1; `low` and `high` are their 90 % intervals. `correlation` is that of the log
    quantities with the fitted ones; `skewness` is the p-value that the features stand out above
    the fit more than below.
    """

    shares: Floats
    low: Floats
    high: Floats
    correlation: float
    skewness: float


def fit_mixture(
    profiles: Floats, quantities: Floats, total: float = np.inf, bootstraps: int = BOOTSTRAPS
) -> Fit:
    """Fit one sample.

    Parameters
    ----------
    profiles
        Features x sources, linear, each on the same scale.
    quantities
        Of the features, linear and not normalised; all measured.
    total
        Reads of these features, for counts; infinite where nothing is counted.
    bootstraps
        How often the features are drawn anew.
    """
    scaled = quantities / quantities.sum()
    weights = _solve(profiles / profiles.mean(axis=1)[:, None], scaled / profiles.mean(axis=1))
    amounts = _robust(profiles, scaled, total, weights, STEPS)
    rng = np.random.default_rng(SEED)
    drawn = np.full((bootstraps, profiles.shape[1]), np.nan)
    for number in range(bootstraps):
        chosen = rng.integers(0, len(scaled), len(scaled))
        again = _robust(profiles[chosen], scaled[chosen], total, amounts, BOOTSTRAP_STEPS)
        drawn[number] = again / max(again.sum(), np.finfo(float).tiny)
    low, high = np.quantile(drawn, INTERVAL, axis=0) if bootstraps else (amounts * 0, amounts * 0)
    seen = scaled > 0
    logs = np.log2(scaled[seen]), np.log2(np.maximum(profiles @ amounts, _floor(profiles))[seen])
    residuals = logs[0] - logs[1]
    return Fit(
        shares=amounts / amounts.sum(),
        low=low,
        high=high,
        correlation=float(np.corrcoef(*logs)[0, 1]),
        skewness=float(stats.skewtest(residuals, alternative="greater").pvalue),
    )


def _floor(profiles: Floats) -> float:
    positive = profiles[profiles > 0]
    return float(positive.min()) * 1e-3 if len(positive) else 1e-12


def _robust(profiles: Floats, scaled: Floats, total: float, start: Floats, steps: int) -> Floats:
    """Non-negative amounts with iterated weights: relative errors, and less for what is far off."""
    amounts = start
    for _ in range(steps):
        expected = np.maximum(profiles @ amounts, _floor(profiles))
        error = np.sqrt(expected / total + RELATIVE_VARIANCE * expected**2)
        far = np.abs(scaled - expected) / error
        limit = max(HUBER * 1.4826 * np.median(far), LEAST_LIMIT)
        weight = np.sqrt(np.minimum(1.0, limit / np.maximum(far, 1e-12))) / error
        found = _solve(profiles * weight[:, None], scaled * weight)
        done = np.abs(found - amounts).max() <= 1e-9 * found.max()
        amounts = found
        if done:
            break
    return amounts


def _solve(matrix: Floats, values: Floats) -> Floats:
    """Non-negative least squares of many features, through the triangle of their few columns.

    A ridge far below the error of the features keeps it solvable where the features, as they were
    drawn, hold nothing of a source or cannot tell two: what is not there then has an amount of 0.
    """
    squares = matrix.T @ matrix
    squares += RIDGE * np.trace(squares) * np.eye(len(squares))
    triangle = linalg.cholesky(squares, lower=False)
    reduced = linalg.solve_triangular(triangle, matrix.T @ values, trans="T")
    return np.asarray(optimize.nnls(triangle, reduced)[0], dtype=float)


def deconvolve(
    matrix: "AnnData", assay: str, profiles: pd.DataFrame, organism: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit every sample of an assay.

    Parameters
    ----------
    matrix
        Samples x features, raw quantities.
    assay
        proteins, rna or transcripts.
    profiles
        Of `evcargo.interpretation.profiles.read_profiles`, of the same kind of assay.
    organism
        Organism of the study.

    Returns
    -------
    mixtures, fits : pandas.DataFrame
        Contracts ``mixtures`` and ``mixture_fits``; every sample is in both.
    """
    quantities = by_gene(matrix, assay, organism)
    mixtures, fits = [], []
    for sample in quantities.index:
        state = matrix.obs.loc[sample]
        told = (
            quantities.loc[sample] if state["status"] == "ok" else quantities.loc[sample] * np.nan
        )
        why = "" if state["status"] == "ok" else str(state["status_reason"] or state["status"])
        shares, line = _sample(told, profiles, assay != "proteins", why)
        mixtures.append(shares.assign(sample=sample, assay=assay))
        fits.append({"sample": sample, "assay": assay} | line)
    return (
        pd.concat(mixtures, ignore_index=True)[CONTRACTS["mixtures"].names],
        pd.DataFrame(fits)[CONTRACTS["mixture_fits"].names],
    )


def _sample(
    quantities: pd.Series, profiles: pd.DataFrame, counts: bool, why: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Shares of one sample, and the line on its fit."""
    shares = pd.DataFrame(
        {"source": profiles.columns, "share": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    )
    line: dict[str, Any] = dict.fromkeys(("correlation", "skewness_p_value", "condition_number"))
    shared = profiles.loc[(profiles > 0).any(axis=1)]
    measured = quantities.reindex(shared.index)
    kept = measured.notna()
    line |= {"features": int(kept.sum()), "warning": "", "reason": why}
    if why:
        return shares, line
    used, values = shared[kept], measured[kept].to_numpy(float)
    needed = FEATURES_PER_SOURCE * profiles.shape[1]
    if (values > 0).sum() < needed:
        seen = int((values > 0).sum())
        line["reason"] = f"{seen} features of the profiles are seen; {needed} are needed"
        return shares, line
    line["condition_number"] = number = condition_number(used.to_numpy(float))
    if not number < REFUSE_CONDITION:
        alike = " and ".join(most_alike(used))
        line["reason"] = f"the profiles of {alike} are too alike to be told apart (leave one out)"
        return shares, line
    total = float(values.sum()) if counts else np.inf
    fit = fit_mixture(used.to_numpy(float), values, total)
    shares = shares.assign(share=fit.shares, ci_low=fit.low, ci_high=fit.high)
    line |= {"correlation": fit.correlation, "skewness_p_value": fit.skewness}
    line["warning"] = " ".join(_warnings(fit, used, number))
    return shares, line


def _warnings(fit: Fit, profiles: pd.DataFrame, condition: float) -> list[str]:
    said = []
    if fit.skewness < SKEWED:
        said.append(
            "Features stand out above the fit: a source that no profile describes is there."
        )
    if fit.correlation < POOR_CORRELATION:
        poor = f"the correlation is below {POOR_CORRELATION:g}"
        said.append(f"The fit is poor: {poor}. The shares say nothing.")
    if condition > WARN_CONDITION:
        alike = " and ".join(most_alike(profiles))
        said.append(f"{alike} are hard to tell apart (condition number {condition:.0f}).")
    return said


def mixture_metrics(
    mixtures: pd.DataFrame, fits: pd.DataFrame, origins: pd.DataFrame
) -> pd.DataFrame:
    """Shares and scores as metrics that can be compared between groups.

    Shares of a fit that is poor are left out.

    Returns
    -------
    pandas.DataFrame
        Columns sample, assay, metric, value (see `evcargo.purity.associations`).
    """
    key = ["sample", "assay"]
    poor = pd.MultiIndex.from_frame(fits.loc[fits_poorly(fits), key])
    shares = mixtures[~pd.MultiIndex.from_frame(mixtures[key]).isin(poor)]
    shares = shares.assign(metric="share of " + shares["source"], value=shares["share"])
    scores = origins.assign(metric="score of " + origins["signature"], value=origins["score"])
    columns = ["sample", "assay", "metric", "value"]
    parts: list[Mapping[str, Any]] = [part[columns] for part in (shares, scores) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
