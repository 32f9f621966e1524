"""Decide what the differential tests do with impure samples."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.purity.actions import act
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options = snakemake.params.options
    verdicts = read_table(snakemake.input.verdicts, "verdicts")
    actions = act(verdicts, options["action"], options["weights"])
    write_table(actions, snakemake.output.actions, "actions")
