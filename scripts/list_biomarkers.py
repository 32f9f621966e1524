"""List the biomarker panels of all contrasts and assays."""

from typing import TYPE_CHECKING

import pandas as pd

from evcargo.biomarkers.assess import TABLES
from evcargo.biomarkers.performance import over_panels
from evcargo.job import job_log
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    for name, contract in TABLES.items():
        parts = [read_table(path, contract) for path in snakemake.input[name]]
        table = pd.concat(parts, ignore_index=True)
        table = over_panels(table) if name == "verdicts" else table
        write_table(table, snakemake.output[name], contract)
