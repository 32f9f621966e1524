"""Robustness verdicts: by hand, against statsmodels, and on confounded studies of known truth."""

from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from differential_helpers import matrix

from evcargo.contracts import CONTRACTS
from evcargo.differential import summary
from evcargo.differential.axes import Axes
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins as proteins
from evcargo.differential.robustness import Purity, judge
from evcargo.differential.verdicts import KEPT, NEEDED, STANDS, VERDICTS, kind_of
from evcargo.purity.markers import read_panels
from evcargo.simulate.confounded import (
    HIDDEN,
    Confounding,
    confounded_mirnas,
    confounded_proteins,
    confounded_transcripts,
)
from evcargo.simulate.robustness import (
    CHANGED,
    CONTAMINATION,
    FALSE,
    UNCHANGED,
    judged,
    standing,
)
from evcargo.study.model import Contrast

CONTRAST = Contrast("t_v_r", "condition", "t", "r")
SAMPLES = [f"s{n:02d}" for n in range(16)]
GROUP = np.repeat([0.0, 1.0], 8)
AXIS = "lipoprotein share"
compare = partial(proteins, alpha=0.05, min_samples=2, how=Moderation("none", False))


@pytest.fixture
def study() -> tuple[pd.DataFrame, np.ndarray]:
    """240 proteins; `true` goes with the group, `plasma` with the impurity, `both` with both."""
    rng = np.random.default_rng(5)
    impurity = 1.2 * GROUP + rng.normal(0, 0.7, 16)
    impurity = (impurity - impurity.mean()) / impurity.std(ddof=1)
    values = pd.DataFrame(
        rng.normal(20, 0.4, (240, 16)), [f"f{n:03d}" for n in range(240)], SAMPLES
    )
    values.loc["true"] = 20 + 2 * GROUP + rng.normal(0, 0.3, 16)
    values.loc["plasma"] = 20 + 1.5 * impurity + rng.normal(0, 0.2, 16)
    values.loc["both"] = 20 + GROUP + 1.5 * impurity + rng.normal(0, 0.1, 16)
    values.loc["known"] = 20 + 2 * GROUP + rng.normal(0, 0.3, 16)
    return values, impurity


def verdicts(values: pd.DataFrame, impurity: np.ndarray, reason: str = "") -> pd.DataFrame:
    made = matrix(values, ["r"] * 8 + ["t"] * 8, classes="protein")
    table = compare(made, CONTRAST).table.assign(flag="", flag_reason="")
    table.loc[table["feature"] == "known", ["flag", "flag_reason"]] = "albumin", "plasma"
    axes = Axes(pd.DataFrame({AXIS: impurity}, index=SAMPLES), pd.DataFrame(), reason)
    return judge(table, made, CONTRAST, axes, compare).set_index("feature")


def test_the_four_verdicts(study) -> None:
    table = verdicts(*study)
    assert table.loc["true", "robustness"] == "stands"
    assert table.loc["plasma", "robustness"] == f"explained by {AXIS}"
    assert table.loc["both", "robustness"] == "weakened"
    assert table.loc["known", "robustness"] == "contaminant itself"
    rest = table[~table["significant"]]
    assert (rest["robustness"] == "not assessed").all()
    assert table["robustness_reason"].ne("").all()
    assert "explains it better" in table.loc["plasma", "robustness_reason"]


def test_the_figures_given_purity_are_those_of_the_joint_linear_model(study) -> None:
    """Without moderation to speak of, ordinary least squares by statsmodels."""
    values, impurity = study
    table = verdicts(values, impurity)
    fit = sm.OLS(values.loc["true"], sm.add_constant(np.column_stack([GROUP, impurity]))).fit()
    row = table.loc["true"]
    assert row["log2_fold_change_given_purity"] == pytest.approx(fit.params.iloc[1], rel=1e-9)
    assert row["ci_low_given_purity"] < fit.params.iloc[1] < row["ci_high_given_purity"]
    plain = values.loc["true"][8:].mean() - values.loc["true"][:8].mean()
    assert row["log2_fold_change"] == pytest.approx(plain, rel=1e-9)


