"""The EV index and the profiles in the report."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lxml import html

from evcargo.contracts import CONTRACTS
from evcargo.report.ev_index import index_figure, profile_maps
from evcargo.report.page import render
from evcargo.report.parts import groups_of


@pytest.fixture(scope="module")
def told(results):
    """The made study with an index, which its last sample lacks, and two panels of profiles."""
    samples = list(results.samples["sample"])
    n = len(samples)
    value = np.linspace(-9, 2, n)
    value[-1] = np.nan
    index = pd.DataFrame(
        {
            "sample": samples, "index": value, "low": value - 0.7, "high": value + 0.9,
            "without_low": value - 0.2, "without_high": value + 0.3, "decider": "ALB",
            "unseen": 0.1, "ev_markers": 30, "contaminant_markers": 80,
            "contaminants": "plasma, lipoprotein", "verdict": ["fail"] + ["pass"] * (n - 1),
            "rule": "told",
        }
    )[CONTRACTS["index"].names]  # fmt: skip
    rows = [
        {"sample": sample, "kind": kind, "panel": panel, "members": 3, "could_be": could,
         "share": 0.01, "relative": relative, "leading": "CD9", "discriminates": True, "note": note}
        for number, sample in enumerate(samples)
        for kind, panel, could, relative, note in (
            ("subtype", "subtype_small_ev", 8, number - 1.0, ""),
            ("route", "biogenesis_escrt", 0, np.nan, "a note"),
        )
    ]  # fmt: skip
    profiles = pd.DataFrame(rows)[CONTRACTS["profiles"].names]
    return replace(results, index=index, profiles=profiles)


def test_the_figure_has_its_data_table(told):
    groups = groups_of(told.samples)
    figure = index_figure(told, groups)
    labels = [column.label for column in figure.table.columns]
    assert labels[:6] == ["sample", "index", "low", "high", "without low", "without high"]
    assert {row[0] for row in figure.table.rows} == set(told.samples["sample"])
    assert "no proteins" in figure.svg and "<svg" in figure.svg
    assert "if nothing were unseen of one side" in figure.caption


def test_profiles_are_shaded_by_their_distance_from_the_study(told):
    small, escrt = profile_maps(told, groups_of(told.samples))
    shades = {cell["said"].partition(":")[0]: cell["shade"] for cell in small["rows"][0]["cells"]}
    by_number = [shades[sample] for sample in told.samples["sample"]]
    assert by_number[:5] == ["less-2", "", "more-2", "more-3", "more-3"]
    assert escrt["rows"][0]["note"] == "a note"
    assert all(cell["said"].endswith("not assessed") for cell in escrt["rows"][0]["cells"])


def test_page_shows_both_and_says_where_there_is_none(told, page):
    whole = html.document_fromstring(render(told))
    assert whole.get_element_by_id("fig-ev-index") is not None
    assert whole.get_element_by_id("profile-subtype-caption") is not None
    cells = whole.xpath("//table[caption[@id='profile-subtype-caption']]/tbody//td")
    assert cells[0].text_content().startswith("3/8")
    without = page.xpath("//h3[text()='EV index']/following-sibling::p[1]")[0].text_content()
    assert without.startswith("Not assessed: the index is of proteins")
