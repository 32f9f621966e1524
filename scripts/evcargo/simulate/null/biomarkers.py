"""Null studies of biomarker panels: the permutation p-value of the AUC."""

from collections.abc import Mapping

import numpy as np

from evcargo.biomarkers.folds import permuted
from evcargo.biomarkers.nested import Settings, cross_validate
from evcargo.biomarkers.performance import permutation_p
from evcargo.biomarkers.predictions import pairs_of
from evcargo.simulate.biomarkers import planted
from evcargo.simulate.null.design import Floats, Null

SETTINGS, SAMPLES, FEATURES, PERMUTATIONS = Settings(4, 1, 10), 20, 40, 9


def panel(rng: np.random.Generator) -> Floats:
    """P-value of the AUC of an elastic net among `PERMUTATIONS` permutations of the labels."""
    first = int(rng.integers(2**31))
    study = planted(first, SAMPLES, FEATURES, missing=0.0)
    aucs = []
    for number in range(PERMUTATIONS + 1):
        labels = permuted(study.labels, study.units, rng)
        found = cross_validate([study.block], labels, study.units, SETTINGS, first + number)
        aucs.append(pairs_of(found, labels).auc)
    return np.array([permutation_p(aucs[0], np.array(aucs[1:]))])


NULLS: Mapping[str, Null] = {"biomarker panel: AUC": Null(panel, discrete=True)}
