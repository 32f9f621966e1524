"""mzTab: a study made by hand, read back by pyteomics and held to what the format asks for."""

from dataclasses import replace

import anndata
import numpy as np
import pandas as pd
import pytest
from proteins_helpers import search_options
from pyteomics import mztab

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import Protein
from evcargo.proteins.mztab import PSM_COLUMNS, Deposit, parameter, write_mztab
from evcargo.proteins.mztab_peptides import (
    listed_modifications,
    modifications_text,
    shifts_of,
    spelling_of,
)
from evcargo.proteins.mztab_study import setting

# ALLEK is at 2 to 6 of P1, whose I is spelled, and of P2, which has the L; MCIK begins P1 only.
PROTEINS = [
    Protein("P1", "MCIKAIIEKGGR", gene="G1", name="first", taxon="9606"),
    Protein("P2", "RAILEKWWWW", gene="G2", name="second", taxon="9606"),
    Protein("P3", "KKMPEPTLDEKR", gene="G3", name="third, of cows", taxon="9913"),
]
PEPTIDES = pd.DataFrame(
    {
        "peptide": ["MCLK", "ALLEK", "PEPTLDEK", "WWWW"],
        "group": ["P1", "P1", "P3", ""],
        "unique": [True, False, True, False],
        "accepted": [True, True, True, False],
        "proteins": ["P1", "P1;P2", "P3", "P2"],
    }
)
OXIDISED = "[+42.0106]-M[+15.9949]C[+57.0215]LK"


def psm(run, scan, peptide, modified, accepted=True, group="P1", **more):
    row = {"run": run, "scan": f"controllerType=0 controllerNumber=1 scan={scan}", "rt": 10.0}
    row |= {"precursor_mz": 400.5, "charge": 2, "peptide": peptide, "modified": modified}
    row |= {"mass": 798.0, "isotope_error": 0, "score": 3.0, "q_value": 0.001, "group": group}
    proteins = dict(zip(PEPTIDES["peptide"], PEPTIDES["proteins"], strict=True))[peptide]
    return row | {"accepted": accepted, "proteins": proteins} | more


PSMS = [
    psm("A.f1.r1", 1, "MCLK", OXIDISED),
    psm("A.f1.r1", 2, "MCLK", "MC[+57.0215]LK"),
    psm("A.f1.r1", 3, "ALLEK", "ALLEK"),
    psm("A.f2.r1", 4, "ALLEK", "ALLEK", rt=11.5, isotope_error=1),
    psm("A.f2.r1", 5, "ALLEK", "ALLEK", accepted=False),
    psm("B", 6, "PEPTLDEK", "PEPTLDEK", group="P3"),
    psm("C", 7, "WWWW", "WWWW", accepted=False, group=""),
]


def sheets():
    samples = pd.DataFrame(
        {
            "sample": ["A", "B", "C", "D"],
            "material": "ev",
            "condition": ["tumour", "tumour", "healthy", "healthy"],
            "biofluid": ["plasma", None, "plasma", "plasma"],
        }
    )
    runs = [("A.f1.r1", "A"), ("A.f2.r1", "A"), ("B", "B"), ("C", "C")]
    frame = pd.DataFrame(runs, columns=["run", "sample"])
    frame = frame.assign(path="/home/someone/raw/" + frame["run"] + ".mzML", assay="proteins")
    return samples, frame.reindex(columns=CONTRACTS["runs"].names)


