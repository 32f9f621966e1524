"""Write the study as an SDRF-Proteomics table."""

from pathlib import Path
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.study.load import load_study
from evcargo.study.sdrf_table import write_sdrf
from evcargo.tables import read_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    study = load_study(
        snakemake.config,
        look_inside=False,
        schema_dir=Path(snakemake.input.schemas[0]).parent,
    )
    spectra = read_table(snakemake.input.spectra, "proteins_spectra").set_index("run")
    write_sdrf(study, spectra["instrument"].dropna().to_dict(), snakemake.output.sdrf)
