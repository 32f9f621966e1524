"""The run sheet: one row per file of one assay of one sample."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.study.cells import CellError, read_cell
from evcargo.study.mates import pair_mates
from evcargo.study.model import ASSAYS, RAW, SPECTRA
from evcargo.study.notes import Notes, did_you_mean, listed, quoted, shown
from evcargo.study.sheet_numbers import numeric_columns, with_plain_numbers
from evcargo.study.sheets import Row, Sheet
from evcargo.tables import DTYPES

# What a file of an assay can be; "table" leaves the engine to be recognised by the header.
FORMATS = {
    "proteins": (
        *SPECTRA,
        *("table", "maxquant", "diann", "fragpipe", "spectronaut", "sage", "mztab"),
        *("mzidentml", "msstats", "alphadia", "olink", "perseus", "matrix"),
    ),
    "rna": ("fastq", "table", "counts"),
    "transcripts": ("fastq", "table", "counts"),
    "particles": ("sizes",),
}
# Formats of spectra by suffix. The last are not read; as mzml they are told how to become it.
SPECTRA_SUFFIXES = {
    ".mzml": "mzml",
    ".mgf": "mgf",
    ".raw": "thermo",
    **dict.fromkeys((".d", ".wiff", ".wiff2", ".mzxml", ".mzmlb"), "mzml"),
}
FASTQ = tuple(
    f"{stem}{end}" for stem in (".fastq", ".fq") for end in ("", ".gz", ".bz2", ".xz", ".zst")
)
# Columns that users of other workflows write, and what takes their place here.
ELSEWHERE = {
    "lane": "Leave it out: FASTQ files with the same sample, fraction and replicate are lanes",
    "fastq_1": "Write each file into a row of its own, column path; the two mates find each other",
    "fastq_2": "Write each file into a row of its own, column path; the two mates find each other",
    "fastq": "Write the file into the column path",
    "file": "Write the file into the column path",
    "condition": "It belongs to the sample sheet",
    "batch": "It belongs to the sample sheet",
    "subject": "It belongs to the sample sheet",
}


def file_format(assay: str, wanted: str, path: str) -> str:
    """Tell what a run's file is: as the sheet says, or for ``auto`` by assay and suffix.

    Returns
    -------
    str
        ``mzml``, ``mgf``, ``thermo``, ``fastq``, ``sizes``, ``table`` (any engine), or the engine
        that the sheet names.
    """
    if wanted != "auto":
        return wanted
    if assay == "particles":
        return "sizes"
    suffix = PurePath(path.casefold().removesuffix(".gz")).suffix
    if suffix in SPECTRA_SUFFIXES:
        return SPECTRA_SUFFIXES[suffix]
    return "fastq" if path.casefold().endswith(FASTQ) else "table"


def check_runs(
    sheet: Sheet, schema: Mapping[str, Any], samples: Mapping[str, int] | None, notes: Notes
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Hold a run sheet to its schema, and its rows to each other.

    Parameters
    ----------
    sheet
        The sheet as text.
    schema
        Schema of one row.
    samples
        Samples of the sample sheet with their lines; None if that sheet could not be read.
    notes
        Takes the problems.

    Returns
    -------
    runs : pandas.DataFrame
        Contract ``runs``; rows that cannot be understood are left out.
    lines : dict
        Run (as ``assay/run``) -> its line in the file.
    """
    _check_columns(sheet, schema, notes)
    sheet = with_plain_numbers(sheet, numeric_columns(schema), notes)
    records = []
    for row in sheet.rows:
        record = _read_row(row, sheet, schema, samples, notes)
        if record:
            records.append(record)
    if not sheet.rows:
        notes.add("has no runs yet", "Write one row per file below the header", sheet.line)
    pair_mates(records, notes)
    _name_runs(records, notes)
    _check_tables(records, notes)
    _check_mgf(records, notes)
    _check_files_used_once(records, notes)
    lines = {f"{one['assay']}/{one['run']}": one["line"] for one in records}
    contract = CONTRACTS["runs"]
    data = {
        column.name: pd.Series(
            [one[column.name] if one[column.name] != "" else None for one in records],
            dtype=DTYPES[column.dtype],
        )
        for column in contract.columns
    }
    return pd.DataFrame(data), lines


