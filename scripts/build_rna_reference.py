"""Put all RNA references of the study into one index."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.reference import build_reference

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    build_reference(
        shipped=dict(zip(snakemake.params.shipped, snakemake.input.shipped, strict=True)),
        user=dict(zip(snakemake.params.user, snakemake.input.user, strict=True)),
        sources=snakemake.input.sources,
        fasta=snakemake.output.fasta,
        features=snakemake.output.features,
        manifest=snakemake.output.manifest,
        urls=snakemake.params.urls,
    )
