"""Retention times of peptides, predicted from what they are made of.

As Sage does: a linear model of the residues, learnt from the study's own confident peptides. Each
run is tied to it by a line, which aligns the runs with each other even where they share no peptide
(fractions).
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

RESIDUES = "ACDEFGHKLMNPQRSTVWY"  # I is L
LEAST_PEPTIDES = 200  # about five for each coefficient
LEAST_OF_RUN = 20
ROUNDS = 2
SHIFT = re.compile(r"\[[^\]]*\]")


def composition(modified: Sequence[str]) -> NDArray[np.float64]:
    """Describe peptides for the model.

    Parameters
    ----------
    modified
        Peptides with mass shifts in brackets (`evcargo.proteins.search.modified_sequence`).

    Returns
    -------
    numpy.ndarray
        Peptides x features: number of each residue, its share of the first and of the last three
        (but the very last, which the enzyme sets), length, its logarithm, number of shifts.
    """
    bare = [SHIFT.sub("", text).strip("-?") for text in modified]
    counts = np.array([[text.count(one) for one in RESIDUES] for text in bare], float)
    first = np.array([[text[:3].count(one) for one in RESIDUES] for text in bare], float)
    last = np.array([[text[-4:-1].count(one) for one in RESIDUES] for text in bare], float)
    length = np.array([len(text) for text in bare], float)
    shifts = np.array([text.count("[") for text in modified], float)
    return np.column_stack([counts, first, last, length, np.log(length), shifts])


class RetentionTimes:
    """Retention times of the PSMs of all runs, to be told from those of some of them.

    Parameters
    ----------
    psms
        PSMs: ``run``, ``rt`` (min), ``modified``.
    """

    def __init__(self, psms: pd.DataFrame):
        names, self.peptide = np.unique(psms["modified"].to_numpy(str), return_inverse=True)
        features = composition(names.tolist())
        self.features = (features - features.mean(0)) / np.maximum(features.std(0), 1e-9)
        self.rt = psms["rt"].to_numpy(float)
        self.run, runs = pd.factorize(psms["run"])
        self.count = len(runs)

    def errors(self, known: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Distance of each PSM from the retention time that its peptide should have.

        Parameters
        ----------
        known
            The PSMs to learn from: confident targets of the training folds.

        Returns
        -------
        numpy.ndarray or None
            Absolute, over the median of those that are known; None where these are too few.
        """
        if len(np.unique(self.peptide[known])) < LEAST_PEPTIDES:
            return None
        of_run = [known & (self.run == run) for run in range(self.count)]
        lines = np.array([_scale(self.rt[own]) for own in of_run])
        for _ in range(ROUNDS):
            slope, offset = lines[self.run].T
            places = pd.Series((self.rt - offset) / slope)[known]
            places = places.groupby(self.peptide[known]).median()
            model = Ridge(alpha=1.0).fit(self.features[places.index], places)
            place = model.predict(self.features)[self.peptide]
            for run, own in enumerate(of_run):
                line = (
                    np.polyfit(place[own], self.rt[own], 1) if own.sum() >= LEAST_OF_RUN else (0,)
                )
                lines[run] = line if line[0] > 0 else lines[run]
        slope, offset = lines[self.run].T
        error = np.abs((self.rt - offset) / slope - place)
        return error / max(float(np.median(error[known])), 1e-9)


def _scale(rt: NDArray[np.float64]) -> tuple[float, float]:
    """Spread and middle of the retention times of a run, to begin with."""
    return (max(float(rt.std()), 1e-3), float(rt.mean())) if len(rt) > 1 else (1.0, 0.0)
