"""The part on proteins of the section on quality: from spectra or tables to trusted quantities."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from evcargo.report import charts
from evcargo.report.methods import base_name
from evcargo.report.parts import (
    Column,
    Figure,
    Group,
    Kind,
    Table,
    counted,
    groups_of,
    table_of,
)
from evcargo.report.proteins_charts import before_and_after, trend_panels
from evcargo.report.results import Results

# Figures of runs that are drawn over the order of measurement, raw and never normalised.
TRENDS = {
    "identification_rate": "MS2 spectra identified, %",
    "peptides": "peptides",
    "ms1_tic": "summed MS1 intensity",
    "median_precursor_error": "median precursor error, ppm",
    "missed_cleavage_rate": "PSMs with missed cleavages, %",
    "contaminant_share": "contaminant share of the PSMs, %",
}
ORIGINS = {
    "host": "host",
    "shared": "host and foreign",
    "bovine": "bovine only",
    "foreign": "other foreign",
}
PRESENCE = [
    "quantified by own spectra",
    "only transferred from other runs",
    "missing, below detection",
    "missing at random",
    "missing, reason unknown",
]


def proteins_part(results: Results) -> dict[str, Any] | None:
    """Collect what the part shows; None for a study without proteins."""
    if "proteins" not in results.assays:
        return None
    groups = groups_of(results.samples)
    figures = (
        spectra_figure(results, groups),
        trend_figure(results, groups),
        origin_figure(results, groups),
        missing_figure(results, groups),
        normalisation_figure(results, groups),
    )
    return {
        "rules": rules_table(results),
        "funnel": funnel_table(results),
        "ambiguous": ambiguous_sentence(results),
        "ambiguous_groups": ambiguous_table(results),
        "runs": runs_table(results),
        "filters": filters_table(results),
        "columns": columns_table(results),
        "figures": [figure for figure in figures if figure],
    }


def rules_table(results: Results) -> Table | None:
    """List what was accepted at each level, and by which rule; None for a study of tables."""
    kinds: dict[str, Kind] = dict.fromkeys(("targets", "decoys", "accepted"), "number")
    names = ["level", "targets", "decoys", "accepted", "rule", "score"]
    return _plain(results.proteins_rules, "proteins-rules", "What was accepted", names, kinds)


def funnel_table(results: Results) -> Table | None:
    """List where the MS2 spectra of the study ended, each in one class; None for tables."""
    rules, quality = results.proteins_rules, results.quality
    own = quality[(quality["assay"] == "proteins") & quality["run"].isna()]
    sums = own.groupby("metric")["value"].sum()
    if rules is None or not {"ms2_identified", "ms2_not_identified"} <= set(sums.index):
        return None
    level = rules[rules["level"] == "PSM"]
    if level.empty:
        return None
    matched = int(level["targets"].iloc[0] + level["decoys"].iloc[0])
    accepted, identified = int(level["accepted"].iloc[0]), int(sums["ms2_identified"])
    total = identified + int(sums["ms2_not_identified"])
    classes = {
        "no peptide matched": total - matched,
        "match not accepted, or a decoy": matched - accepted,
        "match accepted, its peptide or protein group not": accepted - identified,
        "identified": identified,
    }
    frame = pd.DataFrame({"step": classes.keys(), "spectra": classes.values()})
    if (frame["spectra"] < 0).any():
        return None
    frame["share"] = frame["spectra"] / total if total else float("nan")
    columns = [Column("MS2 spectra"), Column("spectra", "number"), Column("share", "share")]
    note = f"They sum to all {total:,} MS2 spectra."
    return table_of("proteins-funnel", "Where the MS2 spectra ended", frame, columns, note)


def filters_table(results: Results) -> Table | None:
    """List the filters of imported tables with the rows before and after; None for spectra."""
    kinds: dict[str, Kind] = dict.fromkeys(("step", "before", "after"), "number")
    names = ["path", "engine", "step", "filter", "before", "after", "source"]
    caption = "Filters of the imported tables, rows before and after"
    table = _by_name(results.proteins_filters)
    return _plain(table, "proteins-filters", caption, names, kinds)


def columns_table(results: Results) -> Table | None:
    """List which column of which table each run was taken from; None for spectra."""
    names = ["run", "sample", "path", "column", "matched_by", "quantity"]
    caption = "Run and column of the imported tables"
    return _plain(_by_name(results.proteins_columns), "proteins-columns", caption, names, {})


def runs_table(results: Results) -> Table | None:
    """List the runs in the order of their measurement, with instrument and spectra."""
    names = ["run", "sample", "injection_order", "acquired", "instrument", "minutes"]
    names += ["ms1_spectra", "ms2_spectra", "ms1_tic", "format", "notes"]
    numbers = ("injection_order", "minutes", "ms1_spectra", "ms2_spectra", "ms1_tic")
    table = results.proteins_spectra
    if table is not None:
        table = table.sort_values("injection_order", kind="stable", na_position="last")
    kinds: dict[str, Kind] = dict.fromkeys(numbers, "number")
    return _plain(table, "proteins-runs", "Runs in the order of their measurement", names, kinds)


def ambiguous_sentence(results: Results) -> str:
    """Say how many protein groups no peptide tells from the others; empty where it is unknown."""
    table = results.protein_groups
    if table is None or "ambiguous" not in table or table.empty:
        return ""
    number = int(table["ambiguous"].sum())
    of = f"of {counted(len(table), 'protein group')}"
    if not number:
        return f"None {of} is ambiguous."
    return (
        f"{number:,} {of} {'is' if number == 1 else 'are'} ambiguous: the peptides do not tell"
        " which of the proteins is there. Such a group is marked ≈ wherever it is shown."
    )


def ambiguous_table(results: Results) -> Table | None:
    """List the ambiguous groups with all their proteins; None where there is none."""
    table = results.protein_groups
    if table is None or "ambiguous" not in table or not table["ambiguous"].any():
        return None
    shown = table[table["ambiguous"]].rename_axis("group").reset_index()
    names = ["group", "gene", "name", "accessions", "n_peptides", "n_unique_peptides"]
    names = [name for name in names if name in shown]
    kinds: dict[str, Kind] = dict.fromkeys(("n_peptides", "n_unique_peptides"), "number")
    return _plain(shown, "proteins-ambiguous", "Ambiguous protein groups", names, kinds)


def spectra_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw how many MS2 spectra were identified; None for a study of tables."""
    own = results.quality[(results.quality["assay"] == "proteins") & results.quality["run"].isna()]
    wide = own.pivot_table(index="sample", columns="metric", values="value", sort=False)
    steps = {"ms2_identified": "identified", "ms2_not_identified": "not identified"}
    if not set(steps) <= set(wide):
        return None
    counts = wide[list(steps)].astype(float).rename(columns=steps)
    total = counts.sum(axis=1)
    shares = counts.div(total.where(total > 0), axis=0)
    ident, title = "fig-proteins-spectra", "MS2 spectra"
    svg = charts.stacked_bars(
        shares, groups, list(steps.values()), ident, title, "share of the MS2 spectra"
    )
    data = counts.assign(**{"MS2 spectra": total}).reindex(_ordered(groups)).reset_index()
    columns = [Column("sample"), *(Column(name, "number") for name in data.columns[1:])]
    caption = "Every MS2 spectrum is in exactly one class; accepted ones are identified."
    return Figure(
        ident, title, caption, svg, table_of("proteins-spectra", "MS2 spectra", data, columns)
    )


