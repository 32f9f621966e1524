"""What purity.action does: decided, logged, told, and weighted as R limma weights samples."""

import logging
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix
from purity_helpers import PANELS, default_options, sheet

from evcargo.differential.actions import acted_on, told, weights_of
from evcargo.differential.blocks import block_correlation
from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts as compare_counts
from evcargo.differential.linear_models import Moderation
from evcargo.differential.moderated import Fits, fit_jointly, moderated_test
from evcargo.differential.prior import fit_prior
from evcargo.differential.proteins import test_proteins as compare_proteins
from evcargo.purity.actions import act
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.study.model import Contrast

compare = partial(compare_proteins, alpha=0.05, min_samples=2, how=Moderation("none", False))
GROUPS = ["control"] * 4 + ["lps"] * 4
SAMPLES = [f"s{n}" for n in range(8)]


def read(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "tests" / "reference" / name, sep="\t", index_col=0)


def verdicts(*given: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"sample": SAMPLES[: len(given)], "verdict": given, "reason": "albumin share: high"}
    )


def actions(action: str, *given: str) -> pd.DataFrame:
    return act(verdicts(*given), action, default_options()["weights"])


def values() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(rng.normal(20, 1, (40, 8)), [f"p{n}" for n in range(40)], SAMPLES)


def test_every_sample_is_listed_with_what_was_done(caplog):
    caplog.set_level(logging.INFO, logger="evcargo")
    found = {
        action: actions(action, "pass", "warn", "fail", "not assessed").set_index("sample")
        for action in ("report", "exclude", "weight")
    }
    assert found["report"]["action"].eq("none").all() and found["report"]["weight"].eq(1).all()
    assert found["exclude"]["action"].tolist() == ["none", "none", "left out", "none"]
    assert found["exclude"]["weight"].tolist() == [1, 1, 0, 1]
    assert found["weight"]["weight"].tolist() == [1, 1, 0.25, 1]
    assert found["weight"].loc["s2", "action"] == "weighted"
    assert found["exclude"].loc["s2", "reason"] == "verdict fail: albumin share: high"
    assert "s2: left out, weight 0: verdict fail" in caplog.text
    assert "purity.action exclude: 1 of 4 samples are treated differently" in caplog.text


@pytest.mark.parametrize("case", ["weights", "weights_blocks"])
def test_weighted_least_squares_equal_limma(root: Path, case: str) -> None:
    blocks = case == "weights_blocks"
    given = read(root, "limma_input_blocks_missing.tsv" if blocks else "limma_input.tsv")
    expected, sheet = read(root, f"limma_{case}.tsv"), read(root, "limma_design.tsv")
    given = given.loc[expected.index]
    model = np.column_stack([np.ones(10), sheet[["group", "age"]]])
    errors = block_correlation(sheet["subject"].tolist(), 0.3) if blocks else None
    fits = fit_jointly(given.to_numpy(), model, [1], errors, sheet["weight"].to_numpy(float))
    prior = fit_prior(fits.variance, fits.df, given.mean(axis=1).to_numpy(), True)
    one = Fits(
        fits.coefficients[:, 0],
        np.sqrt(fits.unscaled_covariance[:, 0, 0]),
        fits.variance,
        fits.df,
    )
    found = moderated_test(one, prior).set_index(given.index)
    both = found["p_value"].notna() & expected["p_value"].notna()
    assert both.sum() > 95
    assert np.log10(found["p_value"] / expected["p_value"])[both].abs().max() < 1e-6
    for column in ("log2_fold_change", "ci_low", "ci_high", "statistic"):
        np.testing.assert_allclose(
            found[column][both], expected[column][both], rtol=1e-6, atol=1e-9
        )


def test_equal_weights_change_nothing():
    given = values().to_numpy()
    model = np.column_stack([np.ones(8), np.repeat([0, 1], 4)])
    plain, same = (fit_jointly(given, model, [1], None, w) for w in (None, np.ones(8)))
    np.testing.assert_array_equal(plain.coefficients, same.coefficients)


def test_left_out_samples_are_as_if_they_were_not_there():
    whole = matrix(values(), GROUPS)
    out = acted_on(whole, actions("exclude", *["pass"] * 7, "fail"))
    found = told(compare(out, LPS), out.obs, LPS, "proteins")
    alone = compare(matrix(values().iloc[:, :7], GROUPS[:7]), LPS)
    pd.testing.assert_frame_equal(found.table, alone.table)
    assert (found.n_test, found.n_reference) == (3, 4)
    assert found.warnings == ("Left out by purity.action exclude: s7 (verdict fail).",)
    assert (whole.obs["status"] == "ok").all()


