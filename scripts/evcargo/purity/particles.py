"""Purity criteria from the particle sizes and counts."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evcargo.purity.answers import (
    FAIL,
    MISEV,
    OWN,
    PASS,
    WARN,
    Answer,
    band_for,
    judged,
    of_matrix,
    open_answer,
    shown,
    text_of,
)

ASSAY = "particles"
WINDOW = ("particles within the size window", "fraction", f"{MISEV}; {OWN}")
PER_PROTEIN = ("particles per protein", "particles/ug", "10.3402/jev.v2i0.19861")
BLOOD = ("plasma", "serum", "ascites", "milk")


def particle_criteria(
    sample: Mapping[str, Any], particles: pd.DataFrame | None, options: Mapping[str, Any]
) -> list[Answer]:
    """Answers to the particle questions for one sample.

    Parameters
    ----------
    sample
        Row of the sample sheet.
    particles
        Table of the contract ``particles``; None if the study has no particle runs.
    options
        `purity` section of the config.
    """
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    row = None if particles is None else particles.set_index("sample").reindex([name]).iloc[0]
    return [_window(row, matrix, options), _per_protein(row, sample, options)]


def _window(row: pd.Series | None, matrix: str, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = WINDOW
    band = band_for(options["particle_window_share"], matrix, high_is_good=True, unit=unit)
    if row is None or pd.isna(row["share_in_window"]):
        reason = "the study has no particle runs"
        if row is not None:
            state = f"{text_of(row, 'status')} {text_of(row, 'status_reason')}".strip()
            reason = f"particles {state or 'not measured'}"
        return open_answer(ASSAY, criterion, unit, reason, source, threshold=band)
    evidence = ", ".join(
        f"{label} {shown(float(row[column]))} nm"
        for label, column in (
            ("mode", "mode_nm"),
            ("D10", "d10_nm"),
            ("D50", "d50_nm"),
            ("D90", "d90_nm"),
        )
        if pd.notna(row[column])
    )
    return judged(ASSAY, criterion, float(row["share_in_window"]), band, evidence, source)


def _per_protein(
    row: pd.Series | None, sample: Mapping[str, Any], options: Mapping[str, Any]
) -> Answer:
    """Bands of Webber and Clayton 2013; what lies between two bands is undefined, and warned of."""
    criterion, unit, source = PER_PROTEIN
    value, matrix = _measured(row, sample), text_of(sample, "biofluid")
    impure, low, low_end, high = of_matrix(options["particles_per_ug"], matrix)
    threshold = f"pass > {high:g}, low {low:g} to {low_end:g}, fail < {impure:g}"
    if pd.isna(value):
        reason = "particle_count or protein_ug is not in the sample sheet"
        return open_answer(ASSAY, criterion, unit, reason, source, threshold=threshold)
    if value > high:
        verdict, word = PASS, "high purity"
    elif value > low_end:
        verdict, word = WARN, "between low and high purity, undefined"
    elif value >= low:
        verdict, word = WARN, "low purity"
    elif value >= impure:
        verdict, word = WARN, "between impure and low purity, undefined"
    else:
        verdict, word = FAIL, "impure"
    rule = f"{shown(value)} particles per ug is {word}"
    if verdict == PASS and matrix in BLOOD:
        # The other way round they only make an impure preparation seem purer.
        rule += "; lipoproteins count as particles, so do not read this alone"
    count, amount = (_number(sample, column) for column in ("particle_count", "protein_ug"))
    return Answer(
        ASSAY,
        criterion,
        verdict,
        value,
        unit,
        threshold,
        rule,
        f"{count:g} particles, {amount:g} ug protein",
        source,
    )


def _measured(row: pd.Series | None, sample: Mapping[str, Any]) -> float:
    if row is not None and pd.notna(row["particles_per_ug"]):
        return float(row["particles_per_ug"])
    count, amount = (_number(sample, column) for column in ("particle_count", "protein_ug"))
    return count / amount if amount > 0 else math.nan


def _number(sample: Mapping[str, Any], column: str) -> float:
    value = sample.get(column)
    return math.nan if value is None or pd.isna(value) else float(value)
