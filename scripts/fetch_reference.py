"""Fetch a reference that the config names by URL."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.fetch import fetch_reference

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    fetch_reference(snakemake.params.url, snakemake.params.sha256, snakemake.output.fasta)
