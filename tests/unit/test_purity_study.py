"""Purity over the study: enrichment, consistency, outliers, batches, exports."""

import numpy as np
import pandas as pd
import pytest
from purity_helpers import default_options, sheet
from scipy import stats

from evcargo.contracts import CONTRACTS
from evcargo.purity.actions import act
from evcargo.purity.associations import purity_metrics
from evcargo.purity.checklist import checklist
from evcargo.purity.consistency import concord
from evcargo.purity.criteria import assess, criteria_table, verdicts
from evcargo.purity.enrichment import enrich, sign_flip_p
from evcargo.purity.export import assay_verdicts, disagree, wide_table
from evcargo.purity.groups import compare_groups
from evcargo.purity.outliers import outliers
from evcargo.purity.study import compare

NO_MARKERS = pd.DataFrame(columns=CONTRACTS["markers"].names)


def shares_of(values: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Shares as class -> sample -> share."""
    return pd.DataFrame(
        [
            {"sample": sample, "assay": "proteins", "class": name, "share": share}
            for name, by_sample in values.items()
            for sample, share in by_sample.items()
        ]
    )


def pairs_of(n: int, biofluid: str = "plasma") -> pd.DataFrame:
    return sheet(
        *(
            {"sample": f"{material}{k}", "material": material, "subject": f"d{k}"}
            | {"biofluid": biofluid}
            for k in range(n)
            for material in ("ev", "source")
        )
    )


def log2_pairs(differences, centre: float = 0.1) -> dict[str, float]:
    found = {}
    for k, difference in enumerate(differences):
        found |= {f"ev{k}": centre * 2**difference, f"source{k}": centre}
    return found


def test_enrichment_is_a_paired_test_of_log2_shares():
    up, down = [1.0, 2, 3, 2, 1.5], [-3.0, -2, -4, -3, -2.5]
    shares = shares_of(
        {
            "EV core": log2_pairs(up),
            "albumin": log2_pairs(down),
            "secreted": log2_pairs([1, -1, 0.5, -0.5, 0.1]),
        }
    )
    table = enrich(shares, NO_MARKERS, pairs_of(5), 0.05).set_index("set")
    row = table.loc["EV core"]
    assert row["log2_difference"] == pytest.approx(np.mean(up))
    assert row["p_value"] == pytest.approx(stats.ttest_1samp(up, 0).pvalue, rel=1e-9)
    interval = stats.t.interval(0.95, 4, np.mean(up), stats.sem(up))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(interval, rel=1e-9)
    assert row["sign_flip_p_value"] == 2 / 32
    assert table["n_pairs"].eq(5).all()
    assert table["finding"].to_dict() == {
        "EV core": "enriched",
        "albumin": "depleted",
        "secreted": "not shown",
    }
    assert table.loc[["EV core", "albumin"], "as_expected"].all()
    assert table.loc["secreted", "as_expected"] is pd.NA
    assert table["expected"].tolist() == ["enriched", "depleted", ""]


def test_samples_of_a_subject_are_averaged_and_zeros_count_as_half_the_lowest():
    samples = pd.concat([pairs_of(3), sheet({"sample": "again", "subject": "d0"})])
    shares = shares_of({"lipoprotein": log2_pairs([0, 0, 1]) | {"again": 0.4, "source1": 0.0}})
    row = enrich(shares, NO_MARKERS, samples, 0.05).iloc[0]
    # d0: mean of 0.1 and 0.4 (log2: 1 above 0.1); d1: 0.1 against 0.05, half of 0.1; d2: 1
    assert (row["n_pairs"], row["n_zero"]) == (3, 1)
    assert row["log2_difference"] == pytest.approx((1 + 1 + 1) / 3)
    assert row["finding"] == "not assessed"  # no variance to test with


def of_conditions(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Sheet of (material, condition, subject), samples named by these."""
    return sheet(
        *(
            {"sample": "".join(row), "material": row[0], "condition": row[1], "subject": row[2]}
            for row in rows
        )
    )


def test_evs_are_held_against_material_of_their_own_condition():
    """EVs of a are as their source, those of b hold four times as much, and b has no source."""
    given = (("ev", "a", 0.02), ("source", "a", 0.02), ("ev", "b", 0.08))
    cells = [(m, c, f"d{n}") for n in range(4) for m, c, _ in given]
    noise = dict(zip(cells, np.random.default_rng(3).normal(0, 0.05, 12), strict=True))
    values = {(m, c): share for m, c, share in given}
    shares = shares_of({"EV core": {"".join(k): values[k[:2]] * 2 ** noise[k] for k in cells}})
    row = enrich(shares, NO_MARKERS, of_conditions(*cells), 0.05).iloc[0]
    by_hand = [noise["ev", "a", f"d{n}"] - noise["source", "a", f"d{n}"] for n in range(4)]
    assert (row["n_pairs"], row["finding"]) == (4, "not shown")
    assert row["log2_difference"] == pytest.approx(np.mean(by_hand))


def test_conditions_of_a_subject_are_one_pair_and_material_without_one_matches_all():
    rows = [("ev", "a", "d"), ("source", "a", "d"), ("ev", "b", "d"), ("source", "", "d")]
    rows += [("ev", "a", "e"), ("source", "b", "e")]
    logs = [3.0, 1.0, 4.0, 0.0, 9.0, 0.0]
    names = ["".join(row) for row in rows]
    by_sample = dict(zip(names, (2**log / 1024 for log in logs), strict=True))
    shares = shares_of({"EV core": by_sample})
    row = enrich(shares, NO_MARKERS, of_conditions(*rows), 0.05).iloc[0]
    assert row["n_pairs"] == 1  # e has EVs and source, but of different conditions
    assert row["log2_difference"] == pytest.approx(((3 - (1 + 0) / 2) + (4 - 0)) / 2)


def test_what_is_expected_of_cells_is_less_debris_not_less_serum():
    shares = shares_of({name: log2_pairs([1, 2, 1]) for name in ("bovine", "cell debris")})
    table = enrich(shares, NO_MARKERS, pairs_of(3, "cell_culture"), 0.05).set_index("set")
    assert table["expected"].to_dict() == {"bovine": "", "cell debris": "depleted"}


def test_panels_sum_their_groups_once():
    markers = pd.DataFrame(
        [
            {"sample": f"{m}{k}", "panel": "tetraspanin", "role": "ev", "gene": gene}
            | {"feature": feature, "share": share, "evidence": "detected"}
            for k in range(2)
            for m, share in (("ev", 0.04), ("source", 0.01))
            for gene, feature in (("CD9", "P1"), ("CD9B", "P1"), ("CD81", "P2"))
        ]
    )
    shares = shares_of({"other": log2_pairs([0, 0])})
    row = enrich(shares, markers, pairs_of(2), 0.05)
    assert row.empty  # nothing measured by the classes that are looked at
    shares = shares_of({"EV core": log2_pairs([1, 1])})
    row = enrich(shares, markers, pairs_of(2), 0.05).set_index("set").loc["tetraspanin"]
    assert (row["kind"], row["n_pairs"]) == ("panel", 2)
    assert row["log2_difference"] == pytest.approx(2)


def test_without_matched_material_there_is_nothing():
    shares = shares_of({"EV core": {"a": 0.1}})
    assert enrich(shares, NO_MARKERS, sheet({"sample": "a", "subject": "d"}), 0.05).empty
    alone = pairs_of(2).assign(subject="")
    table = enrich(shares_of({"EV core": log2_pairs([1, 2])}), NO_MARKERS, alone, 0.05)
    assert table.empty


def test_signs_are_flipped_exactly_and_by_draws():
    given = [0.3, 1.2, -0.2, 0.8]
    expected = stats.permutation_test(
        (given,), np.mean, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip_p(given) == pytest.approx(expected)
    many = list(np.random.default_rng(1).normal(0.4, 1, 30))
    assert sign_flip_p(many) == pytest.approx(stats.ttest_1samp(many, 0).pvalue, abs=0.02)


def test_null_studies_of_enrichment_are_uniform():
    """200 studies of 6 pairs without any enrichment: both p-values hold their level."""
    rng = np.random.default_rng(42)
    drawn = []
    for _ in range(200):
        shares = shares_of({"EV core": log2_pairs(rng.normal(0, 1.5, 6))})
        drawn.append(enrich(shares, NO_MARKERS, pairs_of(6), 0.05).iloc[0])
    table = pd.DataFrame(drawn)
    assert stats.kstest(table["p_value"].astype(float), "uniform").pvalue > 0.01
    assert (table["sign_flip_p_value"] <= 0.1).mean() == pytest.approx(0.09, abs=0.06)


def metrics_of(values: dict[str, list[float]], names: list[str]) -> pd.DataFrame:
    rows = [
        {"sample": name, "assay": "proteins", "metric": metric, "value": value}
        for metric, given in values.items()
        for name, value in zip(names, given, strict=True)
    ]
    return pd.DataFrame(rows)


def test_assays_that_agree_and_that_contradict_each_other():
    names = [f"s{n}" for n in range(8)]
    score, ratio = "haemolysis: 20-miRNA score", "haemolysis: miR-451a to miR-23a-3p"
    rising = [1.0, 2, 3, 4, 5, 6, 7, 8]
    metrics = metrics_of(
        {
            "haemoglobin share": rising,
            score: [0.1, 0.3, 0.2, 0.5, 0.6, 0.7, 0.9, 0.8],
            ratio: rising[::-1],
        },
        names,
    )
    table = concord(metrics, sheet(*({"sample": n} for n in names)), 0.05)
    table = table.set_index(["metric", "with_metric"])
    agree = table.loc["haemoglobin share", score]
    assert agree["correlation"] == pytest.approx(stats.spearmanr(rising, metrics["value"][8:16])[0])
    assert (agree["agree"], agree["n"]) == (True, 8)
    against = table.loc["haemoglobin share", ratio]
    assert not against["agree"] and against["rule"].startswith("against expectation")
    few = concord(metrics, sheet(*({"sample": n} for n in names[:3])), 0.05)
    assert few["agree"].isna().all()


def test_an_outlier_is_unlike_the_others_of_its_group():
    rng = np.random.default_rng(9)
    names = [f"{level}{n}" for level in "ab" for n in range(6)]
    values = pd.Series(rng.normal(0, 1, 12), names)
    values["b3"] += 9
    values["b0":] += 20  # a difference between the conditions is none of a sample
    samples = sheet(*({"sample": n, "condition": n[0]} for n in names))
    frame = pd.DataFrame({"albumin share": values, "constant": 1.0})
    table = outliers(frame, pd.Series({"albumin share": "proteins"}), samples)
    assert table.loc[table["outlier"].astype(bool), "sample"].tolist() == ["b3"]
    row = table.set_index("sample").loc["b3"]
    others = values[[n for n in names if n[0] == "b" and n != "b3"]]
    assert row["log2_median"] == pytest.approx(others.median())
    assert table["sample"].tolist() == names
    small = outliers(frame.iloc[:3], pd.Series(dtype=str), samples.iloc[:3])
    assert small.empty


def test_few_samples_of_normal_studies_are_called_outliers():
    rng = np.random.default_rng(77)
    names = [f"{level}{n}" for level in "ab" for n in range(5)]
    samples = sheet(*({"sample": n, "condition": n[0]} for n in names))
    frame = pd.DataFrame(rng.normal(size=(10, 200)), names, [f"m{n}" for n in range(200)])
    table = outliers(frame, pd.Series(dtype=str), samples)
    assert len(table) == 2000
    assert table["outlier"].mean() < 0.04


def test_batches_are_compared_within_conditions():
    names = [f"{level}{batch}{n}" for level in "tr" for batch in "xy" for n in range(3)]
    samples = sheet(
        *({"sample": n, "condition": n[0], "batch": n[1], "isolation": "sec"} for n in names)
    )
    values = [50.0 * (n[0] == "t") + 3 * (n[1] == "x") + int(n[2]) / 10 for n in names]
    table = compare_groups(metrics_of({"m": values}, names), samples, 0.05)
    row = table.iloc[0]
    assert (row["factor"], row["material"], row["levels"], row["n"]) == ("batch", "ev", 2, 12)
    assert row["p_value"] == pytest.approx(2 / 20**2)  # C(6, 3) arrangements in either condition
    assert row["test"] == "exact Kruskal-Wallis test within condition"
    assert (row["highest"], row["lowest"], row["differs"]) == ("x", "y", True)
    assert len(table) == 1  # one isolation method, so nothing to compare


def test_replicates_of_a_subject_are_no_evidence_between_batches():
    """Four subjects in two batches, measured three times each: four values, not twelve."""
    names = [f"{subject}{n}" for subject in "abcd" for n in range(3)]
    samples = sheet(
        *(
            {"sample": n, "subject": n[0], "batch": "x" if n[0] in "ab" else "y", "condition": "c"}
            for n in names
        )
    )
    values = ["abcd".index(n[0]) + int(n[1]) / 10 for n in names]
    row = compare_groups(metrics_of({"m": values}, names), samples, 0.05).iloc[0]
    assert row["p_value"] == pytest.approx(2 / 6)  # C(4, 2) arrangements of the subjects
    assert row["test"] == "exact Kruskal-Wallis test of the means by subject"
    assert row["n"] == 4
    alone = compare_groups(metrics_of({"m": values}, names), samples.assign(subject=""), 0.05).iloc[
        0
    ]
    assert alone["test"] == "exact Kruskal-Wallis test"


def test_replicates_of_a_subject_are_averaged_before_assays_are_correlated():
    names = [f"{subject}{n}" for subject in "abcde" for n in range(3)]
    samples = sheet(*({"sample": n, "subject": n[0]} for n in names))
    rising = ["abcde".index(n[0]) + int(n[1]) / 10 for n in names]
    score = "haemolysis: 20-miRNA score"
    metrics = metrics_of({"haemoglobin share": rising, score: rising}, names)
    row = concord(metrics, samples, 0.05).iloc[0]
    assert (row["n"], row["correlation"]) == (5, pytest.approx(1))
    assert row["p_value"] == pytest.approx(2 / 120)


def test_medians_of_two_assays_with_one_metric_are_kept_apart():
    names = list("abcdef")
    samples = sheet(*({"sample": n, "batch": "xy"[i % 2]} for i, n in enumerate(names)))
    metrics = pd.concat(
        [
            metrics_of({"m share": [0.9, 0.1] * 3}, names).assign(assay="proteins"),
            metrics_of({"m share": [0.01, 0.5] * 3}, names).assign(assay="rna"),
        ]
    )
    table = compare_groups(metrics, samples, 0.05).set_index("assay")
    assert table.loc["proteins", ["highest", "highest_median"]].tolist() == ["x", 0.9]
    assert table.loc["rna", ["highest", "highest_median"]].tolist() == ["y", 0.5]
    assert table.loc["rna", "lowest_median"] == 0.01


def test_samples_left_out_are_not_compared_between_batches(whole):
    samples = sheet(*({"sample": f"s{n}", "batch": "xy"[n % 2]} for n in range(8)))
    shares = pd.DataFrame(
        [
            {"sample": f"s{n}", "assay": "proteins", "class": name, "share": part}
            for n in range(8)
            for name, part in (("albumin", (n + 1) / 20), ("other", 1 - (n + 1) / 20))
        ]
    )
    given = pd.DataFrame({"sample": samples["sample"], "action": ["none"] * 7 + ["left out"]})
    criteria = whole["criteria"].iloc[:0]
    tables = compare(samples, criteria, shares, NO_MARKERS, given, 0.05)
    assert set(tables["groups"]["n"]) == {7}
    assert set(tables["groups"]["metric"]) == {"albumin share"}  # `other` is no impurity
    assert set(tables["outliers"]["sample"]) == set(samples["sample"])


@pytest.fixture
def whole():
    """A study without any assay but particle counts."""
    samples = sheet(
        {"sample": "a", "particle_count": 6e11, "protein_ug": 10.0, "isolation": "SEC"},
        {"sample": "b", "particle_count": 1e10, "protein_ug": 10.0, "isolation": "SEC"},
        {"sample": "c", "material": "source"},
    ).assign(volume_ml=[2, 2, ""])
    answers = assess(samples, default_options())
    criteria, judged = criteria_table(answers), verdicts(answers, samples)
    shares = pd.DataFrame(columns=CONTRACTS["shares"].names)
    actions = act(judged, "exclude", default_options()["weights"])
    tables = compare(samples, criteria, shares, NO_MARKERS, actions, 0.05)
    return dict(tables, samples=samples, criteria=criteria, verdicts=judged, markers=NO_MARKERS,
                shares=shares, actions=actions)  # fmt: skip


def test_every_sample_is_one_wide_row(whole):
    names = ("samples", "criteria", "verdicts", "shares", "actions", "outliers")
    table = wide_table(*(whole[name] for name in names)).set_index("sample")
    assert table.index.tolist() == ["a", "b", "c"]
    assert table.loc["b", "particles per protein [particles/ug]"] == 1e9
    assert table["particles per protein: verdict"].tolist() == ["pass", "fail", "not assessed"]
    assert table["particles_verdict"].tolist() == ["pass", "fail", "not assessed"]
    assert table["proteins_verdict"].eq("not assessed").all()
    assert table["action"].tolist() == ["none", "left out", "none"]
    assert not table["assays_disagree"].any()
    assert table.columns.is_unique


def test_assays_that_disagree_are_found():
    rows = [("a", "proteins", "pass"), ("a", "proteins", "warn"), ("a", "rna", "fail")]
    rows += [("b", "proteins", "pass"), ("b", "rna", "fail"), ("b", "rna", "not assessed")]
    criteria = pd.DataFrame(rows, columns=["sample", "assay", "verdict"])
    by_assay = assay_verdicts(criteria)
    assert by_assay.loc["a"].tolist() == ["warn", "fail", "not assessed", "not assessed"]
    assert disagree(by_assay).to_dict() == {"a": False, "b": True}


def test_the_checklist_tells_what_speaks_against_the_study_as_well(whole):
    rows = [
        ("source", "EV core", "enriched", "not shown", 0.4),
        ("source", "keratin", "", "enriched", 5.8),
        ("source", "cell debris", "depleted", "depleted", -2.0),
    ]
    columns = ["material", "set", "expected", "finding", "log2_difference"]
    enrichment = pd.DataFrame(rows, columns=columns).assign(n_pairs=16)
    table = checklist("human", "report", whole | {"enrichment": enrichment}).set_index("item")
    assert table.loc["Enrichment against the source or depleted material", "answer"] == (
        "against source, 16 pairs: keratin enriched (+5.8 log2), cell debris depleted (-2.0 log2),"
        " no change shown of EV core"
    )


def test_the_checklist_is_filled_in_from_data_and_blank_elsewhere(whole):
    table = checklist("human", "exclude", whole).set_index("item")
    answers = table["answer"]
    assert answers["Organism"] == "human"
    assert answers["Method of separation"] == "SEC (2)"
    origin = table.loc["Method of separation", "origin"]
    assert origin == "sample sheet, column isolation"
    assert answers["Volume or number of cells that EVs were taken from"] == "2 (2)"
    assert answers["Particles per protein"] == "1e+09 to 6e+10 particles/ug; 1 fail, 1 pass"
    assert answers["What was done about impure preparations"] == "purity.action exclude: b"
    blank = ["EV density", "EV-enriched proteins", "Density gradient", "Images of single EVs"]
    assert answers[blank].eq("").all() and table.loc[blank, "origin"].eq("").all()
    assert (table["guideline"] == "EV-TRACK").sum() == 9


def test_a_study_without_metrics_has_empty_tables(whole):
    criteria = whole["criteria"].assign(value=np.nan)
    samples = whole["samples"].assign(batch=["x", "y", "x"])
    tables = compare(samples, criteria, whole["shares"], NO_MARKERS, whole["actions"], 0.05)
    assert purity_metrics(criteria, whole["shares"])["value"].isna().all()
    assert all(table.empty for table in tables.values())
    for name, table in tables.items():
        assert list(table.columns) == CONTRACTS[name].names
