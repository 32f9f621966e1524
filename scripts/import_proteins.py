"""Read the protein tables of other engines."""

from typing import TYPE_CHECKING

import pandas as pd

from evcargo.job import job_log
from evcargo.proteins.matrix import normalisation_table
from evcargo.proteins.missing import missing_table
from evcargo.proteins.tables.importing import import_proteins
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    runs = read_table(snakemake.input.runs, "runs")
    matrix, quality = import_proteins(
        runs[runs["assay"] == "proteins"],
        read_table(snakemake.input.samples, "samples"),
        pd.read_csv(snakemake.input.contaminants, sep="\t", dtype=str, keep_default_na=False),
        snakemake.params.normalisation,
        read_panels(snakemake.input.panels, snakemake.params.organism),
    )
    write_matrix(matrix, snakemake.output.matrix)
    write_matrix_tsv(matrix, snakemake.output.tsv)
    write_table(quality, snakemake.output.quality, "quality")
    write_table(missing_table(matrix), snakemake.output.missing, "proteins_missing")
    before_after = normalisation_table(matrix)
    write_table(before_after, snakemake.output.normalisation, "proteins_normalisation")
