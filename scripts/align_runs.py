"""Put the retention times of all runs on one scale."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.alignment import align_runs
from evcargo.proteins.files import read_parquets, write_parquet
from evcargo.tables import read_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    psms = read_parquets([snakemake.input.psms])
    runs = read_table(snakemake.input.runs, "runs")
    curves, consensus = align_runs(psms[psms["accepted"]], runs[runs["assay"] == "proteins"])
    told = curves.drop_duplicates("run")[["run", "anchors", "residual"]]
    log.info("spread about the common scale, min:\n%s", told.to_string(index=False))
    write_parquet(curves, snakemake.output.curves)
    write_parquet(consensus, snakemake.output.consensus)
