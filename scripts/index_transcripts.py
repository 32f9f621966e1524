"""Index the transcriptome of the study for salmon."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.transcripts.reference import build_index

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    build_index(
        transcriptome=snakemake.input.transcriptome,
        genome=next(iter(snakemake.input.genome), None),
        genes=next(iter(snakemake.input.genes), None),
        kmer=snakemake.params.kmer,
        threads=snakemake.threads,
        index=snakemake.output.index,
        table=snakemake.output.genes,
    )
