"""Purity criteria from the protein matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.purity import shares as classes
from evcargo.purity.answers import MISEV, OWN, Answer, band_for, judged, open_answer, shown, text_of
from evcargo.purity.depth import FLOOR, hidden, out_of_reach, share_range, tails
from evcargo.purity.identity import (
    ASSAY,
    TETRASPANIN_RATIO,
    UNSEARCHED,
    escrt,
    misev_rule,
    tetraspanin_ratio,
    tetraspanins,
)
from evcargo.purity.index import CRITERION as INDEX
from evcargo.purity.index import SOURCE as INDEX_SOURCE
from evcargo.purity.index import Index, index_answer, indices, study_profiles
from evcargo.purity.markers import ABSENT, DETECTED, SHALLOW, marker_table, match, only_transferred
from evcargo.purity.matched import matched_answer, why_not

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


WIDE = 0.005
"""Fraction of the signal by which the unseen may change a share: from here its range is told."""
OFTEN_REMOVED = (classes.ALBUMIN, classes.KERATIN, classes.BOVINE_CLASS)
"""Classes in the usual contaminant lists, which are often removed from tables, or not searched."""


@dataclass(frozen=True)
class Proteins:
    """All that the criteria look at: one row of each table per sample, features in columns.

    `panels` are in the host's symbols; `markers` is of `marker_table`, `share_of` and `class_share`
    are fractions of the raw intensity by feature and by class. `depth` counts the groups that a
    sample's own spectra show, not those that are only transferred from other runs; `hidden` and
    `tail` are of `evcargo.purity.depth`, `index` the EV index by sample.
    """

    intensity: pd.DataFrame
    share_of: pd.DataFrame
    class_of: pd.Series
    class_share: pd.DataFrame
    markers: pd.DataFrame
    depth: pd.Series
    status: pd.Series
    label: pd.Series
    has_contaminants: bool
    hidden: pd.DataFrame
    tail: pd.Series
    index: Mapping[str, Index]


def protein_evidence(
    matrix: "AnnData", panels: pd.DataFrame, min_depth: int, samples: pd.DataFrame
) -> Proteins:
    """Evidence of a protein matrix: markers, signal classes, shares and index of every sample.

    Parameters
    ----------
    matrix
        Protein matrix; `X` holds raw intensity, NaN for missing.
    panels
        Of `evcargo.purity.markers.read_panels`.
    min_depth
        Protein groups below which no absence counts.
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
    return Proteins(
        intensity=intensity,
        share_of=intensity.div(intensity.sum(axis=1), axis=0),
        class_of=class_of,
        class_share=classes.protein_shares(matrix, panels),
        markers=marker_table(
            matrix, panels, matches, min_depth, out_of_reach(intensity, core.expected())
        ),
        depth=(intensity.notna() & ~only_transferred(matrix)).sum(axis=1),
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
            open_answer(ASSAY, criterion, unit, obstacle, source)
            for criterion, unit, source in _asked()
        ]
    markers = proteins.markers[proteins.markers["sample"] == name]
    depth = int(proteins.depth[name])
    deep = depth >= options["min_depth"]
    complete = proteins.has_contaminants or matrix != "cell_culture"
    return [
        index_answer(proteins.index[name], matrix, options["ev_index"], complete, depth),
        misev_rule(markers, depth, options),
        tetraspanins(markers, depth, options),
        escrt(markers, depth, options),
        *(
            _ratio(name, proteins, markers, gene, options[key], matrix)
            for gene, key in (
                ("ALB", "tetraspanin_albumin_log2"),
                ("APOB", "tetraspanin_apob_log2"),
            )
        ),
        *(
            _share(name, proteins, cls, options[key], matrix, source, deep)
            for cls, key, source in SHARE_CRITERIA
        ),
        *(
            matched_answer(sample, samples, proteins, material, options)
            for material in ("depleted", "source")
        ),
    ]


def _asked() -> list[tuple[str, str, str]]:
    return [
        (INDEX, "log2", INDEX_SOURCE),
        ("MISEV2018 protein rule", "markers", MISEV),
        ("tetraspanins CD9, CD63, CD81, CD82", "tetraspanins", MISEV),
        ("TSG101, Alix and other ESCRT", "proteins", MISEV),
        ("tetraspanin to ALB ratio", "log2", TETRASPANIN_RATIO),
        ("tetraspanin to APOB ratio", "log2", TETRASPANIN_RATIO),
        *((f"{cls} share", "fraction", source) for cls, _, source in SHARE_CRITERIA),
        *(
            (
                f"EV markers v contaminants, against matched {material} material",
                "log2",
                "10.1002/jev2.12404",
            )
            for material in ("depleted", "source")
        ),
    ]


def _ratio(
    name: str,
    proteins: Proteins,
    markers: pd.DataFrame,
    gene: str,
    limits: Mapping[str, Any],
    matrix: str,
) -> Answer:
    seen = markers.loc[markers["gene"].str.upper() == gene, "evidence"].eq(DETECTED).any()
    if gene == "ALB" and not seen and not proteins.has_contaminants:
        criterion = f"tetraspanin to {gene} ratio"
        return open_answer(ASSAY, criterion, "log2", UNSEARCHED, TETRASPANIN_RATIO)
    floor = float(proteins.intensity.loc[name].quantile(FLOOR))
    four = markers[
        (markers["panel"] == "tetraspanin") & markers["evidence"].isin([SHALLOW, ABSENT])
    ]
    return tetraspanin_ratio(markers, gene, floor, len(four) * floor, limits, matrix)


def _share(
    name: str,
    proteins: Proteins,
    cls: str,
    limits: Mapping[str, Any],
    matrix: str,
    source: str,
    deep: bool,
) -> Answer:
    criterion, value = f"{cls} share", float(proteins.class_share.loc[name, cls])
    members = proteins.share_of.loc[name, proteins.class_of == cls].dropna()
    band = band_for(limits, matrix, high_is_good=False, unit="fraction")
    if members.empty and cls in OFTEN_REMOVED and not proteins.has_contaminants:
        return open_answer(ASSAY, criterion, "fraction", UNSEARCHED, source)
    if members.empty and not deep:
        reason = (
            f"none found, but with {proteins.depth[name]} protein groups the run is too shallow"
        )
        return open_answer(ASSAY, criterion, "fraction", reason, source)
    of_class = float(proteins.hidden.loc[name, proteins.class_of == cls].sum())
    of_all = max(float(proteins.hidden.loc[name].sum()), float(proteins.tail[name]))
    low, high = share_range(value, of_class, of_all)
    if len({band.verdict(part) for part in (low, value, high)}) > 1:
        reason = (
            f"{shown(value)}, with what {proteins.depth[name]} protein groups do not show"
            f" {shown(low)} to {shown(high)}: too shallow to tell"
        )
        return replace(open_answer(ASSAY, criterion, "fraction", reason, source), value=value)
    top = members.sort_values(ascending=False, kind="stable").head(5)
    listed = ", ".join(f"{proteins.label[key]} {100 * part:.2g} %" for key, part in top.items())
    more = f" and {len(members) - 5} more" if len(members) > 5 else ""
    told = judged(ASSAY, criterion, value, band, listed + more or "none found", source)
    if high - low < WIDE:
        return told
    unseen = f"with what {proteins.depth[name]} protein groups do not show"
    return replace(told, rule=f"{told.rule}; {unseen} {shown(low)} to {shown(high)}")
