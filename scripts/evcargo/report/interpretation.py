"""The section on interpretation: what stands behind the differential cargo."""

from collections.abc import Mapping
from typing import Any

from evcargo.report.answer import NOUNS
from evcargo.report.enrichment import (
    overrepresentation_table,
    ranked_table,
    sets_figure,
    sets_sentence,
)
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.layers import (
    concordance_figure,
    concordance_sentence,
    concordance_table,
    pairs_table,
    shifts_table,
    targets_sentence,
)
from evcargo.report.methods import base_name
from evcargo.report.parts import listed
from evcargo.report.results import Results
from evcargo.study.model import question

FOLDER = "../interpretation"


def interpretation_section(results: Results) -> list[dict[str, Any]]:
    """Collect what the section shows, one entry per contrast."""
    options: Mapping[str, Any] = results.config.get("interpretation", {})
    return [
        {
            "number": number,
            "name": contrast["name"],
            "question": question(contrast),
            "own_sets": [base_name(path) for path in options.get("gene_sets", [])],
            "sets": _sets(results, number, str(contrast["name"])),
            "concordance": _concordance(results, number, str(contrast["name"])),
            "targets": _targets(results, number, str(contrast["name"])),
        }
        for number, contrast in enumerate(results.config["contrasts"], 1)
    ]


def _sets(results: Results, number: int, contrast: str) -> list[dict[str, Any]]:
    over, ranked = (results.interpretation.get(n, {}) for n in ("overrepresentation", "ranked"))
    blocks = []
    for assay in results.assays:
        key = f"{contrast}.{assay}"
        if key not in over or key not in ranked:
            continue
        many = NOUNS.get(assay, (assay, assay))[1]
        place = f"{number}-{assay}"
        blocks.append(
            {
                "word": ASSAY_WORDS.get(assay, assay),
                "sentence": sets_sentence(over[key], ranked[key]),
                "figure": sets_figure(
                    over[key], ranked[key], f"fig-sets-{place}", ASSAY_WORDS.get(assay, assay)
                ),
                "tables": [
                    (table, f"{FOLDER}/{key}.{name}.tsv")
                    for table, name in (
                        (
                            overrepresentation_table(over[key], f"sets-{place}", many),
                            "overrepresentation",
                        ),
                        (ranked_table(ranked[key], f"ranked-{place}", many), "ranked"),
                    )
                    if table
                ],
            }
        )
    return blocks


def _concordance(results: Results, number: int, contrast: str) -> dict[str, Any]:
    lines = results.interpretation.get("correlation", {})
    if contrast not in lines:
        missing = [a for a in ("proteins", "transcripts") if a not in results.assays]
        words = listed([ASSAY_WORDS[assay] for assay in missing]) or "result"
        sentence = f"Not assessed: the study has no {words}."
        return {"sentence": sentence, "figure": None, "tables": []}
    table = results.interpretation["concordance"][contrast]
    shown = concordance_table(table, f"concordance-{number}")
    return {
        "sentence": concordance_sentence(lines[contrast]),
        "figure": concordance_figure(table, f"fig-concordance-{number}"),
        "tables": [(shown, f"{FOLDER}/{contrast}.concordance.tsv")] if shown else [],
    }


def _targets(results: Results, number: int, contrast: str) -> dict[str, Any]:
    shifts = results.interpretation.get("targets", {})
    if contrast not in shifts:
        return {"sentence": _no_targets(results), "tables": []}
    pairs = results.interpretation["target_pairs"][contrast]
    tables = (
        (shifts_table(shifts[contrast], f"targets-{number}"), "targets"),
        (pairs_table(pairs, f"pairs-{number}"), "target_pairs"),
    )
    return {
        "sentence": targets_sentence(shifts[contrast], pairs),
        "tables": [(table, f"{FOLDER}/{contrast}.{name}.tsv") for table, name in tables if table],
    }


def _no_targets(results: Results) -> str:
    options: Mapping[str, Any] = results.config.get("interpretation", {})
    if "rna" not in results.assays:
        return f"Not assessed: the study has no {ASSAY_WORDS['rna']}."
    if not {"proteins", "transcripts"} & set(results.assays):
        return "Not assessed: neither proteins nor transcripts were measured beside the miRNAs."
    if not options.get("targets"):
        return "Not assessed: no table of targets was given (interpretation.targets)."
    return "Not assessed."
