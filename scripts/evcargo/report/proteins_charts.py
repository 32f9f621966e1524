"""The figures of the part on proteins: trends over the runs, and normalisation before and after."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from evcargo.report.charts import PALETTE, ROW, WIDTH, legend_above, short_name
from evcargo.report.parts import figure_text
from evcargo.report.svg import LINE, MUTED, SURFACE, drawing, inline_svg

MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def styles_of(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each name; both differ between neighbours, so colour is never alone."""
    pairs = zip(cycle(PALETTE), cycle(MARKERS), strict=False)
    return dict(zip(names, pairs, strict=False))


def trend_panels(
    values: pd.DataFrame, metrics: Sequence[tuple[str, str]], ident: str, title: str, axis: str
) -> Markup:
    """Draw one panel per figure, one point per run, in the order of the measurement.

    Parameters
    ----------
    values
        Columns ``place`` (from 1), ``group`` and one per metric; NaN is not drawn.
    metrics
        Column and label of each panel.
    ident, title, axis
        Id within the page, title, and label of the x axis.
    """
    styles = styles_of(list(dict.fromkeys(values["group"])))
    columns = min(2, len(metrics))
    rows = -(-len(metrics) // columns)
    with drawing():
        figure = Figure(figsize=(WIDTH, 0.75 + 1.6 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
        for panel, (metric, label) in zip(panels, metrics, strict=False):
            for group, (colour, marker) in styles.items():
                own = values[values["group"] == group]
                panel.plot(
                    own["place"], own[metric], marker, ms=6, color=colour, mec=SURFACE, mew=0.6
                )
            middle = values[metric].median()
            if np.isfinite(middle):
                panel.axhline(middle, color=MUTED, lw=0.8, ls=(0, (4, 3)))
            panel.set_title(label)
            panel.margins(x=0.04, y=0.12)
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.yaxis.set_major_formatter(lambda value, _: figure_text(value))
            panel.grid(axis="x", visible=False)
        for panel in panels[len(metrics) :]:
            panel.set_visible(False)
        for panel in panels[max(0, len(metrics) - columns) : len(metrics)]:
            panel.tick_params(labelbottom=True)
        handles = [
            panels[0].plot([], [], marker, ms=6, color=colour, mec=SURFACE)[0]
            for colour, marker in styles.values()
        ]
        legend_above(figure, panels[0], handles, list(styles))
        figure.supxlabel(axis, fontsize=9, color=MUTED)
        return inline_svg(figure, ident, title, f"{len(values)} runs, {len(metrics)} figures.")


def before_and_after(table: pd.DataFrame, ident: str, title: str) -> Markup:
    """Draw median and interquartile range of each sample before and after normalisation.

    Parameters
    ----------
    table
        Contract ``proteins_normalisation`` in the order to draw; colour and marker tell batches.
    ident, title
        Id within the page, and title.
    """
    batches = table["batch"].fillna("no batch").astype(str)
    styles = styles_of(list(dict.fromkeys(batches)))
    places = np.arange(len(table))
    with drawing():
        figure = Figure(figsize=(WIDTH, ROW * len(table) + 1.15), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for panel, when in zip(panels, ("before", "after"), strict=True):
            middle = table[f"median_{when}"].to_numpy(float, na_value=np.nan)
            spread = table[f"spread_{when}"].to_numpy(float, na_value=np.nan) / 2
            for batch, (colour, marker) in styles.items():
                own = (batches == batch).to_numpy()
                panel.errorbar(
                    middle[own], places[own], xerr=spread[own], fmt=marker, ms=6, color=colour,
                    mec=SURFACE, mew=0.6, elinewidth=1.4,
                )  # fmt: skip
            panel.set_title(when)
            panel.grid(axis="y", visible=False)
            panel.spines["left"].set_visible(False)
            panel.spines["bottom"].set_color(LINE)
        panels[0].set_yticks(places, [short_name(str(name)) for name in table["sample"]])
        panels[0].set_ylim(len(table) - 0.4, -0.6)
        handles = [
            panels[0].plot([], [], marker, ms=6, color=colour, mec=SURFACE)[0]
            for colour, marker in styles.values()
        ]
        legend_above(
            figure,
            panels[0],
            handles,
            [f"batch {name}" if name != "no batch" else name for name in styles],
        )
        figure.supxlabel("log2 quantity: median and interquartile range", fontsize=9, color=MUTED)
        return inline_svg(figure, ident, title, f"{len(table)} samples, {len(styles)} batches.")
