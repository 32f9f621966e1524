"""The section on differential cargo: what the reader must know first, then the hits."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.purity.kinds import PROFILE
from evcargo.report.answer import (
    NOUNS,
    answer,
    contrast_rows,
    related_metrics,
)
from evcargo.report.detection import detected_table, detection_words
from evcargo.report.known_names import ASSAY_WORDS, names_known
from evcargo.report.parts import (
    AMBIGUOUS,
    MATERIAL_WORDS,
    Column,
    Figure,
    Table,
    ambiguous_mark,
    capital,
    counted,
    interval_texts,
    p_text,
    table_of_cells,
)
from evcargo.report.results import Results
from evcargo.report.robustness import robustness_figure, robustness_words, verdict_cells
from evcargo.report.volcano import volcano_points, volcano_spec, volcano_svg
from evcargo.study.model import question

NEXT_METRICS = 10  # purity metrics that are shown beside those that differ
HOVER = 2000  # background points of the interactive volcano


def contrasts_section(results: Results) -> list[dict[str, Any]]:
    """Collect what the section shows, one entry per contrast."""
    return [
        _contrast(results, number, contrast)
        for number, contrast in enumerate(results.config["contrasts"], 1)
    ]


def _contrast(results: Results, number: int, contrast: Mapping[str, Any]) -> dict[str, Any]:
    name = str(contrast["name"])
    rows = contrast_rows(results, name)
    blocks = []
    for row in rows.itertuples(index=False):
        table = results.differential.get((name, row.assay))
        if table is not None:
            blocks.append(_block(results, number, contrast, row, table))
    return {
        "number": number,
        "name": name,
        "answer": answer(results, dict(contrast)),
        "question": question(contrast),
        "kind": contrast.get("kind", "pair"),
        "test": str(contrast["test"]),
        "column": contrast["column"],
        "covariates": contrast.get("covariates", []),
        "material": MATERIAL_WORDS[contrast.get("material", "ev")],
        "associations": association_table(results, contrast, number),
        "related": len(related_metrics(results, name)),
        "blocks": blocks,
    }


def association_table(results: Results, contrast: Mapping[str, Any], number: int) -> Table | None:
    """Show the purity metrics that go with the contrast, and the next ones by p-value.

    None where no metric was measured.
    """
    table = results.associations
    every = table[table["contrast"] == contrast["name"]].sort_values("p_value", kind="stable")
    if every.empty:
        return None
    differs = every["associated"].fillna(False).astype(bool)
    rows = pd.concat([every[differs], every[~differs].head(NEXT_METRICS)])
    pair = contrast.get("kind", "pair") == "pair"
    medians = {
        Column(f"median, {contrast[side]}", "number"): rows[f"median_{side}"]
        for side in ("test", "reference")
        if pair
    }
    cells = {
        Column("purity metric"): rows["metric"],
        Column("differs", "short"): rows["associated"]
        .map({True: "yes", False: "no"})
        .fillna("cannot tell"),
        **medians,
        Column("n", "short"): _sizes(rows) if pair else rows["n_test"].astype(str),
        Column("effect", "number"): rows["effect"],
        Column("p-value", "p"): rows["p_value"],
        Column("adjusted p", "p"): rows["adjusted_p_value"],
        Column("test"): rows["test"],
        Column("rule", "long"): rows["rule"],
    }
    caption = "Purity metrics between the groups"
    if contrast.get("kind", "pair") == "slope":
        caption = f"Purity metrics against {contrast['column']}"
    note = _association_note(rows, len(every) - len(rows), int(differs.sum()), contrast)
    return table_of_cells(f"associations-{number}", caption, cells, note)


def _association_note(
    rows: pd.DataFrame, left: int, differ: int, contrast: Mapping[str, Any]
) -> str:
    note = "Permutation tests of ranks, two-sided. Effect: rank correlation with the comparison" + (
        "." if contrast.get("kind", "pair") != "any" else ", squared."
    )
    note += " n: samples of one subject at one level are averaged and count once."
    if (rows["kind"] == PROFILE).any():
        note += " Panels of subtypes and routes tell of the kind of EVs: no impurity by themselves."
    if left:
        first = f"All that differ ({differ}) and the next" if differ else "The first"
        note += f" {first} {NEXT_METRICS} by p-value; {left} more are in the full table."
    return note


def hit_table(
    table: pd.DataFrame,
    ident: str,
    caption: str,
    top: int,
    ambiguous: frozenset[str] = frozenset(),
) -> Table:
    """All significant features and the `top` next ones by p-value.

    Parameters
    ----------
    table
        Under the contract ``differential``.
    ident, caption
        Id and caption in the page.
    top
        How many features that are not significant are shown.
    ambiguous
        Features whose protein cannot be told from others; they are marked.
    """
    tested = table[table["tested"].fillna(False)].sort_values(
        ["p_value", "feature"], kind="stable", na_position="last"
    )
    significant = tested["significant"].fillna(False).astype(bool)
    shown = pd.concat([tested[significant], tested[~significant].head(top)])
    cells: dict[Column, Any] = {
        Column("name"): [
            ambiguous_mark(str(name), feature in ambiguous)
            for name, feature in zip(
                shown["name"].fillna(shown["feature"]), shown["feature"], strict=True
            )
        ],
        Column("feature"): shown["feature"],
        Column("flag", "flag"): [_flag(row) for row in shown.itertuples(index=False)],
        **_effect(shown),
        **_given_purity(shown),
        Column("p-value", "p"): shown["p_value"],
        Column("adjusted p", "p"): shown["adjusted_p_value"],
        Column("n", "short"): _sizes(shown),
        Column("significant"): shown["significant"].map({True: "yes", False: "no"}).fillna("no"),
    }
    if (shown["name"].fillna(shown["feature"]) == shown["feature"]).all():
        del cells[Column("feature")]
    left = len(tested) - len(shown)
    note = (
        f"All {significant.sum():,} significant features and the next"
        f" {len(shown) - significant.sum():,} by p-value; {left:,} more are in the full table."
        if left
        else f"All {counted(len(shown), 'tested feature')}."
    )
    if ambiguous & set(shown["feature"]):
        note += f" {AMBIGUOUS} marks ambiguous protein groups."
    return table_of_cells(ident, caption, cells, note)


def reasons_not_tested(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Why features have no test, or no adjusted p-value, and how many."""
    untested = table[~table["tested"].fillna(False) | table["adjusted_p_value"].isna()]
    counts = untested["reason"].fillna("no reason was given").value_counts()
    return sorted(
        ((str(r), int(n)) for r, n in counts.items()), key=lambda item: (-item[1], item[0])
    )


