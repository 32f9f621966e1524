"""The joined quality table and the MultiQC page."""

import json

import pandas as pd
import pytest

from evcargo.errors import EvcargoError
from evcargo.quality import (
    assay_section,
    collect_quality,
    funnel_section,
    general_section,
    sizes_section,
    write_multiqc,
)
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
        [str(folder / "in.tsv")], str(folder / "funnel.tsv"), str(folder / "sizes.tsv"),
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
