"""Read what the tables of the study hold, those too that are too large for the dry run."""

from pathlib import Path
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.study.inputs import inputs_table
from evcargo.study.load import load_study
from evcargo.tables import write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

RESOURCES = ("genes", "mirnas", "panels", "contaminants")

with job_log(snakemake.log):
    files = {name: snakemake.input[name] for name in RESOURCES}
    shipped = {snakemake.params.resources[name]: path for name, path in files.items()}
    study = load_study(
        snakemake.config,
        look_inside=False,
        schema_dir=Path(snakemake.input.schemas[0]).parent,
        resource=shipped.__getitem__,
        whole_tables=True,
    )
    write_table(inputs_table(study.inputs), snakemake.output.inputs, "inputs")
