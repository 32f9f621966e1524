"""List what every contrast found in every assay."""

from typing import TYPE_CHECKING

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.job import job_log
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    empty = pd.DataFrame(columns=CONTRACTS["contrasts"].names)
    lines = [read_table(path, "contrasts") for path in snakemake.input.lines]
    write_table(pd.concat(lines) if lines else empty, snakemake.output.contrasts, "contrasts")
