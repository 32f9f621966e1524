"""Contrasts: levels, independent samples, and designs that cannot be estimated."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_files import CONTRAST, StudyFiles

from evcargo.contracts import CONTRACTS
from evcargo.study.contrasts import check_contrasts
from evcargo.study.design import aliased_terms, compared, covariate_numbers, design_columns
from evcargo.study.model import Contrast, question
from evcargo.study.notes import Notes
from evcargo.tables import DTYPES


def sheet(**columns) -> pd.DataFrame:
    """A sample sheet under its contract; a column is a text with one word per sample."""
    given = {name: words.split() for name, words in columns.items()}
    size = len(next(iter(given.values())))
    given = {"sample": [f"s{i}" for i in range(1, size + 1)], "material": ["ev"] * size} | given
    frame = pd.DataFrame(index=range(size))
    for column in CONTRACTS["samples"].columns:
        values = [None if one == "." else one for one in given.pop(column.name, ["."] * size)]
        frame[column.name] = pd.Series(values, dtype="string").astype(DTYPES[column.dtype])
    for name, words in given.items():
        frame[name] = pd.Series([None if one == "." else one for one in words], dtype="string")
    return frame


def runs_of(samples: pd.DataFrame, assay: str = "rna") -> pd.DataFrame:
    return pd.DataFrame({"sample": samples["sample"], "assay": assay})


#: What a contrast of the config has beside name, column and levels, by default.
REST = {"covariates": [], "material": "ev", "kind": "pair", "fit_on": "compared", "block": ""}


def check(samples: pd.DataFrame, runs: pd.DataFrame | None = None, **contrast):
    notes = Notes("config.yaml")
    given = {"name": "c", "column": "condition", "test": "t", "reference": "h"}
    given |= REST | contrast
    found = check_contrasts([given], samples, runs_of(samples) if runs is None else runs, notes)
    return found, notes.problems


def only(samples: pd.DataFrame, runs: pd.DataFrame | None = None, **contrast):
    _, problems = check(samples, runs, **contrast)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def test_a_good_contrast():
    samples = sheet(condition="t t h h", batch="1 2 1 2")
    found, problems = check(samples, covariates=["batch"])
    assert problems == []
    assert found == (Contrast("c", "condition", "t", "h", ("batch",), "ev"),)


@pytest.mark.parametrize(
    ("cells", "test", "reference", "levels"),
    [
        ("1 1 0 0", 1, 0, ("1", "0")),
        ("1.0 1.0 2.0 2.0", 1, 2, ("1.0", "2.0")),
        ("yes yes no no", True, False, ("yes", "no")),
        ("TRUE TRUE FALSE FALSE", True, False, ("TRUE", "FALSE")),
        ("a a b b", " a ", "b", ("a", "b")),
    ],
)
def test_levels_that_yaml_has_read_otherwise(cells, test, reference, levels):
    found, problems = check(sheet(condition=cells), test=test, reference=reference)
    assert problems == []
    assert (found[0].test, found[0].reference) == levels


@pytest.mark.parametrize(
    ("contrast", "place", "value", "message", "remedy"),
    [
        ({"column": "conditon"}, "column", "conditon", "not a column", "Did you mean 'condition'?"),
        ({"covariates": ["bacth"]}, "covariates", "bacth", "not a column", "Did you mean 'batch'?"),
        ({"covariates": ["condition"]}, "covariates", "condition", "given twice", "Take it out"),
        ({"covariates": ["batch", "batch"]}, "covariates", "batch", "given twice", "Take it out"),
        ({"test": "tumor"}, "test", "tumor", "is no level of condition", "Levels there: t, h"),
        ({"test": "h"}, None, "h", "both test and reference", "Choose two levels"),
        ({"column": "protein_ug"}, "column", "protein_ug", "a measurement", "holds groups"),
    ],
)
def test_contrasts_that_do_not_fit_the_sheet(contrast, place, value, message, remedy):
    problems = check(sheet(condition="t t h h", batch="1 2 1 2", protein_ug="1 2 3 4"), **contrast)[
        1
    ]
    found = problems[0]
    assert found.column == ("contrasts[c]" if place is None else f"contrasts[c].{place}")
    assert found.value == value
    assert message in found.message
    assert remedy in found.remedy


def test_a_level_of_another_material():
    samples = sheet(condition="t t h h", material="ev ev source source")
    problem = only(samples)
    assert "among the samples of material ev" in problem.message
    assert problem.remedy == "Set the contrast's material; levels of ev samples: t"


def test_a_level_of_another_material_that_is_a_slip():
    samples = sheet(condition="LPS LPS h h lps", material="ev ev ev ev source")
    found, problems = check(samples, test="lps")
    assert (found, problems[0].remedy) == ((), "Did you mean 'LPS'?")


def test_two_contrasts_of_one_name():
    samples = sheet(condition="t t h h")
    notes = Notes("config.yaml")
    one = {"column": "condition", "test": "t", "reference": "h"} | REST
    check_contrasts([{"name": "a", **one}, {"name": "A", **one}], samples, runs_of(samples), notes)
    assert [p.message for p in notes.problems] == ["is the name of two contrasts"]


def test_too_few_samples_on_a_side():
    problem = only(sheet(condition="t h h h"))
    assert (problem.column, problem.value) == ("contrasts[c]", "t")
    assert "fewer than 2 independent samples with runs (s1)" in problem.message


def test_only_samples_with_runs_count():
    samples = sheet(condition="t t h h")
    assert "(s1)" in only(samples, runs_of(samples[samples["sample"] != "s2"])).message


def test_samples_of_one_subject_count_once():
    samples = sheet(condition="t t h h", subject="d1 d1 d2 d3")
    problem = only(samples)
    assert "(s1, s2, all of subject d1)" in problem.message
    assert "leave subject empty" in problem.remedy


def test_a_subject_on_both_sides_is_a_pair():
    samples = sheet(condition="t t h h", subject="d1 d2 d1 d2")
    assert check(samples, covariates=["subject"])[1] == []


def test_sides_that_no_assay_shares():
    samples = sheet(condition="t t h h")
    runs = pd.concat([runs_of(samples[:2], "rna"), runs_of(samples[2:], "proteins")])
    assert "has no assay in which both sides" in only(samples, runs).message


@pytest.mark.parametrize(
    ("covariates", "columns", "value", "message"),
    [
        (["batch"], {"batch": "1 1 2 2"}, "condition + batch", "every batch is on one side"),
        (
            ["subject"],
            {"subject": "a b c d"},
            "condition + subject",
            "every subject is on one side",
        ),
        (["dose"], {"dose": "0 0 5 5"}, "condition + dose", "cannot be told apart from dose"),
        (["batch", "day"], {"batch": "1 2 1 2", "day": "x y x y"}, "batch + day", "say the same"),
        (["batch"], {"batch": "1 1 1 1"}, "batch", "is '1' for every compared sample"),
        (["batch"], {"batch": "1 . 1 2"}, "batch", "is empty for s2"),
        (
            ["batch", "age"],
            {"batch": "1 2 1 2", "age": "1 2 3 5"},
            "batch, age",
            "nothing for the error",
        ),
    ],
)
def test_designs_that_cannot_be_estimated(covariates, columns, value, message):
    problem = only(sheet(condition="t t h h", **columns), covariates=covariates)
    assert (problem.column, problem.value) == ("contrasts[c].covariates", value)
    assert message in problem.message
    assert problem.remedy


def test_three_columns_of_which_any_two_are_fine():
    """Sides crossed with a and b, and c = a xor b xor side: no two say the same, all four do."""
    samples = sheet(
        condition="t t t t h h h h",
        a="x x y y x x y y",
        b="p q p q p q p q",
        total="1 0 0 -1 0 -1 -1 -2",  # [t] - [y] - [q]
    )
    for pair in (["a", "b"], ["a", "total"], ["b", "total"]):
        assert check(samples, covariates=pair)[1] == []
    problem = only(samples, covariates=["a", "b", "total"])
    assert problem.value == "condition + a + b + total"


def test_a_number_that_is_none():
    ages = " ".join(["40", "51", "62", "73", "unknown", "44", "55", "66"])
    problem = only(sheet(condition="t t t t h h h h", age=ages), covariates=["age"])
    assert problem.message == "is a number, but not for s5 (unknown)"


def test_numbers_and_categories():
    samples = sheet(condition="t t h", batch="1 2 3", age="1.5 . 3", site="1 b 2")
    assert covariate_numbers(samples, "batch") is None
    assert covariate_numbers(samples, "site") is None
    np.testing.assert_array_equal(covariate_numbers(samples, "age"), [1.5, np.nan, 3])


def test_columns_of_the_design_by_hand():
    samples = sheet(condition="t t h h x", batch="b a c a a", age="3 1 4 1 5")
    contrast = Contrast("c", "condition", "t", "h", ("batch", "age"))
    rows = compared(contrast, samples, set(samples["sample"]))
    columns = design_columns(contrast, rows)
    assert [term for term, _ in columns] == ["condition", "batch", "batch", "age"]
    np.testing.assert_array_equal(
        np.array([values for _, values in columns]),
        [[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [3, 1, 4, 1]],
    )


@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=6, max_size=6), min_size=1, max_size=5
    ),
    st.sampled_from([1e-6, 1.0, 1e9]),
)
def test_aliasing_agrees_with_the_rank_of_the_matrix(columns, scale):
    """No alias where, and only where, numpy's singular values give [1, X] its full rank."""
    matrix = np.column_stack([np.ones(6), *columns])
    named = [(f"x{i}", np.array(values) * scale) for i, values in enumerate(columns)]
    assert (aliased_terms(named) == []) == (np.linalg.matrix_rank(matrix) == matrix.shape[1])


