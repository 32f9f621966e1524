"""Purity axes: which impurity a contrast is held to."""

import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.differential.axes import log2_metrics, not_fitted, purity_axes
from evcargo.differential.design import COMPARISON
from evcargo.errors import EvcargoError

SAMPLES = [f"s{n}" for n in range(12)]
DESIGN = pd.DataFrame({"intercept": 1.0, COMPARISON: [0.0] * 6 + [1.0] * 6}, index=SAMPLES)
GROUP = DESIGN[COMPARISON]
RNG = np.random.default_rng(8)
NOISE = pd.DataFrame(RNG.normal(0, 1, (12, 6)), index=SAMPLES)
# In both groups the same up and down, so that it is not correlated with the comparison at all.
WAVE = pd.Series([-1.0, 1, -1, 1, -1, 1] * 2, index=SAMPLES)


def axes(metrics: pd.DataFrame, asked: str | list[str] = "auto", design=DESIGN, p=0.5):  # type: ignore[no-untyped-def]
    p_values = pd.array([p] * len(metrics.columns), dtype="Float64")
    rows = pd.DataFrame({"metric": metrics.columns, "p_value": p_values, "associated": False})
    return purity_axes(metrics, rows, design, COMPARISON, asked)


def test_shares_become_log2_of_impurity_over_all_that_is_none() -> None:
    """By hand: albumin 0.4, lipoprotein 0.2, EV core 0.3, other 0.1: log2(0.4 / 0.4) = 0."""
    classes = {"albumin": 0.4, "lipoprotein": 0.2, "EV core": 0.3, "other": 0.1, "keratin": 0.0}
    shares = pd.DataFrame(
        [{"sample": "a", "assay": "proteins", "class": c, "share": v} for c, v in classes.items()]
    )
    row = {"sample": "a", "assay": "rna", "verdict": "pass"}
    criteria = pd.DataFrame(
        [
            row | {"criterion": "haemolysis: 20-miRNA score", "unit": "log2 CPM", "value": 2.5},
            row | {"criterion": "particles per protein", "unit": "particles/ug", "value": 8.0},
            row | {"criterion": "rRNA share", "unit": "fraction", "value": 0.2},
            row | {"criterion": "tetraspanins", "unit": "tetraspanins", "value": 3.0},
            row
            | {
                "assay": "proteins",
                "criterion": "keratin share",
                "unit": "fraction",
                "value": None,
            },
        ]
    )
    found = log2_metrics(criteria, shares).loc["a"]
    assert found["albumin share"] == pytest.approx(0)
    assert found["lipoprotein share"] == pytest.approx(-1)
    assert found["EV core share"] == pytest.approx(np.log2(0.3 / 0.7))
    assert found["haemolysis: 20-miRNA score"] == 2.5
    assert found["particles per protein"] == 3
    assert found["rRNA share"] == pytest.approx(-2)
    assert np.isnan(found["keratin share"])  # not searched for is not zero
    assert "tetraspanins" not in found


def test_shares_of_long_rna_are_over_the_rna_of_no_impurity() -> None:
    """By hand: haemoglobin 0.4, mitochondrial 0.2, other 0.3, immunoglobulin 0.1."""
    named = {"haemoglobin mRNA": 0.4, "mitochondrial RNA": 0.2, "immunoglobulin mRNA": 0.1}
    rows = [("a", "transcripts", name, share) for name, share in (named | {"other": 0.3}).items()]
    shares = pd.DataFrame(rows, columns=["sample", "assay", "class", "share"])
    asked = [
        ("a", "transcripts", f"{name} share", "fraction", share) for name, share in named.items()
    ]
    columns = ["sample", "assay", "criterion", "unit", "value"]
    criteria = pd.DataFrame(asked[:2], columns=columns)
    found = log2_metrics(criteria, shares).loc["a"]
    assert found["haemoglobin mRNA share"] == pytest.approx(0)
    assert found["mitochondrial RNA share"] == pytest.approx(-1)
    assert "immunoglobulin mRNA share" not in found  # no criterion


def test_the_impurity_that_differs_most_starts_the_axis_and_those_like_it_join() -> None:
    metrics = pd.DataFrame(
        {
            "albumin share": 0.7 * GROUP + WAVE,
            "lipoprotein share": 1.5 * GROUP + WAVE,
            "keratin share": NOISE[0] - NOISE[0].groupby(GROUP).transform("mean"),
            "EV core share": -5 * GROUP,
        }
    )
    found = axes(metrics)
    assert found.names == ["lipoprotein share"]
    both = [(metrics[c] - metrics[c].mean()) / metrics[c].std() for c in list(metrics)[:2]]
    expected = sum(both) / 2
    np.testing.assert_allclose(found.values["lipoprotein share"], expected / expected.std())
    fate = found.table.set_index("metric")["fate"]
    assert fate["lipoprotein share"] == "axis"
    assert fate["albumin share"] == "part of the axis lipoprotein share"
    assert fate["keratin share"].startswith("not used")
    assert fate["EV core share"] == "not of impurity alone"
    assert set(CONTRACTS["axes"].names) == {*found.table.columns, "contrast", "assay"}


