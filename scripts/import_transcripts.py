"""Read the long-RNA counts of the runs that come as tables."""

from typing import TYPE_CHECKING

from evcargo.counts.features import Identifier
from evcargo.counts.importing import import_counts
from evcargo.counts.runs import Run
from evcargo.identifiers.genes import read_genes
from evcargo.identifiers.mirnas import read_mirnas
from evcargo.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    inputs, organism = snakemake.input, snakemake.params.organism
    identifier = Identifier(
        "transcripts",
        organism,
        read_genes(inputs.genes, organism),
        read_mirnas(inputs.mirnas, organism),
    )
    runs = snakemake.params.runs
    rows = [dict(zip(runs, row, strict=True)) for row in zip(*runs.values(), strict=True)]
    import_counts([Run(**row) for row in rows], identifier, snakemake.output)
