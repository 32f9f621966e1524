"""Genes of an organism, by every name that a table may have for them.

The tables are in `resources/identifiers`. A name is looked up as it is written first; then without
its database, version or isoform; then as a symbol in another case.
"""

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from evcargo.errors import EvcargoError

ACCESSION, ACCESSION_ENTRY = "UniProt accession", "UniProt accession and entry name"
ENTRY, SYMBOL = "UniProt entry name", "gene symbol"
FORMER, ALIAS = "former gene symbol", "alias of a gene"
ENSEMBL = {
    "G": "Ensembl gene id",
    "T": "Ensembl transcript id",
    "P": "Ensembl protein id",
}
ENTREZ, REFSEQ, NUMBER, UNKNOWN = "Entrez gene id", "RefSeq accession", "number", "unknown"

UNIPROT = re.compile(
    r"([OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})(?:-\d+|\.\d+|v\d+|-PRO_\d+)?"
)
ENTRY_NAME = re.compile(r"[A-Z\d]{1,10}_[A-Z\d]{3,5}")
STABLE_ID = re.compile(r"(ENS([A-Z]{3})?([GTP])\d{11})(\.\d+)?(?:_PAR_Y)?(?:[_|:](.+))?")
REFSEQ_ID = re.compile(r"[NX][MPR]_\d{6,9}(\.\d+)?")
LOCUS = re.compile(r"LOC(\d{5,9})")
DATABASE = re.compile(
    r"(?:uniprot(?:kb)?|swiss-?prot|trembl|ensembl|refseq|hgnc_symbol|symbol|gene):", re.IGNORECASE
)
CONTAMINANT = re.compile(r"(?:CON_{1,2}|(?i:cont(?:am(?:inant)?)?_{1,2})|cRAP-)")
DECOY = re.compile(r"(?:REV_+|rev_+|DECOY_+|decoy_+|XXX_+|##)")
DATABASES = frozenset({"sp", "tr", "zz", "ref", "gi", "gnl", "lcl", "gb"})
SEVERAL = -1
COLUMNS = [
    *("symbol", "previous", "aliases", "accessions", "entries", "ensembl", "entrez", "biotype"),
]


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
        UniProt entry name of `accession`.
    ensembl, entrez
        First Ensembl gene id, Entrez gene id; empty if there is none.
    biotype
        Locus type of the nomenclature, e.g. "gene with protein product".
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
    """What a text was read as: its kind, in words for people, and the gene if there is one."""

    kind: str
    gene: Gene | None = None


