"""Assess the biomarker panel of a contrast in one assay, or in all joined."""

from typing import TYPE_CHECKING

from evcargo.biomarkers.assess import TABLES, assess
from evcargo.biomarkers.question import ask
from evcargo.differential.actions import acted_on
from evcargo.job import job_log
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given, params = snakemake.input, snakemake.params
    assays = params.assays
    options = {"biomarkers": params.biomarkers, "differential": params.differential}
    actions = read_table(given.actions, "actions")
    matrices = [acted_on(read_matrix(path), actions) for path in given.matrices]
    question = ask(
        dict(zip(assays, matrices, strict=True)),
        Contrast(**params.contrast),
        snakemake.wildcards.assay,
        read_table(given.criteria, "criteria"),
        read_table(given.shares, "shares"),
        {
            assay: read_table(path, "differential")
            for assay, path in zip(assays, given.differential, strict=True)
        },
        options,
    )
    for name, table in assess(question, options).items():
        write_table(table, snakemake.output[name], TABLES[name])
