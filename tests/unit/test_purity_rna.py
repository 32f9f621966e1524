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
    """log2((127.5 + 0.5) / (0.5 + 0.5)) = 7; below ten reads, and without a run, there is none."""
    counts = pd.DataFrame(
        {"mir-451a": [127.5, 6, 4, np.nan], "mir-23a-3p": [0.5, 4, 5, np.nan]}, index=list("abcd")
    )
    ratio = mirna_ratio(counts, "mir-451a", "mir-23a-3p", 10)
    assert ratio["a"] == pytest.approx(7.0)
    assert ratio["b"] == pytest.approx(math.log2(6.5 / 4.5))
    assert ratio[["c", "d"]].isna().all()
    assert mirna_ratio(counts[["mir-451a"]], "mir-451a", "mir-23a-3p", 10).isna().all()


def test_signature_score_by_hand():
    """One sample of 1e6 reads: prior count 2, so log2 CPM = log2((x + 2) / (1e6 + 4) * 1e6)."""
    counts = pd.DataFrame(
        {"a": [4094.0], "b": [254.0], "c": [62.0], "rest": [995590.0]}, index=["s"]
    )

    def logged(x: float) -> float:
        return math.log2((x + 2) / (1e6 + 4) * 1e6)

    value, used = signature_score(counts, ["a", "b", "absent"], 40, 1, 2)
    expected = math.sqrt(logged(4094) * logged(254)) - math.sqrt(logged(62) * logged(995590))
    assert used == ["a", "b"]
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
    value, used = signature_score(counts, signature, 40, 1, 5)
    assert len(used) == 20
    assert value.is_monotonic_increasing


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
    assert row["evidence"] == "miRNA 50 %, tRNA 30 %, piRNA 15 %, mRNA 5 %"


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
