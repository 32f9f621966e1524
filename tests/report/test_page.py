"""The report as a document: what it says, that it is whole, offline, accessible and safe."""

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lxml import html
from made_study import SAMPLES, MadeStudy, make_study

from evcargo.report.answer import headings
from evcargo.report.page import HERE, render, safe_json
from evcargo.report.quality import quality_section
from evcargo.report.results import read_results


def words(element) -> str:
    return " ".join(element.text_content().split())


def test_answers_the_contrast_in_one_sentence_before_everything_else(page):
    answer = page.xpath('//section[@id="answer"]//div[contains(@class, "answer")]')[0]
    assert (
        "6 of 14 significant proteins survive the impurity; 2 weakened, 3 explained by impurity and"
        " 3 contaminants themselves." in words(answer)
    )
    assert "haemolysis: miR-451a to miR-23a-3p is higher in tumour" in words(answer)
    assert [section.get("id") for section in page.xpath("//main/section")] == [
        "answer",
        "purity",
        "cargo",
        "interpretation",
        "quality",
        "methods",
    ]


def test_every_sample_has_its_verdict_reason_and_evidence(page):
    rows = page.xpath('//table[@class="verdicts"]//tr[not(@class) and td]')
    said = {row[0].text_content(): words(row[1]) for row in rows}
    verdicts = ["pass"] * 2 + ["warn", "fail"] + ["pass"] * 3 + ["fail"] + ["not assessed"] * 2
    assert said == dict(zip(SAMPLES, verdicts, strict=True))
    reasons = {row[0].text_content(): words(row[2]) for row in rows}
    assert "8.4 log2 is above 7" in reasons["T4"]
    assert "small RNA failed: adapter dimers only" in reasons["H2"]
    assert "particles failed: the table ends in the middle of a line" in reasons["H3"]
    for row in rows:
        target = page.get_element_by_id(row[4][0].get("href")[1:])
        assert target[0].text_content() == row[0].text_content()


def test_purity_of_the_groups_stands_before_the_hits(text):
    warning = text.index("First: are the groups equally pure?")
    assert warning < text.index('id="fig-volcano-1-proteins"') < text.index('id="hits-1-proteins"')
    assert "A difference below may come from impurity" in text


def test_flagged_hits_carry_a_word_and_a_symbol(page):
    cells = page.xpath('//table[@id="hits-1-proteins"]//span[@class="flag"]')
    assert [words(cell) for cell in cells] == ["bovine", "haemolysis", "lipoprotein", "keratin"]
    assert all(cell.xpath(".//use") for cell in cells)
    remarks = " ".join(words(cell.getparent()) for cell in cells)
    assert "taxon 9913" in remarks


def test_every_hit_says_whether_it_survives_the_impurity(page, results):
    bar = page.get_element_by_id("fig-robustness-1-proteins-data")
    counts = {words(row[0]): int(words(row[1])) for row in bar.xpath(".//tbody/tr")}
    line = results.contrasts.set_index("assay").loc["proteins"]
    assert counts["stands"] == line["stands"] > 0
    assert counts["explained by impurity"] == line["explained"] > 0
    assert sum(counts.values()) == line["significant"]
    table = page.get_element_by_id("hits-1-proteins")
    place = [words(head) for head in table.xpath(".//thead//th")].index("survives the impurity?")
    said = [words(row[place]) for row in table.xpath(".//tbody/tr")]
    assert all(said[:14]) and not any(said[14:])
    assert any(one.startswith("explained by lipoprotein share given") for one in said)
    assert "contaminant itself" in said


def test_the_rule_of_the_verdicts_is_told_with_its_bounds(text):
    for bound in ("p is below 0.05", "more than 2/3 of its size", "(benchmarks/README.md)"):
        assert bound in text


def test_what_was_not_tested_is_said(page):
    block = page.xpath('//article//details[summary="What was not tested, and why"]')[0]
    assert "20: fewer than 2 samples with a value on one side" in words(block)


def test_hits_are_all_significant_ones_and_the_next_hundred(page, results):
    table = page.get_element_by_id("hits-1-proteins")
    rows = table.xpath(".//tbody/tr")
    assert [words(row[-1]) for row in rows] == ["yes"] * 14 + ["no"] * 100
    whole = results.differential["tumour_v_healthy", "proteins"]
    best = whole.sort_values("p_value")["name"].iloc[0]
    assert rows[0][0].text_content() == best


