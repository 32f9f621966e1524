"""A real snippet of an Orbitrap HCD run (A549 cells) against what Comet found in it."""

import numpy as np
import pytest
from proteins_case import entrapped, run_study, search_options

from evcargo.simulate.entrapment import is_entrapment

COMET = {"psms": 74, "peptides": 62}  # Comet 2019.01.5, 20 ppm / 0.02 Da, D / T <= 1 %


OPTIONS = search_options(
    precursor_tolerance_ppm=20,
    fragment_tolerance=0.02,
    fragment_tolerance_unit="Da",
    precursor_charge=[2, 6],
)


@pytest.fixture(scope="module")
def study(shared_data):
    folder = shared_data / "a549_dda"
    spectra = {"a549": folder / "TaGe_SA_A549_3_snip.mzML"}
    return run_study(spectra, folder / "TaGe_SA_A549_3_snip.fasta", OPTIONS, contaminants=False)


def test_at_least_what_comet_found_by_the_same_rule(study):
    """Comet's numbers are of D / T; (D + 1) / T cannot reach 1 % with fewer than 100 PSMs."""
    inference, *_ = study
    psms = inference.psms.sort_values("hyperscore", ascending=False)
    decoys, targets = psms["is_decoy"].cumsum(), (~psms["is_decoy"]).cumsum()
    within = np.flatnonzero((decoys / targets <= 0.01).to_numpy())
    best = psms.iloc[: within[-1] + 1]
    best = best[~best["is_decoy"]]
    assert len(best) >= COMET["psms"]
    assert best["peptide"].nunique() >= COMET["peptides"]


def test_what_evcargo_accepts_and_why(study):
    inference, matrix, quality = study
    accepted = inference.psms[inference.psms["accepted"]]
    assert len(accepted) >= COMET["psms"]
    assert accepted["peptide"].nunique() >= COMET["peptides"]
    assert inference.rules["rule"].str.contains("too few to resolve").all()
    assert inference.rules["score"].str.contains("too few").all()
    values = quality[quality["run"] == "a549"].set_index("metric")["value"]
    assert values["ms2_spectra"] == 147
    assert values["ms2_identified"] + values["ms2_not_identified"] == 147
    # The snippet is one minute long: many peaks are cut, but most ions have one.
    assert matrix.to_df().notna().sum().sum() > 40


def test_no_protein_of_e_coli_is_accepted_in_human_cells(study, shared_data, tmp_path):
    """4,313 proteins of E. coli beside 703 human ones: a random match is theirs more often."""
    folder = shared_data / "a549_dda"
    fasta = entrapped(folder / "TaGe_SA_A549_3_snip.fasta", shared_data, tmp_path)
    spectra = {"a549": folder / "TaGe_SA_A549_3_snip.mzML"}
    inference, *_ = run_study(spectra, fasta, OPTIONS, contaminants=False)
    matched = inference.psms[inference.psms["proteins"] != ""]
    accepted = matched[matched["accepted"]]
    assert not is_entrapment(accepted["proteins"]).any()
    without = study[0].psms
    assert len(accepted) >= 0.95 * without["accepted"].sum()
