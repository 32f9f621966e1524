"""What the reads of long RNA need besides themselves: a transcriptome, its genes, and salmon."""

import shutil
from collections.abc import Mapping
from typing import Any

from evcargo.errors import EvcargoError
from evcargo.study.files import checked_head
from evcargo.study.kinds import is_nucleotides
from evcargo.study.notes import Notes
from evcargo.transcripts.genes import transcript_genes

SALMON = "salmon"


def check_options(options: Mapping[str, Any], notes: Notes) -> None:
    """Write down what the section ``transcripts`` of the config lacks to count reads."""
    if not options["transcriptome"]:
        notes.add(
            "is missing, but the run sheet has FASTQ files of transcripts",
            "Give the FASTA of the organism's transcripts, e.g. of Ensembl or GENCODE; or give"
            " count tables",
            column="transcripts.transcriptome",
        )
    if options["kmer"] % 2 == 0:
        notes.add(
            "is even, which salmon's index cannot have",
            f"Choose {options['kmer'] - 1}",
            column="transcripts.kmer",
            value=options["kmer"],
        )


def check_transcriptome(options: Mapping[str, Any], notes: Notes) -> None:
    """Look into the files of the section: are they what they should be, has each transcript a gene.

    All headers are read, which takes some seconds for a whole transcriptome.
    """
    clear = bool(options["transcriptome"])
    for key in ("transcriptome", "genome"):
        path, place = options[key], f"transcripts.{key}"
        head = checked_head(path, "fasta", notes, 0, place) if path else None
        if key == "transcriptome":
            clear &= head is not None
        if head and not is_nucleotides(head.text):
            remedy = f"Give the nucleotide sequences of the {key} in FASTA"
            notes.add(
                "holds no nucleotides, or other letters too", remedy, column=place, value=path
            )
            clear &= key != "transcriptome"
    table = options["genes"]
    if table and checked_head(table, "table", notes, 0, "transcripts.genes") is None:
        clear = False
    if clear:
        try:
            transcript_genes(options["transcriptome"], table or None)
        except EvcargoError as error:
            message, _, remedy = str(error).rpartition(". ")
            place = "genes" if table and message.startswith(str(table)) else "transcriptome"
            about = message.partition(str(options[place]))[2].lstrip(":, ")
            notes.add(about, remedy, column=f"transcripts.{place}", value=options[place])


def check_salmon(notes: Notes) -> None:
    """Write down that salmon is not installed, where the jobs have no environment of their own."""
    if shutil.which(SALMON) is None:
        notes.add(
            "is not installed, but FASTQ files of transcripts are counted with it",
            "Install it (Debian and Ubuntu: apt-get install salmon), let conda do it (snakemake"
            " --sdm conda makes envs/transcripts.yaml), or use the container image",
            column="transcripts",
            value=SALMON,
        )