@pytest.fixture
def deposit(tmp_path) -> Deposit:
    samples, runs = sheets()
    var = pd.DataFrame(
        {
            "name": ["first", "third, of cows"],
            "gene": ["G1", "G3"],
            "accessions": ["P1;P9;P8", "P3"],
            "taxon": ["9606", "9913"],
            "is_contaminant": [False, True],
            "ambiguous": [True, False],
            "q_value": [0.001, 0.002],
        },
        index=["P1", "P3"],
    )
    values = np.array([[100.0, np.nan], [300.0, 7.0], [np.nan, 5.0], [np.nan, np.nan]])
    matrix = anndata.AnnData(values, pd.DataFrame(index=["A", "B", "C", "D"]), var)
    matrix.uns["source"] = "sagepy 0.4.6; PSM: (D + 1) / T <= 0.01"
    path = tmp_path / "psms.parquet"
    pd.DataFrame(PSMS)[PSM_COLUMNS].to_parquet(path)
    modifications = listed_modifications(search_options())
    spelling = spelling_of(PEPTIDES, PROTEINS, shifts_of(modifications), "trypsin")
    return Deposit(
        "study", samples, runs, matrix, ["rollup = sum"], modifications, "db.fasta", path, spelling
    )


@pytest.fixture
def read(deposit, tmp_path) -> mztab.MzTab:
    write_mztab(deposit, tmp_path / "study.mzTab")
    return mztab.MzTab(str(tmp_path / "study.mzTab"))


ASSAY_KEYS = ("quantification_reagent", "ms_run_ref", "sample_ref")


def test_metadata_is_complete(read):
    about = read.metadata
    assert (about["mzTab-version"], about["mzTab-mode"]) == ("1.0.0", "Complete")
    assert about["mzTab-type"] == "Quantification"
    # What jmzTab, the reference reader of the format, asks of a complete quantification.
    needed = ["description", "protein_search_engine_score[1]", "psm_search_engine_score[1]"]
    needed += ["software[1]", "fixed_mod[1]", "variable_mod[1]", "quantification_method"]
    needed += ["protein-quantification_unit", "ms_run[4]-location", "ms_run[4]-id_format"]
    needed += [f"assay[{n}]-{key}" for n in (1, 2, 3) for key in ASSAY_KEYS]
    needed += [f"study_variable[{n}]-{k}" for n in (1, 2) for k in ("assay_refs", "description")]
    assert [key for key in needed if key not in about] == []
    assert about["ms_run[1]-location"] == "file:///A.f1.r1.mzML"
    assert "Thermo nativeID" in str(about["ms_run[1]-id_format"])
    text = "".join(map(str, about.values()))
    assert "/home" not in text and "someone" not in text


def test_fractions_and_samples_without_a_run(deposit, read, tmp_path):
    lines = (tmp_path / "study.mzTab").read_text().splitlines()
    about = dict(line.split("\t")[1:3] for line in lines if line.startswith("MTD"))
    assert about["assay[1]-ms_run_ref"] == "ms_run[1],ms_run[2]"
    assert about["study_variable[1]-assay_refs"] == "assay[1],assay[2]"
    assert about["study_variable[2]-assay_refs"] == "assay[3]"
    assert about["sample[4]-description"] == "D, ev, healthy, plasma"  # has no run, and no assay
    assert "assay[4]-ms_run_ref" not in about


# jmzTab, the reference reader of the format, refuses files without these columns.
PROTEIN_COLUMNS = ["accession", "description", "taxid", "species", "database", "database_version"]
PROTEIN_COLUMNS += ["search_engine", "best_search_engine_score[1]", "ambiguity_members"]
PROTEIN_COLUMNS += ["modifications"]
COMPLETE_COLUMNS = ["protein_coverage"]
COMPLETE_COLUMNS += [f"search_engine_score[1]_ms_run[{n}]" for n in range(1, 5)]
COMPLETE_COLUMNS += [f"protein_abundance_assay[{n}]" for n in (1, 2, 3)]
QUANTIFICATION_COLUMNS = [
    f"protein_abundance{part}_study_variable[{n}]"
    for n in (1, 2)
    for part in ("", "_stdev", "_std_error")
]
REQUIRED_PSM = ["sequence", "PSM_ID", "accession", "unique", "database", "database_version"]
REQUIRED_PSM += ["search_engine", "search_engine_score[1]", "modifications", "spectra_ref"]
REQUIRED_PSM += ["retention_time", "charge", "exp_mass_to_charge", "calc_mass_to_charge"]
REQUIRED_PSM += ["pre", "post", "start", "end"]