def _check_columns(sheet: Sheet, schema: Mapping[str, Any], notes: Notes) -> None:
    known = list(schema["properties"])
    for name in sheet.columns:
        if name not in known:
            remedy = ELSEWHERE.get(name.casefold()) or did_you_mean(
                name, known, f"The run sheet has {listed(known)}"
            )
            notes.add(
                "is not a column of the run sheet",
                remedy,
                sheet.line,
                quoted(name),
            )
    for name in schema["required"]:
        if name not in sheet.columns:
            notes.add("is missing from the header", f"Add a column {name}", sheet.line, name)


def _read_row(
    row: Row,
    sheet: Sheet,
    schema: Mapping[str, Any],
    samples: Mapping[str, int] | None,
    notes: Notes,
) -> dict[str, Any] | None:
    record: dict[str, Any] = {"line": row.line}
    clear = True
    for name, option in schema["properties"].items():
        text = row.cells.get(name, "")
        record[name] = option.get("default", "")
        try:
            if text:
                record[name] = read_cell(text, option)
            elif name in schema["required"] and name in sheet.columns:
                notes.add("is empty", "Fill it in, or delete the row", row.line, name)
        except CellError as error:
            notes.add(error.message, error.remedy, row.line, name, text)
            clear = False
    sample, path = record["sample"], record["path"]
    if sample and samples is not None and sample not in samples:
        remedy = did_you_mean(
            sample, list(samples), "Add it to the sample sheet, or delete the row"
        )
        notes.add("is not in the sample sheet", remedy, row.line, "sample", sample)
    if "{" in path or "}" in path:
        notes.add(
            "holds braces, which Snakemake would fill in", "Rename the file", row.line, "path", path
        )
        clear = False
    if not (clear and sample and record["assay"] and path):
        return None
    _check_kind(record, row, notes)
    return record


def _check_kind(record: dict[str, Any], row: Row, notes: Notes) -> None:
    """Settle the format, and what else a row of that assay and format can say."""
    assay, path = record["assay"], record["path"]
    wanted = record["format"]
    found = file_format(assay, wanted, path)
    if found not in FORMATS[assay]:
        allowed = listed(FORMATS[assay])
        why = " by its suffix" if wanted == "auto" else ""
        remedy = f"Correct assay, path or format: {assay} can be {allowed}"
        column, value = ("path", path) if wanted == "auto" else ("format", wanted)
        notes.add(f"is {found}{why}, which {assay} cannot be", remedy, row.line, column, value)
    record["format"] = found
    if found in RAW and record["column"]:
        remedy = "Leave column empty: only a table has columns"
        notes.add(f"is given for a {found} file", remedy, row.line, "column", record["column"])
    if record["dilution"] != "" and assay != "particles":
        remedy = "Leave dilution empty: only the concentrations of particles are multiplied by it"
        notes.add(f"is given for {assay}", remedy, row.line, "dilution", record["dilution"])
    if record["kit"] != "auto" and assay != "rna":
        remedy = "Leave kit empty: only small RNA has one"
        if assay == "transcripts" and found == "fastq":
            remedy = "Leave kit empty; transcripts.adapter of the config is cut off"
        notes.add(f"is given for {assay}", remedy, row.line, "kit", record["kit"])


