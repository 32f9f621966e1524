"""Mixtures of reference profiles: the share of each source in every sample, with its interval."""

from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.interpretation.mixture_verdicts import fits_poorly
from evcargo.report.charts import ROW, WIDTH, short_name
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.origins import association_table
from evcargo.report.parts import Column, Figure, groups_of, table_of
from evcargo.report.results import Results
from evcargo.report.svg import BLUE, FAINT, INK, LINE, MUTED, SURFACE, drawing, inline_svg

POOR = "poor fit, not to be read"
ACROSS = 3  # sources in one row of the figure


def mixtures_part(results: Results) -> dict[str, Any]:
    """Collect the fitted mixtures by assay, or the reason why there are none."""
    table, fits = results.mixtures, results.mixture_fits
    if table is None or fits is None or table.empty:
        said = "Not assessed: no reference profiles are given (interpretation.reference_profiles)."
        return {"obstacle": said, "assays": []}
    order = [sample for group in groups_of(results.samples) for sample in group.samples]
    assays = []
    for assay, rows in table.groupby("assay", sort=False):
        lines = fits[fits["assay"] == assay]
        word = ASSAY_WORDS.get(assay, assay)
        assays.append(
            {
                "word": word,
                "figure": mixture_figure(rows, lines, order, f"mixtures-{assay}", word),
                "fits": _fit_table(lines, str(assay), word),
                "warnings": _counted(lines, "warning"),
                "reasons": _counted(lines, "reason"),
            }
        )
    return {
        "obstacle": "",
        "assays": assays,
        "associations": association_table(results, "share of ", "mixture-associations"),
    }


def _counted(lines: pd.DataFrame, column: str) -> list[str]:
    """Each text once, with the number of samples that it is about."""
    told = lines[lines[column].notna() & (lines[column] != "")]
    counts = told.groupby(column, sort=True)["sample"].nunique()
    return [f"{text} ({count} of {len(lines)} samples)" for text, count in counts.items()]


def mixture_figure(
    rows: pd.DataFrame, fits: pd.DataFrame, order: list[str], ident: str, word: str
) -> Figure | None:
    """Draw the shares of the sources with their 90 % intervals; None if no sample was fitted.

    Shares of a fit that is poor are hollow and grey, without an interval.
    """
    if rows["share"].isna().all():
        return None
    poor = set(fits.loc[fits_poorly(fits), "sample"])
    title = f"Shares of the reference profiles, {word}"
    columns = [
        Column("sample"),
        Column("source", "short"),
        Column("share", "share"),
        Column("from", "share"),
        Column("to", "share"),
        Column("fit", "short"),
    ]
    frame = rows[["sample", "source", "share", "ci_low", "ci_high"]]
    words = rows["sample"].map(lambda sample: POOR if sample in poor else "")
    frame = frame.assign(fit=words.where(rows["share"].notna(), ""))
    behind = table_of(f"{ident}-data", title, frame, columns)
    caption = (
        "The part of a sample's fitted signal that looks like each profile, with its 90 % interval"
        " (features drawn anew). It is a share of signal, not of vesicles: sources differ in what"
        " they load and shed. Only sources with a profile can be found."
    )
    if poor:
        caption += f" Hollow and grey: {POOR}."
    return Figure(ident, title, caption, _bars(rows, poor, order, ident, title), behind)


def _bars(rows: pd.DataFrame, poor: set[str], order: list[str], ident: str, title: str) -> Markup:
    sources = list(dict.fromkeys(rows["source"]))
    samples = [sample for sample in order if sample in set(rows["sample"])]
    across = min(ACROSS, len(sources))
    down = -(-len(sources) // across)
    with drawing():
        height = down * (ROW * len(samples) + 0.7) + 0.3
        figure = Canvas(figsize=(WIDTH, height), layout="constrained")
        panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        for panel, source in zip(panels, sources, strict=False):
            of_source = rows[rows["source"] == source].set_index("sample")
            for y, sample in enumerate(samples):
                share = of_source.at[sample, "share"]
                if pd.isna(share):
                    panel.text(0.01, y, "not fitted", va="center", color=MUTED, style="italic")
                    continue
                if sample in poor:
                    panel.barh(y, share, 0.68, color="none", edgecolor=FAINT, lw=0.8)
                    panel.text(0.01, y, "poor fit", va="center", color=MUTED, style="italic")
                    continue
                ends = [of_source.at[sample, "ci_low"], of_source.at[sample, "ci_high"]]
                panel.barh(y, share, 0.68, color=BLUE, edgecolor=SURFACE, lw=0.8)
                panel.plot(ends, [y, y], color=INK, lw=1.4)
            panel.set_title(source)
            panel.grid(axis="y", visible=False)
            panel.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
            panel.spines["left"].set_visible(False)
            panel.spines["bottom"].set_color(LINE)
        panels[0].set_yticks(range(len(samples)), [short_name(name) for name in samples])
        panels[0].set_ylim(len(samples) - 0.4, -0.6)
        highest = float(rows[["share", "ci_high"]].max().max())
        panels[0].set_xlim(0, min(1.0, 1.05 * highest))
        for panel in panels[len(sources) :]:
            panel.set_visible(False)
        return inline_svg(figure, ident, title, f"{len(samples)} samples, {len(sources)} sources.")


def _fit_table(lines: pd.DataFrame, assay: str, word: str) -> Any:
    columns = [
        Column("sample"),
        Column("features", "number"),
        Column("correlation", "number"),
        Column("skewness", "p", "p-value"),
        Column("condition number", "number"),
        Column("warning"),
        Column("why not fitted"),
    ]
    names = ["features", "correlation", "skewness_p_value", "condition_number", "warning", "reason"]
    note = "A small p-value of skewness: features stand out above the fit, so a source is missing."
    frame = lines[["sample", *names]]
    return table_of(
        f"mixture-fits-{assay}", f"How well the mixtures fit, {word}", frame, columns, note
    )