class Genes:
    """Genes of one organism. Make it with `read_genes`."""

    def __init__(self, organism: str, columns: Mapping[str, Sequence[str]]) -> None:
        self.organism = organism
        self._columns = columns
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
        """Find all genes that a text may stand for: one or none, or those that share an alias."""
        gene = self.resolve(text)
        if gene is not None:
            return [gene]
        return [self._gene(number) for number in self._shared.get(text.strip(), [])]

    def of_entrez(self, number: str) -> Gene | None:
        """Find a gene by its Entrez id; `resolve` takes no bare number for one."""
        row = self._entrez.get(number.strip())
        return None if row is None else self._gene(row)

    @cached_property
    def _approved(self) -> dict[str, int]:
        symbols = self._columns["symbol"]
        return dict(zip(symbols, range(len(symbols)), strict=True))

    @cached_property
    def _accession(self) -> dict[str, int]:
        return self._spread("accessions")

    @cached_property
    def _entry(self) -> dict[str, int]:
        return self._spread("entries")

    @cached_property
    def _ensembl(self) -> dict[str, int]:
        return self._spread("ensembl")

    @cached_property
    def _entrez(self) -> dict[str, int]:
        return self._spread("entrez")

    @cached_property
    def _former(self) -> dict[str, int]:
        return self._names("previous", (self._approved,))

    @cached_property
    def _alias(self) -> dict[str, int]:
        return self._names("aliases", (self._approved, self._former, self._shared))

    @cached_property
    def _shared(self) -> dict[str, list[int]]:
        """Former symbols and aliases that several genes had, in the order of their rank."""
        first: dict[str, int] = {}
        shared: dict[str, list[int]] = {}
        for column in ("previous", "aliases"):
            for number, cell in enumerate(self._columns[column]):
                for name in cell.split(";") if cell else ():
                    if name in first and number != first[name]:
                        shared.setdefault(name, [first[name]]).append(number)
                    first.setdefault(name, number)
        return shared

    @cached_property
    def _folded(self) -> dict[str, int]:
        """Approved and former symbols in upper case, for tables of another case or species."""
        former = {name.upper(): number for name, number in self._former.items()}
        return former | {name.upper(): number for name, number in self._approved.items()}

    def _spread(self, column: str) -> dict[str, int]:
        """Row of every member of the cells of a column; the first row where several have it."""
        rows: dict[str, int] = {}
        for number, cell in enumerate(self._columns[column]):
            for name in cell.split(";") if cell else ():
                rows.setdefault(name, number)
        return rows

    def _names(self, column: str, higher: Sequence[Mapping[str, object]]) -> dict[str, int]:
        """Names that only one gene has, where no name of higher rank is alike."""
        rows: dict[str, int] = {}
        for number, cell in enumerate(self._columns[column]):
            for name in cell.split(";") if cell else ():
                rows[name] = number if rows.get(name, number) == number else SEVERAL
        return {
            name: row
            for name, row in rows.items()
            if row != SEVERAL and not any(name in one for one in higher)
        }

    def _gene(self, number: int, accession: str = "") -> Gene:
        symbol, cell, entries, ensembl, entrez, biotype = (
            self._columns[name][number]
            for name in ("symbol", "accessions", "entries", "ensembl", "entrez", "biotype")
        )
        accessions = tuple(cell.split(";")) if cell else ()
        chosen = accession or (accessions[0] if accessions else "")
        names = dict(zip(accessions, entries.split(";"), strict=False))
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

    def _of_entry(self, entry: str) -> Gene:
        row = self._entry[entry]
        entries = self._columns["entries"][row].split(";")
        return self._gene(row, self._columns["accessions"][row].split(";")[entries.index(entry)])

    def _read(self, text: str) -> Reading:
        if text in self._approved:
            return Reading(SYMBOL, self._gene(self._approved[text]))
        if not text or DECOY.match(text):
            return Reading(UNKNOWN)
        if text.isdecimal():
            return Reading(NUMBER)
        readings = [self._read_part(part) for part in _parts(text)]
        found = [one for one in readings if one.gene is not None]
        if {ACCESSION, ENTRY} <= {one.kind for one in readings}:
            gene = found[0].gene if found else None
            return Reading(ACCESSION_ENTRY, gene)
        if found:
            return found[0]
        known = [one for one in readings if one.kind != UNKNOWN]
        return known[0] if known else Reading(UNKNOWN)

    def _read_part(self, part: str) -> Reading:
        for reader in (self._as_accession, self._as_ensembl, self._as_symbol):
            reading = reader(part)
            if reading is not None:
                return reading
        if ENTRY_NAME.fullmatch(part):
            return Reading(ENTRY)
        if UNIPROT.fullmatch(part):
            return Reading(ACCESSION)
        return Reading(REFSEQ if REFSEQ_ID.fullmatch(part) else UNKNOWN)

    def _as_accession(self, part: str) -> Reading | None:
        if part in self._entry:
            return Reading(ENTRY, self._of_entry(part))
        found = UNIPROT.fullmatch(part)
        if found and found[1] in self._accession:
            return Reading(ACCESSION, self._gene(self._accession[found[1]], found[1]))
        return None

    def _as_ensembl(self, part: str) -> Reading | None:
        found = STABLE_ID.fullmatch(part)
        if found is None:
            return None
        stable, _, letter, version, symbol = found.groups()
        kind = ENSEMBL[letter] + (" with version" if version else "")
        row = self._ensembl.get(stable)
        if row is not None:
            return Reading(kind, self._gene(row))
        named = self._as_symbol(symbol) if symbol else None
        return Reading(kind, named.gene if named else None)

    def _as_symbol(self, part: str) -> Reading | None:
        for kind, names in (
            (SYMBOL, self._approved),
            (FORMER, self._former),
            (ALIAS, self._alias),
        ):
            if part in names:
                return Reading(kind, self._gene(names[part]))
        if part in self._shared:
            return None
        row = self._folded.get(part.upper())
        if row is not None:
            return Reading(SYMBOL, self._gene(row))
        found = LOCUS.fullmatch(part)
        gene = self.of_entrez(found[1]) if found else None
        return Reading(SYMBOL, gene or Gene(part, entrez=found[1])) if found else None


def _parts(text: str) -> Iterator[str]:
    """Names inside of a text, those of databases first: sp|P02788|TRFL_HUMAN has two."""
    word = text.split(None, 1)[0] if "|" in text else text
    for part in word.split("|"):
        bare = CONTAMINANT.sub("", part.strip(), count=1)
        bare = DATABASE.sub("", bare, count=1)
        if bare and bare not in DATABASES:
            yield bare


@lru_cache(maxsize=4)
def read_genes(path: str | Path, organism: str) -> Genes:
    """Read the genes of an organism; a second call gives the same object.

    Parameters
    ----------
    path
        `resources/identifiers/ORGANISM_genes.tsv.gz`.
    organism
        human, mouse or rat.

    Raises
    ------
    EvcargoError
        If the file is no such table.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        header, *lines = stream.read().splitlines()
    if header.split("\t") != COLUMNS:
        raise EvcargoError(f"{path}: a table of genes has the columns {' '.join(COLUMNS)}")
    cells = zip(*(line.split("\t") for line in lines), strict=True)
    return Genes(organism, dict(zip(COLUMNS, cells, strict=True)))


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
        Gene symbols of the group, where the table has them in another column; they tell the gene of
        accessions that are not reviewed.

    Returns
    -------
    Leading
        Where all members are of one gene, the first one that is a reviewed accession, an approved
        symbol or an id; else the first member, as the table has it.
    """
    readings = [genes.read(one) for one in members]
    known = {one.gene.symbol for one in readings if one.gene is not None}
    named = {gene.symbol if gene else None for gene in map(genes.resolve, symbols)}
    unsure = any(one.gene is None for one in readings)
    first = readings[0].gene if readings else None
    if len(known) != 1 or (unsure and named != known):
        return Leading(0, first, one_gene=False)
    best = [n for n, one in enumerate(readings) if one.gene and one.kind not in (FORMER, ALIAS)]
    best += [n for n, one in enumerate(readings) if one.gene]
    return Leading(best[0], readings[best[0]].gene, one_gene=True)
