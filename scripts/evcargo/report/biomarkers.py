"""The section on biomarker panels: what a panel is worth beside purity, and what is in it."""

import re
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure as Canvas

from evcargo.biomarkers.predictions import Predictions, roc_curve
from evcargo.biomarkers.verdicts import (
    BEATS,
    BETTER,
    CHANCE,
    CLEAN,
    DOES_NOT_BEAT,
    ELASTIC_NET,
    FOREST,
    MODELS,
    NOT_ASSESSED,
    PURITY,
)
from evcargo.report.answer import headings
from evcargo.report.charts import WIDTH
from evcargo.report.known_names import ASSAY_WORDS
from evcargo.report.parts import Column, Figure, Table, capital, counted, p_text, table_of
from evcargo.report.results import Results
from evcargo.report.svg import BLUE, MUTED, PURPLE, SKY, VERMILLION, drawing, inline_svg

GRID = np.linspace(0, 1, 51)
LOOKS = {
    ELASTIC_NET: (BLUE, "-", "o"),
    FOREST: (SKY, "-.", "s"),
    CLEAN: (PURPLE, ":", "D"),
    PURITY: (VERMILLION, "--", "X"),
}
SENTENCES = {
    BEATS: "tells {test} from {reference} in samples it has not seen, and better than purity alone",
    DOES_NOT_BEAT: "tells {test} from {reference} in samples it has not seen, but does not beat"
    " purity: the purity metrics alone do as well, as far as these samples can tell",
    BETTER: "tells {test} from {reference} in samples it has not seen better than chance; purity"
    " was not measured",
    CHANCE: "tells {test} from {reference} no better than chance in samples it has not seen",
    NOT_ASSESSED: "was not assessed",
}
NOTICES = {BEATS: "pass", DOES_NOT_BEAT: "warn", BETTER: "warn"}


def biomarkers_section(results: Results) -> list[dict[str, Any]]:
    """Collect what the section shows, one entry per contrast and assay; empty if not asked for."""
    if results.biomarkers is None:
        return []
    contrasts = {str(one["name"]): one for one in results.config["contrasts"]}
    return [
        _panel(results, number, line, contrasts[str(line["contrast"])])
        for number, line in enumerate(results.biomarkers.to_dict("records"), 1)
    ]


def _panel(
    results: Results, number: int, line: dict[str, Any], contrast: dict[str, Any]
) -> dict[str, Any]:
    ident = f"biomarkers-{number}"
    word = ASSAY_WORDS.get(line["assay"], "all assays joined")
    sides = {"test": contrast["test"], "reference": contrast["reference"]}
    models = _of(results.biomarkers_models, line)
    return {
        "id": ident,
        "heading": f"{headings(results.config['contrasts'])[str(contrast['name'])]}: {word}",
        "notice": NOTICES.get(line["verdict"], "na"),
        "sentence": f"The panel {SENTENCES[line['verdict']].format(**sides)}.",
        "reason": f"{_with_minus(capital(str(line['reason'])))}.{_over_panels(results, line)}",
        "calibration": _with_minus(_calibration_words(models)),
        "warning": "" if pd.isna(line["warning"]) else line["warning"],
        "method": "" if pd.isna(line["method"]) else line["method"],
        "figure": _roc_figure(results, line, models, ident) if len(models) else None,
        "models": _model_table(models, ident) if len(models) else None,
        "panel": _feature_table(_of(results.biomarkers_panels, line), ident),
        "reliability": _reliability_table(_of(results.biomarkers_calibration, line), ident),
    }


def _over_panels(results: Results, line: dict[str, Any]) -> str:
    """Say what the p-value is over all panels of the study, if there are several."""
    if results.biomarkers is None or pd.isna(line["adjusted_permutation_p"]):
        return ""
    panels = int(results.biomarkers["permutation_p"].notna().sum())
    if panels < 2:
        return ""
    return (
        f" Each panel is judged on its own; over the {panels} panels of this study the permutation"
        f" p-value is {p_text(line['adjusted_permutation_p'])} (Benjamini-Hochberg)."
    )


def _of(table: pd.DataFrame | None, line: dict[str, Any]) -> pd.DataFrame:
    """Rows of the same contrast and assay."""
    if table is None:
        return pd.DataFrame()
    chosen = (table["contrast"] == line["contrast"]) & (table["assay"] == line["assay"])
    return table[chosen]


