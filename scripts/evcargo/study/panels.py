"""The marker panels that a study brings along: looked at before any job runs."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evcargo.purity.markers import plain_accession
from evcargo.purity.panels import (
    ROLES,
    STUDY_COLUMNS,
    STUDY_ROLES,
    is_mirna,
    read_panels,
    split,
    with_species,
)
from evcargo.study.notes import Notes, did_you_mean, listed
from evcargo.study.sheet_files import is_sheet
from evcargo.study.sheets import Row, read_sheet

OPTION = "purity.panels"
RESOURCES = Path(__file__).resolve().parents[3] / "resources"
PANELS, GENES, MATURES = "markers/panels.tsv", "proteins/human_genes.tsv", "rna/{}_mature.fa"
ACCESSION = re.compile(
    r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?",
    re.IGNORECASE,
)
AGAINST = {"ev": ("contaminant",), "contaminant": ("ev", "ev_promiscuous")}
"""Roles that a marker of a role must not have elsewhere: one decision cannot count it twice."""
SHOWN = 5
OF_PROTEINS = ("ev", "subtype")
"""Roles whose markers are looked for among the proteins only."""
Sides = dict[tuple[str, str], tuple[str, str]]
"""Name or accession of a marker, and a role -> panel that gives it the role, and its symbol."""


def shipped(name: str) -> str:
    """Path of a resource of the checkout."""
    return str(RESOURCES / name)


def check_panels(
    config: Mapping[str, Any],
    notes: Notes,
    resource: Callable[[str], str] = shipped,
) -> tuple[list, tuple[str, ...]]:
    """Look for mistakes in the panels that the config names.

    Parameters
    ----------
    config
        The config with its defaults.
    notes
        Takes the problem that there is no such file.
    resource
        Gives the path of a file of `resources`.

    Returns
    -------
    problems
        Of the table, with row and column.
    warnings
        Genes that are in no list of symbols, and markers that the role of their panel does not use.
    """
    path = config["purity"]["panels"]
    if not path or not is_sheet(path, notes, OPTION):
        return [], ()
    inside = Notes(path)
    sheet = read_sheet(path, STUDY_COLUMNS, inside)
    if sheet is None:
        return inside.problems, ()
    if "gene" not in sheet.columns:
        remedy = "A table of panels needs the columns panel and gene"
        inside.add("has no column gene", remedy, sheet.line)
        return inside.problems, ()
    unknown = [name for name in sheet.columns if name not in STUDY_COLUMNS]
    for name in unknown:
        otherwise = f"Delete it; the columns are {', '.join(STUDY_COLUMNS)}"
        inside.add(
            "is no column of a table of panels",
            did_you_mean(name, STUDY_COLUMNS, otherwise),
            sheet.line,
            name,
        )
    if not sheet.rows:
        inside.add("has no rows", "Write one row per marker, or delete purity.panels", sheet.line)
    _check_rows(sheet.rows, config["organism"], resource, inside)
    unused = [f"{path}, {warning}" for warning in _unused(sheet.rows)]
    found = _unknown_genes(sheet.rows, config["organism"], resource)
    if not found:
        return inside.problems, tuple(unused)
    several = len(found) > 1
    warning = (
        f"{path}: {len(found)} marker{'s are' if several else ' is'} in no list of gene symbols or"
        f" miRNAs of {config['organism']}, so {'they' if several else 'it'} may never be found:"
        f" {listed(found)}. Write approved symbols, or give their UniProt accession"
    )
    return inside.problems, (warning, *unused)


def _check_rows(
    rows: list[Row], organism: str, resource: Callable[[str], str], notes: Notes
) -> None:
    ours = read_panels(resource(PANELS), organism)
    names = set(ours["panel"])
    sides: Sides = {
        (name, marker.role): (marker.panel, marker.gene)
        for marker in ours.itertuples()
        for name in (*map(_key, marker.symbols), *marker.accessions)
    }
    accessions = _accessions(resource) if organism == "human" else {}
    first: dict[str, tuple[str, int]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        cells = dict.fromkeys(STUDY_COLUMNS, "") | row.cells
        panel, gene, role = cells["panel"], cells["gene"], _role(row)
        for needed in ("panel", "gene"):
            if not cells[needed]:
                notes.add("is empty", f"Write the {needed}, or delete the row", row.line, needed)
        if panel in names:
            remedy = f"Rename it, e.g. {panel}_own"
            notes.add("is the name of a shipped panel", remedy, row.line, "panel", panel)
        for accession in split(cells["accession"]):
            if not ACCESSION.fullmatch(accession):
                remedy = "Write accessions of UniProt, several with ; between them"
                notes.add("is no accession", remedy, row.line, "accession", accession)
        if role not in STUDY_ROLES:
            instead = f"The roles are {', '.join(STUDY_ROLES)}"
            said = "is no role of a panel of a study" if role in ROLES else "is no role"
            remedy = instead if role in ROLES else did_you_mean(role, STUDY_ROLES, instead)
            notes.add(said, remedy, row.line, "role", role)
            continue
        known, line = first.setdefault(panel, (role, row.line))
        if panel and known != role:
            remedy = f"A panel has one role: it is {known} in row {line}"
            notes.add(f"is another role of panel {panel}", remedy, row.line, "role", role)
        before = seen.setdefault((panel, _key(gene)), row.line)
        if panel and gene and before != row.line:
            notes.add(f"is in panel {panel} twice", f"See row {before}", row.line, "gene", gene)
        _check_sides(row, role, sides, accessions, notes)


def _check_sides(
    row: Row, role: str, sides: Sides, accessions: Mapping[str, str], notes: Notes
) -> None:
    """Hold a marker to count either for EVs or against them, by whatever name; grows `sides`."""
    panel, gene = row.cells.get("panel", ""), row.cells.get("gene", "")
    symbols = [_key(symbol) for symbol in split(gene)]
    given = [plain_accession(one) for one in split(row.cells.get("accession", ""))]
    known = [accessions[symbol] for symbol in symbols if symbol in accessions]
    names = list(dict.fromkeys((*symbols, *given, *known)))
    clashes = (
        (other, *sides[name, other])
        for other in AGAINST.get(role, ())
        for name in names
        if (name, other) in sides
    )
    for other, clash, called in clashes:
        alias = f" (as {called})" if called and _key(called) not in symbols else ""
        notes.add(
            f"is {role} in panel {panel}, but {other} in panel {clash}{alias}",
            "Take it out of the panel, or give the panel the role readout",
            row.line,
            "gene",
            gene,
        )
        break
    for name in names:
        sides.setdefault((name, role), (panel, gene))


def _unused(rows: list[Row]) -> Iterator[str]:
    """Markers of which the role of their panel makes nothing."""
    mirnas = [row for row in rows if _role(row) in OF_PROTEINS and _is_mirna(row)]
    if mirnas:
        yield (
            f"{_lines(mirnas)}: miRNAs in a panel of role {' or '.join(OF_PROTEINS)} say nothing of"
            f" purity, which looks for its markers among the proteins:"
            f" {listed(row.cells['gene'] for row in mirnas)}. Give them a panel of role signature,"
            " cargo or contaminant"
        )
    genes = [row for row in rows if _role(row) == "signature" and not _is_mirna(row)]
    if genes:
        yield (
            f"{_lines(genes)}: genes in a panel of role signature, which is of miRNAs, are not"
            f" looked for: {listed(row.cells.get('gene', '') for row in genes)}. Give them a panel"
            " of role readout or cargo"
        )


def _role(row: Row) -> str:
    return row.cells.get("role") or STUDY_ROLES[0]


def _is_mirna(row: Row) -> bool:
    return is_mirna(row.cells.get("gene", ""))


def _lines(rows: list[Row]) -> str:
    numbers = ", ".join(str(row.line) for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {numbers}{more}"


def _accessions(resource: Callable[[str], str]) -> dict[str, str]:
    """Look up the accession of each human gene that has one, by symbol in capitals."""
    return {
        row["gene"].upper(): row["accession"] for row in _rows(resource(GENES)) if row["accession"]
    }


def _symbols_of(organism: str) -> str:
    """Column of panels.tsv with the symbols of an organism."""
    return "gene" if organism == "human" else organism


def _key(gene: str) -> str:
    """Symbol to compare by: the usual one, without case and species of a miRNA."""
    bare = gene.split(";")[0].strip().upper()
    return re.sub(r"^[A-Z]{3}-(?=MIR-|LET-)", "", bare)


def _unknown_genes(rows: list[Row], organism: str, resource: Callable[[str], str]) -> list[str]:
    """Genes without an accession that are in no list of symbols."""
    symbols, mirnas = known_symbols(organism, resource)
    symbols |= {name.upper() for name in mirnas}
    unknown = []
    for row in rows:
        gene = row.cells.get("gene", "")
        named = with_species(gene, organism) if is_mirna(gene) else gene
        if gene and not row.cells.get("accession") and named.upper() not in symbols:
            unknown.append(gene)
    return list(dict.fromkeys(unknown))


def known_symbols(
    organism: str, resource: Callable[[str], str] = shipped
) -> tuple[set[str], set[str]]:
    """Gene symbols in capitals, and mature miRNAs of miRBase, of an organism.

    The list of all symbols is the human one; rodent symbols are held against it in capitals, beside
    those of the shipped panels.
    """
    symbols = {row["gene"].upper() for row in _rows(resource(GENES))}
    for marker in _rows(resource(PANELS)):
        cells = (marker["gene"], marker["aliases"], marker[_symbols_of(organism)])
        symbols |= {symbol for cell in cells for symbol in split(cell)}
    return symbols, set(_mirnas(resource(MATURES.format(organism))))


def _mirnas(path: str) -> Iterator[str]:
    with Path(path).open(encoding="utf-8") as stream:
        yield from (line[1:].split()[0] for line in stream if line.startswith(">"))


def _rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))
