"""Test whether the targets of miRNAs go against them in a contrast."""

from typing import TYPE_CHECKING

from evcargo.differential.actions import acted_on
from evcargo.interpretation.repression import TargetOptions, repression
from evcargo.job import job_log
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log) as log:
    options, given = snakemake.params.options, snakemake.input
    tables = dict(zip(snakemake.params.assays, given.tables, strict=True))
    matrices = dict(zip(snakemake.params.assays, given.matrices, strict=True))
    actions = read_table(given.actions, "actions")
    done = repression(
        {assay: read_table(path, "differential") for assay, path in tables.items()},
        {assay: acted_on(read_matrix(path), actions) for assay, path in matrices.items()},
        given.targets[0],
        Contrast(**snakemake.params.contrast),
        snakemake.params.organism,
        TargetOptions(
            fewest=options["set_size"][0],
            samples=options["min_matched_samples"],
            correlation=options["inter_gene_correlation"],
            alpha=snakemake.params.alpha,
        ),
    )
    for note in done.notes:
        log.warning("%s", note)
    write_table(done.shifts, snakemake.output.targets, "targets")
    write_table(done.pairs, snakemake.output.pairs, "target_pairs")
