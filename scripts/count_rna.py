"""Bring the counts of all samples together."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.rna.count import Sequenced, count_study

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    names = snakemake.params.samples
    sequenced = Sequenced(
        counts=dict(zip(names, snakemake.input.counts, strict=True)),
        summaries=dict(zip(names, snakemake.input.summaries, strict=True)),
        features=next(iter(snakemake.input.features), ""),
        priority=snakemake.params.priority,
    )
    count_study(
        snakemake.input.samples,
        sequenced if names else None,
        next(iter(snakemake.input.imported), None),
        dict(snakemake.output.items()),
        snakemake.params.min_library_size,
        imported_features=next(iter(snakemake.input.imported_features), None),
    )
