"""Make the protein matrix of the study from the ions of all runs."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.files import read_figures, read_parquets, read_rows, read_texts
from evcargo.proteins.quality import spectra_table
from evcargo.proteins.study import quantify_study
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    runs = read_table(snakemake.input.runs, "runs")
    figures = read_figures(snakemake.input.figures)
    matrix, quality = quantify_study(
        read_parquets(snakemake.input.ions),
        read_parquets([snakemake.input.psms]),
        read_parquets([snakemake.input.groups]),
        read_rows(snakemake.input.rules),
        figures,
        read_table(snakemake.input.samples, "samples"),
        runs,
        snakemake.params.rollup,
        snakemake.params.min_peptides,
        snakemake.params.normalisation,
    )
    log.info("%s", matrix)
    write_matrix(matrix, snakemake.output.matrix)
    write_matrix_tsv(matrix, snakemake.output.tsv)
    write_table(quality, snakemake.output.quality, "quality")
    spectra = spectra_table(
        figures, read_texts(snakemake.input.figures), runs[runs["assay"] == "proteins"]
    )
    write_table(spectra, snakemake.output.spectra, "proteins_spectra")
