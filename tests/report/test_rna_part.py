"""The part on small RNA: what the tables say is what the page shows."""

import pandas as pd
from lxml import html
from made_study import SAMPLES

from evcargo.contracts import CONTRACTS
from evcargo.report.rna import length_figure, rna_part


def words(element) -> str:
    return " ".join(element.text_content().split())


def gate_cells(page) -> dict[str, dict[str, html.HtmlElement]]:
    table = page.xpath("//table[caption[@id='gate-caption']]")[0]
    names = [words(head) for head in table.xpath("./thead/tr[last()]/th")]
    return {
        words(row[0]): dict(zip(names, row[1:], strict=True)) for row in table.xpath("./tbody/tr")
    }


def test_gate_shows_symbol_word_and_value(page):
    cells = gate_cells(page)
    assert next(iter(cells)) == "overall"
    overall = {sample: words(cell) for sample, cell in cells["overall"].items()}
    assert overall == dict.fromkeys(SAMPLES, "pass") | {"T2": "warn", "H2": "fail", "D1": "n/a"}
    rrna = cells["rRNA inserts warn > 0.5"]["T2"]
    assert rrna.xpath(".//use/@href") == ["#i-warn"]
    assert rrna.get("title") == "T2: warn, 70.0 %. 70.0 % of the inserts are on rRNA"
    cycle = cells["mismatches by cycle warn > 0.05, fail > 0.5"]["T2"].get("title")
    assert cycle.startswith("T2: warn, 29.9 %. 29.9 % of the miRNA reads differ from their hairpin")
    reads = cells["annotated reads fail <= 50,000"]["T1"].get("title")
    assert reads.startswith("T1: pass, 480,000 reads.")


def test_lowered_minimum_is_said(page):
    assert "rna.gate.min_reads was lowered from 100,000 to 50,000." in words(page)
    methods = words(page.get_element_by_id("methods"))
    assert "A sample needs more than 50,000 annotated reads (the standard of" in methods
    assert "miRTrace (10.1186/s13059-018-1588-9)" in methods


def test_every_rule_of_every_sample_is_in_the_data_table(page, results):
    rows = page.xpath("//table[@id='rna-gate']/tbody/tr")
    assert len(rows) == len(results.rna_gate) == 17 * len(SAMPLES)
    failed = [words(row[1]) for row in rows if words(row[0]) == "H2" and words(row[2]) == "fail"]
    assert failed == ["adapter", "overall"]
    rules = page.xpath("//table[@id='gate-rules']/tbody/tr")
    assert len(rules) == 17


def test_adapters_and_figures_have_their_tables(page):
    rows = page.xpath("//table[@id='rna-adapters']/tbody/tr")
    assert {words(row[0]) for row in rows} == set(SAMPLES) - {"D1"}
    assert words(rows[0]) == "T1 T1 illumina HIGH 97.0 % illumina 97.0 %"
    for ident in (
        "fig-rna-lengths",
        "fig-rna-classes",
        "fig-rna-fragments",
        "fig-rna-saturation",
        "fig-rna-mismatches",
    ):
        assert page.get_element_by_id(ident).xpath(".//table/tbody/tr"), ident
    lengths = page.xpath("//table[@id='rna-lengths']/tbody/tr")
    assert [words(cell) for cell in lengths[22][:2]] == ["22", "66.7 %"]
    mismatches = page.xpath("//table[@id='rna-mismatches']/tbody/tr")
    heads = [
        words(head) for head in page.xpath("//table[@id='rna-mismatches']/thead/tr[last()]/th")
    ]
    ninth = dict(zip(heads, (words(cell) for cell in mismatches[8]), strict=True))
    assert (ninth["T1"], ninth["T2"], len(mismatches)) == ("0.1 %", "30.0 %", 22)
    last = [
        row for row in page.xpath("//table[@id='rna-saturation']/tbody/tr") if "T1" in words(row)
    ]
    assert words(last[-1]).endswith(" 300")


def test_a_study_of_count_tables_has_a_gate_but_no_lengths(results):
    import dataclasses

    from evcargo.report.parts import groups_of

    empty = {
        f"rna_{name}": pd.DataFrame(columns=CONTRACTS[f"rna_{name}"].names)
        for name in ("lengths", "classes", "fragments")
    }
    adapters = results.rna_adapters.assign(run=pd.NA)
    positions = pd.DataFrame(columns=CONTRACTS["rna_positions"].names)
    tables = dataclasses.replace(results, rna_adapters=adapters, rna_positions=positions, **empty)
    part = rna_part(tables)
    assert part["adapters"] is None
    assert [figure.ident for figure in part["figures"]] == ["fig-rna-saturation"]
    assert length_figure(tables, groups_of(results.samples)) is None
    assert rna_part(dataclasses.replace(results, rna_gate=None)) is None
