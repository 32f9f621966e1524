"""Quantify the transcripts of one sample."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.transcripts.quantify import quantify_sample
from evcargo.transcripts.salmon import QuantifySettings
from evcargo.transcripts.trim import TrimSettings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options = snakemake.params
    quantify_sample(
        mates1=list(snakemake.input.mates1),
        mates2=list(snakemake.input.mates2),
        index=snakemake.input.index,
        genes=snakemake.input.genes,
        trim=TrimSettings(options.adapter, options.kmer, snakemake.threads),
        how=QuantifySettings(
            options.strandedness,
            options.fragment_length_mean,
            options.fragment_length_sd,
            snakemake.threads,
        ),
        quantities=snakemake.output.quantities,
        summary=snakemake.output.summary,
    )
