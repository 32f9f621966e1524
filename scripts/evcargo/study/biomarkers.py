"""Biomarker panels: whether their contrasts and folds make sense, and have samples enough."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evcargo.study.design import compared
from evcargo.study.model import Contrast
from evcargo.study.notes import Notes, did_you_mean, listed
from evcargo.study.units import unit_names

SECTION = "biomarkers"


def check_biomarkers(
    config: Mapping[str, Any],
    contrasts: Sequence[Contrast],
    samples: pd.DataFrame,
    runs: pd.DataFrame,
    notes: Notes,
) -> tuple[str, ...]:
    """Hold the section `biomarkers` of the config to the contrasts and samples.

    Parameters
    ----------
    config
        With every default.
    contrasts
        Those without mistakes.
    samples, runs
        The two sheets.
    notes
        Takes the problems.

    Returns
    -------
    tuple of str
        Warnings: panels that will not be assessed, since there are too few samples.
    """
    asked = config[SECTION]
    if not asked["contrasts"]:
        return ()
    _check_numbers(asked, config["differential"]["alpha"], notes)
    assays = sorted(set(runs["assay"]) - {"particles"})
    if not assays:
        notes.add(
            "asks for panels, but the study has neither proteins nor RNA",
            "Delete biomarkers, or add runs of such an assay",
            column=f"{SECTION}.contrasts",
        )
    if asked["joined"] and len(assays) == 1:
        notes.add(
            f"is true, but the study has {assays[0]} only",
            "Delete joined",
            column=f"{SECTION}.joined",
        )
    given = {str(one["name"]): one for one in config["contrasts"]}
    sound = {contrast.name: contrast for contrast in contrasts}
    warnings = []
    for name in asked["contrasts"]:
        if name not in given:
            notes.add(
                "is no contrast of the config",
                did_you_mean(name, list(given), f"There are {listed(given) or 'none'}"),
                column=f"{SECTION}.contrasts",
                value=name,
            )
        elif given[name]["kind"] != "pair":
            notes.add(
                f"is of kind {given[name]['kind']}: a panel tells two levels apart",
                "Name a contrast of kind pair",
                column=f"{SECTION}.contrasts",
                value=name,
            )
        elif name in sound:
            warnings += _too_few(sound[name], samples, runs, assays, asked["min_samples"])
    return tuple(warnings)


def _check_numbers(asked: Mapping[str, Any], alpha: float, notes: Notes) -> None:
    if asked["folds"] > asked["min_samples"]:
        notes.add(
            f"is above {SECTION}.min_samples = {asked['min_samples']}, so that folds may hold no"
            " sample of a level",
            f"Write at most {asked['min_samples']}, or raise min_samples",
            column=f"{SECTION}.folds",
            value=asked["folds"],
        )
    least = 1 / (asked["permutations"] + 1)
    if least >= alpha:
        notes.add(
            f"gives no p-value below {least:.2g}, and differential.alpha is {alpha:g}",
            f"Write at least {int(1 / alpha)}",
            column=f"{SECTION}.permutations",
            value=asked["permutations"],
        )


def _too_few(
    contrast: Contrast, samples: pd.DataFrame, runs: pd.DataFrame, assays: list[str], least: int
) -> list[str]:
    """Name the assays in which the contrast has too few independent samples for a panel."""
    warnings = []
    for assay in assays:
        rows = compared(contrast, samples, set(runs.loc[runs["assay"] == assay, "sample"]))
        units = unit_names(rows.set_index("sample", drop=False), contrast.block)
        counts = [
            units[(rows[contrast.column].astype("string") == level).to_numpy(bool)].nunique()
            for level in (contrast.test, contrast.reference)
        ]
        if min(counts) < least:
            warnings.append(
                f"biomarkers: {contrast.name} has {counts[0]} v {counts[1]} independent samples of"
                f" {assay}, fewer than biomarkers.min_samples = {least}: its panel will not be"
                " assessed"
            )
    return warnings
