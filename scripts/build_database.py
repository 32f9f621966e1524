"""Join the user's FASTA and the shipped contaminants into the database of the search."""

from pathlib import Path
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.proteins.database import (
    build_database,
    log_genes,
    read_accessions,
    read_fasta,
    read_genes,
    write_database,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    shipped = {Path(path).suffix: path for path in snakemake.input.contaminants}
    genes = read_genes(snakemake.input.genes[0]) if snakemake.input.genes else {}
    proteins = build_database(
        read_fasta(snakemake.input.fasta, genes=genes),
        read_fasta(shipped[".fasta"], contaminants=True) if shipped else [],
        snakemake.params.organism,
        read_accessions(shipped[".tsv"]) if shipped else (),
    )
    log_genes(proteins)
    log.info("%d proteins, %d contaminants", len(proteins), sum(p.is_contaminant for p in proteins))
    write_database(proteins, snakemake.output.fasta, snakemake.output.table)
