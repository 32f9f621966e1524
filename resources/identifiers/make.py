r"""Write the tables of names anew from the sources in README.md.

    python make.py SOURCES

SOURCES is a folder with the files that README.md names. The tables of R packages need `rdata`.
"""

import argparse
import csv
import gzip
import hashlib
import lzma
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rdata

HERE = Path(__file__).parent
GENE_COLUMNS = (
    *("symbol", "previous", "aliases", "accessions", "entries"),
    *("ensembl", "entrez", "biotype"),
)
ENSEMBL_COLUMNS = ("gene", "transcripts", "proteins")
UNREVIEWED_COLUMNS = ("symbol", "accessions")
#: Locus types of HGNC that no count and no protein is of.
NO_GENES = {
    *("phenotype only", "fragile site", "virus integration site"),
    *("transposable element", "region", "non-human ortholog"),
}
#: Beginning or end of a locus type or biotype -> biotype of the tables, the first that fits.
BIOTYPES = (
    (r"gene with protein product|protein.coding", "protein_coding"),
    (r".*pseudo.*", "pseudogene"),
    (r"RNA, micro|miRNA", "miRNA_precursor"),
    (r"RNA, long non-coding|lncRNA", "lncRNA"),
    (r"RNA, small nucleolar|snoRNA|scaRNA", "snoRNA"),
    (r"RNA, small nuclear|snRNA", "snRNA"),
    (r"RNA, ribosomal|(Mt_)?rRNA", "rRNA"),
    (r"RNA, transfer|(Mt_)?tRNA", "tRNA"),
    (r"RNA, Y|Y_RNA", "Y_RNA"),
    (r"RNA, vault|vault_RNA", "vault"),
    (r"immunoglobulin gene|IG_.*", "immunoglobulin"),
    (r"T cell receptor gene|TR_.*", "T cell receptor"),
    (r"RNA, .*|ncRNA|misc_RNA|ribozyme|s[c]?RNA", "other RNA"),
    (r"", "unknown"),
)
#: Accessions, numbers of clones and names of miRNAs, which stand among the aliases of genes.
CLONE = re.compile(
    r"[A-Z]{1,2}\d{5,6}|(MGC|FLJ|LOC|RGD):?\d+|DKFZ\w+|\d+"
    r"|(?i:(hsa-|mmu-|rno-)?(mir|let|mirna)-?\d.*)"
)
#: Former symbols and aliases that are among the 2,000 most frequent English words, by the package
#: wordfreq 3.1: they are names of genes no more, so that words are not taken for genes.
WORDS = {
    *("his", "has", "face", "per", "large", "tax", "sea", "gas", "ass", "cars", "mrs", "cell"),
    *("fat", "mad", "great", "last", "best", "find", "stop", "call", "white", "thank", "past"),
    *("light", "fire", "type", "march", "miss", "shot", "april", "wish", "bank", "park"),
    *("cool", "step", "trade", "lord", "pick", "race", "simple", "base", "mark", "paul"),
    *("dance", "ship", "cash", "secret", "spring", "dream", "skin", "damage", "fish", "trip"),
    *("spot", "mass", "stars", "fell", "arms", "paris", "soul", "cast", "dear", "apple"),
    *("mail", "plane", "scott", "boat"),
}
MNEMONIC = {"human": "HUMAN", "mouse": "MOUSE", "rat": "RAT"}
#: Columns of UniProt with the id of the nomenclature.
CROSS_REFERENCE = {"mouse": "Cross-reference (MGI)", "rat": "Cross-reference (RGD)"}


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


def r_table(path: Path) -> list[dict[str, str]]:
    """Rows of the only table in a file of R."""
    table = next(iter(rdata.read_rda(path).values()))
    return table.astype(object).where(table.notna(), "").to_dict("records")


def parts(cell: str | None, separator: str) -> list[str]:
    """Members of a cell, without empty ones."""
    return [part.strip() for part in (cell or "").split(separator) if part.strip(" -")]


def biotype(text: str) -> str:
    """Biotype of the tables for a locus type of HGNC, NCBI or Ensembl."""
    return next(name for pattern, name in BIOTYPES if re.fullmatch(pattern or ".*", text))


# Genes -------------------------------------------------------------------------------------------


def human_genes(sources: Path) -> list[Entry]:
    """Genes that HGNC has approved, with what NCBI Gene and UniProt have of them."""
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
                biotype=biotype(row["Locus type"]),
            )
        )
    add_ncbi({one: gene for gene in genes for one in gene.entrez}, sources, "Homo_sapiens")
    add_ensembl(genes, r_table(sources / "grch38.rda"))
    add_ensembl(genes, r_table(sources / "grch37.rda"))
    return genes


