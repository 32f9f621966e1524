"""Purity criteria from the protein matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.purity import matched
from evcargo.purity import shares as classes
from evcargo.purity.answers import (
    MISEV,
    OWN,
    Answer,
    Band,
    band_for,
    gravest,
    judged,
    of_matrix,
    open_answer,
    shown,
    text_of,
)
from evcargo.purity.depth import FLOOR, hidden, out_of_reach, share_range, tails
from evcargo.purity.identity import (
    ASSAY,
    ESCRT,
    ESCRT_THRESHOLD,
    MISEV_RULE,
    RATIO,
    RATIO_SOURCE,
    TETRASPANINS,
    UNSEARCHED,
    Run,
    escrt,
    misev_rule,
    misev_threshold,
    tetraspanin_ratio,
    tetraspanin_threshold,
    tetraspanins,
)
from evcargo.purity.index import CRITERION as INDEX
from evcargo.purity.index import SOURCE as INDEX_SOURCE
from evcargo.purity.index import Index, index_answer, indices, study_profiles
from evcargo.purity.markers import (
    ABSENT,
    DETECTED,
    SHALLOW,
    TRANSFERRED,
    marker_table,
    match,
    only_transferred,
)
from evcargo.purity.matched import matched_answer, why_not
from evcargo.purity.meaning import IN_DEVIATIONS, imputed_reason, relative_reason

if TYPE_CHECKING:
    from anndata import AnnData

PRISM = "github.com/maccoss/skyline-prism"

SHARE_CRITERIA = (
    (classes.LIPOPROTEIN, "lipoprotein_share", f"{MISEV}; {OWN}"),
    (classes.ALBUMIN, "albumin_share", f"{MISEV}; {OWN}"),
    (classes.IMMUNE, "immunoglobulin_share", f"{PRISM}; {OWN}"),
    (classes.HAEMOGLOBIN, "haemoglobin_share", f"10.15252/emmm.201910427; {OWN}"),
    (classes.PLATELET, "platelet_share", f"10.15252/emmm.201910427; {OWN}"),
    (classes.COAGULATION, "coagulation_share", f"10.15252/emmm.201910427; {OWN}"),
    (classes.KERATIN, "keratin_share", f"{PRISM}; {OWN}"),
    (classes.BOVINE_CLASS, "bovine_share", f"10.1101/2022.04.27.489766; {OWN}"),
    (classes.DEBRIS, "debris_share", f"{MISEV}; {OWN}"),
    (classes.AGO_VAULT, "ago_mvp_share", f"10.1016/j.cell.2019.02.029; {OWN}"),
    (classes.FLUID, "fluid_share", OWN),
)


RATIOS = (("ALB", "tetraspanin_albumin_log2"), ("APOB", "tetraspanin_apob_log2"))
WIDE = 0.005
"""Fraction of the signal by which the unseen may change a share: from here its range is told."""
OFTEN_REMOVED = (classes.ALBUMIN, classes.KERATIN, classes.BOVINE_CLASS)
"""Classes in the usual contaminant lists, which are often removed from tables, or not searched."""


@dataclass(frozen=True)
class Proteins:
    """All that the criteria look at: one row of each table per sample, features in columns.

    `panels` are in the host's symbols; `markers` is of `marker_table`, `share_of` and `class_share`
    are fractions of the raw intensity by feature and by class. `depth` counts the groups that a
    sample's own spectra show, not those that are only transferred from other runs; `known` are the
    genes of the markers that some sample shows; `hidden` and `tail` are of `evcargo.purity.depth`,
    `index` the EV index by sample. `names_problem` says why no feature can be looked up by name,
    `relative` why quantities say nothing of amounts, `imputed` why a quantity is no detection.
    """

    intensity: pd.DataFrame
    share_of: pd.DataFrame
    class_of: pd.Series
    class_share: pd.DataFrame
    markers: pd.DataFrame
    depth: pd.Series
    known: frozenset[str]
    status: pd.Series
    label: pd.Series
    has_contaminants: bool
    hidden: pd.DataFrame
    tail: pd.Series
    index: Mapping[str, Index]
    names_problem: str = ""
    relative: str = ""
    imputed: str = ""

    @cached_property
    def markers_of(self) -> Mapping[str, pd.DataFrame]:
        """Rows of `markers` by sample."""
        return {str(name): rows for name, rows in self.markers.groupby("sample", sort=False)}


def protein_evidence(
    matrix: "AnnData",
    panels: pd.DataFrame,
    min_depth: int | Mapping[str, int],
    samples: pd.DataFrame,
) -> Proteins:
    """Evidence of a protein matrix: markers, signal classes, shares and index of every sample.

    Parameters
    ----------
    matrix
        Protein matrix; `X` holds raw intensity, NaN for missing.
    panels
        Of `evcargo.purity.markers.read_panels`.
    min_depth
        Option of the config: protein groups below which no absence counts, or these by biofluid.
    samples
        Sample sheet; the biofluid says which contaminants the index counts.
    """
    intensity = pd.DataFrame(np.asarray(matrix.X, dtype=float), matrix.obs_names, matrix.var_names)
    var = matrix.var
    matches, class_of = match(var, panels), classes.protein_classes(var, panels)
    fluid = {str(row["sample"]): text_of(row, "biofluid") for row in samples.to_dict("records")}
    profiles = study_profiles(intensity, class_of, matches, panels)
    core = profiles[classes.EV_CORE]
    reasons = [text_of(row, "status_reason") for row in matrix.obs.to_dict("records")]
    states = matrix.obs["status"].astype(str)
    gene = var["gene"].astype(str).str.split(";").str[0]
    label = gene.where(gene != "", var.index.to_series())
    of_cow = label + " (bovine)"
    needed = pd.Series(
        {name: of_matrix(min_depth, fluid.get(name, "")) for name in matrix.obs_names}
    )
    reachless = out_of_reach(intensity, core.expected())
    markers = marker_table(matrix, panels, matches, needed, reachless)
    shown_by_some = markers["evidence"].isin([DETECTED, TRANSFERRED])
    relative = relative_reason(matrix)
    class_share = classes.protein_shares(matrix, panels)
    return Proteins(
        intensity=intensity,
        share_of=intensity.div(intensity.sum(axis=1), axis=0),
        class_of=class_of,
        class_share=class_share * np.nan if relative else class_share,
        markers=markers,
        depth=(intensity.notna() & ~only_transferred(matrix)).sum(axis=1),
        known=frozenset(markers.loc[shown_by_some, "gene"]),
        status=states.where(
            states == "ok", [f"{s}: {r}" for s, r in zip(states, reasons, strict=True)]
        ),
        label=label,
        has_contaminants=bool(
            var["is_contaminant"].astype(bool).any() or (var["taxon"].astype(str) == "9913").any()
        ),
        hidden=hidden(intensity),
        tail=tails(intensity),
        index=indices(
            intensity, profiles, fluid, label.where(class_of != classes.BOVINE_CLASS, of_cow)
        ),
        relative=relative,
        imputed=imputed_reason(matrix),
    )


def protein_criteria(
    sample: Mapping[str, Any],
    samples: pd.DataFrame,
    proteins: Proteins | None,
    options: Mapping[str, Any],
) -> list[Answer]:
    """Answers to all protein questions for one sample.

    Parameters
    ----------
    sample
        Row of the sample sheet.
    samples
        The sample sheet, in which matched material is looked for.
    proteins
        Of `protein_evidence`; None if the study has no protein runs.
    options
        `purity` section of the config.
    """
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    obstacle = why_not(name, proteins)
    if proteins is None or obstacle:
        return [
            open_answer(ASSAY, criterion, unit, obstacle, source, threshold=threshold)
            for criterion, unit, source, threshold in _asked(matrix, options)
        ]
    matched_answers = [
        matched_answer(sample, samples, proteins, material, options)
        for material in ("depleted", "source")
    ]
    if proteins.relative:
        # Differences between materials, protein by protein, are what relative quantities are for.
        comparable = [] if IN_DEVIATIONS in proteins.relative else matched_answers
        asked = _asked(matrix, options)
        return [
            open_answer(ASSAY, criterion, unit, proteins.relative, source, threshold=threshold)
            for criterion, unit, source, threshold in asked[: len(asked) - len(comparable)]
        ] + comparable
    markers = proteins.markers_of[name]
    run = Run(int(proteins.depth[name]), of_matrix(options["min_depth"], matrix), proteins.known)
    complete = proteins.has_contaminants or matrix != "cell_culture"
    return [
        index_answer(proteins.index[name], matrix, options["ev_index"], complete, run.depth),
        *(
            _unless_imputed(answer, proteins)
            for answer in (
                misev_rule(markers, run, matrix, options),
                tetraspanins(markers, run, matrix, options),
                escrt(markers, run),
            )
        ),
        *(
            _ratio(name, proteins, markers, gene, _ratio_band(options[key], matrix))
            for gene, key in RATIOS
        ),
        *(
            _share(name, proteins, cls, _share_band(options[key], matrix), source, run)
            for cls, key, source in SHARE_CRITERIA
        ),
        *matched_answers,
    ]


def _unless_imputed(answer: Answer, proteins: Proteins) -> Answer:
    """Do not claim detection of values that were filled in."""
    if not proteins.imputed:
        return answer
    asked = (answer.assay, answer.criterion, answer.unit)
    return open_answer(*asked, proteins.imputed, answer.source, threshold=answer.threshold)


def _ratio_band(limits: Mapping[str, Any], matrix: str) -> Band:
    return band_for(limits, matrix, high_is_good=True, unit="log2")


def _share_band(limits: Mapping[str, Any], matrix: str) -> Band:
    return band_for(limits, matrix, high_is_good=False, unit="fraction")


def _asked(matrix: str, options: Mapping[str, Any]) -> list[tuple[str, str, str, Band | str]]:
    """Criterion, unit, source and threshold of every protein question."""
    enrichment = _ratio_band(options["enrichment_log2"], matrix)
    return [
        (INDEX, "log2", INDEX_SOURCE, _ratio_band(options["ev_index"], matrix)),
        (MISEV_RULE, "markers", MISEV, misev_threshold(matrix, options)),
        (TETRASPANINS, "tetraspanins", MISEV, tetraspanin_threshold(matrix, options)),
        (ESCRT, "proteins", MISEV, ESCRT_THRESHOLD),
        *(
            (RATIO.format(gene), "log2", RATIO_SOURCE, _ratio_band(options[key], matrix))
            for gene, key in RATIOS
        ),
        *(
            (f"{cls} share", "fraction", source, _share_band(options[key], matrix))
            for cls, key, source in SHARE_CRITERIA
        ),
        *(
            (matched.CRITERION.format(material), "log2", matched.SOURCE, enrichment)
            for material in ("depleted", "source")
        ),
    ]


def _ratio(name: str, proteins: Proteins, markers: pd.DataFrame, gene: str, band: Band) -> Answer:
    if gene == "ALB" and gene not in proteins.known and not proteins.has_contaminants:
        asked = (ASSAY, RATIO.format(gene), "log2", UNSEARCHED, RATIO_SOURCE)
        return open_answer(*asked, threshold=band)
    floor = float(proteins.intensity.loc[name].quantile(FLOOR))
    four = markers[
        (markers["panel"] == "tetraspanin") & markers["evidence"].isin([SHALLOW, ABSENT])
    ]
    return tetraspanin_ratio(markers, gene, floor, len(four) * floor, band)


def _share(name: str, proteins: Proteins, cls: str, band: Band, source: str, run: Run) -> Answer:
    """Judge the share of a class by its value, where the depth of the run allows it.

    A share of nothing is 0, however shallow the run; below the minimal depth all that it does not
    show may be of the class.
    """
    asked, of_class = (ASSAY, f"{cls} share", "fraction"), proteins.class_of == cls
    searched = proteins.has_contaminants or proteins.class_share[cls].gt(0).any()
    if cls in OFTEN_REMOVED and not searched:
        return open_answer(*asked, UNSEARCHED, source, threshold=band)
    value = float(proteins.class_share.loc[name, cls])
    members = proteins.share_of.loc[name, of_class].dropna()
    low, high = _range(name, proteins, of_class, value, members.empty and run.shallow())
    unseen = f"{shown(low)} to {shown(high)} with what {run.depth} protein groups do not show"
    evidence = _members(members, proteins.label)
    verdicts = {band.verdict(part) for part in (low, value, high)}
    if len(verdicts) > 1:
        reason = f"{shown(value)}, {unseen}: too shallow to tell"
        deeper = gravest(verdicts)
        return open_answer(
            *asked, reason, source, evidence, threshold=band, value=value, deeper=deeper
        )
    told = judged(*asked[:2], value, band, evidence, source)
    return told if high - low < WIDE else replace(told, rule=f"{told.rule}; {unseen}")


def _range(
    name: str, proteins: Proteins, of_class: pd.Series, share: float, unknown: bool
) -> tuple[float, float]:
    """Least and most that the share of a class may be; `unknown` if any of the tail may be its."""
    hidden, tail = proteins.hidden.loc[name], float(proteins.tail[name])
    most = float(hidden[of_class].sum())
    if unknown:
        most = max(most, np.inf if np.isnan(tail) else tail)
    return share_range(share, most, float(np.fmax(hidden.sum(), tail)))


def _members(shares: pd.Series, label: pd.Series) -> str:
    top = shares.sort_values(ascending=False, kind="stable").head(5)
    listed = ", ".join(f"{label[key]} {100 * part:.2g} %" for key, part in top.items())
    more = f" and {len(shares) - 5} more" if len(shares) > 5 else ""
    return listed + more or "none found"
