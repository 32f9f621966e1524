"""Words, numbers and tables of the report."""

import numpy as np
import pandas as pd
import pytest
from made_study import MadeStudy, make_study

from evcargo.report.answer import cargo_words, purity_words
from evcargo.report.contrasts import hit_table, reasons_not_tested
from evcargo.report.methods import base_name
from evcargo.report.parts import (
    Column,
    Table,
    counted,
    figure_text,
    groups_of,
    listed,
    p_text,
    share_text,
)
from evcargo.report.purity import limits_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (12345, "12,345"),
        (2.1e10, "2.1 × 10¹⁰"),
        (-3.14159, "−3.14"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1234.5, "1,234"),
        (0.0286, "0.029"),
        (4.2e-7, "4.2 × 10⁻⁷"),
        (None, "–"),
        (float("nan"), "–"),
        (pd.NA, "–"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_for_people(value, shown):
    assert figure_text(value) == shown


def test_p_values_and_shares():
    assert [p_text(p) for p in (0.5, 0.0286, 1.23e-5, 0, None)] == [
        "0.5", "0.029", "1.2 × 10⁻⁵", "0", "–",
    ]  # fmt: skip
    # What is rounded to the level itself would seem to be on its wrong side.
    assert [p_text(p) for p in (0.05, 0.050001, 0.0504, 0.0499)] == [
        "0.05", "0.050001", "0.0504", "0.0499",
    ]  # fmt: skip
    assert [share_text(s) for s in (0.31, 0.0004, 0, 1, np.nan)] == [
        "31.0 %", "< 0.1 %", "0.0 %", "100.0 %", "–",
    ]  # fmt: skip


def test_lists_and_counts():
    assert [listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert counted(1, "class", "classes") + counted(1200, "class", "classes") == (
        "1 class1,200 classes"
    )


def test_tsv_keeps_one_line_per_row():
    table = Table(
        "t", "T", (Column("name"), Column("v", "number", "nm")), (("a\tb\nc", 0.1), ("d", None))
    )
    assert table.tsv == "name\tv (nm)\na b c\t0.1\nd\t\n"


def test_groups_put_ev_first_and_keep_the_order_of_the_sheet():
    sheet = pd.DataFrame(
        {
            "sample": ["p", "b", "a", "c"],
            "material": ["source", "ev", "ev", "ev"],
            "condition": ["x", "y", "x", "y"],
        }
    )
    groups = groups_of(sheet)
    assert [(g.label, g.samples) for g in groups] == [
        ("y · EV", ("b", "c")),
        ("x · EV", ("a",)),
        ("x · source", ("p",)),
    ]


def test_limits_are_read_from_the_words_of_a_threshold():
    thresholds = pd.Series(
        ["warn < -8, fail < -12", "warn < -8, fail < -12", "none for this matrix", None]
    )
    assert limits_of(thresholds) == [("fail", -12.0), ("warn", -8.0)]
    assert limits_of(pd.Series(["warn > 1.5e+09"])) == [("warn", 1.5e9)]


def rows(*values):
    verdicts = ["stands", "weakened", "explained", "contaminant", "not_assessed"]
    return pd.DataFrame(values, columns=["assay", "tested", "significant", *verdicts])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            rows(("proteins", 10, 1, 0, 0, 0, 1, 0)),
            "0 of 1 significant protein survive the impurity; 1 contaminant itself.",
        ),
        (
            rows(("proteins", 10, 9, 4, 2, 1, 0, 2), ("rna", 5, 0, 0, 0, 0, 0, 0)),
            "4 of 9 significant proteins survive the impurity; 2 weakened, 1 explained by impurity"
            " and 2 not assessed. None of 5 small RNAs differs significantly.",
        ),
        (
            rows(("rna", 10, 1, 1, 0, 0, 0, 0)),
            "1 of 1 significant small RNA survives the impurity.",
        ),
        (
            rows(("rna", 10, 3, 0, 0, 0, 0, 3)),
            "3 small RNAs differ significantly: whether that survives the impurity was not"
            " assessed.",
        ),
        (
            rows(("rna", 10, 3, 0, 0, 0, 2, 1)),
            "3 small RNAs differ significantly: 2 contaminants themselves; whether the rest"
            " survives the impurity was not assessed.",
        ),
        (rows(("rna", 0, 0, 0, 0, 0, 0, 0)), "No small RNA could be tested."),
        (rows(), "Nothing could be tested."),
    ],
)  # fmt: skip
def test_cargo_in_one_sentence(table, said):
    assert cargo_words(table) == said


