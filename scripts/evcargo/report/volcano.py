"""The volcano of a contrast: as a static picture, and as an Altair chart for hovering."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evcargo.report.charts import WIDTH
from evcargo.report.svg import BLUE, FAINT, INK, MUTED, SURFACE, VERMILLION, drawing, inline_svg

KINDS = ("not significant", "significant", "flagged, not significant", "flagged and significant")
MANY = 1500  # points above which the background is drawn as an image
LABELS = 12
COLOURS = ["var(--faint)", "var(--blue)", "var(--vermillion)", "var(--vermillion)"]


def volcano_points(table: pd.DataFrame) -> pd.DataFrame:
    """Give each tested feature with a fold change its place and kind.

    Parameters
    ----------
    table
        Under the contract ``differential``.

    Returns
    -------
    pandas.DataFrame
        Columns name, log2_fold_change, minus_log10_p, adjusted_p_value, kind, flag; the gravest
        kind last, so that it is drawn on top.
    """
    tested = table[table["tested"].fillna(False) & table["p_value"].notna()]
    tested = tested[tested["log2_fold_change"].notna()]  # a question for any level has none
    p = tested["p_value"].astype(float).clip(lower=1e-300)
    significant = tested["significant"].fillna(False).astype(int)
    flagged = tested["flag"].notna().astype(int)
    points = pd.DataFrame(
        {
            "name": tested["name"].fillna(tested["feature"]).astype(str),
            "log2_fold_change": tested["log2_fold_change"].astype(float),
            "minus_log10_p": -np.log10(p),
            "adjusted_p_value": tested["adjusted_p_value"].astype(float),
            "kind": [KINDS[s + 2 * f] for s, f in zip(significant, flagged, strict=True)],
            "flag": tested["flag"].fillna("").astype(str),
        }
    )
    rank = points["kind"].map({kind: rank for rank, kind in enumerate(KINDS)})
    order = pd.DataFrame({"rank": rank, "p": points["minus_log10_p"]})
    return points.loc[order.sort_values(["rank", "p"], kind="stable").index].reset_index(drop=True)


def volcano_svg(points: pd.DataFrame, ident: str, title: str, axis: str) -> Markup:
    """Draw the volcano; see `volcano_points`."""
    looks: dict[str, dict[str, Any]] = {
        KINDS[0]: {"marker": "o", "s": 12, "color": FAINT, "lw": 0},
        KINDS[2]: {"marker": "P", "s": 34, "color": VERMILLION, "lw": 0},
        KINDS[1]: {"marker": "o", "s": 28, "color": BLUE, "edgecolors": SURFACE, "lw": 0.6},
        KINDS[3]: {"marker": "D", "s": 34, "color": VERMILLION, "edgecolors": SURFACE, "lw": 0.6},
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
        figure.legend(loc="outside upper left", ncols=4, fontsize=8.5, columnspacing=1.4)
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

    background = points["kind"] == KINDS[0]
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
                legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=260),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=list(KINDS), range=["circle", "circle", "cross", "diamond"]),
                legend=alt.Legend(title=None, orient="top", columns=2, labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="name"),
                alt.Tooltip("log2_fold_change:Q", title="log2 fold change", format=".2f"),
                alt.Tooltip("adjusted_p_value:Q", title="adjusted p-value", format=".2g"),
                alt.Tooltip("flag:N", title="flag"),
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
    named = points[points["kind"].isin([KINDS[1], KINDS[3]])]
    if named.empty:
        return
    x = 0.5 + named["log2_fold_change"] / (2 * axes.get_xlim()[1])
    y = named["minus_log10_p"] / axes.get_ylim()[1]
    taken = [(a - 0.006, b - 0.01, a + 0.006, b + 0.01) for a, b in zip(x, y, strict=True)]
    order = named.assign(x=x, y=y, first=named["kind"] == KINDS[3])
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
