"""The part on small RNA of the section on quality: gate, adapters, lengths, classes, saturation."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evcargo.report import charts
from evcargo.report.parts import (
    Column,
    Figure,
    Group,
    Table,
    figure_text,
    groups_of,
    share_text,
    table_of,
)
from evcargo.report.results import Results

PEAK_NT = (20, 25)
LONGEST_NT = 60
INSERT_NT = 22
SHORT_WORDS = {"not assessed": "n/a"}


def rna_part(results: Results) -> dict[str, Any] | None:
    """Collect what the part shows; None for a study without small RNA."""
    if results.rna_gate is None:
        return None
    groups = groups_of(results.samples)
    return {
        "groups": groups,
        "gate": gate_map(results.rna_gate, groups),
        "evidence": gate_table(results),
        "lowered": lowered(results.rna_gate),
        "adapters": adapter_table(results),
        "figures": [
            figure
            for figure in (
                length_figure(results, groups),
                class_figure(results, groups),
                fragment_figure(results, groups),
                saturation_figure(results, groups),
                mismatch_figure(results, groups),
            )
            if figure
        ],
    }


def gate_map(gate: pd.DataFrame, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Arrange rules x samples, the overall verdict first; a cell has verdict, word and value."""
    rows = []
    for rule, found in gate.groupby("rule", sort=False):
        by_sample = found.set_index("sample")
        cells = [_cell(by_sample, sample) for group in groups for sample in group.samples]
        limits = found["threshold"].dropna()
        shown = "" if rule in ("overall", "adapter") or limits.empty else limits.iloc[0]
        rows.append({"criterion": rule, "assay": shown, "cells": cells})
    return sorted(rows, key=lambda row: row["criterion"] != "overall")


def lowered(gate: pd.DataFrame) -> str:
    """Give the words about a minimum of reads that is not the default; empty if it is."""
    said = gate["reason"].str.extract(r"(rna\.gate\.min_reads was .*)$")[0].dropna()
    return "" if said.empty else f"{said.iloc[0]}."


def gate_table(results: Results) -> Table:
    """List every rule of every sample."""
    names = ["sample", "rule", "verdict", "value", "unit", "threshold", "reason", "source"]
    kinds = {"verdict": "verdict", "value": "number"}
    columns = [Column(name, kinds.get(name, "text")) for name in names]  # type: ignore[arg-type]
    frame = _in_sheet_order(_table(results.rna_gate), results)[names]
    return table_of("rna-gate", "Quality gate: every rule of every sample", frame, columns)


def adapter_table(results: Results) -> Table | None:
    """List kit, verdict and share of each run; None where nothing was sequenced."""
    table = _table(results.rna_adapters)
    table = table[table["run"].notna()]
    if table.empty:
        return None
    names = ["run", "sample", "kit", "verdict", "share", "found", "found_share", "problem"]
    names.append("notes")
    words = {
        "share": "first reads with its adapter",
        "verdict": "confidence",
        "found": "most frequent known adapter",
        "found_share": "first reads with that",
    }
    columns = [
        Column(words.get(name, name), "share" if name.endswith("share") else "text")
        for name in names
    ]
    frame = _in_sheet_order(table, results)[names]
    return table_of("rna-adapters", "Adapters that the runs carry", frame, columns)


def length_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the insert lengths of each sample; None where nothing was sequenced."""
    table = _table(results.rna_lengths)
    if table.empty:
        return None
    wide = table.pivot_table(index="length", columns="sample", values="reads", aggfunc="sum")
    wide = wide.astype(float).fillna(0.0)
    lengths = range(int(wide.index.max()) + 1)
    shares = (wide / wide.sum().where(lambda total: total > 0)).reindex(lengths, fill_value=0.0)
    order = [s for group in groups for s in group.samples if s in shares]
    shown = shares.loc[:LONGEST_NT]
    lines = {s: (shown.index.to_numpy(float), 100 * shown[s].to_numpy()) for s in order}
    ident, title = "fig-rna-lengths", "Insert lengths"
    svg = charts.line_panels(
        lines, groups, ident, title, "length (nt)", "% of the inserts", band=PEAK_NT
    )
    caption = (
        "Length of the inserts after the adapter was removed. The band is 20 to 25 nt, where miRNAs"
        " are; 0 to 3 nt are adapter dimers, 30 to 33 nt often fragments of tRNA and Y RNA."
    )
    columns = [Column("length", "number", "nt"), *(Column(s, "share") for s in order)]
    data = table_of("rna-lengths", "Inserts by length", shares[order].reset_index(), columns)
    return Figure(ident, title, caption, svg, data)


def class_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the RNA classes of the inserts; None where nothing was sequenced."""
    table = _table(results.rna_classes)
    if table.empty:
        return None
    wide = table.pivot_table(
        index="sample", columns="class", values="insert_share", sort=False, dropna=False
    ).astype(float)
    order = [c for c in wide if c not in charts.REST] + [c for c in wide if c in charts.REST]
    ident, title = "fig-rna-classes", "RNA classes"
    svg = charts.stacked_bars(wide, groups, order, ident, title, "share of the inserts")
    samples = [s for group in groups for s in group.samples]
    columns = [Column("sample"), *(Column(name, "share") for name in order)]
    data = table_of(
        "rna-classes", "Inserts by RNA class", wide.reindex(samples)[order].reset_index(), columns
    )
    caption = "Every insert (but those of low complexity) is in exactly one class."
    return Figure(ident, title, caption, svg, data)


