"""Which cargo is sorted into EVs: EVs against the material they come from, and changes of that.

EVs and their source differ in composition altogether, so no quantity is comparable between them by
itself. Sorting is therefore relative to the bulk: the two materials are put on one scale by the
proteins that both have (their median enrichment is zero), or by the median of ratios of RNA. An
enrichment says that a feature is more abundant *among the cargo* of EVs than in the source, never
how many molecules there are. A change of sorting between two levels does not depend on this scale.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.differential.design import NotTestable
from evcargo.differential.result import DETECTION, UNTESTED, Result
from evcargo.interpretation.sorting_model import (
    EV,
    SOURCE,
    Difference,
    sorted_samples,
    subjects,
)
from evcargo.interpretation.sorting_presence import ONLY_EV, ONLY_SOURCE, presence
from evcargo.interpretation.sorting_scale import FEWEST_SHARED, NO_SOURCE, on_one_scale
from evcargo.interpretation.sorting_verdicts import sorting_verdicts
from evcargo.purity.flags import feature_flags
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

#: Column that the test of one condition compares.
PREPARATION = "preparation"
#: Depths that differ by this factor are warned of.
UNEQUAL_DEPTH = 1.5
ALL = "all samples"

Test = Callable[["AnnData", Contrast], Result]


@dataclass(frozen=True)
class AssayTests:
    """How one assay is tested.

    Parameters
    ----------
    between
        EVs against source: `test_proteins` or `test_counts` with their options.
    change
        Test of a contrast within one material, as in results/differential.
    difference
        Test of the difference in sorting (`evcargo.interpretation.sorting_model`).
    alpha
        Adjusted p-value below which a feature is significant.
    min_samples
        Samples that must show a feature for it to be called only in one material.
    """

    between: Test
    change: Test
    difference: Callable[["AnnData", Contrast], Difference]
    alpha: float
    min_samples: int


def sort_cargo(
    matrix: "AnnData",
    assay: str,
    contrasts: Sequence[Contrast],
    differential: Mapping[str, pd.DataFrame],
    tests: AssayTests,
    panels: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Compare the EVs of an assay with their source, by condition and by contrast.

    Parameters
    ----------
    matrix
        Samples x features of both materials.
    assay
        proteins, rna or transcripts.
    contrasts
        Contrasts of the study; sorting is compared for those between two levels of EVs.
    differential
        Contrast -> its table in this assay, contract ``differential``.
    tests
        How the assay is tested.
    panels
        Of `evcargo.purity.markers.read_panels`, in the study's organism.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables under the contracts ``sorting``, ``sorting_changes`` and ``sorting_summary``.
    """
    flags = feature_flags(matrix.var, panels, assay)
    flags.index = flags.index.astype(str)
    lines, enriched, changed = [], [], []
    scaled, scale = on_one_scale(matrix) if assay == "proteins" else (matrix, "")
    for condition in conditions(matrix.obs):
        table, line = _enrichment(scaled, condition, tests, scale, assay == "proteins")
        line |= _flagged(table, flags)
        lines.append({"question": "enrichment", "about": condition or ALL} | line)
        enriched.append(table.assign(condition=condition or ALL))
    for contrast in contrasts:
        of_evs = differential[contrast.name]
        table, line = _change(scaled, contrast, of_evs, tests, assay == "proteins")
        line |= _flagged(table, flags)
        lines.append({"question": "change", "about": contrast.name} | line)
        changed.append(table.assign(contrast=contrast.name))
    found = {"sorting": enriched, "sorting_changes": changed}
    tables = {
        name: _together(parts, name, assay).join(flags, on="feature", rsuffix="_of")
        for name, parts in found.items()
    }
    if not lines:
        lines = [_not_assessed("enrichment", ALL, NO_SOURCE)]
    summary = pd.DataFrame(lines).assign(assay=assay)
    tables["sorting_summary"] = summary.reindex(columns=CONTRACTS["sorting_summary"].names)
    return {name: table[CONTRACTS[name].names] for name, table in tables.items()}


