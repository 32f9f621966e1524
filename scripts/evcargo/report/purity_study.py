"""Purity over the study: what was done about it, matched material, assays, samples and batches."""

from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.purity.export import assay_verdicts, disagree
from evcargo.purity.outliers import FAR, LEAST_SCALE
from evcargo.report.parts import (
    MATERIAL_WORDS,
    Column,
    Figure,
    Table,
    counted,
    figure_text,
    listed,
    table_of_cells,
)
from evcargo.report.results import Results
from evcargo.report.svg import BLUE, LINE, MUTED, SURFACE, VERMILLION, drawing, inline_svg

#: Marker and colour of a finding.
STYLES = {"enriched": (">", BLUE), "depleted": ("<", VERMILLION)}
OTHERWISE = ("o", MUTED)
FACTORS = {"batch": "batches", "isolation": "isolation methods"}


def purity_study_section(results: Results) -> dict[str, Any]:
    """Collect what the report shows of purity over the study."""
    return {
        "action": action_words(results),
        "enrichment": enrichment_figures(results),
        "matched": bool(results.samples["material"].isin(["source", "depleted"]).any()),
        "disagreeing": disagreeing(results),
        "consistency": consistency_table(results),
        "outliers": outlier_table(results),
        "compared": 0 if results.outliers is None else len(results.outliers),
        "groups": group_table(results),
        "checklist": checklist_table(results),
    }


def action_words(results: Results) -> str:
    """Say what the differential tests do with impure samples."""
    action = results.config["purity"]["action"]
    fails = int((results.verdicts["verdict"] == "fail").sum())
    if action == "report":
        if not fails:
            return ""
        return (
            f"{counted(fails, 'sample')} with the verdict fail {'is' if fails == 1 else 'are'} in"
            " the differential tests like any other: purity.action is report."
        )
    actions = results.actions
    touched = pd.DataFrame() if actions is None else actions[actions["action"] != "none"]
    if touched.empty:
        return f"purity.action is {action}; no sample was treated differently."
    if action == "exclude":
        names = listed(touched["sample"].astype(str).tolist())
        return (
            "Left out of the differential tests, and of those of purity between contrasts, batches"
            f" and isolation methods, by purity.action exclude: {names}. What is below on matched"
            " material, agreement and outliers keeps them."
        )
    weights = [f"{row.sample} {figure_text(row.weight)}" for row in touched.itertuples(index=False)]
    return (
        "Counted less in the differential tests of proteins, by purity.action weight:"
        f" {listed(weights)}. Counts of RNA are compared without weights."
    )


def enrichment_figures(results: Results) -> list[Figure]:
    """Draw the enrichment against each matched material that has pairs."""
    table = results.enrichment
    if table is None:
        return []
    figures = []
    for material, rows in table.groupby("material", sort=False):
        rows = rows[rows["log2_difference"].notna()]
        if len(rows):
            figures.append(_enrichment_figure(str(material), rows))
    return figures


