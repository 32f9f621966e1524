"""Compare the fold changes of protein and mRNA in a contrast."""

from typing import TYPE_CHECKING

from evcargo.interpretation.concordance import concordance, correlation
from evcargo.interpretation.genes import gene_names, gene_table
from evcargo.job import job_log
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    sides = [
        gene_table(
            read_table(snakemake.input[assay], "differential"),
            gene_names(
                read_matrix(snakemake.input[f"{assay}_matrix"]).var,
                assay,
                snakemake.params.organism,
            ),
        )
        for assay in ("proteins", "transcripts")
    ]
    joined = concordance(*sides)
    write_table(joined, snakemake.output.concordance, "concordance")
    write_table(correlation(joined), snakemake.output.correlation, "correlation")
