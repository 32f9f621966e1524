"""Count the inserts of one sample by RNA class and feature."""

import gc
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.cycles import limits_of
from evcargo.rna.sample import AssignSettings, Reference, assign_sample

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

gc.disable()  # millions of small tuples, no cycles: a tenth of the time goes into looking for them

with job_log(snakemake.log):
    assign_sample(
        sample=snakemake.wildcards.sample,
        inserts=snakemake.input.inserts,
        trimming=snakemake.input.trimming,
        reference=Reference(
            snakemake.input.fasta,
            snakemake.input.features,
            snakemake.input.manifest,
            snakemake.params.backgrounds,
            snakemake.input.beginnings,
        ),
        settings=AssignSettings(
            snakemake.params.priority,
            snakemake.params.isomir_share,
            limits_of(snakemake.params.cycle_mismatches, snakemake.params.cycle_quality),
        ),
        products=dict(snakemake.output.items()),
    )
