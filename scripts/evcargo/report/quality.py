"""The section on quality: figures per sample and run, and the end of every read."""

from typing import Any

from evcargo.report import charts
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.parts import Column, Figure, Table, capital, groups_of, table_of
from evcargo.report.proteins import proteins_part
from evcargo.report.results import Results
from evcargo.report.rna import rna_part


def quality_section(results: Results) -> dict[str, Any]:
    """Collect what the section shows."""
    return {
        "assays": [
            {
                "word": ASSAY_WORDS.get(assay, assay),
                "source": results.sources.get(assay, ""),
                "samples": metric_table(results, assay, per_run=False),
                "runs": metric_table(results, assay, per_run=True),
                "troubles": _troubles(results, assay),
            }
            for assay in results.assays
        ],
        "funnel": funnel_figure(results),
        "rna": rna_part(results),
        "proteins": proteins_part(results),
    }


def metric_table(results: Results, assay: str, per_run: bool) -> Table | None:
    """Arrange one row per sample (or run), one column per figure; None where there is none."""
    table = results.quality[results.quality["assay"] == assay]
    table = table[table["run"].notna() if per_run else table["run"].isna()]
    if table.empty:
        return None
    key = "run" if per_run else "sample"
    units = table.drop_duplicates("metric").set_index("metric")["unit"].fillna("")
    wide = table.pivot_table(index=key, columns="metric", values="value", sort=False, dropna=False)
    # A run of another assay may have the same name.
    order = dict.fromkeys(results.runs["run"] if per_run else results.samples["sample"])
    frame = wide.reindex([name for name in order if name in wide.index])[list(units.index)]
    columns = [Column(key), *(_metric_column(*item) for item in units.items())]
    what = "run" if per_run else "sample"
    word = ASSAY_WORDS.get(assay, assay)
    caption = f"{capital(word)}: figures per {what}"
    return table_of(f"quality-{assay}-{what}s", caption, frame.reset_index(), columns)


def funnel_figure(results: Results) -> Figure | None:
    """Draw where the reads of each sample ended, or None for a study without reads."""
    if results.funnel is None or results.funnel.empty:
        return None
    wide = results.funnel.pivot_table(
        index="sample", columns="step", values="reads", aggfunc="sum", sort=False
    ).astype(float)
    order = list(wide.columns)
    groups = groups_of(results.samples)
    title = "Where the reads ended"
    shares = wide.div(wide.sum(axis=1).where(lambda total: total > 0), axis=0)
    svg = charts.stacked_bars(shares, groups, order, "fig-funnel", title, "share of the raw reads")
    samples = [s for group in groups for s in group.samples]
    frame = wide.reindex(samples)
    frame.insert(0, "raw reads", frame.sum(axis=1, min_count=1))
    columns = [
        Column("sample"),
        Column("raw reads", "number"),
        *(Column(s, "number") for s in order),
    ]
    caption = "Every raw read is in exactly one class, so the classes sum to the raw reads."
    data = table_of("read-funnel", "Reads by where they ended", frame.reset_index(), columns)
    return Figure("fig-funnel", title, caption, svg, data)


def _metric_column(metric: str, unit: str) -> Column:
    label = metric.replace("_", " ")
    if unit == "fraction":
        return Column(label, "share")
    return Column(label, "number", "" if unit.lower() in label.lower() else unit)


def _troubles(results: Results, assay: str) -> list[str]:
    """List the samples that are not ok, and those that are but have a warning."""
    rows = results.statuses[results.statuses["assay"] == assay]
    reasons = rows["status_reason"].fillna("")
    return [
        f"{sample}: {', '.join(filter(None, ('warning' if status == 'ok' else status, reason)))}"
        for sample, status, reason in zip(rows["sample"], rows["status"], reasons, strict=True)
        if status != "ok" or reason
    ]
