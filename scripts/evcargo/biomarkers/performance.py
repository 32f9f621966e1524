"""How sure the figures of predictions are: intervals, p-values, differences and calibration."""

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.special import expit

from evcargo.biomarkers.folds import Units
from evcargo.biomarkers.nested import SEED
from evcargo.biomarkers.predictions import Flags, Floats, Pairs, Predictions
from evcargo.differential.adjust import adjust

CONFIDENCE = 0.95
Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
DRAWS = 2000
BINS = 5
EDGE = 1e-9
STEEPEST = 50.0  # calibration slope, where the groups are separated and there is none


def plain_variance(auc: float, n_test: int, n_reference: int) -> float:
    """Variance of the AUC of independent scores.

    Hanley and McNeil 1982 (10.1148/radiology.143.1.7063747), with the mean of both sizes, as in
    method 5 of Newcombe 2006 (10.1002/sim.2324); at 0.5 it is that of the rank sum.
    """
    pairs, other = n_test * n_reference, (n_test + n_reference) / 2 - 1
    spread = 1 + other * ((1 - auc) / (2 - auc) + auc / (1 + auc))
    return auc * (1 - auc) * spread / pairs


def inflation(permuted: Floats, n_test: int, n_reference: int) -> float:
    """How many times more the AUC varies than that of independent scores, at least 1.

    Parameters
    ----------
    permuted
        AUC of each permutation of the labels. Models of one cross-validation share most of their
        training samples, and samples may belong together: no variance of single scores tells this
        (Bengio and Grandvalet 2004), but permutations show it. Where the groups truly differ, a
        permutation that happens to keep part of the truth adds to it: the interval is then too
        wide rather than too narrow.
    """
    if not len(permuted):
        return 1.0
    spread = float(((permuted - 0.5) ** 2).mean())
    return max(1.0, spread / plain_variance(0.5, n_test, n_reference))


def auc_interval(auc: float, n_test: int, n_reference: int, inflated: float) -> tuple[float, float]:
    """95 % interval: every AUC that is fewer than 1.96 of its own standard errors away.

    The score interval of Newcombe 2006; unlike an estimate and its error it has a width where all
    pairs are won. Its variance is that of independent scores times `inflated` at 0.5, which is what
    permutations tell of; this fades with AUC x (1 - AUC), as models that have found a signal agree
    (in benchmarks/biomarkers.py intervals without it held AUCs from 0.8 as often as they should).
    """

    def excess(theta: float) -> float:
        more = 1 + (inflated - 1) * 4 * theta * (1 - theta)
        return (auc - theta) ** 2 - Z**2 * more * plain_variance(theta, n_test, n_reference)

    inside = float(np.clip(auc, EDGE, 1 - EDGE))
    ends = [
        edge if excess(edge) <= 0 else float(optimize.brentq(excess, inside, edge))
        for edge in (0.0, 1.0)
    ]
    return ends[0], ends[1]


def permutation_p(auc: float, permuted: Floats) -> float:
    """One-sided p-value, (b + 1) / (m + 1): Phipson and Smyth 2010 (10.2202/1544-6115.1585)."""
    if not len(permuted):
        return float("nan")
    return float((np.sum(permuted >= auc - 1e-12) + 1) / (len(permuted) + 1))


def difference_interval(
    one: Pairs, other: Pairs, labels: Flags, units: Units, inflated: float
) -> tuple[float, float]:
    """95 % interval of the AUC of `one` minus that of `other`, on the same samples and folds.

    From the intervals of both and their correlation (Zou and Donner 2008, 10.1002/sim.3095), which
    is that of a paired bootstrap. The percentiles of this bootstrap alone would say that a panel
    which wins all pairs of a small study is certain to do so.
    """
    n_test, n_reference = one.won.shape
    low, high = auc_interval(one.auc, n_test, n_reference, inflated)
    other_low, other_high = auc_interval(other.auc, n_test, n_reference, inflated)
    shared = bootstrap_correlation(one, other, labels, units)
    estimate = one.auc - other.auc

    def reach(down: float, up: float) -> float:
        return float(np.sqrt(max(down**2 + up**2 - 2 * shared * down * up, 0.0)))

    return (
        estimate - reach(one.auc - low, other_high - other.auc),
        estimate + reach(high - one.auc, other.auc - other_low),
    )


