"""Purity axes of a contrast: along which impurity its samples differ.

An axis is the purity metric that differs most between the groups, averaged with the metrics of
impurity that rise and fall with it, so that the noise of no single one decides; it bears the name
of the first.
Components of all metrics were no better in simulations where one impurity dominates, say nothing to
a biologist, and miss an impurity that only one metric tells of, such as haemolysis.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.purity import transcripts
from evcargo.purity.associations import purity_metrics
from evcargo.purity.particles import PER_PROTEIN
from evcargo.purity.rna import RATIO, RIBOSOMAL, SCORE
from evcargo.purity.shares import CONTAMINANT_CLASSES, DEBRIS, HAEMOGLOBIN
from evcargo.study.design import DF_PER_AXIS, MOST_AXES, room_for_axes

UNUSED = "not used: "
AUTO, NONE = WORDS = ("auto", "none")
SHARE = " share"
IMPURITIES = (
    *(f"{name}{SHARE}" for name in (*CONTAMINANT_CLASSES, DEBRIS)),
    *(RATIO[0], SCORE[0], RIBOSOMAL[0], PER_PROTEIN[0]),
    *(f"{name}{SHARE}" for name in transcripts.IMPURITIES),
)
"""Metrics that `auto` chooses from: of impurity alone. A ratio to a tetraspanin is none of them, as
the condition may change the tetraspanin, and cargo would then be explained by itself."""
HAEMOLYSIS = frozenset(
    {RATIO[0], SCORE[0], f"{HAEMOGLOBIN}{SHARE}", f"{transcripts.HAEMOGLOBIN}{SHARE}"}
)
"""Metrics of one impurity, which never make two axes."""
CONTAMINANTS = {"proteins": CONTAMINANT_CLASSES, transcripts.ASSAY: transcripts.IMPURITIES}
"""Classes by assay whose shares are taken relative to the signal of all others."""
SECOND_P = 0.1
"""Plain p-value against the contrast below which a metric may start the second axis. The first one
needs none: that a difference was not detected does not make the groups equal, and leaving out an
impurity that matters costs more than a degree of freedom."""
ALIKE = 0.7
"""Correlation from which a metric joins an axis."""
CONFOUNDED = 0.9
"""Share of the comparison's variance that axes may explain; above, no data can tell them apart."""


@dataclass(frozen=True)
class Axes:
    """The purity axes of a contrast in one assay.

    Parameters
    ----------
    values
        Compared samples x axes (by name), mean 0 and standard deviation 1.
    table
        Contract ``axes``: every metric, and what became of it.
    reason
        Why there is no axis, or why none can be told from the comparison; empty otherwise.
    """

    values: pd.DataFrame
    table: pd.DataFrame
    reason: str

    @property
    def names(self) -> list[str]:
        """Names of the axes, first the one that differs most."""
        return list(self.values.columns)


