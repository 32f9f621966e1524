"""Every purity criterion on examples that can be worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, answer, default_options, protein_matrix, rna_matrix, sheet

from evcargo.contracts import CONTRACTS
from evcargo.purity.answers import Answer, Band
from evcargo.purity.criteria import verdicts
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.tables import read_table, write_table

PROTEIN_RULE, TETRASPANINS = "MISEV2018 protein rule", "tetraspanins CD9, CD63, CD81, CD82"
ESCRT = "TSG101, Alix and other ESCRT"
ALBUMIN_RATIO, APOB_RATIO = "tetraspanin to ALB ratio", "tetraspanin to APOB ratio"
DEPLETED = "EV markers v contaminants, against matched depleted material"
SOURCE = "EV markers v contaminants, against matched source material"
PER_PROTEIN, WINDOW = "particles per protein", "particles within the size window"

CD9, CD63, TSG101, ALIX = "P21926", "P08962", "Q99816", "Q8WUM4"
ALB, APOB, APOA1, HSPA8 = "P02768", "P04114", "P02647", "P11142"


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS)


def criteria_of(
    panels, features, samples=None, *, biofluid="plasma", given=None, lent=None, **matrix
):
    """Criteria of protein features (accession -> (gene, intensities)) and their sheet."""
    n = len(next(iter(features.values()))[1])
    names = [f"s{number}" for number in range(1, n + 1)]
    if samples is None:
        samples = sheet(*({"sample": name, "biofluid": biofluid} for name in names))
    options = default_options(min_depth=5) | (given or {})
    proteins = protein_matrix(features, names, **matrix)
    if lent is not None:
        proteins.layers["transferred"] = lent
    return score(samples, panels, options, proteins=proteins)["criteria"]


@pytest.mark.parametrize(
    ("value", "high_is_good", "expected"),
    [
        (0.05, False, "pass"),
        (0.0501, False, "warn"),
        (0.2, False, "warn"),
        (0.2001, False, "fail"),
        (math.nan, False, "not assessed"),
    ],
)
def test_a_value_at_a_limit_is_on_the_better_side(value, high_is_good, expected):
    assert Band(0.05, 0.2, high_is_good, "fraction").verdict(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1, "pass"), (0.9, "warn"), (0, "warn"), (-1, "fail")]
)
def test_bands_of_values_that_should_be_high(value, expected):
    assert Band(1, 0, True, "log2").verdict(value) == expected


def test_a_band_without_limits_judges_nothing():
    assert Band(None, None, False, "log2").verdict(3.0) == "not assessed"
    assert Band(1.9, None, False, "log2").verdict(99.0) == "warn"


def test_misev_rule_passes_with_three_markers_of_both_categories_and_category_3(panels):
    row = answer(
        criteria_of(
            panels,
            {
                CD9: ("CD9", [3.0]),
                CD63: ("CD63", [2.0]),
                TSG101: ("TSG101", [1.0]),
                ALB: ("ALB", [9.0]),
            },
        ),
        "s1",
        PROTEIN_RULE,
    )
    assert (row["verdict"], row["value"]) == ("pass", 3)
    assert row["evidence"].startswith(
        "category 1: CD9, CD63; category 2a: TSG101; category 3: APOA1"
    )
    assert "ALB detected" in row["evidence"]


def test_misev_rule_looks_at_category_3_only_in_a_deep_enough_run(panels):
    features = {CD9: ("CD9", [3.0]), CD63: ("CD63", [2.0]), TSG101: ("TSG101", [1.0])}
    row = answer(criteria_of(panels, features), "s1", PROTEIN_RULE)
    assert (row["verdict"], row["value"]) == ("not assessed", 3)
    assert row["rule"].startswith("not assessed: enough positive markers, but of category 3 3 pro")
    deep = answer(criteria_of(panels, features, others=2), "s1", PROTEIN_RULE)
    assert deep["verdict"] == "pass"


def test_misev_rule_warns_where_category_3_is_ambiguous(panels):
    features = {CD9: ("CD9", [3.0]), CD63: ("CD63", [2.0]), TSG101: ("TSG101", [1.0])}
    features |= {"Q0": ("OTHER;ALB;APOB;APOA1;APOA2", [1.0])}
    row = answer(criteria_of(panels, features, others=2), "s1", PROTEIN_RULE)
    assert row["verdict"] == "warn"


@pytest.mark.parametrize(
    "features",
    [
        {CD9: ("CD9", [3.0]), CD63: ("CD63", [2.0]), "P05106": ("ITGB3", [1.0])},  # no category 2
        {HSPA8: ("HSPA8", [3.0]), TSG101: ("TSG101", [2.0]), ALIX: ("PDCD6IP", [1.0])},  # no cat. 1
        {
            CD9: ("CD9", [3.0]),
            TSG101: ("TSG101", [2.0]),
            "P60709": ("ACTB", [1.0]),
        },  # 2b: promiscuous
    ],
)
def test_misev_rule_fails_only_in_a_deep_enough_run(panels, features):
    """No sample of the study shows what is missing, so that it takes three times min_depth."""
    for others, verdict in ((0, "not assessed"), (11, "not assessed"), (12, "fail")):
        row = answer(criteria_of(panels, features, others=others), "s1", PROTEIN_RULE)
        assert row["verdict"] == verdict


def test_two_genes_of_one_group_are_one_marker_and_shared_groups_are_none(panels):
    features = {
        "P63096": ("GNAI1;GNAI2", [3.0]),
        TSG101: ("TSG101", [2.0]),
        "Q0": ("OTHER;CD9", [1.0]),
        ALB: ("ALB", [1.0]),
    }
    row = answer(criteria_of(panels, features, others=11), "s1", PROTEIN_RULE)
    assert (row["verdict"], row["value"]) == ("fail", 2)
    assert "ambiguous, not counted: GNAI2, CD9" in row["evidence"]


def test_transferred_markers_neither_count_nor_are_absent(panels):
    """CD9 and CD63 by transfer alone: 16 to 1 of albumin would pass, the floor, 1, would fail."""
    features = {CD9: ("CD9", [12.0]), CD63: ("CD63", [4.0]), TSG101: ("TSG101", [2.0])}
    features |= {HSPA8: ("HSPA8", [2.0]), ALB: ("ALB", [1.0])}
    lent = np.array([[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    table = criteria_of(panels, features, others=2, lent=lent)
    row = answer(table, "s1", PROTEIN_RULE)
    assert (row["verdict"], row["value"]) == ("fail", 2)
    assert "only transferred from other runs, not counted: CD63, CD9" in row["evidence"]
    row = answer(table, "s1", TETRASPANINS)
    assert (row["verdict"], row["value"]) == ("warn", 0)
    assert "CD9 only transferred from other runs" in row["evidence"]
    row = answer(table, "s1", ALBUMIN_RATIO)
    assert row["verdict"] == "not assessed"
    assert "from what is ambiguous or transferred <= 4" in row["rule"]  # log2 of 16 / 1
    counted = criteria_of(panels, features, others=2)
    assert answer(counted, "s1", PROTEIN_RULE)["verdict"] == "pass"
    assert answer(counted, "s1", ALBUMIN_RATIO)["value"] == 4


@pytest.mark.parametrize(
    ("genes", "others", "expected"),
    [
        ({CD9: "CD9", CD63: "CD63"}, 0, "pass"),
        ({CD9: "CD9"}, 14, "warn"),  # the second one lies deeper: three times min_depth
        ({CD9: "CD9"}, 13, "not assessed"),
        ({CD9: "CD9"}, 3, "not assessed"),
        ({"Q1": "X1"}, 14, "fail"),
        ({"Q1": "X1"}, 13, "not assessed"),  # no sample shows one: nothing tells how deep they lie
    ],
)
def test_tetraspanins_are_listed_and_counted(panels, genes, others, expected):
    features = {accession: (gene, [1.0]) for accession, gene in genes.items()}
    row = answer(criteria_of(panels, features, others=others), "s1", TETRASPANINS)
    assert row["verdict"] == expected
    assert [word.split()[0] for word in row["evidence"].split(", ")] == [
        "CD9",
        "CD63",
        "CD81",
        "CD82",
    ]


def test_no_tetraspanin_fails_where_another_sample_shows_that_it_would_be_seen(panels):
    features = {CD9: ("CD9", [4.0, np.nan]), HSPA8: ("HSPA8", [1.0, 1.0])}
    row = answer(criteria_of(panels, features, others=6), "s2", TETRASPANINS)
    assert row["verdict"] == "fail"


@pytest.mark.parametrize(
    ("gene", "others", "expected"),
    [
        ("PDCD6IP", 0, "pass"),
        ("X", 14, "warn"),
        ("X", 13, "not assessed"),
        ("X", 3, "not assessed"),
    ],
)
def test_escrt(panels, gene, others, expected):
    row = answer(criteria_of(panels, {"Q1": (gene, [1.0])}, others=others), "s1", ESCRT)
    assert row["verdict"] == expected


def test_escrt_says_where_large_evs_explain_their_absence(panels):
    features = {"P04083": ("ANXA1", [1.0]), "Q1": ("X", [1.0])}
    row = answer(criteria_of(panels, features, others=13), "s1", ESCRT)
    assert row["verdict"] == "warn"
    assert row["rule"].endswith("large EVs may lack them, whose markers are there: ANXA1")


def test_tetraspanin_ratios_by_hand(panels):
    """(1 + 3) / 1024 = 2^-8; 4 / 4096 = 2^-10."""
    criteria = criteria_of(
        panels,
        {
            CD9: ("CD9", [1.0]),
            CD63: ("CD63", [3.0]),
            ALB: ("ALB", [1024.0]),
            APOB: ("APOB", [4096.0]),
        },
        others=2,
    )
    for criterion, value, verdict in ((ALBUMIN_RATIO, -8, "pass"), (APOB_RATIO, -10, "fail")):
        row = answer(criteria, "s1", criterion)
        assert (row["value"], row["verdict"]) == (pytest.approx(value), verdict)


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        # No tetraspanin: at most four times 1 / 2^15, which fails in plasma (limit -12).
        ({ALB: ("ALB", [2.0**15]), "Q1": ("X", [1.0])}, "fail"),
        # At most 4 / 2^11: does not say whether it fails.
        ({ALB: ("ALB", [2048.0]), "Q1": ("X", [1.0])}, "not assessed"),
        # No albumin, in a table with contaminants: at least 4 / 1.
        ({CD9: ("CD9", [4.0]), "P00761": ("", [1.0])}, "pass"),
        ({"Q1": ("X", [1.0]), "P00761": ("", [1.0])}, "not assessed"),
    ],
)
def test_a_missing_side_of_the_ratio_is_bounded_by_the_floor_of_the_run(panels, features, expected):
    contaminant = {"P00761": True} if "P00761" in features else {}
    criteria = criteria_of(panels, features, others=6, is_contaminant=contaminant)
    row = answer(criteria, "s1", ALBUMIN_RATIO)
    assert row["verdict"] == expected
    assert math.isnan(row["value"])


@pytest.mark.parametrize(
    ("biofluid", "albumin", "expected"),
    [
        ("plasma", 10, "pass"),
        ("plasma", 11, "warn"),
        ("plasma", 31, "fail"),
        ("cell_culture", 2, "pass"),
        ("cell_culture", 11, "fail"),
        ("", 3, "warn"),
    ],
)
def test_shares_are_held_to_the_limits_of_the_matrix(panels, biofluid, albumin, expected):
    features = {ALB: ("ALB", [float(albumin)]), "Q1": ("X", [100.0 - albumin])}
    row = answer(criteria_of(panels, features, biofluid=biofluid), "s1", "albumin share")
    assert (row["verdict"], row["value"]) == (expected, pytest.approx(albumin / 100))
    assert row["evidence"] == f"ALB {albumin} %"


@pytest.mark.parametrize(
    ("accession", "gene", "criterion"),
    [
        (APOA1, "APOA1", "lipoprotein share"),
        ("P01857", "IGHG1", "immunoglobulin and complement share"),
        ("P69905", "HBA1", "haemoglobin share"),
        ("P02776", "PF4", "platelet share"),
        ("P04264", "KRT1", "keratin share"),
        ("P62805", "H4C1", "cell debris share"),
    ],
)
def test_each_class_has_its_criterion(panels, accession, gene, criterion):
    features = {accession: (gene, [50.0]), "Q1": ("X", [50.0])}
    row = answer(criteria_of(panels, features, biofluid="cell_culture"), "s1", criterion)
    assert (row["verdict"], row["value"]) == ("fail", 0.5)


def test_bovine_share_goes_by_taxon(panels):
    features = {"P02769": ("ALB", [20.0]), "Q1": ("X", [80.0])}
    criteria = criteria_of(panels, features, biofluid="cell_culture", taxon_of={"P02769": "9913"})
    assert answer(criteria, "s1", "bovine share")["value"] == pytest.approx(0.2)
    assert answer(criteria, "s1", "bovine share")["verdict"] == "fail"
    assert answer(criteria, "s1", "albumin share")["value"] != pytest.approx(0.2)


def test_nothing_found_is_a_pass_only_if_it_could_have_been_found(panels):
    features = {"Q1": ("X", [1.0]), "Q2": ("Y", [1.0])}
    for others, platelet in ((2, "not assessed"), (3, "pass")):
        criteria = criteria_of(panels, features, others=others)
        assert answer(criteria, "s1", "platelet share")["verdict"] == platelet
        for often_removed in ("bovine share", "keratin share", "albumin share"):
            row = answer(criteria, "s1", often_removed)
            assert row["verdict"] == "not assessed"
            assert "no contaminants" in row["rule"]
    searched = criteria_of(panels, features, others=3, is_contaminant={"Q2": True})
    assert answer(searched, "s1", "bovine share")["verdict"] == "pass"
    assert answer(searched, "s1", "keratin share")["value"] == 0


def test_enrichment_against_matched_material_by_hand(panels):
    """EV proteins rise 4-fold in share, contaminants fall 2-fold: log2 4 - log2 1/2 = 3."""
    ev, contaminants = ("CD9", "CD63", "TSG101"), ("ALB", "APOA1", "TF")
    features = {f"E{n}": (gene, [40.0, 10.0]) for n, gene in enumerate(ev)}
    features |= {f"C{n}": (gene, [10.0, 20.0]) for n, gene in enumerate(contaminants)}
    features["Q1"] = ("X", [50.0, 110.0])
    samples = sheet(
        {"sample": "s1", "subject": "d1"}, {"sample": "s2", "subject": "d1", "material": "depleted"}
    )
    criteria = criteria_of(panels, features, samples)
    row = answer(criteria, "s1", DEPLETED)
    assert (row["value"], row["verdict"]) == (pytest.approx(3.0), "pass")
    assert "s1 v s2" in row["evidence"]
    assert answer(criteria, "s1", SOURCE)["verdict"] == "not assessed"
    assert answer(criteria, "s2", DEPLETED)["rule"] == "not assessed: not an EV preparation"
    strangers = samples.assign(subject=["d1", "d2"])
    assert (
        answer(criteria_of(panels, features, strangers), "s1", DEPLETED)["verdict"]
        == "not assessed"
    )
    nobody = samples.assign(subject="")
    assert (
        answer(criteria_of(panels, features, nobody), "s1", DEPLETED)["verdict"] == "not assessed"
    )


def two_conditions(panels, features, conditions):
    """EV and source of one donor, sample by sample: EV, source, EV, source."""
    samples = sheet(
        *(
            {"sample": f"s{n + 1}", "subject": "d", "condition": condition}
            | {"material": ("ev", "source")[n % 2], "biofluid": "cell_culture"}
            for n, condition in enumerate(conditions)
        )
    )
    return criteria_of(panels, features, samples)


def test_matched_material_is_of_the_same_condition(panels):
    """EV core 4 v 1 in a and 4 v 16 in b, cell debris 1 everywhere: +2 and -2 log2."""
    features = {f"E{n}": (gene, [4.0, 1.0, 4.0, 16.0]) for n, gene in enumerate(("CD9", "CD63"))}
    features |= {f"C{n}": (gene, [1.0] * 4) for n, gene in enumerate(("CANX", "H4C1", "RPS3"))}
    features["E2"] = ("TSG101", [4.0, 1.0, 4.0, 16.0])
    own = two_conditions(panels, features, "aabb")
    first, second = (answer(own, sample, SOURCE) for sample in ("s1", "s3"))
    assert (first["value"], second["value"]) == (pytest.approx(2), pytest.approx(-2))
    assert (first["verdict"], second["verdict"]) == ("pass", "fail")
    assert first["evidence"].endswith("s1 v s2") and second["evidence"].endswith("s3 v s4")
    of_all = two_conditions(panels, features, ["a", "", "b", "b"])
    assert answer(of_all, "s1", SOURCE)["evidence"].endswith("s1 v s2")
    assert answer(of_all, "s3", SOURCE)["evidence"].endswith("s3 v s2, s4")
    other = answer(two_conditions(panels, features, "abcb"), "s1", SOURCE)
    assert other["rule"] == (
        "not assessed: the source material of the same subject with proteins is of another"
        " condition"
    )


def test_enrichment_over_cells_is_against_what_cells_are_made_of(panels):
    features = {f"E{n}": (gene, [40.0, 10.0]) for n, gene in enumerate(("CD9", "CD63", "TSG101"))}
    features |= {f"C{n}": (gene, [5.0, 40.0]) for n, gene in enumerate(("CANX", "H4C1", "RPS3"))}
    samples = sheet(
        {"sample": "s1", "subject": "d", "biofluid": "cell_culture"},
        {"sample": "s2", "subject": "d", "biofluid": "cell_culture", "material": "source"},
    )
    row = answer(criteria_of(panels, features, samples), "s1", SOURCE)
    assert row["value"] == pytest.approx(5.0)
    assert "ribosome and aggregates, cell debris" in row["evidence"]


def test_enrichment_needs_enough_proteins_of_both_kinds(panels):
    features = {CD9: ("CD9", [4.0, 1.0]), ALB: ("ALB", [1.0, 4.0])}
    samples = sheet(
        {"sample": "s1", "subject": "d"}, {"sample": "s2", "subject": "d", "material": "depleted"}
    )
    row = answer(criteria_of(panels, features, samples), "s1", DEPLETED)
    assert (row["verdict"], math.isnan(row["value"])) == ("not assessed", True)


@pytest.mark.parametrize(
    ("debris", "others", "open_"),
    [(40.0, 1, ""), (0.002, 1, SOURCE), (0.002, 20, "")],  # log2 of at most: 2 - 0, 2 - 11.6
)
def test_debris_that_a_shallow_run_may_hide_keeps_a_sample_from_passing(
    panels, debris, others, open_
):
    """EV markers are as strong in both, and the EVs show none of the debris of the cells.

    Below three times min_depth it is taken at the floor of the run: 4 to 1 pass if the cells have
    ten times as much of it, and fail if they have less.
    """
    markers = ("CD9", "CD63", "TSG101", "PDCD6IP")
    features = {f"E{n}": (gene, [40.0, 10.0]) for n, gene in enumerate(markers)}
    names = ("CANX", "H4C1", "RPS3")
    features |= {f"C{n}": (gene, [np.nan, debris]) for n, gene in enumerate(names)}
    samples = sheet(
        {"sample": "s1", "subject": "d", "biofluid": "cell_culture"},
        {"sample": "s2", "subject": "d", "biofluid": "cell_culture", "material": "source"},
    )
    matrix = protein_matrix(features, ["s1", "s2"], others=others)
    tables = score(samples, panels, default_options(min_depth=3), proteins=matrix)
    row = answer(tables["criteria"], "s1", SOURCE)
    assert row["rule"].startswith("not assessed: fewer than 3 proteins of a kind")
    assert (SOURCE in tables["verdicts"].set_index("sample").at["s1", "reason"]) == bool(open_)


def particles(panels, sample, table=None):
    samples = sheet({"sample": "s1"} | sample)
    criteria = score(samples, panels, default_options(), particles=table)["criteria"]
    return answer(criteria, "s1", PER_PROTEIN), answer(criteria, "s1", WINDOW)


@pytest.mark.parametrize(
    ("per_ug", "verdict", "word"),
    [
        (3.1e10, "pass", "high purity"),
        (3e10, "warn", "between low and high purity"),
        (2.1e10, "warn", "between low and high purity"),
        (2e10, "warn", "is low purity"),
        (2e9, "warn", "is low purity"),
        (1.9e9, "warn", "between impure and low"),
        (1.5e9, "warn", "between impure and low"),
        (1.4e9, "fail", "impure"),
    ],
)
def test_particles_per_protein_in_the_bands_of_webber_and_clayton(panels, per_ug, verdict, word):
    row, _ = particles(panels, {"particle_count": per_ug * 4, "protein_ug": 4.0})
    assert (row["verdict"], row["value"]) == (verdict, pytest.approx(per_ug))
    assert word in row["rule"]


@pytest.mark.parametrize(
    "sample", [{}, {"particle_count": 1e10}, {"protein_ug": 0.0, "particle_count": 1.0}]
)
def test_particles_per_protein_needs_both_numbers(panels, sample):
    row, window = particles(panels, sample)
    assert (row["verdict"], window["verdict"]) == ("not assessed", "not assessed")


@pytest.mark.parametrize(("share", "expected"), [(0.65, "pass"), (0.5, "pass"), (0.49, "warn")])
def test_share_in_the_size_window(panels, share, expected):
    row = dict.fromkeys(CONTRACTS["particles"].names, np.nan)
    row |= {"sample": "s1", "status": "ok", "share_in_window": share, "mode_nm": 95.0}
    _, window = particles(panels, {}, pd.DataFrame([row]))
    assert (window["verdict"], window["evidence"]) == (expected, "mode 95 nm")


def test_every_sample_is_asked_every_question_and_every_pass_has_a_figure(panels):
    samples = sheet({"sample": "s1"}, {"sample": "s2"}, {"sample": "s3", "material": "source"})
    proteins = protein_matrix({CD9: ("CD9", [1.0, np.nan, 2.0])}, ["s1", "s2", "s3"], others=600)
    proteins.X[1, :] = np.nan
    proteins.obs.loc["s2", ["status", "status_reason"]] = ["failed", "no protein identified"]
    rna = rna_matrix({"hsa-miR-451a": [5, 5, 5], "hsa-miR-23a-3p": [20, 5, 1]}, ["a", "a", "a"])
    criteria = score(samples, panels, default_options(), proteins=proteins, rna=rna)["criteria"]
    asked = criteria.groupby("sample")["criterion"].agg(list)
    assert asked["s1"] == asked["s2"] == asked["s3"]
    assert len(asked["s1"]) == len(set(asked["s1"])) == 33
    failed = criteria[(criteria["sample"] == "s2") & (criteria["assay"] == "proteins")]
    assert failed["verdict"].eq("not assessed").all()
    assert failed["rule"].eq("not assessed: proteins failed: no protein identified").all()
    assert criteria["source"].ne("").all() and criteria["rule"].ne("").all()
    passed = criteria[criteria["verdict"] == "pass"]
    assert (passed["value"].notna() | passed["rule"].str.contains(">=")).all()


def test_verdict_is_the_gravest_answer():
    samples = sheet(
        *({"sample": name} for name in "abcde"), {"sample": "f", "material": "depleted"}
    )
    given = {
        "a": {"x": "pass", "y": "fail", "z": "warn"},
        "b": {PROTEIN_RULE: "pass", "y": "warn"},
        "c": {PROTEIN_RULE: "pass", "y": "not assessed"},
        "d": {PROTEIN_RULE: "not assessed", "y": "pass"},
        "e": {PROTEIN_RULE: "not assessed"},
        "f": {PROTEIN_RULE: "fail"},
    }
    answers = {
        sample: [answered(name, verdict) for name, verdict in own.items()]
        for sample, own in given.items()
    }
    table = verdicts(answers, samples).set_index("sample")
    none = "not assessed"
    assert table["verdict"].tolist() == ["fail", "warn", "pass", none, none, none]
    assert table.loc["a", ["n_pass", "n_warn", "n_fail", "n_not_assessed"]].tolist() == [1, 1, 1, 0]
    assert table.loc["a", "reason"] == "y: because"
    assert table.loc["d", "reason"].startswith("the MISEV2018 protein rule could not be assessed")
    assert table.loc["f", "reason"] == "not an EV preparation (material: depleted)"


def answered(criterion, verdict, deeper=""):
    return Answer("proteins", criterion, verdict, 0.0, "", "", "because", "", "", deeper)


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        (("pass", "warn"), "not assessed",
         "no criterion failed or warned, but y could not be told at this depth"),
        (("pass", "fail"), "not assessed",
         "no criterion failed or warned, but y could not be told at this depth"),
        (("pass", "pass"), "pass", "all 1 assessed criteria passed"),
        (("pass", ""), "pass", "all 1 assessed criteria passed"),
        (("warn", "warn"), "warn", f"{PROTEIN_RULE}: because"),
        (("warn", "fail"), "warn",
         f"at least: {PROTEIN_RULE}: because; at more depth y could still fail"),
        (("fail", "fail"), "fail", f"{PROTEIN_RULE}: because"),
    ],
)  # fmt: skip
def test_what_a_deeper_run_could_still_say_keeps_a_sample_from_passing(given, verdict, reason):
    """`given`: verdict of one criterion, and what the other, not assessed, could still be."""
    own = [answered(PROTEIN_RULE, given[0]), answered("y", "not assessed", given[1])]
    row = verdicts({"a": own}, sheet({"sample": "a"})).iloc[0]
    assert (row["verdict"], row["reason"]) == (verdict, reason)


def gate_of(**samples: dict[str, str]) -> pd.DataFrame:
    """Quality gate of small RNA: the verdict of each rule of each sample."""
    rows = [
        {"sample": sample, "rule": rule, "verdict": verdict, "reason": f"{rule} is {verdict}"}
        for sample, rules in samples.items()
        for rule, verdict in rules.items()
    ]
    return pd.DataFrame(rows)


def test_a_sample_whose_small_rna_fails_the_gate_does_not_pass():
    samples = sheet(*({"sample": name} for name in "abcde"), {"sample": "f", "material": "source"})
    given = dict.fromkeys("abcdef", "pass") | {"b": "warn", "c": "fail", "d": "not assessed"}
    answers = {sample: [answered(PROTEIN_RULE, verdict)] for sample, verdict in given.items()}
    failed = {"overall": "fail", "Q30": "pass", "annotated reads": "fail", "adapter": "fail"}
    gate = gate_of(**dict.fromkeys("abcdf", failed), e={"overall": "warn", "Q30": "warn"})
    table = verdicts(answers, samples, gate).set_index("sample")
    none = "not assessed"
    assert table["verdict"].tolist() == [none, "warn", "fail", none, "pass", none]
    words = (
        "small RNA failed the quality gate (annotated reads: annotated reads is fail; adapter:"
        " adapter is fail); "
    )
    assert [reason.startswith(words) for reason in table["reason"]] == [True] * 4 + [False] * 2
    assert table.loc["a", "reason"] == f"{words}all 1 assessed criteria passed"
    assert table.loc["f", "reason"] == "not an EV preparation (material: source)"


def test_a_sample_that_failed_as_a_whole_gives_its_problem():
    gate = gate_of(a={"overall": "fail", "Q30": "not assessed"})
    gate["reason"] = "no miRNA read among 3 inserts"
    table = verdicts({"a": [answered(PROTEIN_RULE, "pass")]}, sheet({"sample": "a"}), gate)
    assert table.loc[0, "reason"] == (
        "small RNA failed the quality gate (no miRNA read among 3 inserts); all 1 assessed criteria"
        " passed"
    )


def test_the_gate_is_in_the_verdicts_of_a_study(panels):
    """139 reads on annotated RNA, as of an example of exceRpt: nothing of that may pass."""
    samples = sheet({"sample": "s1", "biofluid": "plasma"})
    matrix = rna_matrix({"hsa-miR-1-3p": [32], "rRNA_1": [29]}, ["a"], rRNA_1="rRNA")
    gate = gate_of(s1={"overall": "fail", "annotated reads": "fail", "adapter dimers": "pass"})
    gate = gate.assign(value=np.nan, threshold="")
    tables = score(samples, panels, default_options(), rna=matrix, gate=gate)
    row = tables["verdicts"].iloc[0]
    assert row["verdict"] == "not assessed"
    assert row["reason"].startswith("small RNA failed the quality gate (annotated reads: ")
    assert row["n_pass"] == 2  # rRNA share and miRNA share, of the counts


def test_a_study_of_one_assay_or_none_keeps_the_contracts(panels, tmp_path):
    samples = sheet({"sample": "s1"}, {"sample": "s2", "subject": np.nan})
    tables = score(samples, panels, default_options())
    assert tables["verdicts"]["verdict"].eq("not assessed").all()
    for name, table in tables.items():
        write_table(table, tmp_path / f"{name}.tsv", name)
        assert len(read_table(tmp_path / f"{name}.tsv", name)) == len(table)


def test_options_of_one_matrix_leave_the_others_at_their_default():
    options = default_options(albumin_share={"plasma": [0.5, 0.6]})
    assert options["albumin_share"] == {
        "plasma": [0.5, 0.6],
        "serum": [0.1, 0.3],
        "ascites": [0.1, 0.3],
        "csf": [0.1, 0.3],
        "tissue": [0.05, 0.2],
        "default": [0.02, 0.1],
    }
    assert default_options()["lipoprotein_share"]["plasma"] == [0.05, 0.2]


NINE = ("plasma", "serum", "urine", "csf", "saliva", "milk", "ascites", "tissue", "cell_culture")


def test_every_fluid_has_numbers_of_its_own(panels):
    """One sample per fluid, all alike; every other fluid asks for more than the samples have."""
    names = [f"s{n}" for n in range(len(NINE))]
    samples = sheet(
        *(
            {"sample": name, "biofluid": fluid, "particle_count": 1e10, "protein_ug": 1.0}
            for name, fluid in zip(names, NINE, strict=True)
        )
    )
    rows = {CD9: "CD9", CD63: "CD63", TSG101: "TSG101", ALB: "ALB"}
    proteins = protein_matrix({a: (g, [1.0] * 9) for a, g in rows.items()}, names, others=26)
    plain = {"min_depth": 5, "min_markers": 3, "min_tetraspanins": 2}
    plain["particles_per_ug"] = [1.0, 2.0, 3.0, 4.0]
    asked = {
        "min_depth": (100, "platelet share"),
        "min_markers": (4, PROTEIN_RULE),
        "min_tetraspanins": (3, TETRASPANINS),
        "particles_per_ug": ([1e11, 2e11, 3e11, 4e11], PER_PROTEIN),
    }
    for strict in (NINE[::2], NINE[1::2]):
        given = {
            key: {"default": plain[key]} | dict.fromkeys(strict, more)
            for key, (more, _) in asked.items()
        }
        tables = score(samples, panels, default_options(**given), proteins=proteins)
        asked_of = tables["criteria"].groupby("criterion")["verdict"]
        for _, criterion in asked.values():
            verdict = asked_of.get_group(criterion)
            assert (verdict != "pass").tolist() == [fluid in strict for fluid in NINE]


@pytest.mark.parametrize(
    ("biofluid", "albumin", "apob"),
    [
        ("plasma", "pass", "pass"),
        ("csf", "pass", "pass"),
        ("urine", "pass", "pass"),
        ("saliva", "pass", "pass"),
        ("milk", "pass", "pass"),
        ("", "pass", "pass"),
        ("tissue", "warn", "warn"),
        ("cell_culture", "fail", "fail"),
    ],
)
def test_the_ratios_of_plasma_evs_fail_in_cell_culture_alone(panels, biofluid, albumin, apob):
    """-5.3 to ALB, as Mag-Net plasma EVs have it, and -4.5 to APOB."""
    features = {CD9: ("CD9", [2**20]), ALB: ("ALB", [2**25.3]), APOB: ("APOB", [2**24.5])}
    criteria = criteria_of(panels, features, biofluid=biofluid, others=2)
    assert answer(criteria, "s1", ALBUMIN_RATIO)["verdict"] == albumin
    assert answer(criteria, "s1", APOB_RATIO)["verdict"] == apob


@pytest.mark.parametrize("biofluid", ["urine", "saliva", "milk", "tissue", ""])
def test_what_was_not_calibrated_never_fails_by_a_ratio(panels, biofluid):
    features = {CD9: ("CD9", [1.0]), ALB: ("ALB", [2.0**30]), APOB: ("APOB", [2.0**30])}
    criteria = criteria_of(panels, features, biofluid=biofluid, others=2)
    for criterion in (ALBUMIN_RATIO, APOB_RATIO):
        assert answer(criteria, "s1", criterion)["verdict"] == "warn"


def test_what_is_not_assessed_tells_its_threshold_too(panels):
    """No assay at all, an empty RNA table, and a borderline share of which much may be unseen."""
    samples = sheet({"sample": "s1"})
    nothing = score(samples, panels, default_options())["criteria"].set_index("criterion")
    assert nothing.loc["albumin share", "threshold"] == "warn > 0.1, fail > 0.3"
    assert nothing.loc[TETRASPANINS, "threshold"] == "warn < 2, fail at 0"
    assert nothing.loc[PER_PROTEIN, "threshold"].startswith("pass > 3e+10")
    assert nothing.loc[WINDOW, "threshold"] == "warn < 0.5"
    assert nothing.loc["haemolysis: 20-miRNA score", "threshold"] == "warn > 1.9"
    # Of adapter dimers the quality gate knows the limit, and there is none without its table.
    assert nothing.index[nothing["threshold"] == ""].tolist() == ["adapter dimers"]
    features = {ALB: ("ALB", [41.0]), CD9: ("CD9", [1.0])}
    row = answer(criteria_of(panels, features, others=360), "s1", "albumin share")
    assert (row["verdict"], row["value"]) == ("not assessed", pytest.approx(41 / 402))
    assert (row["threshold"], row["evidence"]) == ("warn > 0.1, fail > 0.3", "ALB 10 %")


def test_a_second_tetraspanin_is_not_missed_in_a_run_of_a_thousand_groups():
    """It ranks down to 782nd in EV sets, where such a run no longer shows all."""
    said = {}
    for depth in (1000, 2000):
        matrix = protein_matrix({"P21926": ("CD9", [5.0])}, ["s1"], others=depth - 1)
        tables = score(
            sheet({"sample": "s1"}), read_panels(PANELS), default_options(), proteins=matrix
        )
        row = answer(tables["criteria"], "s1", "tetraspanins CD9, CD63, CD81, CD82")
        said[depth] = row["verdict"]
    assert said == {1000: "not assessed", 2000: "warn"}