def add_ncbi(by_entrez: Mapping[str, Entry], sources: Path, species: str) -> None:
    """Add the aliases, former symbols and Ensembl genes that NCBI Gene has.

    Of the former symbols the one that NCBI has is the latest: it is of no other gene.
    An Ensembl gene that the nomenclature gives to a gene is not given to another, such as a
    readthrough gene that shares its exons.
    """
    listed = {one for gene in by_entrez.values() for one in gene.ensembl}
    latest: dict[str, Entry] = {}
    for row in rows(sources / f"{species}.gene_info.gz"):
        gene = by_entrez.get(row["GeneID"])
        if gene is not None:
            gene.aliases += parts(row["Synonyms"], "|")
            ids = re.findall(r"Ensembl:(\w+)", row["dbXrefs"])
            gene.ensembl += [one for one in ids if one not in listed]
            if row["Symbol"] != gene.symbol:
                latest[row["Symbol"]] = gene
    for gene in by_entrez.values():  # QARS was QARS1 then, and a gene of another name long before
        gene.previous = [one for one in gene.previous if latest.get(one, gene) is gene]
        gene.aliases = [one for one in gene.aliases if latest.get(one, gene) is gene]
    for symbol, gene in latest.items():
        gene.previous.insert(0, symbol)


def mouse_genes(sources: Path, proteins: Mapping[str, list[str]]) -> list[Entry]:
    """Genes of MGI: markers with an Ensembl gene, an Entrez id or a protein."""
    ncbi = {}
    for row in rows(sources / "Mus_musculus.gene_info.gz"):
        match = re.search(r"MGI:MGI:(\d+)", row["dbXrefs"])
        if match and row["type_of_gene"] != "biological-region":
            ncbi[match[1]] = row
    genes, by_entrez = [], {}
    for row in rows(sources / "mgi_entries.tsv"):
        known = ncbi.get(row["ID"])
        if not (row["ensembl"] or known or row["ID"] in proteins):
            continue
        gene = Entry(
            symbol=row["symbol"],
            aliases=parts(row["synonyms"], "|"),
            accessions=list(proteins.get(row["ID"], [])),
            ensembl=parts(row["ensembl"], "|"),
        )
        if known:
            gene.entrez, gene.biotype = [known["GeneID"]], biotype(known["type_of_gene"])
            by_entrez[known["GeneID"]] = gene
        genes.append(gene)
    add_ncbi(by_entrez, sources, "Mus_musculus")
    genes = merged(genes)
    add_ensembl(genes, r_table(sources / "grcm38.rda"))
    return genes


def rat_genes(sources: Path, proteins: Mapping[str, list[str]]) -> list[Entry]:
    """Genes of RGD."""
    genes = merged(
        Entry(
            symbol=row["symbol"],
            aliases=parts(row["synonyms"], ";"),
            accessions=list(proteins.get(row["ID"], [])),
            ensembl=re.findall(r"ENSRNOG\d+", row["ensembl"]),
        )
        for row in rows(sources / "rgd_entries.tsv")
        if not re.match(r"ENSRNO|.* ", row["symbol"])
    )
    add_ensembl(genes, r_table(sources / "rnor6.rda"))
    return genes


def add_ensembl(genes: Sequence[Entry], table: Iterable[Mapping[str, str]]) -> None:
    """Give the genes the Ensembl ids, Entrez ids and biotypes that they lack."""
    by_entrez = {one: gene for gene in genes for one in gene.entrez}
    by_ensembl = {one: gene for gene in reversed(genes) for one in gene.ensembl}
    by_symbol = {gene.symbol: gene for gene in reversed(genes)}
    for row in table:
        entrez = str(row["entrez"]).removesuffix(".0")
        gene = by_ensembl.get(row["ensgene"]) or by_symbol.get(row["symbol"])
        gene = gene or by_entrez.get(entrez)
        if gene is None:
            continue
        gene.ensembl.append(row["ensgene"])
        if gene.biotype in ("", "unknown", "other RNA"):
            gene.biotype = biotype(row["biotype"])
        if entrez and not gene.entrez and entrez not in by_entrez:
            gene.entrez.append(entrez)
            by_entrez[entrez] = gene


# Proteins ----------------------------------------------------------------------------------------


