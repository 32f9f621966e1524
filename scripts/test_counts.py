"""Test a contrast on the counts of an RNA assay."""

from typing import TYPE_CHECKING

from evcargo.differential.counts import CountFilter, test_counts
from evcargo.differential.summary import contrast_line, flagged_table
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options = snakemake.params.options
    assay = snakemake.wildcards.assay
    contrast = Contrast(**snakemake.params.contrast)
    matrix = read_matrix(snakemake.input.matrix)
    expressed = CountFilter(options["min_cpm"], options["min_cpm_share"])
    result = test_counts(matrix, contrast, options["alpha"], expressed, options["size_factors"])
    panels = read_panels(snakemake.input.panels, snakemake.params.organism)
    table = flagged_table(result, matrix.var, panels, assay)
    write_table(table, snakemake.output.table, "differential")
    write_table(
        contrast_line(contrast.name, assay, result, table, options["alpha"]),
        snakemake.output.line,
        "contrasts",
    )
