"""What is known of each engine's protein table: how to tell it, filter it and read its columns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.database import MNEMONIC_TAXON

IDS = (
    *("feature", "Majority protein IDs", "Protein IDs", "Protein.Group", "PG.ProteinGroups"),
    *("Protein ID", "accession", "Accession", "Protein", "protein", "accessions"),
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "gene": ("gene", "Gene names", "Gene", "Genes", "PG.Genes", "ProteinGene", "Gene Symbol"),
    "name": ("name", "Protein names", "Protein name", "ProteinDescription", "Description"),
    "n_peptides": ("n_peptides", "Peptides", "Peptide counts (all)"),
    "n_unique_peptides": ("n_unique_peptides", "Unique peptides", "Peptide counts (unique)"),
    "q_value": ("q_value", "Q-value"),
}
#: Beginnings and ends of the names of quantity columns, around the name of the sample.
AROUND = (
    *("LFQ intensity ", "iBAQ ", "Intensity "),
    *(" MaxLFQ Intensity", " Intensity", " Sum NormalizedArea", ".PG.Quantity"),
)
LOG2_BELOW = 64  # no linear intensity table is below this everywhere; no log2 one is above it
SEPARATORS = re.compile(r"\s*[;,]\s*|\s+/\s+")


@dataclass(frozen=True)
class ProteinTable:
    """A protein table, filtered as its format wants it.

    Parameters
    ----------
    proteins
        Index: leading accession; columns name, gene, accessions, taxon, is_contaminant,
        n_peptides, n_unique_peptides, q_value.
    cells
        The table's own columns as text, same index.
    is_log2
        Whether its quantities are logarithms; None if that is to be seen from the values.
    said
        Engine, rows before and after each filter.
    decimal
        Decimal mark.
    """

    proteins: pd.DataFrame
    cells: pd.DataFrame
    is_log2: bool | None
    said: str
    decimal: str = field(default=".")


def read_format(table: pd.DataFrame, path: str | Path, wanted: str) -> ProteinTable:
    """Recognise a table by its columns and read it.

    Parameters
    ----------
    table
        From `evcargo.proteins.tables.text.read_text_table`.
    path
        Its file, for messages.
    wanted
        ``maxquant``, ``perseus``, ``matrix``, or ``table`` to find out.

    Raises
    ------
    EvcargoError
        If the table is not of the wanted format, or has no column of protein accessions.
    """
    is_perseus = table.iloc[:, 0].str.startswith("#!{").any()
    is_maxquant = {"Majority protein IDs", "Protein IDs"} & set(table.columns) and any(
        name.startswith(("LFQ intensity ", "Intensity ", "iBAQ ")) for name in table.columns
    )
    found = "perseus" if is_perseus else "maxquant" if is_maxquant else "matrix"
    readers: dict[str, Callable[[pd.DataFrame, str | Path], ProteinTable]] = {
        "maxquant": _maxquant,
        "perseus": _perseus,
        "matrix": _matrix,
    }
    if wanted in ("maxquant", "perseus") and wanted != found:
        needs = {
            "maxquant": "columns 'Majority protein IDs' and 'LFQ intensity ...' or 'Intensity ...'",
            "perseus": "annotation lines that begin with #!{Type}",
        }
        raise EvcargoError(
            f"{path}: not a table of {wanted}, which has {needs[wanted]}. Give its format as auto"
        )
    return readers[found if wanted == "table" else wanted](table, path)


def _maxquant(table: pd.DataFrame, path: str | Path) -> ProteinTable:
    """Read proteinGroups.txt; its documented filter are decoys and groups only found by a site."""
    said, kept = [f"MaxQuant proteinGroups: {len(table)} rows"], table
    for words, names in (("decoys", ("Reverse", "Decoy")), ("", ("Only identified by site",))):
        for name in names:
            if name in kept:
                marked = kept[name] == "+"
                said.append(f"{int(marked.sum())} {words or 'only identified by site'} left out")
                kept = kept[~marked]
    ids = _ids(kept, path)
    decoy = ids.str.startswith("REV__")
    kept, ids = kept[~decoy], ids[~decoy]
    flagged = [name for name in ("Potential contaminant", "Contaminant") if name in kept]
    contaminant = (kept[flagged] == "+").any(axis=1) | ids.str.startswith("CON__")
    headers = kept.get("Fasta headers", None)
    return _read(table, kept, ids, contaminant, headers, False, said, path)


def _perseus(table: pd.DataFrame, path: str | Path) -> ProteinTable:
    """Read a Perseus text export: lines that begin with #! describe the columns; log2 values."""
    notes = table.iloc[:, 0].str.startswith("#!{")
    kept = table[~notes]
    said = [f"Perseus text: {len(kept)} rows"]
    flagged = [name for name in ("Potential contaminant", "Contaminant") if name in kept]
    ids = _ids(kept, path)
    contaminant = (kept[flagged] == "+").any(axis=1) | ids.str.startswith("CON__")
    headers = kept.get("Fasta headers", None)
    return _read(table, kept, ids, contaminant, headers, None, said, path)


