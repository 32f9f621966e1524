"""What the identifiers of a protein group say: accessions, taxon, decoy and contaminant marks."""

import re
from functools import lru_cache

import pandas as pd

from evcargo.identifiers.spelling import (
    CONTAMINANT,
    ENTRY_NAME,
    REFSEQ_ID,
    STABLE_ID,
    UNIPROT,
    split_members,
)
from evcargo.proteins.headers import MNEMONIC_TAXON, ORGANISM_TAXON

DATABASES = ("sp", "tr", "zz")
PREFIX = re.compile(
    r"(ENSEMBL|REFSEQ|TREMBL|SWISS-?PROT|H-INV|UNIPROT(KB)?(/(SWISS-?PROT|TREMBL))?):",
    re.IGNORECASE,
)
VERSION = re.compile(r"(?<=\d)v\d+$")
DATABASE_VERSION = re.compile(r"(?<=\d)v\d+$|(?<=[A-Z\d])\.\d+$")
DATABASE = re.compile(r"^(sp|tr|zz)\|")  # FragPipe may write sp|Cont_P02769|ALBU_BOVIN
BOVINE_ENSEMBL = re.compile(r"ENSBTA[PG]\d+")
BOVINE = "9913"
members = split_members


def is_contaminant(identifier: str) -> bool:
    """Whether an engine has marked an identifier as one of its contaminant list."""
    return CONTAMINANT.match(DATABASE.sub("", identifier)) is not None


@lru_cache(maxsize=2**18)  # the tables of a study have much the same identifiers
def accession_of(identifier: str) -> str:
    """Take the accession out, without contaminant mark and database name, with its isoform number.

    ``sp|Q9BY50|SC11C_HUMAN`` and ``Q9BY50|SC11C_HUMAN`` are Q9BY50, ``CON__P35908v2`` is P35908,
    ``CON__ENSEMBL:ENSBTAP01`` is ENSBTAP01, ``V9HWA9_HUMAN`` V9HWA9. What holds no accession stays
    as it is.
    """
    bare = CONTAMINANT.sub("", identifier.strip(), count=1)
    parts = [CONTAMINANT.sub("", part.strip(), count=1) for part in bare.split("|")]
    for part in parts:
        found = UNIPROT.fullmatch(PREFIX.sub("", part).split(" ", 1)[0])
        if found:
            return DATABASE_VERSION.sub("", found[0])
    if parts[0] == "gi" and len(parts) > 3:
        return parts[3]
    first = PREFIX.sub("", parts[1] if len(parts) > 1 and parts[0] in DATABASES else parts[0])
    entry = ENTRY_NAME.fullmatch(first)
    if entry and (found := UNIPROT.fullmatch(first.partition("_")[0])):
        return found[0]
    if " OS=" in first:
        first = first.split()[0]
    word = first.split(" ", 1)[0]
    if REFSEQ_ID.fullmatch(word) or STABLE_ID.fullmatch(word):
        return DATABASE_VERSION.sub("", word)
    return VERSION.sub("", first)


def taxon_of(identifier: str, header: str = "") -> str:
    """NCBI taxon of a protein by its header, its entry name or Ensembl name; else empty.

    Headers of before 2018 name the organism (OS=), but not its taxon (OX=).
    """
    stated = re.search(r"\bOX=(\d+)", header)
    if stated:
        return stated.group(1)
    named = re.search(r"\bOS=(\S+ \S+)", header)
    if named and named.group(1).casefold() in ORGANISM_TAXON:
        return ORGANISM_TAXON[named.group(1).casefold()]
    entry = re.search(r"[A-Z0-9]+_([A-Z0-9]{3,5})\b", identifier.rpartition("|")[2])
    if entry:
        return MNEMONIC_TAXON.get(entry.group(1), "")
    return BOVINE if BOVINE_ENSEMBL.search(identifier) else ""


def first_of(cells: pd.Series) -> pd.Series:
    """First member of each cell of members separated by semicolons; quicker than `.str.split`."""
    return pd.Series([str(cell).partition(";")[0] for cell in cells], cells.index, dtype=object)


def without_isoform(accessions: pd.Series) -> pd.Series:
    """Take the number of the isoform off accessions: P02768-2 is P02768."""
    plain = [re.sub(r"-\d+$", "", cell) if "-" in cell else cell for cell in accessions]
    return pd.Series(plain, accessions.index, dtype=object)


def gene_of(header: str) -> str:
    """Gene symbol by GN= of a FASTA header, else empty."""
    stated = re.search(r"\bGN=(\S+?)(?=[\s;]|$)", header)
    return stated.group(1) if stated else ""


def described(header: str) -> str:
    """Protein name of a FASTA header: without identifier and without OS=, OX= and the like."""
    text = header.strip().lstrip(">")
    if " " not in text:
        return text
    text = re.sub(r"^(sp|tr)\|\S+\s+", "", text)
    return re.split(r"\s+(?:OS|OX|GN|PE|SV)=", text)[0].strip()
