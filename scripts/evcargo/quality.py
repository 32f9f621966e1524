"""Quality figures of all assays in one table, and the MultiQC page made of them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.multiqc import plot_section
from evcargo.proteins.sections import psm_counts, psm_sections, spectra_section, trends_section
from evcargo.rna.sections import (
    COLOURS,
    classes_section,
    gate_section,
    lengths_section,
    saturation_section,
    trimming_section,
)
from evcargo.tables import read_table, told_rows, write_table

HEADLINES = 3  # figures per assay that the general table shows unasked
SETTINGS: dict[str, Any] = {
    "title": "evcargo quality",
    "show_analysis_paths": False,
    "show_analysis_time": False,
    "fn_clean_sample_names": False,
    "no_version_check": True,
    "no_ai": True,
    "make_data_dir": False,
    "max_table_rows": 1000,
    "table_cond_formatting_colours": [{word: colour} for word, colour in COLOURS.items()],
    "intro_text": "Quality figures of every sample and run of the study.",
}


def join_quality(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Join the quality tables of all assays (contract ``quality``), in the order given."""
    return pd.concat(list(tables), ignore_index=True)


def general_section(quality: pd.DataFrame) -> dict[str, Any]:
    """Make MultiQC's general table: the first figures of every assay shown, the others on demand.

    Parameters
    ----------
    quality
        Contract ``quality``.
    """
    table = quality[quality["run"].isna()]
    headers = {}
    for assay, own in table.groupby("assay", sort=False):
        for place, (metric, unit) in enumerate(_units(own).items()):
            headers[f"{assay}_{metric}"] = _header(metric, unit, str(assay)) | {
                "hidden": place >= HEADLINES
            }
    return {
        "id": "evcargo_general",
        "plot_type": "generalstats",
        "headers": headers,
        "data": _nested(table.assign(metric=table["assay"] + "_" + table["metric"])),
    }


def assay_section(quality: pd.DataFrame, assay: str) -> dict[str, Any]:
    """Make a table of all figures of an assay, one row per sample and run.

    Parameters
    ----------
    quality
        Contract ``quality``.
    assay
        Assay of the section.
    """
    own = quality[quality["assay"] == assay]
    named = own.assign(sample=own["sample"].where(own["run"].isna(), "run " + own["run"]))
    return {
        "id": f"evcargo_{assay}",
        "section_name": {"rna": "Small RNA"}.get(assay, assay.capitalize()),
        "description": "Figures per sample, then per run.",
        "plot_type": "table",
        "pconfig": {
            "id": f"evcargo_{assay}_table",
            "title": f"{assay}: figures",
            "col1_header": "",
        },
        "headers": {m: _header(m, unit, assay) for m, unit in _units(own).items()},
        "data": _nested(named.sort_values("run", na_position="first", kind="stable")),
    }


def funnel_section(funnel: pd.DataFrame) -> dict[str, Any]:
    """Make a stacked bar of where the reads of each sample ended (contract ``funnel``)."""
    named = funnel.rename(columns={"step": "metric", "reads": "value"})
    return plot_section(
        "read_funnel",
        "Read funnel",
        "Every raw read is in exactly one class.",
        "bargraph",
        {"ylab": "reads"},
        _nested(named),
    )


def sizes_section(distribution: pd.DataFrame) -> dict[str, Any]:
    """Make a line per sample of its particle sizes (contract ``distribution``)."""
    lines = {
        str(sample): [  # pairs, because MultiQC takes the keys of JSON for words
            [float(d), float(c)] for d, c in zip(own["diameter_nm"], own["share"], strict=True)
        ]
        for sample, own in distribution.groupby("sample", sort=False)
    }
    return plot_section(
        "particle_sizes",
        "Particle sizes",
        "Share of the sample's particles in each size bin.",
        "linegraph",
        {"xlab": "diameter (nm)", "ylab": "share of particles"},
        lines,
    )


