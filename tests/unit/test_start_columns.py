"""Which columns of a table become samples of a new study, and which describe the features."""

import random
from pathlib import Path

import pytest

from evcargo.start.files import recognise_input
from evcargo.start.recognised import NotRecognised
from evcargo.start.sample_columns import is_about_features, no_samples
from evcargo.study.init import main

MIRNAS = [f"hsa-miR-{number}-5p" for number in range(1, 41)]
ACCESSIONS = [f"P{number:05d}" for number in range(10001, 10041)]
LARGE = [str(1000 * at + 7) for at in range(40)]
CHARGES = [str(1 + at % 3) for at in range(40)]


def written(folder: Path, columns: dict[str, list[str]], name: str = "table.tsv") -> str:
    rows = ["\t".join(columns), *("\t".join(row) for row in zip(*columns.values(), strict=True))]
    (folder / name).write_text("\n".join(rows) + "\n")
    return str(folder / name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Proteotypic",
            "Precursor.Charge",
            "Original Precursor Charge",
            "Charges",
            "Peptide Length",
        ),
        *(
            "Observed Mass",
            "Calculated M/Z",
            "Probability",
            "Top Peptide Probability",
            "Expectation",
        ),
        *("Spectral Count", "Total Spectral Count", "Razor Intensity", "mz in Da", "MHplus in Da"),
        *("Theo MHplus in Da", "Delta M in ppm", "Delta mz in Da", "Search Engine Rank"),
        *("Number of Missed Cleavages", "First Scan", "RT in min", "Identifying Node No"),
        *("Isolation Interference in Percent", "iso_5p", "iso_add3p", "iso_snp_central offset"),
        *("RPMlib", "RPMtotal", "CPM"),
    ],
)
def test_columns_about_features(name):
    assert is_about_features(name)


@pytest.mark.parametrize(
    "name",
    [
        *("T1", "Delta 1", "Theo_2", "T1 Spectral Count", "T1 in EV", "charged_1", "first_1"),
        *("pre scan 1", "mass_spec_1", "T1_norm", "PEP1", "isolate_3p", "RPMI_1", "CPM1", "exp_m"),
    ],
)
def test_names_of_samples_are_not_about_features(name):
    assert not is_about_features(name)


def test_columns_of_diann_and_fragpipe(tmp_path):
    texts = {"Protein.Group": ACCESSIONS, "Protein.Ids": ACCESSIONS, "Precursor.Id": MIRNAS}
    figures = {"Proteotypic": ["1"] * 40, "Precursor.Charge": CHARGES}
    runs = {"/d/T1.mzML": LARGE, "/d/T2.mzML": LARGE}
    recognised = recognise_input(written(tmp_path, texts | figures | runs))
    assert recognised.runs == ("/d/T1.mzML", "/d/T2.mzML")
    ions = {"Peptide Sequence": ["PEPTIDEK"] * 40, "Protein ID": ACCESSIONS, "Charge": CHARGES}
    figures = {"Observed Mass": LARGE, "Probability": ["0.99"] * 40, "Intensity": LARGE}
    recognised = recognise_input(written(tmp_path, ions | figures | {"s-01": LARGE, "s-02": LARGE}))
    assert recognised.runs == ("s-01", "s-02")
    assert recognised.no_samples == (
        ("Intensity", "its name is that of a quantity, not of a sample"),
    )


def test_a_normalised_column_is_no_second_sample(tmp_path):
    columns = {"hsa_miRNA": MIRNAS, "iso_5p": ["NA", "1"] * 20}
    both = {"EV": LARGE, "EV_norm": [f"{count}.5" for count in LARGE]}
    recognised = recognise_input(written(tmp_path, columns | both))
    assert recognised.runs == ("EV",)
    assert recognised.no_samples == (("EV_norm", "is EV, normalised"),)


def test_a_table_of_one_sample_with_normalised_counts(tmp_path):
    columns = {"matureName": MIRNAS, "readCount": LARGE, "RPMlib": LARGE, "RPMtotal": LARGE}
    recognised = recognise_input(written(tmp_path, columns))
    assert (recognised.runs, recognised.column) == ((), "readCount")


