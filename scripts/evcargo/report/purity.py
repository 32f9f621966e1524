"""The section on purity: signal shares, criteria, haemolysis, particle sizes and markers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evcargo.report import charts
from evcargo.report.answer import sample_anchor
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.parts import (
    AMBIGUOUS,
    Column,
    Figure,
    Group,
    Table,
    ambiguous_mark,
    capital,
    counted,
    figure_text,
    groups_of,
    listed,
    share_text,
    table_of,
)
from evcargo.report.purity_study import purity_study_section
from evcargo.report.results import Results

HAEMOLYSIS = re.compile("ha?emo(?:ly|globin)", re.IGNORECASE)
LIMIT = re.compile(r"\b(pass|warn|fail)\b\D{0,16}?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")

# Markers that the overview names: EV markers by the field's habit, and the commonest contaminants.
KEY_MARKERS = frozenset(
    ("CD9", "CD63", "CD81", "CD82", "TSG101", "PDCD6IP", "FLOT1", "SDCBP")
    + ("ALB", "APOA1", "APOB", "APOE", "CANX", "CYC1", "GOLGA2", "LMNA")
)

# Headings of MISEV2018, table 3 (10.1080/20013078.2018.1535750).
CATEGORIES = {
    "1a": "Transmembrane or GPI-anchored, not tissue specific",
    "1b": "Transmembrane or GPI-anchored, cell or tissue specific",
    "2a": "Cytosolic, binds lipids or membrane proteins",
    "2b": "Cytosolic, incorporated promiscuously",
    "3a": "Not EV: lipoproteins",
    "3b": "Not EV: protein and protein/nucleic acid aggregates",
    "4a": "Other compartments: nucleus",
    "4b": "Other compartments: mitochondria",
    "4c": "Other compartments: secretory pathway",
    "4d": "Other compartments: autophagosomes, cytoskeleton",
    "5a": "Secreted: cytokines and growth factors",
    "5b": "Secreted: adhesion and extracellular matrix",
}


def purity_section(results: Results) -> dict[str, Any]:
    """Collect what the section on purity shows."""
    groups = groups_of(results.samples)
    kinds = set(results.markers["evidence"])
    return {
        "groups": groups,
        "criteria": criteria_map(results, groups),
        "unasked": [ASSAY_WORDS.get(assay, assay) for assay in unasked(results)],
        "shares": [
            _share_figure(results, assay, groups)
            for assay in results.assays
            if (results.shares["assay"] == assay).any()
        ],
        "haemolysis": haemolysis_figures(results, groups),
        "sizes": size_figure(results, groups),
        "evidence": evidence_table(results),
        "n_samples": len(results.samples),
        "ambiguous": bool(results.ambiguous) or "ambiguous" in kinds,
        "transferred": "transferred" in kinds,
        "panels": panel_map(results, groups),
        "markers": marker_map(results, groups),
        "marker_table": _marker_table(results),
        "study": purity_study_section(results),
    }


def criteria_map(results: Results, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Arrange criteria x samples, each cell with its verdict and value."""
    table = results.criteria[~results.criteria["assay"].isin(unasked(results))]
    rows = []
    for (assay, criterion), found in table.groupby(["assay", "criterion"], sort=False):
        by_sample = found.drop_duplicates("sample").set_index("sample")
        cells = [_criterion_cell(by_sample, sample) for group in groups for sample in group.samples]
        rows.append(
            {"assay": ASSAY_WORDS.get(assay, assay), "criterion": criterion, "cells": cells}
        )
    return rows


def unasked(results: Results) -> list[str]:
    """List the assays whose criteria no sample answers, as the study does not have them."""
    answered = results.criteria.groupby("assay", sort=False)["value"].count() > 0
    return [str(one) for one in answered.index[~answered] if one not in results.assays]


def evidence_table(results: Results) -> Table:
    """List all criteria with their evidence."""
    names = ["sample", "criterion", "verdict", "value", "unit", "threshold", "rule", "evidence"]
    frame = results.criteria[[*names, "assay", "source"]]
    place = {sample: n for n, sample in enumerate(results.samples["sample"])}
    frame = frame.sort_values("sample", key=lambda column: column.map(place), kind="stable")
    columns = [
        Column(name, {"verdict": "verdict", "value": "number"}.get(name, "text"))  # type: ignore[arg-type]
        for name in frame.columns
    ]
    caption = "Every criterion of every sample, with its evidence"
    first = ~frame["sample"].duplicated()
    anchors = tuple(
        sample_anchor(results, sample) if new else ""
        for sample, new in zip(frame["sample"], first, strict=True)
    )
    return replace(table_of("criteria-evidence", caption, frame, columns), anchors=anchors)


