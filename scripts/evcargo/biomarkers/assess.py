"""One contrast in one assay, or in all joined: its models, its panel, and what they are worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from evcargo.biomarkers.features import Block, prepare
from evcargo.biomarkers.folds import can_be_permuted, permuted
from evcargo.biomarkers.nested import (
    INNER_FOLDS,
    SEED,
    TREES,
    Settings,
    cross_validate,
    cross_validate_forest,
    fit_panel,
)
from evcargo.biomarkers.performance import (
    auc_interval,
    calibration,
    difference_interval,
    inflation,
    permutation_p,
    reliability,
)
from evcargo.biomarkers.predictions import Flags, Floats, Pairs, Predictions, pairs_of
from evcargo.biomarkers.question import Question
from evcargo.biomarkers.verdicts import (
    CLEAN,
    ELASTIC_NET,
    FOREST,
    NOT_ASSESSED,
    PURITY,
    reason_of,
    verdict_of,
)
from evcargo.contracts import CONTRACTS
from evcargo.differential.count_filter import filter_words
from evcargo.differential.verdicts import STANDS

TABLES = {
    "verdicts": "biomarkers",
    "models": "biomarkers_models",
    "panels": "biomarkers_panels",
    "predictions": "biomarkers_predictions",
    "calibration": "biomarkers_calibration",
}
"""Tables of the stage by file, and their contracts."""
LEAST_FEATURES = 2
"""Measured features that a model needs."""
FROM_DIFFERENTIAL = ["name", "log2_fold_change", "adjusted_p_value", "robustness", "flag"]

Tables = dict[str, pd.DataFrame]


def assess(question: Question, options: Mapping[str, Any]) -> Tables:
    """Say how well the cargo tells the groups apart, and with which features.

    Parameters
    ----------
    question
        Of `ask`.
    options
        Sections `biomarkers` and `differential` of the config.

    Returns
    -------
    dict
        The `TABLES` of the stage; of a study that is too small, all but the verdict are empty.
    """
    how = options["biomarkers"]
    why = _refusal(question, how["min_samples"])
    if why:
        return _tables({"verdicts": pd.DataFrame([_refused(question, why)])}, question)
    settings = Settings(how["folds"], how["repeats"], how["screened"])
    labels = question.labels
    made = _models(question, settings)
    pairs = {name: pairs_of(one, labels) for name, one in made.items() if one is not None}
    null = _permutations(question, settings, how["permutations"])
    inflated = inflation(null, *question.sizes)
    models = _model_table(question, made, pairs, inflated)
    panel = _panel_table(question, made[ELASTIC_NET], settings)
    main = models.set_index("model").loc[ELASTIC_NET]
    line = {
        **_head(question),
        **main[["auc", "ci_low", "ci_high", "difference", "difference_low", "difference_high"]],
        "permutation_p": permutation_p(main["auc"], null),
        "permutations": len(null),
        "null_auc": float(null.mean()) if len(null) else np.nan,
        "variance_inflation": inflated,
        "purity_auc": pairs[PURITY].auc if PURITY in pairs else np.nan,
        **_panel_counts(panel),
        "method": _method(question, settings, how),
    }
    alpha = options["differential"]["alpha"]
    line["verdict"] = verdict_of(line, alpha)
    line["reason"] = reason_of(line, alpha)
    line["warning"] = " ".join([*question.warnings, *_warnings(question, panel, len(null))])
    found = {name: one for name, one in made.items() if one is not None}
    return _tables(
        {
            "verdicts": pd.DataFrame([line]),
            "models": models,
            "panels": panel,
            "predictions": pd.concat(_prediction_rows(question, found), ignore_index=True),
            "calibration": pd.concat(
                [reliability(one, labels).assign(model=name) for name, one in found.items()],
                ignore_index=True,
            ),
        },
        question,
    )


def _refusal(question: Question, least: int) -> str:
    """Why no panel is made, or nothing."""
    test, reference = question.unit_sizes
    if min(test, reference) < least:
        return (
            f"{test} v {reference} independent samples, and biomarkers.min_samples asks for {least}"
            " of each: a panel chosen from fewer would be mostly chance"
        )
    kept = _measured(question.blocks, question.labels)
    if kept < LEAST_FEATURES:
        return f"{kept} feature{'s are' if kept != 1 else ' is'} measured in enough samples"
    return ""


def _measured(blocks: Sequence[Block], labels: Flags) -> int:
    """Count the features that are measured in enough of the samples."""
    every = np.ones(len(labels), dtype=bool)
    return sum(len(prepare(one, every, labels)[1]) for one in blocks)


def _models(question: Question, settings: Settings) -> dict[str, Predictions | None]:
    """Predictions of every model on the same folds; None where there is no such model."""
    labels, units = question.labels, question.units
    flagged = question.differential.loc[
        question.differential["flag"].fillna("") != "", ["feature_assay", "feature"]
    ]
    clean = []
    for block in question.blocks:
        of_assay = set(flagged.loc[flagged["feature_assay"] == block.assay, "feature"])
        clean.append(block.without(of_assay))
    metrics = question.metrics
    sound = len(flagged) > 0 and _measured(clean, labels) >= LEAST_FEATURES
    return {
        ELASTIC_NET: cross_validate(question.blocks, labels, units, settings),
        FOREST: cross_validate_forest(question.blocks, labels, units, settings),
        CLEAN: cross_validate(clean, labels, units, settings) if sound else None,
        PURITY: None if metrics is None else cross_validate([metrics], labels, units, settings),
    }


def _permutations(question: Question, settings: Settings, count: int) -> Floats:
    """AUC of the whole procedure for labels that say nothing."""
    if not can_be_permuted(question.labels, question.units):
        return np.empty(0)
    aucs = []
    for number in range(1, count + 1):
        rng = np.random.default_rng([SEED, number])
        labels = permuted(question.labels, question.units, rng)
        found = cross_validate(question.blocks, labels, question.units, settings, number)
        aucs.append(pairs_of(found, labels).auc)
    return np.array(aucs)


def _model_table(
    question: Question,
    made: Mapping[str, Predictions | None],
    pairs: Mapping[str, Pairs],
    inflated: float,
) -> pd.DataFrame:
    labels, share = question.labels, float(question.labels.mean())
    widths = {PURITY: len(question.metrics.features) if question.metrics else 0}
    every = sum(len(block.features) for block in question.blocks)
    flagged = int((question.differential["flag"].fillna("") != "").sum())
    clean = "no feature is flagged"
    if flagged:
        few = f"fewer than {LEAST_FEATURES} of the measured features are not flagged"
        clean = f"not assessed: {'every feature is flagged' if flagged >= every else few}"
    whys = {CLEAN: clean, PURITY: "purity was not measured"}
    rows = []
    for model, predictions in made.items():
        if predictions is None:
            rows.append({"model": model, "reason": whys[model]})
            continue
        row: dict[str, Any] = {"model": model, "auc": pairs[model].auc, "reason": ""}
        row["features"] = widths.get(model, every - flagged if model == CLEAN else every)
        low, high = auc_interval(row["auc"], *question.sizes, inflated)
        row |= {"ci_low": low, "ci_high": high, "brier_of_share": share * (1 - share)}
        row |= calibration(predictions, labels)
        if model != PURITY and PURITY in pairs:
            row["difference"] = row["auc"] - pairs[PURITY].auc
            row["difference_low"], row["difference_high"] = difference_interval(
                pairs[model], pairs[PURITY], labels, question.units, inflated
            )
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=CONTRACTS["biomarkers_models"].names)


def _panel_table(
    question: Question, predictions: Predictions | None, settings: Settings
) -> pd.DataFrame:
    """Features that a fold or the model of all samples uses, those of the panel first."""
    fitted = fit_panel(question.blocks, question.labels, question.units, settings)
    table = pd.DataFrame(
        [(block.assay, feature) for block in question.blocks for feature in block.features],
        columns=["feature_assay", "feature"],
    )
    table["selected"] = predictions.selected if predictions else 0.0
    table["coefficient"], table["in_panel"] = fitted, fitted != 0
    table = table[(table["selected"] > 0) | table["in_panel"]]
    known = question.differential.set_index(["feature_assay", "feature"])[FROM_DIFFERENTIAL]
    table = table.join(known, on=["feature_assay", "feature"])
    table["size"] = -table["coefficient"].abs()
    table = table.sort_values(
        ["in_panel", "selected", "size", "feature_assay", "feature"],
        ascending=[False, False, True, True, True],
        kind="stable",
        ignore_index=True,
    )
    return table.drop(columns="size")


def _panel_counts(panel: pd.DataFrame) -> dict[str, int]:
    chosen = panel[panel["in_panel"]]
    return {
        "panel_features": len(chosen),
        "panel_flagged": int((chosen["flag"].fillna("") != "").sum()),
        "panel_stands": int((chosen["robustness"] == STANDS).sum()),
    }


def _prediction_rows(question: Question, made: Mapping[str, Predictions]) -> Sequence[pd.DataFrame]:
    rows = []
    for model, found in made.items():
        for repeat, (scores, folds) in enumerate(zip(found.scores, found.folds, strict=True), 1):
            table = pd.DataFrame({"sample": question.samples, "unit": question.unit_names})
            table["level"], table["is_test"] = question.levels, question.labels
            table["fold"], table["probability"] = folds + 1, expit(scores)
            rows.append(table.assign(model=model, repeat=repeat))
    return rows


def _method(question: Question, settings: Settings, how: Mapping[str, Any]) -> str:
    words = set(question.units.stratum)
    within = f" within {len(words)} strata of the covariates" if len(words) > 1 else ""
    together = question.units.count < len(question.samples)
    alike = " or ".join(dict.fromkeys(("subject", question.contrast.block or "subject")))
    return (
        f"elastic net logistic regression of the {settings.screened} features with the largest"
        f" moderated t, {settings.folds}-fold cross-validation repeated {settings.repeats} times,"
        f" the penalty by {INNER_FOLDS}-fold cross-validation inside each fold; scaling, missing"
        " values (features missing in more than"
        f" {how['max_missing']:.0%} of the training samples left out, otherwise their 10 % quantile"
        f" there{_filter_words(question.blocks)}), screen and fit by the training samples alone"
        f"{f'; samples of one {alike} in one fold' if together else ''}; AUC over pairs of samples"
        " that one model held out; score interval with the variance of the permutations; labels"
        f" permuted{within} and everything repeated; random forest of {TREES} trees and the"
        " purity-only model on the same folds; differences by the intervals of both and a paired"
        " bootstrap"
    )


def _filter_words(blocks: Sequence[Block]) -> str:
    """Say what an RNA needs among the training samples; nothing without RNA."""
    filters = [block.reads.expressed for block in blocks if block.reads is not None]
    if not filters:
        return ""
    samples = "as many of the training samples as the smaller group has there"
    return f"; RNA features with less than {filter_words(filters[0], samples)} left out"


def _warnings(question: Question, panel: pd.DataFrame, permutations: int) -> list[str]:
    said = []
    chosen = panel[panel["in_panel"]]
    flagged = chosen[chosen["flag"].fillna("") != ""]
    if len(flagged):
        names = ", ".join(f"{row.name_} ({row.flag})" for row in
                          flagged.rename(columns={"name": "name_"}).itertuples())  # fmt: skip
        said.append(
            f"{len(flagged)} of the {len(chosen)} features of the panel are contaminants or"
            f" impurity markers: {names}."
        )
    if not len(chosen):
        said.append("The model of all samples uses no feature: nothing tells the groups apart.")
    if not permutations:
        said.append(
            "No label can be permuted within the covariates, so that there is no p-value, and the"
            " intervals take the predictions for independent."
        )
    return said


def _head(question: Question) -> dict[str, Any]:
    test, reference = question.sizes
    return {"n_test": test, "n_reference": reference, "n_units": question.units.count}


def _refused(question: Question, why: str) -> dict[str, Any]:
    warning = " ".join(question.warnings)
    return _head(question) | {
        "verdict": NOT_ASSESSED, "reason": why, "method": "", "warning": warning
    }  # fmt: skip


def _tables(found: Mapping[str, pd.DataFrame], question: Question) -> Tables:
    tables = {}
    for name, contract in TABLES.items():
        table = found.get(name, pd.DataFrame()).copy()
        table["contrast"], table["assay"] = question.contrast.name, question.assay
        tables[name] = table.reindex(columns=CONTRACTS[contract].names)
    return tables