def trend_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the figures of the runs over the order of their measurement; None for tables."""
    spectra = results.proteins_spectra
    if spectra is None or spectra.empty:
        return None
    own = results.quality[(results.quality["assay"] == "proteins") & results.quality["run"].notna()]
    wide = own.pivot_table(index="run", columns="metric", values="value", sort=False).astype(float)
    metrics = [(name, label) for name, label in TRENDS.items() if name in wide]
    if not metrics:
        return None
    known = spectra["injection_order"].notna().all()
    table = spectra[["run", "sample"]].join(wide, on="run")
    table["place"] = spectra["injection_order"] if known else range(1, len(spectra) + 1)
    label_of = {sample: group.label for group in groups for sample in group.samples}
    table["group"] = table["sample"].map(label_of)
    for name, label in metrics:
        table[name] *= 100 if label.endswith("%") else 1
    table = table.astype({"place": int}).sort_values("place", kind="stable")
    ident, title = "fig-proteins-trends", "Figures over the order of measurement"
    axis = "injection order" if known else "runs in the order of the sheet"
    svg = trend_panels(table, metrics, ident, title, axis)
    order = "by the start of the measurement" if known else (
        "in the order of the sheet, since not every file says when it was measured"
    )  # fmt: skip
    caption = (
        f"Runs {order}; the dashed line is the median. Intensities are raw. A step or a slope says"
        " that the instrument, not the sample, has changed."
    )
    data = table[["run", "sample", "place", *(name for name, _ in metrics)]]
    columns = [Column("run"), Column("sample"), Column(axis, "number")]
    columns += [Column(label, "number") for _, label in metrics]
    return Figure(ident, title, caption, svg, table_of("proteins-trends", title, data, columns))


def origin_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the signal by the species that its peptides can come from; None where unknown."""
    table = results.proteins_origins
    if table is None or table.empty:
        return None
    names = [name for name in ORIGINS if (table["origin"] == name).any()]
    wide = table.pivot_table(index="sample", columns="origin", values="share", dropna=False)
    shares = wide.reindex(columns=names).astype(float).rename(columns=ORIGINS)
    words = [ORIGINS[name] for name in names]
    ident, title = "fig-proteins-origins", "Origin of the peptides"
    svg = charts.stacked_bars(shares, groups, words, ident, title, "share of the raw intensity")
    caption = (
        "Raw intensity of peptides that only host proteins hold, that host and foreign proteins"
        " share, and that are foreign. A shared peptide counts for the host, and cannot tell serum"
        " of the medium from the sample."
    )
    frame = _in_sheet_order(table, results)[
        ["sample", "origin", "peptides", "intensity", "share"]
    ].assign(origin=lambda one: one["origin"].map(ORIGINS).fillna(one["origin"]))
    columns = [
        Column("sample"),
        Column("origin"),
        Column("peptides", "number"),
        Column("raw intensity", "number"),
        Column("share", "share"),
    ]
    return Figure(ident, title, caption, svg, table_of("proteins-origins", title, frame, columns))