SECTIONS: Mapping[str, tuple[tuple[str, ...], Callable[..., dict[str, Any]]]] = {
    "rna_gate": (("rna_gate",), gate_section),
    "trimming": (("funnel", "rna_lengths"), trimming_section),
    "read_funnel": (("funnel",), funnel_section),
    "insert_lengths": (("rna_lengths",), lengths_section),
    "rna_classes": (("rna_classes",), classes_section),
    "rna_saturation": (("rna_saturation",), saturation_section),
    "proteins_spectra": (("proteins_spectra",), spectra_section),
    "proteins_trends": (("quality", "proteins_spectra"), trends_section),
    "particle_sizes": (("distribution",), sizes_section),
}
"""Sections of their own: the contracts of the tables that they need, and what makes them."""


def collect_quality(
    tables: Sequence[str], others: Mapping[str, str], quality: str, sections: Sequence[str]
) -> None:
    """Write the joined quality table and the sections of the MultiQC page.

    Parameters
    ----------
    tables
        Quality tables of the assays.
    others
        Contract -> its table, as far as the study has it; ``psms`` and ``groups`` of proteins that
        came as spectra.
    quality
        Joined table to write.
    sections
        Files to write, named ``<section>_mqc.json``: general, an assay, or one of `SECTIONS`.
    """
    joined = join_quality(read_table(path, "quality") for path in tables)
    write_table(joined, quality, "quality")
    others = {**others, "quality": quality}
    of_psms = psm_sections(psm_counts(others["psms"], others["groups"])) if "psms" in others else {}
    for path in sections:
        name = Path(path).name.removesuffix("_mqc.json")
        if name == "general":
            section = general_section(joined)
        elif name in of_psms:
            section = of_psms[name]
        elif name in SECTIONS:
            contracts, make = SECTIONS[name]
            tables_of = (told_rows(read_table(others[name], name)) for name in contracts)
            section = make(*tables_of)
        else:
            section = assay_section(joined, name)
        with whole_file(path) as part:
            part.write_text(json.dumps(section, indent=1) + "\n", encoding="utf-8")


def write_multiqc(files: Sequence[str | Path], page: str | Path) -> None:
    """Run MultiQC on `files`, without a network, and move its page to `page`.

    MultiQC works in a folder and with a home of its own, so that no setting of the user changes the
    page.

    Raises
    ------
    EvcargoError
        If MultiQC fails or finds nothing.
    """
    with TemporaryDirectory() as folder:
        place = Path(folder)
        shown = []
        for file in files:
            if json.loads(Path(file).read_text(encoding="utf-8"))["data"]:
                shown.append(str(Path(file).resolve()))
        order = [f"evcargo_{Path(path).name.removesuffix('_mqc.json')}" for path in shown]
        settings = SETTINGS | {"custom_content": {"order": order}}
        (place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        (place / "files.txt").write_text("".join(f"{path}\n" for path in shown), encoding="utf-8")
        command = [sys.executable, "-m", "multiqc", "--file-list", "files.txt"]
        command += ["--config", "settings.json", "--filename", "page.html", "--no-ansi"]
        done = subprocess.run(
            command,
            cwd=place,
            env=os.environ | {"HOME": folder, "MULTIQC_NO_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, done.stderr)
        made = place / "page.html"
        if done.returncode or not made.is_file():
            last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise EvcargoError(f"{page}: MultiQC failed: {last}. See the log of rule run_multiqc")
        with whole_file(page) as part:
            part.write_bytes(made.read_bytes())


def _units(quality: pd.DataFrame) -> dict[str, str]:
    first = quality.drop_duplicates("metric")
    return dict(zip(first["metric"], first["unit"].fillna(""), strict=True))


def _header(metric: str, unit: str, assay: str) -> dict[str, Any]:
    words = metric.replace("_", " ")
    header: dict[str, Any] = {"title": words, "description": f"{assay}: {words}, {unit}"}
    if unit == "fraction":
        return header | {"min": 0, "max": 1, "format": "{:,.3f}"}
    if unit and unit.lower() not in words.lower():
        header["title"] = f"{words} ({unit})"
    return header | {"format": "{:,.6g}"}


def _nested(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Sample -> metric -> value, in order, without missing values."""
    found: dict[str, dict[str, float]] = {}
    for row in table[table["value"].notna()].itertuples(index=False):
        found.setdefault(str(row.sample), {})[str(row.metric)] = float(row.value)
    return found
