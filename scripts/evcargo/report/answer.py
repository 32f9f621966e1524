"""The first section: the verdict of each sample, and one answer per contrast."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evcargo.differential.verdicts import CONTAMINANT, STANDS
from evcargo.purity.kinds import PURITY
from evcargo.report.known_names import ASSAY_WORDS, unknown_names
from evcargo.report.parts import (
    Column,
    Group,
    Table,
    capital,
    counted,
    figure_text,
    groups_of,
    listed,
    p_text,
    table_of,
)
from evcargo.report.results import Results
from evcargo.report.robustness import COUNTS, verdict_counts
from evcargo.study.model import question

NAMED = 3  # metrics that the answer names
VERDICTS = ("pass", "warn", "fail", "not assessed")
NOUNS = {
    "proteins": ("protein", "proteins"),
    "rna": ("small RNA", "small RNAs"),
    "transcripts": ("transcript", "transcripts"),
}


@dataclass(frozen=True)
class Answer:
    """What a contrast found, in one sentence per question.

    Parameters
    ----------
    name
        Name of the contrast.
    heading
        Test v reference.
    verdict
        `warn` where purity differs between the groups or not all hits stand, `pass` where not, and
        `not assessed` where nothing was tested, and where nothing differs and it could not be told
        whether the groups are equally pure.
    cargo
        What differs, and how much of it survives the impurity.
    purity
        Whether the groups are equally pure.
    """

    name: str
    heading: str
    verdict: str
    cargo: str
    purity: str


def answer_section(results: Results) -> dict[str, Any]:
    """Collect what the first section shows."""
    groups = groups_of(results.samples)
    return {
        "unknown_names": [] if results.inputs is None else unknown_names(results.inputs),
        "groups": [_group(results, group) for group in groups],
        "counts": _counts(results, [g for g in groups if g.material == "ev"]),
        "n_ev": sum(len(group.samples) for group in groups if group.material == "ev"),
        "answers": [answer(results, contrast) for contrast in results.config["contrasts"]],
        "table": verdict_table(results),
    }


def answer(results: Results, contrast: dict[str, Any]) -> Answer:
    """Put the findings of one contrast into words."""
    name = str(contrast["name"])
    rows = contrast_rows(results, name)
    related = related_metrics(results, name)
    shaken = int((rows["significant"] - rows["stands"]).fillna(0).sum())
    tested = int(rows["tested"].fillna(0).sum())
    hits = int(rows["significant"].fillna(0).sum())
    table = purity_rows(results, name)
    told = bool(table["associated"].notna().any())
    clean = "warn" if shaken or len(related) else "pass"
    verdict = clean if tested and (hits or told) else "not assessed"
    return Answer(
        name,
        headings(results.config["contrasts"])[name],
        verdict,
        cargo_words(rows),
        purity_words(results, contrast),
    )


def headings(contrasts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give each contrast, by name, a heading of its own: its question, and its name if need be."""
    questions = {str(one["name"]): question(one) for one in contrasts}
    asked = Counter(questions.values())
    return {
        name: text if asked[text] == 1 else f"{text} ({name})" for name, text in questions.items()
    }


def contrast_rows(results: Results, name: str) -> pd.DataFrame:
    """Give the rows of the contrast in the summary table, in the order of the workflow."""
    if results.contrasts is None:
        raise ValueError("a study with contrasts has the table of contrasts")
    rows = results.contrasts[results.contrasts["contrast"] == name]
    rank = {assay: place for place, assay in enumerate(results.assays)}
    return rows.sort_values("assay", key=lambda column: column.map(rank), kind="stable")


def purity_rows(results: Results, name: str) -> pd.DataFrame:
    """Purity metrics against the contrast; a profile that differs is no impurity."""
    table = results.associations
    return table[(table["contrast"] == name) & (table["kind"] == PURITY)]


def related_metrics(results: Results, name: str) -> pd.DataFrame:
    """Find the purity metrics that differ between the two sides of the contrast."""
    table = purity_rows(results, name)
    return table[table["associated"].fillna(False)].sort_values("p_value", kind="stable")


def cargo_words(rows: pd.DataFrame) -> str:
    """Say how many features differ, and of how many the difference survives the impurity."""
    said, silent = [], []
    for row in rows.itertuples(index=False):
        one, many = NOUNS.get(row.assay, (row.assay, row.assay))
        if pd.isna(row.tested) or row.tested == 0:
            silent.append(f"no {one} could be tested")
        elif row.significant == 0:
            silent.append(f"none of {row.tested:,} {many} differs significantly")
        else:
            said.append(_hits(row, one if row.significant == 1 else many))
    if silent:
        said.append(f"{capital(listed(silent))}.")
    return " ".join(said) or "Nothing could be tested."


def _hits(row: Any, noun: str) -> str:
    """Sum up the verdicts of the hits of one assay."""
    if row.not_assessed and row.not_assessed + row.contaminant == row.significant:
        differ = "differs" if row.significant == 1 else "differ"
        rest = "whether that survives"
        if row.contaminant:
            rest = f"{verdict_counts(row, [CONTAMINANT])[0]}; whether the rest survives"
        return (
            f"{row.significant:,} {noun} {differ} significantly: {rest} the impurity was not"
            " assessed."
        )
    others = verdict_counts(row, [verdict for verdict in COUNTS if verdict != STANDS])
    survive = "survives" if row.stands == 1 else "survive"
    rest = f"; {listed(others)}" if others else ""
    return f"{row.stands:,} of {row.significant:,} significant {noun} {survive} the impurity{rest}."


