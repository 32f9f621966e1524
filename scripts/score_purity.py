"""Score how pure each preparation is, and whether impurity goes with a contrast."""

from typing import TYPE_CHECKING

from evcargo.identifiers.genes import read_genes
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given = snakemake.input
    tables = score(
        read_table(given.samples, "samples"),
        read_panels(given.panels, snakemake.params.organism),
        snakemake.params.options,
        snakemake.params.contrasts,
        proteins=read_matrix(given.proteins) if given.proteins else None,
        rna=read_matrix(given.rna) if given.rna else None,
        particles=read_table(given.particles, "particles") if given.particles else None,
        gate=read_table(given.gate, "rna_gate") if given.gate else None,
        transcripts=read_matrix(given.transcripts) if given.transcripts else None,
        genes=read_genes(given.genes, snakemake.params.organism),
    )
    for name, table in tables.items():
        write_table(table, snakemake.output[name], name)
