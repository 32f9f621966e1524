"""Haemolysis and class composition from small RNA."""

import math

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, answer, default_options, rna_matrix, sheet

from evcargo.purity.haemolysis import (
    SIGNATURE,
    members,
    mirna_counts,
    mirna_ratio,
    plain_mirna,
    signature_score,
)
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.purity.shares import rna_shares

RATIO, SCORE = "haemolysis: miR-451a to miR-23a-3p", "haemolysis: 20-miRNA score"


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS)


def criteria_of(panels, counts, *, biofluid="plasma", organism="human", **classes):
    matrix = rna_matrix(counts, ["a"] * len(next(iter(counts.values()))), **classes)
    samples = sheet(*({"sample": name, "biofluid": biofluid} for name in matrix.obs_names))
    panels = panels if organism == "human" else read_panels(PANELS, organism)
    return score(samples, panels, default_options(), rna=matrix)["criteria"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("hsa-miR-451a", "mir-451a"),
        ("miR-23a-3p", "mir-23a-3p"),
        ("mmu-let-7a-5p", "let-7a-5p"),
        ("tRNA-Gly-GCC", "trna-gly-gcc"),
    ],
)
def test_mirna_names_lose_their_species(name, plain):
    assert plain_mirna(name) == plain


def test_counts_are_those_of_mirnas_summed_by_name():
    counts = {"hsa-miR-451a": [1, np.nan], "miR-451a": [2, np.nan], "tRNA-X": [9, 9]}
    table = mirna_counts(rna_matrix(counts, ["a", "a"], tRNA_X="tRNA"))
    assert table.columns.tolist() == ["mir-451a"]
    assert table.loc["s1", "mir-451a"] == 3
    assert math.isnan(table.loc["s2", "mir-451a"])


def test_ratio_by_hand_and_its_floor():
    """log2(128 / 1) = 7; no reads count as half a read; below ten, and without a run, none."""
    counts = pd.DataFrame(
        {"mir-451a": [128, 6, 4, np.nan, 16, 0], "mir-23a-3p": [1, 4, 5, np.nan, 0, 16]},
        index=list("abcdef"),
    )
    table = mirna_ratio(counts, "mir-451a", "mir-23a-3p", 10)
    assert table.loc[["a", "b", "e", "f"], "ratio"].tolist() == pytest.approx(
        [7, math.log2(6 / 4), 5, -5]
    )
    assert table.loc[["c", "d"]].isna().all(axis=None)
    assert mirna_ratio(counts[["mir-451a"]], "mir-451a", "mir-23a-3p", 10).isna().all(axis=None)


def test_the_interval_of_a_ratio_is_that_of_the_share():
    """binom.test of R: 6 of 10 are 0.2623781 to 0.8784477, 16 of 16 are 0.025^(1/16) to 1."""
    counts = pd.DataFrame({"mir-451a": [6, 16, 0], "mir-23a-3p": [4, 0, 16]}, index=list("abc"))
    table = mirna_ratio(counts, "mir-451a", "mir-23a-3p", 10)

    def of_share(share: float) -> float:
        return math.log2(share / (1 - share))

    assert table.loc["a", ["low", "high"]].tolist() == pytest.approx(
        [of_share(0.2623781), of_share(0.8784477)], abs=1e-5
    )
    assert table.loc["b", "low"] == pytest.approx(of_share(0.7940928), abs=1e-5)
    assert table.loc["b", "high"] == math.inf
    assert table.loc["c", "low"] == -math.inf


@pytest.mark.parametrize(
    ("red", "other", "verdict"),
    [(300, 2, "warn"), (300, 0, "warn"), (12, 1, "not assessed"), (60, 4, "pass")],
)
def test_few_reads_neither_hide_haemolysis_nor_make_a_pass(panels, red, other, verdict):
    """300 to 2 is 7.2; 12 to 1 is 3.6, but may be 9; 60 to 4 is 3.9, at most 5.7."""
    counts = {"hsa-miR-451a": [red], "hsa-miR-23a-3p": [other]}
    row = answer(criteria_of(panels, counts), "s1", RATIO)
    assert row["verdict"] == verdict
    if verdict == "not assessed":
        assert row["value"] == pytest.approx(math.log2(red / other))
        assert row["rule"] == "not assessed: 3.58 log2 of so few reads may be up to 9"


