"""Does the sorting into EVs differ between two levels: one coefficient of one model.

The difference asked for is (EV - source) at the test level minus (EV - source) at the reference,
which is the same as the change of the EVs minus that of their source.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.differential.actions import weights_of
from evcargo.differential.adjust import adjust
from evcargo.differential.blocks import block_correlation, consensus_correlation
from evcargo.differential.counts import SPIKE_IN, CountFilter, is_expressed
from evcargo.differential.design import COMPARISON, RANK_TOLERANCE, NotTestable, model_matrix
from evcargo.differential.linear_models import Moderation
from evcargo.differential.moderated import fit_features, moderated_test, weighted
from evcargo.differential.negative_binomial import fit_counts, median_of_ratios, wald_test
from evcargo.differential.prior import Floats, fit_prior
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

EV, SOURCE = "ev", "source"
#: Column of the model that is the difference in sorting.
SORTING = "sorting"
CELLS = tuple((material, test) for material in (EV, SOURCE) for test in (True, False))
FEWEST_SPIKES = 3


def sorted_samples(obs: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Rows of `obs` of both materials and levels that were measured and have every covariate."""
    chosen = (obs["status"] == "ok") & obs["material"].isin([EV, SOURCE])
    chosen &= obs[contrast.column].astype("string").isin([contrast.test, contrast.reference])
    for name in contrast.covariates:
        chosen &= obs[name].astype("string").fillna("") != ""
    return obs[chosen.fillna(False).astype(bool)]


def cells(rows: pd.DataFrame, contrast: Contrast) -> list[np.ndarray]:
    """Flag the samples of each of the four combinations of `CELLS`."""
    test = (rows[contrast.column].astype("string") == contrast.test).to_numpy(bool)
    material = rows["material"].astype(str).to_numpy()
    return [(material == name) & (test == side) for name, side in CELLS]


def subjects(rows: pd.DataFrame) -> pd.Series:
    """Subject of each sample; a sample without one is of its own."""
    given = rows["subject"] if "subject" in rows else pd.Series("", index=rows.index)
    given = given.astype("string").fillna("")
    return given.where(given != "", "sample " + rows.index.to_series().astype(str)).astype(str)


def sorting_design(rows: pd.DataFrame, contrast: Contrast, by_subject: bool) -> pd.DataFrame:
    """Model matrix whose column `SORTING` is the difference in sorting.

    Parameters
    ----------
    rows
        From `sorted_samples`.
    contrast
        The two levels; its covariates may act on EVs and source in different ways, a subject may
        not.
    by_subject
        Whether every subject gets a level of its own (fixed effect).

    Raises
    ------
    NotTestable
        If fewer than two samples are in one of the four groups, or the model cannot tell the
        difference in sorting from its other terms.
    """
    for (material, test), which in zip(CELLS, cells(rows, contrast), strict=True):
        if which.sum() < 2:
            level = contrast.test if test else contrast.reference
            raise NotTestable(f"{which.sum()} measured {material} samples at {level}; 2 are needed")
    model = model_matrix(rows, contrast)
    is_ev = (rows["material"] == EV).to_numpy(float)
    asked = pd.DataFrame(
        {
            "intercept": 1.0,
            "ev": is_ev,
            SORTING: is_ev * model[COMPARISON],
            COMPARISON: model[COMPARISON],
        },
        index=rows.index,
    )
    others = model.drop(columns=["intercept", COMPARISON])
    apart = others.loc[:, [not str(name).startswith("subject.") for name in others.columns]]
    parts = [asked, others, apart.mul(is_ev, axis=0).add_suffix(":ev")]
    if by_subject:
        parts.append(pd.get_dummies(subjects(rows), prefix="subject", dtype=float))
    every = pd.concat(parts, axis=1)
    if not _told(every):
        raise NotTestable("the covariates cannot be told from the difference in sorting")
    design = _independent(every)
    if len(design) <= design.shape[1]:
        raise NotTestable(
            f"{len(design)} samples leave nothing for the error of {design.shape[1]} coefficients"
        )
    return design


