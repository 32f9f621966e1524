"""Null studies of the tests of counts: Wald and likelihood ratio, covariates, and detection."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from evcargo.differential.count_detection import depth_of, detect_counts
from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts
from evcargo.differential.detection import detect
from evcargo.differential.negative_binomial import size_factors
from evcargo.simulate.null.design import DESIGNS, Design, Floats, Null, Units, p_values_of
from evcargo.simulate.null.proteins import matrix_of

FEATURES, LOW_FEATURES = 60, 200
DEEPER = 8.0
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


def seen_in(rng: np.random.Generator, design: Design, thinned: bool = True) -> Floats:
    """P-values of the detection of RNA, where the libraries of one level are eight times deeper.

    Of three levels or a slope, depth rises along the labels. Studies are of four times the size,
    and RNAs of 1 to 100 reads. Not `thinned`, an RNA is seen where it has a read.
    """
    design = design.repeated(4)
    drawn = design.drawn(rng)
    number = np.unique(drawn[design.contrast.column], return_inverse=True)[1]
    depth = DEEPER ** (number / number.max()) * rng.uniform(0.5, 2, len(number))
    mean = np.exp(rng.normal(1.5, 1.5, (LOW_FEATURES, 1))) * np.ones(len(number))
    if design.units is not None:
        mean = mean * np.exp(rng.normal(0, 0.5, mean.shape))[:, design.units]
    values = rng.negative_binomial(3, 3 / (3 + mean * depth)).astype(float)
    matrix = matrix_of(np.zeros_like(values), drawn)
    counts = pd.DataFrame(values.T, matrix.obs_names, matrix.var_names)
    if not thinned:
        matrix.layers["normalised"] = np.where(values.T > 0, 1.0, np.nan)
        table, _ = detect(matrix, matrix.obs, design.contrast)
    else:
        present = counts.loc[:, counts.sum() >= EXPRESSED.min_total_count]
        of_depth = depth_of(present, size_factors(present), from_spikes=False)
        least = EXPRESSED.min_count
        table, _ = detect_counts(counts, of_depth, matrix.obs, design.contrast, least)
    return np.empty(0) if table is None else p_values_of(table, "detection_p_value")


TESTED = (
    *("two levels", "any of three levels", "slope", "batch as covariate"),
    "pairs, subject as covariate",
)
DETECTED = (
    *("two levels", "any of three levels", "slope", "batch as covariate"),
    *("pairs, subject as block", "two samples a subject, block"),
)
NULLS: Mapping[str, Null] = {
    **{f"counts: {name}": Null(partial(counted, design=DESIGNS[name])) for name in TESTED},
    "counts: number as covariate": Null(
        partial(counted, design=DESIGNS["two levels"], covariate=True)
    ),
    **{
        f"detection of RNA, unequal depth: {name}": Null(
            partial(seen_in, design=DESIGNS[name]), discrete=True
        )
        for name in DETECTED
    },
}
