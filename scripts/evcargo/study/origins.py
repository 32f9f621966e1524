"""Signatures and reference profiles of a study: looked at before any job runs."""

import csv
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from evcargo.errors import Problem
from evcargo.interpretation.profiles import GENE, profile_table
from evcargo.interpretation.quantities import gene_key
from evcargo.interpretation.signatures import SIGNATURE_COLUMNS
from evcargo.study.cells import as_number
from evcargo.study.files import checked_head
from evcargo.study.notes import Notes, did_you_mean
from evcargo.study.panels import shipped
from evcargo.study.sheets import Sheet, read_sheet

ORIGINS = "markers/origins.tsv"


def check_origins(
    config: Mapping[str, Any],
    assays: Collection[str],
    notes: Notes,
    resource: Callable[[str], str] = shipped,
) -> tuple[list[Problem], tuple[str, ...]]:
    """Look for mistakes in the signatures and the reference profiles that the config names.

    Parameters
    ----------
    config
        The config with its defaults.
    assays
        Assays of the study.
    notes
        Takes the problem that there is no such file.
    resource
        Gives the path of a file of `resources`.

    Returns
    -------
    problems
        Of the tables, with row and column.
    warnings
        Profiles of assays that the study does not have.
    """
    options, problems, warnings = config["interpretation"], [], []
    path = options["signatures"]
    if path and checked_head(path, "table", notes, 0, "interpretation.signatures"):
        problems += _check_signatures(path, resource)
    for assay, path in options["reference_profiles"].items():
        place = f"interpretation.reference_profiles.{assay}"
        if not path or checked_head(path, "table", notes, 0, place) is None:
            continue
        inside = Notes(path)
        sheet = read_sheet(path, (GENE,), inside)
        if sheet is not None:
            profile_table(sheet, inside)
        problems += inside.problems
        if assay not in assays:
            warnings.append(f"{place}: the study has no {assay}, so these profiles are not used")
    return problems, tuple(warnings)


def _check_signatures(path: str, resource: Callable[[str], str]) -> list[Problem]:
    notes = Notes(path)
    sheet = read_sheet(path, SIGNATURE_COLUMNS, notes)
    if sheet is None:
        return notes.problems
    if GENE not in sheet.columns:
        remedy = "A table of signatures needs the columns signature and gene"
        notes.add("has no column gene", remedy, sheet.line)
        return notes.problems
    for name in (one for one in sheet.columns if one not in SIGNATURE_COLUMNS):
        otherwise = f"Delete it; the columns are {', '.join(SIGNATURE_COLUMNS)}"
        remedy = did_you_mean(name, SIGNATURE_COLUMNS, otherwise)
        notes.add("is no column of a table of signatures", remedy, sheet.line, name)
    if not sheet.rows:
        remedy = "Write one row per gene, or delete interpretation.signatures"
        notes.add("has no rows", remedy, sheet.line)
    with Path(resource(ORIGINS)).open(encoding="utf-8", newline="") as stream:
        ours = {row["signature"] for row in csv.DictReader(stream, delimiter="\t")}
    _check_rows(sheet, ours, notes)
    return notes.problems


def _check_rows(sheet: Sheet, ours: Collection[str], notes: Notes) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        cells = dict.fromkeys(SIGNATURE_COLUMNS, "") | row.cells
        signature, gene, weight = cells["signature"], cells[GENE], cells["weight"]
        for needed in ("signature", GENE):
            if not cells[needed]:
                notes.add("is empty", f"Write the {needed}, or delete the row", row.line, needed)
        if signature in ours:
            remedy = f"Rename it, e.g. {signature} of my study"
            notes.add(
                "is the name of a shipped signature", remedy, row.line, "signature", signature
            )
        number = as_number(weight, sheet.decimal_comma)
        if weight and not (number and number > 0):
            notes.add("is no weight", "Write a number above 0", row.line, "weight", weight)
        before = seen.setdefault((signature, gene_key(gene)), row.line)
        if signature and gene and before != row.line:
            notes.add(
                f"is in signature {signature} twice", f"See row {before}", row.line, GENE, gene
            )
