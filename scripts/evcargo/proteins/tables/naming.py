"""Which protein leads a group, and which gene it is of, whatever style its identifiers have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evcargo.identifiers import excel
from evcargo.identifiers.describe import damaged_by_spreadsheet
from evcargo.identifiers.genes import (
    ACCESSION,
    ALIAS,
    ENSEMBL,
    FORMER,
    NUMBER,
    SYMBOL,
    SYMBOLS,
    UNKNOWN,
    Gene,
    Genes,
    leading_gene,
)
from evcargo.identifiers.spelling import UNIPROT
from evcargo.proteins.database import HOST_TAXON
from evcargo.proteins.tables.identifier_column import IdentifierColumn
from evcargo.proteins.tables.names import (
    accession_of,
    gene_of,
    is_contaminant,
    members,
    taxon_of,
)

SIGNS = re.compile(r"\s*[|:\s]\s*")
REPEATED = re.compile(r"(.+)\.\d{1,2}")  # R's make.unique: TPM1, TPM1.1
IDS = (ACCESSION, *ENSEMBL.values(), *(f"{kind} with version" for kind in ENSEMBL.values()))


@dataclass(frozen=True)
class Named:
    """Names of one protein group.

    Parameters
    ----------
    written
        Its identifiers as the table writes them, the leading one first.
    accessions
        The same as accessions, as far as they are known.
    gene
        Approved symbols, that of the leading protein first, separated by semicolons.
    gene_in_table
        What the table calls the genes.
    taxon
        NCBI taxon of the leading protein, empty if nothing tells it.
    healed
        Whether the symbol became a date in a spreadsheet and was taken from the accession.
    """

    written: tuple[str, ...]
    accessions: tuple[str, ...]
    gene: str
    gene_in_table: str
    taxon: str
    healed: bool = False


class Naming:
    """Names of the proteins of an organism.

    Parameters
    ----------
    genes
        Of the organism.
    taxa
        Accession -> taxon of the shipped contaminants.
    numbers
        Whether bare numbers are Entrez gene ids.
    symbols
        Whether identifiers are gene symbols; if not, words that some gene has as an alias are no
        names of it.
    any_case
        Whether symbols count in any case: Alb is ALB.
    """

    def __init__(
        self,
        genes: Genes,
        taxa: Mapping[str, str] | None = None,
        numbers: bool = False,
        symbols: bool = False,
        any_case: bool = False,
    ) -> None:
        self.genes, self.taxa, self.numbers = genes, taxa or {}, numbers
        self.symbols, self.any_case = symbols, any_case
        self._names: dict[tuple[str, str, str, str, bool], Named] = {}
        self._known: dict[tuple[tuple[str, ...], str], bool] = {}
        self.host = HOST_TAXON[genes.organism]

    def of_identifier(self, name: str) -> Gene | None:
        """Find the gene of an identifier of the table."""
        if not self.symbols and self.genes.read(name).kind in (*SYMBOLS, UNKNOWN):
            return None
        accession = accession_of(name)
        return self.resolve(name) or (self.resolve(accession) if accession != name else None)

    def resolve(self, name: str) -> Gene | None:
        """Find the gene of an identifier or symbol."""
        if self.numbers and (found := self.genes.of_entrez(name.removesuffix(".0"))):
            return found
        found = self.genes.resolve(name)
        if found is None and (stem := REPEATED.fullmatch(name)):
            reading = self.genes.read(stem[1])
            return reading.gene if reading.kind == SYMBOL else None
        return self.genes.in_any_case(name) if found is None and self.any_case else found

    def split(self, cell: str) -> list[str]:
        """Members of a group, without repeats; ``|``, ``:`` and blanks may separate them too."""
        parts = (part for one in members(cell) for part in self._further(one))
        return list(dict.fromkeys(parts))

    def _further(self, text: str) -> list[str]:
        """Split at signs that stand within identifiers too, where all parts are of one kind."""
        parts = SIGNS.split(text)
        if len(parts) < 2:
            return [text]
        kinds = {self.genes.read(part).kind for part in parts}
        alike = len(kinds) == 1 and kinds <= set(IDS)
        return parts if alike or kinds <= set(SYMBOLS) else [text]

    def name(
        self, identifiers: str, gene: str, stated: str, entry: str = "", marked: bool = False
    ) -> Named:
        """Name a protein group.

        Parameters
        ----------
        identifiers, gene
            Cells of the table.
        stated
            Header of the leading protein, with its organism.
        entry
            Its UniProt entry name.
        marked
            Whether the table marks it as a contaminant.
        """
        cells = (identifiers, gene, stated, entry, bool(marked))
        if cells not in self._names:
            self._names[cells] = self._name(*cells)
        return self._names[cells]

    def _name(self, identifiers: str, gene: str, stated: str, entry: str, marked: bool) -> Named:
        written, symbols = self.split(identifiers), self.split(gene)
        taxon = taxon_of(written[0], stated) or taxon_of(entry)
        foreign = marked or self.is_foreign(written[0], taxon)
        if not foreign and len(written) > 1:
            written = self._led(written, symbols)
        accessions = [self.accession(one, mapped=not foreign) for one in written]
        in_table = ";".join(symbols)
        names = [one for one in symbols if not self.is_date(one)]
        approved = self._symbols(names, written, stated, foreign)
        return Named(
            tuple(written),
            tuple(dict.fromkeys(accessions)),
            ";".join(approved) or in_table,
            in_table,
            taxon,
            healed=bool(approved) and len(names) < len(symbols),
        )

    def is_foreign(self, identifier: str, taxon: str) -> bool:
        """Whether a protein is of another organism, or marked as a contaminant."""
        of_list = str(self.taxa.get(accession_of(identifier).partition("-")[0], ""))
        return is_contaminant(identifier) or (taxon or of_list or self.host) != self.host

    def accession(self, identifier: str, mapped: bool = True) -> str:
        """Give the accession of an identifier, or that of the gene it names, unless foreign."""
        found = accession_of(identifier)
        if not mapped or self.genes.read(found).kind == ACCESSION:
            return found
        gene = self.of_identifier(identifier)
        return (gene.accession if gene else "") or found

    def _led(self, written: list[str], symbols: Sequence[str]) -> list[str]:
        """Put the reviewed or approved member of a group of one gene first."""
        if not self.symbols and any(self.genes.read(one).kind in SYMBOLS for one in written):
            return written
        position = leading_gene(written, self.genes, symbols).position
        first = written[position]
        if position and is_contaminant(first):
            return written
        return [first, *written[:position], *written[position + 1 :]]

    def _symbols(
        self, symbols: Sequence[str], written: Sequence[str], stated: str, foreign: bool
    ) -> list[str]:
        """Approved symbols of a group; of foreign proteins what the table says."""
        if foreign:
            return list(symbols) or [one for one in (gene_of(stated),) if one]
        own = [g.symbol for one in written if (g := self.of_identifier(one)) and g.symbol]
        genes = [self._of_symbol(one, own) for one in symbols]
        names = [gene.symbol if gene else name for gene, name in zip(genes, symbols, strict=True)]
        if not any(genes):
            names = own or names or [self._approved(gene_of(stated))]
        elif own and own[0] in names:
            names = [own[0], *names]
        return list(dict.fromkeys(name for name in names if name))

    def _of_symbol(self, symbol: str, own: Sequence[str]) -> Gene | None:
        """Gene of a symbol; where accessions tell the genes of a group, no alias adds another.

        ACT1 of yeast, in a group with human actins, is not TRAF3IP2 that was once called so.
        """
        gene = self.resolve(symbol)
        is_other = gene is not None and bool(own) and gene.symbol not in own
        return None if is_other and self.genes.read(symbol).kind in (FORMER, ALIAS) else gene

    def _approved(self, symbol: str) -> str:
        gene = self.genes.resolve(symbol) if symbol else None
        return gene.symbol if gene else symbol

    def is_known(self, identifiers: Sequence[str], gene: str) -> bool:
        """Whether any name of a group has a gene of the organism."""
        key = (tuple(identifiers), gene)
        if key not in self._known:
            named = (self.of_identifier(one) for one in identifiers)
            symbols = (self.resolve(one) for one in gene.split(";") if one)
            self._known[key] = any(named) or any(symbols)
        return self._known[key]

    def is_stated(self, accessions: str, taxon: str) -> bool:
        """Whether the table itself says that the leading accession is of the organism."""
        return taxon == self.host and UNIPROT.fullmatch(accessions.split(";")[0]) is not None

    def is_symbol(self, identifier: str) -> bool:
        """Whether an identifier is a gene symbol, known or not, and no accession or id."""
        return self.symbols and self.genes.read(identifier).kind in (*SYMBOLS, UNKNOWN, NUMBER)

    def is_date(self, text: str) -> bool:
        """Whether a spreadsheet made a date of a symbol: SEPT2 became 2-Sep, or 44441."""
        if self.genes.read(text).kind not in (UNKNOWN, NUMBER) or self.numbers:
            return False
        return bool(excel.dates(text) or excel.serial_date(text))

    def before_spreadsheet(self, text: str) -> list[str]:
        """Symbols of the genes that a date may have been."""
        found = damaged_by_spreadsheet(text, self.genes, serials=True)
        return [gene.symbol for gene in found]


class Namings:
    """Namings of the tables of a study: one for each kind of identifiers.

    Parameters
    ----------
    genes
        Of the organism.
    taxa
        Accession -> taxon of the shipped contaminants.
    """

    def __init__(self, genes: Genes, taxa: Mapping[str, str]) -> None:
        self.genes, self.taxa = genes, taxa
        self._by_kind: dict[tuple[bool, bool, bool], Naming] = {}

    def of(self, column: IdentifierColumn) -> Naming:
        """Give the naming for a column of identifiers."""
        kind = (column.is_entrez, column.symbols, column.other_case)
        if kind not in self._by_kind:
            self._by_kind[kind] = Naming(self.genes, self.taxa, *kind)
        return self._by_kind[kind]
