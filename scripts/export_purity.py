"""Export purity: one row per sample, and the reporting checklist as far as data fill it in."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.purity.checklist import checklist
from evcargo.purity.export import wide_table
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    params = snakemake.params
    tables = {name: read_table(path, name) for name, path in snakemake.input.items()}
    wide = wide_table(
        *(tables[name] for name in ("samples", "criteria", "verdicts", "shares")),
        *(tables[name] for name in ("actions", "outliers")),
    )
    write_table(wide, snakemake.output.samples, "purity_samples")
    filled = checklist(params.organism, params.action, tables)
    write_table(filled, snakemake.output.checklist, "checklist")