def test_the_larger_statistic_is_the_better_explanation_alone() -> None:
    """|t| of the comparison above |t| of the axis, given both: less is left by it alone."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        axis = GROUP + rng.normal(0, 1, 16)
        y = rng.normal(0, 1, 16) + rng.normal() * GROUP + rng.normal() * axis
        both = sm.OLS(y, sm.add_constant(np.column_stack([GROUP, axis]))).fit().tvalues
        left = [sm.OLS(y, sm.add_constant(one)).fit().ssr for one in (GROUP, axis)]
        assert (abs(both[1]) > abs(both[2])) == (left[0] < left[1])


def test_nothing_stands_where_impurity_is_the_comparison(study) -> None:
    values, impurity = study
    table = verdicts(values, impurity, "cannot be told apart: the two share 99 %")
    hits = table[table["significant"] & (table["flag"] == "")]
    assert len(hits) >= 2
    assert set(hits["robustness"]) == {"not assessed"}
    assert hits["robustness_reason"].str.startswith("cannot be told apart").all()
    assert table["log2_fold_change_given_purity"].isna().all()


def test_a_feature_seen_in_too_few_samples_is_not_assessed(study) -> None:
    values, impurity = study
    values.loc["rare"] = np.nan
    values.loc["rare", ["s00", "s01", "s08", "s09"]] = [20, 20.01, 29, 29.01]
    impurity = impurity.copy()
    impurity[[0, 1, 8, 9]] = [0, 0, 1, 1]
    row = verdicts(values, impurity).loc["rare"]
    assert row["significant"]
    assert row["robustness"] == "not assessed"
    assert row["robustness_reason"] == f"its values cannot tell the comparison from {AXIS}"


def test_metrics_asked_for_that_are_not_fitted_are_a_warning(panels: pd.DataFrame) -> None:
    """4 v 4 samples have room for one axis."""
    rng = np.random.default_rng(2)
    values = pd.DataFrame(rng.normal(20, 1, (30, 8)), [f"f{n}" for n in range(30)], SAMPLES[:8])
    shares = pd.DataFrame(
        [
            {"sample": name, "assay": "proteins", "class": of, "share": share}
            for name in SAMPLES[:8]
            for of, share in zip(
                ("albumin", "keratin", "other"), rng.dirichlet((1, 1, 5)), strict=True
            )
        ]
    )
    criteria = pd.DataFrame(columns=["sample", "assay", "criterion", "unit", "value"])
    told = pd.DataFrame(columns=["contrast", "metric", "p_value"])
    purity = Purity(criteria, shares, told, ["keratin share", "albumin share"])
    made = matrix(values, ["r"] * 4 + ["t"] * 4, classes="protein")
    made.var = made.var.assign(accessions="", taxon="", is_contaminant=False)
    _, axes, line = summary.compare(made, CONTRAST, "proteins", compare, panels, purity, 0.05)
    why = "the model has room for 1: one for every 5 residual degrees of freedom, at most 2"
    said = f"Of differential.purity_covariates, not fitted: albumin share ({why})."
    assert said in line["warning"].iloc[0]
    assert line["axes"].iloc[0] == "keratin share"
    assert axes.set_index("metric")["fate"]["albumin share"] == f"not used: {why}"


def test_the_manual_says_the_rule() -> None:
    (said,) = [one.meaning for one in CONTRACTS["differential"].columns if one.name == "robustness"]
    assert f"p is below {NEEDED:g}" in said
    assert f"more than {Fraction(KEPT).limit_denominator(9)} of its size" in said


def test_verdicts_without_the_name_of_the_axis() -> None:
    given = pd.Series(["stands", "explained by albumin share", "contaminant itself"])
    assert kind_of(given).tolist() == ["stands", "explained by", "contaminant itself"]
    assert set(kind_of(given)) <= set(VERDICTS)


@pytest.fixture(scope="module")
def panels(root: Path) -> pd.DataFrame:
    return read_panels(root / "resources" / "markers" / "panels.tsv")


def test_shares_of_hits_that_stand_by_hand() -> None:
    """1 of 4 contaminants and 2 of 2 unchanged: 3 of 6 false hits."""
    what = [CHANGED] + [CONTAMINATION] * 4 + [UNCHANGED] * 2
    verdicts = [STANDS, STANDS, "weakened", "weakened", "explained by", STANDS, STANDS]
    found = standing(pd.DataFrame({"what": what, "verdict": verdicts}))
    assert found.to_dict() == {CHANGED: 1, CONTAMINATION: 0.25, UNCHANGED: 1, FALSE: 0.5}


def test_confounded_studies_of_proteins(panels: pd.DataFrame) -> None:
    """The criterion of the stage on 8 of the studies of benchmarks/robustness.py."""
    made = Confounding(per_group=10)
    table = pd.concat(
        judged(confounded_proteins(made, panels, seed), "proteins", panels) for seed in range(8)
    )
    found = standing(table)
    assert (table["what"] != CHANGED).mean() > 0.4  # without purity, every second hit is false
    assert found[CHANGED] >= 0.8
    assert found[CONTAMINATION] <= 0.1
    assert found[FALSE] <= 0.2
    cargo = table[table["what"] == UNCHANGED]  # seems lower where contaminants take their share
    assert (cargo["log2_fold_change"] < 0).mean() > 0.9
    assert (table.loc[table["verdict"] == STANDS, "what"] != CHANGED).mean() < 0.25


def test_contamination_that_is_the_condition_leaves_nothing_standing(panels: pd.DataFrame) -> None:
    made = Confounding(per_group=6, delta=8.0, spread=0.3)
    hits = judged(confounded_proteins(made, panels, 1), "proteins", panels)
    assert len(hits) > 100
    assert set(hits["verdict"]) == {"not assessed"}
    assert hits["robustness_reason"].str.startswith("cannot be told apart").all()


def test_a_confounded_study_of_mirnas(panels: pd.DataFrame) -> None:
    made = Confounding(per_group=10, cargo=120, hidden=25, mixed=25, changed=25)
    hits = judged(confounded_mirnas(made, panels, 0), "rna", panels)
    found = standing(hits)
    assert found[CHANGED] >= 0.8
    assert found[CONTAMINATION] <= 0.15
    assert hits["axes"].str.startswith("haemolysis").all()


def test_a_confounded_study_of_long_rna(panels: pd.DataFrame) -> None:
    """Red cells go with the condition, and the share of haemoglobin mRNA gives them away."""
    made = Confounding(per_group=10, cargo=120, hidden=25, mixed=25, changed=25)
    hits = judged(confounded_transcripts(made, panels, 1), "transcripts", panels)
    found = standing(hits)
    assert found[CHANGED] >= 0.8
    assert (hits["what"] == CONTAMINATION).sum() > 20
    assert found[CONTAMINATION] <= 0.15
    assert set(hits["axes"]) == {"haemoglobin mRNA share"}
    red = hits.loc[hits["kind"] == HIDDEN, "robustness"]
    assert "explained by haemoglobin mRNA share" in set(red)
