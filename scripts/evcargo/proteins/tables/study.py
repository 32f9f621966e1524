"""The tables of a study together: what the import and the dry run do alike."""

from collections.abc import Iterable, Mapping

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.identifiers.genes import Genes
from evcargo.proteins.database import HOST_TAXON
from evcargo.proteins.tables.columns import require_all, stated_in, wanted_names
from evcargo.proteins.tables.contents import Content, read_content
from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import recognise
from evcargo.proteins.tables.names import first_of, without_isoform
from evcargo.proteins.tables.naming import Namings
from evcargo.proteins.tables.opening import open_table
from evcargo.proteins.tables.quantify import (
    Quantities,
    joined,
    quantities_of_ions,
    quantities_of_proteins,
    refuse_two_levels,
)
from evcargo.proteins.tables.reader import Reader
from evcargo.proteins.tables.scale import RELATIVE

MOST = 0.5  # share of the proteins


def read_tables(runs: pd.DataFrame, genes: Genes) -> dict[str, Content]:
    """Read what all tables of a study say, by their paths.

    Raises
    ------
    EvcargoError
        If a table or a column of it cannot be used.
    """
    contents = {}
    for path, rows in runs.groupby("path", sort=False):
        reader = open_reader(str(path), rows, genes)
        wanted = wanted_names(rows)
        choice = reader.choose(wanted)
        require_all(str(path), choice, wanted)
        contents[str(path)] = read_content(reader, choice, stated_in(rows, "scale"))
    return contents


def open_reader(path: str, runs: pd.DataFrame, genes: Genes) -> Reader:
    """Open a table, and recognise its format.

    Raises
    ------
    EvcargoError
        If it is no table, or its rows in the run sheet contradict each other.
    """
    kind = stated_in(runs.replace({"format": {"table": "auto"}}), "format")
    table = open_table(path)
    one = recognise(table, kind, FORMATS)
    return Reader(table, one, genes, stated_in(runs, "decimal"))


def taxa_of(contaminants: pd.DataFrame) -> dict[str, str]:
    """Give the taxon of each accession among the shipped contaminants."""
    rows = contaminants.drop_duplicates("accession")
    return dict(zip(rows["accession"], rows["taxon"].astype(str), strict=True))


def refuse_mixed(contents: Iterable[Content], runs: pd.DataFrame) -> str:
    """Refuse a study whose tables cannot be compared; say why quantities are relative.

    Raises
    ------
    EvcargoError
        If some tables hold identifications or relative quantities only and others intensities, or
        fractions of relative quantities would have to be summed.
    """
    tables = list(contents)
    counted = [one.table.path for one in tables if one.format.level == "psm"]
    measured = [one.table.path for one in tables if one.format.level != "psm"]
    if counted and measured:
        raise EvcargoError(
            f"{counted[0]}: holds identifications only, which are counted, but {measured[0]} holds"
            " intensities: they cannot be compared. Make two studies of them"
        )
    relative = [one for one in tables if one.scale.name == RELATIVE]
    others = [one.table.path for one in tables if one.scale.name != RELATIVE]
    if relative and others:
        raise EvcargoError(
            f"{relative[0].table.path}: holds relative quantities ({relative[0].scale.reason}), but"
            f" {others[0]} does not: they cannot be compared. Make two studies of them, or correct"
            " the column 'scale' of the run sheet"
        )
    if relative and runs.groupby("sample")["fraction"].nunique().gt(1).any():
        raise EvcargoError(
            f"{relative[0].table.path}: holds relative quantities ({relative[0].scale.reason}), of"
            " which fractions cannot be summed. Give one run per sample, or raw intensities"
        )
    return relative[0].scale.reason if relative else ""


def quantities_of(
    contents: Iterable[Content],
    runs: pd.DataFrame,
    rollup: str,
    min_peptides: int,
    namings: Namings,
) -> Quantities:
    """Bring the tables of a study together (see `import_proteins` for the parameters)."""
    contents = list(contents)
    refuse_two_levels(contents, runs)
    parts: list[Quantities] = []
    for level in ("ion", "psm"):
        some = [one for one in contents if one.format.level == level]
        if some:
            how = rollup if level == "ion" else "sum"
            naming = namings.of(some[0].identifier)
            parts.append(quantities_of_ions(some, runs, how, min_peptides, naming))
    proteins = [one for one in contents if one.format.level == "protein"]
    if proteins:
        parts.append(quantities_of_proteins(proteins, runs, lambda one: namings.of(one.identifier)))
    return joined(parts)


def tagged(proteins: pd.DataFrame, taxa: Mapping[str, str]) -> pd.DataFrame:
    """Tag the groups that a shipped contaminant leads, and give them its taxon."""
    leading = without_isoform(first_of(proteins["accessions"]))
    of_list = leading.map(taxa).fillna("")
    return proteins.assign(
        is_contaminant=proteins["is_contaminant"] | leading.isin(taxa),
        taxon=proteins["taxon"].where(proteins["taxon"] != "", of_list),
    )


def refuse_other_host(path: str, proteins: pd.DataFrame, organism: str) -> None:
    """Refuse a table of which most proteins are of another host than the study.

    Symbols of genes are alike in human, mouse and rat, so that such a table would be taken for one
    of the study's organism, and its own proteins for foreign ones.

    Parameters
    ----------
    path
        File, for messages.
    proteins
        Of `tagged`.
    organism
        Organism of the study.

    Raises
    ------
    EvcargoError
        If the table states another host for more than half of the proteins.
    """
    taxa = proteins.loc[~proteins["is_contaminant"].astype(bool), "taxon"].astype(str)
    for host, taxon in HOST_TAXON.items():
        number = int((taxa == taxon).sum())
        if host != organism and number > MOST * len(taxa):
            raise EvcargoError(
                f"{path}: {number:,} of {len(taxa):,} proteins are of {host} (by entry names or"
                f" headers such as _{host.upper()} and OX={taxon}), and the study is of {organism}."
                f" Set 'organism: {host}' in the config, or give the table of this study"
            )


def refuse_empty(contents: Iterable[Content], runs: pd.DataFrame) -> None:
    """Refuse a study none of whose runs has a quantity.

    Raises
    ------
    EvcargoError
        If there is none.
    """
    if any(one.filled_runs for one in contents):
        return
    name = next(iter(wanted_names(runs).values()))
    raise EvcargoError(
        f"{runs['path'].iloc[0]}: none of the chosen columns holds a quantity (such as {name!r})."
        " Choose columns of intensities in the run sheet"
    )
