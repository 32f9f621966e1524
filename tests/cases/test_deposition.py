"""The files of a deposition, of the demo and of a real run, against the tables they are made of."""

import re
from pathlib import Path

import anndata
import pandas as pd
import pytest
from proteins_case import run_study, search_options
from pyteomics import mass, mztab

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import read_fasta
from evcargo.proteins.files import write_parquet
from evcargo.proteins.mztab import Deposit, write_mztab
from evcargo.proteins.mztab_peptides import listed_modifications, shifts_of, spelling_of

MASSES = {"UNIMOD:4": 57.021464, "UNIMOD:35": 15.994915, "UNIMOD:1": 42.010565}
PROTON = 1.007276466879


@pytest.mark.slow
def test_the_mztab_of_the_demo_holds_what_was_accepted(demo: Path):
    read = mztab.MzTab(str(demo / "results/proteins/proteins.mzTab"))
    psms = pd.read_parquet(demo / "results/proteins/psms.parquet")
    accepted = psms[psms["accepted"]]
    table = read.spectrum_match_table
    assert table["PSM_ID"].nunique() == len(accepted)
    matrix = anndata.read_h5ad(demo / "results/proteins/proteins.h5ad")
    proteins = read.protein_table
    assert len(proteins) == matrix.n_vars
    # The rows of the matrix are the assays of the file.
    for place, sample in enumerate(matrix.obs_names, 1):
        values = proteins[f"protein_abundance_assay[{place}]"].astype(float).to_numpy()
        assert values == pytest.approx(matrix[sample].X.ravel(), rel=1e-8, nan_ok=True)
    told = [name for name in proteins if name.startswith("num_psms_ms_run")]
    owned = accepted["group"].isin(matrix.var_names)
    assert int(proteins[told].to_numpy().sum()) == int(owned.sum()) == len(accepted)


@pytest.mark.slow
def test_the_sdrf_of_the_demo_is_valid_but_for_the_instrument(demo: Path):
    """The simulated mzML names no instrument; everything else is as the template asks."""
    sdrf = pytest.importorskip("sdrf_pipelines.sdrf.sdrf")
    path = demo / "results/study/study.sdrf.tsv"
    found = sdrf.read_sdrf(str(path)).validate_sdrf(template="ms-proteomics", skip_ontology=True)
    assert [one.message for one in found if "comment[instrument]" not in one.message] == []


@pytest.fixture(scope="module")
def real(shared_data, tmp_path_factory) -> tuple[mztab.MzTab, pd.DataFrame, dict[str, str]]:
    """The mzTab of a real Orbitrap run, its accepted PSMs and its FASTA."""
    folder = shared_data / "a549_dda"
    options = search_options(
        precursor_tolerance_ppm=20,
        fragment_tolerance=0.02,
        fragment_tolerance_unit="Da",
        precursor_charge=[2, 6],
    )
    fasta = folder / "TaGe_SA_A549_3_snip.fasta"
    spectra = {"a549": folder / "TaGe_SA_A549_3_snip.mzML"}
    inference, matrix, _ = run_study(spectra, fasta, options, contaminants=False)
    listed = listed_modifications(options)
    proteins = read_fasta(fasta)
    spelling = spelling_of(inference.peptides, proteins, shifts_of(listed), "trypsin")
    out = tmp_path_factory.mktemp("a549")
    write_parquet(inference.psms, out / "psms.parquet")
    samples = pd.DataFrame({"sample": ["a549"], "material": "source", "condition": None})
    samples = samples.reindex(columns=CONTRACTS["samples"].names)
    runs = pd.DataFrame({"run": ["a549"], "sample": "a549", "path": str(spectra["a549"])})
    deposit = Deposit(
        "a549", samples, runs, matrix, [], listed, fasta.name, out / "psms.parquet", spelling
    )
    write_mztab(deposit, out / "a549.mzTab")
    read = mztab.MzTab(str(out / "a549.mzTab"))
    psms = inference.psms[inference.psms["accepted"]]
    return read, psms, {one.accession: one.sequence for one in proteins}


def test_every_accepted_psm_of_the_real_run_is_there(real):
    read, psms, _ = real
    assert read.spectrum_match_table["PSM_ID"].nunique() == len(psms) > 70
    assert "Thermo nativeID" in str(read.metadata["ms_run[1]-id_format"])


def test_sequences_stand_in_their_proteins_where_the_file_says(real):
    read, _, sequences = real
    table = read.spectrum_match_table.reset_index(drop=True)
    leading = table.drop_duplicates("PSM_ID")
    assert leading["sequence"].str.contains("I").any()  # the search itself writes every I as L
    for row in leading.itertuples():
        protein = sequences[row.accession]
        assert protein[row.start - 1 : row.end] == row.sequence
        assert row.pre == (protein[row.start - 2] if row.start > 1 else "-")
        assert row.post == (protein[row.end] if row.end < len(protein) else "-")


def test_masses_follow_from_sequence_and_modifications(real):
    """pyteomics computes each mass anew from the residues and UNIMOD's masses."""
    table = real[0].spectrum_match_table.reset_index(drop=True)
    assert table["modifications"].notna().any()
    for row in table.itertuples():
        found = re.findall(r"\d+-(UNIMOD:\d+)", str(row.modifications))
        neutral = mass.fast_mass(row.sequence) + sum(MASSES[name] for name in found)
        expected = neutral / row.charge + PROTON
        assert row.calc_mass_to_charge == pytest.approx(expected, abs=0.0005)
        isotope = row.opt_global_isotope_error * 1.0033548378 / row.charge
        error = row.exp_mass_to_charge - isotope - row.calc_mass_to_charge
        assert abs(error) / expected < 20e-6