def test_signature_score_by_hand():
    """One sample of 1e6 reads: prior count 2, so log2 CPM = log2((x + 2) / (1e6 + 4) * 1e6)."""
    counts = pd.DataFrame(
        {"a": [4094.0], "b": [254.0], "c": [62.0], "rest": [995590.0]}, index=["s"]
    )

    def logged(x: float) -> float:
        return math.log2((x + 2) / (1e6 + 4) * 1e6)

    value, used, rare = signature_score(counts, ["a", "b", "absent"], 40, 1, 2)
    expected = math.sqrt(logged(4094) * logged(254)) - math.sqrt(logged(62) * logged(995590))
    assert (used, rare["s"]) == (["a", "b"], 0)
    assert value["s"] == pytest.approx(expected, rel=1e-12)
    assert signature_score(counts, ["a", "b"], 40, 1, 3)[0].isna().all()
    assert signature_score(counts, ["a", "b", "c", "rest"], 40, 1, 1)[0].isna().all()


def test_a_mirna_counts_as_expressed_above_the_limit_in_enough_samples():
    counts = pd.DataFrame(
        {"a": [40.0, 41.0, 0.0], "b": [50.0, 60.0, 0.0], "rest": [999910.0, 999899.0, 1e6]}
    )
    assert signature_score(counts, ["a", "b"], 40, 1, 1)[1] == ["a", "b"]
    assert signature_score(counts, ["a", "b"], 40, 2, 1)[1] == ["b"]


def test_the_score_rises_with_haemolysate(panels):
    rng = np.random.default_rng(7)
    signature = members(panels, SIGNATURE)
    names = signature + [f"mir-{n}" for n in range(1000, 1080)]
    base = pd.Series(rng.lognormal(5, 1.5, len(names)), index=names)
    red = pd.Series(np.where([n in signature for n in names], 2000.0, 1.0), index=names)
    mixes = pd.DataFrame(
        [base / base.sum() * (1 - p) + red / red.sum() * p for p in np.linspace(0, 0.9, 7)]
    )
    counts = (mixes * 1e6).round()
    value, used, _ = signature_score(counts, signature, 40, 1, 5)
    assert len(used) == 20
    assert value.is_monotonic_increasing


def skewed_library(panels, depth: int) -> pd.Series:
    """Reads of a haemolysed library whose miRNAs span five orders of magnitude, as real ones do."""
    rng = np.random.default_rng(3)
    names = members(panels, SIGNATURE) + [f"mir-{n}" for n in range(1000, 1400)]
    shares = rng.lognormal(0, 2.5, len(names))
    shares[:20] = 0.002 * shares[20:].sum()
    return pd.Series(rng.multinomial(depth, shares / shares.sum()), index=names)


def test_the_score_of_a_shallow_sample_is_not_told(panels):
    """A score of 10,000 reads would be another one than that of the whole library."""
    options = (members(panels, SIGNATURE), 40, 1, 5)
    deep = pd.DataFrame([skewed_library(panels, 3_000_000)], index=["s"])
    shallow = pd.DataFrame([skewed_library(panels, 10_000)], index=["s"])
    values = [float(signature_score(one, *options)[0]["s"]) for one in (deep, shallow)]
    assert abs(values[0] - values[1]) > 0.5
    for counts, verdict in ((deep, {"pass", "warn"}), (shallow, {"not assessed"})):
        given = {f"hsa-{name}": [reads] for name, reads in counts.loc["s"].items()}
        row = answer(criteria_of(panels, given), "s1", SCORE)
        assert row["verdict"] in verdict
        assert math.isnan(row["value"]) == (verdict == {"not assessed"})
    assert row["rule"].startswith("not assessed: ")
    assert row["rule"].endswith("of 10,000 miRNA reads: the score depends on the depth")


def test_a_shallow_library_of_few_mirnas_has_a_score():
    """Depth is no obstacle where each expressed miRNA has reads enough."""
    counts = pd.DataFrame({"a": [4000], "b": [3000], "c": [2500], "d": [500]}, index=["s"])
    value, _, rare = signature_score(counts, ["a", "b"], 40, 1, 2, min_reads=10)
    assert rare["s"] == 0
    assert not math.isnan(value["s"])


