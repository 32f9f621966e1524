"""The part on proteins: what the tables say is what the page shows."""

import dataclasses

import pandas as pd
import pytest
from lxml import html
from made_proteins import GROUPS, ORDER
from made_study import SAMPLES, MadeStudy, make_study

from evcargo.report.contrasts import hit_table
from evcargo.report.methods import methods_section
from evcargo.report.page import render
from evcargo.report.parts import groups_of
from evcargo.report.proteins import (
    ambiguous_sentence,
    funnel_table,
    missing_figure,
    proteins_part,
    runs_table,
    trend_figure,
)
from evcargo.report.results import read_results


def words(element) -> str:
    return " ".join(element.text_content().split())


def cells(page, ident) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in page.xpath(f"//table[@id='{ident}']/tbody/tr")]


@pytest.fixture(scope="module")
def tables_page(tmp_path_factory) -> html.HtmlElement:
    made = MadeStudy(assays=("proteins",), route="tables", reason="<script>x</script>")
    results = read_results(make_study(tmp_path_factory.mktemp("tables"), made))
    return html.document_fromstring(render(results))


def test_what_was_accepted_and_by_which_rule(page):
    rows = cells(page, "proteins-rules")
    assert [row[0] for row in rows] == ["PSM", "peptide", "protein group"]
    assert rows[0][1:5] == ["60,000", "31,000", "27,412", "(D + 1) / T <= 0.01"]
    assert "discriminant" in rows[2][5]


def test_runs_stand_in_the_order_of_measurement(page):
    rows = cells(page, "proteins-runs")
    assert [row[0] for row in rows] == ORDER
    assert rows[0][2] == "1" and rows[0][3] == "2024-03-01T10:00:00"
    trends = cells(page, "proteins-trends")
    assert [row[0] for row in trends] == ORDER
    assert [row[2] for row in trends] == [str(n) for n in range(1, 11)]
    heads = [words(head) for head in page.xpath("//table[@id='proteins-trends']/thead/tr/th")]
    assert heads[2:4] == ["injection order", "MS2 spectra identified, %"]
    error = heads.index("median precursor error, ppm")
    assert [row[error] for row in trends][:3] == ["−1", "−0.800", "−0.600"]


def test_without_times_the_order_is_that_of_the_sheet_and_the_page_says_so(results):
    spectra = results.proteins_spectra.copy()
    spectra["injection_order"] = pd.NA
    figure = trend_figure(
        dataclasses.replace(results, proteins_spectra=spectra), groups_of(results.samples)
    )
    assert [row[0] for row in figure.table.rows] == SAMPLES
    assert "in the order of the sheet, since not every file says" in figure.caption


def test_every_spectrum_is_identified_or_not(page):
    rows = {row[0]: row[1:] for row in cells(page, "proteins-spectra")}
    assert set(rows) == set(SAMPLES)
    assert rows["D2"] == ["3,000", "7,000", "10,000"]
    assert rows["D1"] == ["2,100", "7,900", "10,000"]


def test_the_funnel_of_the_spectra_adds_up(page, results):
    rows = cells(page, "proteins-funnel")
    # 10 runs of 10,000 spectra; 3,000 down to 2,100 of them are identified.
    assert [row[1] for row in rows] == ["9,000", "63,588", "1,912", "25,500"]
    assert [row[2] for row in rows] == ["9.0 %", "63.6 %", "1.9 %", "25.5 %"]
    assert sum(row[1] for row in funnel_table(results).rows) == 100_000
    assert funnel_table(dataclasses.replace(results, proteins_rules=None)) is None


def test_missing_values_add_up_and_have_their_reasons(page, results):
    rows = {row[0]: row[1:] for row in cells(page, "proteins-missing")}
    assert rows["T1"] == ["250", "200", "20", "50", "35", "15"]
    assert rows["D1"][3:] == ["130", "–", "–"]
    figure = missing_figure(results, groups_of(results.samples))
    # Of D1 the reasons are unknown, and the bar says so; every other one is explained.
    assert "missing, reason unknown" in str(figure.svg)
    table = results.proteins_missing
    assert (table["quantified"] + table["missing"] == GROUPS).all()
    known = dataclasses.replace(results, proteins_missing=table[table["sample"] != "D1"])
    assert "reason unknown" not in str(missing_figure(known, groups_of(results.samples)).svg)


def test_origins_and_normalisation_have_their_data(page):
    rows = cells(page, "proteins-origins")
    assert len(rows) == 3 * len(SAMPLES)
    assert rows[0] == ["T1", "host", "850", "8.5 × 10⁸", "85.0 %"]
    assert [row[1] for row in rows[:3]] == ["host", "host and foreign", "bovine only"]
    rows = cells(page, "proteins-normalisation")
    assert [row[0] for row in rows] == SAMPLES
    assert rows[0][1] == "b1" and rows[0][3:6] == ["−0.300", "23.7", "24"]
    figure = page.get_element_by_id("fig-proteins-normalisation")
    assert "batch b1" in words(figure) and "batch b2" in words(figure)


