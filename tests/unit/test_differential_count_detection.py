"""Detection of RNA at one depth: by hand, by the share that thinning keeps, and 6 v 40 samples."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from differential_helpers import LPS, matrix
from scipy import stats

from evcargo.differential.axes import Axes
from evcargo.differential.count_detection import (
    depth_of,
    detect_counts,
    seen_features,
    thinned_flags,
)
from evcargo.differential.count_filter import CountFilter
from evcargo.differential.counts import test_counts as compare
from evcargo.differential.negative_binomial import size_factors
from evcargo.differential.result import DETECTION
from evcargo.differential.robustness import judge
from evcargo.differential.summary import contrast_line, flagged_table
from evcargo.purity.markers import read_panels
from evcargo.study.model import Contrast

DEFAULT = CountFilter(10, 15)


def sheet(levels: str) -> pd.DataFrame:
    """Samples of the levels r and t."""
    names = [f"s{n}" for n in range(len(levels))]
    return pd.DataFrame({"condition": list(levels), "status": "ok", "material": "ev"}, index=names)


PAIR = Contrast("t_v_r", "condition", "t", "r")


def test_fisher_by_hand_where_all_libraries_are_alike() -> None:
    rows = sheet("ttttrrrr")
    counts = pd.DataFrame(
        {
            "only": [10, 11, 30, 500, 0, 0, 0, 0],
            "few": [10, 9, 9, 9, 9, 9, 0, 0],
            "all": [10] * 8,
            "none": [9] * 8,
        },
        index=rows.index,
    )
    table, said = detect_counts(counts, pd.Series(1.0, rows.index), rows, PAIR, 10)
    assert table is not None
    assert table["detected_test"].tolist() == [4, 1, 4, 0]
    assert table["detected_reference"].tolist() == [0, 0, 4, 0]
    # Fisher, 4 v 4: 2 of 70 ways to choose four samples are as extreme; one of 8 samples says 1.
    assert table["detection_p_value"].tolist()[:2] == pytest.approx([2 / 70, 1.0])
    assert table["detection_adjusted_p_value"].tolist()[:2] == pytest.approx([4 / 70, 1.0])
    assert table["detection_p_value"].iloc[2:].isna().all()
    assert said == (
        "; detection: exact conditional test (Fisher) of the RNAs seen with 10 reads or more at the"
        " depth of s0, whose p-value is 0.029 at the least"
    )


def test_reads_at_the_common_depth_by_hand() -> None:
    """Median depth 4, shallowest 1: 10 reads are 2.5 there, and 3 whole ones."""
    rows = sheet("ttrr")
    groups = {level: (rows["condition"] == level).to_numpy() for level in "tr"}
    counts = pd.DataFrame({"f": [3, 0, 2, 4000], "g": [2, 2, 2, 2]}, index=rows.index)
    depth = pd.Series([1.0, 4.0, 4.0, 8.0], rows.index)
    seen = seen_features(counts, depth, groups, 10)
    assert seen.words == "RNAs seen with 3 reads or more at the depth of s0"
    assert seen.flags.tolist() == [[True, False, False, True], [False] * 4]
    assert seen_features(counts, depth, groups, 1).words.startswith("RNAs seen with 1 read or")


@pytest.mark.parametrize(("count", "chance", "least"), [(40, 0.25, 10), (3, 0.5, 1), (30, 0.1, 5)])
def test_thinning_keeps_the_expected_share(count: int, chance: float, least: int) -> None:
    counts = pd.DataFrame(count, ["a", "b", "c"], [f"f{n}" for n in range(8_000)])
    share = thinned_flags(counts, np.array([chance, chance, 1.0]), least).mean(axis=0)
    expected = stats.binom.sf(least - 1, count, chance)
    assert share[:2] == pytest.approx(expected, abs=0.03)  # 5 standard errors at the most
    assert share[2] == float(count >= least)


def test_samples_and_features_are_drawn_apart() -> None:
    """What is kept of two features, or in two samples, has nothing to do with each other."""
    counts = pd.DataFrame(40, [f"s{n}" for n in range(60)], [f"f{n}" for n in range(60)])
    flags = thinned_flags(counts, np.full(60, 0.25), 10).astype(float)
    for table in (flags, flags.T):
        between = np.corrcoef(table)[~np.eye(60, dtype=bool)]
        # Of independent rows the standard deviation is 1 / sqrt(59).
        assert abs(between.mean()) < 0.02
        assert between.std() == pytest.approx(0.13, abs=0.02)


def test_other_samples_features_and_their_order_change_nothing() -> None:
    rng = np.random.default_rng(12)
    names, features = [f"s{n}" for n in range(9)], [f"f{n}" for n in range(50)]
    counts = pd.DataFrame(rng.poisson(8, (9, 50)), names, features)
    kept = pd.Series(rng.uniform(0.1, 1, 9), names)

    def flags(samples: list[str], chosen: list[str]) -> pd.DataFrame:
        found = thinned_flags(counts.loc[samples, chosen], kept[samples].to_numpy(), 3)
        return pd.DataFrame(found.T, samples, chosen)

    whole = flags(names, features)
    assert 0 < whole.to_numpy().mean() < 1
    some, few = list(rng.permutation(names)[:5]), list(rng.permutation(features)[:20])
    pd.testing.assert_frame_equal(flags(some, few), whole.loc[some, few])


def test_nothing_is_seen_where_there_is_no_read() -> None:
    counts = pd.DataFrame(np.tile([0, 1], (4, 500)), list("abcd"))
    for least in (1, 2):
        flags = thinned_flags(counts, np.array([1.0, 0.9, 0.2, 0.01]), least)
        assert not flags[::2].any()
        assert flags.any() == (least == 1)


def test_shallow_samples_are_left_out_and_said() -> None:
    rows = sheet("tttrrr")
    counts = pd.DataFrame({"f": [50, 50, 2, 0, 0, 0]}, index=rows.index)
    depth = pd.Series([1.0, 1.0, 0.05, 1.0, 1.0, 1.0], rows.index)
    table, said = detect_counts(counts, depth, rows, PAIR, 10)
    assert "(without s2, of less than a tenth of the depth)" in said
    assert table is not None
    assert table["detected_test"].tolist() == [2]
    assert table["detection_p_value"].iloc[0] == pytest.approx(1 / 10)  # of 2 v 3
    none, why = detect_counts(counts[1:], depth[1:], rows[1:], PAIR, 10)
    assert none is None
    assert why == (
        "; no detection test, because fewer than 2 samples of t are deep enough to compare"
    )


def test_an_rna_that_fills_the_libraries_of_one_level_makes_no_other_absent() -> None:
    """Depth is what the other RNAs say; where none is in all samples, it is the reads."""
    rng = np.random.default_rng(3)
    rows = sheet("t" * 8 + "r" * 8)
    counts = pd.DataFrame(rng.poisson(40, (16, 60)), rows.index, [f"f{n}" for n in range(60)])
    counts.iloc[:8] = rng.poisson(10, (8, 60))
    counts["one"] = [2400 - 600] * 8 + [0] * 8
    factors = size_factors(counts)
    depth = depth_of(counts, factors, from_spikes=False)
    assert (depth[8:].mean() / depth[:8].mean()) == pytest.approx(4, rel=0.1)
    table, _ = detect_counts(counts, depth, rows, PAIR, 10)
    by_reads, _ = detect_counts(counts, counts.sum(axis=1).astype(float), rows, PAIR, 10)
    assert table is not None and by_reads is not None
    assert table.index[table["detection_adjusted_p_value"] < 0.05].tolist() == ["one"]
    assert (table["detection_p_value"] < 0.05).sum() <= 4
    assert (by_reads["detection_p_value"] < 0.05).sum() > 20
    few = counts.iloc[:, :9]
    assert depth_of(few, factors, from_spikes=False).tolist() == few.sum(axis=1).tolist()
    assert depth_of(few, factors, from_spikes=True) is factors


def unbalanced(deeper: float) -> pd.DataFrame:
    """Counts of 6 v 40 samples: ten RNAs are in all of the six and none of the others."""
    rng = np.random.default_rng(46)
    names = [f"T{n}" for n in range(6)] + [f"H{n}" for n in range(40)]
    depth = np.where(np.arange(46) < 6, 1.0, deeper) * rng.uniform(0.7, 1.4, 46)
    mean = np.exp(rng.normal(4, 1.3, 150))[:, None] * depth
    mean[:10] = np.where(np.arange(46) < 6, 60, 0) * depth
    counts = rng.negative_binomial(5, 5 / (5 + mean))
    counts[:10, :6] = counts[:10, :6].clip(10)
    return pd.DataFrame(counts, [f"f{n:03d}" for n in range(150)], names)


@pytest.mark.parametrize("deeper", [1, 4])
def test_ten_of_ten_rnas_of_the_smaller_group_are_reported(root: Path, deeper: float) -> None:
    counts = unbalanced(deeper)
    study = matrix(counts, ["lps"] * 6 + ["control"] * 40)
    result = compare(study, LPS, 0.05, DEFAULT)
    table = result.table.set_index("feature")
    ten = table.loc[[f"f{n:03d}" for n in range(10)]]
    assert ten["tested"].all()
    assert ten["detected_test"].tolist() == [6] * 10
    assert ten["detected_reference"].tolist() == [0] * 10
    assert ten["detection_adjusted_p_value"].max() < 1e-5
    assert (table["detection_adjusted_p_value"] < 0.05).sum() == 10
    assert "; detection: exact conditional test (Fisher) of the RNAs seen with" in result.method
    panels = read_panels(root / "resources" / "markers" / "panels.tsv")
    none = Axes(pd.DataFrame(index=counts.columns), pd.DataFrame(), "no impurity was measured")
    judged = judge(flagged_table(result, study.var, panels, "rna"), study, LPS, none, compare)
    line = contrast_line(LPS.name, "rna", result, judged, none, 0.05).iloc[0]
    assert line["detected"] == 10


def test_the_unbalanced_case_of_the_front_door(shared_data: Path) -> None:
    path = shared_data / "front_door" / "unbalanced" / "tables" / "counts.tsv"
    if not path.is_file():
        pytest.skip("shared/data/front_door is not there")
    counts = pd.read_csv(path, sep="\t", index_col=0)
    result = compare(matrix(counts, ["lps"] * 6 + ["control"] * 40), LPS, 0.05, DEFAULT)
    found = result.table.query("detection_adjusted_p_value < 0.05").set_index("feature")
    only = counts.index[
        (counts.iloc[:, :6] > 0).all(axis=1) & (counts.iloc[:, 6:] == 0).all(axis=1)
    ]
    assert len(only) == 10
    assert set(found.index) == set(only)
    assert found["significant"].all()


def test_spike_ins_and_second_models_have_no_detection_test() -> None:
    counts = unbalanced(1).iloc[:60, :12]
    counts.iloc[59] = [100] * 6 + [0] * 6
    classes = ["miRNA"] * 59 + ["spike_in"]
    study = matrix(
        counts, ["lps"] * 6 + ["control"] * 6, classes=classes, subject=list("abcdef") * 2
    )
    table = compare(study, LPS, 0.05, DEFAULT).table.set_index("feature")
    assert table.loc["f059", DETECTION].isna().all()
    assert table.loc["f000", "detection_p_value"] == pytest.approx(2 / 924)
    for options in ({"alone": True}, {"detection": False}):
        second = compare(study, LPS, 0.05, DEFAULT, **options)
        assert second.table[DETECTION].isna().all(axis=None)
        assert "detection" not in second.method
    paired = compare(study, replace(LPS, block="subject"), 0.05, DEFAULT)
    assert "exact conditional test within subject (Fisher) of the RNAs seen" in paired.method
    pairs = paired.table.set_index("feature")["detection_p_value"]
    assert pairs["f000"] == pytest.approx(2 / 64)  # McNemar, six pairs
