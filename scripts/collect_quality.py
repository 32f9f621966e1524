"""Collect the quality figures of all assays."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.quality import collect_quality

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    collect_quality(
        list(snakemake.input.tables),
        next(iter(snakemake.input.funnel), ""),
        next(iter(snakemake.input.distribution), ""),
        snakemake.output.quality,
        list(snakemake.output.sections),
    )
