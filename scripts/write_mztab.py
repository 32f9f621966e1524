"""Write the proteins of the study as mzTab."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.mztab import write_mztab
from evcargo.proteins.mztab_study import deposit_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    deposit = deposit_of(dict(snakemake.input.items()), dict(snakemake.params.items()))
    write_mztab(deposit, snakemake.output.mztab)