def missing_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw how many protein groups each sample lacks, and why; None where unknown."""
    table = results.proteins_missing
    if table is None or table.empty:
        return None
    own = table.set_index("sample").drop(columns="protein_groups").astype(float)
    transferred = own["transferred"].fillna(0)
    below, random = own["missing_below_detection"], own["missing_at_random"]
    explained = below.fillna(0) + random.fillna(0)
    counts = pd.DataFrame(
        dict(
            zip(
                PRESENCE,
                (
                    own["quantified"] - transferred,
                    transferred,
                    below.fillna(0),
                    random.fillna(0),
                    (own["missing"] - explained).clip(lower=0),
                ),
                strict=True,
            )
        )
    )
    if own["transferred"].isna().all():  # tables do not say it
        counts = counts.rename(columns={PRESENCE[0]: "quantified"})
    names = [name for name in counts if counts[name].max() > 1e-6]
    total = counts.sum(axis=1)
    shares = counts.div(total.where(total > 0), axis=0)[names]
    ident, title = "fig-proteins-missing", "Missing values and their reasons"
    svg = charts.stacked_bars(shares, groups, names, ident, title, "share of the protein groups")
    caption = (
        "Protein groups of the study in each sample. The reasons are expected numbers, estimated"
        " from how often proteins of that abundance are missing; nothing was imputed."
    )
    columns = [
        Column("sample"),
        Column("protein groups", "number"),
        Column("quantified", "number"),
        Column("of them only transferred", "number"),
        Column("missing", "number"),
        Column("below detection", "number", "expected"),
        Column("at random", "number", "expected"),
    ]
    frame = _in_sheet_order(table, results)
    return Figure(ident, title, caption, svg, table_of("proteins-missing", title, frame, columns))


def normalisation_figure(results: Results, groups: Sequence[Group]) -> Figure | None:
    """Draw the quantities before and after normalisation by sample and batch; None if unknown."""
    table = results.proteins_normalisation
    if table is None or table.empty:
        return None
    by_sample = table.set_index("sample", drop=False)
    table = by_sample.loc[[name for name in _ordered(groups) if name in by_sample.index]]
    ident, title = "fig-proteins-normalisation", "Normalisation"
    svg = before_and_after(table, ident, title)
    methods = ", ".join(dict.fromkeys(table["method"].dropna()))
    caption = (
        f"Method: {methods}. Purity was judged on the quantities before. Batches are shown and"
        " never removed silently: name batch as a covariate of a contrast to adjust for it."
    )
    names = list(table.columns)
    columns = [
        Column(
            name.replace("_", " "), "text" if name in ("sample", "batch", "method") else "number"
        )
        for name in names
    ]
    data = table_of("proteins-normalisation", f"{title}, log2", table[names], columns)
    return Figure(ident, title, caption, svg, data)


def _plain(
    table: pd.DataFrame | None,
    ident: str,
    caption: str,
    names: Sequence[str],
    kinds: dict[str, Kind],
) -> Table | None:
    if table is None or table.empty:
        return None
    columns = [Column(name.replace("_", " "), kinds.get(name, "text")) for name in names]
    return table_of(ident, caption, table[list(names)], columns)


def _by_name(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Name files without their folders, which belong to the machine."""
    return None if table is None else table.assign(path=table["path"].map(base_name))


def _ordered(groups: Sequence[Group]) -> list[str]:
    return [sample for group in groups for sample in group.samples]


def _in_sheet_order(table: pd.DataFrame, results: Results) -> pd.DataFrame:
    place = {sample: n for n, sample in enumerate(results.samples["sample"])}
    return table.sort_values("sample", key=lambda column: column.map(place), kind="stable")
