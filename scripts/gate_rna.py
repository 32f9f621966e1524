"""Hold every sample to the rules of the quality gate."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.gate import gate_study

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given = snakemake.input
    single = ("samples", "runs", "funnel", "lengths", "quality", "matrix")
    gate_study(
        {name: given[name] for name in single},
        dict(zip(snakemake.params.samples, given.summaries, strict=True)),
        next(iter(given.features), ""),
        snakemake.params.organism,
        snakemake.params.options,
        dict(snakemake.output.items()),
    )