def test_shallow_samples_do_not_tell_what_is_expressed():
    """One read of 10,000 is 100 CPM, and would make a miRNA expressed for all."""
    deep = {"a": 500_000, "b": 300_000, "rest": 200_000, "noise": 0}
    shallow = {"a": 5_000, "b": 3_000, "rest": 1_999, "noise": 1}
    counts = pd.DataFrame([deep, shallow], index=["deep", "shallow"]).astype(float)
    alone = signature_score(counts.loc[["deep"]], ["a", "b"], 40, 1, 2, 10)[0]
    both, _, rare = signature_score(counts, ["a", "b"], 40, 1, 2, 10)
    # The prior count goes by the mean depth of the samples, which moves the score a little.
    assert both["deep"] == pytest.approx(alone["deep"], abs=1e-3)
    assert signature_score(counts, ["a", "b"], 40, 1, 2)[0]["deep"] > alone["deep"] + 1
    assert rare.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("rare", "verdict", "value"),
    [(1, "pass", True), (2, "not assessed", True), (4, "not assessed", True),
     (5, "not assessed", False)],
)  # fmt: skip
def test_the_limits_of_rare_mirnas(panels, rare, verdict, value):
    """Of eight expressed ones, 1 with 9 reads is below the limit of a fifth, 4 are a half."""
    names = [f"hsa-{name}" for name in members(panels, SIGNATURE)[:5]]
    names += ["hsa-miR-1", "hsa-miR-2", "hsa-miR-3"]
    counts = {name: [9] if n < rare else [2000] for n, name in enumerate(names)}
    row = answer(criteria_of(panels, counts), "s1", SCORE)
    assert (row["verdict"], not math.isnan(row["value"])) == (verdict, value)
    assert ("for comparison within the study only" in row["rule"]) == (
        verdict == "not assessed" and value
    )
    assert f"{rare / 8:.0%} of the expressed miRNAs have fewer than 10" in row["evidence"]


def test_haemolysis_warns_and_never_fails(panels):
    criteria = criteria_of(
        panels,
        {"hsa-miR-451a": [128e4, 100, 3], "hsa-miR-23a-3p": [1, 100, 3], "hsa-miR-1-3p": [9, 9, 9]},
    )
    assert [answer(criteria, f"s{n}", RATIO)["verdict"] for n in (1, 2, 3)] == [
        "warn",
        "pass",
        "not assessed",
    ]
    assert answer(criteria, "s3", RATIO)["rule"].endswith("fewer than 10 reads of the two miRNAs")
    assert answer(criteria, "s1", SCORE)["verdict"] == "not assessed"


def test_cell_culture_has_no_haemolysis_limit_but_the_value_is_shown(panels):
    counts = {"hsa-miR-451a": [1024], "hsa-miR-23a-3p": [1]}
    row = answer(criteria_of(panels, counts, biofluid="cell_culture"), "s1", RATIO)
    assert (row["verdict"], row["value"] > 9) == ("not assessed", True)


def test_a_table_without_the_pair_says_so(panels):
    row = answer(criteria_of(panels, {"hsa-miR-451a": [1024]}), "s1", RATIO)
    assert row["rule"] == "not assessed: mir-23a-3p is not in the RNA table"


def test_rat_names_differ(panels):
    counts = {"rno-miR-451-5p": [63], "rno-miR-23a-3p": [0]}
    assert answer(criteria_of(panels, counts, organism="rat"), "s1", RATIO)["value"] > 6


@pytest.mark.parametrize(("rrna", "expected"), [(50, "pass"), (51, "warn")])
def test_rrna_share(panels, rrna, expected):
    criteria = criteria_of(panels, {"hsa-miR-1-3p": [100 - rrna], "RNA18S": [rrna]}, RNA18S="rRNA")
    row = answer(criteria, "s1", "rRNA share")
    assert (row["verdict"], row["value"]) == (expected, rrna / 100)
    only = answer(criteria_of(panels, {"hsa-miR-1-3p": [5]}), "s1", "rRNA share")
    assert only["verdict"] == "not assessed"


@pytest.mark.parametrize(("mirna", "expected"), [(10, "pass"), (9, "warn")])
def test_mirna_share_warns_below_a_tenth(panels, mirna, expected):
    criteria = criteria_of(panels, {"hsa-miR-1-3p": [mirna], "RNY4": [100 - mirna]}, RNY4="Y_RNA")
    row = answer(criteria, "s1", "miRNA share")
    assert (row["verdict"], row["value"]) == (expected, mirna / 100)
    only = answer(criteria_of(panels, {"hsa-miR-1-3p": [5]}), "s1", "miRNA share")
    assert only["rule"] == "not assessed: the RNA table holds nothing but miRNA"


