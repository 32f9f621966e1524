"""Gene sets of a contrast in the report: the leading ones, as a figure and as two tables."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.differential.verdicts import CONTAMINANT, NOT_ASSESSED, STANDS
from evcargo.report.charts import WIDTH, legend_above, short_name
from evcargo.report.parts import (
    Column,
    Figure,
    Table,
    counted,
    table_of,
    table_of_cells,
)
from evcargo.report.svg import BLUE, INK, LINE, MUTED, SURFACE, drawing, inline_svg

SHOWN = 12  # sets in a figure
MOST = 60  # significant sets in a table
NEXT = 8  # further sets in a table
ROW = 0.27
NAMED = 12  # genes of a set in a table
LONGEST = 90  # characters of a description
WORDS = {
    STANDS: "standing against the impurity",
    CONTAMINANT: "made of contaminants",
    NOT_ASSESSED: "not held to purity",
}
DIRECTIONS = {"up": "higher", "down": "lower", "any": "different"}


def leading(table: pd.DataFrame, most: int = MOST, following: int = NEXT) -> pd.DataFrame:
    """Significant sets, at most `most`, and the `following` next ones by p-value."""
    tested = table[table["p_value"].notna()].sort_values(
        ["p_value", "collection", "set"], kind="stable"
    )
    if "overlap" in tested:
        tested = tested[tested["overlap"] > 0]
    significant = tested["significant"].fillna(False).astype(bool)
    return pd.concat([tested[significant].head(most), tested[~significant].head(following)])


def sets_sentence(over: pd.DataFrame, ranked: pd.DataFrame) -> str:
    """Say how many sets were found in either way, and how many of them stand."""
    tested = ranked["p_value"].notna().sum()
    if not tested:
        why = ranked["reason"].dropna().value_counts()
        because = f": {why.index[0]}" if len(why) else ""
        return f"No gene set could be tested{because}."
    told = [f"{counted(int(tested), 'gene set')} could be tested."]
    if over["p_value"].notna().any():
        hits = over[over["significant"].fillna(False)].sort_values("p_value", kind="stable")
        hits = hits.drop_duplicates(["collection", "set"])  # a set may be found in both directions
        said = f"Among the significant features, {_found(len(hits))} over-represented"
        told.append(said + _standing(hits))
    else:
        told.append("No feature is significant, so no set can be over-represented.")
    found = ranked[ranked["significant"].fillna(False)]
    said = f"In the ranking of all tested features, {_found(len(found))} shifted"
    told.append(said + _standing(found))
    return " ".join(told)


def _found(number: int) -> str:
    return (
        "no set is" if not number else f"{counted(number, 'set')} {'is' if number == 1 else 'are'}"
    )


def _standing(found: pd.DataFrame) -> str:
    if found.empty:
        return "."
    counts = found["robustness"].value_counts()
    told = [f"{number:,} {WORDS.get(verdict, verdict)}" for verdict, number in counts.items()]
    return f" ({', '.join(told)})."


def overrepresentation_table(over: pd.DataFrame, ident: str, word: str) -> Table | None:
    """Show the leading sets among the hits: all hits, then those that stand."""
    rows = leading(over)
    if rows.empty:
        return None
    cells = {
        Column("set"): rows["set"],
        Column("what it is"): _described(rows),
        Column("among features that are", "short"): rows["direction"].map(DIRECTIONS),
        Column("hits in the set", "short"): _of(rows["overlap"], rows["in_background"]),
        Column("fold enrichment", "number"): rows["fold_enrichment"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("adjusted p of hits that stand", "p"): rows["adjusted_p_value_standing"],
        Column("survives the impurity?", "said"): _verdicts(rows),
        Column("genes"): [_genes(cell) for cell in rows["genes"].fillna("")],
    }
    left = int(over["p_value"].notna().sum()) - len(rows)
    note = (
        "Hypergeometric test against the tested genes of this study, each gene counted once."
        f" {left:,} more tests are in the full table."
    )
    return table_of_cells(ident, f"Sets over-represented among significant {word}", cells, note)


def ranked_table(ranked: pd.DataFrame, ident: str, word: str) -> Table | None:
    """Show the leading sets of the ranking, without and with the purity axes."""
    rows = leading(ranked)
    if rows.empty:
        return None
    cells: dict[Column, Any] = {
        Column("set"): rows["set"],
        Column("what it is"): _described(rows),
        Column("direction", "short"): rows["direction"],
        Column("genes", "short"): _of(rows["in_background"], rows["named"]),
        Column("shift", "number", "z"): rows["shift"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("survives the impurity?", "said"): _verdicts(rows),
    }
    if rows["shift_given_purity"].notna().any():
        cells[Column("shift given purity", "number", "z")] = rows["shift_given_purity"]
        cells[Column("p given purity", "p")] = rows["p_value_given_purity"]
    left = int(ranked["p_value"].notna().sum()) - len(rows)
    note = (
        "camera: are the genes of the set higher or lower than the others? It allows for genes of a"
        f" set that go together. {left:,} more sets are in the full table."
    )
    return table_of_cells(ident, f"Sets shifted in the ranking of all tested {word}", cells, note)


def sets_figure(over: pd.DataFrame, ranked: pd.DataFrame, ident: str, word: str) -> Figure | None:
    """Draw the leading sets: over-represented ones, or, without hits, those of the ranking."""
    rows = leading(over, SHOWN, SHOWN).head(SHOWN)
    if len(rows):
        first, second = rows["p_value"], rows["p_value_standing"]
        figures = pd.DataFrame(
            {"set": rows["set"], "direction": rows["direction"].map(DIRECTIONS)}
        ).assign(first=_minus_log10(first), second=_minus_log10(second))
        labels = figures["set"].map(short_name) + ", " + figures["direction"]
        words = ("all hits", "hits that stand")
        axis, title = (
            "−log10 p-value of over-representation",
            f"Leading sets among the hits, {word}",
        )
        columns = [Column("set"), Column("among features that are")]
        caption = "Filled: among all significant features."
        if second.notna().any():
            caption += (
                " Hollow: among those whose difference stands against the impurity; far to the left"
                " of the filled one, the set was found through impurity, or few hits are left."
            )
    else:
        rows = leading(ranked, SHOWN, SHOWN).head(SHOWN)
        if rows.empty:
            return None
        figures = pd.DataFrame({"set": rows["set"]}).assign(
            first=rows["shift"].astype(float), second=rows["shift_given_purity"].astype(float)
        )
        labels = figures["set"].map(short_name)
        words = ("shift", "shift given purity")
        axis, title = "shift (mean z of the set minus that of the others)", f"Leading sets, {word}"
        columns = [Column("set")]
        caption = "Filled: in the ranking of all tested features."
        if figures["second"].notna().any():
            caption += " Hollow: in the model with purity."
    unit = [Column(f"{axis}: {one}", "number") for one in words]
    behind = table_of(f"{ident}-data", title, figures, [*columns, *unit])
    svg = _dots(labels, figures["first"], figures["second"], words, axis, ident, title)
    return Figure(ident, title, caption, svg, behind)


def _dots(
    labels: pd.Series,
    first: pd.Series,
    second: pd.Series,
    words: tuple[str, str],
    axis: str,
    ident: str,
    title: str,
) -> Markup:
    """Draw two marks per row, joined by a line."""
    with drawing():
        canvas = Canvas(figsize=(WIDTH, ROW * len(labels) + 0.95), layout="constrained")
        axes = canvas.add_subplot()
        places = np.arange(len(labels))
        axes.hlines(places, first, second, color=MUTED, lw=1)
        filled = axes.plot(first, places, "o", ms=7, color=BLUE, mec=SURFACE)[0]
        hollow = axes.plot(second, places, "o", ms=7, mfc=SURFACE, mec=BLUE, mew=1.4)[0]
        axes.axvline(0, color=LINE, lw=1)
        axes.set_yticks(places, list(labels))
        for tick in axes.get_yticklabels():
            tick.set_color(INK)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.margins(x=0.06)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(axis)
        shown = [filled, hollow] if second.notna().any() else [filled]
        legend_above(canvas, axes, shown, list(words[: len(shown)]))
        return inline_svg(canvas, ident, title, f"{len(labels)} sets.")


def _minus_log10(p_values: pd.Series) -> pd.Series:
    return -np.log10(p_values.astype(float).clip(lower=1e-300)) + 0.0


def _of(some: pd.Series, every: pd.Series) -> list[str]:
    return [f"{a:,} of {b:,}" for a, b in zip(some, every, strict=True)]


def _genes(cell: str) -> str:
    """Write the first genes of a list, and how many more there are."""
    genes = cell.split(";")
    more = f" and {len(genes) - NAMED} more" if len(genes) > NAMED else ""
    return ", ".join(genes[:NAMED]) + more


def _described(rows: pd.DataFrame) -> list[str]:
    """Describe each set, and name its collection; addresses are left out."""
    plain = (
        rows["description"].fillna("").str.replace(r"https?://\S+|^na$", "", regex=True).str.strip()
    )
    return [
        f"{text[:LONGEST]}{'…' if len(text) > LONGEST else ''} ({collection})"
        if text
        else collection
        for text, collection in zip(plain, rows["collection"], strict=True)
    ]


def _verdicts(rows: pd.DataFrame) -> list[str | None]:
    return [
        None if pd.isna(verdict) else str(verdict) if pd.isna(why) else f"{verdict}: {why}"
        for verdict, why in zip(rows["robustness"], rows["robustness_reason"], strict=True)
    ]
