"""Which gene a transcript belongs to: by the headers of the FASTA, or by a table of the user."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import xopen

from evcargo.errors import EvcargoError
from evcargo.files.text_tables import read_text_table
from evcargo.rna.files import READ_ERRORS
from evcargo.transcripts.ribosomal import is_ribosomal

# First bytes of a file -> what xopen calls its compression, whatever the file is called.
FORMATS = {b"\x1f\x8b": "gz", b"BZ": "bz2", b"\xfd7": "xz", b"\x28\xb5": "zst"}
UNKNOWN_CLASS = "transcript"
SHOWN = 3
# The names of an Ensembl gene and of a RefSeq gene in a header.
_ENSEMBL = re.compile(r"\sgene:(\S+)")
_SYMBOL = re.compile(r"\sgene_symbol:(\S+)")
_BIOTYPE = re.compile(r"\sgene_biotype:(\S+)")
_REFSEQ = re.compile(r"\[gene=([^\]]+)\]|\sgene=([^\s;]+)")


@dataclass(frozen=True)
class Gene:
    """A gene: its id, its name for people (symbol), and its class (biotype)."""

    gene: str
    name: str = ""
    biotype: str = UNKNOWN_CLASS

    @property
    def ribosomal(self) -> bool:
        """Whether its RNA is ribosomal RNA, by class or name."""
        return is_ribosomal(self.biotype, self.name, self.gene)


def read_text(path: str | Path) -> Iterator[str]:
    """Lines of a text file, without line ends; .gz, .bz2, .xz and .zst by their first bytes.

    Raises
    ------
    EvcargoError
        If the file cannot be read, is cut short, or is no UTF-8.
    """
    try:
        with _opened(path) as lines:
            for line in lines:
                yield line.rstrip("\r\n")
    except READ_ERRORS as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise EvcargoError(
            f"{path}: cannot be read as text ({reason}). Download or copy the file again"
        ) from None


def _opened(path: str | Path) -> IO[str]:
    with Path(path).open("rb") as stream:
        packed = FORMATS.get(stream.read(2))
    if not packed:
        return Path(path).open(encoding="utf-8-sig")
    return xopen.xopen(path, "rt", threads=0, encoding="utf-8-sig", format=packed)


def transcript_id(header: str) -> str:
    """Id in a FASTA header (without ``>``): its first word, before the first ``|`` of GENCODE."""
    word = header.split(maxsplit=1)[0] if header.strip() else ""
    fields = word.split("|")
    return fields[0] if _is_gencode(fields) else word


def gene_of_header(header: str) -> Gene | None:
    """Gene that a FASTA header (without ``>``) names, or None if it names none.

    Known are the headers of Ensembl (``gene:``, ``gene_symbol:``, ``gene_biotype:``), of GENCODE
    (fields between ``|``: transcript, gene, two of Havana, transcript name, gene name, length,
    biotype) and of RefSeq and gffread (``gene=``).
    """
    fields = header.split(maxsplit=1)[0].split("|") if header.strip() else []
    if _is_gencode(fields):
        # The file of coding transcripts has the places of UTR and CDS where others have a biotype.
        biotype = fields[7] if len(fields) > 7 and fields[7] and ":" not in fields[7] else ""
        return Gene(fields[1], fields[5], biotype or UNKNOWN_CLASS)
    if ensembl := _ENSEMBL.search(header):
        symbol, kind = _SYMBOL.search(header), _BIOTYPE.search(header)
        return Gene(ensembl[1], symbol[1] if symbol else "", kind[1] if kind else UNKNOWN_CLASS)
    if refseq := _REFSEQ.search(header):
        named = refseq[1] or refseq[2]
        return Gene(named, named)
    return None


def _is_gencode(fields: list[str]) -> bool:
    return len(fields) >= 7 and bool(fields[0] and fields[1])


def read_gene_table(path: str | Path) -> dict[str, Gene]:
    """Read a table of the user: transcript, gene, and if there is a third column the gene's name.

    Parameters
    ----------
    path
        Text of any separator and encoding (`evcargo.files.text_tables`); a first line that begins
        with transcript, tx or target, in any case and with any ending (``transcript_id``), is a
        header.

    Raises
    ------
    EvcargoError
        If it is no table, a line has no two filled cells, or gives a transcript a second gene.
    """
    genes: dict[str, Gene] = {}
    table = read_text_table(path)
    if not re.match(r"(transcript|tx|target)(\W|_|name|id|$)", table.columns[0], re.IGNORECASE):
        table = table.without_header()
    for number, cells in table.rows():
        if cells[0].startswith("#"):
            continue
        if not cells[0] or not cells[1]:
            raise EvcargoError(
                f"{path}, row {number}: {cells[0][:40]!r} has no gene."
                " Give a table with tabs: transcript, gene, and if you like the gene's name"
            )
        gene = Gene(cells[1], cells[2] if len(cells) > 2 else "")
        if genes.setdefault(cells[0], gene).gene != gene.gene:
            raise EvcargoError(
                f"{path}, row {number}: transcript {cells[0]!r} has gene {gene.gene!r} here and"
                f" {genes[cells[0]].gene!r} above. Delete one of the two rows"
            )
    if not genes:
        raise EvcargoError(f"{path}: holds no row. Give a tab-separated table: transcript, gene")
    return genes


def read_headers(path: str | Path) -> list[str]:
    """Headers of a FASTA file, without ``>``.

    Raises
    ------
    EvcargoError
        If the file is not FASTA, a header is empty, or two transcripts have the same id.
    """
    headers: list[str] = []
    for number, line in enumerate(read_text(path), 1):
        if line.startswith(">"):
            headers.append(line[1:])
        elif line and not headers:
            raise EvcargoError(
                f"{path}, line {number}: not a FASTA file, it begins with {line[:40]!r}."
                " Download the plain sequence file again"
            )
    if not headers:
        raise EvcargoError(f"{path}: holds no transcript. Give the FASTA file of the transcriptome")
    seen: set[str] = set()
    for header in headers:
        name = transcript_id(header)
        if not name:
            raise EvcargoError(f"{path}: a sequence has no name. Write one behind its '>'")
        if name in seen:
            raise EvcargoError(
                f"{path}: transcript {name!r} is there twice. Delete one, or rename it"
            )
        seen.add(name)
    return headers


def transcript_genes(transcriptome: str | Path, table: str | Path | None) -> dict[str, Gene]:
    """Gene of every transcript of the FASTA.

    Parameters
    ----------
    transcriptome
        FASTA file of transcripts.
    table
        Table of the user, see `read_gene_table`; None: the headers say it.

    Returns
    -------
    dict
        Transcript id -> gene, in the order of the FASTA.

    Raises
    ------
    EvcargoError
        If a transcript has no gene, or a file is unusable.
    """
    headers = read_headers(transcriptome)
    listed = read_gene_table(table) if table else {}
    genes: dict[str, Gene] = {}
    without: list[str] = []
    for header in headers:
        name = transcript_id(header)
        told = gene_of_header(header)
        found = _listed(name, listed, told) if table else told
        if found is None:
            without.append(name)
        else:
            genes[name] = found
    if without:
        names = ", ".join(map(repr, without[:SHOWN]))
        count = f"{len(without)} of {len(headers)} transcripts"
        if table:
            raise EvcargoError(
                f"{table}: has no gene for {count} of {transcriptome}, e.g. {names}."
                " Add them, or use the table that belongs to this FASTA"
            )
        raise EvcargoError(
            f"{transcriptome}: the headers of {count} name no gene, e.g. {names} (known are"
            " Ensembl's gene:, GENCODE's | and gene=). Give a table of transcript and gene as"
            " transcripts.genes"
        )
    return genes


def _listed(name: str, listed: Mapping[str, Gene], told: Gene | None) -> Gene | None:
    """Gene by the table, also where only one of the two writes the version (ENST00000456328.2)."""
    found = listed.get(name) or listed.get(re.sub(r"\.\d+$", "", name))
    if found is None:
        return None
    same = told is not None and told.gene == found.gene
    name = found.name or (told.name if same and told else "")
    return Gene(found.gene, name, told.biotype if told else UNKNOWN_CLASS)
