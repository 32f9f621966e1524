"""Three real runs of bovine serum albumin, from Debian's openms-doc (LTQ Orbitrap XL, 2009).

The precursors are of high resolution, the fragments from the ion trap. OMSSA's own results with
these files name 44, 42 and 29 PSMs before any filter.
"""

import pandas as pd
import pytest
from debian import debian_package
from proteins_case import run_study, search_options

RUNS = ("BSA1", "BSA2", "BSA3")
ALBUMIN = "P02769"
ION_TRAP = search_options(
    precursor_tolerance_ppm=5,
    fragment_tolerance=0.5,
    fragment_tolerance_unit="Da",
    isotope_errors=[0, 0],
    max_peaks=50,
    deisotope=False,
)


@pytest.fixture(scope="module")
def study():
    examples = debian_package("openms-doc") / "usr/share/doc/openms/examples"
    fasta = examples / "TOPPAS/data/BSA_Identification/18Protein_SoCe_Tr_detergents_trace.fasta"
    spectra = {run: examples / f"BSA/{run}.mzML" for run in RUNS}
    return run_study(spectra, fasta, ION_TRAP, contaminants=False)


@pytest.mark.slow
def test_albumin_is_the_top_protein_of_every_run(study):
    inference, matrix, _ = study
    by_intensity = matrix.to_df().idxmax(axis=1)
    assert by_intensity.to_dict() == dict.fromkeys(RUNS, ALBUMIN)
    accepted = inference.psms[inference.psms["accepted"]]
    counts = accepted.groupby(["run", "group"]).size()
    for run in RUNS:
        assert counts[run].idxmax() == ALBUMIN
        assert counts[run].max() >= 25


@pytest.mark.slow
def test_albumin_has_at_least_20_peptides_at_one_percent(study):
    inference, matrix, _ = study
    peptides = inference.peptides
    mine = peptides[peptides["accepted"] & (peptides["group"] == ALBUMIN)]
    assert len(mine) >= 20
    assert matrix.var.loc[ALBUMIN, "n_peptides"] == len(mine)
    psms = inference.psms
    assert (psms["accepted"] & (psms["group"] == ALBUMIN)).sum() >= 100
    # With fewer than 100 peptides 1 % cannot be resolved by (D + 1) / T, and this is recorded.
    rules = inference.rules.set_index("level")["rule"]
    assert rules["PSM"] == "(D + 1) / T <= 0.01"
    assert "too few to resolve" in rules["peptide"]


@pytest.mark.slow
def test_most_of_what_is_accepted_is_albumin(study):
    """The sample is albumin with traces of others; the FASTA is 99 % of a soil bacterium."""
    inference, _, quality = study
    accepted = inference.psms[inference.psms["accepted"]]
    assert (accepted["group"] == ALBUMIN).mean() > 0.85
    table = quality.pivot_table(index="run", columns="metric", values="value")
    expected = pd.Series({"BSA1": 1120, "BSA2": 1166, "BSA3": 850}, dtype=float)
    assert table.loc[list(RUNS), "ms2_spectra"].to_dict() == expected.to_dict()
    assert table.loc[list(RUNS), "median_precursor_error"].abs().max() < 1