def reviewed_human(fasta: Path) -> Iterator[tuple[str, str, str]]:
    """Yield accession, entry name and gene of reviewed human entries, without decoys."""
    pattern = re.compile(r">sp\|(\w+)\|(\w+_HUMAN)\b(?:.*\bGN=(\S+))?")
    with fasta.open(encoding="latin-1") as stream:
        for line in stream:
            match = pattern.match(line)
            if match:
                yield match[1], match[2], match[3] or ""


def uniprot(sources: Path, organism: str) -> list[dict[str, str]]:
    """Entries of one species in the table of UniProt."""
    end = "_" + MNEMONIC[organism]
    return [row for row in rows(sources / "uniprot_entries.tsv") if row["Entry name"].endswith(end)]


def by_nomenclature(table: Sequence[Mapping[str, str]], organism: str) -> dict[str, list[str]]:
    """Give the accessions of every id of MGI or RGD."""
    accessions: dict[str, list[str]] = {}
    for row in table:
        for number in parts(row[CROSS_REFERENCE[organism]], ";"):
            accessions.setdefault(number, []).append(row["Entry"])
    return accessions


def add_proteins(genes: Sequence[Entry], proteins: Iterable[tuple[str, str, str]]) -> None:
    """Give the genes their reviewed entries; those of the nomenclature first, then by symbol.

    An accession of the nomenclature that is not among the entries has no entry name: it is younger
    than they are.
    """
    listed = {accession for gene in genes for accession in gene.accessions}
    names = Names(genes)
    entry_of = {}
    for accession, entry, symbol in proteins:
        entry_of[accession] = entry
        gene = names.find(symbol) if accession not in listed else None
        if gene is not None:
            gene.accessions.append(accession)
    for gene in genes:
        known = [one for one in dict.fromkeys(gene.accessions) if one in entry_of]
        gene.accessions = known or list(dict.fromkeys(gene.accessions))
        gene.entries = [entry_of.get(one, "") for one in gene.accessions]


class Names:
    """Which gene a symbol is of, where it is of one only."""

    def __init__(self, genes: Sequence[Entry]) -> None:
        self.levels: list[dict[str, list[Entry]]] = [{}, {}, {}]
        for gene in genes:
            ranks = ([gene.symbol], gene.previous, gene.aliases)
            for level, symbols in zip(self.levels, ranks, strict=True):
                for symbol in dict.fromkeys(symbols):
                    level.setdefault(symbol, []).append(gene)

    def find(self, symbol: str) -> Entry | None:
        """Find the gene by approved symbol, then by former ones, then by aliases."""
        for level in self.levels:
            if symbol in level:
                return level[symbol][0] if len(level[symbol]) == 1 else None
        return None


def unreviewed(genes: Sequence[Entry], table: Iterable[Mapping[str, str]]) -> list[str]:
    """Lines of the table of unreviewed accessions: symbol and accessions."""
    names = Names(genes)
    reviewed = {accession for gene in genes for accession in gene.accessions}
    accessions: dict[str, list[str]] = {}
    for row in table:
        gene = names.find(row["Gene names  (primary )"])
        if gene is not None and row["Entry"] not in reviewed:
            accessions.setdefault(gene.symbol, []).append(row["Entry"])
    return [
        f"{symbol}\t{';'.join(sorted(accessions[symbol]))}"
        for symbol in sorted(accessions, key=natural)
    ]


# Ensembl -----------------------------------------------------------------------------------------


def ensembl(
    genes: Sequence[Entry],
    transcripts: Iterable[Mapping[str, str]],
    proteins: Mapping[str, list[str]],
) -> list[str]:
    """Lines of the table of Ensembl: numbers of gene, transcripts, proteins.

    Numbers without letters and zeros, each list as differences, which halves the file. Genes
    without a symbol have no transcripts here.
    """
    named = {one for gene in genes for one in gene.ensembl}
    members: dict[int, tuple[set[int], set[int]]] = {}
    for row in transcripts:
        gene = members.setdefault(number(row["ensgene"]), (set(), set()))
        if row["ensgene"] not in named:
            continue
        gene[0].add(number(row["enstxp"]))
        gene[1].update(number(one) for one in proteins.get(row["enstxp"], []))
    return [
        f"{gene}\t{differences(members[gene][0])}\t{differences(members[gene][1])}"
        for gene in sorted(members)
    ]


def number(stable: str) -> int:
    """Digits of an Ensembl id."""
    return int(re.sub(r"\D+", "", stable))


