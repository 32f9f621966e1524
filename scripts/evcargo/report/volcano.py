"""The volcano of a contrast: as a static picture, and as an Altair chart for hovering."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evcargo.differential.verdicts import EXPLAINED, NOT_ASSESSED, kind_of
from evcargo.report.charts import WIDTH
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

KINDS = (
    "not significant",
    "contaminant, not significant",
    "not assessed",
    "stands",
    "weakened",
    "explained by impurity",
    "contaminant itself",
)
QUIET, QUIET_CONTAMINANT = KINDS[:2]
KIND_OF = {EXPLAINED: KINDS[5]}
MANY = 1500  # points above which the background is drawn as an image
LABELS = 12
COLOURS = [
    *("var(--faint)", "var(--vermillion)", "var(--muted)", "var(--blue)"),
    *(ORANGE, PURPLE, "var(--vermillion)"),
]
SHAPES = ["circle", "cross", "stroke", "circle", "triangle", "square", "diamond"]


def volcano_points(table: pd.DataFrame) -> pd.DataFrame:
    """Give each tested feature with a fold change its place and kind.

    Parameters
    ----------
    table
        Under the contract ``differential``.

    Returns
    -------
    pandas.DataFrame
        Columns name, log2_fold_change, minus_log10_p, adjusted_p_value, kind (of `KINDS`), flag,
        robustness; the gravest kind last, so that it is drawn on top.
    """
    tested = table[table["tested"].fillna(False) & table["p_value"].notna()]
    tested = tested[tested["log2_fold_change"].notna()]  # a question for any level has none
    p = tested["p_value"].astype(float).clip(lower=1e-300)
    significant = tested["significant"].fillna(False).astype(bool)
    verdicts = kind_of(tested["robustness"].fillna(NOT_ASSESSED)).replace(KIND_OF)
    quiet = tested["flag"].notna().map({True: QUIET_CONTAMINANT, False: QUIET})
    points = pd.DataFrame(
        {
            "name": tested["name"].fillna(tested["feature"]).astype(str),
            "log2_fold_change": tested["log2_fold_change"].astype(float),
            "minus_log10_p": -np.log10(p),
            "adjusted_p_value": tested["adjusted_p_value"].astype(float),
            "kind": verdicts.where(significant, quiet).astype(str),
            "flag": tested["flag"].fillna("").astype(str),
            "robustness": tested["robustness"].fillna("").astype(str).where(significant, ""),
        }
    )
    rank = points["kind"].map({kind: rank for rank, kind in enumerate(KINDS)})
    order = pd.DataFrame({"rank": rank, "p": points["minus_log10_p"]})
    return points.loc[order.sort_values(["rank", "p"], kind="stable").index].reset_index(drop=True)


def volcano_svg(points: pd.DataFrame, ident: str, title: str, axis: str) -> Markup:
    """Draw the volcano; see `volcano_points`."""
    edged: dict[str, Any] = {"edgecolors": SURFACE, "lw": 0.6}
    looks: dict[str, dict[str, Any]] = {
        QUIET: {"marker": "o", "s": 12, "color": FAINT, "lw": 0},
        QUIET_CONTAMINANT: {"marker": "P", "s": 34, "color": VERMILLION, "lw": 0},
        KINDS[2]: {"marker": "o", "s": 24, "facecolors": "none", "edgecolors": MUTED, "lw": 1},
        KINDS[3]: {"marker": "o", "s": 28, "color": BLUE} | edged,
        KINDS[4]: {"marker": "^", "s": 34, "color": ORANGE} | edged,
        KINDS[5]: {"marker": "s", "s": 28, "color": PURPLE} | edged,
        KINDS[6]: {"marker": "D", "s": 34, "color": VERMILLION} | edged,
    }
    with drawing():
        figure = Figure(figsize=(WIDTH, 4.6), layout="constrained", dpi=100)
        axes = figure.add_subplot()
        for kind, look in looks.items():
            chosen = points[points["kind"] == kind]
            if len(chosen):
                axes.scatter(
                    chosen["log2_fold_change"],
                    chosen["minus_log10_p"],
                    label=f"{kind} ({len(chosen):,})",
                    rasterized=len(chosen) > MANY,
                    **look,
                )
        axes.axvline(0, color=MUTED, lw=0.8)
        reach = 1.08 * max(points["log2_fold_change"].abs().max(), 0.5)
        axes.set_xlim(-reach, reach)
        axes.set_xlabel(axis)
        axes.set_ylabel("−log10 p-value")
        figure.legend(loc="outside upper left", ncols=3, fontsize=8.5, columnspacing=1.4)
        axes.set_ylim(0, 1.06 * max(points["minus_log10_p"].max(), 1.0))
        _label(axes, points)
        return inline_svg(figure, ident, title, f"{len(points)} tested features.")


def volcano_spec(points: pd.DataFrame, axis: str, shown: int) -> dict[str, Any]:
    """Describe the same volcano for Vega-Lite, with the names on hovering.

    Parameters
    ----------
    points
        See `volcano_points`.
    axis
        Label of the horizontal axis.
    shown
        How many of the features that are neither significant nor flagged are taken in, by p-value.
    """
    import altair as alt

    background = points["kind"] == QUIET
    chosen = pd.concat([points[background].tail(shown), points[~background]]).round(6)
    records = chosen.astype(object).where(chosen.notna(), None).to_dict("records")
    # Altair numbers charts and selections over a whole process: named ones keep the bytes the same.
    zoom = alt.selection_interval(bind="scales", name="zoom")
    chart = (
        alt.Chart(alt.InlineData(values=records), name="volcano")
        .mark_point(filled=True, opacity=0.9, size=70)
        .encode(
            x=alt.X("log2_fold_change:Q", title=axis, scale=alt.Scale(padding=24)),
            y=alt.Y("minus_log10_p:Q", title="−log10 p-value", scale=alt.Scale(padding=12)),
            color=alt.Color(
                "kind:N",
                sort=list(KINDS),
                scale=alt.Scale(domain=list(KINDS), range=COLOURS),
                legend=alt.Legend(title=None, orient="top", columns=3, labelLimit=260),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=list(KINDS), range=SHAPES),
                legend=alt.Legend(title=None, orient="top", columns=3, labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="name"),
                alt.Tooltip("log2_fold_change:Q", title="log2 fold change", format=".2f"),
                alt.Tooltip("adjusted_p_value:Q", title="adjusted p-value", format=".2g"),
                alt.Tooltip("flag:N", title="flag"),
                alt.Tooltip("robustness:N", title="survives the impurity?"),
            ],
        )
        .properties(width="container", height=360, background="transparent")
        .add_params(zoom)
        .configure(
            font="inherit",
            view=alt.ViewConfig(stroke=None),
            legend=alt.LegendConfig(labelColor="currentColor", labelFontSize=12, symbolSize=80),
            axis=alt.AxisConfig(
                labelColor="currentColor",
                titleColor="currentColor",
                titleFontWeight="normal",
                gridColor="currentColor",
                gridOpacity=0.12,
                domainColor="currentColor",
                domainOpacity=0.3,
                ticks=False,
                tickCount=8,
                labelFontSize=11,
                titleFontSize=12,
            ),
        )
    )
    return chart.to_dict()


def _label(axes: Axes, points: pd.DataFrame) -> None:
    """Name the strongest features, flagged ones first, where a name hides no point and no name."""
    named = points[points["kind"].isin(KINDS[2:])]
    if named.empty:
        return
    x = 0.5 + named["log2_fold_change"] / (2 * axes.get_xlim()[1])
    y = named["minus_log10_p"] / axes.get_ylim()[1]
    taken = [(a - 0.006, b - 0.01, a + 0.006, b + 0.01) for a, b in zip(x, y, strict=True)]
    order = named.assign(x=x, y=y, first=named["kind"] == KINDS[6])
    left_to_name = LABELS
    for row in order.sort_values(["first", "y"], ascending=False).itertuples(index=False):
        text = row.name if len(row.name) <= 18 else f"{row.name[:17]}…"
        outwards = 1 if row.log2_fold_change > 0 else -1
        for side in (outwards, -outwards):
            box = _text_box(text, row.x, row.y, side)
            if box[0] < 0 or box[2] > 1 or any(_meet(box, other) for other in taken):
                continue
            taken.append(box)
            axes.annotate(
                text, (row.log2_fold_change, row.minus_log10_p), xytext=(6 * side, 0),
                textcoords="offset points", ha="left" if side > 0 else "right", va="center",
                fontsize=8, color=INK,
            )  # fmt: skip
            left_to_name -= 1
            break
        if not left_to_name:
            return


Box = tuple[float, float, float, float]


def _text_box(text: str, x: float, y: float, side: int) -> Box:
    """Place of a name beside a point, in fractions of the axes."""
    near, far = 0.01, 0.01 + 0.0115 * len(text)
    left, right = (x + near, x + far) if side > 0 else (x - far, x - near)
    return left, y - 0.02, right, y + 0.02


def _meet(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
