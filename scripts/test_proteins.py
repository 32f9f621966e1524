"""Test a contrast on the proteins."""

from typing import TYPE_CHECKING

from evcargo.differential.proteins import Moderation, test_proteins
from evcargo.differential.summary import contrast_line, flagged_table
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    options = snakemake.params.options
    contrast = Contrast(**snakemake.params.contrast)
    matrix = read_matrix(snakemake.input.matrix)
    result = test_proteins(
        matrix,
        contrast,
        options["alpha"],
        options["min_samples"],
        Moderation(options["variance_trend"], options["robust"]),
    )
    panels = read_panels(snakemake.input.panels, snakemake.params.organism)
    table = flagged_table(result, matrix.var, panels, "proteins")
    write_table(table, snakemake.output.table, "differential")
    write_table(
        contrast_line(contrast.name, "proteins", result, table, options["alpha"]),
        snakemake.output.line,
        "contrasts",
    )