def purity_words(results: Results, contrast: dict[str, Any]) -> str:
    """Say whether the two sides are equally pure, and how well that could be seen."""
    name = str(contrast["name"])
    table = purity_rows(results, name)
    judged = table[table["associated"].notna()]
    related = related_metrics(results, name)
    if judged.empty:
        why = table["rule"].dropna().mode()
        reason = f": {why[0]}" if len(why) else ""
        return f"Whether the two groups are equally pure could not be told{reason}."
    if related.empty:
        return _unseen(judged)
    parts = [_difference(row, contrast) for row in related.head(NAMED).itertuples(index=False)]
    if len(related) > NAMED:
        parts.append(f"{counted(len(related) - NAMED, 'more metric')} differ")
    if related["rule"].str.startswith("suggestive", na=False).all():
        tested = counted(int(table["p_value"].notna().sum()), "metric")
        return (
            f"{_unequal(contrast, 'may')}: {listed(parts)}. There are too few samples for more"
            f" than a suggestion, among {tested}."
        )
    return f"{_unequal(contrast)}: {listed(parts)}."


def _unequal(contrast: dict[str, Any], may: str = "") -> str:
    """Say that purity goes with the contrast."""
    if contrast.get("kind", "pair") == "slope":
        return f"Purity {may + ' change' if may else 'changes'} with {contrast['column']}"
    return f"The groups {may + ' not be' if may else 'are not'} equally pure"


def _unseen(judged: pd.DataFrame) -> str:
    """Say that no metric differs, and which p-value could have been reached at all."""
    sizes = judged["n_test"] + judged["n_reference"].fillna(0)
    largest = judged.loc[sizes.idxmax()]
    n, m = largest["n_test"], largest["n_reference"]
    return (
        f"None of {counted(len(judged), 'purity metric')} differs detectably between the groups;"
        f" with {n if pd.isna(m) else f'{n} v {m}'} independent samples the smallest p-value that"
        f" the test can give is {p_text(largest['least_p_value'])}, so a difference can have gone"
        " unseen."
    )


def _difference(row: Any, contrast: dict[str, Any]) -> str:
    """Say how one metric goes with the contrast."""
    kind, p = contrast.get("kind", "pair"), f"p = {p_text(row.p_value)}"
    if kind == "any":
        return f"{row.metric} differs between the levels of {contrast['column']} ({p})"
    if kind == "slope":
        way = "rises" if row.effect > 0 else "falls"
        return f"{row.metric} {way} with {contrast['column']} (ρ = {figure_text(row.effect)}, {p})"
    way = "higher" if row.median_test > row.median_reference else "lower"
    medians = f"{figure_text(row.median_test)} v {figure_text(row.median_reference)}"
    return f"{row.metric} is {way} in {contrast['test']} (median {medians}, {p})"


def verdict_table(results: Results) -> Table:
    """Give the verdicts as a plain table, for download."""
    frame = results.samples[["sample", "material", "condition"]].merge(
        results.verdicts, on="sample", how="left"
    )
    columns = [
        *(Column(name) for name in ("sample", "material", "condition")),
        Column("verdict", "verdict"),
        *(Column(f"criteria: {verdict}", "number") for verdict in VERDICTS),
        Column("reason"),
    ]
    return table_of("verdicts", "Verdict of each sample", frame, columns)


def _group(results: Results, group: Group) -> dict[str, Any]:
    verdicts = results.verdicts.set_index("sample")
    rows = []
    for sample in group.samples:
        known = sample in verdicts.index
        row = verdicts.loc[sample] if known else None
        rows.append(
            {
                "sample": sample,
                "anchor": sample_anchor(results, sample),
                "verdict": str(row["verdict"]) if row is not None else "not assessed",
                "reasons": str(row["reason"]).split("; ")
                if row is not None and pd.notna(row["reason"])
                else [],
                "counts": [
                    (v, int(row[f"n_{v.replace(' ', '_')}"])) for v in VERDICTS if row is not None
                ],
                "troubles": _troubles(results, sample),
            }
        )
    return {"label": group.label, "material": group.material, "rows": rows}


def _troubles(results: Results, sample: str) -> list[str]:
    """Say what of the sample was not measured or failed, and what was done about it."""
    table = results.statuses
    rows = table[(table["sample"] == sample) & (table["status"] != "ok")]
    said = []
    for row in rows.itertuples(index=False):
        reason = (
            f": {row.status_reason}" if pd.notna(row.status_reason) and row.status_reason else ""
        )
        said.append(f"{ASSAY_WORDS.get(row.assay, row.assay)} {row.status}{reason}")
    return said + _acted(results, sample)


def _acted(results: Results, sample: str) -> list[str]:
    """Say what the differential tests do with the sample, if not what they do with any other."""
    if results.actions is None:
        return []
    rows = results.actions[results.actions["sample"] == sample]
    words = {"left out": "left out of the comparisons", "weighted": "counts less in comparisons"}
    return [words[action] for action in rows["action"] if action in words]


def _counts(results: Results, groups: list[Group]) -> list[tuple[str, int]]:
    chosen = [sample for group in groups for sample in group.samples]
    seen = results.verdicts[results.verdicts["sample"].isin(chosen)]["verdict"]
    return [(verdict, int((seen == verdict).sum())) for verdict in VERDICTS]


def sample_anchor(results: Results, sample: str) -> str:
    """Give the id of the sample's evidence in the page; never made of the user's own words."""
    return f"evidence-{list(results.samples['sample']).index(sample) + 1}"
