"""Which samples a contrast compares, and the model matrix that it is a coefficient of."""

import numpy as np
import pandas as pd

from evcargo.study.design import aliased_terms, covariate_numbers, design_columns, numbers_of
from evcargo.study.model import Contrast
from evcargo.study.units import subjects_of_several_levels

#: Column of the model matrix that is the comparison: 1 at the test level, 0 at the reference; the
#: standardised numbers of a slope.
COMPARISON = "comparison"
#: Start of the columns that are levels beside the two compared, or of the question for any.
LEVEL = "level:"
MIN_SIDE = 2
RANK_TOLERANCE = 1e-8


class NotTestable(Exception):
    """Why a contrast cannot be tested in one assay, in words; the other assays go on."""


def compared_samples(obs: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Rows of `obs` (index: sample) that the model of a contrast is fitted on.

    They are measured, of its material, and of its levels: of the two levels of a pair, unless it is
    fitted on all of them. A sample without a value in a covariate has no place in the model; the
    check of the study refuses it before any job starts, unless it is of another level.
    """
    levels = obs[contrast.column].astype("string")
    chosen = (obs["material"] == contrast.material) & (obs["status"] == "ok")
    if contrast.kind == "pair" and contrast.fit_on == "compared":
        chosen &= levels.isin([contrast.test, contrast.reference])
    named = [contrast.column, *contrast.covariates, *([contrast.block] if contrast.block else [])]
    for name in named:
        chosen &= obs[name].astype("string").fillna("") != ""
    return obs[chosen.fillna(False).astype(bool)]


def sides(rows: pd.DataFrame, contrast: Contrast) -> dict[str, np.ndarray]:
    """Flag the samples (`rows`) of each level that the contrast compares.

    Of a pair, the test level comes first; of a slope, all samples are of one level, named by the
    column.
    """
    if contrast.kind == "slope":
        return {contrast.column: np.ones(len(rows), dtype=bool)}
    values = rows[contrast.column].astype("string")
    levels = sorted(values.unique()) if contrast.kind == "any" else ()
    return {
        level: (values == level).to_numpy(bool)
        for level in levels or (contrast.test, contrast.reference)
    }


def model_matrix(rows: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Model matrix of a contrast, in which what is asked is one coefficient, or several.

    Parameters
    ----------
    rows
        From `compared_samples`.
    contrast
        What is compared.

    Returns
    -------
    pandas.DataFrame
        Samples x (``intercept``, what is asked, then the covariates). Asked is `COMPARISON`, after
        which other levels that the model is fitted on have a column each; of kind ``any`` a column
        per level but the first (`LEVEL`). Categories have one column per level but the first;
        numbers, also those of a slope, are centred and divided by their standard deviation, which
        keeps the count model well scaled (`per_unit` undoes it).

    Raises
    ------
    NotTestable
        If a level has fewer than two samples, or the samples that were measured cannot tell two
        terms apart or leave no residual degree of freedom. The sheet was checked, but a sample
        may have failed since.
    """
    _check_levels(rows, contrast)
    named = [] if contrast.kind == "slope" else list(sides(rows, contrast))
    of_question = rows
    if contrast.kind == "pair":
        of_question = rows[rows[contrast.column].astype("string").isin(named)]
    for terms in aliased_terms(design_columns(contrast, of_question)):
        alone = "does not vary" if len(terms) == 1 else "cannot be told apart"
        raise NotTestable(f"{' and '.join(terms)} {alone} among the measured samples")
    matrix = pd.DataFrame({"intercept": 1.0}, index=rows.index)
    levels = iter(_level_names(rows, contrast))
    for number, (term, values) in enumerate(design_columns(contrast, rows)):
        name = next(levels) if term == contrast.column else f"{term}.{number}"
        slope = term == contrast.column and contrast.kind == "slope"
        if slope or (term != contrast.column and covariate_numbers(rows, term) is not None):
            values = (values - values.mean()) / values.std(ddof=1)
        matrix[name] = values
    matrix = independent_columns(matrix)
    if matrix.shape[0] <= matrix.shape[1]:
        raise NotTestable(
            f"{matrix.shape[0]} measured samples leave nothing for the error of a model with"
            f" {matrix.shape[1]} coefficients"
        )
    return matrix


def asked_columns(design: pd.DataFrame, contrast: Contrast) -> list[int]:
    """Columns of the model matrix that the contrast tests."""
    if contrast.kind != "any":
        return [design.columns.get_loc(COMPARISON)]
    return [at for at, name in enumerate(design.columns) if str(name).startswith(LEVEL)]


def covariate_column(design: pd.DataFrame, covariate: str) -> int:
    """Column of the model matrix that holds a covariate of numbers."""
    return next(
        at for at, name in enumerate(design.columns) if str(name).rpartition(".")[0] == covariate
    )


def per_unit(rows: pd.DataFrame, contrast: Contrast) -> float:
    """By how much the comparison column rises per unit of what is asked: 1 but for a slope."""
    numbers = numbers_of(rows, contrast.column) if contrast.kind == "slope" else None
    return 1.0 if numbers is None else float(1 / numbers.std(ddof=1))


def model_words(contrast: Contrast) -> str:
    """Say the terms of the model."""
    said = f"model: {' + '.join(['intercept', contrast.column, *contrast.covariates])}"
    if contrast.kind == "pair" and contrast.fit_on == "all":
        said += f", fitted on all levels of {contrast.column}"
    return said


def repeated_subjects(rows: pd.DataFrame, contrast: Contrast) -> str:
    """Warn of subjects with several samples that the model takes for independent, or nothing."""
    if "subject" in (*contrast.covariates, contrast.block) or "subject" not in rows:
        return ""
    subjects = rows["subject"].astype("string").fillna("")
    level = rows[contrast.column].astype("string")
    if contrast.kind == "slope":
        level = pd.Series("", index=rows.index)
    repeated = sorted(
        set(subjects[(subjects != "") & pd.DataFrame([subjects, level]).T.duplicated()])
    )
    if not repeated:
        return _unpaired(rows, contrast)
    return (
        f"{len(repeated)} subject{'s have' if len(repeated) > 1 else ' has'} several samples"
        f" ({repeated[0]}{' ...' if len(repeated) > 1 else ''}), which are tested as if they were"
        " independent: set block: subject."
    )


def _unpaired(rows: pd.DataFrame, contrast: Contrast) -> str:
    """Warn of subjects on both sides whose samples the model does not pair, or nothing."""
    if contrast.kind == "slope":
        return ""
    shared = subjects_of_several_levels(rows, contrast.column)
    if not shared:
        return ""
    plural = len(shared) > 1
    return (
        f"{len(shared)} subject{'s stand' if plural else ' stands'} on both sides"
        f" ({shared[0]}{' ...' if plural else ''}), compared without pairing: set covariates:"
        " [subject] if these are pairs; give every subject a name of its own if the numbers start"
        " again in each group."
    )


def _check_levels(rows: pd.DataFrame, contrast: Contrast) -> None:
    if contrast.kind == "slope":
        if rows[contrast.column].nunique() <= MIN_SIDE:
            raise NotTestable(f"the measured samples have too few numbers in {contrast.column}")
        return
    counts = {level: int(which.sum()) for level, which in sides(rows, contrast).items()}
    short = [f"{level} has {count}" for level, count in counts.items() if count < MIN_SIDE]
    if short:
        raise NotTestable(f"fewer than {MIN_SIDE} measured samples: {' and '.join(short)}")
    if len(counts) < MIN_SIDE:
        raise NotTestable(f"{contrast.column} has one level among the measured samples")


def _level_names(rows: pd.DataFrame, contrast: Contrast) -> list[str]:
    """Names of the columns of the compared column, in the order of `design_columns`."""
    if contrast.kind == "slope":
        return [COMPARISON]
    values = set(rows[contrast.column].astype(str))
    if contrast.kind == "any":
        return [LEVEL + level for level in sorted(values)[1:]]
    rest = sorted(values - {contrast.test, contrast.reference})
    return [COMPARISON, *(LEVEL + level for level in rest)]


def independent_columns(matrix: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say what those before say: samples of other levels may bring some.

    Of a contrast, what is asked can be told from the covariates by the compared samples alone, so
    that its coefficient is the same whichever of them is left out.
    """
    kept: list[str] = []
    for name in matrix.columns:
        scaled = matrix[[*kept, name]].to_numpy(float)
        scaled = scaled / (np.linalg.norm(scaled, axis=0) + np.finfo(float).tiny)
        if np.linalg.svd(scaled, compute_uv=False)[-1] > RANK_TOLERANCE:
            kept.append(str(name))
    return matrix[kept]