def test_a_column_of_another_scale_is_left_out_as_a_guess(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    samples = dict.fromkeys(["Smith", "Jones", "Miller", "Brown"], LARGE)
    odd = {"quirk": CHARGES, "confidence": [f"0.{at:02d}" for at in range(1, 41)]}
    written(tmp_path, {"miRNA": MIRNAS} | odd | samples, "counts.tsv")
    assert main(["study", "--from", "counts.tsv"]) == 0
    sheet = Path("study/config/samples.tsv").read_text()
    assert "Smith" in sheet and "quirk" not in sheet and "confidence" not in sheet
    printed = capsys.readouterr().out
    assert (
        "counts.tsv, column quirk: is taken for no sample (a guess): it holds whole numbers from 1"
        " to 3 only, while most columns reach 39,007. Add it to the sheets if it is a sample"
    ) in printed
    assert "column confidence: is taken for no sample (a guess): it holds numbers from" in printed


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("T1 T2 T3 H1", "H2"),
        ("EV-1 EV-2 EV-3 EV-4", "K-17"),
        ("EV_a EV_b EV_c EV_d", "EV_e"),
        ("a.count b.count c.count d.count", "e.count"),
    ],
)
def test_a_sample_by_its_name_is_one_whatever_it_holds(names, name):
    assert not no_samples(dict.fromkeys(names.split(), LARGE) | {name: CHARGES}, "t.tsv")


def test_libraries_with_few_reads_are_samples():
    random.seed(1)
    samples = dict.fromkeys(["Smith", "Jones", "Miller", "Brown"], LARGE)
    nearly_empty = ["0", "0", "1", "0", *["0", "2", "0", "1"] * 9]
    shallow = [str(round(random.paretovariate(0.7))) for _ in range(40)]
    assert max(map(int, shallow)) > 20
    assert not no_samples(samples | {"Kowalski": nearly_empty, "Novak": shallow}, "t.tsv")
    assert not no_samples(samples | {"Kowalski": [""] * 40, "Novak": ["0"] * 40}, "t.tsv")


def test_small_numbers_alone_prove_nothing():
    names = ["Smith", "Jones", "Miller", "Brown"]
    assert not no_samples(dict.fromkeys(names, CHARGES) | {"Novak": LARGE}, "t.tsv")
    assert not no_samples({"Smith": LARGE, "Jones": LARGE, "Novak": CHARGES}, "t.tsv")


@pytest.mark.parametrize("commas", [1, 2])
def test_commas_in_names_without_quotes_are_the_cause(tmp_path, commas):
    """MSstats' CSV: a row of data is no header, and samples are not called 0, 2 and 1000."""
    header = "ProteinName,PeptideSequence,PrecursorCharge,FragmentIon,ProductCharge"
    header += ",IsotopeLabelType,Condition,BioReplicate,Run,Intensity"
    name = f"sp|P21926|CD9_HUMAN [Site=39{', Rank=1' * commas}]"
    rows = [f"{name},PEPTIDEK,2,NA,NA,L,T,{at},run{at},{at}000" for at in range(4)]
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    result = recognise_input(str(tmp_path / "t.csv"))
    assert isinstance(result, NotRecognised)
    assert result.reason.startswith(f"row 2: has {10 + commas} cells, but the header")


def test_a_report_that_cannot_be_read_to_its_end_is_not_taken(tmp_path):
    header = "ProteinName,PeptideSequence,PrecursorCharge,FragmentIon,ProductCharge"
    header += ",IsotopeLabelType,Condition,BioReplicate,Run,Intensity"
    rows = [f"sp|P21926|CD9_HUMAN,PEPTIDEK,2,NA,NA,L,T,{at},run{at},{at}000" for at in range(9)]
    rows[7] = f"A, B,{rows[7]}"
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    result = recognise_input(str(tmp_path / "t.csv"))
    assert isinstance(result, NotRecognised)
    assert result.reason.startswith("row 9: has 12 cells, but the header names 10 columns")
