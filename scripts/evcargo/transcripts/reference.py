"""The index that reads are counted on: the transcripts, and as decoy the genome if it is given."""

import logging
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.tables import write_table
from evcargo.transcripts.genes import read_text, transcript_genes
from evcargo.transcripts.salmon import run_index

_log = logging.getLogger(__name__)
# Letters of nucleotides, with those of ambiguity, which salmon replaces.
NUCLEOTIDES = re.compile(r"[ACGTUNRYSWKMBDHV]+", re.IGNORECASE)
# Sequences go into the index by number, so that no name of a user can upset salmon.
TRANSCRIPT, DECOY = "t", "d"


def build_index(
    transcriptome: str,
    genome: str | None,
    genes: str | None,
    kmer: int,
    threads: int,
    index: str | Path,
    table: str | Path,
) -> None:
    """Build salmon's index and the table of genes.

    Parameters
    ----------
    transcriptome
        FASTA of transcripts.
    genome
        FASTA of the genome, whose sequences become decoys (Srivastava 2020,
        10.1186/s13059-020-02151-8); None: no decoys.
    genes
        Table of the user, see `evcargo.transcripts.genes.read_gene_table`; None: by the headers.
    kmer
        Length of the words, nt.
    threads
        Threads of salmon.
    index
        Folder to write.
    table
        Table to write, contract ``transcript_genes``.

    Raises
    ------
    EvcargoError
        If a file is unusable, or salmon fails.
    """
    found = transcript_genes(transcriptome, genes)
    target = Path(index)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".part-index-") as folder:
        work = Path(folder)
        fasta, decoys = work / "sequences.fa", work / "decoys.txt"
        with fasta.open("w", encoding="ascii") as stream:
            n_transcripts = _write_numbered(transcriptome, TRANSCRIPT, stream)
            if n_transcripts != len(found):
                raise AssertionError(f"{n_transcripts} sequences, but {len(found)} transcripts")
            if genome:
                count = _write_numbered(genome, DECOY, stream)
                decoys.write_text("".join(f"{DECOY}{n}\n" for n in range(1, count + 1)))
        made = work / "index"
        run_index(fasta, decoys if genome else None, kmer, made, threads, work)
        shutil.rmtree(target, ignore_errors=True)
        made.replace(target)
    frame = pd.DataFrame(
        [
            (name, gene.gene, gene.name or None, gene.biotype, gene.ribosomal)
            for name, gene in found.items()
        ],
        columns=["transcript", "gene", "name", "class", "ribosomal"],
    )
    write_table(frame, table, "transcript_genes")
    _log.info("%d transcripts of %d genes", len(frame), frame["gene"].nunique())


def _write_numbered(path: str, prefix: str, stream: TextIO) -> int:
    """Copy a FASTA file with its sequences named by number, from 1; return how many there are."""
    number, header, filled = 0, "", True
    for line in read_text(path):
        if line.startswith(">"):
            if not filled:
                break
            number, header, filled = number + 1, line[1:], False
            stream.write(f">{prefix}{number}\n")
        elif line and not number:
            raise EvcargoError(
                f"{path}: not a FASTA file, it begins with {line[:40]!r}."
                " Download the plain sequence file again"
            )
        elif line:
            if not NUCLEOTIDES.fullmatch(line):
                raise EvcargoError(
                    f"{path}: {header.split(maxsplit=1)[0]!r} holds letters of no nucleotide."
                    " Give nucleotide sequences (A C G T N)"
                )
            filled = True
            stream.write(f"{line}\n")
    if not filled or not number:
        name = repr((header.split() or ["it"])[0])
        raise EvcargoError(f"{path}: {name} has no sequence. Delete it, or download the file again")
    return number
