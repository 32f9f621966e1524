"""The joined quality table and the MultiQC page."""

import json

import pandas as pd
import pytest
from lxml import html

from evcargo.contracts import CONTRACTS
from evcargo.errors import EvcargoError
from evcargo.quality import (
    assay_section,
    collect_quality,
    funnel_section,
    general_section,
    sizes_section,
    write_multiqc,
)
from evcargo.rna.sections import (
    COLOURS,
    classes_section,
    gate_section,
    lengths_section,
    saturation_section,
    trimming_section,
)
from evcargo.study.names import why_unsafe
from evcargo.tables import read_table, write_table


def quality() -> pd.DataFrame:
    rows = [
        ("001", pd.NA, "proteins", "ms2_spectra", 10.0, "spectra"),
        ("001", pd.NA, "proteins", "identification_rate", 0.5, "fraction"),
        ("001", "001", "proteins", "ms2_spectra", 10.0, "spectra"),
        ("1e5", pd.NA, "proteins", "ms2_spectra", float("nan"), "spectra"),
        ("1e5", pd.NA, "rna", "raw_reads", 1000.0, "reads"),
    ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])


def test_general_section_holds_samples_only_and_no_missing_value():
    section = general_section(quality())
    assert section["data"] == {
        "001": {"proteins_ms2_spectra": 10.0, "proteins_identification_rate": 0.5},
        "1e5": {"rna_raw_reads": 1000.0},
    }
    assert section["headers"]["proteins_identification_rate"]["max"] == 1
    assert section["headers"]["rna_raw_reads"]["title"] == "raw reads"


def test_figures_beyond_the_first_three_are_hidden():
    rows = [("S", pd.NA, "rna", f"m{n}", 1.0, "") for n in range(5)]
    headers = general_section(pd.DataFrame(rows, columns=quality().columns))["headers"]
    assert [header["hidden"] for header in headers.values()] == [False] * 3 + [True] * 2


def test_assay_section_puts_runs_below_samples():
    section = assay_section(quality(), "proteins")
    assert list(section["data"]) == ["001", "run 001"]


