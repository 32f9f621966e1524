"""The figures of purity and quality: pure functions from a table to inline SVG."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from types import MappingProxyType

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evcargo.report.parts import Group
from evcargo.report.svg import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LINE,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    SURFACE,
    VERDICT_COLOURS,
    VERMILLION,
    YELLOW,
    drawing,
    inline_svg,
)

WIDTH = 8.0  # inches; the page scales it to the column
ROW = 0.27  # inches per sample
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, YELLOW)
HATCHES = ("", "////", "....", "xxxx")
REST = frozenset({"other", "unassigned", "unmapped", "not identified", "missing, reason unknown"})

# EV is blue, plasma and blood are warm, cells are green; classes of one colour differ by hatch.
CLASS_STYLES = MappingProxyType(
    {
        "EV core": (BLUE, ""),
        "EV promiscuous": (BLUE, "////"),
        "lipoprotein": (ORANGE, ""),
        "albumin": (SKY, ""),
        "immunoglobulin and complement": (VERMILLION, ""),
        "coagulation": (VERMILLION, "////"),
        "other plasma": (ORANGE, "////"),
        "haemoglobin": (PURPLE, ""),
        "platelet": (PURPLE, "////"),
        "keratin": (YELLOW, ""),
        "proteins of urine, milk or saliva": (YELLOW, "////"),
        "bovine": (YELLOW, "xxxx"),
        "other contaminant": (ORANGE, "...."),
        "ribosome and aggregates": (GREEN, "////"),
        "cell debris": (GREEN, ""),
        "argonaute and vault": (GREEN, "xxxx"),
        "secreted": (GREEN, "...."),
        "haemoglobin mRNA": (PURPLE, ""),
        "platelet mRNA": (PURPLE, "////"),
        "immunoglobulin mRNA": (VERMILLION, ""),
        "ribosomal RNA": (GREEN, "////"),
        "mitochondrial RNA": (GREEN, ""),
    }
)
MARKS = MappingProxyType({"pass": "o", "warn": "^", "fail": "X", "not assessed": "d"})
GRID_NM = np.arange(0.0, 505.0, 5.0)


def stacked_bars(
    shares: pd.DataFrame,
    groups: Sequence[Group],
    order: Sequence[str],
    ident: str,
    title: str,
    axis: str,
) -> Markup:
    """Draw one horizontal bar per sample, cut into classes that sum to the whole.

    Parameters
    ----------
    shares
        Samples x classes, fractions; a sample without a row, or with NaN, is said to be missing.
    groups
        Order and grouping of the samples.
    order
        Order of the classes, from the left.
    ident, title, axis
        Id within the page, title, and label of the axis.
    """
    with drawing():
        places, figure, axes = _rows(groups)
        styles = class_styles(order)
        for sample, y in places.items():
            values = shares.loc[sample] if sample in shares.index else None
            if values is None or values.isna().all():
                axes.text(0.01, y, "not measured", va="center", color=MUTED, style="italic")
                continue
            left = 0.0
            for name in order:
                width = float(np.nan_to_num(values[name]))
                colour, hatch = styles[name]
                axes.barh(
                    y, width, 0.72, left=left, color=colour, hatch=hatch, edgecolor=SURFACE, lw=0.8
                )
                left += width
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.set_xlabel(axis)
        axes.grid(axis="y", visible=False)
        handles = [
            axes.barh([np.nan], [0], color=styles[name][0], hatch=styles[name][1], ec=SURFACE, lw=0)
            for name in order
        ]
        legend_above(figure, axes, handles, list(order))
        return inline_svg(figure, ident, title, f"{len(places)} samples, {len(order)} classes.")


def class_styles(order: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Choose colour and hatch of each class: grey for the rest, new hatches when colours repeat."""
    colours = ((colour, hatch) for hatch in cycle(HATCHES) for colour in PALETTE)
    return {
        name: (FAINT, "") if name in REST else CLASS_STYLES.get(name) or next(colours)
        for name in order
    }


