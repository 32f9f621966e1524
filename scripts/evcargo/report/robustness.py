"""Does the difference survive the impurity: words, and one bar that sums the hits up."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.differential.verdicts import (
    CONTAMINANT,
    EXPLAINED,
    KEPT,
    NEEDED,
    NOT_ASSESSED,
    STANDS,
    WEAKENED,
    kind_of,
)
from evcargo.report.charts import WIDTH, legend_above
from evcargo.report.parts import Column, Figure, counted, listed, table_of
from evcargo.report.svg import BLUE, FAINT, ORANGE, PURPLE, SURFACE, VERMILLION, drawing, inline_svg

PART = Fraction(KEPT).limit_denominator(9)
COUNTS = {
    STANDS: "stands",
    WEAKENED: "weakened",
    EXPLAINED: "explained",
    CONTAMINANT: "contaminant",
    NOT_ASSESSED: "not_assessed",
}
"""Verdict -> its column in the contract ``contrasts``."""

LOOKS = {
    STANDS: (BLUE, ""),
    WEAKENED: (ORANGE, "////"),
    EXPLAINED: (PURPLE, "...."),
    CONTAMINANT: (VERMILLION, "xxxx"),
    NOT_ASSESSED: (FAINT, ""),
}
WORDS = {verdict: verdict for verdict in COUNTS} | {EXPLAINED: "explained by impurity"}


def robustness_words(row: Any, table: pd.DataFrame) -> str:
    """Say how many of the hits survive the impurity, and against which axes.

    Parameters
    ----------
    row
        Row of the contract ``contrasts``.
    table
        The same contrast and assay, contract ``differential``.
    """
    if not row.significant:
        return ""
    if pd.isna(row.axes):
        hits = table[table["significant"].fillna(False)]
        why = hits.loc[hits["robustness"] == NOT_ASSESSED, "robustness_reason"].dropna().unique()
        because = f": {why[0]}" if len(why) else ""
        return f"Whether these differences survive the impurity was not assessed{because}."
    axes = listed(str(row.axes).split("; "))
    return (
        f"Does the difference survive the impurity ({axes})? Of"
        f" {counted(int(row.significant), 'significant feature')}:"
        f" {listed(verdict_counts(row, list(COUNTS)))}."
    )


def verdict_counts(row: Any, verdicts: Sequence[str]) -> list[str]:
    """Say how many hits of a row of the contract ``contrasts`` have each verdict, if any has."""
    counts = {verdict: int(getattr(row, COUNTS[verdict])) for verdict in verdicts}
    many = {CONTAMINANT: "contaminants themselves", STANDS: "stand"}
    return [
        f"{count:,} {many.get(verdict, WORDS[verdict]) if count > 1 else WORDS[verdict]}"
        for verdict, count in counts.items()
        if count
    ]


def robustness_figure(row: Any, ident: str, title: str) -> Figure | None:
    """Draw the verdicts of the hits of a contrast as one bar; None without hits."""
    if not row.significant:
        return None
    counts = {verdict: int(getattr(row, column)) for verdict, column in COUNTS.items()}
    data = pd.DataFrame(
        {
            "verdict": [WORDS[verdict] for verdict in counts],
            "features": list(counts.values()),
            "share": [count / int(row.significant) for count in counts.values()],
        }
    )
    columns = [
        Column("verdict"),
        Column("significant features", "number"),
        Column("share", "share"),
    ]
    caption = (
        "Each significant feature has one verdict. Stands: in the model with the purity axes, p is"
        f" below {NEEDED:g}, the statistic of the comparison is larger in size than that of every"
        f" axis, and the fold change keeps its sign and more than {PART} of its size."
        " Explained: neither the p-value nor the statistic is so. Weakened: in between. This rule"
        " is fixed, as it was validated as a whole, on simulated studies in which contamination"
        " goes with the condition (benchmarks/README.md)."
    )
    behind = table_of(f"{ident}-data", title, data, columns)
    return Figure(ident, title, caption, _bar(counts, ident, title), behind)


def _bar(counts: dict[str, int], ident: str, title: str) -> Markup:
    with drawing():
        figure = Canvas(figsize=(WIDTH, 1.15), layout="constrained")
        axes = figure.add_subplot()
        left, handles, labels = 0, [], []
        for verdict, count in counts.items():
            if not count:
                continue
            colour, hatch = LOOKS[verdict]
            handles.append(
                axes.barh(
                    0, count, 0.7, left=left, color=colour, hatch=hatch, edgecolor=SURFACE, lw=0.8
                )
            )
            labels.append(f"{WORDS[verdict]} ({count:,})")
            left += count
        axes.set_xlim(0, left)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)
        axes.set_xlabel("significant features")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value % 1 == 0 else "")
        legend_above(figure, axes, handles, labels)
        return inline_svg(figure, ident, title, ", ".join(labels))


def verdict_cells(table: pd.DataFrame) -> list[str | None]:
    """Verdict and reason of each feature as "verdict: reason", none where it is no hit."""
    significant = table["significant"].fillna(False).astype(bool)
    kinds = kind_of(table["robustness"].fillna(NOT_ASSESSED))
    told = zip(table["robustness"], table["robustness_reason"], kinds, significant, strict=True)
    return [
        (str(verdict) if kind == CONTAMINANT or pd.isna(why) else f"{verdict}: {why}")
        if hit
        else None
        for verdict, why, kind, hit in told
    ]
