"""The sections on proteins of the MultiQC page: trends over the runs, and properties of PSMs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evcargo.multiqc import plot_section

# Figures of runs whose trends are drawn, each as multiple of its median over the runs.
TRENDS = ("ms1_tic", "ms2_spectra", "ms2_identified", "peptides", "protein_groups")
PPM_STEP = 0.5
MOST_MISSED = 2  # this many missed cleavages and more are one class
COLUMNS = ["run", "rt", "charge", "peptide", "ppm", "missed_cleavages", "group", "accepted"]
Counts = Mapping[str, Mapping[tuple[str, float], int]]


def psm_counts(psms: str | Path, groups: str | Path) -> Counts:
    """Count the accepted PSMs of each run by their properties, part by part of the file.

    Parameters
    ----------
    psms, groups
        ``results/proteins/psms.parquet`` and ``groups.parquet``.

    Returns
    -------
    dict
        ``mass_error`` (ppm, bins of 0.5), ``charge``, ``length`` (residues), ``missed`` (0, 1, 2
        for two and more), ``minute`` (of the retention time) and ``contaminant`` (0, 1) -> (run,
        value) -> PSMs. Runs are in the order of the file.
    """
    table = pd.read_parquet(groups, columns=["group", "is_contaminant"])
    foreign = set(table.loc[table["is_contaminant"], "group"])
    found: dict[str, Counter[tuple[str, float]]] = {}
    for part in _accepted(psms):
        values = {
            "mass_error": (part["ppm"] / PPM_STEP).round() * PPM_STEP,
            "charge": part["charge"],
            "length": part["peptide"].str.len(),
            "missed": part["missed_cleavages"].clip(upper=MOST_MISSED),
            "minute": np.floor(part["rt"]),
            "contaminant": part["group"].isin(foreign).astype(int),
        }
        for name, value in values.items():
            counted = part.groupby(["run", value.rename("value")], sort=False).size()
            own = found.setdefault(name, Counter())
            for (run, at), number in counted.items():
                own[str(run), float(at)] += int(number)
    return found


def psm_sections(counts: Counts) -> dict[str, dict[str, Any]]:
    """Make the sections of what `psm_counts` gives, by their names."""
    return {
        "proteins_mass_error": _line(
            "proteins_mass_error",
            "Proteins: precursor mass error",
            "Accepted PSMs by the error of their precursor; a shift of the whole curve is a matter"
            " of calibration.",
            {"xlab": "error (ppm)", "ylab": "% of the PSMs"},
            _shares(counts, "mass_error", PPM_STEP),
        ),
        "proteins_elution": _line(
            "proteins_elution",
            "Proteins: identifications over the gradient",
            "Accepted PSMs of each minute, as counted. A gap is lost spray or an empty gradient.",
            {"xlab": "retention time (min)", "ylab": "PSMs"},
            _filled(counts, "minute", 1.0),
        ),
        "proteins_lengths": _line(
            "proteins_lengths",
            "Proteins: peptide lengths",
            "Accepted PSMs by the length of their peptide.",
            {"xlab": "residues", "ylab": "% of the PSMs"},
            _shares(counts, "length", 1.0),
        ),
        "proteins_charges": _bars(
            "proteins_charges",
            "Proteins: charges",
            "Accepted PSMs by the charge of their precursor.",
            _classes(counts, "charge", lambda value: f"{value:.0f}+"),
        ),
        "proteins_missed_cleavages": _bars(
            "proteins_missed_cleavages",
            "Proteins: missed cleavages",
            "Accepted PSMs by the missed cleavages of their peptide. Many say that the digestion"
            " was not complete.",
            _classes(
                counts,
                "missed",
                lambda value: f"{value:.0f}{' or more' if value == MOST_MISSED else ''}",
            ),
        ),
        "proteins_contaminants": _bars(
            "proteins_contaminants",
            "Proteins: contaminants",
            "Accepted PSMs of proteins that are tagged as contaminants by accession or taxon; they"
            " are kept.",
            _classes(
                counts, "contaminant", lambda value: "contaminant" if value else "not contaminant"
            ),
        ),
    }


def trends_section(quality: pd.DataFrame, spectra: pd.DataFrame) -> dict[str, Any]:
    """Draw raw figures of the runs over the order of measurement (``quality``, ``spectra``).

    Each figure is divided by its median over the runs, so that all share one axis; the figures
    themselves are in the table of the assay.
    """
    known = bool(spectra["injection_order"].notna().all())
    order = spectra["injection_order"] if known else pd.Series(range(1, len(spectra) + 1))
    place = dict(zip(spectra["run"].astype(str), order.astype(int), strict=True))
    own = quality[(quality["assay"] == "proteins") & quality["run"].notna()]
    lines = {}
    for metric in TRENDS:
        rows = own[(own["metric"] == metric) & own["value"].notna()]
        middle = float(rows["value"].median()) if len(rows) else 0.0
        if middle > 0:
            points = sorted(
                (place[run], float(value) / middle)
                for run, value in zip(rows["run"].astype(str), rows["value"], strict=True)
                if run in place
            )
            lines[metric.replace("_", " ")] = [list(point) for point in points]
    axis = "injection order" if known else "runs in the order of the sheet"
    return _line(
        "proteins_trends",
        "Proteins: trends over the runs",
        "Raw figures of each run, as multiples of the median run. A step or a slope says that the"
        " instrument has changed. The figures themselves are in the table above.",
        {"xlab": axis, "ylab": "multiple of the median run"},
        lines,
    )


def spectra_section(spectra: pd.DataFrame) -> dict[str, Any]:
    """Make a table of the files of the runs, in the order of measurement (``spectra``)."""
    ordered = spectra.sort_values("injection_order", kind="stable", na_position="last")
    words = {
        "injection_order": "injection order",
        "acquired": "measured at",
        "instrument": "instrument",
        "minutes": "minutes",
        "ms1_spectra": "MS1 spectra",
        "ms2_spectra": "MS2 spectra",
        "ms1_tic": "summed MS1 intensity",
        "format": "format",
        "notes": "notes",
    }
    data = {}
    for row in ordered.to_dict("records"):
        cells = {name: row[name] for name in words if pd.notna(row[name])}
        data[str(row["run"])] = {
            name: escape(cell) if isinstance(cell, str) else float(cell)
            for name, cell in cells.items()
        }
    headers = {
        name: {"title": title, "description": title, "format": "{:,.6g}", "scale": False}
        for name, title in words.items()
    }
    return plot_section(
        "proteins_spectra",
        "Proteins: runs",
        "What the files say of each run, in the order of measurement.",
        "table",
        {"col1_header": "", "sort_rows": False},
        data,
    ) | {"headers": headers}


def _accepted(path: str | Path) -> Iterator[pd.DataFrame]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(batch_size=100_000, columns=COLUMNS):
        frame = batch.to_pandas()
        yield frame[frame["accepted"]]


def _runs(counts: Counts, name: str) -> list[str]:
    return list(dict.fromkeys(run for run, _ in counts.get(name, {})))


def _filled(counts: Counts, name: str, step: float) -> dict[str, list[list[float]]]:
    """Line of each run from its first to its last bin, with 0 where nothing is."""
    lines = {}
    for run in _runs(counts, name):
        own = {value: number for (name_, value), number in counts[name].items() if name_ == run}
        low, high = min(own), max(own)
        bins = low + step * np.arange(round((high - low) / step) + 1)
        lines[run] = [[float(at), float(own.get(float(at), 0))] for at in bins]
    return lines


def _shares(counts: Counts, name: str, step: float) -> dict[str, list[list[float]]]:
    lines = _filled(counts, name, step)
    return {
        run: [[at, 100 * number / sum(n for _, n in line)] for at, number in line]
        for run, line in lines.items()
    }


def _classes(counts: Counts, name: str, words: Any) -> dict[str, dict[str, float]]:
    values = sorted({value for _, value in counts.get(name, {})})
    return {
        run: {words(value): float(counts[name].get((run, value), 0)) for value in values}
        for run in _runs(counts, name)
    }


def _line(
    name: str, title: str, about: str, options: Mapping[str, str], data: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    return plot_section(name, title, about, "linegraph", options, data)


def _bars(name: str, title: str, about: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return plot_section(
        name, title, about, "bargraph", {"ylab": "PSMs", "sort_samples": False}, data
    )
