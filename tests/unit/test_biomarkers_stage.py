"""The stage of biomarker panels: a contrast in, verdict and tables out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from evcargo.biomarkers.assess import TABLES, assess
from evcargo.biomarkers.performance import over_panels
from evcargo.biomarkers.question import JOINED, ask
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
    reason_of,
    verdict_of,
)
from evcargo.contracts import CONTRACTS
from evcargo.purity.markers import read_panels
from evcargo.simulate.biomarkers import confounded_question
from evcargo.simulate.confounded import Confounding, confounded_proteins
from evcargo.study.model import Contrast
from evcargo.study.notes import Notes
from evcargo.study.schema import check_config, read_schema
from evcargo.tables import read_table, write_table

CONTRAST = Contrast("c", "condition", "t", "r")
N = 24


def options(**biomarkers):
    quick = {"folds": 4, "repeats": 1, "permutations": 20, "screened": 15} | biomarkers
    filled, wrong = check_config(
        {"study": "s", "biomarkers": quick}, read_schema("config"), Notes("config")
    )
    assert not wrong
    return filled


def sheet(count: int = N, **columns) -> pd.DataFrame:
    return pd.DataFrame(
        {"material": "ev", "condition": ["t"] * (count // 2) + ["r"] * (count // 2),
         "subject": "", "batch": "", "status": "ok"}
        | columns,
        index=[f"s{number:02d}" for number in range(count)],
    )  # fmt: skip


def matrix(obs: pd.DataFrame, effect: float, assay: str, seed: int = 0) -> AnnData:
    """Forty features of which the first four are higher at the test level."""
    rng = np.random.default_rng(seed)
    names = [f"{assay}{number}" for number in range(40)]
    log2 = rng.normal(0, 1, (len(obs), 40)) + rng.normal(12, 1, 40)
    log2[np.ix_((obs["condition"] == "t").to_numpy(), np.arange(4))] += effect
    values = np.round(2**log2) if assay != "proteins" else 2**log2
    var = pd.DataFrame({"class": "miRNA", "is_contaminant": False, "name": names}, index=names)
    return AnnData(values, obs=obs, var=var)


def differential(found: AnnData, flagged: tuple[str, ...] = ()) -> pd.DataFrame:
    table = pd.DataFrame({"feature": found.var_names}).reindex(
        columns=CONTRACTS["differential"].names
    )
    table["name"], table["robustness"] = table["feature"], "stands"
    table["flag"] = table["feature"].isin(flagged).map({True: "haemolysis", False: None})
    return table


def purity(obs: pd.DataFrame, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Criteria and shares that do not go with the condition."""
    share = np.random.default_rng(seed).uniform(0.05, 0.4, len(obs))
    shares = pd.concat(
        [
            pd.DataFrame({"sample": obs.index, "assay": "proteins", "class": name, "share": part})
            for name, part in (("albumin", share), ("other", 1 - share))
        ]
    )
    return pd.DataFrame(columns=CONTRACTS["criteria"].names), shares


def question(matrices, how, contrast=CONTRAST, assay="proteins", flagged=(), shares=None):
    obs = next(iter(matrices.values())).obs
    criteria, of_classes = purity(obs)
    tables = {name: differential(one, flagged) for name, one in matrices.items()}
    given = of_classes if shares is None else shares
    return ask(matrices, contrast, assay, criteria, given, tables, how)