def _enrichment_figure(material: str, rows: pd.DataFrame) -> Figure:
    word = {"source": "the source", "depleted": "the depleted material"}[material]
    ident, title = f"fig-enrichment-{material}", f"EVs against {word}"
    pairs = int(rows["n_pairs"].max())
    told = rows["as_expected"].dropna()
    against = rows.loc[told.index[~told.astype(bool)], "set"].tolist()
    caption = (
        f"Mean log2 change of the share of the signal from {word} to the EVs of the same"
        f" {counted(pairs, 'subject')}, condition by condition"
    )
    caption += (
        ", with its 95 % interval (paired t). Triangles point to where the change is significant"
        " after adjustment."
        if rows["finding"].ne("not assessed").any()
        else ". Fewer than three pairs are not tested."
    )
    caption += f" Against expectation: {listed(against)}." if against else ""
    cells = {
        Column("set"): rows["set"],
        Column("kind", "short"): rows["kind"],
        Column("expected", "short"): rows["expected"],
        Column("finding"): rows["finding"],
        Column("change", "number", "log2"): rows["log2_difference"],
        Column("95 % CI low", "number", "log2"): rows["ci_low"],
        Column("95 % CI high", "number", "log2"): rows["ci_high"],
        Column("pairs", "number"): rows["n_pairs"],
        Column("pairs with a zero", "number"): rows["n_zero"],
        Column("p-value", "p"): rows["p_value"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("p by flipped signs", "p"): rows["sign_flip_p_value"],
    }
    table = table_of_cells(f"enrichment-{material}", title, cells)
    return Figure(ident, title, caption, _forest(rows, ident, title), table)


def _forest(rows: pd.DataFrame, ident: str, title: str) -> Markup:
    """Draw change and interval of every set, classes first."""
    with drawing():
        canvas = Canvas(figsize=(7, 0.9 + 0.26 * len(rows)), layout="constrained")
        axes = canvas.add_subplot()
        axes.axvline(0, color=LINE, lw=1.2)
        for y, row in enumerate(rows.itertuples(index=False)):
            marker, colour = STYLES.get(str(row.finding), OTHERWISE)
            if pd.notna(row.ci_low):
                axes.plot([row.ci_low, row.ci_high], [y, y], color=colour, lw=1.4)
            axes.plot(row.log2_difference, y, marker, ms=7, color=colour, mec=SURFACE, mew=0.8)
        labels = [
            f"{row.set} (panel)" if row.kind == "panel" else row.set
            for row in rows.itertuples(index=False)
        ]
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("log2 change of the share, EV minus matched material")
        return inline_svg(canvas, ident, title, f"{len(rows)} sets.")


def disagreeing(results: Results) -> list[str]:
    """EV preparations that one assay passes and another one fails."""
    ev = results.samples.loc[results.samples["material"] == "ev", "sample"]
    flags = disagree(assay_verdicts(results.criteria).reindex(ev))
    return flags.index[flags].astype(str).tolist()


def consistency_table(results: Results) -> Table | None:
    """List the metrics of different evidence that should go together, or None without any."""
    rows = results.consistency
    if rows is None or rows.empty:
        return None
    cells = {
        Column("metric"): rows["metric"] + " (" + rows["assay"] + ")",
        Column("with"): rows["with_metric"] + " (" + rows["with_assay"] + ")",
        Column("expected", "short"): rows["expected"],
        Column("agree", "short"): _yes(rows["agree"]),
        Column("ρ", "number"): rows["correlation"],
        Column("n", "number"): rows["n"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("rule"): rows["rule"],
    }
    note = "Spearman correlation among the EV preparations, permutation test."
    return table_of_cells("consistency", "Do the assays agree?", cells, note)


def outlier_table(results: Results) -> Table | None:
    """List the samples that are unlike the others of their group, or None if there are none."""
    table = results.outliers
    if table is None or not table["outlier"].fillna(False).any():
        return None
    rows = table[table["outlier"].fillna(False)]
    cells = {
        Column("sample"): rows["sample"],
        Column("group"): rows["condition"].fillna("")
        + " "
        + rows["material"].map(MATERIAL_WORDS).fillna(""),
        Column("metric"): rows["metric"],
        Column("value", "number", "log2"): rows["log2_value"],
        Column("median of the others", "number", "log2"): rows["log2_median"],
        Column("robust z", "number"): rows["robust_z"],
    }
    note = (
        f"Further than {FAR:g} robust standard deviations from the median of the others of its"
        " material and condition. The deviations over all conditions of the material make the"
        f" standard deviation, which is at least {LEAST_SCALE:g}. The value of a contaminant share"
        " is not the share itself but log2 of the share over the signal of everything that is no"
        " contaminant; other shares are log2 odds."
    )
    return table_of_cells(
        "purity-outliers", "Samples unlike the others of their group", cells, note
    )


def group_table(results: Results) -> Table | None:
    """List purity by batch and isolation method, or None where nothing could be compared."""
    rows = results.groups
    if rows is None or rows["p_value"].isna().all():
        return None
    rows = rows[rows["p_value"].notna()].sort_values(
        ["factor", "material", "p_value"], kind="stable"
    )
    cells = {
        Column("metric"): rows["metric"],
        Column("between"): rows["factor"].map(FACTORS)
        + ", "
        + rows["material"].map(MATERIAL_WORDS).fillna(""),
        Column("differs", "short"): _yes(rows["differs"]),
        Column("highest"): _level(rows["highest"], rows["highest_median"]),
        Column("lowest"): _level(rows["lowest"], rows["lowest_median"]),
        Column("effect", "number"): rows["effect"],
        Column("p-value", "p"): rows["p_value"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("rule"): rows["rule"],
    }
    note = (
        "Permutation tests of ranks within conditions; effect: share of the variance of the ranks."
    )
    return table_of_cells("purity-groups", "Purity by batch and isolation method", cells, note)


def checklist_table(results: Results) -> Table | None:
    """Show the reporting checklist, as far as it is filled in."""
    rows = results.checklist
    if rows is None:
        return None
    cells = {
        Column("item"): rows["item"],
        Column("guideline"): rows["guideline"] + ", " + rows["section"],
        Column("answer"): rows["answer"],
        Column("from"): rows["origin"],
    }
    filled = int(rows["answer"].notna().sum())
    note = f"{filled} of {len(rows)} items are told by the study's files; the others stay blank."
    return table_of_cells("checklist", "Reporting checklist, MISEV2023 and EV-TRACK", cells, note)


def _yes(flags: pd.Series) -> pd.Series:
    return flags.map({True: "yes", False: "no"}).fillna("cannot tell")


def _level(names: pd.Series, medians: pd.Series) -> pd.Series:
    said = [f"{name} ({figure_text(value)})" for name, value in zip(names, medians, strict=True)]
    return pd.Series(said, names.index).where(medians.notna(), "")
