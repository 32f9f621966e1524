"""Names that are safe, and the wildcard constraint made of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evcargo.study.names import SAFE, made_safe, one_of, why_unsafe


@pytest.mark.parametrize("name", ["a", "T1", "_x", "1.b-c_d", "x" * 64])
def test_safe_names(name):
    assert why_unsafe(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        (".", "starts with a dot"),
        ("..", "starts with a dot"),
        ("-rf", "or a dash"),
        ("a/b", "path separator"),
        ("..\\x", "path separator"),
        ("a b", "a space"),
        ("x" * 65, "longer than 64"),
        ("pr\u00f6be", "'\u00f6'"),
        ("a\n", r"'\\n'"),
        ("{a}", "'{'"),
        ("<b>", "'<'"),
        ("a;b", "';'"),
    ],
)
def test_unsafe_names(name, why):
    assert re.search(why, why_unsafe(name))


@given(st.text(max_size=80))
def test_the_pattern_and_the_reasons_agree(name):
    assert (why_unsafe(name) is None) == (SAFE.fullmatch(name) is not None and len(name) <= 64)


@given(st.text())
def test_a_proposed_name_is_safe(name):
    assert why_unsafe(made_safe(name)) is None


def test_a_constraint_matches_its_names_only():
    pattern = re.compile(f"(?P<run>{one_of(['S1', 'S1.f1.r1', 'a-b'])})")
    assert pattern.fullmatch("S1.f1.r1")["run"] == "S1.f1.r1"
    assert pattern.match("S1.f1.r1.tsv")["run"] == "S1.f1.r1"
    assert pattern.fullmatch("S1")
    assert not pattern.fullmatch("S1xf1xr1")
    assert not pattern.fullmatch("S2")


def test_a_constraint_without_names_matches_nothing():
    assert not re.search(one_of([]), "anything")
    assert not re.search(one_of([]), "")
