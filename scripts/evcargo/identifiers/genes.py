"""Genes of an organism, by every name that a table may have for them.

The tables are in `resources/identifiers`. A name is looked up as it is written first; then without
its database, version or isoform; then as a symbol in another case.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.identifiers import spelling
from evcargo.identifiers.gene_index import GeneIndex
from evcargo.identifiers.spelling import (
    ACCESSION,
    ACCESSION_ENTRY,
    ALIAS,
    ENSEMBL,
    ENTREZ,
    ENTRY,
    FORMER,
    NUMBER,
    SYMBOL,
    SYMBOLS,
    UNKNOWN,
)
from evcargo.identifiers.tables import PackedTables

__all__ = [
    "ACCESSION",
    "ACCESSION_ENTRY",
    "ALIAS",
    "ENSEMBL",
    "ENTREZ",
    "ENTRY",
    "FORMER",
    "NUMBER",
    "SYMBOL",
    "SYMBOLS",
    "UNKNOWN",
    "Gene",
    "Genes",
    "Leading",
    "Reading",
    "leading_gene",
    "read_genes",
]
#: Letters of the organism in the ids of Ensembl.
ENSEMBL_SPECIES = {"human": "", "mouse": "MUS", "rat": "RNO"}


@dataclass(frozen=True, slots=True)
class Gene:
    """One gene.

    Parameters
    ----------
    symbol
        Approved symbol; empty for an Ensembl gene without one.
    accession
        UniProt accession without isoform: that of the text that was resolved, or else the first
        reviewed one of the gene; empty if it has none.
    entry_name
        UniProt entry name of `accession`, if it is reviewed.
    ensembl, entrez
        First Ensembl gene id, Entrez gene id; empty if there is none.
    biotype
        protein_coding, lncRNA, miRNA_precursor, snoRNA, snRNA, rRNA, tRNA, Y_RNA, vault,
        other RNA, pseudogene, immunoglobulin, T cell receptor or unknown; empty if there is none.
    reviewed
        Whether `accession` is reviewed (Swiss-Prot).
    accessions
        All reviewed accessions.
    """

    symbol: str
    accession: str = ""
    entry_name: str = ""
    ensembl: str = ""
    entrez: str = ""
    biotype: str = ""
    reviewed: bool = False
    accessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as.

    Parameters
    ----------
    kind
        What it is, in words for people: "UniProt accession", "gene symbol", "unknown" ...
    gene
        The gene that it stands for; None if it is not known, or may be several.
    other_case
        Whether it is a symbol in another case than the organism's: CD9 in mouse, Cd9 in human.
    """

    kind: str
    gene: Gene | None = None
    other_case: bool = False


