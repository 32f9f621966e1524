"""The parts of the section on purity that show the EV index, and the profiles of particles."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from evcargo.purity.index import CRITERION
from evcargo.report import charts
from evcargo.report.parts import Column, Figure, Group, figure_text, groups_of, share_text, table_of
from evcargo.report.purity import limits_of
from evcargo.report.results import Results

KINDS = {
    "subtype": "Kinds of particles",
    "route": "Routes of biogenesis",
}
STEPS = (0.5, 1.0, 2.0)
"""log2 from the mean of the study at which a cell is shaded a step darker."""


def ev_index_parts(results: Results) -> dict[str, Any]:
    """Collect what the section on purity shows of the EV index and the profiles."""
    groups = groups_of(results.samples)
    return {"index": index_figure(results, groups), "profiles": profile_maps(results, groups)}


def index_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the index of each sample with its interval and range; None where there is none."""
    table = results.index
    if table is None or table["index"].isna().all():
        return None
    rows = results.criteria[results.criteria["criterion"] == CRITERION]
    title = CRITERION
    svg = charts.interval_dots(
        table, groups, limits_of(rows["threshold"]), "fig-ev-index", title, "EV core : contaminants"
    )
    names = ["sample", "index", "low", "high", "without_low", "without_high", "decider", "unseen"]
    names += ["ev_markers", "contaminant_markers", "contaminants", "verdict", "rule"]
    kinds = {"verdict": "verdict"} | dict.fromkeys(names[1:6], "number") | {"unseen": "number"}
    kinds |= {"ev_markers": "number", "contaminant_markers": "number"}
    columns = [
        Column(name.replace("_", " "), kinds.get(name, "text"), _unit(name))  # type: ignore[arg-type]
        for name in names
    ]
    caption = (
        "How much EV core there is per contaminant, by many markers of each, from raw quantities."
        " Line: 90 % interval, which reaches at least to what the index would be if nothing were"
        " unseen of one side, so that it may lie on one side of the point; ticks: lowest and"
        " highest value with one marker left out. One step to the right is twice as much."
    )
    data = table_of("ev-index", "EV index of every sample", table[names], columns)
    return Figure("fig-ev-index", title, caption, svg, data)


def _unit(name: str) -> str:
    numbers = ("index", "low", "high", "without_low", "without_high", "unseen")
    return "log2" if name in numbers else ""


def profile_maps(results: Results, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Arrange panels x samples: members shown, and how the sample stands to the study."""
    table = results.profiles
    if table is None or table.empty:
        return []
    samples = [sample for group in groups for sample in group.samples]
    maps = []
    for kind, title in KINDS.items():
        own = table[table["kind"] == kind]
        rows = []
        for panel, found in own.groupby("panel", sort=False):
            by_sample = found.set_index("sample")
            note = "" if pd.isna(found["note"].iloc[0]) else found["note"].iloc[0]
            cells = [_cell(by_sample.loc[sample]) for sample in samples]
            rows.append({"panel": _words(str(panel)), "note": note, "cells": cells})
        if rows:
            maps.append({"ident": f"profile-{kind}", "title": title, "rows": rows})
    return maps


def _words(panel: str) -> str:
    words = panel.removeprefix("subtype_").removeprefix("biogenesis_").replace("_", " ")
    return words.removesuffix(" ev") + " EV" if words.endswith(" ev") else words


def _cell(row: pd.Series) -> dict[str, str]:
    if not row["could_be"]:
        return {"text": "", "shade": "", "said": f"{row.name}: not assessed"}
    relative = row["relative"]
    said = f"{row.name}: {row['members']} of {row['could_be']} members"
    said += f", {share_text(row['share'])} of the signal"
    if pd.notna(relative):
        said += f", {figure_text(relative)} log2 from the mean of the study"
    if pd.notna(row["leading"]) and row["leading"]:
        said += f"; {row['leading']}"
    return {
        "text": f"{row['members']}/{row['could_be']}",
        "shade": _shade(float(relative)) if pd.notna(relative) else "",
        "said": said,
    }


def _shade(relative: float) -> str:
    step = sum(abs(relative) >= limit for limit in STEPS)
    return f"{'more' if relative > 0 else 'less'}-{step}" if step else ""