def log2_metrics(criteria: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """All purity metrics on the log2 scale, from quantities that were never normalised.

    The share of a contaminant class is taken relative to the signal of everything that is no
    contaminant, so that it grows as the intensity of a contaminant does in a study normalised to
    the EVs, and does not shrink when another contaminant grows. Other fractions are taken as odds.

    Parameters
    ----------
    criteria, shares
        Tables of the purity stage under their contracts.

    Returns
    -------
    pandas.DataFrame
        Samples x metrics; minus infinity where a share is zero, NaN where it was not measured.
    """
    long = purity_metrics(criteria, shares)
    first = long.drop_duplicates("metric").set_index("metric")["assay"]
    long = long[
        long["assay"] == long["metric"].map(first)
    ]  # two assays may have a class of one name
    metrics = long.pivot(index="sample", columns="metric", values="value")
    clean = {
        f"{name}{SHARE}": rest
        for assay, impure in CONTAMINANTS.items()
        for rest in [_clean(shares[shares["assay"] == assay], impure)]
        for name in impure
    }
    units = criteria.groupby("criterion")["unit"].first()
    logs = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in metrics:
            values, unit = metrics[name].astype(float), units.get(name, "fraction")
            if str(unit).startswith("log2"):
                logs[name] = values
            elif unit == "fraction":
                rest = clean[name].reindex(values.index) if name in clean else 1 - values
                logs[name] = np.log2(values / rest)
            else:
                logs[name] = np.log2(values)
    return pd.DataFrame(logs, index=metrics.index)


def _clean(shares: pd.DataFrame, impure: Sequence[str]) -> pd.Series:
    """Share of everything that is no contaminant, by sample."""
    rest = shares[~shares["class"].isin(impure)].astype({"share": float})
    return rest.groupby("sample")["share"].sum(min_count=1)


def purity_axes(
    metrics: pd.DataFrame,
    associations: pd.DataFrame,
    design: pd.DataFrame,
    comparison: str,
    asked: str | Sequence[str],
) -> Axes:
    """Choose the purity axes of a contrast.

    Parameters
    ----------
    metrics
        Of `log2_metrics`.
    associations
        Rows of this contrast, contract ``associations``.
    design
        Model matrix of the compared samples, without axes.
    comparison
        Its column that is the comparison.
    asked
        `auto`, `none`, or names of metrics. By `auto`, the metric of `IMPURITIES` whose log2 is
        most correlated with the comparison starts an axis, and those correlated with it by `ALIKE`
        or more join it; of what is left, the next one starts a second axis if its p-value is below
        `SECOND_P`. Metrics asked for by name are axes in their order. One axis for every
        `DF_PER_AXIS` residual degrees of freedom, at most `MOST_AXES`. A metric without a value in
        some compared sample is no candidate; a share of zero counts as half of the lowest other.

    Raises
    ------
    EvcargoError
        If a metric is asked for that the study does not have.
    """
    here = metrics.reindex(design.index)
    told = associations.drop_duplicates("metric").set_index("metric")["p_value"].astype(float)
    if not isinstance(asked, str) and (unknown := [one for one in asked if one not in metrics]):
        raise EvcargoError(
            f"config, differential.purity_covariates: {unknown[0]!r} is no purity metric of this"
            f" study. There are: {', '.join(sorted(metrics)) or 'none'}"
        )
    usable, fates = _usable(here)
    usable = usable.apply(_standardised)
    group = design[comparison]
    room = room_for_axes(*design.shape)
    values = pd.DataFrame(index=design.index)
    left = _ordered(usable, group, asked)
    while left and len(values.columns) < room:
        first = left[0]
        if asked == AUTO and len(values.columns) and not told.get(first, 1.0) < SECOND_P:
            break
        joined = _alike(usable, first) if asked == AUTO else [first]
        signs = np.sign(usable[joined].corrwith(usable[first]))
        values[first] = _standardised((usable[joined] * signs).mean(axis=1))
        fates |= dict.fromkeys(joined, f"part of the axis {first}") | {first: "axis"}
        used = {*joined, *(HAEMOLYSIS if asked == AUTO and first in HAEMOLYSIS else ())}
        left = [one for one in left if one not in used]
    reason = _why_none(asked, room, values) or _why_confounded(design, comparison, values)
    wanted = IMPURITIES if asked == AUTO else () if asked == NONE else asked
    why = reason
    if len(values.columns):
        why = "the axes differ more between the groups" if asked == AUTO else _no_room(room)
    fates = {name: UNUSED + why for name in usable if name in wanted} | fates
    table = _table(metrics, associations, usable.corrwith(group), fates, asked)
    return Axes(values, table, reason)


def not_fitted(axes: Axes, asked: str | Sequence[str]) -> str:
    """Say which of the metrics asked for by name are not in the model, and why, or nothing."""
    if isinstance(asked, str):
        return ""
    fates = axes.table.set_index("metric")["fate"].str.removeprefix(UNUSED)
    lost = [f"{name} ({fates.get(name)})" for name in asked if name not in axes.names]
    return f"Of differential.purity_covariates, not fitted: {'; '.join(lost)}." if lost else ""


def _usable(metrics: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Metrics that every sample has and that vary, and why the others are not used."""
    kept, fates = {}, {}
    for name in metrics:
        values = metrics[name].astype(float)
        finite = values[np.isfinite(values)]
        if values.isna().any():
            fates[name] = f"no value for {int(values.isna().sum())} of {len(values)} samples"
        elif np.isposinf(values).any() or finite.nunique() < 2:
            fates[name] = "the same in all samples"
        else:
            kept[name] = values.where(np.isfinite(values), finite.min() - 1)
    return pd.DataFrame(kept, index=metrics.index), fates


def _ordered(usable: pd.DataFrame, group: pd.Series, asked: str | Sequence[str]) -> list[str]:
    """Metrics that may start an axis, the one that differs most between the groups first."""
    if asked == NONE:
        return []
    if asked != AUTO:
        return [name for name in asked if name in usable]
    candidates = usable[[name for name in usable if name in IMPURITIES]]
    distance = candidates.corrwith(group).abs().round(9)
    return [str(name) for name in distance.sort_values(ascending=False, kind="stable").index]


def _alike(usable: pd.DataFrame, first: str) -> list[str]:
    candidates = [name for name in usable if name in IMPURITIES]
    alike = usable[candidates].corrwith(usable[first]).abs() >= ALIKE
    return [first, *(name for name in candidates if alike[name] and name != first)]


def _standardised(values: pd.Series) -> pd.Series:
    return (values - values.mean()) / values.std(ddof=1)


def _no_room(room: int) -> str:
    return (
        f"the model has room for {room}: one for every {DF_PER_AXIS} residual degrees of freedom,"
        f" at most {MOST_AXES}"
    )


def _why_none(asked: str | Sequence[str], room: int, values: pd.DataFrame) -> str:
    if len(values.columns):
        return ""
    if asked == NONE:
        return "differential.purity_covariates is none"
    if room < 1:
        return "too few samples for a purity covariate in the model"
    if asked != AUTO:
        return "no metric of differential.purity_covariates was measured in all compared samples"
    return "no impurity was measured in all compared samples"


def _why_confounded(design: pd.DataFrame, comparison: str, values: pd.DataFrame) -> str:
    """Name the axis that cannot be told from the comparison, given the covariates."""
    if not len(values.columns):
        return ""
    others = design.drop(columns=comparison).to_numpy(float)
    group = design[comparison].to_numpy(float)
    alone = _rest(others, group)
    explained = 1 - _rest(np.column_stack([others, values]), group) / alone
    if explained <= CONFOUNDED:
        return ""
    return (
        f"cannot be told apart: {' and '.join(values)} and the comparison share"
        f" {100 * explained:.0f} % of their variance"
    )


def _rest(design: np.ndarray, values: np.ndarray) -> float:
    weights = np.linalg.lstsq(design, values, rcond=None)[0]
    return float(((values - design @ weights) ** 2).sum())


def no_axis(metrics: pd.DataFrame, associations: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Table of the metrics of a contrast that has no axes, and why."""
    p = associations.drop_duplicates("metric").set_index("metric")["p_value"].astype(float)
    return pd.DataFrame(
        {"metric": metrics.columns, "fate": reason, "p_value": p.reindex(metrics.columns).values}
    ).assign(correlation=np.nan)


def _table(
    metrics: pd.DataFrame,
    associations: pd.DataFrame,
    correlation: pd.Series,
    fates: dict[str, str],
    asked: str | Sequence[str],
) -> pd.DataFrame:
    table = no_axis(metrics, associations, "")
    table["correlation"] = correlation.reindex(table["metric"]).to_numpy()
    unfit = dict.fromkeys(metrics, "not of impurity alone" if asked == AUTO else "not asked for")
    table["fate"] = table["metric"].map(unfit | fates)
    return table