class Genes:
    """Genes of one organism. Make it with `read_genes`."""

    def __init__(self, organism: str, index: GeneIndex) -> None:
        self.organism = organism
        self._index = index
        self._readings: dict[str, Reading] = {}

    def resolve(self, text: str) -> Gene | None:
        """Find the gene that a text stands for; None if it is none, or may be several."""
        return self.read(text).gene

    def read(self, text: str) -> Reading:
        """Tell what a text is, and its gene."""
        reading = self._readings.get(text)
        if reading is None:
            reading = self._readings[text] = self._read(text.strip().strip("\"'"))
        return reading

    def candidates(self, text: str) -> list[Gene]:
        """Find the genes that a text may stand for: the gene it is, or all that had the name."""
        gene = self.resolve(text)
        if gene is not None:
            return [gene]
        return [self._gene(row) for row in self._index.shared.get(text.strip(), [])]

    def of_entrez(self, number: str) -> Gene | None:
        """Find a gene by its Entrez id; `resolve` takes no bare number for one."""
        row = self._index.entrez.get(number.strip())
        return None if row is None else self._gene(row)

    def in_any_case(self, text: str) -> Gene | None:
        """Find a gene by a symbol such as alb or Alb, which `resolve` takes for a word."""
        row = self._index.folded.get(text.strip().upper())
        return None if row is None else self._gene(row)

    def _gene(self, row: int, accession: str = "") -> Gene:
        symbol, cell, entries, ensembl, entrez, biotype = self._index.cells(
            row, "symbol", "accessions", "entries", "ensembl", "entrez", "biotype"
        )
        accessions = tuple(cell.split(";")) if cell else ()
        names = dict(zip(accessions, entries.split(";"), strict=False))
        chosen = accession or (accessions[0] if accessions else "")
        return Gene(
            symbol,
            chosen,
            names.get(chosen, ""),
            ensembl.partition(";")[0],
            entrez.partition(";")[0],
            biotype,
            chosen in names,
            accessions,
        )

    # Reading of one text.

    def _read(self, text: str) -> Reading:
        if text in self._index.approved and len(text) > 1:
            return Reading(SYMBOL, self._gene(self._index.approved[text]))
        if not text or spelling.is_decoy(text):
            return Reading(UNKNOWN)
        readings = [self._read_part(part) for part in spelling.parts(text)]
        known = [reading for reading in readings if reading.gene is not None]
        named = [reading for reading in readings if reading.kind != UNKNOWN]
        best = (known or named or [Reading(UNKNOWN)])[0]
        if {ACCESSION, ENTRY} <= {reading.kind for reading in readings}:
            return Reading(ACCESSION_ENTRY, best.gene)
        return best

    def _read_part(self, part: str) -> Reading:
        if part in self._index.entry:
            return Reading(ENTRY, self._of_entry(part))
        accession = spelling.UNIPROT.fullmatch(part)
        if accession:
            gene = self._of_accession(accession[1])
            if gene is not None or part not in self._index.approved:  # H2AC20 is a symbol
                return Reading(ACCESSION, gene)
        stable = spelling.STABLE_ID.fullmatch(part)
        if stable:
            return self._of_ensembl(stable)
        entry = spelling.ENTRY_NAME.fullmatch(part)
        if entry and entry[2] == spelling.MNEMONIC[self.organism]:
            return Reading(ENTRY, self._of_other_entry(entry[1]))
        return self._of_symbol(part) or Reading(spelling.form(part))

    def _of_entry(self, entry: str) -> Gene:
        row = self._index.entry[entry]
        accessions, entries = self._index.cells(row, "accessions", "entries")
        return self._gene(row, accessions.split(";")[entries.split(";").index(entry)])

    def _of_other_entry(self, stem: str) -> Gene | None:
        """Find the gene of an entry that is in no table: V9HVY1_HUMAN, or CEP43_HUMAN, renamed."""
        if stem in self._index.approved:
            return self._gene(self._index.approved[stem])
        return self._of_accession(stem) if spelling.UNIPROT.fullmatch(stem) else None

    def _of_accession(self, accession: str) -> Gene | None:
        row = self._index.accession.get(accession)
        if row is None:
            row = self._index.unreviewed.get(accession)
        return None if row is None else self._gene(row, accession)

    def _of_ensembl(self, stable: re.Match[str]) -> Reading:
        letter, number = stable["letter"], stable["number"]
        kind = ENSEMBL[letter] + (" with version" if stable["version"] else "")
        prefix = "ENS" + ENSEMBL_SPECIES[self.organism]
        if "ENS" + (stable["species"] or "") != prefix:
            return Reading(kind)
        row = self._index.ensembl.get(f"{prefix}G{number}") if letter == "G" else None
        gene = self._index.ensembl_gene(letter, int(number)) if row is None else None
        if gene is not None:
            stable_gene = f"{prefix}G{gene:011d}"
            row = self._index.ensembl.get(stable_gene)
            if row is None:
                return Reading(kind, Gene("", ensembl=stable_gene))
        if row is not None:
            return Reading(kind, self._gene(row))
        named = self._of_symbol(stable["symbol"]) if stable["symbol"] else None
        return Reading(kind, named.gene if named else None)

    def _of_symbol(self, part: str) -> Reading | None:
        if part in self._index.approved and len(part) > 1:
            return Reading(SYMBOL, self._gene(self._index.approved[part]))
        if _is_word(part):
            return None
        for kind, names in ((FORMER, self._index.former), (ALIAS, self._index.alias)):
            if part in names:
                return Reading(kind, self._gene(names[part]))
        if part in self._index.shared:
            return None
        upper = part.upper()
        if upper in self._index.folded and (part == upper or not part.isalpha()):
            return Reading(SYMBOL, self._gene(self._index.folded[upper]), other_case=True)
        if upper in self._index.folded_aliases:
            return Reading(ALIAS, self._gene(self._index.folded_aliases[upper]), other_case=True)
        dashed = part.replace(".", "-")  # as make.names of R writes HLA-A
        if dashed in self._index.approved:
            return Reading(SYMBOL, self._gene(self._index.approved[dashed]))
        locus = spelling.LOCUS.fullmatch(part)
        if locus is None:
            return None
        return Reading(SYMBOL, self.of_entrez(locus[1]) or Gene(part, entrez=locus[1]))


