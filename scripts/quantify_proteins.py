"""Make the protein matrix of the study from the ions of all runs."""

from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import read_database
from evcargo.proteins.files import read_figures, read_parquets, read_rows, read_texts
from evcargo.proteins.study import describe_study, quantify_study
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given, made, params = snakemake.input, snakemake.output, snakemake.params
    samples, runs = read_table(given.samples, "samples"), read_table(given.runs, "runs")
    proteins, ions = read_database(given.fasta, given.table), read_parquets(given.ions)
    figures, texts = read_figures(given.figures), read_texts(given.figures)
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
        params.min_protein_groups,
    )
    write_matrix(matrix, made.matrix)
    write_matrix_tsv(matrix, made.tsv)
    write_table(quality, made.quality, "quality")
    tables = describe_study(
        matrix, ions, read_parquets([given.peptides]), proteins, figures, texts, samples, runs
    )
    for name, table in tables.items():
        write_table(table, getattr(made, name), f"proteins_{name}")
