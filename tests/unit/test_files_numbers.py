"""Numbers of all locales: proved by cells, never guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evcargo.errors import EvcargoError
from evcargo.files.numbers import (
    AmbiguousNumbersError,
    NoNumberError,
    NumberEvidence,
    NumberStyle,
    find_number_style,
    find_unit,
    parse_numbers,
)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["3", "4"], [3, 4]),
        (["1.5", "2e7", "-0.25"], [1.5, 2e7, -0.25]),
        (["1,5", "2"], [1.5, 2]),
        (["1,5E+06", "2"], [1.5e6, 2]),
        (["1,000E+01", "6,374E-01"], [10, 0.6374]),
        (["0,123", "1,234"], [0.123, 1.234]),
        (["1,234,567", "5"], [1234567, 5]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1.234,5", "1.234"], [1234.5, 1234]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1,190", "693"], [1190, 693]),  # decimals would be 1,19 or 693,000
        (["1,197", "2345"], [1.197, 2345]),  # 2345 has no thousands sign
        (["1.197", "693.000"], [1.197, 693]),  # always three decimals
        (["1 234", "1\u202f234,5", "1\u00a0234"], [1234, 1234.5, 1234]),
        (["1'234", "1\u2019234.5"], [1234, 1234.5]),
        (["\u22125", "4.25"], [-5, 4.25]),
        (["5 %", "6,5 %"], [5, 6.5]),
        (["5.5 nm", "6 nm"], [5.5, 6]),
        (["NaN", "#NUM!", "n. def.", "2"], [np.nan, np.nan, np.nan, 2]),
        (["1e400", "inf", "2"], [np.nan, np.nan, 2]),
    ],
)
def test_what_cells_prove(cells: list[str], numbers: list[float]) -> None:
    np.testing.assert_array_equal(parse_numbers(cells, find_number_style(cells, "t")), numbers)


@pytest.mark.parametrize(
    ("cells", "comma_expected"),
    [
        (["1,197", "693"], False),
        (["1,234"], False),
        (["1.197", "693"], False),
        (["1.197", "2.468"], True),
    ],
)
def test_what_no_cell_proves_is_asked_for(cells: list[str], comma_expected: bool) -> None:
    with pytest.raises(AmbiguousNumbersError, match="column 'decimal' of the run sheet"):
        find_number_style(cells, "t.tsv", comma_expected=comma_expected)


def test_the_user_can_state_the_decimal_sign() -> None:
    cells = ["1,197", "693"]
    as_comma = parse_numbers(cells, find_number_style(cells, "t", "comma"))
    as_point = parse_numbers(cells, find_number_style(cells, "t", "point"))
    assert (as_comma[0], as_point[0]) == (1.197, 1197)
    with pytest.raises(EvcargoError, match=r"states a decimal comma, but '0\.5'"):
        find_number_style(["0.5"], "t", "comma")


def test_contradictions_are_refused_with_both_cells() -> None:
    with pytest.raises(EvcargoError, match=r"'1\.5' and '1,5'"):
        find_number_style(["1,5", "1.5"], "t")


def test_a_word_is_no_number_and_its_place_is_known() -> None:
    with pytest.raises(NoNumberError) as raised:
        parse_numbers(["1", "2", "low"], find_number_style(["1"], "t"))
    assert (raised.value.position, raised.value.cell) == (2, "low")
    assert find_unit(["5 nm", "6 um"]) == ""


def written(value: float, style: str) -> str:
    """A number as a spreadsheet of some language writes it."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    signs = {"english": ",.", "german": ".,", "french": "\u202f,", "swiss": "\u2019.", "plain": "."}
    thousands, decimal = signs[style] if len(signs[style]) == 2 else ("", ".")
    return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@given(
    st.lists(st.floats(0.001, 1e9).map(lambda x: round(x, 3)), min_size=1, max_size=30),
    st.sampled_from(["english", "german", "french", "swiss", "plain"]),
)
def test_a_column_of_any_language_is_read_right_or_asked_for(
    values: list[float], style: str
) -> None:
    cells = [written(value, style) for value in values]
    try:
        numbers = parse_numbers(cells, find_number_style(cells, "t"))
    except AmbiguousNumbersError:
        return
    if all(cell.count(".") == 1 and len(cell.split(".")[1]) == 3 for cell in cells):
        return  # three decimals in every cell: a point, as programs write it
    np.testing.assert_allclose(numbers, values, rtol=0, atol=1e-9)


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_pieces_of_a_long_column_prove_what_the_whole_proves(decimal: str, size: int):
    """The proof may stand in the last piece: nothing is settled before."""
    cells = ["NA", "12", "1.234", "5678", "0.5", "", "3.25e6"]
    cells = [cell.replace(".", decimal) for cell in cells]
    evidence = NumberEvidence()
    for start in range(0, len(cells), size):
        evidence.add(cells[start : start + size])
    assert evidence.find_style("t", "").decimal == decimal
    evidence.add(["1.234.567" if decimal == "." else "1,234,567"])
    with pytest.raises(EvcargoError, match="cannot both be read"):
        evidence.find_style("t")


def test_a_unit_behind_some_numbers_only_is_no_unit():
    for cells in (["5", "5 apples"], ["5", "", "6 %"], ["5 %", "6"]):
        with pytest.raises(NoNumberError):
            parse_numbers(cells, find_number_style(cells, "t"))


def test_a_cell_that_the_style_does_not_read_is_named():
    for cell in ("1,234", "1.2.3", "1,2"):
        with pytest.raises(NoNumberError) as caught:
            parse_numbers(["5", cell], NumberStyle())
        assert caught.value.cell == cell
