"""Trim the reads of one sample and collapse identical inserts."""

import gc
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.kits import read_kits
from evcargo.rna.trim import Run, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

gc.disable()  # millions of strings, no cycles: a tenth of the time goes into looking for them

with job_log(snakemake.log):
    runs = [
        Run(path, kit, replicate)
        for path, kit, replicate in zip(
            snakemake.input.reads, snakemake.params.kits, snakemake.params.replicates, strict=True
        )
    ]
    settings = TrimSettings(
        snakemake.params.min_length, snakemake.params.max_length, snakemake.params.quality_cutoff
    )
    kits = read_kits(snakemake.input.adapters, snakemake.params.declared)
    inserts = trim_sample(runs, kits, settings)
    write_inserts(inserts, snakemake.output.inserts, snakemake.output.summary)
