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
from evcargo.differential.adjust import adjust
from evcargo.differential.design import NotTestable
from evcargo.differential.detection_exact import exact_p_values
from evcargo.differential.result import DETECTION, Result
from evcargo.interpretation.sorting_model import EV, SOURCE, sorted_samples, subjects
from evcargo.interpretation.sorting_verdicts import sorting_verdicts
from evcargo.purity.flags import feature_flags
from evcargo.study.model import Contrast

if TYPE_CHECKING:
    from anndata import AnnData

#: Column that the test of one condition compares.
PREPARATION = "preparation"
FEWEST_SHARED = 10
#: An absent feature counts as absent if it would lie above this quantile of what is there.
DEEP_ENOUGH = 0.25
#: Depths that differ by this factor are warned of.
UNEQUAL_DEPTH = 1.5
ALL = "all samples"
NO_SOURCE = "no source material"

Test = Callable[["AnnData", Contrast], Result]
Difference = Callable[["AnnData", Contrast], tuple[pd.DataFrame, pd.Series, str]]


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
    difference: Difference
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
        table, line = _change(scaled, contrast, differential[contrast.name], tests)
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


def on_one_scale(matrix: "AnnData") -> tuple["AnnData", str]:
    """Shift the source so that proteins of both materials are enriched by zero in the median.

    Within each material the quantities stay as they were normalised. Shared are the proteins that
    are no contaminants and were seen in half of the samples of either material.

    Returns
    -------
    scaled : AnnData
        The matrix; its normalised layer shifted for the source, or as it was where fewer than
        `FEWEST_SHARED` proteins are shared, which `scale` then says.
    scale : str
        How the materials were put on one scale.
    """
    values = np.array(matrix.layers["normalised"], dtype=float)
    ok = (matrix.obs["status"] == "ok").to_numpy(bool)
    of = {m: ok & (matrix.obs["material"] == m).to_numpy(bool) for m in (EV, SOURCE)}
    if not all(which.any() for which in of.values()):
        return matrix, NO_SOURCE
    shared = ~matrix.var["is_contaminant"].to_numpy(bool)
    for which in of.values():
        shared &= np.isfinite(values[which]).mean(axis=0) >= 0.5
    if shared.sum() < FEWEST_SHARED:
        return matrix, ""
    means = {m: np.nanmean(values[which][:, shared], axis=0) for m, which in of.items()}
    values[of[SOURCE]] += np.median(means[EV] - means[SOURCE])
    scaled = matrix.copy()
    scaled.layers["normalised"] = values
    return scaled, f"relative to the median of {shared.sum():,} proteins of both materials"


def _enrichment(
    matrix: "AnnData", condition: str, tests: AssayTests, scale: str, proteins: bool
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare EVs with source at one condition."""
    compared, contrast, paired = _comparison(matrix, condition)
    if proteins and not scale:
        said = f"fewer than {FEWEST_SHARED} proteins are shared by EVs and source"
        return _no_table("sorting"), _not_assessed("enrichment", condition or ALL, said)
    result = tests.between(compared, contrast)
    if not result.table["tested"].any() and paired:
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
    table = table.drop(columns=DETECTION).join(_presence(values, is_ev, tests), on="feature")
    hits = table[table["significant"].fillna(False)]
    line = {
        **_sizes(values, is_ev),
        "paired": paired,
        "tested": int(table["tested"].sum()),
        "significant": len(hits),
        "up": int((hits["log2_enrichment"] > 0).sum()),
        "down": int((hits["log2_enrichment"] < 0).sum()),
        "only_ev": int((table["presence"] == "only in EVs").sum()) if proteins else None,
        "only_source": int((table["presence"] == "only in source").sum()) if proteins else None,
        "method": "; ".join(one for one in (result.method, scale) if one),
        "warning": " ".join([*result.warnings, *_depth_warning(_sizes(values, is_ev), proteins)]),
    }
    if not proteins:
        table["presence"], table["absence_counts"] = "", pd.NA
        table[["detection_p_value", "detection_adjusted_p_value"]] = np.nan
    return table, line


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


def _presence(values: pd.DataFrame, is_ev: np.ndarray, tests: AssayTests) -> pd.DataFrame:
    """Which features are in one material only, and whether their absence in the other counts."""
    seen = values.notna().to_numpy()
    p_values, _ = exact_p_values(seen, is_ev, [""] * len(is_ev))
    table = pd.DataFrame({"detection_p_value": p_values}, values.index)
    table["detection_adjusted_p_value"] = adjust(table["detection_p_value"])
    table["presence"], table["absence_counts"] = "", pd.array([pd.NA] * len(table), "boolean")
    for word, side in (("only in EVs", is_ev), ("only in source", ~is_ev)):
        only = (seen[:, side].sum(axis=1) >= tests.min_samples) & ~seen[:, ~side].any(axis=1)
        there = values.to_numpy()[:, ~side]
        limit = np.nanquantile(there, DEEP_ENOUGH) if np.isfinite(there).any() else np.inf
        mean = values.loc[only].iloc[:, side].mean(axis=1)
        table.loc[only, "presence"] = word
        table.loc[only, "absence_counts"] = (mean >= limit).to_numpy()
    return table


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
    matrix: "AnnData", contrast: Contrast, differential: pd.DataFrame, tests: AssayTests
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Compare the change of the EVs with that of their source."""
    line = _obstacle(matrix.obs, contrast)
    if line:
        return _no_table("sorting_changes"), line
    rows = sorted_samples(matrix.obs, contrast)
    try:
        figures, reasons, method = tests.difference(matrix, contrast)
    except NotTestable as why:
        return _no_table("sorting_changes"), _not_assessed("change", contrast.name, str(why))
    source = tests.change(matrix, replace(contrast, material=SOURCE)).table.set_index("feature")
    ev = differential.set_index("feature")
    table = ev[["name", "class", "robustness"]].copy()
    taken = ["log2_fold_change", "ci_low", "ci_high", "p_value", "adjusted_p_value"]
    for word, one in (("ev", ev), ("source", source)):
        table = table.join(one[taken].add_suffix(f"_{word}").astype(float))
        table[f"n_{word}"] = one["n_test"].astype("Float64") + one["n_reference"].astype("Float64")
    own = ["log2_fold_change", "standard_error", "ci_low", "ci_high", "statistic", "p_value"]
    asked = figures[[*own, "adjusted_p_value"]].rename(columns={"log2_fold_change": "difference"})
    table = table.join(asked).assign(reason=reasons.reindex(table.index).fillna(""))
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
        "paired": "by subject" if subjects(rows).duplicated().any() else "",
        "tested": int(table["tested"].sum()),
        "significant": len(hits),
        "up": int((hits["difference"] > 0).sum()),
        "down": int((hits["difference"] < 0).sum()),
        **{column: int(counts.get(word, 0)) for column, word in COUNTED.items()},
        "method": method,
        "warning": "",
    }


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
    if contrast.kind != "pair":
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