def _sizes(rows: pd.DataFrame) -> pd.Series:
    both = rows["n_test"].astype(str) + " v " + rows["n_reference"].astype(str)
    return both.where(rows["n_reference"].notna(), rows["n_test"].astype(str))


def _effect(shown: pd.DataFrame) -> dict[Column, Any]:
    """Columns of the size of the difference: of any two levels, or of the two compared."""
    if "largest_between" in shown and shown["largest_between"].notna().any():
        return {
            Column("largest log2 difference", "number"): shown["largest_difference"],
            Column("between"): shown["largest_between"],
        }
    return {
        Column("log2 fold change", "number"): shown["log2_fold_change"],
        Column("95 % CI", "short"): interval_texts(shown["ci_low"], shown["ci_high"]),
    }


def _given_purity(shown: pd.DataFrame) -> dict[Column, Any]:
    """Columns of the robustness verdict, and of the size of the difference where it was judged."""
    cells: dict[Column, Any] = {
        Column("survives the impurity?", "said"): verdict_cells(shown),
    }
    if shown["log2_fold_change_given_purity"].notna().any():
        low, high = shown["ci_low_given_purity"], shown["ci_high_given_purity"]
        cells[Column("log2 fold change given purity", "number")] = shown[
            "log2_fold_change_given_purity"
        ]
        cells[Column("95 % CI given purity", "short")] = interval_texts(low, high)
    return cells