def bootstrap_correlation(one: Pairs, other: Pairs, labels: Flags, units: Units) -> float:
    """Correlation of two AUCs when the subjects are drawn again with replacement.

    Subjects with equal numbers of samples of each label are drawn among each other; 0 where one of
    the AUCs does not vary.
    """
    rng = np.random.default_rng([SEED, DRAWS])
    table = units.counts(labels)
    drawn = np.zeros((DRAWS, units.count))
    for kind in np.unique(table, axis=0):
        alike = np.flatnonzero((table == kind).all(axis=1))
        share = np.full(len(alike), 1 / len(alike))
        drawn[:, alike] = rng.multinomial(len(alike), share, size=DRAWS)
    times = drawn[:, units.of_sample]
    test, reference = times[:, labels], times[:, ~labels]
    aucs = []
    for pairs in (one, other):
        won = ((test @ pairs.won) * reference).sum(axis=1)
        aucs.append(won / np.maximum(((test @ pairs.compared) * reference).sum(axis=1), 1))
    if min(values.std() for values in aucs) < EDGE:
        return 0.0
    return float(np.corrcoef(aucs)[0, 1])


def calibration(predictions: Predictions, labels: Flags) -> dict[str, float]:
    """Brier score, calibration slope and intercept (Steyerberg 2010, 10.1097/EDE.0b013e3181c30fb2).

    Returns
    -------
    dict
        `brier`, of every held-out prediction. `calibration_slope` of the labels on the mean score
        of each sample (1 is right, less is overconfident; missing where all scores are equal).
        `calibration_intercept` at slope 1 (0 is right, above it the test level is commoner than
        said).
    """
    chance = expit(predictions.scores)
    brier = float(((chance - labels) ** 2).mean())
    score = predictions.scores.mean(axis=0)
    intercept = _maximise(np.empty((len(score), 0)), score, labels)[0]
    slope = np.nan
    if score.std() > 1e-9:
        slope = _maximise(score[:, None], np.zeros(len(score)), labels)[1]
    return {"brier": brier, "calibration_slope": slope, "calibration_intercept": intercept}


def _maximise(columns: Floats, offset: Floats, labels: Flags) -> Floats:
    """Intercept and coefficients of a logistic regression, by Newton's method."""
    design = np.column_stack([np.ones(len(labels)), columns])

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = design @ weights + offset
        gradient = design.T @ (expit(score) - labels)
        return float((np.logaddexp(0, score) - labels * score).sum()), gradient

    bounds = [(-STEEPEST, STEEPEST)] * design.shape[1]
    start = np.zeros(design.shape[1])
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-12)
    return np.asarray(found.x)


def reliability(predictions: Predictions, labels: Flags) -> pd.DataFrame:
    """Predicted and observed share of the test level, in groups of equal size by prediction.

    Returns
    -------
    pandas.DataFrame
        Columns group, n, predicted, observed, ci_low, ci_high (95 %, Wilson).
    """
    chance = expit(predictions.scores).mean(axis=0)
    order = np.argsort(chance, kind="stable")
    rows = []
    for number, members in enumerate(np.array_split(order, min(BINS, len(order))), 1):
        found = stats.binomtest(int(labels[members].sum()), len(members))
        interval = found.proportion_ci(CONFIDENCE, method="wilson")
        rows.append(
            {"group": number, "n": len(members), "predicted": float(chance[members].mean()),
             "observed": found.statistic, "ci_low": interval.low, "ci_high": interval.high}
        )  # fmt: skip
    return pd.DataFrame(rows)


def over_panels(lines: pd.DataFrame) -> pd.DataFrame:
    """Adjust the permutation p-values of all panels of a study for each other.

    Parameters
    ----------
    lines
        Contract ``biomarkers``, one line per panel.
    """
    p = lines["permutation_p"].astype(float)
    return lines.assign(adjusted_permutation_p=adjust(p))
