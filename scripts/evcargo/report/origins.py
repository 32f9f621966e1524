"""Tissue or cell of origin: which signatures stand out in which sample."""

from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from evcargo.report.charts import ROW, WIDTH, short_name
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.parts import Column, Figure, Table, groups_of, listed, table_of
from evcargo.report.results import Results
from evcargo.report.svg import BLUE, FAINT, INK, LINE, drawing, inline_svg

FEWEST_GENES = 3
"""Genes of a signature that a sample must show for its score to be coloured."""
STEPS = 20


def origins_part(results: Results) -> dict[str, Any]:
    """Collect the signatures that a study shows, by assay, and what to know of them."""
    table = results.origins
    seen = None if table is None else table[table["in_study"] > 0]
    if table is None or seen is None or seen["score"].isna().all():
        return {"obstacle": "Not assessed: the study shows no gene of any signature.", "assays": []}
    order = [sample for group in groups_of(results.samples) for sample in group.samples]
    assays = [
        {
            "word": ASSAY_WORDS.get(assay, assay),
            "sentence": origin_words(rows),
            "figure": origin_figure(rows, order, f"origins-{assay}", ASSAY_WORDS.get(assay, assay)),
        }
        for assay, rows in seen.groupby("assay", sort=False)
    ]
    notes = seen[seen["stands_out"].fillna(False)].drop_duplicates("signature")
    notes = notes[notes["note"].notna()]
    return {
        "obstacle": "",
        "assays": assays,
        "notes": [f"{row.signature}: {row.note}" for row in notes.itertuples(index=False)],
        "associations": association_table(results, "score of ", "origin-associations"),
    }


def origin_words(rows: pd.DataFrame) -> str:
    """Say which signatures stand out, in how many samples."""
    samples = rows.loc[rows["score"].notna(), "sample"].nunique()
    counts = rows[rows["stands_out"].fillna(False)].groupby("signature")["sample"].nunique()
    if counts.empty:
        return f"No signature stands out in any of {samples} samples."
    parts = [f"{name} in {count} of {samples} samples" for name, count in counts.items()]
    return f"What stands out: {listed(parts)}."


def origin_figure(rows: pd.DataFrame, order: list[str], ident: str, word: str) -> Figure:
    """Draw scores, signatures x samples; a dot where a signature stands out."""
    scores = rows.pivot_table(index="signature", columns="sample", values="score", observed=True)
    scores = scores.reindex(columns=[sample for sample in order if sample in scores])
    few = rows[rows["seen"] < FEWEST_GENES]
    too_few = set(zip(few["signature"], few["sample"], strict=True))
    marked = rows[rows["stands_out"].fillna(False)]
    stand_out = set(zip(marked["signature"], marked["sample"], strict=True))
    columns = [
        Column("sample"),
        Column("signature", "short"),
        Column("score", "number"),
        Column("adjusted p", "p"),
        Column("genes seen", "number"),
        Column("genes of the signature", "number"),
        Column("genes"),
    ]
    names = ["sample", "signature", "score", "adjusted_p_value", "seen", "named", "genes"]
    title = f"Signatures of tissues and cells, {word}"
    note = (
        "The score is the mean relative rank of the genes of a signature in a sample (0.5: as any"
        " genes); the p-value is that of random sets of as many genes."
    )
    behind = table_of(f"{ident}-data", title, rows[names], columns, note)
    caption = (
        "Beside each signature, how many of its genes the study shows. The darker, the higher they"
        " rank within the sample; a dot marks signatures that stand out; grey: fewer than"
        f" {FEWEST_GENES} of its genes are seen in the sample, too few to tell by. It shows what is"
        " in the preparation: cells that were co-isolated or lysed (platelets, red cells) leave the"
        " same traces as their EVs."
    )
    sizes = rows.drop_duplicates("signature").set_index("signature")
    labels = [
        f"{short_name(name)} ({sizes.at[name, 'in_study']} of {sizes.at[name, 'named']} genes)"
        for name in scores.index
    ]
    return Figure(
        ident, title, caption, _heat(scores, labels, (stand_out, too_few), ident, title), behind
    )


def _heat(
    scores: pd.DataFrame,
    labels: list[str],
    marks: tuple[set[tuple[str, str]], set[tuple[str, str]]],
    ident: str,
    title: str,
) -> Markup:
    """Draw scores as shades, with a scale beside; `marks`: what stands out, and what is grey."""
    stand_out, too_few = marks
    with drawing():
        figure = Canvas(figsize=(WIDTH, max(ROW * len(scores) + 1.5, 2.4)), layout="constrained")
        axes, scale = figure.subplots(1, 2, width_ratios=(20, 1))
        for y, signature in enumerate(scores.index):
            for x, sample in enumerate(scores.columns):
                score = scores.at[signature, sample]
                if pd.isna(score):
                    continue
                look = {"color": BLUE, "alpha": _shade(float(score))}
                if (signature, sample) in too_few:
                    look = {"color": FAINT, "alpha": 0.15}
                axes.barh(y, 0.96, 0.92, left=x - 0.48, edgecolor=LINE, **look)
                if (signature, sample) in stand_out:
                    axes.plot(x, y, "o", ms=4, color=INK)
        axes.set_yticks(range(len(scores)), labels)
        axes.set_xticks(range(scores.shape[1]), [short_name(name) for name in scores], rotation=90)
        axes.set_xlim(-0.6, scores.shape[1] - 0.4)
        axes.set_ylim(len(scores) - 0.4, -0.6)
        axes.grid(visible=False)
        for tick in axes.get_yticklabels():
            tick.set_color(INK)
        for spine in axes.spines.values():
            spine.set_visible(False)
        _scale(scale)
        return inline_svg(figure, ident, title, f"{len(scores)} signatures.")


def _shade(score: float) -> float:
    """Opacity of a score: none up to 0.5, which is that of any genes, full at 1."""
    return round(min(max((score - 0.5) * 2, 0.02), 1), 3)


def _scale(axes: Axes) -> None:
    """Draw what shade stands for what score."""
    for step in range(STEPS):
        low = 0.5 + 0.5 * step / STEPS
        shade = _shade(low + 0.25 / STEPS)
        axes.bar(0, 0.5 / STEPS, 1, bottom=low, color=BLUE, alpha=shade, lw=0)
    axes.set_ylim(0.5, 1)
    axes.set_xlim(-0.5, 0.5)
    axes.set_xticks([])
    axes.set_yticks([0.5, 0.75, 1], ["0.5 or less", "0.75", "1"])
    axes.yaxis.tick_right()
    axes.set_title("score")
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def association_table(results: Results, start: str, ident: str) -> Table | None:
    """Show the metrics that begin with `start` against the contrasts; None where there are none."""
    table = results.origin_associations
    if table is None:
        return None
    rows = table[table["metric"].str.startswith(start) & table["p_value"].notna()]
    if rows.empty:
        return None
    rows = rows.sort_values(["contrast", "p_value", "metric"], kind="stable")
    names = ["metric", "assay", "contrast", "median_test", "median_reference", "p_value"]
    frame = rows[[*names, "adjusted_p_value"]]
    frame = frame.assign(metric=rows["metric"].str.removeprefix(start))
    columns = [
        Column(start.split()[0] + " of"),
        Column("assay", "short"),
        Column("contrast"),
        Column("median, test", "number"),
        Column("median, reference", "number"),
        Column("p-value", "p"),
        Column("adjusted p", "p"),
    ]
    note = "Permutation tests of ranks, two-sided."
    return table_of(ident, "Between the groups compared", frame, columns, note)
