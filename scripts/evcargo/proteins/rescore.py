"""One score per PSM from many features, by Fisher's linear discriminant analysis.

As in Percolator and mokapot the positives are the targets that are already confident, the
negatives the decoys, and a PSM is scored by a model that has not seen it, nor its peptide: neither
the discriminant nor the retention times. With little data the engine's score is kept, and this is
said.
"""

import zlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from evcargo.proteins.digest import mirror
from evcargo.proteins.fdr import accept, q_values
from evcargo.proteins.retention import RetentionTimes

FOLDS = 3
ROUNDS = 3
LEAST_POSITIVES = 50
TRAINING_FDR = 0.05
LEAST_GAIN = 0.98  # where nearly everything is found already, the discriminant may lose a few PSMs


def pair_of(psms: pd.DataFrame) -> pd.Series:
    """Name the target peptide of every PSM: of a decoy, the one that it mirrors."""
    mirrored = [
        mirror(peptide) if decoy else peptide
        for peptide, decoy in zip(psms["peptide"], psms["is_decoy"], strict=True)
    ]
    return pd.Series(mirrored, index=psms.index, dtype="string")


def rescore(psms: pd.DataFrame, alpha: float) -> tuple[pd.Series, str]:
    """Score of every PSM, higher is better, and how it was made.

    Parameters
    ----------
    psms
        PSMs of all runs (`evcargo.proteins.search.COLUMNS`) with a column ``run``.
    alpha
        False discovery rate at which discriminant and engine score are compared, fraction.

    Returns
    -------
    score : pandas.Series
        Aligned with `psms`. The discriminant has median 0 and standard deviation 1 among decoys.
    method : str
        What the score is, and why.
    """
    plain = psms["hyperscore"].rename("score")
    if not len(psms):
        return plain, "engine score (no PSMs)"
    decoy = psms["is_decoy"].to_numpy(bool)
    discriminant, timed = _cross_fitted(psms, decoy)
    if discriminant is None:
        return plain, (
            "engine score (hyperscore): too few confident targets or decoys for a discriminant,"
            f" which needs {LEAST_POSITIVES} of each to learn from"
        )
    before, after = (
        int(accept(score, decoy, alpha).accepted.sum()) for score in (plain, discriminant)
    )
    if after < LEAST_GAIN * before:
        return plain, (
            f"engine score (hyperscore): the discriminant accepts fewer PSMs ({after} v {before})"
        )
    return (
        pd.Series(discriminant, index=psms.index, name="score"),
        f"linear discriminant analysis, {FOLDS}-fold, {'with' if timed else 'without'} retention"
        f" time ({before} -> {after} PSMs at {alpha:g})",
    )


def _cross_fitted(
    psms: pd.DataFrame, decoy: NDArray[np.bool_]
) -> tuple[NDArray[np.float64] | None, bool]:
    """Score by the discriminant, None if too little is known; whether retention times helped."""
    # A peptide and its mirror are in the same fold, or a model would have seen what it judges.
    fold = np.array([zlib.crc32(pair.encode()) % FOLDS for pair in pair_of(psms)])
    plain, retention = psms["hyperscore"].to_numpy(float), RetentionTimes(psms)
    result = np.empty(len(psms))
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        score = plain[train]
        for _ in range(ROUNDS):
            positive = (q_values(score, decoy[train]) <= TRAINING_FDR) & ~decoy[train]
            if min(positive.sum(), decoy[train].sum()) < LEAST_POSITIVES * (FOLDS - 1) / FOLDS:
                return None, False
            learnt = np.zeros(len(psms), bool)
            learnt[train] = positive
            late = retention.errors(learnt)
            features = features_of(psms, late, train, positive)
            known = features[train]
            weights = direction(known[positive], known[decoy[train]])
            score = features[train] @ weights
        decoys = score[decoy[train]]
        result[test] = (features[test] @ weights - np.median(decoys)) / decoys.std()
    return result, late is not None


def direction(
    positives: NDArray[np.float64], negatives: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fisher's direction: the weights that part two groups best (each n x features)."""
    model = LinearDiscriminantAnalysis(solver="eigen", shrinkage=1e-3, priors=[0.5, 0.5])
    told = np.repeat([True, False], [len(positives), len(negatives)])
    return np.asarray(model.fit(np.concatenate([positives, negatives]), told).coef_[0])


def features_of(
    psms: pd.DataFrame,
    late: NDArray[np.float64] | None,
    train: NDArray[np.bool_],
    positive: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Features of every PSM, scaled by the PSMs of the training set.

    The precursor error counts from the median of its run's confident PSMs; where an open search
    knows none, it is as large as the largest. `late` is how far they are from their retention
    times, where these can be predicted.
    """
    known = psms.loc[train].loc[positive]
    centre = psms["run"].map(known.groupby("run")["ppm"].median()).fillna(known["ppm"].median())
    error = (psms["ppm"] - centre).abs()
    raw = np.column_stack(
        [
            psms["hyperscore"],
            np.log1p(psms["delta_next"].clip(lower=0)),
            psms["matched_peaks"],
            psms["longest_b"],
            psms["longest_y"],
            psms["longest_y_share"],
            np.log1p(psms["matched_share"] * 100),
            -psms["poisson"].clip(-50, 0),
            np.log1p(psms["candidates"]),
            np.sqrt(error.fillna(error.max()).fillna(0.0)),
            (psms["mass_shift"] != 0).astype(float),
            psms["fragment_ppm"],
            (psms["isotope_error"] != 0).astype(float),
            psms["missed_cleavages"],
            np.log(psms["mass"]),
            *((psms["charge"] == charge).astype(float) for charge in (2, 3)),
            *(() if late is None else (np.log1p(late),)),
        ]
    ).astype(float)
    mean, spread = raw[train].mean(0), raw[train].std(0)
    return (raw - mean) / np.where(spread > 0, spread, 1.0)