def test_proteins(read):
    table = read.protein_table
    needed = [*PROTEIN_COLUMNS, *COMPLETE_COLUMNS, *QUANTIFICATION_COLUMNS]
    assert [name for name in needed if name not in table] == []
    assert table["accession"].tolist() == ["P1", "P3"]
    first, third = table.iloc[0], table.iloc[1]
    assert first["ambiguity_members"] == "P9,P8" and first["opt_global_ambiguous"] == 1
    assert (third["species"], third["taxid"]) == ("Bos taurus", 9913)
    assert third["opt_global_is_contaminant"] == 1
    psms = [first[f"num_psms_ms_run[{n}]"] for n in range(1, 5)]
    distinct = [first[f"num_peptides_distinct_ms_run[{n}]"] for n in range(1, 5)]
    unique = [first[f"num_peptides_unique_ms_run[{n}]"] for n in range(1, 5)]
    assert (psms, distinct, unique) == ([3, 1, 0, 0], [3, 1, 0, 0], [2, 0, 0, 0])
    assert first["protein_coverage"] == pytest.approx(9 / 12)  # MCIK and AIIEK of 12
    # Tumour is A and B: 100 and 300, then only 7 of B.
    assert first["protein_abundance_study_variable[1]"] == 200
    assert first["protein_abundance_stdev_study_variable[1]"] == pytest.approx(20000**0.5)
    assert first["protein_abundance_std_error_study_variable[1]"] == pytest.approx(100)
    assert third["protein_abundance_study_variable[1]"] == 7
    assert np.isnan(float(third["protein_abundance_stdev_study_variable[1]"] or np.nan))
    assert pd.isna(first["protein_abundance_assay[3]"])


def test_psms(read):
    table = read.spectrum_match_table
    assert [name for name in REQUIRED_PSM if name not in table] == []
    assert table["PSM_ID"].nunique() == sum(row["accepted"] for row in PSMS) == 5
    assert table["PSM_ID"].value_counts().sort_index().tolist() == [1, 1, 2, 2, 1]
    first = table.iloc[0]
    # I as the protein spells it, where the search holds L.
    assert first["sequence"] == "MCIK"
    assert first["modifications"] == "0-UNIMOD:1,1-UNIMOD:35,2-UNIMOD:4"
    assert first["spectra_ref"] == "ms_run[1]:controllerType=0 controllerNumber=1 scan=1"
    assert (first["pre"], first["post"], first["start"], first["end"]) == ("-", "A", 1, 4)
    assert first["retention_time"] == 600 and first["exp_mass_to_charge"] == 400.5
    assert first["calc_mass_to_charge"] == pytest.approx(798 / 2 + 1.00727646688)
    assert first["unique"] == 1
    shared = table[table["PSM_ID"] == 3]
    # The leading protein spells both rows; each has its own place.
    assert shared["sequence"].tolist() == ["AIIEK", "AIIEK"]
    assert shared[["accession", "pre", "post", "start", "end", "unique"]].to_numpy().tolist() == [
        ["P1", "K", "G", 5, 9, 0],
        ["P2", "R", "W", 2, 6, 0],
    ]
    assert table.loc[table["PSM_ID"] == 5, "sequence"].tolist() == ["PEPTLDEK"]


def test_the_place_is_one_where_the_enzyme_cuts():
    """AAK lies within MAAKP first, where trypsin does not cut; and MEK after its own methionine."""
    proteins = [Protein("P1", "WAAKPRAAKR"), Protein("P2", "MEEK"), Protein("P3", "CCAAKCC")]
    table = PEPTIDES.head(2).assign(peptide=["AAK", "EEK"], proteins=["P1;P3", "P2"])
    spelling = spelling_of(table, proteins, {}, "trypsin")
    assert [(p.start, p.pre, p.post) for p in spelling.places("AAK", "P1")] == [
        (7, "R", "R"),
        (3, "C", "C"),  # cut by no enzyme: named all the same, for a PSM must not be lost
    ]
    assert spelling.places("EEK", "P2")[0].start == 2


