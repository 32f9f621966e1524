"""Null studies of the tests of proteins: moderated statistics, detection, p given purity."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from evcargo.differential.actions import WEIGHT
from evcargo.differential.axes import AUTO, SHARE, Axes, purity_axes
from evcargo.differential.design import COMPARISON, compared_samples, model_matrix
from evcargo.differential.detection import detect
from evcargo.differential.imputation import draw_low_values
from evcargo.differential.linear_models import Model, Moderation, moderate
from evcargo.differential.proteins import test_proteins
from evcargo.differential.robustness import judge
from evcargo.purity.shares import ALBUMIN, HAEMOGLOBIN, LIPOPROTEIN
from evcargo.simulate.null.design import DESIGNS, Design, Floats, Null, Units, p_values_of

if TYPE_CHECKING:
    from anndata import AnnData

FEATURES = 100
HOW = Moderation("intensity", True)
#: Of some samples, when purity weighs them: their variance is that many times larger.
WEIGHTS = np.tile([0.25, 1.0, 1.0, 1.0, 1.0], 2)
compare = partial(test_proteins, alpha=0.05, min_samples=2, how=HOW)


def log2_values(
    rng: np.random.Generator,
    samples: int,
    units: Units | None = None,
    level_sd: float = 2.0,
    lost: float = 22.0,
) -> Floats:
    """Features x samples, log2: low values, and some samples more than others, are missing.

    Parameters
    ----------
    rng
        Random numbers.
    samples
        Their number.
    units
        Number of the unit of each sample; those of a unit are alike in level and in what they miss.
    level_sd
        By which the features differ around 25.
    lost
        Level at which half of the values are missing.
    """
    level = rng.normal(25, level_sd, (FEATURES, 1))
    spread = np.sqrt(0.2 * 4 / rng.chisquare(4, (FEATURES, 1)))
    values = level + spread * rng.normal(size=(FEATURES, samples))
    depth = rng.normal(0, 1, samples)
    if units is not None:
        values += 2 * spread * rng.normal(size=(FEATURES, samples))[:, units]
        depth += rng.normal(0, 1, samples)[units]
    values[rng.random(values.shape) < 1 / (1 + np.exp(values - lost + depth))] = np.nan
    return values


def matrix_of(values: Floats, sheet: Mapping[str, list[str]]) -> "AnnData":
    """Features x samples and columns of the sheet -> what the proteins stage writes."""
    from anndata import AnnData

    features = [f"p{number}" for number in range(len(values))]
    obs = pd.DataFrame(
        {"material": "ev", "condition": "", "status": "ok", "status_reason": ""} | dict(sheet),
        index=[f"s{number}" for number in range(values.shape[1])],
    )
    described = {"name": features, "gene": features, "accessions": features, "class": "protein"}
    var = pd.DataFrame(described | {"taxon": "9606", "is_contaminant": False}, index=features)
    made = AnnData(2**values.T, obs=obs, var=var)
    made.layers["normalised"] = values.T.copy()
    return made


def study_of(rng: np.random.Generator, design: Design) -> "AnnData":
    """Draw a study of proteins of a design."""
    sheet = design.drawn(rng)
    return matrix_of(log2_values(rng, len(design.labels), design.units), sheet)


def moderated(rng: np.random.Generator, design: Design) -> Floats:
    """P-values of the moderated statistics."""
    found = compare(study_of(rng, design), design.contrast, alone=True)
    return p_values_of(found.table)


def by_peptides(rng: np.random.Generator) -> Floats:
    """P-values where the variances fall with the number of peptides, which the prior follows."""
    design = DESIGNS["two levels"]
    matrix = study_of(rng, design)
    peptides = 1 + rng.poisson(4, FEATURES)
    values = np.asarray(matrix.layers["normalised"])
    mean = np.nanmean(values, axis=0)
    matrix.layers["normalised"] = mean + (values - mean) * 2 / np.sqrt(peptides)
    matrix.var["n_peptides"] = peptides
    how = Moderation("peptides", True)
    return p_values_of(compare(matrix, design.contrast, how=how, alone=True).table)


def weighted(rng: np.random.Generator, right: bool) -> Floats:
    """P-values where some samples count less, which is `right`, or have errors like the others."""
    design = DESIGNS["two levels"]
    matrix = study_of(rng, design)
    weights = rng.permutation(WEIGHTS)
    if right:
        values = np.asarray(matrix.layers["normalised"])
        mean = np.nanmean(values, axis=0)
        matrix.layers["normalised"] = mean + (values - mean) / np.sqrt(weights)[:, None]
    matrix.obs[WEIGHT] = weights
    return p_values_of(compare(matrix, design.contrast, alone=True).table)


def imputed(rng: np.random.Generator) -> Floats:
    """P-values behind the imputed columns, before they are adjusted."""
    design = DESIGNS["two levels"]
    matrix = study_of(rng, design)
    rows = compared_samples(matrix.obs, design.contrast)
    model = Model(model_matrix(rows, design.contrast), rows, design.contrast, HOW)
    values = np.asarray(matrix.layers["normalised"]).T
    levels = [(rows["condition"] == one).to_numpy() for one in set(rows["condition"])]
    kept = np.any([np.isfinite(values[:, at]).sum(axis=1) >= 2 for at in levels], axis=0)
    return p_values_of(moderate(draw_low_values(values)[kept], matrix.var[kept], model).figures)


def detected(rng: np.random.Generator, design: Design) -> Floats:
    """P-values of the detection test in a study of twice the size; every second value is missing.

    Small studies, and proteins that nearly all samples show, have next to no p-value below 0.05.
    """
    design = design.repeated(2)
    values = log2_values(rng, len(design.labels), design.units, level_sd=0.5, lost=25.0)
    matrix = matrix_of(values, design.drawn(rng))
    table, _ = detect(matrix, compared_samples(matrix.obs, design.contrast), design.contrast)
    return np.empty(0) if table is None else p_values_of(table, "detection_p_value")


def axes_drawn(rng: np.random.Generator, matrix: "AnnData", design: Design) -> tuple[Axes, Floats]:
    """Draw metrics of impurity; give the axes chosen by default, and the first impurity (log2)."""
    amount = rng.normal(0, 1, matrix.n_obs)
    drawn = {
        ALBUMIN: amount + rng.normal(0, 0.3, len(amount)),
        LIPOPROTEIN: rng.normal(0, 1, len(amount)),
        HAEMOGLOBIN: rng.normal(0, 1, len(amount)),
    }
    metrics = pd.DataFrame(drawn, matrix.obs_names).add_suffix(SHARE)
    model = model_matrix(compared_samples(matrix.obs, design.contrast), design.contrast)
    at_test = model[COMPARISON] > 0
    told = pd.DataFrame({"metric": metrics.columns, "p_value": 1.0})
    told["p_value"] = stats.mannwhitneyu(metrics[at_test], metrics[~at_test]).pvalue
    return purity_axes(metrics, told, model, COMPARISON, AUTO), amount


def given_purity(rng: np.random.Generator) -> Floats:
    """P-values of the model with purity axes: a third of the proteins follow an impurity."""
    design = DESIGNS["two levels"]
    matrix = study_of(rng, design)
    axes, amount = axes_drawn(rng, matrix, design)
    follows = np.where(np.arange(FEATURES) % 3 == 0, 1.0, 0.0)
    matrix.layers["normalised"] = matrix.layers["normalised"] + np.outer(amount, follows)
    plain = pd.DataFrame({"feature": matrix.var_names, "flag": "", "significant": False})
    return p_values_of(judge(plain, matrix, design.contrast, axes, compare), "p_value_given_purity")


#: Exact tests see two levels; the others are by drawn permutations.
DETECTION = (
    *("two levels", "any of three levels", "slope", "batch as covariate"),
    *("pairs, subject as block", "two samples a subject, block"),
)
NULLS: Mapping[str, Null] = {
    **{f"moderated: {name}": Null(partial(moderated, design=one)) for name, one in DESIGNS.items()},
    "moderated: prior by peptides": Null(by_peptides),
    "moderated: weights, errors as they say": Null(partial(weighted, right=True)),
    "moderated: weights, equal errors": Null(partial(weighted, right=False)),
    "moderated: imputed columns": Null(imputed),
    "moderated: given purity": Null(given_purity),
    **{
        f"detection: {name}": Null(partial(detected, design=DESIGNS[name]), discrete=True)
        for name in DETECTION
    },
}
