"""Two layers side by side in the report: protein v mRNA, and miRNAs v their targets."""

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.interpretation.agreement import MRNA_ONLY, NEITHER, OPPOSITE, PROTEIN_ONLY, SAME
from evcargo.report.charts import WIDTH, legend_above
from evcargo.report.parts import (
    Column,
    Figure,
    Table,
    counted,
    figure_text,
    p_text,
    table_of_cells,
)
from evcargo.report.svg import (
    BLUE,
    FAINT,
    MUTED,
    ORANGE,
    PURPLE,
    SURFACE,
    VERMILLION,
    drawing,
    inline_svg,
)

LOOKS = {
    NEITHER: ("o", FAINT, 10),
    PROTEIN_ONLY: ("^", ORANGE, 22),
    MRNA_ONLY: ("v", PURPLE, 22),
    OPPOSITE: ("D", VERMILLION, 26),
    SAME: ("o", BLUE, 26),
}
MANY = 1500  # points above which they are drawn as an image
MOST = 40  # genes, miRNAs or pairs in a table
NEXT = 8  # not significant ones in a table


def concordance_sentence(line: pd.DataFrame) -> str:
    """Say how far protein and mRNA go together (contract ``correlation``)."""
    spearman = line.set_index("method").loc["spearman"]
    if pd.notna(spearman["reason"]):
        return f"Protein and mRNA were not compared: {spearman['reason']}."
    both = spearman["same_direction"] + spearman["opposite_direction"]
    alike = (
        f"{both:,} differ significantly as both, {spearman['same_direction']:,} of them in the same"
        " direction"
        if both
        else "none differs significantly as both"
    )
    return (
        f"{spearman['genes']:,} genes were tested as protein and as mRNA. Their fold changes have"
        f" the rank correlation {figure_text(spearman['correlation'])} (95 % CI"
        f" {figure_text(spearman['ci_low'])} to {figure_text(spearman['ci_high'])});"
        f" {spearman['same_sign']:,} have the same sign. Of these genes, {alike},"
        f" {spearman['protein_only']:,} as protein only and {spearman['mrna_only']:,} as mRNA only."
    )


def concordance_figure(table: pd.DataFrame, ident: str) -> Figure | None:
    """Draw the fold change of the protein against that of the mRNA."""
    if table.empty:
        return None
    title = "Protein v mRNA"
    caption = (
        "Each point is a gene. EVs may take up a protein and its mRNA by different routes, so that"
        " points off the diagonal are no error."
    )
    return Figure(ident, title, caption, _scatter(table, ident, title), None)


def _scatter(table: pd.DataFrame, ident: str, title: str) -> Markup:
    x = table["log2_fold_change_transcript"].astype(float)
    y = table["log2_fold_change_protein"].astype(float)
    with drawing():
        canvas = Canvas(figsize=(WIDTH, 4.6), layout="constrained", dpi=100)
        axes = canvas.add_subplot()
        handles, labels = [], []
        for kind, (marker, colour, size) in LOOKS.items():
            chosen = (table["agreement"] == kind).to_numpy(bool)
            if chosen.any():
                handles.append(
                    axes.scatter(
                        x[chosen], y[chosen], s=size, marker=marker, color=colour,
                        edgecolors=SURFACE, lw=0.4, rasterized=chosen.sum() > MANY,
                    )
                )  # fmt: skip
                labels.append(f"{kind} ({chosen.sum():,})")
        axes.axhline(0, color=MUTED, lw=0.8)
        axes.axvline(0, color=MUTED, lw=0.8)
        axes.set_xlabel("log2 fold change, mRNA")
        axes.set_ylabel("log2 fold change, protein")
        legend_above(canvas, axes, handles, labels)
        return inline_svg(canvas, ident, title, f"{len(table)} genes.")


def concordance_table(table: pd.DataFrame, ident: str) -> Table | None:
    """Show the genes that are significant as either, those as both first."""
    order = {kind: rank for rank, kind in enumerate((SAME, OPPOSITE, PROTEIN_ONLY, MRNA_ONLY))}
    hits = table[table["agreement"] != NEITHER]
    if hits.empty:
        return None
    p = hits[["adjusted_p_value_protein", "adjusted_p_value_transcript"]].astype(float).min(axis=1)
    hits = hits.assign(rank=hits["agreement"].map(order), p=p)
    shown = hits.sort_values(["rank", "p", "gene"], kind="stable").head(MOST)
    cells = {
        Column("gene"): shown["gene"],
        Column("significant in", "short"): shown["agreement"],
        Column("protein, log2 fold change", "number"): shown["log2_fold_change_protein"],
        Column("protein, adjusted p", "p"): shown["adjusted_p_value_protein"],
        Column("mRNA, log2 fold change", "number"): shown["log2_fold_change_transcript"],
        Column("mRNA, adjusted p", "p"): shown["adjusted_p_value_transcript"],
    }
    note = f"{len(shown):,} of {counted(len(hits), 'gene')} significant as protein or mRNA."
    return table_of_cells(ident, "Genes significant as protein or mRNA", cells, note)