def _name_runs(records: list[dict[str, Any]], notes: Notes) -> None:
    """Name each run, and write down rows that claim the same place of one sample."""
    per_sample = Counter((one["assay"], one["sample"]) for one in records)
    places: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for one in records:
        places[one["assay"], one["sample"], one["fraction"], one["replicate"]].append(one)
    for (assay, sample, fraction, replicate), here in places.items():
        lanes = len(here) > 1 and all(one["format"] == "fastq" for one in here)
        # The mates of a pair are of one lane.
        lane_of = list(dict.fromkeys(one.get("pair", one["line"]) for one in here))
        for number, one in enumerate(here, 1):
            one["run"] = sample
            if per_sample[assay, sample] > 1:
                lane = lane_of.index(one.get("pair", one["line"])) + 1
                one["run"] += f".f{fraction}.r{replicate}" + (f".l{lane}" if len(here) > 1 else "")
            if one["mate"]:
                one["run"] += f".m{one['mate']}"
            if number > 1 and not lanes:
                notes.add(
                    f"is there twice for {assay} with fraction {fraction} and replicate {replicate}"
                    f" (first in row {here[0]['line']})",
                    "Number the rows in the columns fraction or replicate, or delete one",
                    one["line"],
                    "sample",
                    sample,
                )
    taken: dict[tuple[str, str], dict[str, Any]] = {}
    for one in records:
        first = taken.setdefault((one["assay"], one["run"].casefold()), one)
        if first["sample"] != one["sample"]:
            notes.add(
                f"gets the run name {shown(one['run'])}, which row {first['line']} has already",
                "Rename one of the two samples",
                one["line"],
                "sample",
                one["sample"],
            )


def _check_tables(records: list[dict[str, Any]], notes: Notes) -> None:
    """Hold that an assay comes from raw files or from tables; a column of a table is one run."""
    for assay in ASSAYS:
        rows = [one for one in records if one["assay"] == assay and one["format"] in FORMATS[assay]]
        raw = [one for one in rows if one["format"] in RAW]
        tables = [one for one in rows if one["format"] not in RAW]
        if raw and tables:
            few = min(raw, tables, key=len)
            kinds = f"raw files ({len(raw)}) and tables ({len(tables)})"
            notes.add(
                f"is mixed with others: {assay} has {kinds}"
                f" (e.g. rows {raw[0]['line']} and {tables[0]['line']})",
                "Give one assay either raw files or tables in one study; make two studies of it",
                few[0]["line"],
                "path",
                few[0]["path"],
            )
    used: dict[tuple[str, str, str], dict[str, Any]] = {}
    size_files = Counter(one["path"] for one in records if one["format"] == "sizes")
    for one in records:
        if one["format"] in RAW or (one["format"] == "sizes" and size_files[one["path"]] == 1):
            continue
        one["column"] = one["column"] or one["sample"]
        first = used.setdefault((one["assay"], one["path"], one["column"]), one)
        if first is not one:
            notes.add(
                f"is the column of row {first['line']} too, in the same table",
                "Write into column which column of the table this run is",
                one["line"],
                "column",
                one["column"],
            )


def _check_mgf(records: list[dict[str, Any]], notes: Notes) -> None:
    """Hold that spectra counted in MGF and areas measured in MS1 are not in one matrix."""
    mgf = [one for one in records if one["format"] == "mgf"]
    others = [one for one in records if one["format"] in SPECTRA and one["format"] != "mgf"]
    if mgf and others:
        notes.add(
            f"is MGF, which holds no MS1 to measure in, but other runs ({len(others)}, e.g. row"
            f" {others[0]['line']}) are not: their quantities cannot be compared",
            "Give the mzML that it was made from; or give all runs as MGF, to count spectra",
            mgf[0]["line"],
            "path",
            mgf[0]["path"],
        )


def _check_files_used_once(records: list[dict[str, Any]], notes: Notes) -> None:
    used: dict[str, dict[str, Any]] = {}
    for one in records:
        if one["format"] not in RAW:
            continue
        first = used.setdefault(one["path"], one)
        if first is not one:
            remedy = "Give every run its own file, or delete the row"
            notes.add(
                f"is the file of row {first['line']} too", remedy, one["line"], "path", one["path"]
            )