def test_what_the_detection_test_finds_is_listed_for_rna_as_for_proteins(page):
    table = page.get_element_by_id("detected-1-rna")
    said = words(table.getparent().getparent()) if table is not None else ""
    assert "Small RNAs, number seen in a larger share of the samples of" in said
    rows = [[words(cell) for cell in row] for row in table.xpath(".//tbody/tr")]
    assert [row[-1] for row in rows] == ["yes", "not tested"]
    assert [row[-5:-3] for row in rows] == [["4", "0"]] * 2
    assert not page.xpath('//table[@id="detected-1-proteins"]')  # none found there


def test_markers_show_all_three_kinds_of_evidence(page):
    table = page.xpath('//table[contains(@class, "markers")]')[0]
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in table.xpath(".//tbody/tr")}
    assert rows["CD9"] == ["detected"] * 8 + ["not detected"] * 2
    assert [cell.lstrip("·") for cell in rows["CYC1"]] == ["not assessed"] * 10
    assert rows["1a · Transmembrane or GPI-anchored, not tissue specific"][0] == "5/5"
    assert rows["4b · Other compartments: mitochondria"][0] == "0/1"  # CYC1 could not be judged
    unseen = page.xpath('//details[summary="Markers that no sample shows"]')[0]
    assert "Not detected: TOMM20." in words(unseen)
    assert "Not assessed in at least one sample: CYC1." in words(unseen)


def test_unclear_markers_are_shown_as_such(results):
    """CD9 is ambiguous in one sample, TOMM20 only transferred in another, and nowhere detected."""
    markers = results.markers.copy()
    gene = markers["gene"]
    markers.loc[(gene == "CD9") & (markers["sample"] == SAMPLES[0]), "evidence"] = "ambiguous"
    markers.loc[(gene == "TOMM20") & (markers["sample"] == SAMPLES[1]), "evidence"] = "transferred"
    page = html.fromstring(render(replace(results, markers=markers)))
    key, shown = page.xpath('//table[contains(@class, "markers")]')
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in key.xpath(".//tbody/tr")}
    assert rows["CD9"][:2] == ["≈ambiguous", "detected"]
    assert rows["1a · Transmembrane or GPI-anchored, not tissue specific"][0] == "4/4"
    assert "⇄ only transferred from other runs, not counted" in words(key)
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in shown.xpath(".//tbody/tr")}
    assert rows["TOMM20"][:2] == ["not detected", "⇄transferred"]
    unseen = page.xpath('//details[summary="Markers that no sample shows"]')[0]
    assert "TOMM20" not in words(unseen)


def test_funnel_table_sums_to_the_raw_reads(page, results):
    table = page.get_element_by_id("read-funnel")
    raw = results.funnel.groupby("sample")["reads"].sum()
    for row in table.xpath(".//tbody/tr"):
        numbers = [float(cell.get("data-v")) for cell in row[1:]]
        assert numbers[0] == sum(numbers[1:]) == raw[row[0].text_content()]


def test_quality_has_one_row_per_sample_and_run(page, results):
    for what in ("samples", "runs"):
        rows = page.get_element_by_id(f"quality-proteins-{what}").xpath(".//tbody/tr")
        assert [row[0].text_content() for row in rows] == SAMPLES
    first = page.get_element_by_id("quality-proteins-runs").xpath(".//tbody/tr")[0]
    table = results.quality[results.quality["run"].eq("T1").fillna(False)]
    value = table.loc[table["metric"] == "ms2_spectra", "value"].iloc[0]
    assert float(first[1].get("data-v")) == value


def test_a_warning_of_a_sound_sample_is_shown_with_its_assay(results):
    statuses = results.statuses.copy()
    place = (statuses["sample"] == "T1") & (statuses["assay"] == "proteins")
    statuses.loc[place, "status_reason"] = "4.0 % <of> the fragments"
    shown = quality_section(replace(results, statuses=statuses))["assays"]
    before = quality_section(results)["assays"]
    assert shown[0]["troubles"] == [*before[0]["troubles"], "T1: warning, 4.0 % <of> the fragments"]
    assert [one["troubles"] for one in shown[1:]] == [one["troubles"] for one in before[1:]]
    page = render(replace(results, statuses=statuses))
    assert "<li>T1: warning, 4.0 % &lt;of&gt; the fragments</li>" in page


def test_options_come_with_their_meaning_and_no_folder_of_the_machine(page, text):
    options = {
        words(row[0]): (words(row[1]), words(row[2]))
        for row in page.get_element_by_id("options").xpath(".//tbody/tr")
    }
    assert options["proteins.fasta"][0] == "human.fasta"
    assert "Benjamini" not in options and "fraction" in options["proteins.psm_fdr"][1]
    assert "/data/private" not in text
    files = [words(row[2]) for row in page.get_element_by_id("inputs").xpath(".//tbody/tr")]
    assert "T1.mzml" in files and not any("/" in name for name in files)