def targets_sentence(shifts: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Say how many miRNAs have targets that go against them."""
    if shifts.empty:
        return "No miRNA differs significantly, so no targets were tested."
    told = []
    for assay, rows in shifts.groupby("assay", sort=False):
        tested = rows[rows["p_value"].notna()]
        if tested.empty:
            reasons = rows["reason"].value_counts()
            told.append(f"{assay}: no miRNA could be tested ({reasons.index[0]}).")
            continue
        found = tested[tested["significant"].fillna(False)]["mirna"].tolist()
        names = f": {', '.join(found)}" if found else ""
        told.append(
            f"{str(assay).capitalize()}: {counted(len(tested), 'significant miRNA')} with tested"
            f" targets, {len(found)} with targets shifted against its direction{names}."
        )
    known = pairs[pairs["p_value"].notna()]
    if len(known):
        found = int(known["significant"].fillna(False).sum())
        told.append(
            f"Within the groups, {found:,} of {len(known):,} pairs of a miRNA and a target are"
            " correlated negatively."
        )
    else:
        told += _not_correlated(shifts, pairs)
    return " ".join(told)


def _not_correlated(shifts: pd.DataFrame, pairs: pd.DataFrame) -> list[str]:
    """Say by assay why no pair was correlated."""
    reasons = pd.concat(
        [
            shifts[["assay", "not_correlated"]].set_axis(["assay", "reason"], axis=1),
            pairs[["assay", "reason"]],
        ]
    )
    reasons = reasons[reasons["reason"].fillna("") != ""].drop_duplicates("assay")
    return [
        f"Single pairs were not correlated ({row.assay}): {row.reason}."
        for row in reasons.itertuples(index=False)
    ]


def shifts_table(shifts: pd.DataFrame, ident: str) -> Table | None:
    """Show the miRNAs that differ and the shift of their targets."""
    shown = shifts.head(MOST)
    if shown.empty:
        return None
    cells = {
        Column("miRNA"): shown["mirna"],
        Column("targets in", "short"): shown["assay"],
        Column("log2 fold change of the miRNA", "number"): shown["log2_fold_change"],
        Column("targets tested", "short"): [
            f"{a:,} of {b:,}" for a, b in zip(shown["in_background"], shown["named"], strict=True)
        ],
        Column("shift of the targets", "number", "z"): shown["shift"],
        Column("p-value", "p"): shown["p_value"],
        Column("adjusted p", "p"): shown["adjusted_p_value"],
        Column("miRNA survives the impurity?", "short"): shown["robustness"],
        Column("why not tested"): shown["reason"],
    }
    note = "camera, one-sided: are the targets shifted against the direction of the miRNA?"
    return table_of_cells(ident, "Targets of the miRNAs that differ", cells, note)


def pairs_table(pairs: pd.DataFrame, ident: str) -> Table | None:
    """Show the pairs of a miRNA and a target that are correlated negatively."""
    known = pairs[pairs["p_value"].notna()]
    significant = known["significant"].fillna(False).astype(bool)
    shown = pd.concat([known[significant].head(MOST), known[~significant].head(NEXT)])
    if shown.empty:
        return None
    cells = {
        Column("miRNA"): shown["mirna"],
        Column("target"): shown["gene"],
        Column("measured as", "short"): shown["assay"],
        Column("matched samples", "number"): shown["samples"],
        Column("correlation", "number"): shown["correlation"],
        Column("p-value", "p"): shown["p_value"],
        Column("adjusted p", "p"): shown["adjusted_p_value"],
        Column("support"): shown["support"],
    }
    least = p_text(known["adjusted_p_value"].min())
    note = f"{len(known):,} pairs were tested; the smallest adjusted p-value is {least}."
    return table_of_cells(ident, "Pairs of a miRNA and a target", cells, note)
