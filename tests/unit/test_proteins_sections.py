"""The sections on proteins of the MultiQC page: every PSM is counted once, where it belongs."""

import json

import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.proteins.sections import psm_counts, psm_sections, spectra_section, trends_section
from evcargo.quality import collect_quality, write_multiqc
from evcargo.tables import write_table

# run, rt, charge, peptide, ppm, missed cleavages, group, accepted
PSMS = [
    ("B", 10.2, 2, "PEPTLDEK", 1.1, 0, "P1", True),
    ("B", 10.9, 3, "PEPTLDEKK", -0.2, 1, "P1", True),
    ("B", 12.0, 2, "AAAAAAAK", 1.2, 3, "K1", True),
    ("B", 12.5, 2, "AAAAAAAK", 9.0, 0, "P1", False),
    ("A", 10.0, 2, "PEPTLDEK", 0.0, 2, "P1", True),
]
COLUMNS = ["run", "rt", "charge", "peptide", "ppm", "missed_cleavages", "group", "accepted"]


@pytest.fixture
def files(tmp_path) -> tuple[str, str]:
    psms, groups = tmp_path / "psms.parquet", tmp_path / "groups.parquet"
    pd.DataFrame(PSMS, columns=COLUMNS).to_parquet(psms)
    pd.DataFrame({"group": ["P1", "K1"], "is_contaminant": [False, True]}).to_parquet(groups)
    return str(psms), str(groups)


def spectra(orders=(2, 1)) -> pd.DataFrame:
    rows = [
        ("B", "B", "Q <b>Exactive</b>", "2024-01-02", orders[0], 60, 10, 100, 4e9, "mzML", ""),
        ("A", "A", "", "", orders[1], 60, 10, 50, 2e9, "mzML", "cut & dried"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=CONTRACTS["proteins_spectra"].names).replace("", pd.NA)


def quality() -> pd.DataFrame:
    rows = [
        (run, run, "proteins", metric, value, "")
        for run, tic, peptides in (("B", 4e9, 30), ("A", 2e9, float("nan")))
        for metric, value in (("ms1_tic", tic), ("peptides", peptides))
    ]
    return pd.DataFrame(rows, columns=["sample", "run", "assay", "metric", "value", "unit"])


def test_every_accepted_psm_is_counted_once(files):
    counts = psm_counts(*files)
    for name in ("mass_error", "charge", "length", "missed", "minute", "contaminant"):
        assert sum(counts[name].values()) == 4, name
    assert counts["mass_error"] == {("B", 1.0): 2, ("B", 0.0): 1, ("A", 0.0): 1}
    assert counts["charge"] == {("B", 2): 2, ("B", 3): 1, ("A", 2): 1}
    assert counts["missed"] == {("B", 0): 1, ("B", 1): 1, ("B", 2): 1, ("A", 2): 1}
    assert counts["contaminant"] == {("B", 0): 2, ("B", 1): 1, ("A", 0): 1}


def test_sections_hold_the_numbers(files):
    sections = psm_sections(psm_counts(*files))
    assert sections["proteins_elution"]["data"] == {
        "B": [[10.0, 2.0], [11.0, 0.0], [12.0, 1.0]],  # nothing in minute 11 is a zero, not a gap
        "A": [[10.0, 1.0]],
    }
    error = dict(map(tuple, sections["proteins_mass_error"]["data"]["B"]))
    assert error == pytest.approx({0.0: 100 / 3, 0.5: 0.0, 1.0: 200 / 3})
    assert sections["proteins_charges"]["data"]["A"] == {"2+": 1.0, "3+": 0.0}
    missed = sections["proteins_missed_cleavages"]["data"]["B"]
    assert missed == {"0": 1.0, "1": 1.0, "2 or more": 1.0}
    assert sections["proteins_contaminants"]["data"]["B"] == {
        "not contaminant": 2,
        "contaminant": 1,
    }


def test_trends_are_raw_figures_over_the_order_of_measurement():
    section = trends_section(quality(), spectra())
    # Median of 4e9 and 2e9 is 3e9; A was measured first.
    assert section["data"]["ms1 tic"] == [[1, pytest.approx(2 / 3)], [2, pytest.approx(4 / 3)]]
    assert section["data"]["peptides"] == [[2, 1.0]]
    assert section["pconfig"]["xlab"] == "injection order"
    unknown = trends_section(quality(), spectra((pd.NA, pd.NA)))
    assert unknown["pconfig"]["xlab"] == "runs in the order of the sheet"
    assert [at for at, _ in unknown["data"]["ms1 tic"]] == [1, 2]


def test_runs_stand_in_order_and_words_of_files_are_text():
    section = spectra_section(spectra())
    assert list(section["data"]) == ["A", "B"]
    assert section["data"]["B"]["instrument"] == "Q &lt;b&gt;Exactive&lt;/b&gt;"
    assert "instrument" not in section["data"]["A"]
    assert section["data"]["A"]["notes"] == "cut &amp; dried"


def test_the_page_shows_them(files, tmp_path):
    psms, groups = files
    write_table(quality(), tmp_path / "in.tsv", "quality")
    write_table(spectra(), tmp_path / "spectra.tsv", "proteins_spectra")
    names = ["proteins", "proteins_spectra", "proteins_trends", *psm_sections({})]
    sections = [str(tmp_path / f"{name}_mqc.json") for name in names]
    others = {"psms": psms, "groups": groups, "proteins_spectra": str(tmp_path / "spectra.tsv")}
    collect_quality([str(tmp_path / "in.tsv")], others, str(tmp_path / "quality.tsv"), sections)
    assert json.loads((tmp_path / "proteins_trends_mqc.json").read_text())["data"]["ms1 tic"]
    write_multiqc(sections, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for title in ("runs", "trends over the runs", "precursor mass error", "contaminants"):
        assert f"Proteins: {title}" in page
    assert "<b>Exactive" not in page and "2024-01-02" in page