def _with_minus(text: str) -> str:
    """Write the minus of numbers as such, and leave hyphens."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", text)


def _calibration_words(models: pd.DataFrame) -> str:
    if models.empty:
        return ""
    row = models.set_index("model").loc[ELASTIC_NET]
    slope = row["calibration_slope"]
    if pd.isna(slope):
        how = "it gives every sample about the same probability, so that there is no slope"
    elif slope < 0:
        how = f"the slope is {slope:.2f}, the wrong way round"
    else:
        side = "overconfident" if slope < 1 else "too careful"
        how = f"the slope is {slope:.2f} (1 is right; it is {side})"
    return (
        f"Calibration: Brier score {row['brier']:.2f}, that of the shares of the groups alone is"
        f" {row['brier_of_share']:.2f}; {how}; the intercept is"
        f" {row['calibration_intercept']:.2f} (0 is right). All this holds for the shares of the"
        " groups in this study, not for those in a clinic."
    )


def _curves(predictions: pd.DataFrame) -> pd.DataFrame:
    """Sensitivity of each model over the grid of false-positive rates."""
    curves = {"false positives": GRID}
    for model in MODELS:
        table = predictions[predictions["model"] == model]
        if len(table):
            wide = table.astype({"probability": float, "fold": int})
            chance = wide.pivot(index="repeat", columns="sample", values="probability")
            folds = wide.pivot(index="repeat", columns="sample", values="fold")
            told = wide.drop_duplicates("sample").set_index("sample")["is_test"]
            labels = told.reindex(chance.columns).to_numpy(bool)
            found = Predictions(chance.to_numpy(float), folds.to_numpy(int), np.empty(0))
            curves[model] = roc_curve(found, labels, GRID)
    return pd.DataFrame(curves).round(6)


def _roc_figure(results: Results, line: dict[str, Any], models: pd.DataFrame, ident: str) -> Figure:
    curves = _curves(_of(results.biomarkers_predictions, line))
    title = "Held-out samples: the panel beside purity alone"
    caption = (
        "Left: sensitivity and false positives among the samples that a model had not seen, mean"
        " over folds and repeats. Right: area under the curve of each model with its 95 % interval;"
        " 0.5 is chance."
    )
    columns = [Column("false positives", "share")]
    columns += [Column(model, "share") for model in curves.columns[1:]]
    behind = table_of(f"{ident}-roc-data", title, curves, columns)
    svg = _roc_svg(curves, models[models["auc"].notna()], f"{ident}-roc", title)
    return Figure(f"{ident}-roc", title, caption, svg, behind)


def _roc_svg(curves: pd.DataFrame, models: pd.DataFrame, ident: str, title: str) -> Markup:
    with drawing():
        figure = Canvas(figsize=(WIDTH, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
        left.plot([0, 1], [0, 1], color=MUTED, lw=0.8)
        for model in (one for one in (PURITY, ELASTIC_NET) if one in curves):
            colour, style, _ = LOOKS[model]
            left.plot(curves["false positives"], curves[model], style, c=colour, lw=1.8,
                      label=model)  # fmt: skip
        left.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        left.set(xlabel="false positives", ylabel="sensitivity")
        left.legend(loc="lower right", fontsize=8.5, handlelength=2.4)
        labels = []
        for place, row in enumerate(models.to_dict("records")):
            colour, _, mark = LOOKS[row["model"]]
            ends = [float(row["ci_low"]), float(row["ci_high"])]
            right.plot(ends, [place, place], color=colour, lw=1.6)
            right.plot(float(row["auc"]), place, mark, color=colour, ms=7)
            interval = f"{row['auc']:.2f} ({ends[0]:.2f} to {ends[1]:.2f})"
            name = str(row["model"]).replace(" without", "\nwithout")
            labels.append(f"{name}\n{interval}")
        right.axvline(0.5, color=MUTED, lw=0.8)
        right.set_yticks(range(len(labels)), labels)
        right.set(xlim=(0, 1.02), ylim=(len(labels) - 0.5, -0.5), xlabel="area under the curve")
        right.grid(axis="y", visible=False)
        said = "; ".join(label.replace("\n", " ") for label in labels)
        return inline_svg(figure, ident, title, said)


def _model_table(models: pd.DataFrame, ident: str) -> Table:
    shown = pd.DataFrame(
        {
            "model": models["model"],
            "features": models["features"],
            "auc": models["auc"],
            "interval": _ranges(models, "ci_low", "ci_high", "{:.2f}"),
            "difference": models["difference"],
            "of difference": _ranges(models, "difference_low", "difference_high", "{:+.2f}"),
            "brier": models["brier"],
            "slope": models["calibration_slope"],
            "intercept": models["calibration_intercept"],
            "reason": models["reason"],
        }
    )
    columns = [
        Column("model"),
        Column("features to choose from", "number"),
        Column("AUC", "number"),
        Column("95 % interval", "short"),
        Column("AUC minus that of purity", "number"),
        Column("95 % interval of the difference", "short"),
        Column("Brier score", "number"),
        Column("calibration slope", "number"),
        Column("calibration intercept", "number"),
        Column("not assessed, because"),
    ]
    return table_of(f"{ident}-models", "Models on the same folds", shown, columns)


def _ranges(table: pd.DataFrame, low: str, high: str, form: str) -> list[str | None]:
    return [
        None if pd.isna(one) else f"{form.format(one)} to {form.format(other)}".replace("-", "−")
        for one, other in zip(table[low], table[high], strict=True)
    ]


def _feature_table(panel: pd.DataFrame, ident: str) -> Table | None:
    if panel.empty:
        return None
    chosen = panel[panel["in_panel"].astype(bool)]
    rest = len(panel) - len(chosen)
    shown = chosen[
        ["name", "feature_assay", "selected", "coefficient", "log2_fold_change",
         "adjusted_p_value", "robustness", "flag"]
    ]  # fmt: skip
    columns = [
        Column("name"),
        Column("assay", "short"),
        Column("chosen in folds", "share"),
        Column("coefficient", "number", "log odds per SD"),
        Column("log2 fold change", "number"),
        Column("adjusted p", "p"),
        Column("does it survive the impurity"),
        Column("flag", "flag"),
    ]
    note = (
        f"{counted(rest, 'further feature was', 'further features were')} chosen in some fold, but"
        " not in the model of all samples. A feature that few folds chose would not be chosen in"
        " another study."
    )
    return table_of(f"{ident}-panel", "The panel of all samples", shown, columns, note)


def _reliability_table(table: pd.DataFrame, ident: str) -> Table | None:
    if table.empty:
        return None
    chosen = table[table["model"] == ELASTIC_NET]
    shown = chosen[["group", "n", "predicted", "observed"]].assign(
        interval=_ranges(chosen, "ci_low", "ci_high", "{:.2f}")
    )
    columns = [
        Column("samples by prediction"),
        Column("n", "number"),
        Column("predicted", "share"),
        Column("observed", "share"),
        Column("95 % interval", "short"),
    ]
    caption = "Predicted and observed share of the test level, elastic net"
    return table_of(f"{ident}-reliability", caption, shown, columns)
