"""Collect the quality figures of all assays."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.quality import collect_quality

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    collect_quality(
        list(snakemake.input.tables),
        {name: files[0] for name, files in snakemake.input.items() if name != "tables" and files},
        snakemake.output.quality,
        list(snakemake.output.sections),
    )
