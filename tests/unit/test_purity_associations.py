"""Purity metrics against contrasts."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, default_options, protein_matrix, sheet
from scipy import stats

from evcargo.contracts import CONTRACTS
from evcargo.differential.axes import IMPURITIES, log2_metrics
from evcargo.purity.associations import associate, every_metric, purity_metrics
from evcargo.purity.panels import read_panels
from evcargo.purity.score import score
from evcargo.study.model import Contrast

CONTRAST = asdict(Contrast("t_v_r", "condition", "t", "r"))


def study(**metrics: tuple[list[float], list[float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, names = [], {}
    for metric, groups in metrics.items():
        for level, values in zip("tr", groups, strict=True):
            for number, value in enumerate(values):
                names[f"{level}{number}"] = level
                row = {"sample": f"{level}{number}", "assay": "proteins", "metric": metric}
                rows.append(row | {"value": value})
    samples = sheet(*({"sample": name, "condition": level} for name, level in names.items()))
    return pd.DataFrame(rows), samples


def test_medians_counts_and_adjustment():
    metrics, samples = study(
        far=([11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6]),
        near=([1, 3, 5, 7, 9, 11], [2, 4, 6, 8, 10, 12]),
    )
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", ["n_test", "median_test", "median_reference"]].tolist() == [
        6,
        13.5,
        3.5,
    ]
    p = 2 / 924
    assert table.loc["far", "p_value"] == pytest.approx(p)
    assert table.loc["far", "adjusted_p_value"] == pytest.approx(2 * p)
    assert table["associated"].tolist() == [True, False]
    assert table.loc["far", "rule"] == "adjusted p-value < 0.05"
    assert table.loc["near", "rule"] == "adjusted p-value not < 0.05"


def test_a_contrast_of_no_samples_and_a_study_of_no_metrics_are_told():
    """All samples were left out as impure; categories among the covariates are of no rows then."""
    metrics, samples = study(far=([4, 5, 6], [1, 2, 3]))
    covered = asdict(Contrast("t_v_r", "condition", "t", "r", covariates=("batch",)))
    row = associate(metrics, samples.iloc[:0], [covered], 0.05).iloc[0]
    assert (row["n_test"], row["rule"]) == (0, "no sample has a value")
    for empty in (metrics.iloc[:0], metrics.assign(value=np.nan)):
        none = associate(empty, samples, [CONTRAST], 0.05)
        assert len(none) == 0 and list(none) == CONTRACTS["associations"].names


def test_classes_of_long_rna_are_metrics_where_they_are_criteria():
    """A read of an immunoglobulin is no metric; the criteria of long RNA need a number of them."""
    given = {"sample": ["a"] * 3, "assay": ["proteins", "transcripts", "transcripts"]}
    names = ["lipoprotein", "immunoglobulin mRNA", "platelet mRNA"]
    shares = pd.DataFrame(given | {"class": names, "share": 0.1})
    asked = {"sample": "a", "assay": "transcripts", "criterion": "platelet mRNA share"}
    criteria = pd.DataFrame([asked | {"unit": "fraction", "value": 0.1}])
    found = purity_metrics(criteria, shares)["metric"]
    assert set(found) == {"platelet mRNA share", "lipoprotein share"}


def test_four_against_four_can_only_be_suggestive():
    """The smallest p-value is 2/70; over three metrics no adjusted one need get below 0.05."""
    still = ([1.0, 4, 5, 8], [2.0, 3, 6, 7])
    metrics, samples = study(far=([5, 6, 7, 8], [1, 2, 3, 4]), a=still, b=still)
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", "p_value"] == pytest.approx(2 / 70)
    assert table.loc["far", "adjusted_p_value"] == pytest.approx(6 / 70)
    assert table.loc["far", "associated"]
    assert table.loc["far", "rule"].startswith("suggestive: plain p-value < 0.05; groups too small")
    assert not table.loc["a", "associated"]


def test_three_against_three_leaves_the_question_open():
    metrics, samples = study(far=([4, 5, 6], [1, 2, 3]))
    row = associate(metrics, samples, [CONTRAST], 0.05).iloc[0]
    assert row["associated"] is pd.NA
    assert row["rule"] == "groups too small: the smallest possible p-value is 0.1"


def test_constant_and_missing_metrics_are_not_tested_and_do_not_cost():
    nan = [np.nan] * 6
    metrics, samples = study(
        far=([11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6]),
        same=([0] * 6, [0] * 6),
        none=(nan, [1] * 6),
    )
    table = associate(metrics, samples, [CONTRAST], 0.05).set_index("metric")
    assert table.loc["far", "adjusted_p_value"] == table.loc["far", "p_value"]
    assert table.loc["same", "rule"] == "the same in all samples"
    assert table.loc["none", ["n_test", "n_reference"]].tolist() == [0, 6]
    assert table.loc[["same", "none"], "associated"].isna().all()


def test_only_samples_of_the_contrasts_material_and_levels_are_compared():
    metrics, samples = study(m=([5, 6, 7, 8, 100], [1, 2, 3, 4, 100]))
    samples.loc[samples["sample"] == "t4", "material"] = "depleted"
    samples.loc[samples["sample"] == "r4", "condition"] = "other"
    row = associate(metrics, samples, [CONTRAST], 0.05).iloc[0]
    assert (row["n_test"], row["n_reference"]) == (4, 4)


def long(values: dict[str, list[float]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"sample": name, "assay": "proteins", "metric": metric, "value": value}
            for metric, given in values.items()
            for name, value in zip(names, given, strict=True)
        ]
    )


def test_more_than_two_levels_are_compared_by_ranks():
    names = [f"s{n}" for n in range(9)]
    samples = sheet(
        *({"sample": n, "condition": c} for n, c in zip(names, "aaabbbccc", strict=True))
    )
    metrics = long({"m": [1, 2, 3, 14, 15, 16, 7, 8, 9]}, names)
    contrast = asdict(Contrast("levels", "condition", "", "", kind="any"))
    row = associate(metrics, samples, [contrast], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(6 / 1680)  # 3! of 9! / 3!^3 are as far apart
    assert row["effect"] == pytest.approx(stats.kruskal([1, 2, 3], [4, 5, 6], [7, 8, 9])[0] / 8)
    assert (row["n_test"], row["associated"]) == (9, True)
    assert pd.isna(row["n_reference"]) and np.isnan(row["median_test"])
    assert row["test"] == "exact Kruskal-Wallis test"


def test_a_slope_is_a_rank_correlation():
    names = [f"s{n}" for n in range(6)]
    samples = sheet(*({"sample": n} for n in names)).assign(age=["1", "2", "4", "8", "30", None])
    metrics = long({"m": [5, 4, 3, 2, 1, 0]}, names)
    contrast = asdict(Contrast("age", "age", "", "", kind="slope"))
    row = associate(metrics, samples, [contrast], 0.05).iloc[0]
    assert (row["n_test"], row["effect"]) == (5, pytest.approx(-1))
    assert row["p_value"] == pytest.approx(2 / 120)
    assert row["test"] == "exact Spearman correlation"


@pytest.mark.parametrize(("terms", "block"), [((), ""), (("subject",), ""), ((), "subject")])
def test_pairs_are_compared_within_subjects_whether_or_not_the_contrast_says_so(terms, block):
    """Six subjects that differ more among each other than within: 2 of 2^6 sign patterns."""
    names = [f"{level}{n}" for n in range(6) for level in "tr"]
    samples = sheet(*({"sample": n, "condition": n[0], "subject": n[1]} for n in names))
    values = [100 * n + (1.0 + n / 10) * (level == "t") for n in range(6) for level in "tr"]
    metrics = long({"m": values}, names)
    contrast = asdict(Contrast("c", "condition", "t", "r", terms, block=block))
    paired = associate(metrics, samples, [contrast], 0.05).iloc[0]
    assert paired["p_value"] == pytest.approx(2 / 64)
    assert paired["test"] == "exact rank-sum test within subject"
    alone = associate(metrics, samples.assign(subject=None), [contrast | {"covariates": ()}], 0.05)
    assert alone["p_value"].iloc[0] > 0.5


@pytest.mark.parametrize("block", ["", "subject"])
def test_replicates_of_a_donor_count_once(block):
    """Two v two donors with four samples each: 2 of C(4, 2) arrangements, not 2 of C(16, 8)."""
    names = [f"{donor}{n}" for donor in "abcd" for n in range(4)]
    samples = sheet(
        *({"sample": n, "condition": "tr"[n[0] in "cd"], "subject": n[0]} for n in names)
    )
    metrics = long({"m": [" dcba".index(n[0]) + int(n[1]) / 100 for n in names]}, names)
    contrast = asdict(Contrast("c", "condition", "t", "r", block=block))
    row = associate(metrics, samples, [contrast], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(2 / 6)
    assert (row["n_test"], row["n_reference"]) == (2, 2)
    assert row["median_test"] == pytest.approx(3.5 + 0.015)  # of the means of a and b
    assert row["test"] == "exact rank-sum test of the means by subject"
    assert row["associated"] is pd.NA


def test_pairs_with_replicates_and_donors_of_one_level_are_one_test():
    """Three pairs (2^3 swaps) and 1 v 2 donors of one level (3 ways): 2 of 24 as far apart."""
    rows = [(donor, level, k) for donor in "abc" for level in "tr" for k in range(3)]
    rows += [("d", "t", 0), ("d", "t", 1), ("e", "r", 0), ("f", "r", 0)]
    names = ["".join(map(str, row)) for row in rows]
    samples = sheet(
        *(
            {"sample": n, "condition": level, "subject": donor}
            for n, (donor, level, _) in zip(names, rows, strict=True)
        )
    )
    of_donor = {"a": 10, "b": 20, "c": 30}
    far = [of_donor.get(donor, 0) + 5 * (level == "t") + k / 9 for donor, level, k in rows]
    row = associate(long({"m": far}, names), samples, [CONTRAST], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(1 / 24)  # 1 v 2 are not symmetric: one end alone
    assert (row["n_test"], row["n_reference"]) == (4, 5)
    assert row["test"] == (
        "exact rank-sum test of the means by subject and level"
        " within subject where it has several levels"
    )


def test_a_donor_in_every_batch_is_one_donor():
    """Four v four donors, each in three batches: 2 / 70, though batches alone give 2 / 70^3."""
    names = [f"{level}{n}{batch}" for level in "tr" for n in range(4) for batch in "xyz"]
    samples = sheet(
        *({"sample": n, "condition": n[0], "subject": n[:2], "batch": n[2]} for n in names)
    )
    values = [5.0 * (n[0] == "t") + int(n[1]) + 100 * "xyz".index(n[2]) for n in names]
    contrast = asdict(Contrast("c", "condition", "t", "r", ("batch",)))
    row = associate(long({"m": values}, names), samples, [contrast], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(2 / 70)
    assert (row["n_test"], row["n_reference"]) == (4, 4)
    assert row["test"] == "exact rank-sum test of the means by subject within batch"


def test_different_donors_of_a_block_are_exchanged_within_it():
    """Two litters of 2 v 2 donors, twice measured: 2 of C(4, 2)^2 arrangements."""
    rows = [(litter, level, n) for litter in "pq" for level in "tr" for n in "12"]
    names = ["".join(row) + side for row in rows for side in "xy"]
    samples = sheet(*({"sample": n, "condition": n[1], "subject": n[:3]} for n in names))
    samples["litter"] = [n[0] for n in names]
    values = [100.0 * (n[0] == "p") + 9 * (n[1] == "t") + int(n[2]) / 9 for n in names]
    contrast = asdict(Contrast("c", "condition", "t", "r", block="litter"))
    row = associate(long({"m": values}, names), samples, [contrast], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(2 / 36)
    assert (row["n_test"], row["n_reference"]) == (4, 4)
    assert row["test"] == "exact rank-sum test of the means by subject within litter"


REPEATED = {
    "replicates": (Contrast("c", "condition", "a", "b"), lambda d, k: {"condition": "ab"[d % 2]}),
    "two levels": (Contrast("c", "condition", "a", "b"), lambda d, k: {"condition": "ab"[k % 2]}),
    "some have both": (
        Contrast("c", "condition", "a", "b"),
        lambda d, k: {"condition": "ab"[k % 2 if d < 5 else d % 2]},
    ),
    "batches": (
        Contrast("c", "condition", "a", "b", ("batch",)),
        lambda d, k: {"condition": "ab"[d % 2], "batch": "xyz"[k]},
    ),
    "levels": (
        Contrast("c", "condition", "", "", kind="any"),
        lambda d, k: {"condition": "abc"[d % 3 if d < 9 else k]},
    ),
    "visits": (Contrast("c", "age", "", "", kind="slope"), lambda d, k: {"age": str(9 * d + k)}),
    "blocks": (
        Contrast("c", "condition", "a", "b", block="batch"),
        lambda d, k: {"condition": "ab"[d % 2], "batch": "xyz"[d // 4]},
    ),
}


@pytest.mark.parametrize("design", REPEATED)
def test_repeated_donors_of_null_studies_are_not_associated(design):
    """200 metrics of twelve donors that differ, with three samples each: twelve values."""
    contrast, cells = REPEATED[design]
    rng = np.random.default_rng(1962)
    rows = [(d, k) for d in range(12) for k in range(3)]
    names = [f"s{d}_{k}" for d, k in rows]
    samples = sheet(
        *(
            {"sample": n, "subject": f"d{d}", **cells(d, k)}
            for n, (d, k) in zip(names, rows, strict=True)
        )
    )
    donors = np.repeat(rng.normal(0, 1, (200, 12)), 3, axis=1)
    values = donors + rng.normal(0, 0.3, donors.shape)
    metrics = long({f"m{n}": list(row) for n, row in enumerate(values)}, names)
    table = associate(metrics, samples, [asdict(contrast)], 0.05)
    p_values = table["p_value"].astype(float)
    assert p_values.notna().all()
    assert stats.kstest(p_values, "uniform", alternative="greater").pvalue > 0.01
    assert (p_values <= 0.05).mean() <= 0.08
    assert (p_values <= 0.2).mean() >= 0.1  # it is a test, and not one that never rejects


def test_samples_of_a_block_of_one_level_count_once():
    """Four v four donors with two samples each: 2 / 70, not 2 / 12870."""
    names = [f"{level}{n}{side}" for level in "tr" for n in range(4) for side in "xy"]
    samples = sheet(*({"sample": n, "condition": n[0], "subject": n[:2]} for n in names))
    metrics = long({"m": [(n[0] == "t") + k / 100 for k, n in enumerate(names)]}, names)
    contrast = asdict(Contrast("c", "condition", "t", "r", block="subject"))
    row = associate(metrics, samples, [contrast], 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(2 / 70)
    assert row["test"] == "exact rank-sum test of the means by subject"


def test_a_batch_of_one_level_tells_nothing():
    names = [f"{level}{n}" for level in "tr" for n in range(4)]
    samples = sheet(*({"sample": n, "condition": n[0], "batch": n[0]} for n in names))
    contrast = asdict(Contrast("c", "condition", "t", "r", ("batch",)))
    row = associate(long({"m": list(range(8))}, names), samples, [contrast], 0.05).iloc[0]
    assert np.isnan(row["p_value"]) and row["associated"] is pd.NA
    assert row["rule"] == "no two levels within batch"


def test_metrics_are_the_shares_and_the_criteria_with_a_quantity_once_each():
    base = {"sample": "s1", "assay": "proteins"}
    criteria = pd.DataFrame(
        [
            base | {"criterion": "albumin share", "unit": "fraction", "value": 0.1},
            base | {"criterion": "tetraspanins", "unit": "tetraspanins", "value": 3.0},
            base | {"criterion": "ratio", "unit": "log2", "value": -2.0},
        ]
    )
    shares = pd.DataFrame([base | {"class": c, "share": 0.1} for c in ("albumin", "other")])
    metrics = purity_metrics(criteria, shares)
    assert metrics["metric"].tolist() == ["albumin share", "ratio"]  # `other` is no impurity


@pytest.mark.parametrize(
    "contrast",
    [
        Contrast("pair", "condition", "a", "b"),
        Contrast("paired", "side", "x", "y", ("subject",)),
        Contrast("any", "level", "", "", ("batch",), kind="any"),
        Contrast("slope", "age", "", "", kind="slope"),
        Contrast("blocks", "condition", "a", "b", block="subject"),
    ],
    ids=lambda one: one.name,
)
def test_metrics_of_null_studies_are_not_associated(contrast):
    """200 null metrics, subjects and batches of which differ: uniform, and rarely associated."""
    rng = np.random.default_rng(2024)
    names = [f"s{n:02d}" for n in range(24)]
    samples = sheet(
        *(
            {"sample": name, "condition": "ab"[n // 2 % 2], "subject": f"d{n // 2}"}
            | {"batch": "pq"[n % 2]}
            for n, name in enumerate(names)
        )
    ).assign(side=list("xy" * 12), level=list("kklm" * 6), age=rng.permutation(24).astype(str))
    repeated = contrast.name in ("paired", "blocks")
    samples = samples if repeated else samples.assign(subject="")
    shift = np.repeat(rng.normal(0, 1, 12), 2) if repeated else 0
    values = {
        f"m{n}": list(rng.lognormal(0, 1, 24) + shift + rng.normal(0, 1, 24)) for n in range(200)
    }
    if contrast.name == "blocks":
        values = {m: list(np.repeat(rng.normal(0, 1, 12), 2) + v) for m, v in values.items()}
    table = associate(long(values, names), samples, [asdict(contrast)], 0.05)
    p_values = table["p_value"].astype(float)
    # Twelve blocks have few different p-values: theirs are uniform or larger.
    coarse = "greater" if contrast.block else "two-sided"
    assert stats.kstest(p_values, "uniform", alternative=coarse).pvalue > 0.01
    assert (p_values <= 0.05).mean() <= 0.09
    assert (table["adjusted_p_value"] < 0.05).mean() <= 0.01


@pytest.mark.parametrize("kind", ["pair", "any"])
def test_a_metric_that_follows_the_strata_has_a_reason_in_place_of_a_test(kind):
    names = list("abcdefgh")
    samples = sheet(
        *(
            {"sample": n, "condition": "tr"[i % 2], "batch": "xy"[i // 4]}
            for i, n in enumerate(names)
        )
    )
    metrics = pd.DataFrame(
        {"sample": names, "assay": "rna", "metric": "m", "value": [1.0] * 4 + [2.0] * 4}
    )
    asked = {"name": "k", "column": "condition", "kind": kind, "covariates": ("batch",)}
    asked |= {"test": "t", "reference": "r"}
    row = associate(metrics, samples, [asked], 0.05).iloc[0]
    assert np.isnan(row["p_value"]) and pd.isna(row["associated"])
    assert row["rule"] == "the same within every stratum"


@pytest.fixture(scope="module")
def scored():
    names = [f"{level}{n}" for level in "tr" for n in range(4)]
    genes = {"P21926": "CD9", "P08962": "CD63", "P60033": "CD81", "Q99816": "TSG101"}
    genes |= {"Q8WUM4": "PDCD6IP", "O00560": "SDCBP", "P02768": "ALB", "P02647": "APOA1"}
    amounts = {a: (g, [k + 2.0 + len(g) for k in range(8)]) for a, g in genes.items()}
    samples = sheet(*({"sample": n, "condition": n[0]} for n in names))
    matrix = protein_matrix(amounts, names, others=300)
    return score(samples, read_panels(PANELS), default_options(), [CONTRAST], proteins=matrix)


def test_counts_of_markers_and_profiles_are_held_against_the_contrasts(scored):
    table = scored["associations"].set_index("metric")
    counts = scored["criteria"]["unit"].isin(["markers", "tetraspanins", "proteins"])
    asked = set(scored["criteria"].loc[counts, "criterion"])
    assert len(asked) == 3 and asked <= set(table.index)
    assert table.loc[sorted(asked), "kind"].eq("purity").all()
    profiles = scored["profiles"].dropna(subset=["share"])
    names = set("panel " + profiles["panel"] + " share")
    assert len(names) == 5
    assert set(table.index[table["kind"] == "profile"]) == names
    one = profiles.iloc[-1]
    metrics = every_metric(*(scored[name] for name in ("criteria", "shares", "profiles")))
    chosen = metrics[metrics["metric"] == f"panel {one['panel']} share"]
    assert chosen.set_index("sample").loc[one["sample"], "value"] == one["share"]
    assert not metrics.duplicated(["sample", "assay", "metric"]).any()
    without = every_metric(
        scored["criteria"], scored["shares"], pd.DataFrame(columns=CONTRACTS["profiles"].names)
    )
    assert set(without["kind"]) == {"purity"}


def test_profiles_do_not_weigh_on_the_adjustment_of_impurity(scored):
    for _, rows in scored["associations"].groupby("kind"):
        p_values = rows["p_value"].dropna().astype(float)
        expected = stats.false_discovery_control(p_values)
        assert rows.loc[p_values.index, "adjusted_p_value"].tolist() == pytest.approx(expected)


def test_counts_and_profiles_are_no_candidates_of_purity_axes(scored):
    candidates = set(log2_metrics(scored["criteria"], scored["shares"]))
    known = set(purity_metrics(scored["criteria"], scored["shares"])["metric"])
    assert candidates == known
    told = scored["associations"]
    added = set(told["metric"]) - known
    assert set(told.loc[told["kind"] == "profile", "metric"]) < added
    assert not added & set(IMPURITIES)