def _independent(design: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that those before them already say."""
    kept: list[str] = []
    for name in design.columns:
        values = design[[*kept, name]].to_numpy(float)
        values = values / (np.linalg.norm(values, axis=0) + np.finfo(float).tiny)
        if np.linalg.svd(values, compute_uv=False)[-1] > RANK_TOLERANCE:
            kept.append(str(name))
    return design[kept]


def _told(design: pd.DataFrame) -> bool:
    """Whether the other columns leave something of the difference in sorting."""
    asked = design[SORTING].to_numpy(float)
    rest = design.drop(columns=SORTING).to_numpy(float)
    left = asked - rest @ np.linalg.lstsq(rest, asked, rcond=None)[0]
    return bool(np.linalg.norm(left) > RANK_TOLERANCE)


def protein_difference(
    matrix: "AnnData", contrast: Contrast, min_samples: int, how: Moderation
) -> tuple[pd.DataFrame, pd.Series, str]:
    """Moderated test of the difference in sorting of every protein.

    Parameters
    ----------
    matrix
        Samples x proteins; ``layers["normalised"]`` is log2, NaN where missing.
    contrast
        The two levels.
    min_samples
        Values that a protein needs in each of the four groups.
    how
        How the variances are moderated.

    Returns
    -------
    figures : pandas.DataFrame
        As `moderated_test`, with adjusted_p_value, by feature; only those that were tested.
    reasons : pandas.Series
        Why a feature was not tested; empty where it was.
    method : str
        What was done.
    """
    rows = sorted_samples(matrix.obs, contrast)
    design = sorting_design(rows, contrast, by_subject=False)
    names = matrix.var_names.astype(str)
    values = np.array(matrix[rows.index].layers["normalised"], dtype=float).T
    reasons = pd.Series("", index=names)
    for (material, test), which in reversed(list(zip(CELLS, cells(rows, contrast), strict=True))):
        level = contrast.test if test else contrast.reference
        few = np.isfinite(values[:, which]).sum(axis=1) < min_samples
        reasons[few] = f"fewer than {min_samples} {material} values at {level}"
    enough = (reasons == "").to_numpy(bool)
    correlation, said = _blocks(values[enough], design, rows, contrast)
    column = design.columns.get_loc(SORTING)
    weights = weights_of(rows)
    fits = fit_features(values[enough], design.to_numpy(), column, correlation, weights)
    mean = np.array([row[np.isfinite(row)].mean() for row in values[enough]])
    trend = _trend(how.trend, mean, matrix.var[enough])
    figures = moderated_test(fits, fit_prior(fits.variance, fits.df, trend, how.robust))
    figures = figures.set_index(names[enough])
    figures["adjusted_p_value"] = adjust(figures["p_value"])
    reasons[names[enough][figures["p_value"].isna()]] = "its values leave no error to judge by"
    method = f"moderated t of (EV - source) at {contrast.test} minus that at {contrast.reference}"
    return figures, reasons, method + said


def _blocks(
    values: Floats, design: pd.DataFrame, rows: pd.DataFrame, contrast: Contrast
) -> tuple[Floats | None, str]:
    block = contrast.block or ("" if "subject" in contrast.covariates else "subject")
    if not block or (block != "subject" and block not in rows):
        return None, ""
    names = subjects(rows) if block == "subject" else rows[block].astype(str)
    if not names.duplicated().any() or not len(values):
        return None, ""
    weights = weights_of(rows)
    terms = weighted(design.to_numpy().T, weights).T
    correlation = consensus_correlation(weighted(values, weights), terms, names.tolist())
    return (
        block_correlation(names.tolist(), correlation),
        f", EV and source of one {block} correlated by {correlation:.2f}",
    )


def _trend(trend: str, mean: Floats, proteins: pd.DataFrame) -> Floats | None:
    if trend == "none":
        return None
    return mean if trend == "intensity" else np.log2(proteins["n_peptides"].to_numpy(float))


def count_difference(
    matrix: "AnnData", contrast: Contrast, alpha: float, expressed: CountFilter, size_factors: str
) -> tuple[pd.DataFrame, pd.Series, str]:
    """Negative binomial test of the difference in sorting of every RNA feature.

    Both materials are fitted together, with one dispersion per feature; subjects that are in both
    get a level of their own.

    Returns
    -------
    figures, reasons, method
        As `protein_difference`, of `wald_test`.
    """
    if contrast.block not in ("", "subject", *contrast.covariates):
        # The model has no random effects: another block becomes a covariate.
        contrast = replace(contrast, covariates=(*contrast.covariates, contrast.block))
    rows = sorted_samples(matrix.obs, contrast)
    paired = "subject" not in contrast.covariates and bool(subjects(rows).duplicated().any())
    try:
        design = sorting_design(rows, contrast, by_subject=paired)
    except NotTestable:
        if not paired:
            raise
        design, paired = sorting_design(rows, contrast, by_subject=False), False
    names = matrix.var_names.astype(str)
    raw = pd.DataFrame(matrix[rows.index].X, index=rows.index, columns=names).astype(int)
    added = (matrix.var["class"] == SPIKE_IN).set_axis(names)
    kept = is_expressed(raw.loc[:, ~added], expressed).reindex(names, fill_value=False)
    reasons = pd.Series("", index=names)
    reasons[~kept] = f"below {expressed.min_cpm:g} CPM in too many of the samples"
    reasons[added] = "spike-in: added to the sample, not of it"
    if not kept.any():
        raise NotTestable(f"no feature reaches {expressed.min_cpm:g} CPM in enough samples")
    factors = None
    if size_factors == SPIKE_IN:
        complete = int((raw.loc[:, added] > 0).all().sum())
        if complete < FEWEST_SPIKES:
            raise NotTestable(f"{complete} spike-ins are counted in every sample; 3 are needed")
        factors = median_of_ratios(raw.loc[:, added])
    fit = fit_counts(raw.loc[:, kept], design, factors)
    figures = wald_test(fit, SORTING, alpha, 1.0, shrink=False)
    reasons[figures.index[figures["p_value"].isna()]] = "count outlier in a sample"
    filtered = figures["p_value"].notna() & figures["adjusted_p_value"].isna()
    reasons[figures.index[filtered]] = "mean count too low (independent filtering)"
    method = f"Wald test of (EV - source) at {contrast.test} minus that at {contrast.reference}"
    return figures, reasons, method + (", subjects as fixed effects" if paired else "")
