"""Compare the EVs of an assay with the material they come from."""

from functools import partial
from typing import TYPE_CHECKING

from evcargo.differential.actions import acted_on
from evcargo.differential.count_filter import filter_of
from evcargo.differential.counts import test_counts
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.interpretation.sorting import AssayTests, sort_cargo
from evcargo.interpretation.sorting_model import count_difference, protein_difference
from evcargo.job import job_log
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given, options = snakemake.input, snakemake.params.options
    assay, alpha, least = snakemake.wildcards.assay, options["alpha"], options["min_samples"]
    contrasts = [Contrast(**contrast) for contrast in snakemake.params.contrasts]
    if assay == "proteins":
        how = Moderation(options["variance_trend"], options["robust"])
        test = partial(test_proteins, alpha=alpha, min_samples=least, how=how)
        difference = partial(protein_difference, min_samples=least, how=how)
        tests = AssayTests(test, partial(test, alone=True), difference, alpha, least)
    else:
        expressed = filter_of(options)
        test = partial(test_counts, alpha=alpha, expressed=expressed, detection=False)
        same_depth = {"size_factors": options["size_factors"]}
        difference = partial(count_difference, alpha=alpha, expressed=expressed, **same_depth)
        change = partial(test, alone=True, **same_depth)
        tests = AssayTests(test, change, difference, alpha, least)
    differential = {
        contrast.name: read_table(path, "differential")
        for contrast, path in zip(contrasts, given.differential, strict=True)
    }
    panels = read_panels(given.panels, snakemake.params.organism)
    matrix = acted_on(read_matrix(given.matrix), read_table(given.actions, "actions"))
    tables = sort_cargo(matrix, assay, contrasts, differential, tests, panels)
    for name, table in tables.items():
        write_table(table, snakemake.output[name], name)