def test_page_is_whole_and_in_order(page):
    assert page.getroottree().docinfo.doctype == "<!DOCTYPE html>"
    assert page.get("lang") == "en"
    assert page.findtext(".//title") == "plasma-ev · evcargo report"
    levels = [int(element.tag[1]) for element in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in page.xpath('//a[starts-with(@href, "#")]/@href'):
        assert page.get_element_by_id(link[1:]) is not None


def test_pictures_and_tables_say_what_they_are(page):
    for picture in page.iter("svg"):
        described = picture.get("aria-hidden") == "true" or picture.find("title") is not None
        assert described, html.tostring(picture)[:200]
    assert not list(page.iter("img"))
    for table in page.iter("table"):
        assert words(table.find("caption"))
        assert all(head.get("scope") for head in table.iter("th"))
    for figure in page.iter("figure"):
        assert words(figure.find("figcaption"))
        volcano = figure.get("id").startswith("fig-volcano")
        assert volcano or figure.xpath('.//a[@class="download"]')


def test_nothing_is_loaded_from_anywhere(page, text):
    for element in page.iter():
        for name in ("src", "srcset", "data", "poster", "action"):
            assert element.get(name) is None
    for link in page.xpath("//a/@href"):
        kind = re.match(r"#|\.\./|data:text/tab-separated-values|https://doi\.org/10\.", link)
        assert kind, link
    assert not page.xpath("//link|//iframe|//object|//embed|//base")
    style = page.findtext(".//style")
    assert "url(" not in style and "@import" not in style
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none';") and "http" not in policy
    for script in page.xpath("//script[not(@type)]"):
        digest = hashlib.sha256(script.text.encode()).digest()
        assert base64.b64encode(digest).decode() in policy
    assert text.count("vegaEmbed") < 50  # Vega once, not once per chart


def test_downloads_hold_the_table_with_full_precision(page, results):
    link = page.xpath('//a[@download="shares-proteins.tsv"]/@href')[0]
    lines = base64.b64decode(link.partition("base64,")[2]).decode().splitlines()
    header, first = lines[0].split("\t"), lines[1].split("\t")
    assert header[:3] == ["sample", "EV core", "lipoprotein"] and first[0] == "T1"
    shares = results.shares
    wanted = shares[(shares["sample"] == "T1") & (shares["class"] == "lipoprotein")]["share"]
    assert float(first[2]) == pytest.approx(wanted.iloc[0], rel=1e-9)


def test_same_tables_give_the_same_bytes(results, text):
    assert render(results) == text


def test_hostile_words_stay_words(hostile_text):
    page = html.document_fromstring(hostile_text)
    assert page.findtext(".//h1") == '<script>document.title="owned"</script> & "study"'
    assert not list(page.iter("img", "b"))
    assert not page.xpath("//@onerror|//@onmouseover")
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    scripts = page.xpath("//script[not(@type)]")
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
        assert digest in policy


def test_json_cannot_end_its_element():
    assert "<" not in safe_json({"a": "</script><!--&\u2028"})
    import json

    assert json.loads(safe_json({"a": "</script>"})) == {"a": "</script>"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            MadeStudy(assays=("proteins",), contrast=False),
            [
                "Not measured: small RNA, long RNA and particle sizes.",
                "Not compared: the study defines no contrast.",
                "Not assessed: no sample has a haemolysis value.",
                "Not measured: no sample of the study has a particle-size table.",
            ],
        ),
        (
            MadeStudy(assays=("rna",)),
            ["Not assessed: EV markers are proteins, and the study has no protein data."],
        ),
        (
            MadeStudy(assays=("particles",), contrast=True),
            [
                "Nothing could be tested.",
                "Whether the two groups are equally pure could not be told.",
                "Neither proteins nor RNA were measured, so no cargo could be compared.",
                "Not measured: the study has neither proteins nor RNA.",
            ],
        ),
    ],
    ids=["proteins without contrast", "rna only", "particles only"],
)
def test_missing_stages_are_said_to_be_missing(tmp_path, made, said):
    page = html.document_fromstring(render(read_results(make_study(tmp_path, made))))
    for sentence in said:
        assert sentence in words(page.find(".//body")), sentence