def differences(numbers: Iterable[int]) -> str:
    """First number, then by how much each is more than the one before."""
    ordered = sorted(numbers)
    steps = [now - before for before, now in zip([0, *ordered], ordered, strict=False)]
    return ";".join(map(str, steps))


# Files -------------------------------------------------------------------------------------------


def merged(genes: Iterable[Entry]) -> list[Entry]:
    """One entry per symbol: markers of one symbol (copies on other strains) become one gene."""
    by_symbol: dict[str, Entry] = {}
    for gene in genes:
        first = by_symbol.setdefault(gene.symbol, gene)
        if first is not gene:
            for name in ("previous", "aliases", "accessions", "ensembl", "entrez"):
                setattr(first, name, getattr(first, name) + getattr(gene, name))
            first.biotype = first.biotype or gene.biotype
    return list(by_symbol.values())


def tidy(gene: Entry) -> None:
    """Drop repeats, names that stand in a higher rank, letters, words, and numbers of clones."""
    gene.previous = [
        one
        for one in dict.fromkeys(gene.previous)
        if one != gene.symbol and one.lower() not in WORDS
    ]
    higher = {gene.symbol, *gene.previous}
    gene.aliases = [
        one
        for one in dict.fromkeys(gene.aliases)
        if one not in higher
        and one.lower() not in WORDS
        and not re.search(r"[;\t]|^.$", one)
        and not CLONE.fullmatch(one)
    ]
    gene.ensembl = list(dict.fromkeys(gene.ensembl))


def gene_lines(genes: Sequence[Entry]) -> list[str]:
    """Lines of the table of genes."""
    lines = []
    for gene in sorted(genes, key=lambda one: natural(one.symbol)):
        tidy(gene)
        cells = [getattr(gene, name) for name in GENE_COLUMNS]
        lines.append("\t".join(one if isinstance(one, str) else ";".join(one) for one in cells))
    return lines


Table = tuple[Sequence[str], Sequence[str]]
"""Columns and lines."""


def write(name: str, tables: Sequence[Table]) -> None:
    """Write tables into one file, each compressed by itself; the same bytes each time."""
    packed = b""
    for columns, lines in tables:
        text = "\n".join(["\t".join(columns), *lines, ""]).encode()
        packed += lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)
    (HERE / name).write_bytes(packed)
    counts = " + ".join(f"{len(lines):,}" for _, lines in tables)
    print(f"{name}\t{counts}\t{len(packed)}\t{hashlib.sha256(packed).hexdigest()}")


def main() -> None:
    """Write all tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", type=Path)
    sources = parser.parse_args().sources

    write_human(sources)
    write_rodent(sources, "mouse", mouse_genes, "grcm38")
    write_rodent(sources, "rat", rat_genes, "rnor6")


def write_human(sources: Path) -> None:
    """Write the genes of human, its Ensembl ids and unreviewed accessions."""
    genes = human_genes(sources)
    add_proteins(genes, reviewed_human(sources / "human_sp_td.fasta"))
    peptides: dict[str, list[str]] = {}
    for build in ("grch37", "grch38"):
        for row in rows(sources / f"reviewed_map_{build}.tsv"):
            peptides.setdefault(row["enst_id"], []).append(row["ensp_id"])
    transcripts = r_table(sources / "grch38_tx2gene.rda")
    write(
        "human_genes.tsv.xz",
        [
            (GENE_COLUMNS, gene_lines(genes)),
            (ENSEMBL_COLUMNS, ensembl(genes, transcripts, peptides)),
            (UNREVIEWED_COLUMNS, unreviewed(genes, uniprot(sources, "human"))),
        ],
    )


def write_rodent(
    sources: Path,
    organism: str,
    genes_of: Callable[[Path, Mapping[str, list[str]]], list[Entry]],
    build: str,
) -> None:
    """Write the genes of mouse or rat and their Ensembl ids."""
    table = uniprot(sources, organism)
    genes = genes_of(sources, by_nomenclature(table, organism))
    add_proteins(
        genes,
        [(row["Entry"], row["Entry name"], row["Gene names  (primary )"]) for row in table],
    )
    transcripts = r_table(sources / f"{build}_tx2gene.rda")
    write(
        f"{organism}_genes.tsv.xz",
        [
            (GENE_COLUMNS, gene_lines(genes)),
            (ENSEMBL_COLUMNS, ensembl(genes, transcripts, {})),
        ],
    )


if __name__ == "__main__":
    main()
