"""Numbers of sheets in the ways of all countries: read by their column, or asked for."""

import pytest

from evcargo.study.notes import Notes
from evcargo.study.sheet_numbers import with_plain_numbers
from evcargo.study.sheets import Row, Sheet


def read(cells: list[str], strict: bool = True, semicolon: bool = False) -> tuple[list[str], Notes]:
    notes = Notes("samples.tsv")
    rows = [Row(number + 2, {"x": cell}) for number, cell in enumerate(cells)]
    sheet = Sheet("samples.tsv", 1, ["x"], rows, semicolon)
    names = {"numeric": ["x"]} if strict else {"numeric": [], "others": ["x"]}
    plain = with_plain_numbers(sheet, notes=notes, **names)
    return [row.cells["x"] for row in plain.rows], notes


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("semicolon", [True, False])
@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["21,5", "23,5", "24,0"], ["21.5", "23.5", "24.0"]),
        (["21.5", "", "24"], ["21.5", "", "24"]),
        (["1,5E10", "2E9"], ["1.5E10", "2E9"]),
        (["1.234,5", "12,5"], ["1234.5", "12.5"]),
        (["1,234.5", "999"], ["1234.5", "999"]),
        (["1 234", "12"], ["1234", "12"]),
        (["1,234,567", "1,234"], ["1234567", "1234"]),
        (["0,512", "1,234"], ["0.512", "1.234"]),
        (["\u22121,5", "2,25"], ["-1.5", "2.25"]),
        (["1", "2", "30"], ["1", "2", "30"]),
    ],
)
def test_a_column_is_read_as_one(
    cells: list[str], plain: list[str], strict: bool, semicolon: bool
) -> None:
    found, notes = read(cells, strict, semicolon)
    assert found == plain
    assert not notes.problems


@pytest.mark.parametrize("strict", [True, False])
def test_a_sign_that_nothing_settles_is_asked_for(strict: bool) -> None:
    cells, notes = read(["1,234", "2,345"], strict)
    assert cells == ["1,234", "2,345"]
    (problem,) = notes.problems
    assert "'1,234' can be 1234 or 1.234" in problem.message
    assert "point for decimals" in problem.remedy


def test_cells_that_contradict_each_other_are_refused() -> None:
    cells, notes = read(["9,8", "12.5"])
    assert cells == ["9,8", "12.5"] and not notes.problems  # the check of the cell names it
    _, notes = read(["9,8", "12.5"], strict=False)
    assert "cannot both be read in one way" in notes.problems[0].message


def test_words_of_a_covariate_stay() -> None:
    cells = ["1,5", "low", "batch 1,2"]
    assert read(cells, strict=False)[0] == cells
    assert read(["21,5", "unknown"])[0] == ["21.5", "unknown"]
