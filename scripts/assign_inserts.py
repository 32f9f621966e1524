"""Count the inserts of one sample by RNA class and feature."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.counted import assign_sample

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    assign_sample(
        inserts=snakemake.input.inserts,
        trimming=snakemake.input.trimming,
        index=snakemake.input.fasta,
        features=snakemake.input.features,
        priority=snakemake.params.priority,
        counts=snakemake.output.counts,
        summary=snakemake.output.summary,
    )