def test_a_real_signal_beats_purity_and_every_table_keeps_its_contract(tmp_path: Path) -> None:
    how = options()
    flagged = ("proteins0", "proteins30")
    asked = question({"proteins": matrix(sheet(), 2.5, "proteins")}, how, flagged=flagged)
    found = assess(asked, how)
    for name, contract in TABLES.items():
        write_table(found[name], tmp_path / f"{name}.tsv", contract)
        read_table(tmp_path / f"{name}.tsv", contract)
    line = found["verdicts"].iloc[0]
    assert line["verdict"] == BEATS, line["reason"]
    assert line["permutation_p"] == pytest.approx(1 / 21)
    assert line["n_test"] == line["n_reference"] == 12
    assert 0.35 < line["null_auc"] < 0.65
    models = found["models"].set_index("model")
    assert list(models.index) == list(MODELS)
    assert list(models["features"]) == [40, 40, 38, 1]
    assert models.loc[ELASTIC_NET, "difference"] == pytest.approx(
        models.loc[ELASTIC_NET, "auc"] - models.loc[PURITY, "auc"]
    )
    panel = found["panels"].set_index("feature")
    chosen = panel[panel["in_panel"]]
    assert {f"proteins{number}" for number in range(4)} <= set(chosen.index)
    assert (chosen.loc[[f"proteins{number}" for number in range(4)], "coefficient"] > 0).all()
    assert line["panel_features"] == len(chosen)
    assert line["panel_flagged"] == int(chosen["flag"].notna().sum()) >= 1
    assert "proteins0 (haemolysis)" in line["warning"]
    told = found["predictions"]
    per_model = told.groupby(["model", "repeat"])["sample"].agg(["size", "nunique"])
    assert (per_model == N).all().all()
    assert set(told["fold"]) == {1, 2, 3, 4}
    clean = told[told["model"] == CLEAN].set_index("sample")["fold"]
    assert clean.equals(told[told["model"] == FOREST].set_index("sample")["fold"])
    again = assess(asked, how)
    for name in TABLES:
        assert again[name].equals(found[name])


def test_noise_is_no_better_than_chance() -> None:
    how = options()
    line = assess(question({"proteins": matrix(sheet(), 0, "proteins", 3)}, how), how)["verdicts"]
    assert line["verdict"].iloc[0] == CHANCE
    assert line["ci_low"].iloc[0] < 0.5 < line["ci_high"].iloc[0]


def test_too_few_independent_samples_are_refused_in_a_sentence() -> None:
    subjects = sheet(subject=[f"p{number % 9}" for number in range(12)] * 2)
    for obs in (sheet(18), subjects):
        found = assess(question({"proteins": matrix(obs, 3, "proteins")}, options()), options())
        line = found["verdicts"].iloc[0]
        assert line["verdict"] == NOT_ASSESSED
        assert line["reason"] == (
            "9 v 9 independent samples, and biomarkers.min_samples asks for 10 of each: a panel"
            " chosen from fewer would be mostly chance"
        )
        assert all(found[name].empty for name in TABLES if name != "verdicts")
    empty = matrix(sheet(), 0, "proteins")
    empty.X[:] = np.nan
    line = assess(question({"proteins": empty}, options()), options())["verdicts"].iloc[0]
    assert line["reason"] == "0 features are measured in enough samples"


def test_assays_are_joined_over_the_samples_that_have_all() -> None:
    obs = sheet(26)
    proteins, rna = matrix(obs, 2.5, "proteins"), matrix(obs, 2.5, "rna", 1)
    rna.obs.loc["s00", "status"] = "failed"
    how = options()
    asked = question({"proteins": proteins, "rna": rna}, how, assay=JOINED)
    assert "s00" not in asked.samples
    assert len(asked.samples) == 25
    found = assess(asked, how)
    assert found["verdicts"]["assay"].iloc[0] == JOINED
    chosen = found["panels"][found["panels"]["in_panel"]]
    assert set(chosen["feature_assay"]) == {"proteins", "rna"}
    assert found["models"].set_index("model").loc[ELASTIC_NET, "features"] == 80


def test_covariates_and_subjects_shape_folds_and_permutations() -> None:
    batches = ["a", "b"] * 12
    obs = sheet(
        batch=batches, age=np.arange(N).astype(str), subject=[f"p{n // 2}" for n in range(N)]
    )
    contrast = replace(CONTRAST, covariates=("batch", "age"))
    asked = question({"proteins": matrix(obs, 0, "proteins")}, options(), contrast)
    assert asked.units.count == 12
    assert asked.unit_names[:3] == ("subject p0", "subject p0", "subject p1")
    assert set(asked.units.stratum) == {"a|b"}
    assert asked.warnings == (
        "The panel and its p-value take no account of age, a covariate of the contrast.",
    )
    separated = sheet(batch=["a"] * 12 + ["b"] * 12)
    contrast = replace(CONTRAST, covariates=("batch",))
    how = options()
    found = assess(question({"proteins": matrix(separated, 3, "proteins")}, how, contrast), how)
    line = found["verdicts"].iloc[0]
    assert np.isnan(line["permutation_p"])
    assert line["permutations"] == 0
    assert "No label can be permuted within the covariates" in line["warning"]


