"""Null studies of the tests of counts: Wald and likelihood ratio, with and without covariates."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts
from evcargo.simulate.null.design import DESIGNS, Design, Floats, Null, Units, p_values_of
from evcargo.simulate.null.proteins import matrix_of

FEATURES = 60
EXPRESSED = CountFilter(10, 15)
compare = partial(test_counts, alpha=0.05, expressed=EXPRESSED, alone=True)


def counts_of(rng: np.random.Generator, samples: int, units: Units | None = None) -> Floats:
    """Features x samples, negative binomial; those of a unit are alike."""
    mean = np.exp(rng.normal(5, 1.2, (FEATURES, 1)))
    dispersion = (0.1 + 2 / mean) * np.exp(rng.normal(0, 0.5, (FEATURES, 1)))
    mean = mean * rng.uniform(0.5, 2, samples)
    if units is not None:
        mean = mean * np.exp(rng.normal(0, 0.5, (FEATURES, samples)))[:, units]
    return rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean)).astype(float)


def counted(rng: np.random.Generator, design: Design, covariate: bool = False) -> Floats:
    """P-values of a design; with a `covariate` of numbers, as purity axes are."""
    sheet = design.drawn(rng)
    values = counts_of(rng, len(design.labels), design.units)
    contrast = design.contrast
    if covariate:
        amount = rng.normal(0, 1, len(design.labels))
        values = np.round(values * 2 ** np.outer(np.arange(FEATURES) % 3 == 0, amount))
        contrast = replace(contrast, covariates=("amount",))
        sheet["amount"] = [f"{one:.3f}" for one in amount]
    matrix = matrix_of(np.zeros_like(values), sheet)
    matrix.X = values.T
    return p_values_of(compare(matrix, contrast).table)


TESTED = (
    *("two levels", "any of three levels", "slope", "batch as covariate"),
    "pairs, subject as covariate",
)
NULLS: Mapping[str, Null] = {
    **{f"counts: {name}": Null(partial(counted, design=DESIGNS[name])) for name in TESTED},
    "counts: number as covariate": Null(
        partial(counted, design=DESIGNS["two levels"], covariate=True)
    ),
}