def conditions(obs: pd.DataFrame) -> list[str]:
    """Conditions in the order of the sheet, of which the sheet has EVs and source.

    There are none where no sample of the one or the other was measured.
    """
    if not {EV, SOURCE} <= set(obs.loc[obs["status"] == "ok", "material"].astype(str)):
        return []
    levels = obs["condition"].astype("string").fillna("")
    both = [set(levels[obs["material"] == material]) for material in (EV, SOURCE)]
    return [level for level in levels.unique() if level in both[0] & both[1]]


def _enrichment(
    matrix: "AnnData", condition: str, tests: AssayTests, scale: str, proteins: bool
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare EVs with source at one condition."""
    compared, contrast, paired = _comparison(matrix, condition)
    if proteins and not scale:
        said = f"fewer than {FEWEST_SHARED} proteins are shared by EVs and source"
        return _no_table("sorting"), _not_assessed("enrichment", condition or ALL, said)
    result = tests.between(compared, contrast)
    said = ""
    if not result.table["tested"].any() and paired and not _repeated(compared, contrast):
        said = (
            "Samples of one subject are taken as independent: with subjects, nothing is testable."
        )
        contrast, paired = replace(contrast, covariates=(), block=""), ""
        result = tests.between(compared, contrast)
    table = result.table.rename(
        columns={
            "n_test": "n_ev",
            "n_reference": "n_source",
            "log2_fold_change": "log2_enrichment",
            "shrunken_log2_fold_change": "shrunken_log2_enrichment",
        }
    )
    values, is_ev = _values(compared, contrast, proteins)
    table, why_not = table.drop(columns=DETECTION), ""
    if proteins:
        names = subjects(compared.obs.loc[values.columns])
        there, why_not = presence(values, is_ev, names, tests.min_samples)
        table = table.join(there, on="feature")
    hits = table[table["significant"].fillna(False)]
    sizes = _sizes(values, is_ev)
    warnings = [*result.warnings, said, *_depth_warning(sizes, proteins)]
    warnings += [why_not] if result.method != UNTESTED else []
    line = {
        **sizes,
        "paired": paired,
        "tested": int(table["tested"].sum()),
        "significant": len(hits),
        "up": int((hits["log2_enrichment"] > 0).sum()),
        "down": int((hits["log2_enrichment"] < 0).sum()),
        "only_ev": _count(table, ONLY_EV) if proteins else None,
        "only_source": _count(table, ONLY_SOURCE) if proteins else None,
        "method": "; ".join(one for one in (result.method, scale) if one),
        "warning": " ".join(one for one in warnings if one),
    }
    if not proteins:
        table["presence"], table["absence_counts"] = "", pd.NA
        table[["detection_p_value", "detection_adjusted_p_value"]] = np.nan
    return table, line


def _count(table: pd.DataFrame, word: str) -> int | None:
    """Features that are in one material only; None where that was not assessed."""
    return None if table["presence"].isna().all() else int((table["presence"] == word).sum())


def _repeated(matrix: "AnnData", contrast: Contrast) -> bool:
    """Whether a subject has several measured samples on one side."""
    rows = matrix.obs[matrix.obs["status"] == "ok"]
    rows = rows[rows[PREPARATION].isin([contrast.test, contrast.reference])]
    return bool((rows[PREPARATION].astype(str) + "|" + subjects(rows)).duplicated().any())


def _comparison(matrix: "AnnData", condition: str) -> tuple["AnnData", Contrast, str]:
    """EVs and source of all conditions, the contrast of one of them, and how it pairs, in words.

    The conditions share one model, so that each borrows the variances of the others.
    """
    levels = matrix.obs["condition"].astype("string").fillna("")
    both = levels.isin(conditions(matrix.obs)) & matrix.obs["material"].isin([EV, SOURCE])
    compared = matrix[both.to_numpy(bool)].copy()
    groups = compared.obs["material"].astype(str) + " of " + levels[both].astype(str)
    compared.obs = compared.obs.assign(**{PREPARATION: groups}, material=EV)
    test, reference = f"{EV} of {condition}", f"{SOURCE} of {condition}"
    contrast = Contrast("sorting", PREPARATION, test, reference, fit_on="all")
    measured = compared.obs[compared.obs["status"] == "ok"]
    subject = subjects(measured)
    if not subject.duplicated().any():
        return compared, contrast, ""
    sides = [sorted(subject[measured[PREPARATION] == side]) for side in (test, reference)]
    complete = "subject" in measured and (
        (measured["subject"].astype("string").fillna("") != "").all()
    )
    if complete and sides[0] == sides[1] and len(set(sides[0])) == len(sides[0]):
        return compared, replace(contrast, covariates=("subject",)), "by subject"
    if not complete:
        compared.obs["subject"] = subjects(compared.obs)
    return compared, replace(contrast, block="subject"), "blocks of subjects"


def _values(
    matrix: "AnnData", contrast: Contrast, proteins: bool
) -> tuple[pd.DataFrame, np.ndarray]:
    """Features x measured samples (NaN where not seen), and which of these samples are EVs."""
    groups = matrix.obs[PREPARATION]
    chosen = (matrix.obs["status"] == "ok") & groups.isin([contrast.test, contrast.reference])
    ok = matrix[chosen.to_numpy(bool)]
    layer = ok.layers["normalised"] if proteins else np.where(ok.X > 0, ok.X, np.nan)
    frame = pd.DataFrame(np.array(layer, float).T, ok.var_names.astype(str), ok.obs_names)
    if proteins and "transferred" in ok.layers:
        # Seen in the sample itself, not only by transfer from another run.
        frame = frame.mask(np.array(ok.layers["transferred"], float).T >= 1)
    return frame, (ok.obs[PREPARATION] == contrast.test).to_numpy(bool)


def _sizes(values: pd.DataFrame, is_ev: np.ndarray) -> dict[str, Any]:
    depth = values.notna().sum().to_numpy()
    return {
        "n_ev": int(is_ev.sum()),
        "n_source": int((~is_ev).sum()),
        "depth_ev": float(np.median(depth[is_ev])) if is_ev.any() else None,
        "depth_source": float(np.median(depth[~is_ev])) if (~is_ev).any() else None,
    }


def _depth_warning(sizes: Mapping[str, Any], proteins: bool) -> list[str]:
    """Warn of materials that were seen to different depths, where absence is read."""
    depths = [sizes["depth_ev"], sizes["depth_source"]]
    if not proteins or None in depths or max(depths) < UNEQUAL_DEPTH * min(depths):
        return []
    deeper = "source shows" if depths[1] > depths[0] else "EVs show"
    return [
        f"An EV sample shows {depths[0]:,.0f} proteins, a source sample {depths[1]:,.0f}: most of"
        f" what only the {deeper} may be a matter of depth (see absence_counts)."
    ]


def _change(
    matrix: "AnnData",
    contrast: Contrast,
    differential: pd.DataFrame,
    tests: AssayTests,
    proteins: bool,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare the change of the EVs with that of their source."""
    line = _obstacle(matrix.obs, contrast)
    if line:
        return _no_table("sorting_changes"), line
    rows = sorted_samples(matrix.obs, contrast)
    try:
        told = tests.difference(matrix, contrast)
    except NotTestable as why:
        return _no_table("sorting_changes"), _not_assessed("change", contrast.name, str(why))
    of_source = tests.change(matrix, replace(contrast, material=SOURCE))
    source = of_source.table.set_index("feature")
    ev = differential.set_index("feature")
    table = ev[["name", "class", "robustness"]].copy()
    taken = ["log2_fold_change", "ci_low", "ci_high", "p_value", "adjusted_p_value"]
    for word, one in ((EV, ev), (SOURCE, source)):
        table = table.join(one[taken].add_suffix(f"_{word}").astype(float))
        table[f"n_{word}"] = _values_of(matrix, contrast, word, proteins).reindex(table.index)
    own = ["log2_fold_change", "standard_error", "ci_low", "ci_high", "statistic", "p_value"]
    asked = told.figures[[*own, "adjusted_p_value"]]
    table = table.join(asked.rename(columns={"log2_fold_change": "difference"}))
    table["reason"] = _why_not(told.reasons, source, table)
    table["tested"] = table["p_value"].notna()
    table["significant"] = table["adjusted_p_value"] < tests.alpha
    table = table.join(sorting_verdicts(table, tests.alpha))
    hits = table[table["significant"]]
    counts = table["sorting"].value_counts()
    materials = rows["material"].astype(str).value_counts()
    return table.rename_axis("feature").reset_index().sort_values(
        ["p_value", "feature"], kind="stable"
    ), {
        "n_ev": int(materials.get(EV, 0)),
        "n_source": int(materials.get(SOURCE, 0)),
        "paired": told.paired,
        "tested": int(table["tested"].sum()),
        "significant": len(hits),
        "up": int((hits["difference"] > 0).sum()),
        "down": int((hits["difference"] < 0).sum()),
        **{column: int(counts.get(word, 0)) for column, word in COUNTED.items()},
        "method": told.method,
        "warning": " ".join([*told.warnings, *(f"Source: {one}" for one in of_source.warnings)]),
    }


def _values_of(matrix: "AnnData", contrast: Contrast, material: str, proteins: bool) -> pd.Series:
    """Count the measured samples of a material, at both levels, that have a value of a feature."""
    rows = sorted_samples(matrix.obs, replace(contrast, covariates=()))
    chosen = matrix[rows.index[rows["material"] == material]]
    values = np.asarray(chosen.layers["normalised"] if proteins else chosen.X, dtype=float)
    seen = np.isfinite(values) if proteins else values > 0
    return pd.Series(seen.sum(axis=0), chosen.var_names.astype(str), dtype="Float64")


def _why_not(reasons: pd.Series, source: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Why the difference of a feature was not tested or, if it was, the change of its source."""
    why = reasons.reindex(table.index).fillna("").astype(str)
    of_source = source["reason"].reindex(table.index).fillna("").astype(str)
    said = "its source: " + of_source
    return why.where((why != "") | (of_source == ""), said)


#: Column of the contract ``sorting_summary`` -> verdict that it counts.
COUNTED = {
    "sorted": "sorted",
    "follows": "follows the source",
    "dampened": "dampened",
    "kept_back": "kept back",
    "only_ev": "only in EVs",
    "open": "open",
}


def _obstacle(obs: pd.DataFrame, contrast: Contrast) -> dict[str, Any]:
    """Line that says why a contrast has no change of sorting, or nothing."""
    why = ""
    if not ((obs["status"] == "ok") & (obs["material"] == SOURCE)).any():
        why = NO_SOURCE
    elif contrast.kind != "pair":
        why = "sorting is compared between two levels only"
    elif contrast.material != EV:
        why = f"the contrast compares {contrast.material} material, not EVs"
    elif not (sorted_samples(obs, contrast)["material"] == SOURCE).any():
        why = NO_SOURCE
    return _not_assessed("change", contrast.name, why) if why else {}


def _not_assessed(question: str, about: str, why: str) -> dict[str, Any]:
    said = f"Not assessed: {why}."
    return {"question": question, "about": about, "tested": 0, "method": "", "warning": said}


def _no_table(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=CONTRACTS[name].names)


def _flagged(table: pd.DataFrame, flags: pd.DataFrame) -> dict[str, int]:
    """Significant features that are contaminants or impurity markers."""
    hits = table.loc[table["significant"].fillna(False).astype(bool), "feature"]
    return {"flagged": int((flags["flag"].reindex(hits).fillna("") != "").sum())}


def _together(parts: list[pd.DataFrame], name: str, assay: str) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else _no_table(name)
    return table.drop(columns=["flag", "flag_reason"], errors="ignore").assign(assay=assay)
