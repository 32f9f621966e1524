"""Read the protein tables of other engines."""

from typing import TYPE_CHECKING

import pandas as pd

from evcargo.identifiers.genes import read_genes
from evcargo.job import job_log
from evcargo.proteins.matrix import normalisation_table
from evcargo.proteins.missing import missing_table
from evcargo.proteins.tables.importing import import_proteins
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    runs = read_table(snakemake.input.runs, "runs")
    done = import_proteins(
        runs[runs["assay"] == "proteins"],
        read_table(snakemake.input.samples, "samples"),
        pd.read_csv(snakemake.input.contaminants, sep="\t", dtype=str, keep_default_na=False),
        snakemake.params.normalisation,
        snakemake.params.rollup,
        snakemake.params.min_peptides,
        read_panels(snakemake.input.panels, snakemake.params.organism),
        snakemake.params.min_protein_groups,
        genes=read_genes(snakemake.input.genes, snakemake.params.organism),
    )
    for note in done.notes:
        log.warning("%s", note)
    write_matrix(done.matrix, snakemake.output.matrix)
    write_matrix_tsv(done.matrix, snakemake.output.tsv)
    write_table(done.quality, snakemake.output.quality, "quality")
    write_table(done.filters, snakemake.output.filters, "proteins_filters")
    write_table(done.columns, snakemake.output.columns, "proteins_columns")
    write_table(done.origins, snakemake.output.origins, "proteins_origins")
    write_table(missing_table(done.matrix), snakemake.output.missing, "proteins_missing")
    before_after = normalisation_table(done.matrix)
    write_table(before_after, snakemake.output.normalisation, "proteins_normalisation")
