"""What was understood of tables, in a few lines."""

from dataclasses import replace

from evcargo.files.summary import InputSummary
from evcargo.study.inputs import MAX_LINES, describe_inputs, inputs_table

ONE = InputSummary(
    "data/m{1}.tsv",
    "proteins",
    "protein matrix",
    scale="log2",
    scale_reason="values from 12 to 31",
    identifier_type="gene symbol",
    identifiers=100,
    recognised=97,
    markers="CD9, CD63, CD81",
    dropped_rows="1 row 'Sum'",
)


def test_one_line_says_what_decides() -> None:
    (line,) = describe_inputs([ONE])
    for part in ("m{1}.tsv", "protein matrix", "log2 scale", "97 of 100", "CD9", "row 'Sum'"):
        assert part in line


def test_files_that_are_alike_share_a_line_and_there_are_never_more_than_ten() -> None:
    alike = [replace(ONE, path=f"{i}.tsv") for i in range(50)]
    assert len(describe_inputs(alike)) == 1
    different = [replace(ONE, path=f"{i}.tsv", recognised=i) for i in range(50)]
    lines = describe_inputs(different)
    assert len(lines) == MAX_LINES
    assert "41 more" in lines[-1]


def test_no_marker_is_said_aloud() -> None:
    (line,) = describe_inputs([replace(ONE, markers="")])
    assert "no marker among them" in line


def test_the_table_has_a_row_per_file() -> None:
    assert inputs_table([ONE, ONE])["recognised"].tolist() == [97, 97]
    assert inputs_table([]).empty