def test_the_same_study_gives_the_same_bytes(deposit, tmp_path):
    for name in ("a", "b"):
        write_mztab(deposit, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_study_of_tables_has_proteins_only(deposit, tmp_path):
    deposit.matrix.uns["source"] = "MaxQuant proteinGroups, filtered [/home/someone/pg.txt]"
    summary = Deposit("study", deposit.samples, deposit.runs, deposit.matrix, ["a = b"])
    write_mztab(summary, tmp_path / "t.mzTab")
    read = mztab.MzTab(str(tmp_path / "t.mzTab"))
    assert (read.metadata["mzTab-mode"], read.metadata["mzTab-type"]) == (
        "Summary",
        "Quantification",
    )
    needed = [*PROTEIN_COLUMNS, *QUANTIFICATION_COLUMNS]
    assert [name for name in needed if name not in read.protein_table] == []
    assert len(read.protein_table) == 2 and len(read.spectrum_match_table) == 0
    assert "num_psms_ms_run[1]" not in read.protein_table
    assert read.metadata["ms_run[4]-location"] is None  # one per run, wherever its spectra are
    assert "ms_run[5]-location" not in read.metadata
    text = (tmp_path / "t.mzTab").read_text()
    assert "[, , MaxQuant proteinGroups, ]" in text and "someone" not in text


@pytest.mark.parametrize(
    ("modified", "text"),
    [
        ("PEPTIDE", "null"),
        ("M[+15.9949]K", "1-UNIMOD:35"),
        ("AM[+57.0215]K[+229.1629]", "2-UNIMOD:4,3-CHEMMOD:+229.1629"),
        ("AK[+100.5000]", "2-CHEMMOD:+100.5000"),
        ("AK-[-0.9840]", "3-UNIMOD:2"),
        ("[+42.0106]-K", "0-UNIMOD:1"),
        ("Q[-17.0265]K", "1-UNIMOD:28"),
    ],
)
def test_modifications_by_position(modified, text):
    search = {
        "fixed_modifications": ["Carbamidomethyl (CM)", "229.1629 (K)"],
        "variable_modifications": ["Oxidation (M)", "Acetyl (Protein N-term)", "Amidated (C-term)"],
    }
    search["variable_modifications"].append("Gln->pyro-Glu (N-term Q)")
    assert modifications_text(modified, shifts_of(listed_modifications(search))) == text


def test_modifications_of_ends_and_masses_are_terms_of_the_format(deposit, tmp_path):
    search = {
        "fixed_modifications": ["229.1629 (K)", "tmt10plex (N-term)"],
        "variable_modifications": ["Gln->pyro-Glu (N-term Q)", "Acetyl (Protein N-term)"],
    }
    write_mztab(replace(deposit, modifications=listed_modifications(search)), tmp_path / "m.mzTab")
    lines = (tmp_path / "m.mzTab").read_text().splitlines()
    about = dict(line.split("\t")[1:3] for line in lines if line.startswith("MTD"))
    rows = [
        [about[f"{kind}_mod[{n}]{key}"] for key in ("", "-site", "-position")]
        for kind in ("fixed", "variable")
        for n in (1, 2)
    ]
    assert rows == [
        ["[CHEMMOD, CHEMMOD:+229.1629, , ]", "K", "Anywhere"],
        ["[UNIMOD, UNIMOD:737, TMT6plex, ]", "N-term", "Any N-term"],
        ["[UNIMOD, UNIMOD:28, Gln->pyro-Glu, ]", "Q", "Any N-term"],
        ["[UNIMOD, UNIMOD:1, Acetyl, ]", "N-term", "Protein N-term"],
    ]


def test_settings_and_parameters_hold_no_folder_and_no_bare_comma():
    assert setting("/data/private/human.fasta") == "human.fasta"
    assert setting("C:\\data\\human.fasta") == "human.fasta"
    assert setting([7, 50]) == "7, 50" and setting(["Oxidation (M)"]) == "Oxidation (M)"
    assert parameter("a, b", "1") == '[, , "a, b", 1]'
