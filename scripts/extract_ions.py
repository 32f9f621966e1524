"""Measure the identified ions of one run in its MS1 spectra."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.files import read_accepted, write_parquet
from evcargo.proteins.ions import SurveyScans, extract_ions
from evcargo.proteins.reader import RunReader

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    ions = extract_ions(
        SurveyScans.of(RunReader(snakemake.input.spectra, levels=(1,))),
        read_accepted(snakemake.input.psms, snakemake.wildcards.run),
        snakemake.params.tolerance_ppm,
    )
    log.info("%d ions, %d with a peak", len(ions), ions["intensity"].notna().sum())
    ions.insert(0, "run", snakemake.wildcards.run)
    write_parquet(ions, snakemake.output.ions)
