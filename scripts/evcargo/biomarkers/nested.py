"""Nested cross-validation: everything that looks at labels or at other samples is in the folds.

For every repeat and outer fold the features are prepared, screened and fitted from the other folds
alone; the penalty is chosen by an inner cross-validation that screens anew in each of its folds
(Varma and Simon 2006, 10.1186/1471-2105-7-91). The samples of one subject stay in one fold.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from evcargo.biomarkers.elastic_net import fit_paths, penalties
from evcargo.biomarkers.features import Block, Indices, prepare
from evcargo.biomarkers.folds import Units, deal
from evcargo.biomarkers.predictions import Flags, Floats, Predictions
from evcargo.differential.moderated import posterior_variance
from evcargo.differential.prior import fit_prior

INNER_FOLDS = 5
TREES, SUREST = 300, 0.999  # of the forest, and the surest that it can be
SEED = 20_191


class Settings(NamedTuple):
    """Outer folds and their repeats, and how many features pass the screen."""

    folds: int
    repeats: int
    screened: int


def cross_validate(
    blocks: Sequence[Block], labels: Flags, units: Units, settings: Settings, number: int = 0
) -> Predictions:
    """Predict every sample by elastic-net models that have not seen it.

    Parameters
    ----------
    blocks
        Features of one assay each, of the same samples.
    labels
        Whether a sample is of the test level.
    units
        Which samples belong together.
    settings
        Folds, repeats and screen.
    number
        Of the labelling, 0 for the observed one; it chooses the random numbers.
    """
    tasks = list(_tasks(blocks, labels, units, settings, number))
    scores, used = _fit([task.problems for task in tasks], labels)
    width = sum(len(block.features) for block in blocks)
    found = np.zeros((settings.repeats, len(labels)))
    folds = np.zeros((settings.repeats, len(labels)), dtype=np.int64)
    coefficients = np.zeros((len(tasks), width))
    for row, task, score, of_task in zip(coefficients, tasks, scores, used, strict=True):
        found[task.repeat, task.held_out] = score[task.held_out]
        folds[task.repeat, task.held_out] = task.fold
        place = task.problems.features[0]
        row[place] = of_task[: len(place)]
    return Predictions(found, folds, coefficients)


def fit_panel(blocks: Sequence[Block], labels: Flags, units: Units, settings: Settings) -> Floats:
    """Fit the elastic net on all samples, in the same way.

    Returns
    -------
    numpy.ndarray
        Coefficient per standard deviation of each feature of the blocks, 0 if it is not used.
    """
    rng = np.random.default_rng([SEED, 0, settings.repeats])
    every = np.ones(len(labels), dtype=bool)
    problems = _problems(blocks, labels, units, every, settings.screened, rng)
    _, used = _fit([problems], labels)
    coefficients = np.zeros(sum(len(block.features) for block in blocks))
    place = problems.features[0]
    coefficients[place] = used[0][: len(place)]
    return coefficients


def cross_validate_forest(
    blocks: Sequence[Block], labels: Flags, units: Units, settings: Settings
) -> Predictions:
    """Predict every sample of the same folds by random forests of all features.

    Source: Breiman 2001 (10.1023/A:1010933404324), as in scikit-learn.
    """
    from sklearn.ensemble import RandomForestClassifier

    scores = np.zeros((settings.repeats, len(labels)))
    folds = np.zeros((settings.repeats, len(labels)), dtype=np.int64)
    for repeat, fold, held_out, _ in _outer(labels, units, settings, 0):
        values = np.hstack([prepare(block, ~held_out, labels)[0] for block in blocks])
        folds[repeat, held_out] = fold
        if not values.shape[1]:
            continue
        forest = RandomForestClassifier(TREES, n_jobs=1, random_state=SEED + 1000 * repeat + fold)
        forest.fit(values[~held_out], labels[~held_out])
        chance = forest.predict_proba(values[held_out])[:, 1]
        scores[repeat, held_out] = logit(np.clip(chance, 1 - SUREST, SUREST))
    width = sum(len(block.features) for block in blocks)
    return Predictions(scores, folds, np.empty((0, width)))


class _Problems(NamedTuple):
    """A fit on the training samples (first) and those of its inner folds.

    x: features x problems x samples; weight: problems x samples; features: place of each feature
    of each problem.
    """

    x: Floats
    weight: Floats
    features: list[Indices]


class _Task(NamedTuple):
    repeat: int
    fold: int
    held_out: Flags
    problems: _Problems


def _outer(
    labels: Flags, units: Units, settings: Settings, number: int
) -> Iterator[tuple[int, int, Flags, np.random.Generator]]:
    for repeat in range(settings.repeats):
        rng = np.random.default_rng([SEED, number, repeat])
        dealt = deal(labels, units, settings.folds, rng)
        for fold in range(settings.folds):
            held_out = dealt == fold
            if held_out.any():
                yield repeat, fold, held_out, rng


def _tasks(
    blocks: Sequence[Block], labels: Flags, units: Units, settings: Settings, number: int
) -> Iterator[_Task]:
    for repeat, fold, held_out, rng in _outer(labels, units, settings, number):
        problems = _problems(blocks, labels, units, ~held_out, settings.screened, rng)
        yield _Task(repeat, fold, held_out, problems)


def _problems(
    blocks: Sequence[Block],
    labels: Flags,
    units: Units,
    training: Flags,
    screened: int,
    rng: np.random.Generator,
) -> _Problems:
    inner = deal(labels, units, INNER_FOLDS, rng, training)
    masks = [training, *(training & (inner != fold) for fold in range(INNER_FOLDS))]
    weight = np.array([mask for mask in masks if len(set(labels[mask])) == 2], dtype=float)
    parts, strengths, places, start = [], [], [], 0
    for block in blocks:
        values, kept = prepare(block, training, labels)
        parts.append(values)
        strengths.append(screen_statistics(values, labels, weight))
        places.append(start + kept)
        start += len(block.features)
    values, strength, place = np.hstack(parts), np.hstack(strengths), np.concatenate(places)
    x = np.zeros((min(screened, start), *weight.shape))
    features = []
    for number, mask in enumerate(weight):
        best = np.argsort(-strength[number], kind="stable")[:screened]
        features.append(place[best])
        x[: len(best), number] = _standardised(values[:, best], mask > 0).T
    return _Problems(x, weight, features)


def screen_statistics(values: Floats, labels: Flags, weight: Floats) -> Floats:
    """Absolute moderated t of every feature in each set of training samples.

    Parameters
    ----------
    values
        Samples x features, centred, log2.
    labels
        Whether a sample is of the test level.
    weight
        Sets x samples, 1 for the samples of a set.

    Returns
    -------
    numpy.ndarray
        Sets x features. The variances are moderated among the features (Smyth 2004,
        10.2202/1544-6115.1027).
    """
    test, reference = weight * labels, weight * ~labels
    n_test, n_reference = test.sum(axis=1), reference.sum(axis=1)
    mean_test = test @ values / n_test[:, None]
    mean_reference = reference @ values / n_reference[:, None]
    within = weight @ values**2
    within -= n_test[:, None] * mean_test**2 + n_reference[:, None] * mean_reference**2
    statistic = np.abs(mean_test - mean_reference)
    for row, n, m in zip(range(len(weight)), n_test, n_reference, strict=True):
        df = np.full(values.shape[1], n + m - 2)
        variance = np.maximum(within[row], 0) / max(n + m - 2, 1)
        moderated = posterior_variance(variance, df, fit_prior(variance, df))
        statistic[row] /= np.sqrt(np.maximum(moderated, 1e-12) * (1 / n + 1 / m))
    return np.asarray(statistic)


def _standardised(values: Floats, among: Flags) -> Floats:
    chosen = values[among]
    spread = chosen.std(axis=0)
    return (values - chosen.mean(axis=0)) / np.where(spread > 1e-12, spread, np.inf)


def _fit(tasks: Sequence[_Problems], labels: Flags) -> tuple[list[Floats], list[Floats]]:
    """Fit all problems of all tasks; scores and coefficients of each at its best penalty."""
    x = np.concatenate([task.x for task in tasks], axis=1)
    weight = np.concatenate([task.weight for task in tasks])
    y = np.broadcast_to(labels.astype(float), weight.shape)
    starts = np.cumsum([0, *(len(task.weight) for task in tasks)])
    penalty = penalties(x, y, weight)
    for start, end in pairwise(starts):
        penalty[:, start:end] = penalty[:, start : start + 1]
    scores, coefficients = fit_paths(x, y, weight, penalty)
    best_scores, best_coefficients = [], []
    for start, end in pairwise(starts):
        held = weight[start] - weight[start + 1 : end]  # by the inner folds
        inner = scores[:, start + 1 : end]
        loss = np.logaddexp(0, inner) - y[start] * inner
        best = int((loss * held).sum(axis=(1, 2)).argmin())
        best_scores.append(scores[best, start])
        best_coefficients.append(coefficients[best, start])
    return best_scores, best_coefficients
