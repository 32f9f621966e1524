"""The purity metrics that a config names, held to those that the study can have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evcargo.purity.answers import METRIC_UNITS
from evcargo.purity.criteria import assess
from evcargo.purity.particles import PER_PROTEIN
from evcargo.purity.shares import CLASSES, OTHER
from evcargo.study.design import DF_PER_AXIS, compared, design_columns, room_for_axes
from evcargo.study.model import Contrast
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
    proteins, and those of the small-RNA classes that the config names.
    """
    asked = assess(pd.DataFrame([{"sample": "", "material": "ev"}]), config["purity"])[""]
    rna = (*config["rna"]["class_priority"], *config["rna"]["references"])
    return (
        {f"{name}{SHARE}": "rna" for name in rna}
        | {f"{name}{SHARE}": "proteins" for name in CLASSES if name != OTHER}
        | {answer.criterion: answer.assay for answer in asked if answer.unit in METRIC_UNITS}
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


def without_room(
    config: Mapping[str, Any],
    contrasts: Sequence[Contrast],
    samples: pd.DataFrame,
    runs: pd.DataFrame,
) -> tuple[str, ...]:
    """Warn of contrasts whose model can never hold all the metrics that the config names.

    Parameters
    ----------
    config
        With its defaults.
    contrasts, samples, runs
        The study; every contrast can be estimated.
    """
    given = config["differential"]["purity_covariates"]
    if given in WORDS:
        return ()
    many = 1 if isinstance(given, str) else len(given)
    warnings = []
    for contrast in contrasts:
        wide = contrast.kind == "pair" and contrast.fit_on == "all"
        all_levels = replace(contrast, kind="any") if wide else contrast
        rows = compared(all_levels, samples, set(runs["sample"]))
        coefficients = len(design_columns(contrast, rows)) + 1
        room = room_for_axes(len(rows), coefficients)
        if contrast.kind != "any" and room < many:
            warnings.append(
                f"contrast {contrast.name}: of {OPTION} ({many} given) its model has room for"
                f" {room or 'none'}. Each needs {DF_PER_AXIS} residual degrees of freedom, and"
                f" {len(rows)} samples leave {len(rows) - coefficients}. The first are fitted;"
                " without any, it is not told whether differences survive the impurity"
            )
    return tuple(warnings)


def _may_be_a_class(name: str) -> bool:
    """Whether a metric may be the share of an RNA class, which `other` is none of."""
    return name.endswith(SHARE) and name != f"{OTHER}{SHARE}"