def _is_word(part: str) -> bool:
    """Whether a name may as well be a word or a number: one sign, small letters only, figures."""
    return len(part) < 2 or (part.isalpha() and part.islower()) or part.isdecimal()


@lru_cache(maxsize=4)
def read_genes(path: str | Path, organism: str) -> Genes:
    """Read the genes of an organism; a second call gives the same object.

    Parameters
    ----------
    path
        `resources/identifiers/ORGANISM_genes.tsv.xz`.
    organism
        human, mouse or rat.

    Raises
    ------
    EvcargoError
        If the organism is unknown or the file is no such table.
    """
    if organism not in ENSEMBL_SPECIES:
        raise EvcargoError(f"organism: {organism!r} is not one of {', '.join(ENSEMBL_SPECIES)}")
    index = GeneIndex(PackedTables(path), has_unreviewed=organism == "human")
    return Genes(organism, index)


@dataclass(frozen=True, slots=True)
class Leading:
    """The leading member of a protein group.

    Parameters
    ----------
    position
        Of the leading member among the members.
    gene
        Its gene; None if it is not known.
    one_gene
        Whether all members are of that gene.
    """

    position: int
    gene: Gene | None
    one_gene: bool


def leading_gene(members: Sequence[str], genes: Genes, symbols: Sequence[str] = ()) -> Leading:
    """Choose the member of a protein group that leads it.

    Parameters
    ----------
    members
        Identifiers or symbols of the group, in the order of the table.
    genes
        Of the organism.
    symbols
        Gene symbols of the group, where the table has them in another column: they tell the gene of
        members that are in no table.

    Returns
    -------
    Leading
        Where all members are of one gene, the first one that is a reviewed accession, an approved
        symbol or an id of Ensembl; else the first member, as the table has it.
    """
    readings = [genes.read(member) for member in members]
    known = [reading.gene for reading in readings if reading.gene is not None]
    names = {gene.symbol or gene.ensembl for gene in known}
    if not known:
        return Leading(0, None, one_gene=False)
    if len(known) < len(members):
        named = [genes.resolve(symbol) for symbol in symbols]
        alike = {gene.symbol if gene else None for gene in named} == names
    else:
        alike = len(names) == 1
    if not alike:
        return Leading(0, readings[0].gene, one_gene=False)
    ranks = [_rank(reading) for reading in readings]
    best = ranks.index(min(ranks))
    return Leading(best, readings[best].gene, one_gene=True)


def _rank(reading: Reading) -> int:
    """Order of the members of one gene: reviewed and approved, unreviewed, other names, unknown."""
    if reading.gene is None:
        return 3
    if reading.kind in (FORMER, ALIAS) or reading.other_case:
        return 2
    unreviewed = reading.kind in (ACCESSION, ACCESSION_ENTRY) and not reading.gene.reviewed
    return 1 if unreviewed else 0
