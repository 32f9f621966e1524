"""What a panel is worth, in one word and one sentence."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

ELASTIC_NET, FOREST = "elastic net", "random forest"
CLEAN, PURITY = "elastic net without flagged features", "purity only"
MODELS = (ELASTIC_NET, FOREST, CLEAN, PURITY)

BEATS, DOES_NOT_BEAT = "beats purity", "does not beat purity"
BETTER, CHANCE, NOT_ASSESSED = "better than chance", "no better than chance", "not assessed"
VERDICTS = (BEATS, DOES_NOT_BEAT, BETTER, CHANCE, NOT_ASSESSED)


def verdict_of(line: Mapping[str, Any], alpha: float) -> str:
    """Judge a panel by the figures of its verdict line.

    It must be better than chance twice over, by its interval and by its permutation p-value (where
    labels can be permuted); then the interval of its difference to the purity-only model must lie
    above 0. Where purity was not measured, better than chance is all that can be said.
    """
    p = line["permutation_p"]
    if not line["ci_low"] > 0.5 or p >= alpha:
        return CHANCE
    if pd.isna(line["purity_auc"]):
        return BETTER
    return BEATS if line["difference_low"] > 0 else DOES_NOT_BEAT


def reason_of(line: Mapping[str, Any], alpha: float) -> str:
    """Write the figures behind the verdict."""
    p = line["permutation_p"]
    chance = "no permutation possible" if pd.isna(p) else f"permutation p = {p:.2g}"
    said = (
        f"AUC {line['auc']:.2f} (95 % interval {line['ci_low']:.2f} to {line['ci_high']:.2f}) for"
        f" {line['n_test']} v {line['n_reference']} held-out samples, {chance}"
        f" (limit {alpha:g})"
    )
    if pd.isna(line["purity_auc"]):
        return f"{said}; purity was not measured, so it may be impurity that tells the groups apart"
    return (
        f"{said}; purity alone reaches {line['purity_auc']:.2f}, which leaves a difference of"
        f" {line['difference']:+.2f} ({line['difference_low']:+.2f} to"
        f" {line['difference_high']:+.2f})"
    )
