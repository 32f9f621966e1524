"""Read the long-RNA counts of the runs that come as tables."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.count_table import Column, import_counts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    runs = snakemake.params.runs
    import_counts(
        [Column(*row) for row in zip(runs["sample"], runs["path"], runs["column"], strict=True)],
        "transcripts",
        snakemake.output.counts,
    )