def limits_of(thresholds: pd.Series) -> list[tuple[str, float]]:
    """Find verdicts and numbers named in the words of a threshold, e.g. "warn > 5, fail > 7"."""
    found = {
        (verdict, float(number))
        for text in thresholds.dropna().unique()
        for verdict, number in LIMIT.findall(text)
    }
    return sorted(found, key=lambda limit: limit[1])


def haemolysis_figures(results: Results, groups: Sequence[Group]) -> list[Figure]:
    """Draw each haemolysis criterion that has a value, e.g. haemoglobin or the miRNA ratio."""
    table = results.criteria
    rows = table[table["criterion"].str.contains(HAEMOLYSIS) & table["value"].notna()]
    named = rows[["assay", "criterion"]].drop_duplicates().itertuples(index=False, name=None)
    return [
        _criterion_figure(
            table[(table["assay"] == assay) & (table["criterion"] == criterion)],
            groups,
            f"haemolysis-{number}",
        )
        for number, (assay, criterion) in enumerate(named, 1)
    ]


def size_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the particle-size distributions, or None where no sample has one."""
    if results.distribution is None:
        return None
    curves = charts.size_curves(results.distribution)
    if curves.empty:
        return None
    low, high = results.config["particles"]["window_nm"]
    title = "Particle sizes"
    svg = charts.size_panels(curves, groups, (low, high), "fig-sizes", title)
    order = [s for group in groups for s in group.samples if s in curves]
    data = curves[order].reset_index()
    columns = [
        Column("diameter", "number", "nm"),
        *(Column(s, "number", "fraction per 10 nm") for s in order),
    ]
    caption = (
        f"Shape of each size distribution; the band is the window of {low:g} to {high:g} nm."
        " Heights are shares of the sample's particles, so that samples of different"
        " concentration compare."
    )
    return Figure(
        "fig-sizes",
        title,
        caption,
        svg,
        table_of("particle-sizes", "Size distributions", data, columns),
    )


def panel_map(results: Results, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Arrange panels x samples: how many markers were detected, of those that could be judged."""
    samples = [sample for group in groups for sample in group.samples]
    rows = []
    for (panel, role), found in results.markers.groupby(
        ["panel", "role"], sort=False, dropna=False
    ):
        counts = found.groupby(["sample", "evidence"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=samples, columns=["detected", "not detected"], fill_value=0)
        cells = [(int(d), int(d + n)) for d, n in counts.to_numpy()]
        rows.append({"panel": panel, "role": role, "size": found["gene"].nunique(), "cells": cells})
    return rows


def marker_map(results: Results, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Arrange MISEV categories: counts, key markers and all seen markers x samples."""
    samples = [sample for group in groups for sample in group.samples]
    table = results.markers[results.markers["panel"].str.startswith("misev", na=False)]
    sections = []
    for category, found in table.groupby("category", sort=True):
        found = found.drop_duplicates(["gene", "sample"])
        evidence = found.pivot(index="gene", columns="sample", values="evidence")
        shares = found.pivot(index="gene", columns="sample", values="share")
        evidence, shares = evidence.reindex(columns=samples), shares.reindex(columns=samples)
        unclear = set(found.loc[found["feature"].isin(results.ambiguous), "gene"])
        seen = (evidence == "detected").sum(axis=1)
        shown = evidence.isin(["detected", "ambiguous", "transferred"]).any(axis=1)
        ordered = seen[shown].sort_values(ascending=False, kind="stable").index
        undecided = (evidence == "not assessed").any(axis=1) & ~shown
        key = [gene for gene in evidence.index if str(gene).upper() in KEY_MARKERS]
        sections.append(
            {
                "category": category,
                "words": CATEGORIES.get(str(category), ""),
                "size": len(evidence),
                "counts": [_judged(evidence[sample]) for sample in samples],
                "key": [_marker_row(evidence, shares, gene, gene in unclear) for gene in key],
                "rows": [_marker_row(evidence, shares, gene, gene in unclear) for gene in ordered],
                "seen": int((seen > 0).sum()),
                "absent": list(evidence.index[~shown & ~undecided]),
                "undecided": list(evidence.index[undecided]),
            }
        )
    return sections


def _criterion_figure(rows: pd.DataFrame, groups: Sequence[Group], ident: str) -> Figure:
    """Draw the values of one criterion with its limits."""
    title = capital(str(rows["criterion"].iloc[0]))
    unit = str(rows["unit"].dropna().iloc[0]) if rows["unit"].notna().any() else ""
    values = rows[["sample", "value", "verdict"]]
    limits = limits_of(rows["threshold"])
    svg = charts.sample_dots(values, groups, limits, f"fig-{ident}", title, unit)
    marked = list(rows.loc[rows["verdict"].isin(["warn", "fail"]), "sample"])
    caption = f"Beyond a limit: {listed(marked)}." if marked else "No sample is beyond a limit."
    sources = rows["source"].dropna().unique()
    if len(sources):
        caption += f" Source: {sources[0]}."
    columns = [
        Column("sample"),
        Column("value", "number", unit),
        Column("verdict", "verdict"),
        Column("limits"),
        Column("rule"),
        Column("evidence"),
    ]
    frame = rows[["sample", "value", "verdict", "threshold", "rule", "evidence"]]
    return Figure(
        f"fig-{ident}", title, caption, svg, table_of(ident, f"{title}: values", frame, columns)
    )


def _criterion_cell(by_sample: pd.DataFrame, sample: str) -> dict[str, str]:
    if sample not in by_sample.index:
        return {"verdict": "not assessed", "said": "not assessed"}
    row = by_sample.loc[sample]
    unit = f" {row['unit']}" if pd.notna(row["unit"]) and row["unit"] != "fraction" else ""
    shown = share_text(row["value"]) if row["unit"] == "fraction" else figure_text(row["value"])
    value = f", {shown}{unit}" if pd.notna(row["value"]) else ""
    return {"verdict": str(row["verdict"]), "said": f"{sample}: {row['verdict']}{value}"}


def _judged(evidence: pd.Series) -> tuple[int, int]:
    """Count the markers that were detected, and those that could be judged at all."""
    detected = int((evidence == "detected").sum())
    return detected, detected + int((evidence == "not detected").sum())


def _marker_row(
    evidence: pd.DataFrame, shares: pd.DataFrame, gene: str, ambiguous: bool
) -> dict[str, Any]:
    cells = []
    for sample, word in evidence.loc[gene].fillna("not assessed").items():
        share = shares.at[gene, sample]
        more = f", {share_text(share)} of the signal" if pd.notna(share) else ""
        cells.append({"evidence": word, "said": f"{sample}: {word}{more}"})
    return {"gene": gene, "ambiguous": ambiguous, "cells": cells}


def _share_figure(results: Results, assay: str, groups: Sequence[Group]) -> Figure:
    table = results.shares[results.shares["assay"] == assay]
    wide = table.pivot_table(
        index="sample", columns="class", values="share", sort=False, dropna=False
    ).astype(float)
    order = [name for name in wide if wide[name].max() > 0]
    order = [c for c in order if c not in charts.REST] + [c for c in order if c in charts.REST]
    ident, word = f"fig-shares-{assay}", ASSAY_WORDS[assay].removesuffix("s")
    title = f"{capital(word)} signal"
    svg = charts.stacked_bars(wide, groups, order, ident, title, "share of the raw signal")
    samples = [s for group in groups for s in group.samples]
    data = wide.reindex(samples)[order].reset_index()
    columns = [Column("sample"), *(Column(name, "share") for name in order)]
    caption = (
        f"Raw {word} quantities, not normalised, cut into {counted(len(order), 'class', 'classes')}"
        " that do not overlap."
    )
    if assay == "rna":
        caption += (
            " They are counts: inserts that fit no reference are left out, so that each share is"
            " larger than the share of all inserts in the section on quality."
        )
    caption_ = f"Shares of the {word} signal"
    return Figure(ident, title, caption, svg, table_of(f"shares-{assay}", caption_, data, columns))


def _marker_table(results: Results) -> Table:
    names = ["sample", "panel", "category", "gene", "evidence", "feature", "share", "n_peptides"]
    kinds = {"share": "share", "n_peptides": "number"}
    columns = [Column(name, kinds.get(name, "text")) for name in names]  # type: ignore[arg-type]
    misev = results.markers["panel"].str.startswith("misev", na=False)
    frame = results.markers.loc[misev & (results.markers["evidence"] == "detected"), names].copy()
    marked = frame["feature"].isin(results.ambiguous)
    frame["feature"] = [
        ambiguous_mark(str(name), mark) for name, mark in zip(frame["feature"], marked, strict=True)
    ]
    note = f"{AMBIGUOUS} marks ambiguous protein groups." if marked.any() else ""
    return table_of("markers-detected", "Detected MISEV markers", frame, columns, note)
