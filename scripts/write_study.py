"""Write the checked sample sheet and run sheet for the stages after."""

from pathlib import Path
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.study.load import load_study
from evcargo.tables import write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    study = load_study(
        snakemake.config,
        look_inside=False,
        schema_dir=Path(snakemake.input.schemas[0]).parent,
    )
    write_table(study.samples, snakemake.output.samples, "samples")
    write_table(study.runs, snakemake.output.runs, "runs")