def test_funnel_and_sizes_keep_every_number():
    funnel = pd.DataFrame({"sample": ["S", "S"], "step": ["short", "miRNA"], "reads": [3, 7]})
    assert funnel_section(funnel)["data"] == {"S": {"short": 3.0, "miRNA": 7.0}}
    sizes = pd.DataFrame({"sample": "S", "diameter_nm": [9.0, 10.0], "share": [0.25, 0.75]})
    assert sizes_section(sizes)["data"] == {"S": [[9.0, 0.25], [10.0, 0.75]]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The page of a study whose samples have names like numbers, and an empty read funnel."""
    folder = tmp_path_factory.mktemp("quality")
    write_table(quality(), folder / "in.tsv", "quality")
    write_table(pd.DataFrame(columns=["sample", "step", "reads"]), folder / "funnel.tsv", "funnel")
    (folder / "sizes.tsv").write_text(
        "sample\tdiameter_nm\tshare\tconcentration_per_ml\n001\t9\t0.5\t\n001\t10\t0.5\t\n"
    )
    names = ["general", "proteins", "rna", "read_funnel", "particle_sizes"]
    sections = [str(folder / f"{name}_mqc.json") for name in names]
    collect_quality(
        [str(folder / "in.tsv")],
        {"funnel": str(folder / "funnel.tsv"), "distribution": str(folder / "sizes.tsv")},
        str(folder / "quality.tsv"), sections,
    )  # fmt: skip
    return folder, sections


def test_joined_table_is_under_contract(made):
    folder, _ = made
    joined = read_table(folder / "quality.tsv", "quality")
    assert joined["sample"].tolist() == quality()["sample"].tolist()


def test_multiqc_page_names_every_sample_as_the_sheet_does(made, monkeypatch):
    folder, sections = made
    home = folder / "home"
    home.mkdir()
    (home / ".multiqc_config.yaml").write_text("title: someone else's\n")
    monkeypatch.setenv("HOME", str(home))
    write_multiqc(sections, folder / "page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "evcargo quality" in page and "someone else" not in page
    assert ">001<" in page and ">1e5<" in page and "100000.0" not in page
    assert str(folder) not in page
    assert json.loads((folder / "particle_sizes_mqc.json").read_text())["data"]["001"]


def test_a_failing_multiqc_leaves_no_page(made):
    folder, _ = made
    broken = folder / "broken_mqc.json"
    broken.write_text('{"data": {}}')
    with pytest.raises(EvcargoError, match=r"gone\.html: MultiQC failed"):
        write_multiqc([broken], folder / "gone.html")
    assert not (folder / "gone.html").exists()


def test_gate_section_shows_words_and_colours_them():
    gate = pd.DataFrame(
        [["001", "adapter", "warn"], ["001", "overall", "warn"], ["B", "adapter", "not assessed"]],
        columns=["sample", "rule", "verdict"],
    ).assign(threshold="warn > 1", source="x")
    section = gate_section(gate)
    titles = {key: header["title"] for key, header in section["headers"].items()}
    assert list(titles.values()) == ["overall", "adapter"]
    words = {
        name: {titles[key]: verdict for key, verdict in cells.items()}
        for name, cells in section["data"].items()
    }
    assert words == {
        "001": {"adapter": "warn", "overall": "warn"},
        "B": {"adapter": "not assessed"},
    }


def test_trimming_section_speaks_of_the_reads_as_cutadapt_does():
    funnel = pd.DataFrame(
        [
            ("S", "untrimmed", 10), ("S", "too_short", 20), ("S", "too_long", 3),
            ("S", "low_quality", 5), ("S", "no_umi", 2), ("S", "duplicate", 25),
            ("S", "miRNA", 30), ("S", "unassigned", 5),
        ],
        columns=["sample", "step", "reads"],
    )  # fmt: skip
    lengths = pd.DataFrame({"sample": "S", "length": [3, 22, 70], "reads": [20, 64, 3]})
    # copies of a molecule were written too: 25 + 30 + 5
    assert trimming_section(funnel, lengths)["data"]["S"] == {
        "processed": 100, "with_adapters": 87, "with_adapters_share": 87,
        "too_short": 20, "too_long": 3, "written": 60, "written_share": 60,
    }  # fmt: skip


def test_rna_lines_and_bars_keep_every_number():
    lengths = pd.DataFrame({"sample": "S", "length": [1, 3], "reads": [1, 3]})
    assert lengths_section(lengths)["data"] == {"S": [[0, 0], [1, 25], [2, 0], [3, 75]]}
    curve = pd.DataFrame({"sample": ["S", "S", "gone"], "reads": [1, 9, pd.NA]})
    curve = curve.assign(features=[0.5, 2, pd.NA]).convert_dtypes()
    assert saturation_section(curve)["data"] == {"S": [[1, 0.5], [9, 2.0]]}
    classes = pd.DataFrame({"sample": "S", "class": ["miRNA", "tRNA"], "reads": [7, 3]})
    assert classes_section(classes)["data"] == {"S": {"miRNA": 7, "tRNA": 3}}


def test_multiqc_shows_the_sections_on_small_rna(tmp_path):
    """Names of samples cannot hold markup (see `evcargo.study.names`), words of a gate could."""
    assert why_unsafe("<b>x</b>")
    gate = pd.DataFrame(
        [["001", "adapter", "fail", 0.5, "fraction", "warn < 0.1", "<b>x</b>", "?"]],
        columns=CONTRACTS["rna_gate"].names,
    )
    curve = pd.DataFrame({"sample": "001", "reads": [1, 2], "features": [1.0, 1.5]})
    others = {}
    for contract, frame in (("rna_gate", gate), ("rna_saturation", curve)):
        others[contract] = str(tmp_path / f"{contract}.tsv")
        write_table(frame, others[contract], contract)
    write_table(quality(), tmp_path / "in.tsv", "quality")
    sections = [str(tmp_path / f"{name}_mqc.json") for name in others]
    collect_quality([str(tmp_path / "in.tsv")], others, str(tmp_path / "q.tsv"), sections)
    write_multiqc(sections, tmp_path / "page.html")
    page = html.document_fromstring((tmp_path / "page.html").read_text(encoding="utf-8"))
    badges = page.xpath("//span[@class='badge'][normalize-space()='fail']")
    assert [COLOURS["fail"] in badge.get("style") for badge in badges] == [True]
    heads = [one.text_content().strip() for one in page.xpath("//h2|//h3")]
    assert any("Small RNA: quality gate" in head for head in heads)
    assert any("Small RNA: saturation" in head for head in heads)
    assert not page.xpath("//b[.='x']")
