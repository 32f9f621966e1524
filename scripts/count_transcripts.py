"""Bring the long RNA of all samples together, as genes."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.transcripts.count import Quantified, count_imported, count_quantified

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    names = snakemake.params.samples
    if names:
        quantified = Quantified(
            quantities=dict(zip(names, snakemake.input.quantities, strict=True)),
            summaries=dict(zip(names, snakemake.input.summaries, strict=True)),
            genes=snakemake.input.genes[0],
            gene_counts=snakemake.params.gene_counts,
            has_genome=snakemake.params.has_genome,
            limits=snakemake.params.limits,
            min_library_size=snakemake.params.min_library_size,
        )
        count_quantified(snakemake.input.samples, quantified, dict(snakemake.output.items()))
    else:
        count_imported(
            snakemake.input.samples,
            snakemake.input.imported[0],
            dict(snakemake.output.items()),
            snakemake.params.min_library_size,
            snakemake.input.imported_features[0],
        )
