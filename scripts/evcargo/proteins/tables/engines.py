"""Which engine wrote a table, and where it keeps what we need.

Another engine is one more `Engine`: how its header is recognised, and the names of its columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.names import (
    accession_of,
    described,
    gene_of,
    is_contaminant,
    is_decoy,
    members,
    taxon_of,
)
from evcargo.proteins.tables.text import TextTable

AUTO = "table"
GROUP_COLUMNS = (
    *("majority protein ids", "protein ids", "protein.group", "proteingroups", "protein group"),
    *("accession", "accessions", "protein accession", "protein_id", "protein id", "uniprot"),
    *("uniprotkb", "t: majority protein ids", "protein", "proteins", "feature"),
)
NAME_COLUMNS = (
    *("protein names", "protein.names", "proteindescription", "description", "protein name"),
    *("protein description", "first.protein.description", "name"),
)


@dataclass(frozen=True)
class Engine:
    """Columns of an engine's table; each list is tried in order, in any case of letters.

    Parameters
    ----------
    title
        The engine's name for people.
    group, gene, name, header
        Identifiers of the protein group, gene symbols, protein names, FASTA headers.
    peptides, unique_peptides, q_value
        Figures of the group.
    dropped
        Column -> what a ``+`` in it means; such rows are no proteins.
    contaminant
        Columns in which a ``+`` marks a contaminant.
    prefixes
        What may stand before a sample's name in a quantity column, the best quantity first.
    """

    title: str
    group: Sequence[str]
    gene: Sequence[str] = ("gene names", "genes", "gene", "proteingene", "gene name", "gene symbol")
    name: Sequence[str] = NAME_COLUMNS
    header: Sequence[str] = ("fasta headers",)
    peptides: Sequence[str] = ("peptides",)
    unique_peptides: Sequence[str] = ("unique peptides",)
    q_value: Sequence[str] = ("q-value",)
    dropped: Sequence[tuple[str, str]] = ()
    contaminant: Sequence[str] = ("potential contaminant", "contaminant")
    prefixes: Sequence[str] = ()


MAXQUANT_PREFIXES = ("LFQ intensity ", "Intensity ", "iBAQ ")
MAXQUANT_DROPPED = (
    ("reverse", "decoy"),
    ("decoy", "decoy"),
    ("only identified by site", "only identified by site"),
)
ENGINES = {
    "maxquant": Engine(
        "MaxQuant proteinGroups",
        ("majority protein ids", "protein ids"),
        dropped=MAXQUANT_DROPPED,
        prefixes=MAXQUANT_PREFIXES,
    ),
    "perseus": Engine(
        "Perseus",
        GROUP_COLUMNS,
        dropped=MAXQUANT_DROPPED,
        prefixes=MAXQUANT_PREFIXES,
    ),
    "matrix": Engine("protein matrix", GROUP_COLUMNS),
}


@dataclass(frozen=True)
class ProteinTable:
    """A table whose proteins are understood; its quantity columns are still to be chosen.

    Parameters
    ----------
    text
        The rows that are proteins.
    proteins
        Same rows, indexed by feature id: the columns of a protein matrix' ``var``.
    engine
        What wrote it.
    source
        Engine and filter, in words.
    """

    text: TextTable
    proteins: pd.DataFrame
    engine: Engine
    source: str


def recognise(table: TextTable, wanted: str) -> str:
    """Key of the engine that wrote a table: as the run sheet says, or by its header.

    Raises
    ------
    EvcargoError
        If the run sheet names an engine whose columns are not there.
    """
    header = {column.lower() for column in table.columns}
    groups = header & {"majority protein ids", "protein ids"}
    marks = {"reverse", "decoy", "only identified by site", "potential contaminant"}
    quantities = any(c.startswith(("lfq intensity ", "intensity ", "ibaq ")) for c in header)
    if wanted != AUTO:
        if wanted == "maxquant" and not groups:
            raise EvcargoError(
                f"{table.path}: has no column 'Majority protein IDs' or 'Protein IDs': no MaxQuant"
                " proteinGroups. Set format to table or matrix in the run sheet"
            )
        return wanted
    if table.annotated:
        return "perseus"
    return "maxquant" if groups and quantities and header & marks else "matrix"


def understand(table: TextTable, wanted: str = AUTO) -> ProteinTable:
    """Find the proteins of a table, without decoys; contaminants stay and are marked.

    Raises
    ------
    EvcargoError
        If no protein is left, or two rows are the same protein group.
    """
    engine = ENGINES[recognise(table, wanted)]
    group = _column(table, engine.group) or table.columns[0]
    groups = table.text(group).map(members)
    lost = pd.Series("", index=table.cells.index)
    lost[groups.map(len) == 0] = "without identifier"
    for column, meaning in reversed(engine.dropped):
        lost[table.text(_column(table, [column])) == "+"] = meaning
    lost[groups.map(lambda ids: bool(ids) and is_decoy(ids[0]))] = "decoy"
    kept = lost == ""
    if not kept.any():
        raise EvcargoError(
            f"{table.path}: no protein is left of {len(lost)} rows; column {group!r} was taken for"
            " the protein identifiers. Name that column 'Protein IDs' in the table"
        )
    rest = TextTable(table.path, table.cells[kept], table.annotated, table.decimal_comma)
    proteins = _proteins(rest, engine, groups[kept])
    counted = lost[lost != ""].value_counts().sort_index()
    without = ", ".join(f"{number} {why}" for why, number in counted.items())
    source = f"{engine.title} table, {len(lost)} rows" + (
        f", {int(kept.sum())} kept (dropped: {without})" if without else ", all kept"
    )
    return ProteinTable(rest, proteins, engine, source)


def _column(table: TextTable, names: Sequence[str]) -> str | None:
    by_name = {column.lower(): column for column in reversed(table.columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _proteins(table: TextTable, engine: Engine, groups: pd.Series) -> pd.DataFrame:
    leading = groups.str[0]
    headers = table.text(_column(table, engine.header))
    first_header = headers.str.split(";").str[0].fillna("")
    names = table.text(_column(table, engine.name))
    own_header = first_header.where(first_header.str.contains("="), names)
    genes = table.text(_column(table, engine.gene)).map(lambda cell: ";".join(members(cell)))
    marked = leading.map(is_contaminant)
    for column in engine.contaminant:
        marked |= table.text(_column(table, [column])) == "+"
    proteins = pd.DataFrame(
        {
            "name": names.where(names != "", first_header).map(described),
            "gene": genes.where(genes != "", own_header.map(gene_of)),
            "accessions": groups.map(lambda ids: ";".join(accession_of(one) for one in ids)),
            "taxon": [
                taxon_of(one, header) for one, header in zip(leading, own_header, strict=True)
            ],
            "is_contaminant": marked.astype(bool),
            "n_peptides": _figures(table, engine.peptides),
            "n_unique_peptides": _figures(table, engine.unique_peptides),
            "q_value": _figures(table, engine.q_value),
        }
    )
    return proteins.set_axis(_identifiers(table.path, groups, proteins["accessions"]), axis=0)


def _figures(table: TextTable, names: Sequence[str]) -> pd.Series:
    column = _column(table, names)
    if column is None:
        return pd.Series(float("nan"), index=table.cells.index)
    text = table.text(column).str.replace(",", "." if table.decimal_comma else ",", regex=False)
    return pd.to_numeric(text, errors="coerce").astype(float)


def _identifiers(path: str, groups: pd.Series, accessions: pd.Series) -> list[str]:
    """Leading accession; where rows share it, the group as it is written."""
    written = groups.str.join(";")
    again = written[written.duplicated(keep=False)]
    if len(again):
        first, second = written.index[written == again.iloc[0]][:2]
        raise EvcargoError(
            f"{path}: protein {again.iloc[0][:60]!r} is there twice, in rows {first} and {second}."
            " Keep one row per protein"
        )
    leading = accessions.str.split(";").str[0]
    shared = leading.duplicated(keep=False) | (leading == "")
    alone = groups.map(len) == 1
    plain = ~groups.str[0].map(is_contaminant)
    keeps = ~shared | (alone & plain & ~leading.where(alone & plain).duplicated(keep=False))
    return leading.where(keeps, written).tolist()
