"""Compare purity over the study: against matched material, between assays, samples and batches."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.purity.study import compare
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given = snakemake.input
    tables = compare(
        read_table(given.samples, "samples"),
        read_table(given.criteria, "criteria"),
        read_table(given.shares, "shares"),
        read_table(given.markers, "markers"),
        read_table(given.actions, "actions"),
        snakemake.params.alpha,
    )
    for name, table in tables.items():
        write_table(table, snakemake.output[name], name)