def sample_dots(
    values: pd.DataFrame,
    groups: Sequence[Group],
    limits: Sequence[tuple[str, float]],
    ident: str,
    title: str,
    axis: str,
) -> Markup:
    """Draw one criterion: its value per sample, marked by verdict, with its thresholds.

    Parameters
    ----------
    values
        Columns sample, value, verdict.
    groups
        Order and grouping of the samples.
    limits
        Verdict and value of each threshold.
    ident, title, axis
        Id within the page, title, and label of the axis.
    """
    with drawing():
        places, figure, axes = _rows(groups)
        rows = values.set_index("sample")
        for sample, y in places.items():
            if sample not in rows.index or pd.isna(rows.at[sample, "value"]):
                _write(axes, y, "not measured")
                continue
            verdict = str(rows.at[sample, "verdict"])
            marker = MARKS.get(verdict, "d")
            colour = VERDICT_COLOURS.get(verdict, MUTED)
            axes.plot(rows.at[sample, "value"], y, marker, ms=8, color=colour, mec=SURFACE, mew=0.8)
        drawn = values.loc[values["value"].notna(), "verdict"]
        seen = [verdict for verdict in MARKS if (drawn == verdict).any()]
        _draw_limits(axes, limits)
        axes.margins(x=0.08)
        axes.set_xlabel(axis)
        axes.grid(axis="x", visible=False)
        _name_verdicts(figure, axes, seen)
        return inline_svg(figure, ident, title, f"{len(places)} samples.")


def interval_dots(
    table: pd.DataFrame,
    groups: Sequence[Group],
    limits: Sequence[tuple[str, float]],
    ident: str,
    title: str,
    axis: str,
) -> Markup:
    """Draw the EV index per sample: value, interval as a line, leave-one-out range as ticks.

    Parameters
    ----------
    table
        Contract ``index``.
    groups, limits, ident, title, axis
        As for `sample_dots`.
    """
    with drawing():
        places, figure, axes = _rows(groups)
        rows = table.set_index("sample").reindex(list(places))
        shown = rows.dropna(subset=["index"])
        for sample in rows.index.difference(shown.index):
            _write(axes, places[sample], "no proteins")
        heights = [places[sample] for sample in shown.index]
        axes.hlines(heights, shown["low"], shown["high"], color=BLUE, lw=1.6)
        for end in ("without_low", "without_high"):
            axes.plot(shown[end], heights, "|", ms=7, mew=1.2, color=MUTED)
        for verdict, found in shown.groupby("verdict"):
            mark, colour = MARKS.get(str(verdict), "d"), VERDICT_COLOURS.get(str(verdict), MUTED)
            at = [places[sample] for sample in found.index]
            axes.plot(found["index"], at, mark, ms=8, color=colour, mec=SURFACE, mew=0.8)
        _draw_limits(axes, limits)
        axes.margins(x=0.05)
        axes.set_xlabel(f"{axis}, log2")
        axes.grid(axis="x", visible=False)
        seen = [verdict for verdict in MARKS if (shown["verdict"] == verdict).any()]
        _name_verdicts(figure, axes, seen)
        return inline_svg(figure, ident, title, f"{len(shown)} samples.")


def _draw_limits(axes: Axes, limits: Sequence[tuple[str, float]]) -> None:
    for verdict, value in limits:
        colour = VERDICT_COLOURS.get(verdict, MUTED)
        axes.axvline(value, color=colour, lw=1, ls=(0, (4, 3)), zorder=1)
        axes.annotate(
            verdict, (value, 1), xycoords=("data", "axes fraction"), xytext=(3, 2),
            textcoords="offset points", color=colour, fontsize=8,
        )  # fmt: skip


def _write(axes: Axes, place: float, words: str) -> None:
    """Write in the row of a sample what is shown in place of a mark."""
    axes.annotate(
        words, (0.01, place), xycoords=("axes fraction", "data"), va="center", color=MUTED,
        style="italic",
    )  # fmt: skip


def _name_verdicts(figure: Figure, axes: Axes, verdicts: list[str]) -> None:
    handles = [
        axes.plot([], [], MARKS[v], ms=8, color=VERDICT_COLOURS[v], mec=SURFACE)[0]
        for v in verdicts
    ]
    legend_above(figure, axes, handles, verdicts)