def _matrix(table: pd.DataFrame, path: str | Path) -> ProteinTable:
    """Read any matrix with a column of accessions."""
    flagged = table["is_contaminant"] if "is_contaminant" in table else pd.Series("", table.index)
    ids = _ids(table, path)
    contaminant = flagged.str.lower().isin(["true", "+", "1", "yes"]) | ids.str.startswith("CON__")
    headers = table.get("Fasta headers", None)
    said = [f"matrix: {len(table)} rows"]
    return _read(table, table, ids, contaminant, headers, None, said, path)


def _ids(table: pd.DataFrame, path: str | Path) -> pd.Series:
    name = next((name for name in IDS if name in table), table.columns[0])
    ids = table[name].astype(str)
    if (ids == "").all() or pd.to_numeric(ids, errors="coerce").notna().all():
        raise EvcargoError(
            f"{path}: no column of protein accessions. Name it one of: {', '.join(IDS[:6])}"
        )
    return ids


def _read(
    table: pd.DataFrame,
    kept: pd.DataFrame,
    ids: pd.Series,
    contaminant: pd.Series,
    headers: pd.Series | None,
    is_log2: bool | None,
    said: list[str],
    path: str | Path,
) -> ProteinTable:
    named = ids != ""
    if not named.all():
        said.append(f"{int((~named).sum())} without an accession left out")
        kept, ids, contaminant = kept[named], ids[named], contaminant[named]
    members = [SEPARATORS.split(entry.strip("; ")) for entry in ids]
    leading = [_accession(group[0]) for group in members]
    again = pd.Index(leading).duplicated()
    if again.any():
        name = leading[int(np.argmax(again))]
        raise EvcargoError(
            f"{path}: accession {name} leads more than one row. Give each protein group one row"
        )
    proteins = pd.DataFrame({"accessions": [";".join(map(_accession, group)) for group in members]})
    for column in ("gene", "name"):
        proteins[column] = _first_column(kept, COLUMNS[column], "").to_numpy()
    if headers is not None:
        genes = headers.loc[kept.index].str.extract(r"\bGN=(\S+)", expand=False).fillna("")
        proteins["gene"] = proteins["gene"].where(proteins["gene"] != "", genes.to_numpy())
    proteins["gene"] = proteins["gene"].str.replace(r"\s*[;/,]\s*", ";", regex=True)
    texts = ids if headers is None else ids + " " + headers.loc[kept.index]
    stated = _first_column(kept, ("taxon",), "").to_numpy()
    taxa = np.array([_taxon(text) for text in texts], dtype=object)
    proteins["taxon"] = np.where(stated == "", taxa, stated)
    proteins["is_contaminant"] = contaminant.to_numpy(bool)
    for column in ("n_peptides", "n_unique_peptides", "q_value"):
        first = _first_column(kept, COLUMNS[column], "nan").astype(str).str.split(";").str[0]
        proteins[column] = pd.to_numeric(first, errors="coerce").to_numpy()
    said.append(f"{len(kept)} protein groups read")
    index = pd.Index(leading, name=None)
    decimal = table.attrs.get("decimal", ".")
    return ProteinTable(
        proteins.set_index(index), kept.set_index(index), is_log2, "; ".join(said), decimal
    )


def _accession(text: str) -> str:
    """Bare accession of ``sp|P02769|ALBU_BOVIN``, ``CON__P02769`` or ``P02769``."""
    parts = text.split("|")
    return (parts[1] if len(parts) > 2 else text).removeprefix("CON__").strip()


def _taxon(text: str) -> str:
    """NCBI taxon of the leading protein, by ``OX=`` or its entry name; empty if unsaid."""
    if stated := re.search(r"\bOX=(\d+)", text):
        return stated.group(1)
    entry = re.search(r"\|\w+_([A-Z0-9]{2,5})\b", text)
    return MNEMONIC_TAXON.get(entry.group(1), "") if entry else ""


def _first_column(table: pd.DataFrame, names: tuple[str, ...], empty: str) -> pd.Series:
    found = next((name for name in names if name in table), None)
    return pd.Series(empty, index=table.index) if found is None else table[found].astype(str)