def test_a_contrast_of_the_whole_study(files: StudyFiles):
    files.config["contrasts"] = [CONTRAST | {"covariates": ["subject"]}]
    problem = files.problem()
    assert problem.file == "config/config.yaml"
    assert problem.column == "contrasts[tumour_v_healthy].covariates"
    assert "condition cannot be told apart from subject (confounded design)" in problem.message


SERIES = {"condition": "0 0 6 6 24 24", "test": "", "reference": ""}


def test_questions_of_more_than_two_levels():
    samples = sheet(condition=SERIES["condition"], donor="a b a b a b", subject="a b a b a b")
    asked = {"test": "", "reference": ""}
    found, problems = check(samples, kind="any", covariates=["subject"], **asked)
    assert problems == []
    assert question(asdict(found[0])) == "any two levels of condition"
    columns = design_columns(found[0], compared(found[0], samples, set(samples["sample"])))
    assert [values.tolist() for _, values in columns] == [
        [0, 0, 0, 0, 1, 1],
        [0, 0, 1, 1, 0, 0],
        [0, 1, 0, 1, 0, 1],
    ]
    found, problems = check(samples, kind="slope", **asked)
    assert problems == []
    assert question(asdict(found[0])) == "condition, per unit"
    columns = design_columns(found[0], compared(found[0], samples, set(samples["sample"])))
    assert columns[0][1].tolist() == [0, 0, 6, 6, 24, 24]


