"""The section on interpretation: what it says, and what it says was not assessed."""

import pandas as pd
import pytest
from lxml import html
from made_study import MadeStudy, make_study

from evcargo.report.enrichment import leading, sets_sentence
from evcargo.report.layers import targets_sentence
from evcargo.report.page import render
from evcargo.report.results import Results, read_results


def words(element) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def results(tmp_path_factory, schema) -> Results:
    made = MadeStudy(assays=("proteins", "rna", "transcripts"), n_transcripts=300)
    return read_results(make_study(tmp_path_factory.mktemp("layers"), made) | {"schema": schema})


@pytest.fixture(scope="module")
def page(results) -> html.HtmlElement:
    return html.document_fromstring(render(results))


@pytest.fixture(scope="module")
def section(page) -> html.HtmlElement:
    return page.get_element_by_id("interpretation")


def test_sets_have_both_numbers_and_their_verdict(section, results):
    table = section.get_element_by_id("sets-1-proteins")
    shown = [[words(cell) for cell in row] for row in table.xpath(".//tbody/tr")]
    rows = {row[0]: row for row in shown if "higher" in row}
    head = [words(cell) for cell in table.xpath(".//thead//th")]
    verdict = next(n for n, text in enumerate(head) if text.startswith("survives"))
    assert rows["PLASMA"][verdict].startswith("contaminant itself")
    assert "adjusted p of hits that stand" in head
    over = results.interpretation["overrepresentation"]["tumour_v_healthy.proteins"]
    own = over[(over["set"] == "FN1") & (over["direction"] == "up")].iloc[0]
    assert rows["FN1"][verdict].startswith(own["robustness"])


def test_every_figure_has_its_numbers_and_every_table_its_file(section):
    for figure in section.xpath(".//figure"):
        if figure.get("id") != "fig-concordance-1":
            assert figure.xpath(".//table"), figure.get("id")
    files = {link.get("href") for link in section.xpath('.//a[starts-with(@href, "../")]')}
    assert files == {
        f"../interpretation/tumour_v_healthy.{name}.tsv"
        for name in (
            *(
                f"{assay}.{kind}"
                for assay in ("proteins", "rna", "transcripts")
                for kind in ("overrepresentation", "ranked")
            ),
            "concordance",
            "targets",
            "target_pairs",
        )
    }


def test_protein_and_mrna_are_told_in_numbers(section, results):
    line = results.interpretation["correlation"]["tumour_v_healthy"].iloc[0]
    said = words(section)
    assert f"{line['genes']} genes were tested as protein and as mRNA" in said
    assert f"{line['same_sign']} have the same sign" in said


def test_targets_are_told(section):
    said = words(section)
    assert "1 of 60 pairs of a miRNA and a target are correlated negatively" in said
    assert "not of repression within EVs" in said


def test_what_was_not_assessed_is_said(tmp_path):
    made = MadeStudy(assays=("proteins",))
    page = html.document_fromstring(render(read_results(make_study(tmp_path, made))))
    said = words(page.get_element_by_id("interpretation"))
    assert "Not assessed: the study has no transcripts" in said.replace("long RNA", "transcripts")
    assert "Not assessed: the study has no small RNA" in said
    none = MadeStudy(contrast=False)
    page = html.document_fromstring(render(read_results(make_study(tmp_path / "none", none))))
    assert "Not assessed: the study defines no contrast" in words(
        page.get_element_by_id("interpretation")
    )


def test_the_leading_sets_come_first_and_without_hits_it_is_said(results):
    over = results.interpretation["overrepresentation"]["tumour_v_healthy.proteins"]
    ranked = results.interpretation["ranked"]["tumour_v_healthy.proteins"]
    shown = leading(over, 2, 1)
    assert len(shown) <= 3
    assert shown["p_value"].iloc[:2].is_monotonic_increasing
    nothing = over.assign(p_value=None, significant=None)
    assert "No feature is significant, so no set can be over-represented." in sets_sentence(
        nothing, ranked
    )
    untested = ranked.assign(p_value=None, reason="fewer than 3 of its genes were tested")
    assert sets_sentence(nothing, untested).startswith("No gene set could be tested: fewer than 3")
    both = over.assign(significant=pd.array([None] * len(over), "boolean"))
    both.loc[both.index[:1], ["significant", "robustness"]] = True, "stands"
    both = pd.concat([both, both.head(1).assign(direction="down")])
    assert "1 set is over-represented" in sets_sentence(both, ranked)  # found in both directions


def test_why_no_pair_was_correlated_is_told(results):
    shifts, pairs = (
        results.interpretation[name]["tumour_v_healthy"] for name in ("targets", "target_pairs")
    )
    none = pairs.head(0)
    said = targets_sentence(shifts.assign(not_correlated="4 matched samples, fewer than 6"), none)
    assert "Single pairs were not correlated (proteins): 4 matched samples, fewer than 6." in said
    why = "batch cannot be told apart (matched samples)"
    said = targets_sentence(shifts.assign(not_correlated=why), none)
    assert said.endswith(f"(proteins): {why}.")
    constant = pairs.assign(p_value=None, reason="no variation within the groups")
    said = targets_sentence(shifts.assign(not_correlated=""), constant)
    assert said.endswith("(proteins): no variation within the groups.")
