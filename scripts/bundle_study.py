"""Bundle the matrices and the purity of the study in one file."""

from pathlib import Path
from typing import TYPE_CHECKING

from evcargo.job import job_log
from evcargo.report.bundle import bundle, write_bundle
from evcargo.report.results import OF_PROTEINS, OF_RNA
from evcargo.tables import read_matrix, read_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given = snakemake.input
    study = bundle(
        {Path(path).stem: read_matrix(path) for path in given.matrices},
        read_table(given.particles[0], "particles") if given.particles else None,
        read_table(given.samples, "samples"),
        read_table(given.verdicts, "verdicts"),
        read_table(given.criteria, "criteria"),
        {
            name: read_table(given[name], name)
            for name in (*OF_RNA, *OF_PROTEINS)
            if given.get(name)
        },
    )
    write_bundle(study, snakemake.output.bundle)
