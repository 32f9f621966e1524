"""Make the protein matrix of the study from the ions of all runs."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import read_database
from evcargo.proteins.files import read_figures, read_parquets, read_rows, read_texts
from evcargo.proteins.matrix import normalisation_table
from evcargo.proteins.missing import missing_table
from evcargo.proteins.origins import origins_table
from evcargo.proteins.quality import spectra_table
from evcargo.proteins.study import quantify_study
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    given, made, params = snakemake.input, snakemake.output, snakemake.params
    samples, runs = read_table(given.samples, "samples"), read_table(given.runs, "runs")
    proteins, ions = read_database(given.fasta, given.table), read_parquets(given.ions)
    figures = read_figures(given.figures)
    matrix, quality = quantify_study(
        ions,
        read_parquets([given.psms]),
        read_parquets([given.groups]),
        read_rows(given.rules),
        figures,
        samples,
        runs,
        params.rollup,
        params.min_peptides,
        params.normalisation,
        proteins,
        params.enzyme,
        read_panels(given.panels, params.organism),
    )
    log.info("%s", matrix)
    write_matrix(matrix, made.matrix)
    write_matrix_tsv(matrix, made.tsv)
    write_table(quality, made.quality, "quality")
    origins = origins_table(ions, read_parquets([given.peptides]), proteins, samples, runs)
    write_table(origins, made.origins, "proteins_origins")
    write_table(missing_table(matrix), made.missing, "proteins_missing")
    write_table(normalisation_table(matrix), made.normalisation, "proteins_normalisation")
    spectra = spectra_table(figures, read_texts(given.figures), runs[runs["assay"] == "proteins"])
    write_table(spectra, made.spectra, "proteins_spectra")
