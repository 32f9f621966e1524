"""Signatures and reference profiles of a study: looked at before any job runs."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from evcargo.errors import Problem
from evcargo.interpretation.keys import gene_key
from evcargo.interpretation.profiles import GENE, profile_table, read_profile_sheet
from evcargo.interpretation.signatures import SIGNATURE_COLUMNS
from evcargo.purity.panels import is_mirna
from evcargo.study.cells import as_number
from evcargo.study.interpretation import FEW, check_symbols
from evcargo.study.notes import Notes, did_you_mean, listed
from evcargo.study.panels import known_symbols, shipped
from evcargo.study.sheet_files import is_sheet
from evcargo.study.sheet_numbers import with_plain_numbers
from evcargo.study.sheets import Sheet, read_sheet

ORIGINS = "markers/origins.tsv"
FEWEST_FOR_LOGS = 20
"""Quantities that must be above 0 for them to be looked at."""
LEAST_OF_LOGS, MOST_OF_LOGS = 1.0, 40.0
SPREAD_OF_LOGS = 8.0
"""Linear quantities of a proteome or of RNA have a maximum of far more times their median."""


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
        Profiles of assays that the study does not have, or that look like logarithms; genes that
        are written as those of another organism.
    """
    options, organism = config["interpretation"], config["organism"]
    problems: list[Problem] = []
    warnings: list[str] = []
    path = options["signatures"]
    if not path and not any(options["reference_profiles"].values()):
        return problems, ()
    symbols, _ = known_symbols(organism, resource)
    if path and is_sheet(path, notes, "interpretation.signatures"):
        inside = Notes(path)
        sheet = _check_signatures(path, inside, resource)
        if sheet is not None:
            genes = _genes(sheet)
            warnings += check_symbols(genes, symbols, organism, inside, "the signatures")
        problems += inside.problems
    for assay, path in options["reference_profiles"].items():
        place = f"interpretation.reference_profiles.{assay}"
        if not path or not is_sheet(path, notes, place):
            continue
        inside = Notes(path)
        sheet = read_profile_sheet(path, inside)
        if sheet is not None:
            table = profile_table(sheet, inside)
            warnings += _check_names(_genes(sheet), assay, symbols, organism, inside)
            if table is not None and (sources := _as_logs(sheet)):
                said = f"look like logarithms in {listed(sources, 3)}: no value is large, and none"
                warnings.append(f"{path}: the quantities {said} stands out. Give linear quantities")
        problems += inside.problems
        if assay not in assays:
            warnings.append(f"{place}: the study has no {assay}, so these profiles are not used")
    return problems, tuple(warnings)


def _genes(sheet: Sheet) -> list[str]:
    """Genes of a table, each once, by the first symbol of a cell."""
    cells = (row.cells.get(GENE, "").split(";")[0].strip() for row in sheet.rows)
    return list(dict.fromkeys(one for one in cells if one))


def _check_names(
    genes: list[str], assay: str, symbols: set[str], organism: str, notes: Notes
) -> Iterator[str]:
    """Hold the genes of a profile to what its assay measures: miRNAs, or genes."""
    mirnas = sum(map(is_mirna, genes))
    right = mirnas if assay == "rna" else len(genes) - mirnas
    if genes and right < FEW * len(genes):
        what = "miRNAs" if assay == "rna" else "genes"
        remedy = f"Give the profiles of {assay} by {what}"
        notes.add(f"names {len(genes):,} features of which {right} are {what}", remedy,
                  value=listed(genes, 3))  # fmt: skip
    elif assay != "rna":
        yield from check_symbols(genes, symbols, organism, notes, "the profiles")


def _as_logs(sheet: Sheet) -> list[str]:
    """Find the sources whose quantities are as small and as alike as logarithms are."""
    found = []
    for name in (one for one in sheet.columns if one != GENE):
        numbers = [as_number(row.cells[name]) or 0 for row in sheet.rows]
        there = [number for number in numbers if number > 0]
        if len(there) < FEWEST_FOR_LOGS or not LEAST_OF_LOGS < max(there) < MOST_OF_LOGS:
            continue
        if max(there) < SPREAD_OF_LOGS * median(there):
            found.append(name)
    return found


def _check_signatures(path: str, notes: Notes, resource: Callable[[str], str]) -> Sheet | None:
    """Hold a table of signatures to its form; None where it cannot be read."""
    sheet = read_sheet(path, SIGNATURE_COLUMNS, notes)
    if sheet is None:
        return None
    if GENE not in sheet.columns:
        remedy = "A table of signatures needs the columns signature and gene"
        notes.add("has no column gene", remedy, sheet.line)
        return None
    sheet = with_plain_numbers(sheet, ["weight"], notes)
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
    return sheet


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
        number = as_number(weight)
        if weight and not (number and number > 0):
            notes.add("is no weight", "Write a number above 0", row.line, "weight", weight)
        before = seen.setdefault((signature, gene_key(gene)), row.line)
        if signature and gene and before != row.line:
            notes.add(
                f"is in signature {signature} twice", f"See row {before}", row.line, GENE, gene
            )
