"""Names of genes -> rows of their table; each index is made when it is first needed."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from evcargo.identifiers.tables import Columns, PackedTables

GENE_COLUMNS = (
    *("symbol", "previous", "aliases", "accessions", "entries"),
    *("ensembl", "entrez", "biotype"),
)
ENSEMBL_COLUMNS = ("gene", "transcripts", "proteins")
UNREVIEWED_COLUMNS = ("symbol", "accessions")
SEVERAL = -1
MIN_LETTERS = {"previous": 3, "aliases": 4}
"""Of a former symbol and of an alias without figures: shorter ones are found among words. With it,
of 40,343 words 0.0 % in small letters, 0.1 % with a capital and 0.9 % in capitals are names of
human genes, most of them approved (CAT, SET)."""
DIGIT = re.compile(r"\d")


class GeneIndex:
    """Indexes of the tables of one organism."""

    def __init__(self, tables: PackedTables, has_unreviewed: bool) -> None:
        self._tables = tables
        self._has_unreviewed = has_unreviewed
        self.columns: Columns = tables.table(0, GENE_COLUMNS)

    def cells(self, row: int, *names: str) -> tuple[str, ...]:
        """Cells of a row of the table of genes."""
        return tuple(self.columns[name][row] for name in names)

    @cached_property
    def approved(self) -> dict[str, int]:
        """Row by approved symbol."""
        return self._spread("symbol")

    @cached_property
    def accession(self) -> dict[str, int]:
        """Row by reviewed UniProt accession."""
        return self._spread("accessions")

    @cached_property
    def entry(self) -> dict[str, int]:
        """Row by UniProt entry name."""
        return self._spread("entries")

    @cached_property
    def ensembl(self) -> dict[str, int]:
        """Row by Ensembl gene id."""
        return self._spread("ensembl")

    @cached_property
    def entrez(self) -> dict[str, int]:
        """Row by Entrez id."""
        return self._spread("entrez")

    @cached_property
    def former(self) -> dict[str, int]:
        """Row by former symbol, where it is of one gene only."""
        return self._former_and_shared[0]

    @cached_property
    def alias(self) -> dict[str, int]:
        """Row by alias, where no other name is alike."""
        return self._alias_and_shared[0]

    @cached_property
    def shared(self) -> dict[str, list[int]]:
        """Rows by the former symbols and aliases of several genes, and those that may be words."""
        shared = dict(self._former_and_shared[1])
        for name, rows in self._alias_and_shared[1].items():
            shared[name] = list(dict.fromkeys([*shared.get(name, ()), *rows]))
        return shared

    @cached_property
    def _former_and_shared(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        return self._names("previous", (self.approved,))

    @cached_property
    def _alias_and_shared(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        shared = self._former_and_shared[1]
        return self._names("aliases", (self.approved, self.former, shared))

    @cached_property
    def folded(self) -> dict[str, int]:
        """Approved and former symbols in upper case, for tables of another case or species."""
        former = {name.upper(): row for name, row in self.former.items()}
        return former | {name.upper(): row for name, row in self.approved.items()}

    @cached_property
    def folded_aliases(self) -> dict[str, int]:
        """Aliases with a figure in upper case; others would be found among words."""
        rows: dict[str, int] = {}
        for name, row in self.alias.items():
            if DIGIT.search(name):
                upper = name.upper()
                rows[upper] = row if rows.get(upper, row) == row else SEVERAL
        return {name: row for name, row in rows.items() if row != SEVERAL}

    def ensembl_gene(self, letter: str, number: int) -> int | None:
        """Find the number of the Ensembl gene of a gene (G), transcript (T) or protein (P)."""
        if letter == "T":
            return self._ensembl_transcripts.get(number)
        if letter == "P":
            return self._ensembl_proteins.get(number)
        return number if number in self._ensembl_genes else None

    @cached_property
    def _ensembl_genes(self) -> dict[int, None]:
        return dict.fromkeys(map(int, self._tables.table(1, ENSEMBL_COLUMNS)["gene"]))

    @cached_property
    def _ensembl_transcripts(self) -> dict[int, int]:
        return self._ensembl_members("transcripts")

    @cached_property
    def _ensembl_proteins(self) -> dict[int, int]:
        return self._ensembl_members("proteins")

    def _ensembl_members(self, column: str) -> dict[int, int]:
        """Undo the differences in which the numbers are stored."""
        cells = self._tables.table(1, ENSEMBL_COLUMNS)[column]
        return {
            number: gene
            for gene, cell in zip(self._ensembl_genes, cells, strict=True)
            if cell
            for number in accumulate(map(int, cell.split(";")))
        }

    @cached_property
    def unreviewed(self) -> dict[str, int]:
        """Row by unreviewed UniProt accession, of human only."""
        if not self._has_unreviewed:
            return {}
        table = self._tables.table(2, UNREVIEWED_COLUMNS)
        return {
            accession: self.approved[symbol]
            for symbol, cell in zip(table["symbol"], table["accessions"], strict=True)
            for accession in cell.split(";")
        }

    def _spread(self, column: str) -> dict[str, int]:
        """Row of every member of the cells of a column; the first row where several have it."""
        rows: dict[str, int] = {}
        for row, cell in enumerate(self.columns[column]):
            if cell:
                for name in cell.split(";"):
                    rows.setdefault(name, row)
        rows.pop("", None)
        return rows

    def _names(
        self, column: str, higher: Sequence[Mapping[str, object]]
    ) -> tuple[dict[str, int], dict[str, list[int]]]:
        """Names of one gene, and names that several share; without those of higher rank."""
        rows: dict[str, int] = {}
        shared: dict[str, list[int]] = {}
        for row, cell in enumerate(self.columns[column]):
            if cell:
                for name in cell.split(";"):
                    if rows.setdefault(name, row) != row:
                        shared.setdefault(name, [rows[name]]).append(row)
        for names in higher:
            for name in rows.keys() & names.keys():
                del rows[name]
        for name in rows.keys() & shared.keys():
            del rows[name]
        for name in [name for name in rows if len(name) < MIN_LETTERS[column] and name.isalpha()]:
            shared[name] = [rows.pop(name)]
        return rows, shared