def _flag(row: Any) -> str | None:
    """Join the flag with its reason, as "lipoprotein: apolipoprotein"."""
    if pd.isna(row.flag):
        return None
    return f"{row.flag}: {row.flag_reason}" if pd.notna(row.flag_reason) else str(row.flag)


def _block(
    results: Results, number: int, contrast: Mapping[str, Any], row: Any, table: pd.DataFrame
) -> dict[str, Any]:
    assay, top = row.assay, int(results.config["report"]["top_features"])
    alpha = results.config["differential"]["alpha"]
    one, many = NOUNS.get(assay, (assay, assay))
    return {
        "assay": assay,
        "word": ASSAY_WORDS.get(assay, assay),
        "id": f"contrast-{number}-{assay}",
        "sentence": _sentence(
            row,
            one,
            many,
            contrast,
            alpha,
            names_known(results.inputs, assay),
        ),
        "warning": "" if pd.isna(row.warning) else row.warning,
        "method": "" if pd.isna(row.method) else row.method,
        "robustness": robustness_words(row, table),
        "bar": robustness_figure(
            row, f"fig-robustness-{number}-{assay}", f"Robustness, {ASSAY_WORDS.get(assay, assay)}"
        ),
        "volcano": _volcano(table, number, assay, contrast),
        "hits": hit_table(
            table,
            f"hits-{number}-{assay}",
            f"{capital(many)}: {question(contrast)}",
            top,
            results.ambiguous if assay == "proteins" else frozenset(),
        )
        if row.tested
        else None,
        "detection": detection_words(row, capital(many), contrast, alpha),
        "detected": detected_table(
            table,
            f"detected-{number}-{assay}",
            f"{capital(many)} seen more often: {question(contrast)}",
            contrast,
            alpha,
        ),
        "not_tested": reasons_not_tested(table),
        "file": f"../differential/{contrast['name']}.{assay}.tsv",
    }


def _sentence(
    row: Any, one: str, many: str, contrast: Mapping[str, Any], alpha: float, named: bool
) -> str:
    if not row.tested:
        return f"No {one} could be tested."
    ways = {
        "pair": f": {row.up:,} higher and {row.down:,} lower in {contrast['test']}",
        "slope": f": {row.up:,} rise and {row.down:,} fall with {contrast['column']}",
        "any": f" between levels of {contrast['column']}",
    }[contrast.get("kind", "pair")]
    said = (
        f"{row.significant:,} of {row.tested:,} tested {many} differ (adjusted p <"
        f" {p_text(alpha)}){ways}."
    )
    if not row.significant:
        return f"None of {row.tested:,} tested {many} differs (adjusted p < {p_text(alpha)})."
    if row.flagged:
        verb = "is a contaminant or impurity marker" if row.flagged == 1 else (
            "are contaminants or impurity markers"
        )  # fmt: skip
        return f"{said} {row.flagged:,} of these {row.significant:,} {verb}."
    if not named:
        return (
            f"{said} Whether any of them is a contaminant is not known: too few identifiers are"
            " known by name."
        )
    return f"{said} None of them is a known contaminant or impurity marker."


def _volcano(
    table: pd.DataFrame, number: int, assay: str, contrast: Mapping[str, Any]
) -> Figure | None:
    points = volcano_points(table)
    if points.empty:
        return None
    axis = f"log2 fold change, {question(contrast)}"
    if contrast.get("kind", "pair") == "pair":
        axis = f"log2 fold change, {contrast['test']} minus {contrast['reference']}"
    title = f"Volcano, {ASSAY_WORDS.get(assay, assay)}"
    ident = f"fig-volcano-{number}-{assay}"
    caption = (
        "Each point is a tested feature. Blue circles differ significantly, and the difference"
        " survives the impurity; triangles are weakened and squares explained by it; diamonds are"
        " contaminants themselves; of hollow circles it could not be assessed. Grey circles and"
        " crosses do not differ. The table below holds the data."
    )
    return Figure(
        ident,
        title,
        caption,
        volcano_svg(points, ident, title, axis),
        None,
        volcano_spec(points, axis, HOVER),
    )