@pytest.mark.parametrize(
    ("y_rna", "biofluid", "expected", "said"),
    [
        (10, "plasma", "pass", "0.1 fraction is as much as the 0.1 expected of plasma"),
        (9, "csf", "not assessed", "is less than the 0.1 expected of csf (for information only)"),
        (90, "urine", "not assessed", "not assessed: nothing published for this matrix"),
    ],
)
def test_y_rna_is_expected_of_blood_and_counts_against_nobody(
    panels, y_rna, biofluid, expected, said
):
    counts = {"hsa-miR-1-3p": [100 - y_rna], "RNY4": [y_rna]}
    criteria = criteria_of(panels, counts, biofluid=biofluid, RNY4="Y_RNA")
    row = answer(criteria, "s1", "Y_RNA share")
    assert (row["verdict"], row["value"]) == (expected, y_rna / 100)
    assert said in row["rule"]


def test_y_rna_may_be_expected_of_any_matrix(panels):
    matrix = rna_matrix({"hsa-miR-1-3p": [70], "RNY4": [30]}, ["a"], RNY4="Y_RNA")
    samples = sheet({"sample": "s1", "biofluid": "urine"})
    options = default_options(y_rna_expected={"urine": 0.2})
    assert options["y_rna_expected"]["plasma"] == 0.1
    row = answer(score(samples, panels, options, rna=matrix)["criteria"], "s1", "Y_RNA share")
    assert row["verdict"] == "pass" and "0.2 expected of urine" in row["rule"]
    options = default_options(y_rna_expected={"plasma": None})
    samples = sheet({"sample": "s1", "biofluid": "plasma"})
    row = answer(score(samples, panels, options, rna=matrix)["criteria"], "s1", "Y_RNA share")
    assert row["verdict"] == "not assessed" and "0.63 of the small RNA" in row["rule"]


@pytest.mark.parametrize(
    ("biofluid", "criterion", "said"),
    [
        (
            "urine",
            "tRNA share",
            "published: 0.54 of the small RNA of whole urine (10.1038/srep44061)",
        ),
        ("saliva", "tRNA share", "not assessed: nothing published for this matrix"),
        ("saliva", "piRNA share", "so that a high share is probably other RNA"),
        ("tissue", "piRNA share", "not assessed: nothing published for this matrix"),
    ],
)
def test_classes_without_a_limit_stand_beside_what_is_published(panels, biofluid, criterion, said):
    """Of 100: miRNA 50, tRNA 30, piRNA 15, mRNA 5."""
    counts = {"hsa-miR-1-3p": [50], "tRNA_Gly": [30], "piR_1": [15], "GAPDH": [5]}
    classes = {"tRNA_Gly": "tRNA", "piR_1": "piRNA", "GAPDH": "mRNA"}
    criteria = criteria_of(panels, counts, biofluid=biofluid, **classes)
    row = answer(criteria, "s1", criterion)
    assert (row["verdict"], row["value"]) == ("not assessed", {"t": 0.3, "p": 0.15}[criterion[0]])
    assert said in row["rule"]
    assert row["evidence"] == "of 100 counts: miRNA 50 %, tRNA 30 %, piRNA 15 %, mRNA 5 %"


def test_adapter_dimers_are_those_of_the_gate_and_warn_at_most(panels):
    matrix = rna_matrix({"hsa-miR-1-3p": [5] * 4}, ["a"] * 4)
    samples = sheet(*({"sample": name} for name in matrix.obs_names))
    gate = pd.DataFrame(
        {
            "sample": ["s1", "s2", "s3"],
            "rule": "adapter dimers",
            "verdict": ["warn", "fail", "not assessed"],
            "value": [0.31, 0.9, np.nan],
            "threshold": "warn > 0.3, fail > 0.7",
            "reason": ["31 % are dimers", "90 % are dimers", "counts, not reads"],
        }
    )
    criteria = score(samples, panels, default_options(), rna=matrix, gate=gate)["criteria"]
    rows = [answer(criteria, f"s{n}", "adapter dimers") for n in (1, 2, 3, 4)]
    assert [row["verdict"] for row in rows] == ["warn", "warn", "not assessed", "not assessed"]
    assert [row["value"] for row in rows[:2]] == [0.31, 0.9]
    assert rows[2]["rule"] == "not assessed: counts, not reads"
    assert rows[3]["rule"] == "not assessed: the gate did not look at this sample"


def test_class_shares_sum_to_one():
    counts = {"m": [3, np.nan], "t": [1, np.nan], "r": [4, np.nan]}
    shares = rna_shares(rna_matrix(counts, ["a", "a"], t="tRNA", r="rRNA"))
    assert shares.loc["s1"].to_dict() == {"miRNA": 0.375, "rRNA": 0.5, "tRNA": 0.125}
    assert shares.loc["s2"].isna().all()