def fragment_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the types of tRNA fragments; None where there are none."""
    table = _table(results.rna_fragments)
    table = table[table["class"] == "tRNA"]
    if table.empty:
        return None
    wide = table.pivot_table(index="sample", columns="type", values="reads", aggfunc="sum")
    wide = wide.astype(float).fillna(0.0)
    order = wide.sum().sort_values(ascending=False, kind="stable").index.tolist()
    shares = wide.div(wide.sum(axis=1), axis=0)[order]
    ident, title = "fig-rna-fragments", "tRNA fragments"
    svg = charts.stacked_bars(shares, groups, order, ident, title, "share of the tRNA reads")
    samples = [s for group in groups for s in group.samples]
    columns = [Column("sample"), *(Column(name, "share") for name in order)]
    data = table_of(
        "rna-fragments", "tRNA reads by type", shares.reindex(samples).reset_index(), columns
    )
    caption = (
        "Types by place on the mature tRNA, after MINTbase: halves end or begin in the anticodon"
        " loop, tRF-5 and tRF-3 are shorter pieces of the ends, i-tRF lie inside."
    )
    return Figure(ident, title, caption, svg, data)


def mismatch_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the mismatches of miRNA reads by position; None where too few reads were sequenced."""
    if results.rna_positions is None:
        return None
    table = results.rna_positions[results.rna_positions["mismatch_share"].notna()]
    table = table[table["position"].astype(float) <= INSERT_NT]
    if table.empty:
        return None
    shares = table.pivot_table(index="position", columns="sample", values="mismatch_share")
    shares = shares.astype(float)
    order = [s for group in groups for s in group.samples if s in shares]
    lines = {s: (shares.index.to_numpy(float), 100 * shares[s].to_numpy()) for s in order}
    ident, title = "fig-rna-mismatches", "Mismatches by position"
    svg = charts.line_panels(
        lines, groups, ident, title, "position in the insert (nt)", "% of the miRNA reads"
    )
    caption = (
        "miRNA reads that differ from their hairpin, by position in the insert. A position at which"
        " many reads differ was read at a bad cycle of the sequencer, or, where they are all of one"
        " miRNA, may be a variant of the donor; isomiRs with such a mismatch are marked. Bases,"
        " qualities and the miRNAs are in results/rna/positions.tsv and cycles.tsv."
    )
    columns = [Column("position", "number", "nt"), *(Column(s, "share") for s in order)]
    data = table_of(
        "rna-mismatches", "Mismatches by position", shares[order].reset_index(), columns
    )
    return Figure(ident, title, caption, svg, data)


def saturation_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw how many mature miRNAs fewer reads would show; None where there are no counts."""
    table = _table(results.rna_saturation)
    table = table[table["reads"].notna()]
    if table.empty:
        return None
    lines = {
        str(sample): (
            np.append(0.0, own["reads"].to_numpy(float)),
            np.append(0.0, own["features"].to_numpy(float)),
        )
        for sample, own in table.groupby("sample", sort=False)
    }
    ident, title = "fig-rna-saturation", "Saturation"
    svg = charts.line_panels(lines, groups, ident, title, "reads", "mature miRNAs")
    caption = (
        "Mature miRNAs that a random draw of the sample's reads is expected to show (Hurlbert"
        " 1971). A curve that is still steep at its end says that more reads would show more."
    )
    columns = [Column("sample"), Column("reads", "number"), Column("mature miRNAs", "number")]
    data = table_of(
        "rna-saturation", "Expected mature miRNAs", _in_sheet_order(table, results), columns
    )
    return Figure(ident, title, caption, svg, data)


def _table(table: pd.DataFrame | None) -> pd.DataFrame:
    if table is None:
        raise ValueError("a study with small RNA has all tables of its stage")
    return table


def _in_sheet_order(table: pd.DataFrame, results: Results) -> pd.DataFrame:
    place = {sample: n for n, sample in enumerate(results.samples["sample"])}
    return table.sort_values("sample", key=lambda column: column.map(place), kind="stable")


def _cell(by_sample: pd.DataFrame, sample: str) -> dict[str, str]:
    if sample not in by_sample.index:
        return {"verdict": "not assessed", "word": "n/a", "said": f"{sample}: not assessed"}
    row = by_sample.loc[sample]
    verdict = str(row["verdict"])
    value = ""
    if pd.notna(row["value"]):
        fraction = row["unit"] == "fraction"
        number = share_text(row["value"]) if fraction else figure_text(row["value"])
        value = f", {number}{'' if fraction else ' ' + str(row['unit'])}"
    word = SHORT_WORDS.get(verdict, verdict)
    return {
        "verdict": verdict,
        "word": word,
        "said": f"{sample}: {verdict}{value}. {row['reason']}",
    }