def test_ambiguous_groups_are_counted_listed_and_marked(page, results):
    assert ambiguous_sentence(results).startswith("2 of 12 protein groups are ambiguous:")
    assert [row[0] for row in cells(page, "proteins-ambiguous")] == ["P00003", "P_CD63"]
    names = [row[0] for row in cells(page, "hits-1-proteins")]
    assert [name for name in names if name.endswith("≈")] == ["GENE3 ≈"]
    assert "≈ marks ambiguous protein groups." in words(page.get_element_by_id("contrast-1"))
    markers = page.xpath('//table[contains(@class, "markers")]')[0]
    heads = [words(row[0]) for row in markers.xpath(".//tbody/tr")]
    assert "CD63 ≈ ambiguous" in heads and "CD9" in heads
    detected = {row[5] for row in cells(page, "markers-detected") if row[3] == "CD63"}
    assert detected <= {"P_CD63 ≈"}


def test_no_mark_where_nothing_is_ambiguous(results):
    table = results.differential["tumour_v_healthy", "proteins"]
    shown = hit_table(table, "x", "x", 5)
    assert not any("≈" in str(value) for row in shown.rows for value in row)
    assert "≈" not in shown.note
    clear = results.protein_groups.assign(ambiguous=False)
    said = ambiguous_sentence(dataclasses.replace(results, protein_groups=clear))
    assert said == "None of 12 protein groups is ambiguous."
    unknown = results.protein_groups.drop(columns="ambiguous")
    assert ambiguous_sentence(dataclasses.replace(results, protein_groups=unknown)) == ""


def test_tables_show_their_filters_and_columns_and_no_folder(tables_page):
    rows = cells(tables_page, "proteins-filters")
    assert rows[0] == [
        "proteinGroups.txt", "MaxQuant", "1", "Reverse is not +", "1,200", "1,150", "docs",
    ]  # fmt: skip
    assert rows[1][3] == "<script>x</script>"
    columns = cells(tables_page, "proteins-columns")
    assert columns[0] == [
        "T1",
        "T1",
        "proteinGroups.txt",
        "LFQ intensity T1",
        "prefix",
        "LFQ intensity",
    ]
    text = html.tostring(tables_page, encoding="unicode")
    assert "/data/private" not in text
    for ident in ("proteins-rules", "proteins-runs", "proteins-spectra", "fig-proteins-trends"):
        assert not tables_page.xpath(f"//*[@id='{ident}']"), ident


def test_a_study_without_proteins_has_no_such_part(results):
    runs = results.runs[results.runs["assay"] != "proteins"]
    assert proteins_part(dataclasses.replace(results, runs=runs)) is None


def test_tables_that_a_stage_left_empty_show_nothing(results):
    names = ("spectra", "rules", "origins", "missing", "normalisation")
    empty = {f"proteins_{name}": getattr(results, f"proteins_{name}").head(0) for name in names}
    part = proteins_part(dataclasses.replace(results, **empty))
    assert [figure.ident for figure in part["figures"]] == ["fig-proteins-spectra"]
    assert part["rules"] is None and runs_table(dataclasses.replace(results, **empty)) is None


def test_methods_say_how_quantities_were_made_and_cite_it(results):
    facts = {"rollup": "top3, not normalised", "score": "hyperscore", "layers": "ibaq normalised"}
    top3 = methods_section(dataclasses.replace(results, proteins_facts=facts))
    assert top3["proteins"].startswith("PSMs were ranked by hyperscore. Peptides were rolled up")
    assert "200 quantities of protein groups in samples come only from ions" in top3["proteins"]
    cited = {doi for _, doi in top3["references"]}
    assert {"10.1074/mcp.M500230-MCP200", "10.1038/nature10098"} <= cited
    assert "10.1016/j.mcpro.2023.100581" not in cited  # no directLFQ here
    assert "10.1074/mcp.O113.036681" in cited
    names = [row[0] for row in top3["versions"].rows]
    assert "sagepy" in names and "mokapot" not in names
    none = results.proteins_missing.assign(transferred=0)
    said = methods_section(dataclasses.replace(results, proteins_missing=none))["proteins"]
    assert "No protein group is quantified by ions matched between runs alone." in said


def test_words_of_users_are_text(hostile_text):
    document = html.document_fromstring(hostile_text)
    rows = cells(document, "proteins-runs")
    assert any("<b onmouseover=alert(1)>dimers</b> $x_1$" in row[-1] for row in rows)
    assert not document.xpath("//b[@onmouseover]")
