"""Which samples a contrast compares, and the model matrix that it is a coefficient of."""

import pandas as pd

from evcargo.study.design import aliased_terms, covariate_numbers, design_columns
from evcargo.study.model import Contrast

#: Column of the model matrix that is the comparison: 1 at the test level, 0 at the reference.
COMPARISON = "comparison"
MIN_SIDE = 2


class NotTestable(Exception):
    """Why a contrast cannot be tested in one assay, in words; the other assays go on."""


def compared_samples(obs: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Rows of `obs` (index: sample) that a contrast compares: measured, of its material and levels.

    A sample without a value in a covariate has no place in the model; the check of the study
    refuses it before any job starts.
    """
    levels = obs[contrast.column].astype("string")
    chosen = (
        (obs["material"] == contrast.material)
        & levels.isin([contrast.test, contrast.reference])
        & (obs["status"] == "ok")
    )
    for name in contrast.covariates:
        chosen &= obs[name].astype("string").fillna("") != ""
    return obs[chosen.fillna(False).astype(bool)]


def is_test(rows: pd.DataFrame, contrast: Contrast) -> pd.Series:
    """Tell which of the compared samples are at the test level."""
    return rows[contrast.column].astype("string") == contrast.test


def model_matrix(rows: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Model matrix of a contrast, in which the comparison is a coefficient.

    Parameters
    ----------
    rows
        From `compared_samples`.
    contrast
        What is compared.

    Returns
    -------
    pandas.DataFrame
        Samples x (``intercept``, `COMPARISON`, then the covariates): the intercept is the
        reference level, categories have one column per level but the first, numbers are centred
        and divided by their standard deviation, which keeps the count model well scaled.

    Raises
    ------
    NotTestable
        If a level has fewer than two samples, or the samples that were measured cannot tell two
        terms apart or leave no residual degree of freedom. The sheet was checked, but a sample
        may have failed since.
    """
    test = is_test(rows, contrast)
    sides = {contrast.test: int(test.sum()), contrast.reference: int((~test).sum())}
    short = [f"{level} has {count}" for level, count in sides.items() if count < MIN_SIDE]
    if short:
        raise NotTestable(f"fewer than {MIN_SIDE} measured samples: {' and '.join(short)}")
    columns = design_columns(contrast, rows)
    for terms in aliased_terms(columns):
        alone = "does not vary" if len(terms) == 1 else "cannot be told apart"
        raise NotTestable(f"{' and '.join(terms)} {alone} among the measured samples")
    matrix = pd.DataFrame({"intercept": 1.0, COMPARISON: columns[0][1]}, index=rows.index)
    for number, (term, values) in enumerate(columns[1:], 1):
        if covariate_numbers(rows, term) is not None:
            values = (values - values.mean()) / values.std(ddof=1)
        matrix[f"{term}.{number}"] = values
    if matrix.shape[0] <= matrix.shape[1]:
        raise NotTestable(
            f"{matrix.shape[0]} measured samples leave nothing for the error of a model with"
            f" {matrix.shape[1]} coefficients"
        )
    return matrix
