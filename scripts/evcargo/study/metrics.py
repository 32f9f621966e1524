"""The purity metrics that a config names, held to those that the study can have."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.purity.answers import METRIC_UNITS
from evcargo.purity.criteria import assess
from evcargo.purity.particles import PER_PROTEIN
from evcargo.purity.shares import CLASSES, OTHER
from evcargo.purity.transcripts import ASSAY as LONG_RNA
from evcargo.purity.transcripts import CLASSES as RNA_CLASSES
from evcargo.study.notes import Notes, did_you_mean, listed, nearest

OPTION = "differential.purity_covariates"
WORDS = ("auto", "none")
SHARE = " share"
NEAR = 0.85
"""Likeness from which an unknown RNA class is taken for a slip of a known metric."""
FROM_READS = ("fastq",)


def metric_names(config: Mapping[str, Any]) -> dict[str, str]:
    """Assay of every purity metric that is known before the run, by name.

    Quantities among the questions of `evcargo.purity.criteria`, the shares of all classes of
    proteins and long RNA, and those of the small-RNA classes that the config names.
    """
    asked = assess(pd.DataFrame([{"sample": "", "material": "ev"}]), config["purity"])
    asked = asked[asked["unit"].isin(METRIC_UNITS)]
    rna = (*config["rna"]["class_priority"], *config["rna"]["references"])
    return (
        {f"{name}{SHARE}": "rna" for name in rna}
        | {f"{name}{SHARE}": LONG_RNA for name in RNA_CLASSES if name != OTHER}
        | {f"{name}{SHARE}": "proteins" for name in CLASSES if name != OTHER}
        | dict(zip(asked["criterion"], asked["assay"], strict=True))
    )


def check_metrics(config: Mapping[str, Any], runs: pd.DataFrame, notes: Notes) -> None:
    """Write down the metrics of `differential.purity_covariates` that the study cannot have.

    The classes of an RNA table are known only when it was read, so a share of some class is left
    to the run there, unless it looks like a slip of a metric that is known.
    """
    given = config["differential"]["purity_covariates"]
    if given in WORDS:
        return
    known = metric_names(config)
    assays = set(runs["assay"])
    rna = runs[runs["assay"] == "rna"]
    of_table = bool((~rna["format"].isin(FROM_READS)).any())
    # Particles per protein come from the sample sheet too.
    there = [name for name, of in known.items() if of in assays or name == PER_PROTEIN[0]]
    for name in [given] if isinstance(given, str) else given:
        if name in there:
            continue
        if name in known:
            remedy = f"Choose from {listed(there)}"
            said = f"is a metric of {known[name]}, which the study does not have"
        elif of_table and _may_be_a_class(name) and not nearest(name, known, NEAR):
            continue
        else:
            said = "is no purity metric"
            remedy = did_you_mean(name, there, f"Choose from {listed(there, len(there))}")
        notes.add(said, remedy, column=OPTION, value=name)


def _may_be_a_class(name: str) -> bool:
    """Whether a metric may be the share of an RNA class, which `other` is none of."""
    return name.endswith(SHARE) and name != f"{OTHER}{SHARE}"
