"""Test gene sets among the hits and in the ranking of a contrast."""

from typing import TYPE_CHECKING

from evcargo.interpretation.enrichment import SetOptions, enrich
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options, organism = snakemake.params.options, snakemake.params.organism
    over, ranked = enrich(
        read_table(snakemake.input.table, "differential"),
        read_matrix(snakemake.input.matrix).var,
        read_panels(snakemake.input.panels, organism),
        list(snakemake.input.gene_sets),
        snakemake.wildcards.assay,
        organism,
        SetOptions(
            limits=tuple(options["set_size"]),
            correlation=options["inter_gene_correlation"],
            alpha=snakemake.params.alpha,
        ),
    )
    write_table(over, snakemake.output.overrepresentation, "overrepresentation")
    write_table(ranked, snakemake.output.ranked, "ranked")