def test_other_levels_have_a_mean_of_their_own():
    samples = sheet(condition="x t h t h y x")
    contrast = Contrast("c", "condition", "t", "h", fit_on="all")
    columns = design_columns(contrast, samples)
    assert [values.tolist() for _, values in columns] == [
        [0, 1, 0, 1, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 1, 0],
    ]


@pytest.mark.parametrize(
    ("cells", "contrast", "place", "message"),
    [
        ("t t h h", {"test": ""}, "test", "is missing"),
        ("t t h h", {"kind": "any"}, "test", "kind any compares no two levels"),
        ("t t h h", {"kind": "any", "test": "", "reference": ""}, "kind", "no third level"),
        ("t t h h x", {"kind": "any", "test": "", "reference": ""}, None, "fewer than 2"),
        ("t t 5 3", {"kind": "slope", "test": "", "reference": ""}, "column", "words"),
        ("1 1 2 2", {"kind": "slope", "test": "", "reference": ""}, "column", "2 different"),
        ("t t h h", {"block": "donor"}, "block", "not a column"),
        ("t t h h", {"block": "condition"}, "block", "given twice"),
        ("t t h h", {"block": "sex"}, "block", "is empty for s1"),
        ("t t h h", {"block": "subject"}, "block", "value of its own"),
    ],
)
def test_questions_that_the_sheet_cannot_answer(cells, contrast, place, message):
    n = len(cells.split())
    samples = sheet(
        condition=cells,
        subject=" ".join(f"d{i}" for i in range(n)),
        sex=" ".join([".", *"mfmf"][:n]),
    )
    problems = check(samples, **contrast)[1]
    assert problems[0].column == ("contrasts[c]" if place is None else f"contrasts[c].{place}")
    assert message in problems[0].message
    assert problems[0].remedy


def test_samples_of_one_subject_on_one_side_may_be_a_block():
    samples = sheet(condition="t t t h h h", subject="a a b c c d")
    assert check(samples, block="subject")[1] == []
