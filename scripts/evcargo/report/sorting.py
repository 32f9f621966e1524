"""Sorting into EVs: EVs against their source, and whether a difference follows the source."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from evcargo.interpretation.sorting_verdicts import (
    DAMPENED,
    FOLLOWS,
    KEPT_BACK,
    OPEN,
    RULE,
    SORTED,
)
from evcargo.report.answer import NOUNS
from evcargo.report.charts import legend_above
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.parts import Column, Figure, Table, counted, interval_texts, listed, table_of
from evcargo.report.results import Results
from evcargo.report.svg import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SURFACE,
    VERMILLION,
    drawing,
    inline_svg,
)

TOP = 25  # features of either direction in the table of a condition
LABELS = 10
QUIET = ""
LOOKS: dict[str, dict[str, Any]] = {
    QUIET: {"marker": "o", "s": 10, "color": FAINT, "lw": 0},
    OPEN: {"marker": "o", "s": 24, "facecolors": "none", "edgecolors": MUTED, "lw": 1},
    FOLLOWS: {"marker": "s", "s": 26, "color": ORANGE, "edgecolors": SURFACE, "lw": 0.6},
    DAMPENED: {"marker": "v", "s": 32, "color": PURPLE, "edgecolors": SURFACE, "lw": 0.6},
    KEPT_BACK: {"marker": "D", "s": 28, "color": VERMILLION, "edgecolors": SURFACE, "lw": 0.6},
    SORTED: {"marker": "o", "s": 32, "color": BLUE, "edgecolors": SURFACE, "lw": 0.6},
}
"""Look of each verdict; the first are drawn first."""


def sorting_part(results: Results) -> dict[str, Any]:
    """Collect what is shown, or the reasons why nothing is."""
    lines = results.sorting_summary
    assert lines is not None
    assessed = lines[lines["tested"].fillna(0) > 0]
    left = lines.drop(assessed.index)
    return {
        "obstacle": "" if len(assessed) else _obstacle(left),
        "left": [] if assessed.empty else list(_left(left)),
        "enrichment": [
            _enrichment(results, assay, rows)
            for assay, rows in assessed[assessed["question"] == "enrichment"].groupby(
                "assay", sort=False
            )
        ],
        "changes": [
            _change(results, number, row)
            for number, row in enumerate(
                assessed[assessed["question"] == "change"].itertuples(index=False), 1
            )
        ],
        "rule": RULE,
    }


def _obstacle(left: pd.DataFrame) -> str:
    reasons = list(dict.fromkeys(left["warning"].fillna("Not assessed.")))
    return reasons[0] if len(reasons) == 1 else " ".join(_left(left))


def _left(left: pd.DataFrame) -> Iterator[str]:
    """Say what was not assessed, an assay whose lines all have one reason in one sentence."""
    for assay, rows in left.groupby("assay", sort=False):
        word = ASSAY_WORDS.get(assay, assay)
        if len(rows) > 1 and rows["warning"].nunique(dropna=False) == 1:
            yield f"{word}: {rows['warning'].iloc[0]}"
            continue
        for row in rows.itertuples(index=False):
            yield f"{word}, {row.about}: {row.warning}"


def _methods(lines: pd.DataFrame) -> list[str]:
    """Methods of the conditions, each once; with its conditions where they differ."""
    methods = lines.groupby("method", sort=False)["about"].agg(list)
    if len(methods) == 1:
        return [str(methods.index[0])]
    return [f"{listed(about)}: {method}" for method, about in methods.items()]


def _enrichment(results: Results, assay: str, lines: pd.DataFrame) -> dict[str, Any]:
    return {
        "word": ASSAY_WORDS.get(assay, assay),
        "sentences": [enrichment_words(row) for row in lines.itertuples(index=False)],
        "warnings": list(dict.fromkeys(lines["warning"].dropna())),
        "methods": _methods(lines),
        "table": _enriched_table(results, assay),
        "file": f"../interpretation/{assay}.sorting.tsv",
    }


def enrichment_words(row: Any) -> str:
    """Say what is enriched in the EVs of one condition.

    Parameters
    ----------
    row
        Row of the contract ``sorting_summary``.
    """
    one, many = NOUNS[row.assay]
    said = (
        f"{row.about} ({row.n_ev} EV and {row.n_source} source samples"
        f"{', ' + row.paired if _told(row.paired) else ''}): of"
        f" {counted(int(row.tested), one, many)} in both, {row.up:,} are enriched in EVs and"
        f" {row.down:,} depleted"
        f"{f' ({row.flagged:,} of these are contaminants)' if row.flagged else ''}."
    )
    if not pd.isna(row.only_ev):
        said += f" {row.only_ev:,} more are seen only in EVs, {row.only_source:,} only in source."
    return said


def _told(text: Any) -> bool:
    return not pd.isna(text) and text != ""


def _enriched_table(results: Results, assay: str) -> Table:
    assert results.sorting is not None
    rows = results.sorting[results.sorting["assay"] == assay]
    every = rows[rows["significant"].fillna(False)]
    hits = every[every["flag"].isna()]
    parts = []
    for _, of_condition in hits.groupby("condition", sort=False):
        ordered = of_condition.sort_values(["log2_enrichment", "feature"], ascending=[False, True])
        up = ordered[ordered["log2_enrichment"] > 0].head(TOP)
        parts += [up, ordered[ordered["log2_enrichment"] < 0].tail(TOP)]
    shown = pd.concat(parts) if parts else hits
    frame = pd.DataFrame(
        {
            "name": shown["name"],
            "condition": shown["condition"],
            "log2": shown["log2_enrichment"],
            "interval": interval_texts(shown["ci_low"], shown["ci_high"]),
            "p": shown["adjusted_p_value"],
        }
    )
    columns = [
        Column("name"),
        Column("condition", "short"),
        Column("enrichment in EVs", "number", "log2"),
        Column("95 % CI"),
        Column("adjusted p", "p"),
    ]
    note = (
        f"The {TOP} most enriched and most depleted significant ones of each condition;"
        f" {len(every):,} are significant, of which {len(every) - len(hits):,} are contaminants and"
        " not shown here."
    )
    caption = f"Cargo sorted into EVs, {ASSAY_WORDS.get(assay, assay)}"
    return table_of(f"sorting-{assay}", caption, frame, columns, note)


def _change(results: Results, number: int, row: Any) -> dict[str, Any]:
    assert results.sorting_changes is not None
    table = results.sorting_changes
    table = table[(table["assay"] == row.assay) & (table["contrast"] == row.about)]
    word = ASSAY_WORDS.get(row.assay, row.assay)
    return {
        "heading": f"{row.about}: {word}",
        "sentence": change_words(row),
        "warning": "" if pd.isna(row.warning) else row.warning,
        "figure": change_figure(table, f"sorting-change-{number}", f"{row.about}, {word}"),
        "method": row.method,
        "file": f"../interpretation/{row.assay}.sorting_changes.tsv",
    }


def change_words(row: Any) -> str:
    """Say what stands behind the differences between the EVs of one contrast."""
    one, many = NOUNS[row.assay]
    counts = (
        (row.follows, "follows its source", "follow their source"),
        (row.sorted, "is sorted", "are sorted"),
        (row.dampened, "is dampened", "are dampened"),
        (row.only_ev, "is only in EVs", "are only in EVs"),
        (row.open, "may follow its source or not", "may follow their source or not"),
    )
    parts = [f"{count:,} {alone if count == 1 else more}" for count, alone, more in counts if count]
    tested = counted(int(row.tested), one, many)
    said = f"The sorting of {row.significant:,} of {tested} differs significantly."
    if parts:
        said += f" Of the {many} that change: {listed(parts)}."
    else:
        said += f" No {one} differs significantly between the EVs."
    if row.kept_back:
        do, are = ("changes", "is") if row.kept_back == 1 else ("change", "are")
        said += f" {row.kept_back:,} {do} in the source but {are} kept back from the EVs."
    return said


def change_figure(table: pd.DataFrame, ident: str, title: str) -> Figure | None:
    """Draw the change of the EVs over that of their source; None where neither is known."""
    points = table[table["log2_fold_change_ev"].notna() & table["log2_fold_change_source"].notna()]
    if points.empty:
        return None
    points = points.assign(sorting=points["sorting"].fillna(QUIET))
    named = points[points["sorting"] != QUIET]
    frame = named[
        [
            *("name", "sorting", "log2_fold_change_ev", "log2_fold_change_source", "difference"),
            *("adjusted_p_value", "robustness", "flag"),
        ]
    ]
    columns = [
        Column("name"),
        Column("what stands behind it", "short"),
        Column("change in EVs", "number", "log2"),
        Column("change in source", "number", "log2"),
        Column("difference", "number", "log2"),
        Column("adjusted p of the difference", "p"),
        Column("survives the impurity?", "short"),
        Column("flag", "flag"),
    ]
    behind = table_of(f"{ident}-data", title, frame, columns)
    caption = (
        "What lies on the diagonal changes in the EVs as it does in their source; what lies off"
        " it is sorted in another way."
    )
    return Figure(
        ident, f"EVs over source: {title}", caption, _scatter(points, ident, title), behind
    )


def _scatter(points: pd.DataFrame, ident: str, title: str) -> Markup:
    x = points["log2_fold_change_source"].astype(float)
    y = points["log2_fold_change_ev"].astype(float)
    reach = 1.08 * max(float(np.nanmax(np.abs([x, y]))), 0.5)
    with drawing():
        figure = Canvas(figsize=(6.2, 5.4), layout="constrained", dpi=100)
        axes = figure.add_subplot()
        axes.axline((0, 0), slope=1, color=MUTED, lw=0.9, ls=(0, (4, 3)))
        axes.axhline(0, color=MUTED, lw=0.6)
        axes.axvline(0, color=MUTED, lw=0.6)
        handles, labels = [], []
        for verdict, look in LOOKS.items():
            chosen = (points["sorting"] == verdict).to_numpy(bool)
            if chosen.any():
                handles.append(
                    axes.scatter(x[chosen], y[chosen], rasterized=chosen.sum() > 1500, **look)
                )
                labels.append(f"{verdict or 'no change'} ({chosen.sum():,})")
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-reach, reach)
        axes.set_aspect("equal")
        axes.set_xlabel("log2 fold change in the source")
        axes.set_ylabel("log2 fold change in the EVs")
        told = points[points["significant"].fillna(False) & points["sorting"].ne(QUIET)]
        _label(axes, told.sort_values("p_value", kind="stable"), reach)
        legend_above(figure, axes, handles, labels)
        return inline_svg(figure, ident, title, f"{len(points)} features.")


def _label(axes: Axes, told: pd.DataFrame, reach: float) -> None:
    """Name the surest features, where a name does not run into one that is there."""
    taken: list[tuple[float, float]] = []
    for row in told.itertuples(index=False):
        at = (float(row.log2_fold_change_source), float(row.log2_fold_change_ev))
        near = any(abs(at[0] - x) < 0.5 * reach and abs(at[1] - y) < 0.09 * reach for x, y in taken)
        if near or len(taken) == LABELS:
            continue
        taken.append(at)
        left = at[0] > 0.6 * reach
        axes.annotate(
            str(row.name)[:18], at, xytext=(-6 if left else 6, 4), textcoords="offset points",
            ha="right" if left else "left", fontsize=8, color=INK,
        )  # fmt: skip
