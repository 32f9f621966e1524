"""Cells: numbers in the ways of several countries, words of controlled lists."""

import pytest

from evcargo.study.cells import CellError, as_number, read_cell


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        ("2.1e10", 2.1e10),
        ("2.1E+10", 2.1e10),
        ("1500.25", 1500.25),
        ("1.500", 1.5),
        (".5", 0.5),
        ("-3", -3.0),
        ("1,5", None),
        ("1,500", None),
        ("1.500,5", None),
        ("1 500", None),
        ("1_500", None),
        ("1e999", None),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
        ("\u0661", None),
        ("", None),
    ],
)
def test_numbers(text: str, number: float | None) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,55", "decimal comma"),
        ("1,500", "cannot be told apart"),
        ("many", "not a number"),
        ("0", "not above 0"),
        ("-2", "not above 0"),
        ("11", "above 10"),
    ],
)
def test_why_a_number_is_refused(text, message):
    with pytest.raises(CellError, match=message):
        read_cell(text, {"type": "number", "exclusiveMinimum": 0, "maximum": 10})


def test_whole_numbers():
    schema = {"type": "integer", "minimum": 1, "maximum": 9999}
    assert read_cell("2.0", schema) == 2
    for text in ("1.5", "0", "10000", "9" * 400, "one"):
        with pytest.raises(CellError):
            read_cell(text, schema)


def test_words_are_spelt_as_the_list_spells_them():
    schema = {"type": "string", "enum": ["plasma", "cell_culture"]}
    assert read_cell("Plasma", schema) == "plasma"
    assert read_cell("Cell culture", schema) == "cell_culture"
    with pytest.raises(CellError) as caught:
        read_cell("plsma", schema)
    assert caught.value.remedy == "Did you mean 'plasma'? It can be plasma, cell_culture"