def associations(*values):
    names = ["metric", "n_test", "n_reference", "median_test", "median_reference", "p_value"]
    frame = pd.DataFrame(values, columns=[*names, "associated", "rule"])
    frame["associated"] = frame["associated"].astype("boolean")
    # C(8, 4) = 70 divisions, two of them extreme: 2 / 70
    return frame.assign(contrast="c", kind="purity", effect=-0.5, least_p_value=2 / 70)


class OnlyAssociations:
    def __init__(self, table):
        self.associations = table


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            associations(
                ("albumin share", 4, 4, 0.1, 0.2, 0.0286, True, "adjusted p-value < 0.05")
            ),
            "The groups are not equally pure: albumin share is lower in t (median 0.100 v 0.200,"
            " p = 0.029).",
        ),
        (
            associations(("albumin share", 4, 4, 0.1, 0.2, 0.9, False, "")),
            "None of 1 purity metric differs detectably between the groups; with 4 v 4 independent"
            " samples the smallest p-value that the test can give is 0.029, so a difference can"
            " have gone unseen.",
        ),
        (
            associations(("x", 2, 2, 1, 2, 0.33, pd.NA, "groups too small")),
            "Whether the two groups are equally pure could not be told: groups too small.",
        ),
    ],
)
def test_purity_of_the_groups_in_one_sentence(table, said):
    contrast = {"name": "c", "test": "t", "reference": "r"}
    assert purity_words(OnlyAssociations(table), contrast) == said


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("any", "albumin share differs between the levels of dose (p = 0.001)."),
        ("slope", "albumin share falls with dose (ρ = −0.500, p = 0.001)."),
    ],
)
def test_purity_against_several_levels_or_a_number(kind, said):
    table = associations(("albumin share", 9, pd.NA, np.nan, np.nan, 0.001, True, "adjusted"))
    contrast = {"name": "c", "column": "dose", "kind": kind, "test": "", "reference": ""}
    assert purity_words(OnlyAssociations(table), contrast).endswith(said)


def test_reasons_count_what_has_no_test_or_no_adjusted_p_value():
    table = pd.DataFrame(
        {
            "tested": pd.array([True, True, False, False], dtype="boolean"),
            "adjusted_p_value": [0.1, np.nan, np.nan, np.nan],
            "reason": [pd.NA, "filtered", "too few", "too few"],
        }
    )
    assert reasons_not_tested(table) == [("too few", 2), ("filtered", 1)]


def test_hit_table_leaves_out_the_second_name_where_it_says_the_same(results):
    whole = results.differential["tumour_v_healthy", "rna"]
    same = whole.assign(name=whole["feature"])
    labels = [column.label for column in hit_table(same, "t", "T", 5).columns]
    assert "feature" not in labels
    assert "feature" in [column.label for column in hit_table(whole, "t", "T", 5).columns]


def test_names_of_files_lose_their_folders():
    assert [base_name(p) for p in ("/a/b/c.raw", "c.raw", r"C:\x\c.raw")] == ["c.raw"] * 3


def test_made_study_is_the_same_each_time(tmp_path):
    one = make_study(tmp_path / "1", MadeStudy())
    two = make_study(tmp_path / "2", MadeStudy())
    for name in ("shares", "criteria"):
        first, second = (open(paths[name], "rb") for paths in (one, two))  # noqa: SIM115, PTH123
        with first, second:
            assert first.read() == second.read()
