"""Measure the ions of one run in its MS1 spectra."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.extraction import measure_run, read_match
from evcargo.proteins.files import read_accepted, write_parquet
from evcargo.proteins.reader import RunReader
from evcargo.tables import read_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    given, run = snakemake.input, snakemake.wildcards.run
    match = (
        read_match(
            given.curves,
            given.consensus,
            read_table(given.runs, "runs"),
            run,
            snakemake.params.transfer_fdr,
        )
        if snakemake.params.match_between_runs
        else None
    )
    ions, summary = measure_run(
        RunReader(given.spectra, levels=(1,)),
        read_accepted(given.psms, run),
        snakemake.params.tolerance_ppm,
        match,
    )
    log.info("%d ions, %d with a peak; %s", len(ions), ions["intensity"].notna().sum(), summary)
    ions.insert(0, "run", run)
    write_parquet(ions, snakemake.output.ions)
