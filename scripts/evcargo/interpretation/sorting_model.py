"""Does the sorting into EVs differ between two levels: one coefficient of one model.

The difference asked for is (EV - source) at the test level minus (EV - source) at the reference,
which is the same as the change of the EVs minus that of their source.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from evcargo.differential.actions import weights_of
from evcargo.differential.adjust import adjust
from evcargo.differential.count_filter import (
    CountFilter,
    filter_words,
    is_expressed,
    smallest_group,
)
from evcargo.differential.counts import SPIKE_IN, spike_in_factors
from evcargo.differential.design import (
    COMPARISON,
    RANK_TOLERANCE,
    NotTestable,
    independent_columns,
    model_matrix,
)
from evcargo.differential.linear_models import Moderation, block_errors, trend_covariate
from evcargo.differential.moderated import fit_features, moderated_test
from evcargo.differential.negative_binomial import fit_counts, wald_test
from evcargo.differential.prior import fit_prior
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

EV, SOURCE = "ev", "source"
#: Column of the model that is the difference in sorting.
SORTING = "sorting"
CELLS = tuple((material, test) for material in (EV, SOURCE) for test in (True, False))


class Difference(NamedTuple):
    """What a test of the difference in sorting gives.

    `figures` are those of the features that were tested, as `moderated_test` or `wald_test` give
    them, with adjusted_p_value; `reasons` say why another was not tested, and are empty where it
    was. `method` is what was done, `paired` how samples of one subject or block were matched in the
    model that was fitted, and `warnings` are what the reader must know.
    """

    figures: pd.DataFrame
    reasons: pd.Series
    method: str
    paired: str
    warnings: tuple[str, ...] = ()


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
    return units(rows, "subject")


def units(rows: pd.DataFrame, column: str) -> pd.Series:
    """Level of each sample in a column; a sample without one is of its own."""
    given = rows[column] if column in rows else pd.Series("", index=rows.index)
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
    design = independent_columns(every)
    if len(design) <= design.shape[1]:
        raise NotTestable(
            f"{len(design)} samples leave nothing for the error of {design.shape[1]} coefficients"
        )
    return design


def _told(design: pd.DataFrame) -> bool:
    """Whether the other columns leave something of the difference in sorting."""
    asked = design[SORTING].to_numpy(float)
    rest = design.drop(columns=SORTING).to_numpy(float)
    left = asked - rest @ np.linalg.lstsq(rest, asked, rcond=None)[0]
    return bool(np.linalg.norm(left) > RANK_TOLERANCE)


def protein_difference(
    matrix: "AnnData", contrast: Contrast, min_samples: int, how: Moderation
) -> Difference:
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
    Difference
        Of `moderated_test`.

    Raises
    ------
    NotTestable
        If the samples do not allow for the test (`sorting_design`).
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
    blocks, paired = _blocks(rows, contrast)
    correlation, said = None, ""
    if blocks and paired and enough.any():
        correlation, fitted = block_errors(
            values[enough], design.to_numpy(), blocks, weights_of(rows)
        )
        said = f", EV and source of one {paired.removeprefix('by ')} correlated by {fitted:.2f}"
    column = design.columns.get_loc(SORTING)
    fits = fit_features(values[enough], design.to_numpy(), column, correlation, weights_of(rows))
    mean = np.array([row[np.isfinite(row)].mean() for row in values[enough]])
    trend = trend_covariate(how.trend, mean, matrix.var[enough])
    figures = moderated_test(fits, fit_prior(fits.variance, fits.df, trend, how.robust))
    figures = figures.set_index(names[enough])
    figures["adjusted_p_value"] = adjust(figures["p_value"])
    reasons[names[enough][figures["p_value"].isna()]] = "its values leave no error to judge by"
    method = f"moderated t of (EV - source) at {contrast.test} minus that at {contrast.reference}"
    return Difference(figures, reasons, method + said, paired)


def _blocks(rows: pd.DataFrame, contrast: Contrast) -> tuple[list[str], str]:
    """Block of each sample, and by what they are matched; nothing where no block has two."""
    block = contrast.block or ("" if "subject" in contrast.covariates else "subject")
    if not block:
        return [], "by subject"
    names = units(rows, block)
    return names.tolist(), f"by {block}" if names.duplicated().any() else ""


def count_difference(
    matrix: "AnnData", contrast: Contrast, alpha: float, expressed: CountFilter, size_factors: str
) -> Difference:
    """Negative binomial test of the difference in sorting of every RNA feature.

    Both materials are fitted together, with one dispersion per feature; subjects that are in both
    get a level of their own. The counts of several samples that a subject has of one material at
    one level are summed: the model has no random effects, and they are no more subjects. Features
    are tested that the smallest of the four groups (material and level) could show.

    Returns
    -------
    Difference
        Of `wald_test`.

    Raises
    ------
    NotTestable
        If the samples do not allow for the test.
    """
    if contrast.block not in ("", "subject", *contrast.covariates):
        # The model has no random effects: another block becomes a covariate.
        contrast = replace(contrast, covariates=(*contrast.covariates, contrast.block))
    given = sorted_samples(matrix.obs, contrast)
    names = matrix.var_names.astype(str)
    raw = pd.DataFrame(matrix[given.index].X, index=given.index, columns=names)
    rows, raw = _one_per_subject(given, raw.astype(int), contrast)
    design, paired, warnings = _count_design(rows, contrast)
    if len(rows) < len(given):
        said = (
            f"Samples of one subject, material and level were summed: {len(given)} samples count"
            f" as {len(rows)}."
        )
        warnings = (said, *warnings)
    added = (matrix.var["class"] == SPIKE_IN).set_axis(names)
    smallest = smallest_group([int(at.sum()) for at in cells(rows, contrast)])
    kept = is_expressed(raw.loc[:, ~added], expressed, smallest).reindex(names, fill_value=False)
    needed = filter_words(expressed, smallest)
    reasons = pd.Series("", index=names)
    reasons[~kept] = f"too few reads: it needs {needed}"
    reasons[added] = "spike-in: added to the sample, not of it"
    if not kept.any():
        raise NotTestable(f"no feature has {needed}")
    factors = spike_in_factors(raw.loc[:, added]) if size_factors == SPIKE_IN else None
    fit = fit_counts(raw.loc[:, kept], design, factors)
    figures = wald_test(fit, SORTING, alpha, 1.0, shrink=False)
    reasons[figures.index[figures["p_value"].isna()]] = "count outlier in a sample"
    filtered = figures["p_value"].notna() & figures["adjusted_p_value"].isna()
    reasons[figures.index[filtered]] = "mean count too low (independent filtering)"
    method = f"Wald test of (EV - source) at {contrast.test} minus that at {contrast.reference}"
    method += ", subjects as fixed effects" if paired else ""
    return Difference(figures, reasons, method, paired, warnings)


def _one_per_subject(
    rows: pd.DataFrame, raw: pd.DataFrame, contrast: Contrast
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum the counts of the samples that a subject has of one material at one level."""
    level = rows[contrast.column].astype(str)
    group = rows["material"].astype(str) + "|" + level + "|" + subjects(rows)
    for name in contrast.covariates:
        several = group.map(rows[name].astype(str).groupby(group).nunique()) > 1
        if several.any():
            one = subjects(rows)[several].iloc[0]
            raise NotTestable(
                f"subject {one} has several samples of one material and level that differ in"
                f" {name}, so that they can be neither summed nor taken as independent"
            )
    first = ~group.duplicated()
    if first.all():
        return rows, raw
    summed = raw.groupby(group.to_numpy(), sort=False).sum()
    return rows[first], summed.loc[group[first]].set_axis(rows.index[first])


def _count_design(
    rows: pd.DataFrame, contrast: Contrast
) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Design with a level for every subject, if subjects are matched and it can be estimated."""
    subject = subjects(rows)
    if "subject" in contrast.covariates or not subject.duplicated().any():
        matched = "by subject" if "subject" in contrast.covariates else ""
        return sorting_design(rows, contrast, by_subject=False), matched, ()
    try:
        return sorting_design(rows, contrast, by_subject=True), "by subject", ()
    except NotTestable as why:
        # EV and source of one level enter the difference with opposite signs, so that it is safe to
        # take them as independent; the EVs of one level and the source of the other do not.
        if (rows[contrast.column].astype(str).groupby(subject).nunique() > 1).any():
            raise
        design = sorting_design(rows, contrast, by_subject=False)
        said = f"Samples of one subject are taken as independent: with subjects, {why}."
        return design, "", (said,)