def test_samples_of_one_donor_stay_together_on_several_plates() -> None:
    """Every donor lies on two plates, so that folds by plate would tear donors apart."""
    obs = sheet(
        subject=[f"p{n // 2}" for n in range(N)],
        plate=[str(2 * (n // 6) + n % 2) for n in range(N)],
    )
    contrast = replace(CONTRAST, block="plate")
    asked = question({"proteins": matrix(obs, 0, "proteins")}, options(), contrast)
    for column in ("subject", "plate"):
        units = pd.Series(asked.units.of_sample).groupby(obs[column].to_numpy()).nunique()
        assert (units == 1).all(), column
    assert asked.units.count == 4


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (0, "not assessed: every feature is flagged"),
        (1, "not assessed: fewer than 2 of the measured features are not flagged"),
    ],
)
def test_an_assay_of_flagged_features_has_no_model_without_them(rest: int, reason: str) -> None:
    how = options(permutations=20)
    made = matrix(sheet(), 2.5, "proteins")
    flagged = tuple(made.var_names[rest:])
    found = assess(question({"proteins": made}, how, flagged=flagged), how)
    assert found["models"].set_index("model").loc[CLEAN, "reason"] == reason
    assert found["verdicts"]["auc"].notna().all()


def test_p_values_are_adjusted_over_the_panels_of_a_study() -> None:
    lines = pd.DataFrame({"permutation_p": [0.01, 0.04, np.nan, 0.02]}, [0, 0, 0, 0])
    adjusted = over_panels(lines)["adjusted_permutation_p"]
    np.testing.assert_allclose(adjusted, [0.03, 0.04, np.nan, 0.03])


def test_without_purity_metrics_there_is_no_baseline() -> None:
    how = options()
    none = pd.DataFrame(columns=CONTRACTS["shares"].names)
    found = assess(question({"proteins": matrix(sheet(), 2.5, "proteins")}, how, shares=none), how)
    line = found["verdicts"].iloc[0]
    assert line["verdict"] == BETTER
    assert "purity was not measured" in line["reason"]
    reasons = found["models"].set_index("model")["reason"]
    assert reasons[PURITY] == "purity was not measured"
    assert reasons[CLEAN] == "no feature is flagged"


def test_a_panel_that_sees_contamination_does_not_beat_purity(root: Path) -> None:
    """Nothing but plasma differs between the groups, and the panel is told by purity alone."""
    how = options(repeats=2)
    panels = read_panels(root / "resources" / "markers" / "panels.tsv")
    made = Confounding(per_group=20, delta=2.0, changed=0)
    found = assess(confounded_question(confounded_proteins(made, panels, 1), panels, how), how)
    line = found["verdicts"].iloc[0]
    assert line["verdict"] == DOES_NOT_BEAT, line["reason"]
    assert line["auc"] > 0.75
    assert line["purity_auc"] > 0.75
    assert line["difference_low"] < 0 < line["difference_high"] or line["difference"] < 0
    clean = found["models"].set_index("model").loc[CLEAN]
    assert clean["auc"] > 0.7  # proteins of plasma that no panel knows are still there
    assert line["panel_flagged"] > 0


def test_the_rule_of_the_verdict() -> None:
    line = {
        "auc": 0.8, "ci_low": 0.6, "ci_high": 0.9, "permutation_p": 0.01, "purity_auc": 0.7,
        "difference": 0.1, "difference_low": 0.01, "difference_high": 0.2, "n_test": 20,
        "n_reference": 20,
    }  # fmt: skip
    assert verdict_of(line, 0.05) == BEATS
    assert verdict_of(line | {"difference_low": -0.01}, 0.05) == DOES_NOT_BEAT
    assert verdict_of(line | {"permutation_p": 0.06}, 0.05) == CHANCE
    assert verdict_of(line | {"ci_low": 0.49}, 0.05) == CHANCE
    assert verdict_of(line | {"permutation_p": np.nan}, 0.05) == BEATS
    assert verdict_of(line | {"purity_auc": np.nan}, 0.05) == BETTER
    assert reason_of(line, 0.05) == (
        "AUC 0.80 (95 % interval 0.60 to 0.90) for 20 v 20 held-out samples, permutation p = 0.01"
        " (limit 0.05); purity alone reaches 0.70, which leaves a difference of +0.10 (+0.01 to"
        " +0.20)"
    )
