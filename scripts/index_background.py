"""Index the genome or the foreign sequences that left-over inserts are compared with."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.background import index_background

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    index_background(snakemake.wildcards.background, snakemake.params.path, snakemake.params.prefix)
