"""Differential detection: features seen in more samples of one level than of another.

Conditional tests per protein, apart from the test of the intensities: given in which samples of
each stratum (combination of the categories among the covariates, such as the batch or the subject
of a pair) the protein was seen, all ways to hand out the levels within the strata are equally
likely if the level does not matter. That holds whatever makes values missing. A likelihood of
values lost at low intensity is not used: missing values come in clusters of samples, against which
it is not safe.

Covariates that are numbers, such as the age, make some ways likelier than others, and are adjusted
for (`evcargo.differential.conditional_permutation`), as are their squares if there are 16 samples
or blocks for each number. In simulated studies in which detection depends on the age alone and the
groups differ in age, at most 7 % of the p-values are below 0.05 (without adjustment up to 96 %),
and no power is lost where the age plays no part (figures in benchmarks/README.md). This needs that
the level or the detection goes with the number (in log odds) in a line, or in a parabola where
squares are adjusted for. If neither does, the test is not valid: with one threshold in age for the
level and the detection, 7, 8 and 11 % are below 0.05 with 6 v 6, 12 v 12 and 30 v 30 samples, and
more with steeper ones. Such a number is better given as categories, such as `young` and `old`.
Where the numbers tell the levels apart, there is no test.

Blocks of one level are exchanged as wholes, and only those with the same number of samples in the
same strata, since a donor measured three times shows a protein in more samples than one measured
once. That is exact whatever the samples of a block have in common; a block that no other is like
tells nothing. The number of a block is the mean of those of its samples.

Two levels without such numbers are compared exactly, over the choices of the samples in which it is
seen (`evcargo.differential.detection_exact`). More levels, a slope, numbers, and two levels of
which each block has one only (its samples stay together) are compared over drawn
permutations (`evcargo.differential.detection_drawn`).

The test is coarse. With 4 v 4 samples no p-value is below 2 / 70 = 0.029, and only for proteins
seen in exactly one of the groups, so that next to nothing stays below 0.05 once adjusted; with
3 v 3 the least is 0.1. The adjustment is over all proteins that were seen in some of the compared
samples and not in all. Leaving out those that could never get below alpha (Tarone 1990,
10.2307/2531456) would find more, but was not safe in the spike-in study of `benchmarks/`: groups
that were measured one after the other differ in what they miss.

In which samples an RNA was seen, at one depth for all, is a matter of
`evcargo.differential.count_detection`; from there on its test is the same.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.differential.adjust import adjust
from evcargo.differential.design import NotTestable, sides
from evcargo.differential.detection_drawn import DRAWS, drawn_p_values
from evcargo.differential.detection_exact import exact_p_values
from evcargo.differential.moderated import Flags
from evcargo.differential.prior import Floats
from evcargo.study.design import covariate_numbers, numbers_of
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

WITHIN, BETWEEN, MIXED = "within", "between", "mixed"
ROUNDING = 1e-12  # of a mean, in the largest value


def detect(
    matrix: "AnnData", rows: pd.DataFrame, contrast: Contrast
) -> tuple[pd.DataFrame | None, str]:
    """Run the detection test of a contrast.

    Parameters
    ----------
    matrix
        Samples x protein groups; ``layers["normalised"]`` is NaN where a protein was not seen;
        ``layers["transferred"]`` may tell the share of a quantity that was transferred between
        runs: what is only transferred was not seen in the sample itself.
    rows
        Samples of the model (`evcargo.differential.design.compared_samples`).
    contrast
        What is compared.

    Returns
    -------
    table : pandas.DataFrame or None
        Per feature detected_test and detected_reference (samples; of kinds any and slope the first
        is of all samples), detection_p_value (NaN where seen in no compared sample or in all) and
        detection_adjusted_p_value (Benjamini-Hochberg). None if there is no such test.
    said : str
        How it was done, or why not.
    """
    if matrix.uns.get("imputed", ""):
        return None, "; no detection test, because missing values seem to have been filled in"
    rows = rows[np.any(list(sides(rows, contrast).values()), axis=0)]
    seen = np.isfinite(np.array(matrix[rows.index].layers["normalised"], dtype=float).T)
    if "transferred" in matrix.layers:
        seen &= ~(np.array(matrix[rows.index].layers["transferred"], dtype=float).T >= 1)
    return detection_table(seen, matrix.var_names.astype(str), rows, contrast, "proteins seen")


def detection_table(
    seen: Flags, names: pd.Index, rows: pd.DataFrame, contrast: Contrast, what: str
) -> tuple[pd.DataFrame | None, str]:
    """Test in which samples each feature was seen.

    Parameters
    ----------
    seen
        Features x samples.
    names
        Of the features.
    rows
        The samples, all of levels that are compared.
    contrast
        What is compared.
    what
        The features that were seen, in words.

    Returns
    -------
    table, said
        As `detect`.
    """
    groups = sides(rows, contrast)
    try:
        p_values, least, said = _tested(seen, rows, contrast, groups)
    except NotTestable as why:
        return None, f"; no detection test, because {why}"
    pair = contrast.kind == "pair"
    at_reference = seen[:, groups[contrast.reference]].sum(axis=1) if pair else np.nan
    table = pd.DataFrame(
        {
            "detected_test": seen[:, groups[contrast.test]].sum(axis=1) if pair else seen.sum(1),
            "detected_reference": at_reference,
            "detection_p_value": p_values,
            "detection_adjusted_p_value": adjust(pd.Series(p_values)).to_numpy(),
        },
        index=names,
    )
    return table, f"; detection: {said} of the {what}, whose p-value is {least:.2g} at the least"


def _tested(
    seen: Flags, rows: pd.DataFrame, contrast: Contrast, groups: dict[str, Flags]
) -> tuple[Floats, float, str]:
    """P-values, the least that there can be, and how they were made."""
    hands = _hands(rows, contrast)
    if hands == MIXED:
        raise NotTestable(f"some {contrast.block}s have one level and others several")
    unit = contrast.block if hands == BETWEEN else "sample"
    units = rows[unit].astype(str) if hands == BETWEEN else rows.index.to_series()
    strata, where = _strata(rows, contrast, hands, units)
    within = f" within {where}" if where else ""
    asked = _asked(rows, contrast, groups)
    if where and pd.DataFrame(asked).groupby(strata.to_numpy()).nunique().le(1).all(axis=None):
        raise NotTestable(f"no {unit}s of different {contrast.column} are alike in {where}")
    numbers = _numbers(rows, contrast, strata, units)
    names, one = " and ".join(numbers), len(numbers.columns) == 1
    if contrast.kind == "pair" and hands == WITHIN and not names:
        p_values, least = exact_p_values(seen, groups[contrast.test], strata.tolist())
        return p_values, least, f"exact conditional test{within} (Fisher)"
    given = numbers.to_numpy(float) if names else None
    try:
        p_values, least = drawn_p_values(seen, asked, strata.tolist(), list(units), numbers=given)
    except NotTestable as none:
        tell = f"{names} tell{'s' if one else ''} the samples of different {contrast.column} apart"
        raise NotTestable(tell + within) from none
    said = f"test by {DRAWS} drawn permutations{within}"
    said += f" of whole {contrast.block}s" if hands == BETWEEN else ""
    said += f", as likely as {names} make{'s' if one else ''} them" if names else ""
    return p_values, least, said


def _strata(
    rows: pd.DataFrame, contrast: Contrast, hands: str, units: pd.Series
) -> tuple[pd.Series, str]:
    """Stratum of each sample, all samples of a unit together, and what makes the strata."""
    names = [name for name in contrast.covariates if covariate_numbers(rows, name) is None]
    if contrast.block and hands == WITHIN:
        names.append(contrast.block)
    strata = pd.Series("", index=rows.index)
    if names:
        strata = rows[names].astype(str).agg("|".join, axis=1)
    if units.value_counts().nunique() > 1:
        names.append("number of samples")
    of_unit = strata.groupby(units.to_numpy())
    return of_unit.transform(lambda one: "&".join(sorted(one))), " and ".join(names)


def _numbers(
    rows: pd.DataFrame, contrast: Contrast, strata: pd.Series, units: pd.Series
) -> pd.DataFrame:
    """Covariates that are numbers, as means of units; not those that are one in each stratum."""
    of = {name: covariate_numbers(rows, name) for name in contrast.covariates}
    numbers = pd.DataFrame({n: v for n, v in of.items() if v is not None}, index=rows.index)
    means = numbers.groupby(units.to_numpy()).transform("mean")
    within = means.groupby(strata.to_numpy())
    return means.loc[:, (within.max() - within.min() > ROUNDING * means.abs().max()).any()]


def _hands(rows: pd.DataFrame, contrast: Contrast) -> str:
    """Whether levels are permuted `within` blocks, or only `between` whole ones."""
    if not contrast.block:
        return WITHIN
    blocks = rows.groupby(rows[contrast.block].astype(str))
    several = blocks.filter(lambda block: len(block) > 1)
    if several.empty:
        return BETWEEN
    levels = several.groupby(several[contrast.block].astype(str))[contrast.column].nunique()
    if (levels > 1).all():
        return WITHIN
    return BETWEEN if (levels == 1).all() else MIXED


def _asked(rows: pd.DataFrame, contrast: Contrast, groups: dict[str, Flags]) -> Floats:
    """Give what is asked by sample, scaled so that its squares sum to Pearson's chi-squared."""
    if contrast.kind == "slope":
        return np.asarray(numbers_of(rows, contrast.column), dtype=float)[:, None]
    return np.column_stack([at / np.sqrt(max(at.sum(), 1)) for at in groups.values()])
