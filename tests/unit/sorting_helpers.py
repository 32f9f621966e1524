"""Small studies of EVs and their source, and how they are sorted, for the tests of sorting."""

from functools import partial

import numpy as np
import pandas as pd
from anndata import AnnData

from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.interpretation.sorting import AssayTests, sort_cargo
from evcargo.interpretation.sorting_model import (
    count_difference,
    protein_difference,
)
from evcargo.study.model import Contrast

LPS = Contrast("lps_v_control", "condition", "LPS", "CONTROL")
ROBUST = Moderation("intensity", True)
between = partial(test_proteins, alpha=0.05, min_samples=2, how=ROBUST)
between_counts = partial(test_counts, alpha=0.05, expressed=CountFilter(10, 15))
PROTEINS = AssayTests(
    between, between, partial(protein_difference, min_samples=2, how=ROBUST), 0.05, min_samples=2
)
COUNTS = AssayTests(
    between_counts,
    between_counts,
    partial(count_difference, alpha=0.05, expressed=CountFilter(10, 15), size_factors="auto"),
    0.05,
    min_samples=2,
)


def study(values: pd.DataFrame, log2: bool = True, subjects: bool = True) -> AnnData:
    """Features x samples named material_LEVEL_number -> a matrix of both materials."""
    parts = [name.split("_") for name in values]
    obs = pd.DataFrame(
        {
            "material": [one[0] for one in parts],
            "condition": [one[1] for one in parts],
            "subject": ["_".join(one[1:]) if subjects else "" for one in parts],
            "status": "ok",
            "status_reason": "",
        },
        index=values.columns,
    )
    var = pd.DataFrame(
        {
            "name": values.index,
            "gene": values.index,
            "accessions": "",
            "class": "protein" if log2 else "miRNA",
            "taxon": "10090",
            "is_contaminant": False,
            "n_peptides": 2,
        },
        index=values.index,
    )
    raw = 2**values if log2 else values
    made = AnnData(raw.to_numpy(float).T, obs=obs, var=var)
    made.layers["normalised"] = values.to_numpy(float).T
    return made


def run(matrix: AnnData, panels: pd.DataFrame, tests: AssayTests, assay: str = "proteins") -> dict:
    differential = {LPS.name: tests.change(matrix, LPS).table.assign(robustness="stands")}
    return sort_cargo(matrix, assay, [LPS], differential, tests, panels)


def small_study(
    groups: dict[tuple[str, str], list[str]], n: int = 60, log2: bool = True, seed: int = 1
) -> AnnData:
    """Features without any difference, for the subjects of each (material, level)."""
    rng = np.random.default_rng(seed)
    level = rng.normal(24 if log2 else 8, 1.5, n)
    made, own = {}, {}
    for (material, condition), subjects in groups.items():
        for number, subject in enumerate(subjects):
            of = own.setdefault((material, subject), rng.normal(0, 0.7, n))
            made[f"{material}_{condition}_{number}"] = level + of + rng.normal(0, 0.1, n)
    values = pd.DataFrame(made, [f"p{n}" for n in range(n)])
    if not log2:
        values = pd.DataFrame(rng.poisson(2**values), values.index, values.columns)
    matrix = study(values, log2)
    matrix.obs["subject"] = [one for subjects in groups.values() for one in subjects]
    return matrix


CELLS = [("ev", "LPS"), ("ev", "CONTROL"), ("source", "LPS"), ("source", "CONTROL")]
