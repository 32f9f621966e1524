"""RNA of two groups: filter, reasons, warnings; and the lines of contrasts.tsv."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix

from evcargo.contracts import CONTRACTS
from evcargo.differential.axes import Axes
from evcargo.differential.counts import CountFilter, is_expressed, test_counts
from evcargo.differential.robustness import judge
from evcargo.differential.summary import contrast_line, flagged_table
from evcargo.purity.markers import read_panels
from evcargo.tables import read_table, write_table

compare = test_counts
del test_counts

GROUPS = ["control"] * 4 + ["lps"] * 4
SAMPLES = [f"s{n}" for n in range(8)]
ALL = CountFilter(0, 0)


def simulated(seed: int = 3) -> pd.DataFrame:
    """80 features, of which f00-f07 are four times as high at the test level."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.normal(5, 1.2, 80))[:, None] * np.ones(8)
    mean[:8, :4], mean[:8, 4:] = 300, 1200
    depth = rng.uniform(0.5, 2, 8)
    size = 1 / (0.05 + 3 / mean)
    counts = rng.negative_binomial(size, size / (size + mean * depth))
    return pd.DataFrame(counts, index=[f"f{n:02d}" for n in range(80)], columns=SAMPLES)


def test_changes_are_found_and_every_feature_is_accounted_for() -> None:
    result = compare(matrix(simulated(), GROUPS), LPS, 0.05, ALL)
    table = result.table.set_index("feature")
    changed = [f"f{n:02d}" for n in range(8)]
    assert table.loc[changed, "significant"].all()
    assert table.loc[changed, "log2_fold_change"].median() == pytest.approx(2, abs=0.4)
    assert table["significant"].sum() <= 10
    assert result.warnings == ()
    assert ((table["reason"] != "") | table["adjusted_p_value"].notna()).all()
    half = table["ci_high"] - table["log2_fold_change"]
    np.testing.assert_allclose(half, 1.959964 * table["standard_error"], rtol=1e-6)


def test_filter_by_hand() -> None:
    # Library sizes 1e6, 2e6, 4e6: counts per million of f are 3, 1 and 0.5.
    counts = pd.DataFrame(
        {"f": [3, 2, 2], "g": [999_997, 1_999_998, 3_999_998], "none": 0}, index=["a", "b", "c"]
    )
    assert is_expressed(counts, CountFilter(1, 2 / 3)).tolist() == [True, True, False]
    assert is_expressed(counts, CountFilter(1, 0.7)).tolist() == [False, True, False]
    assert is_expressed(counts, CountFilter(0, 0)).tolist() == [True, True, False]


def test_features_below_the_filter_and_spike_ins_are_not_tested() -> None:
    counts = simulated()
    counts.loc["rare"] = [1, 0, 0, 0, 0, 0, 0, 0]
    counts.loc["spike"] = 50_000
    classes = ["miRNA"] * 81 + ["spike_in"]
    with_spike = compare(matrix(counts, GROUPS, classes=classes), LPS, 0.05, CountFilter(1, 0.5))
    table = with_spike.table.set_index("feature")
    assert not table.loc[["rare", "spike"], "tested"].any()
    assert table.loc["rare", "reason"] == "below 1 CPM in more than 50% of the samples"
    assert table.loc["spike", "reason"].startswith("spike-in")
    without = compare(
        matrix(counts.drop(index="spike"), GROUPS), LPS, 0.05, CountFilter(1, 0.5)
    ).table.set_index("feature")
    pd.testing.assert_series_equal(table["p_value"].drop("spike"), without["p_value"])


def test_an_outlier_has_no_p_value_and_says_so() -> None:
    counts = simulated()
    counts.loc["f50"] = [20, 22, 19, 21, 20, 23, 18, 60_000]
    table = compare(matrix(counts, GROUPS), LPS, 0.05, ALL).table.set_index("feature")
    assert not table.loc["f50", "tested"]
    assert table.loc["f50", "reason"] == "count outlier in a sample (Cook's distance)"


def test_zeros_everywhere_change_the_size_factors_and_are_told() -> None:
    counts = simulated()
    for number in range(len(counts)):
        counts.iloc[number, number % 8] = 0
    result = compare(matrix(counts, GROUPS), LPS, 0.05, ALL)
    assert "size factors by median of ratios over positive counts" in result.method
    assert any("poscounts" in said for said in result.warnings)
    assert result.table["tested"].sum() > 60


def test_few_samples_and_few_complete_features_are_told() -> None:
    counts = simulated().iloc[:, [0, 1, 4, 5]]
    counts.iloc[3:, 0] = 0
    result = compare(matrix(counts, ["control", "control", "lps", "lps"]), LPS, 0.05, ALL)
    assert any(said.startswith("Only 2 residual degrees of freedom") for said in result.warnings)
    assert any(said.startswith("The size factors rest on 3 features") for said in result.warnings)


def test_a_covariate_far_from_zero_changes_nothing_when_shifted() -> None:
    counts, ages = simulated(), [50, 61, 47, 58, 52, 66, 49, 55]
    found = [
        compare(
            matrix(counts, GROUPS, age=[str(age + shift) for age in ages]),
            replace(LPS, covariates=("age",)),
            0.05,
            ALL,
        ).table["p_value"]
        for shift in (0, 10_000)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)


def test_too_few_measured_samples_is_an_answer() -> None:
    made = matrix(simulated(), GROUPS)
    made.obs["status"] = ["ok"] * 5 + ["failed"] * 3
    made.X[5:] = np.nan
    result = compare(made, LPS, 0.05, ALL)
    assert result.warnings == ("Not tested: fewer than 2 measured samples: lps has 1.",)
    assert not result.table["tested"].any()


def test_nothing_reaches_the_filter() -> None:
    result = compare(matrix(simulated(), GROUPS), LPS, 0.05, CountFilter(1e6, 1))
    assert not result.table["tested"].any()
    assert "no feature reaches 1e+06 CPM" in result.warnings[0]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_handful_of_features_is_enough(count: int) -> None:
    result = compare(matrix(simulated().iloc[:count], GROUPS), LPS, 0.05, ALL)
    assert len(result.table) == count


def test_the_line_of_a_contrast_adds_up(root: Path, tmp_path: Path) -> None:
    made = matrix(simulated().rename(index={"f01": "hsa-miR-451a"}), GROUPS)
    panels = read_panels(root / "resources" / "markers" / "panels.tsv")
    result = compare(made, LPS, 0.05, ALL)
    unknown = Axes(pd.DataFrame(index=SAMPLES), pd.DataFrame(), "no impurity was measured")
    table = judge(flagged_table(result, made.var, panels, "rna"), made, LPS, unknown, compare)
    line = contrast_line(LPS.name, "rna", result, table, unknown)
    one = line.iloc[0]
    assert one["tested"] + one["not_tested"] == made.n_vars
    assert one["up"] + one["down"] == one["significant"]
    assert one["flagged"] == 1
    assert one["warning"] == (
        f"1 of {one['significant']} significant features are contaminants or impurity markers."
    )
    write_table(table, tmp_path / "table.tsv", "differential")
    write_table(line, tmp_path / "line.tsv", "contrasts")
    again = read_table(tmp_path / "table.tsv", "differential")
    assert again.columns.tolist() == CONTRACTS["differential"].names
    assert again.set_index("feature").loc["hsa-miR-451a", "flag"] == "haemolysis"
