"""Convert the Thermo .raw file of one run to mzML."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.convert_raw import convert_raw

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    convert_raw(snakemake.input.raw, snakemake.output.mzml)
