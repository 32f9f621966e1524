"""Test a contrast on the counts of an RNA assay."""

from functools import partial
from typing import TYPE_CHECKING

from evcargo.differential.actions import acted_on
from evcargo.differential.count_filter import filter_of
from evcargo.differential.counts import test_counts
from evcargo.differential.robustness import read_purity
from evcargo.differential.summary import compare
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options = snakemake.params.options
    assay = snakemake.wildcards.assay
    contrast = Contrast(**snakemake.params.contrast)
    actions = read_table(snakemake.input.actions, "actions")
    matrix = acted_on(read_matrix(snakemake.input.matrix), actions)
    expressed = filter_of(options)
    test = partial(
        test_counts,
        alpha=options["alpha"],
        expressed=expressed,
        size_factors=options["size_factors"],
    )
    panels = read_panels(snakemake.input.panels, snakemake.params.organism)
    purity = read_purity(snakemake.input, options["purity_covariates"])
    table, axes, line = compare(matrix, contrast, assay, test, panels, purity, options["alpha"])
    write_table(table, snakemake.output.table, "differential")
    write_table(axes, snakemake.output.axes, "axes")
    write_table(line, snakemake.output.line, "contrasts")