def test_criteria_of_assays_that_the_study_lacks_are_named_in_a_sentence(tmp_path):
    results = read_results(make_study(tmp_path, MadeStudy(assays=("rna",))))
    asked = {"sample": results.samples["sample"], "assay": "transcripts", "value": np.nan}
    long_rna = pd.DataFrame(asked).assign(criterion="platelet mRNA share", verdict="not assessed")
    criteria = results.criteria[results.criteria["assay"] == "rna"]
    results = replace(results, criteria=pd.concat([criteria, long_rna], ignore_index=True))
    page = html.document_fromstring(render(results))
    section = page.xpath('//section[@id="purity"]')[0]
    assert "study has no such data: the criteria of long RNA." in words(section)
    heads = section.xpath('.//table[contains(@class, "map")][1]//th[@scope="row"]')
    assert heads and not any("platelet" in words(head) for head in heads)


@pytest.mark.parametrize(("count", "said"), [(4e10, "particle sizes"), (np.nan, "particles")])
def test_particles_counted_in_the_sheet_are_measured(tmp_path, count, said):
    results = read_results(make_study(tmp_path, MadeStudy(assays=("rna",))))
    results = replace(results, samples=results.samples.assign(particle_count=count))
    page = html.document_fromstring(render(results))
    assert f"Not measured: proteins, long RNA and {said}." in words(page.find(".//header"))


def test_contrasts_that_ask_the_same_are_told_apart_by_name():
    asked = [("plain", "t", "h"), ("with_age", "t", "h"), ("other", "u", "h")]
    contrasts = [
        {"name": name, "column": "c", "test": test, "reference": reference}
        for name, test, reference in asked
    ]
    assert list(headings(contrasts).values()) == ["t v h (plain)", "t v h (with_age)", "u v h"]


def test_a_page_of_hundreds_of_samples_lays_out_what_is_in_view_only(tmp_path):
    results = read_results(make_study(tmp_path, MadeStudy(assays=("particles",))))
    assert '<body class="many">' not in render(results)
    more = [
        results.samples.assign(sample=f"more{n}" + results.samples["sample"]) for n in range(20)
    ]
    results = replace(results, samples=pd.concat([results.samples, *more], ignore_index=True))
    assert '<body class="many">' in render(results)


def test_many_transcripts_do_not_blow_up_the_page(tmp_path):
    made = MadeStudy(assays=("transcripts",), n_transcripts=13_000)
    text = render(read_results(make_study(tmp_path, made)))
    assert len(text) < 2_500_000
    assert "12,866 more are in the full table" in text
    assert "../differential/tumour_v_healthy.transcripts.tsv" in text


def colours() -> dict[str, tuple[str, str]]:
    style = (HERE / "assets" / "page.css").read_text(encoding="utf-8")
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", style)
    return {name: (light, dark) for name, light, dark in found}


def contrast(one: str, two: str) -> float:
    """WCAG 2.2 contrast ratio: (L1 + 0.05) / (L2 + 0.05) of relative luminances."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_ratio_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


PAIRS = [
    *((text, ground, 4.5) for text in ("ink", "muted", "link") for ground in ("surface", "ground")),
    *((verdict, "surface", 4.5) for verdict in ("pass", "warn", "fail", "na")),
    *((verdict, f"{verdict}-tint", 4.5) for verdict in ("pass", "warn", "fail", "na")),
    *(("ink", f"{verdict}-tint", 4.5) for verdict in ("pass", "warn", "fail", "na")),
    *(("link", f"{verdict}-tint", 4.5) for verdict in ("pass", "warn", "na")),
    ("blue", "surface", 3),
    ("vermillion", "surface", 3),
]  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text_", "ground", "least"), PAIRS)
def test_colours_are_told_apart_in_both_themes(text_, ground, least, theme):
    known = colours()
    assert contrast(known[text_][theme], known[ground][theme]) >= least


@pytest.mark.slow
@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
def test_page_works_in_a_browser(tmp_path, text, hostile_text, hostile):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed")
    source = hostile_text if hostile else text
    click = "<script>document.querySelectorAll('.explore').forEach((b) => b.click());</script>"
    source = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", source)
    end = source.rindex("</body>")
    file = tmp_path / "index.html"
    file.write_text(source[:end] + click + source[end:], encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000"]
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    page = html.document_fromstring(done.stdout)
    assert "owned" not in page.findtext(".//title").split("·")[1]
    assert page.findtext(".//title").endswith("· evcargo report")
    assert len(page.xpath("//table[contains(@class, 'sortable')]//th/button")) > 20
    assert len(page.xpath("//*[contains(@class, 'vega-embed')]//*[local-name()='path']")) > 100