def test_a_metric_that_falls_with_purity_joins_with_its_sign_turned() -> None:
    metrics = pd.DataFrame({"albumin share": 1.5 * GROUP + WAVE})
    metrics["particles per protein"] = 2 - metrics["albumin share"]
    found = axes(metrics)
    np.testing.assert_allclose(
        found.values["albumin share"], axes(metrics[["albumin share"]]).values["albumin share"]
    )


@pytest.mark.parametrize(("p", "names"), [(0.05, 2), (0.3, 1)])
def test_a_second_axis_must_go_with_the_contrast(p: float, names: int) -> None:
    metrics = pd.DataFrame(
        {"albumin share": 1.5 * GROUP + WAVE, "haemoglobin share": 0.8 * GROUP + NOISE[1]}
    )
    found = axes(metrics, p=p)
    assert axes(metrics, p=pd.NA).names == ["albumin share"]
    assert found.names == ["albumin share", "haemoglobin share"][:names]


def test_haemolysis_is_one_impurity() -> None:
    names = ["haemolysis: 20-miRNA score", "haemolysis: miR-451a to miR-23a-3p"]
    found = axes(pd.DataFrame({names[0]: 2 * GROUP + WAVE, names[1]: GROUP + NOISE[1]}), p=0.01)
    assert found.names == names[:1]


@pytest.mark.parametrize(("each", "room"), [(3, 0), (4, 1), (5, 1), (6, 2)])
def test_one_axis_for_five_residual_degrees_of_freedom(each: int, room: int) -> None:
    chosen = [*SAMPLES[:each], *SAMPLES[6 : 6 + each]]
    metrics = pd.DataFrame({"albumin share": NOISE[0], "haemoglobin share": NOISE[1]})
    found = axes(metrics, ["albumin share", "haemoglobin share"], DESIGN.loc[chosen])
    assert len(found.names) == room
    if not room:
        assert found.reason == "too few samples for a purity covariate in the model"
    fate, lost = found.table.set_index("metric")["fate"], metrics.columns[room:]
    why = found.reason or "the model has room for 1: one for every 5 residual degrees of freedom"
    assert fate[lost].str.startswith(f"not used: {why}").all()
    said = not_fitted(found, list(metrics))
    assert all(f"{name} ({why}" in said for name in lost)
    assert bool(said) == bool(room < 2)
    assert not_fitted(found, "auto") == ""


def test_a_missing_metric_is_no_candidate_and_zero_is_half_of_the_lowest() -> None:
    metrics = pd.DataFrame({"albumin share": 3 * GROUP + WAVE, "bovine share": GROUP + WAVE / 2})
    metrics.loc["s0", "albumin share"] = np.nan
    metrics.loc["s3", "bovine share"] = -np.inf
    found = axes(metrics)
    assert found.names == ["bovine share"]
    fate = found.table.set_index("metric")["fate"]
    assert fate["albumin share"] == "no value for 1 of 12 samples"
    filled = metrics["bovine share"].replace(-np.inf, -1.5)
    np.testing.assert_allclose(
        found.values["bovine share"], (filled - filled.mean()) / filled.std()
    )


def test_an_impurity_that_is_the_comparison_cannot_be_told_from_it() -> None:
    found = axes(pd.DataFrame({"albumin share": 10 * GROUP + NOISE[0]}))
    assert found.reason.startswith("cannot be told apart: albumin share and the comparison share")
    assert axes(pd.DataFrame({"albumin share": GROUP + NOISE[0]})).reason == ""


def test_what_was_asked_for() -> None:
    metrics = pd.DataFrame({"albumin share": GROUP + NOISE[0], "EV core share": NOISE[1]})
    assert axes(metrics, "none").reason == "differential.purity_covariates is none"
    assert axes(metrics, ["EV core share"]).names == ["EV core share"]
    with pytest.raises(EvcargoError, match="'alubmin share' is no purity metric of this study"):
        axes(metrics, ["alubmin share"])
    metrics.loc["s0", "EV core share"] = np.nan
    missing = axes(metrics, ["EV core share", "albumin share"])
    assert missing.names == ["albumin share"]
    assert not_fitted(missing, ["EV core share", "albumin share"]) == (
        "Of differential.purity_covariates, not fitted: EV core share (no value for 1 of 12"
        " samples)."
    )
    nothing = axes(pd.DataFrame(index=SAMPLES))
    assert nothing.reason == "no impurity was measured in all compared samples"
