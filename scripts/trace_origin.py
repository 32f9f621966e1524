"""Trace the cells that EVs come from: signatures, mixtures, and both against the contrasts."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.interpretation.deconvolution import deconvolve, mixture_metrics
from evcargo.interpretation.origin import score_origins
from evcargo.interpretation.profiles import read_profiles
from evcargo.interpretation.signatures import read_signatures
from evcargo.job import job_log
from evcargo.purity.actions import compared_of
from evcargo.purity.associations import associate
from evcargo.tables import read_matrix, read_table, write_table

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job_log(snakemake.log):
    given, params = snakemake.input, snakemake.params
    matrices = {Path(path).stem: read_matrix(path) for path in given.matrices}
    signatures = read_signatures(given.signatures, params.organism)
    tables = {"origins": score_origins(matrices, signatures, params.organism, params.alpha)}
    fitted = [
        deconvolve(matrices[assay], assay, read_profiles(path), params.organism)
        for assay, path in zip(params.profiled, given.profiles, strict=True)
    ]
    for place, name in enumerate(("mixtures", "mixture_fits")):
        none = pd.DataFrame(columns=CONTRACTS[name].names)
        tables[name] = pd.concat([fit[place] for fit in fitted]) if fitted else none
    metrics = mixture_metrics(tables["mixtures"], tables["mixture_fits"], tables["origins"])
    contrasts = params.contrasts if len(metrics) else []
    actions = read_table(given.actions, "actions")
    samples = compared_of(read_table(given.samples, "samples"), actions)
    found = associate(metrics, samples, contrasts, params.alpha)
    tables["origin_associations"] = found.drop(columns="kind")  # they are no metrics of purity
    for name, table in tables.items():
        write_table(table, snakemake.output[name], name)
