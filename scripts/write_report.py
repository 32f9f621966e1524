"""Write the report of the study."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.report.page import write_page
from evcargo.report.results import read_results

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    write_page(read_results(dict(snakemake.input.items())), snakemake.output.page)