def size_curves(distribution: pd.DataFrame) -> pd.DataFrame:
    """Bring size tables to one grid: share of the particles per 10 nm, so that shapes compare.

    Parameters
    ----------
    distribution
        Contract ``distribution``; the bins may differ between samples.

    Returns
    -------
    pandas.DataFrame
        Diameters of `GRID_NM` x samples; 0 outside the measured range.
    """
    curves = {}
    for sample, table in distribution.groupby("sample", sort=False):
        table = table.sort_values("diameter_nm").drop_duplicates("diameter_nm")
        diameter = table["diameter_nm"].to_numpy(dtype=float)
        amount = table["share"].to_numpy(dtype=float, na_value=0.0)
        if len(diameter) < 2 or not amount.sum() > 0:
            continue
        density = amount / np.gradient(diameter)
        curves[sample] = np.interp(
            GRID_NM, diameter, 10 * density / amount.sum(), left=0.0, right=0.0
        )
    return pd.DataFrame(curves, index=pd.Index(GRID_NM, name="diameter_nm"))


def size_panels(
    curves: pd.DataFrame, groups: Sequence[Group], window: Sequence[float], ident: str, title: str
) -> Markup:
    """Draw the size distributions (see `size_curves`), the window shaded."""
    lines = {s: (curves.index.to_numpy(), 100 * curves[s].to_numpy()) for s in curves}
    return line_panels(
        lines, groups, ident, title, "diameter (nm)", "% of particles per 10 nm", band=window
    )


def line_panels(
    lines: Mapping[str, tuple[np.ndarray, np.ndarray]],
    groups: Sequence[Group],
    ident: str,
    title: str,
    x_label: str,
    y_label: str,
    band: Sequence[float] | None = None,
) -> Markup:
    """Draw one panel per group, one line per sample.

    Parameters
    ----------
    lines
        Sample -> x and y of its line; a group without a line gets no panel.
    groups
        Order and grouping of the samples.
    ident, title, x_label, y_label
        Id within the page, title, and labels of the axes.
    band
        Range of x to shade.
    """
    groups = [g for g in groups if any(sample in lines for sample in g.samples)]
    columns = min(2, len(groups))
    rows = -(-len(groups) // columns)
    with drawing():
        figure = Figure(figsize=(WIDTH, 0.45 + 1.75 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for panel, group in zip(panels, groups, strict=False):
            if band is not None:
                panel.axvspan(*band, color=SKY, alpha=0.15, lw=0)
            styles = cycle(["-", "--", ":", "-."])
            for sample, colour in zip(
                group.samples, cycle([BLUE, VERMILLION, GREEN, PURPLE]), strict=False
            ):
                style = next(styles)
                if sample in lines:
                    panel.plot(*lines[sample], style, c=colour, lw=1.4, label=sample)
            panel.set_title(group.label)
            if len(group.samples) <= 8:
                panel.legend(fontsize=8, handlelength=2, labelspacing=0.25)
            panel.grid(axis="x", visible=False)
            panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        panels[0].set_ylim(0, 1.05 * max(float(y.max()) for _, y in lines.values()))
        for panel in panels[len(groups) :]:
            panel.set_visible(False)
        figure.supxlabel(x_label, fontsize=9, color=MUTED)
        figure.supylabel(y_label, fontsize=9, color=MUTED)
        return inline_svg(figure, ident, title, f"{len(lines)} samples.")


def _rows(groups: Sequence[Group]) -> tuple[dict[str, float], Figure, Axes]:
    """Give every sample its place from the top, groups apart, with their names in the margin."""
    places: dict[str, float] = {}
    heads = []
    y = 0.0
    for group in groups:
        heads.append((y, group.label))
        y += 1.0
        for sample in group.samples:
            places[sample] = y
            y += 1.0
        y += 0.3
    figure = Figure(figsize=(WIDTH, ROW * y + 0.95), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylim(y - 0.6, -0.7)
    axes.set_yticks(list(places.values()), [short_name(sample) for sample in places])
    for tick in axes.get_yticklabels():
        tick.set_color(INK)
    for place, label in heads:
        axes.annotate(
            label, (0, place), xycoords=("axes fraction", "data"), va="center", weight="bold",
            annotation_clip=False, bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.spines[["left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    return places, figure, axes


def short_name(name: str) -> str:
    """Cut a name to what fits beside a chart."""
    return name if len(name) <= 24 else f"{name[:23]}…"


def legend_above(figure: Figure, axes: Axes, handles: list, labels: list[str]) -> None:
    """Write the legend above the axes, in as many columns as fit."""
    if handles:
        longest = max(len(label) for label in labels)
        figure.legend(
            handles,
            labels,
            loc="outside upper left",
            ncols=min(len(labels), max(2, 110 // (longest + 6))),
            fontsize=8.5,
            columnspacing=1.6,
            handletextpad=0.5,
        )
