"""Predictions of held-out samples, and the area under their ROC curve.

Scores of different models cannot be compared, and in folds the share of a class among the training
samples goes against its share among the held-out ones, so that pooled scores of noise seem worse
than chance (Parker 2007, 10.1186/1471-2105-8-326). So pairs of a test and a reference sample are
compared only where one model held both out; the AUC is the share of these pairs, over all folds and
repeats, in which the test sample has the higher score.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Predictions:
    """What was said of samples by models that had not seen them.

    Parameters
    ----------
    scores
        Repeats x samples, log odds of the test level.
    folds
        Repeats x samples, the fold that held the sample out.
    coefficients
        Fits (outer folds of all repeats) x features of the blocks, one block after the other; 0
        where a model does not use the feature. No rows where the models have none.
    """

    scores: Floats
    folds: Ints
    coefficients: Floats

    @property
    def selected(self) -> Floats:
        """Share of the fits that use each feature."""
        return np.asarray((self.coefficients != 0).mean(axis=0))


class Pairs(NamedTuple):
    """Pairs that were held out together, test x reference samples.

    `compared` counts the repeats, `won` those in which the test sample scored higher (ties half).
    """

    compared: Floats
    won: Floats

    @property
    def auc(self) -> float:
        """Share of the pairs that are won."""
        return float(self.won.sum() / self.compared.sum())


def pairs_of(predictions: Predictions, labels: Flags) -> Pairs:
    """Compare the samples that one model held out."""
    shape = (int(labels.sum()), int((~labels).sum()))
    compared, won = np.zeros(shape), np.zeros(shape)
    for scores, folds in zip(predictions.scores, predictions.folds, strict=True):
        together = folds[labels][:, None] == folds[~labels]
        difference = scores[labels][:, None] - scores[~labels]
        compared += together
        won += together * ((difference > 0) + 0.5 * (difference == 0))
    return Pairs(compared, won)


def roc_curve(predictions: Predictions, labels: Flags, grid: Floats) -> Floats:
    """Sensitivity at each false-positive rate of `grid`, mean over the folds by their pairs.

    Its area is the AUC (as fine as the grid), since each fold is drawn by its own model.
    """
    total, weight = np.zeros(len(grid)), 0.0
    for scores, folds in zip(predictions.scores, predictions.folds, strict=True):
        for fold in np.unique(folds):
            here = folds == fold
            test, reference = scores[here & labels], scores[here & ~labels]
            size = len(test) * len(reference)
            if size:
                cuts = np.concatenate([[np.inf], np.unique(scores[here])[::-1]])
                false = (reference >= cuts[:, None]).mean(axis=1)
                true = (test >= cuts[:, None]).mean(axis=1)
                # Where the curve rises upright, this is its upper end.
                total += size * np.interp(grid, false, true)
                weight += size
    return total / weight if weight else np.full(len(grid), np.nan)
