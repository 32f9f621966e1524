"""SDRF-Proteomics in place of the two sheets: the same rows in the words of evcargo.

The format is that of Dai 2021 (10.1038/s41467-021-26111-3) and of the templates of sdrf-pipelines.
What is read becomes two sheets, which are then held to the same rules as sheets that a user wrote.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evcargo.errors import Problem
from evcargo.study.model import ORGANISMS
from evcargo.study.names import made_safe
from evcargo.study.notes import Notes, did_you_mean, quoted, shortened, shown
from evcargo.study.samples import RESERVED
from evcargo.study.sdrf_words import (
    SPECIES,
    biofluid_of,
    is_data_independent,
    is_label_free,
    material_of,
    term,
)
from evcargo.study.sheets import Row, Sheet, read_sheet
from evcargo.study.spectra_files import data_file_path

SOURCE = "source name"
DATA_FILE = "comment[data file]"
LABEL = "comment[label]"
ACQUISITION = "comment[proteomics data acquisition method]"
ORGANISM = "characteristics[organism]"
FRACTION = "comment[fraction identifier]"
REPLICATE = "comment[technical replicate]"
FACTOR = re.compile(r"factor value\[(.+)\]")
CHARACTERISTIC = re.compile(r"characteristics\[(.+)\]")
# Characteristics that are columns of the sample sheet.
KNOWN = {
    "individual": "subject",
    "batch": "batch",
    "enrichment process": "isolation",
    "particle count": "particle_count",
    "protein ug": "protein_ug",
}
# Columns of our sheets, as messages about an SDRF name them.
SPELT = {
    "sample": SOURCE,
    "path": DATA_FILE,
    "fraction": FRACTION,
    "replicate": REPLICATE,
} | {ours: f"characteristics[{theirs}]" for theirs, ours in KNOWN.items()}
# Factors that differ between the runs of one sample are no property of the sample.
OF_RUNS = {"fraction identifier", "technical replicate", "data file", "label", "assay name"}
SHEET_COLUMNS = ("sample", "material", "condition", "subject", "batch", "biofluid", "isolation")
RUN_COLUMNS = ["sample", "assay", "path", "fraction", "replicate"]


@dataclass(frozen=True)
class Sdrf:
    """An SDRF as our two sheets.

    Parameters
    ----------
    samples, runs
        The sheets; their rows have the lines of the SDRF.
    factors
        Columns of the sample sheet that are factor values.
    data_files
        Path of the run -> data file as the SDRF names it.
    """

    samples: Sheet
    runs: Sheet
    factors: tuple[str, ...]
    data_files: dict[str, str]


def read_sdrf(path: str, folder: str, organism: str, notes: Notes) -> Sdrf | None:
    """Read an SDRF.

    Parameters
    ----------
    path
        The SDRF, tab- or comma-separated.
    folder
        Folder of the data files.
    organism
        Organism of the study; every sample must be of it.
    notes
        Takes the problems.

    Returns
    -------
    Sdrf or None
        Cells without a value (``not available``, ``not applicable``) are empty. None if the file
        is no SDRF.
    """
    sheet = read_sheet(path, [SOURCE], notes, repeats=True)
    if sheet is None:
        return None
    plain = {name: _plain(name) for name in sheet.columns}
    if DATA_FILE not in plain.values():
        remedy = did_you_mean(
            DATA_FILE, sheet.columns, "Add it: it names the file of each run, such as T1.raw"
        )
        notes.add("is missing from the header", remedy, sheet.line, DATA_FILE)
        return None
    rows = [
        Row(row.line, {plain[name]: term(cell) for name, cell in row.cells.items()})
        for row in sheet.rows
    ]
    _refuse_others(rows, organism, notes)
    rows = _named(rows, notes)
    factors = _factor_columns(rows)
    samples = _samples(rows, factors, notes)
    having = [column for row in samples for column, cell in row.cells.items() if cell]
    columns = list(dict.fromkeys([*SHEET_COLUMNS, *having]))
    runs = [_run(row, folder) for row in rows]
    return Sdrf(
        Sheet(path, sheet.line, columns, [_whole(row, columns) for row in samples], False),
        Sheet(path, sheet.line, RUN_COLUMNS, [_whole(row, RUN_COLUMNS) for row in runs], False),
        tuple(dict.fromkeys(column for column in factors.values() if column in columns)),
        {run.cells["path"]: row.cells[DATA_FILE] for run, row in zip(runs, rows, strict=True)},
    )


def in_words_of_sdrf(
    problems: Iterable[Problem], path: str, data_files: Mapping[str, str]
) -> list[Problem]:
    """Name columns and files of an SDRF in the problems that were found in the sheets made of it.

    Parameters
    ----------
    problems
        Of the whole study.
    path
        The SDRF.
    data_files
        Of `Sdrf`.
    """
    named = {shortened(place): name for place, name in data_files.items()}
    told = []
    for problem in problems:
        if problem.file == path:
            remedy = problem.remedy.replace(
                "columns fraction or replicate", f"columns {FRACTION} or {REPLICATE}"
            )
            remedy = re.sub(r"the (sample|run) sheet", "the SDRF", remedy)
            if problem.message == "does not exist" and problem.value in named:
                guess = f"{remedy} " if remedy.startswith("Did you mean") else ""
                remedy = (
                    f"{guess}The SDRF names {shown(named[problem.value])}: put it, or the mzML made"
                    " of it, into that folder, or name another one in sdrf_folder"
                )
            column = SPELT.get(problem.column, problem.column)
            problem = replace(problem, column=column, remedy=remedy)
        told.append(problem)
    return told


def _plain(name: str) -> str:
    """Spell a header as the format does, whatever its case and blanks."""
    text = " ".join(name.casefold().split())
    return re.sub(r"\s*\[\s*(.*?)\s*\]", r"[\1]", text)


def _refuse_others(rows: list[Row], organism: str, notes: Notes) -> None:
    """Write down what evcargo cannot study, once for each word."""
    told: set[str] = set()
    names = {name: one for one, name in SPECIES.items()}
    for row in rows:
        label, method = row.cells.get(LABEL, ""), row.cells.get(ACQUISITION, "")
        species = row.cells.get(ORGANISM, "")
        new = {cell for cell in (label, method, species) if cell} - told
        told |= new
        if label in new and not is_label_free(label):
            message = "is a label: evcargo reads label-free runs, one sample per file"
            remedy = "Quantify with another program, and give its table in samples and runs"
            notes.add(message, remedy, row.line, LABEL, label)
        if method in new and is_data_independent(method):
            message = "is data-independent: evcargo searches data-dependent spectra"
            remedy = "Give the report of DIA-NN or Spectronaut in samples and runs"
            notes.add(message, remedy, row.line, ACQUISITION, method)
        if species in new and names.get(species.casefold()) != organism:
            known = names.get(species.casefold())
            message = f"is not {organism}, the organism of the config"
            remedy = (
                f"Set organism to {known} in the config"
                if known
                else f"evcargo studies {', '.join(ORGANISMS)}: leave these rows out"
            )
            notes.add(message, remedy, row.line, ORGANISM, species)


def _named(rows: list[Row], notes: Notes) -> list[Row]:
    """Give each row a column ``sample``: its source name, safe in a file name."""
    owner: dict[str, str] = {}
    named = []
    for row in rows:
        source = row.cells[SOURCE]
        sample = made_safe(source) if source else ""
        first = owner.setdefault(sample.casefold(), source)
        if first != source:
            message = f"becomes the sample name {shown(sample)}, as {shown(first)} does"
            notes.add(message, "Let the two differ in more", row.line, SOURCE, source)
        named.append(Row(row.line, row.cells | {"sample": sample}))
    return named


def _factor_columns(rows: list[Row]) -> dict[str, str]:
    """Header of each factor -> its column; one that only repeats a characteristic shares its."""
    found = {}
    for header in rows[0].cells if rows else ():
        match = FACTOR.fullmatch(header)
        if not match or match[1] in OF_RUNS:
            continue
        name = match[1]
        other = f"characteristics[{name}]"
        same = all(row.cells.get(other, row.cells[header]) == row.cells[header] for row in rows)
        found[header] = KNOWN.get(name, _column(name)) if same else f"factor_{_column(name)}"
    return found


def _column(name: str) -> str:
    """Make a name of our sheet of the name of a characteristic."""
    column = re.sub(r"[^a-z0-9]+", "_", name).strip("_")[:50]
    taken = column in SHEET_COLUMNS or column in RESERVED or not re.match("[a-z]", column)
    return f"characteristic_{column}" if taken and column != "condition" else column


def _samples(rows: list[Row], factors: Mapping[str, str], notes: Notes) -> list[Row]:
    """One row per sample, at its first line; what differs between its runs is written down."""
    first: dict[str, Row] = {}
    nameless = []
    for row in rows:
        name = row.cells["sample"]
        if not name:
            nameless.append(Row(row.line, {"sample": ""}))
            continue
        seen = first.setdefault(name, row)
        _check_same(row, seen, factors, notes)
    unsafe = any(row.cells[SOURCE] != name for name, row in first.items())
    samples = []
    for name, row in first.items():
        cells = _characteristics(row, factors)
        if unsafe:
            cells["source_name"] = row.cells[SOURCE]
        samples.append(Row(row.line, {"sample": name} | cells))
    return samples + nameless


def _check_same(row: Row, first: Row, factors: Mapping[str, str], notes: Notes) -> None:
    for header, cell in row.cells.items():
        about_sample = CHARACTERISTIC.fullmatch(header) or header in factors
        if about_sample and cell != first.cells[header]:
            message = f"differs from row {first.line} ({shown(first.cells[header])}), of one sample"
            remedy = f"Correct it, or give the two rows a {SOURCE} each"
            notes.add(message, remedy, row.line, quoted(header), cell)


def _characteristics(row: Row, factors: Mapping[str, str]) -> dict[str, str]:
    """Cells of the sample sheet."""
    levels = [row.cells[header] for header in factors]
    cells = {
        "condition": " / ".join(filter(None, levels)),
        "material": material_of(row.cells),
        "biofluid": biofluid_of(row.cells),
    }
    for header, cell in row.cells.items():
        match = CHARACTERISTIC.fullmatch(header)
        if match and match[1] != "organism":
            column = KNOWN.get(match[1]) or _column(match[1])
            cells[column] = cells.get(column) or cell
    for header, column in factors.items():
        cells[column] = cells.get(column) or row.cells[header]
    return cells


def _run(row: Row, folder: str) -> Row:
    cells = row.cells
    name = cells[DATA_FILE]
    return Row(
        row.line,
        {
            "sample": cells["sample"],
            "assay": "proteins",
            "path": data_file_path(name, folder) if name else "",
            "fraction": cells.get(FRACTION, ""),
            "replicate": cells.get(REPLICATE, ""),
        },
    )


def _whole(row: Row, columns: list[str]) -> Row:
    return Row(row.line, {name: row.cells.get(name, "") for name in columns})
