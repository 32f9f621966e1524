"""What was read, said before the verdict."""

from dataclasses import asdict, replace

import pandas as pd
import pytest
from made_study import make_study

from evcargo.files.summary import COLUMNS, InputSummary
from evcargo.report.inputs import inputs_section
from evcargo.report.page import render
from evcargo.report.results import read_results

GOOD = InputSummary(
    path="tables/proteinGroups.txt",
    assay="proteins",
    program="MaxQuant proteinGroups",
    recognised_by="column 'Majority protein IDs'",
    rows=396,
    sample_columns=8,
    quantity="LFQ intensity",
    quantity_reason="normalised by the program",
    scale="raw",
    scale_reason="values up to 1e11",
    decimal_sign="point",
    identifier_type="UniProt accession",
    identifiers=396,
    recognised=390,
    markers="CD9, CD63",
)


def table(*summaries: InputSummary) -> pd.DataFrame:
    return pd.DataFrame([asdict(one) for one in summaries], columns=list(COLUMNS)).convert_dtypes()


@pytest.fixture
def results(tmp_path):
    return read_results(make_study(tmp_path))


def test_a_study_of_raw_files_has_no_such_section(results) -> None:
    assert inputs_section(results) is None
    assert 'id="read"' not in render(results)


def test_it_stands_before_the_verdict_and_says_what_was_understood(results) -> None:
    page = render(replace(results, inputs=table(GOOD)))
    assert page.index('id="read"') < page.index('id="answer"')
    assert "390 of 396 (UniProt accession)" in page
    assert "LFQ intensity (normalised by the program)" in page


def test_of_many_markers_the_first_are_named(results) -> None:
    many = replace(GOOD, markers="CD9, CD63, CD81, TSG101, PDCD6IP, FLOT1, ALB, APOB")
    section = inputs_section(replace(results, inputs=table(many)))
    assert section is not None
    (row,) = section["table"].rows
    assert "CD9, CD63, CD81, TSG101, PDCD6IP, FLOT1 and 2 more" in row


def test_unknown_names_are_the_first_line_of_the_verdict(results) -> None:
    unknown = replace(GOOD, recognised=12, markers="")
    page = render(replace(results, inputs=table(unknown)))
    verdict = page[page.index('id="h-answer"') :]
    sentence = "Purity is not assessed by name for proteins: only 12 of 396 identifiers are known."
    assert 0 < verdict.index(sentence) < 300
    assert "None of them is a known contaminant" not in page


def test_imputation_and_relative_quantities_are_warned_of(results) -> None:
    strange = replace(GOOD, imputed="no value is missing", scale="relative", scale_reason="NPX")
    section = inputs_section(replace(results, inputs=table(strange)))
    assert section is not None
    text = " ".join(section["warnings"])
    assert "filled in (no value is missing)" in text
    assert "relative quantities (NPX)" in text


def test_files_that_are_alike_are_one_row(results) -> None:
    sizes = [InputSummary(f"sizes_{i}.csv", "particles", "size table") for i in range(100)]
    section = inputs_section(replace(results, inputs=table(GOOD, *sizes)))
    assert section is not None
    assert [row[1] for row in section["table"].rows] == [
        "proteinGroups.txt",
        "sizes_0.csv and 99 more",
    ]


def test_what_holds_for_several_files_is_said_once(results) -> None:
    sizes = [
        InputSummary(f"sizes_{i}.csv", "particles", "size table", notes="dilution not stated")
        for i in range(10)
    ]
    section = inputs_section(replace(results, inputs=table(*sizes)))
    assert section is not None
    assert section["warnings"] == ["sizes_0.csv and 9 more: dilution not stated"]
    assert [column.label for column in section["table"].columns] == ["assay", "file", "read as"]
