"""The sections on small RNA of the MultiQC page."""

from html import escape
from typing import Any

import pandas as pd

from evcargo.multiqc import plot_section

# The verdicts' colours of the report; the word stands in each cell, so that no colour is needed.
COLOURS = {"pass": "#00694d", "warn": "#8a5300", "fail": "#a83200", "not assessed": "#59626d"}
# Reads that never reach the length filters, or are dropped after them.
NOT_FILTERED = ("untrimmed", "low_quality")


def gate_section(gate: pd.DataFrame) -> dict[str, Any]:
    """Make a table of the verdicts, samples x rules (contract ``rna_gate``)."""
    rules = gate.drop_duplicates("rule").set_index("rule")[["threshold", "source"]].fillna("")
    rules = rules.loc[sorted(rules.index, key=lambda rule: rule != "overall")]
    headers = {
        f"gate_{number}": {
            "title": rule,
            "description": escape(
                f"{rule}: {row['threshold']}. {row['source']}"
            ),  # MultiQC does not
            "scale": False,
            "cond_formatting_rules": {word: [{"s_eq": word}] for word in COLOURS},
        }
        for number, (rule, row) in enumerate(rules.iterrows())
    }
    column = dict(zip(rules.index, headers, strict=True))
    data: dict[str, dict[str, str]] = {}
    for row in gate.itertuples(index=False):
        data.setdefault(str(row.sample), {})[column[row.rule]] = str(row.verdict)
    return plot_section(
        "rna_gate",
        "Small RNA: quality gate",
        "Verdict of each sample by each rule; a rule without data is not assessed. Limits and"
        " sources are in the heads, values in results/rna/gate.tsv.",
        "table",
        {"col1_header": "", "namespace": "gate"},
        data,
    ) | {"headers": headers}


def trimming_section(funnel: pd.DataFrame, lengths: pd.DataFrame) -> dict[str, Any]:
    """Make a table of what trimming did, in cutadapt's words (``funnel`` and ``rna_lengths``)."""
    words = {
        "processed": ("Total reads processed", "reads read"),
        "with_adapters": (
            "Reads with adapters",
            "reads in which the 3' adapter was found, or that came trimmed",
        ),
        "with_adapters_share": ("% with adapters", "reads with adapters of all reads"),
        "too_short": ("Too short", "reads whose insert was too short"),
        "too_long": ("Too long", "reads whose insert was too long"),
        "written": ("Written (passing filters)", "reads whose insert passed the filters"),
        "written_share": ("% written", "reads written of all reads"),
    }
    headers: dict[str, dict[str, Any]] = {}
    for name, (title, description) in words.items():
        headers[name] = {"title": title, "description": description, "format": "{:,.0f}"}
        if name.endswith("_share"):
            headers[name] |= {"min": 0, "max": 100, "suffix": "%", "format": "{:,.1f}"}
    found = lengths.groupby("sample")["reads"].sum()
    steps = funnel.pivot_table(index="sample", columns="step", values="reads", sort=False)
    data = {}
    for sample, own in steps.fillna(0).iterrows():
        processed, adapters = float(own.sum()), float(found.get(sample, 0))
        fates = ("too_short", "too_long", "no_umi", *NOT_FILTERED)
        written = processed - sum(float(own.get(fate, 0)) for fate in fates)
        data[str(sample)] = {
            "processed": processed,
            "with_adapters": adapters,
            "with_adapters_share": 100 * adapters / processed,
            "too_short": float(own.get("too_short", 0)),
            "too_long": float(own.get("too_long", 0)),
            "written": written,
            "written_share": 100 * written / processed,
        }
    return plot_section(
        "trimming",
        "Small RNA: trimming",
        "Adapters and low-quality ends were removed with cutadapt's library.",
        "table",
        {"col1_header": ""},
        data,
    ) | {"headers": headers}


def classes_section(classes: pd.DataFrame) -> dict[str, Any]:
    """Make a stacked bar of the inserts of each sample by RNA class (contract ``rna_classes``)."""
    data: dict[str, dict[str, float]] = {}
    for row in classes.itertuples(index=False):
        data.setdefault(str(row.sample), {})[str(row[1])] = float(row.reads)
    return plot_section(
        "rna_classes",
        "Small RNA: classes",
        "Inserts of each sample by RNA class; every insert is in exactly one.",
        "bargraph",
        {"ylab": "inserts"},
        data,
    )


def lengths_section(lengths: pd.DataFrame) -> dict[str, Any]:
    """Make a line per sample of its insert lengths (contract ``rna_lengths``)."""
    data = {}
    for sample, own in lengths.groupby("sample", sort=False):
        reads = dict(zip(own["length"].astype(int), own["reads"].astype(float), strict=True))
        total = sum(reads.values())
        data[str(sample)] = [
            [nt, 100 * reads.get(nt, 0.0) / total] for nt in range(max(reads) + 1) if total
        ]
    return plot_section(
        "insert_lengths",
        "Small RNA: insert lengths",
        "Length of the inserts after the adapter was removed, before the length filters."
        " miRNAs are 20 to 25 nt long, adapter dimers 0 to 3 nt.",
        "linegraph",
        {"xlab": "length (nt)", "ylab": "% of the inserts"},
        data,
    )


def saturation_section(saturation: pd.DataFrame) -> dict[str, Any]:
    """Make a line per sample of its saturation curve (contract ``rna_saturation``)."""
    known = saturation[saturation["reads"].notna()]
    data = {
        str(sample): [
            [int(n), float(seen)] for n, seen in zip(own["reads"], own["features"], strict=True)
        ]
        for sample, own in known.groupby("sample", sort=False)
    }
    return plot_section(
        "rna_saturation",
        "Small RNA: saturation",
        "Mature miRNAs that a random draw of the sample's reads is expected to show; the curve ends"
        " at all of its reads.",
        "linegraph",
        {"xlab": "reads", "ylab": "mature miRNAs"},
        data,
    )
