"""Make the MultiQC page."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.quality import write_multiqc

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    write_multiqc(list(snakemake.input.sections), snakemake.output.page)
