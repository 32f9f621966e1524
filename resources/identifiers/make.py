r"""Write the tables of genes anew from the sources in README.md.

    python make.py SOURCES

SOURCES is a folder with the files that README.md names. Needs `rdata` (tables of Ensembl).
"""

import argparse
import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = (
    *("symbol", "previous", "aliases", "accessions", "entries"),
    *("ensembl", "entrez", "biotype"),
)
#: Locus types of HGNC that no count or protein is of.
NO_GENES = {
    *("phenotype only", "fragile site", "virus integration site"),
    *("transposable element", "region", "non-human ortholog"),
}


@dataclass
class Entry:
    """One gene; lists in the order of their weight."""

    symbol: str
    previous: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    accessions: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    ensembl: list[str] = field(default_factory=list)
    entrez: list[str] = field(default_factory=list)
    biotype: str = ""


def natural(symbol: str) -> list[tuple[int, int, str]]:
    """Sort key that puts H4C2 before H4C11."""
    return [
        (1, int(part), "") if part.isdigit() else (0, 0, part)
        for part in re.split(r"(\d+)", symbol)
    ]


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def parts(cell: str | None, separator: str) -> list[str]:
    """Members of a cell, without empty ones."""
    return [part.strip() for part in (cell or "").split(separator) if part.strip(" -")]


def human(sources: Path) -> list[Entry]:
    """Genes approved by HGNC."""
    genes = []
    for row in rows(sources / "hgnc_entries.tsv"):
        if row["Status"] != "Approved" or row["Locus type"] in NO_GENES:
            continue
        genes.append(
            Entry(
                symbol=row["Approved symbol"],
                previous=parts(row["Previous symbols"], ","),
                aliases=parts(row["Alias symbols"], ","),
                accessions=parts(row["UniProt ID(supplied by UniProt)"], ","),
                ensembl=parts(row["Ensembl gene ID"], ","),
                entrez=parts(row["NCBI Gene ID(supplied by NCBI)"], ","),
                biotype=row["Locus type"],
            )
        )
    return genes


def headers(fasta: Path, mnemonic: str) -> Iterator[tuple[str, str, str]]:
    """Yield accession, entry name and gene of the reviewed entries of one species."""
    opener = gzip.open if fasta.suffix == ".gz" else open
    pattern = re.compile(rf">sp\|(\w+)\|(\w+_{mnemonic})\b(?:.*\bGN=(\S+))?")
    with opener(fasta, "rt", encoding="latin-1") as stream:
        for line in stream:
            found = pattern.match(line)
            if found:
                yield found[1], found[2], found[3] or ""


def add_proteins(genes: Sequence[Entry], proteins: Iterable[tuple[str, str, str]]) -> None:
    """Give the genes their reviewed entries; those of the nomenclature first, then by symbol."""
    by_accession: dict[str, list[Entry]] = {}
    for gene in genes:
        for accession in gene.accessions:
            by_accession.setdefault(accession, []).append(gene)
    names = Names(genes)
    reviewed = {}
    for accession, entry, symbol in proteins:
        reviewed[accession] = entry
        if accession not in by_accession:
            gene = names.find(symbol)
            if gene is not None:
                gene.accessions.append(accession)
    for gene in genes:
        known = [one for one in dict.fromkeys(gene.accessions) if one in reviewed]
        gene.accessions, gene.entries = known, [reviewed[one] for one in known]


class Names:
    """Which gene a symbol is of, where it is of one only."""

    def __init__(self, genes: Sequence[Entry]) -> None:
        self.levels: list[dict[str, list[Entry]]] = [{}, {}, {}]
        for gene in genes:
            for level, symbols in zip(
                self.levels, ([gene.symbol], gene.previous, gene.aliases), strict=True
            ):
                for symbol in symbols:
                    level.setdefault(symbol, []).append(gene)

    def find(self, symbol: str) -> Entry | None:
        """Find the gene by approved symbol, then by former ones, then by aliases."""
        for level in self.levels:
            if symbol in level:
                return level[symbol][0] if len(level[symbol]) == 1 else None
        return None


def add_ncbi(genes: Sequence[Entry], path: Path) -> None:
    """Add the aliases and Ensembl genes that NCBI Gene has."""
    by_entrez = {one: gene for gene in genes for one in gene.entrez}
    for row in rows(path):
        gene = by_entrez.get(row["GeneID"])
        if gene is None:
            continue
        gene.aliases += parts(row["Synonyms"], "|")
        if row["Symbol"] != gene.symbol:
            gene.aliases.append(row["Symbol"])
        gene.ensembl += re.findall(r"Ensembl:(\w+)", row["dbXrefs"])


def annotables(path: Path) -> list[dict[str, str]]:
    """Read a table of an R package."""
    import rdata

    table = next(iter(rdata.read_rda(path).values()))
    table = table.astype(object).where(table.notna(), "")
    return table.to_dict("records")


def add_ensembl(genes: Sequence[Entry], path: Path) -> None:
    """Give the genes further Ensembl ids by Entrez id or symbol."""
    by_entrez = {one: gene for gene in genes for one in gene.entrez}
    by_ensembl = {one for gene in genes for one in gene.ensembl}
    by_symbol = {gene.symbol: gene for gene in genes}
    for row in annotables(path):
        if row["ensgene"] in by_ensembl:
            continue
        entrez = str(row["entrez"]).removesuffix(".0")
        gene = by_symbol.get(row["symbol"]) or by_entrez.get(entrez)
        if gene is not None:
            gene.ensembl.append(row["ensgene"])


def tidy(gene: Entry) -> None:
    """Drop repeats, and aliases that are names of higher rank."""
    gene.previous = [one for one in dict.fromkeys(gene.previous) if one != gene.symbol]
    higher = {gene.symbol, *gene.previous}
    gene.aliases = [
        one
        for one in dict.fromkeys(gene.aliases)
        if one not in higher and not re.search(r"[;\t]|^.$", one)
    ]
    gene.ensembl = list(dict.fromkeys(gene.ensembl))


def write(path: Path, genes: Sequence[Entry]) -> None:
    """Write a table, gzipped, with the same bytes each time."""
    lines = ["\t".join(COLUMNS)]
    for gene in sorted(genes, key=lambda one: natural(one.symbol)):
        tidy(gene)
        cells = [getattr(gene, name) for name in COLUMNS]
        lines.append("\t".join(cell if isinstance(cell, str) else ";".join(cell) for cell in cells))
    text = "\n".join([*lines, ""]).encode()
    path.write_bytes(gzip.compress(text, compresslevel=9, mtime=0))


def main() -> None:
    """Write the tables of all organisms."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", type=Path)
    sources = parser.parse_args().sources
    genes = human(sources)
    add_ncbi(genes, sources / "Homo_sapiens.gene_info.gz")
    add_ensembl(genes, sources / "grch38.rda")
    add_ensembl(genes, sources / "grch37.rda")
    add_proteins(genes, headers(sources / "human_sp_td.fasta", "HUMAN"))
    write(HERE / "human_genes.tsv.gz", genes)


if __name__ == "__main__":
    main()
