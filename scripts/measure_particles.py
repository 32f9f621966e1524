"""Measure particle sizes and counts of every sample."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.particles.measure import measure_particles
from evcargo.tables import read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    particles, distribution, quality = measure_particles(
        read_table(snakemake.input.samples, "samples"),
        read_table(snakemake.input.runs, "runs"),
        snakemake.params.window_nm,
    )
    write_table(particles, snakemake.output.particles, "particles")
    write_table(distribution, snakemake.output.distribution, "distribution")
    write_table(quality, snakemake.output.quality, "quality")