def test_a_level_of_which_no_sample_is_left_is_told():
    groups = ["I"] * 3 + ["II"] * 3 + ["III"] * 2
    any_level = Contrast("c", "condition", "", "", kind="any")
    out = acted_on(matrix(values(), groups), actions("exclude", *["pass"] * 6, *["fail"] * 2))
    found = told(compare(out, any_level), out.obs, any_level, "proteins")
    assert found.table["tested"].any()
    assert "No sample of level III is left." in found.warnings
    one = acted_on(matrix(values(), groups), actions("exclude", *["pass"] * 7, "fail"))
    assert "is left." not in " ".join(
        told(compare(one, any_level), one.obs, any_level, "").warnings
    )


def test_a_group_that_falls_below_the_minimum_is_refused_with_the_reason():
    out = acted_on(matrix(values(), GROUPS), actions("exclude", *["pass"] * 5, *["fail"] * 3))
    found = told(compare(out, LPS), out.obs, LPS, "proteins")
    assert not found.table["tested"].any()
    assert set(found.table["reason"]) == {
        "fewer than 2 measured samples: lps has 1; left out by purity.action exclude: s5, s6,"
        " s7 (verdict fail)"
    }
    assert found.warnings[0] == "Left out by purity.action exclude: s5, s6, s7 (verdict fail)."


def test_weights_reach_the_proteins_and_are_told():
    light = acted_on(matrix(values(), GROUPS), actions("weight", *["pass"] * 7, "fail"))
    found = told(compare(light, LPS), light.obs, LPS, "proteins")
    plain = compare(matrix(values(), GROUPS), LPS)
    by_feature = found.table.set_index("feature")["log2_fold_change"]
    expected = np.average(values().iloc[:, 4:], axis=1, weights=[1, 1, 1, 0.25])
    expected = expected - values().iloc[:, :4].mean(axis=1)
    np.testing.assert_allclose(by_feature.loc[expected.index], expected)
    assert not np.allclose(
        by_feature, plain.table.set_index("feature")["log2_fold_change"].loc[by_feature.index]
    )
    assert found.warnings[0].startswith("By purity.action weight, samples count less: s7 0.25.")
    assert ", weighted by purity;" in found.method
    assert weights_of(light.obs.assign(purity_weight=1.0)) is None


def test_what_is_left_out_is_left_out_of_the_associations_too():
    """Eight samples, of which the one with too few particles per protein fails."""
    counts = [5e11, 6e11, 7e11, 1e9, 1e11, 2e11, 3e11, 4e11]
    samples = sheet(
        *(
            {"sample": f"s{n}", "condition": "tttrrrrr"[n], "particle_count": count}
            | {"protein_ug": 10.0}
            for n, count in enumerate(counts)
        )
    )
    contrast = {"name": "c", "column": "condition", "test": "t", "reference": "r"}
    sizes = {}
    for action in ("report", "exclude", "weight"):
        options = default_options(action=action)
        tables = score(samples, read_panels(PANELS), options, [contrast])
        rows = tables["associations"].set_index("metric")
        sizes[action] = rows.loc["particles per protein", "n_reference"]
    assert tables["verdicts"]["verdict"].tolist().count("fail") == 1
    assert sizes == {"report": 5, "exclude": 4, "weight": 5}


def test_counts_say_that_they_take_no_weights():
    rng = np.random.default_rng(2)
    counts = pd.DataFrame(rng.negative_binomial(5, 0.05, (30, 8)), columns=SAMPLES)
    counts.index = [f"f{n}" for n in range(30)]
    light = acted_on(matrix(counts, GROUPS), actions("weight", *["pass"] * 7, "fail"))
    found = told(compare_counts(light, LPS, 0.05, CountFilter(0, 0)), light.obs, LPS, "rna")
    assert "the test of counts takes no weights: all samples count the same" in found.warnings[0]


def test_weights_of_a_null_study_keep_the_error_rate():
    """Samples of twice the standard deviation, weighted by 1/4: p-values are uniform."""
    rng = np.random.default_rng(31)
    spread = np.array([1, 1, 1, 2, 1, 1, 2, 2])
    given = pd.DataFrame(rng.normal(20, 1, (400, 8)) * spread + 20 * (1 - spread), columns=SAMPLES)
    given.index = [f"p{n}" for n in range(400)]
    fails = ["fail" if one == 2 else "pass" for one in spread]
    light = acted_on(matrix(given, GROUPS), actions("weight", *fails))
    p_values = compare(light, LPS).table["p_value"]
    assert (p_values < 0.05).mean() == pytest.approx(0.05, abs=0.025)
    centre = compare(light, LPS).table["log2_fold_change"].abs().median()
    assert centre < compare(matrix(given, GROUPS), LPS).table["log2_fold_change"].abs().median()
