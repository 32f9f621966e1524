import numpy as np
import pandas as pd
import pytest

from evcargo.contracts import CONTRACTS
from evcargo.proteins.database import Protein
from evcargo.proteins.study import quantify_study
from evcargo.tables import write_matrix, write_table

SAMPLES = ["a", "b", "c", "d"]


@pytest.fixture
def study():
    """a and b with a run each; c whose run showed nothing; d without a run."""
    samples = pd.DataFrame({name: [""] * 4 for name in CONTRACTS["samples"].names})
    samples["sample"] = SAMPLES
    samples["protein_ug"] = [1.0, np.nan, 2.0, 3.0]
    runs = pd.DataFrame({name: ["", "", ""] for name in CONTRACTS["runs"].names})
    runs["run"] = runs["sample"] = ["a", "b", "c"]
    runs["assay"] = "proteins"
    runs["fraction"] = runs["replicate"] = 1
    peptides = ["P1", "P2", "P3", "Q1"]
    psms = pd.DataFrame(
        {
            "run": ["a"] * 4 + ["b"] * 3 + ["c"],
            "peptide": [*peptides, *peptides[:3], "N"],
            "group": ["P", "P", "P", "Q", "P", "P", "P", ""],
            "accepted": [True] * 7 + [False],
            "ppm": [1.0, 2.0, 3.0, 4.0, -1.0, -2.0, -3.0, 9.0],
            "missed_cleavages": [0, 1, 0, 0, 0, 0, 0, 2],
        }
    )
    ions = pd.DataFrame(
        {
            "run": ["a"] * 4 + ["b"] * 3,
            "ion": [*peptides, *peptides[:3]],
            "peptide": [*peptides, *peptides[:3]],
            "intensity": [10.0, 20.0, 30.0, 5.0, 40.0, 80.0, 120.0],
            "transferred": [False] * 5 + [True] * 2,
        }
    )
    groups = pd.DataFrame(
        {
            "group": ["P", "Q", "R"],
            "accessions": ["P;P-2", "Q", "R"],
            "gene": ["PP", "", ""],
            "name": ["Protein P", "", ""],
            "taxon": ["9606", "9913", ""],
            "is_contaminant": [False, True, False],
            "n_peptides": [3, 1, 1],
            "n_unique_peptides": [3, 1, 1],
            "ambiguous": [True, False, False],
            "score": [9.0, 8.0, 1.0],
            "q_value": [0.005, 0.005, 0.4],
            "accepted": [True, True, False],
        }
    )
    rules = pd.DataFrame({"level": ["PSM"], "rule": ["(D + 1) / T <= 0.01"], "score": ["LDA"]})
    figures = {
        run: {"ms1_spectra": 10.0, "ms2_spectra": 20.0, "ms1_tic": 1e6, "minutes": 5.0}
        for run in "abc"
    }
    return ions, psms, groups, rules, figures, samples, runs


def test_every_sample_and_accepted_group_is_there(study, tmp_path):
    matrix, quality = quantify_study(*study, "directlfq", 1, "none")
    assert list(matrix.obs_names) == SAMPLES
    assert list(matrix.var_names) == ["P", "Q"]
    assert matrix.obs["status"].tolist() == ["ok", "ok", "failed", "no run"]
    assert matrix.obs["status_reason"]["c"] == "no protein group in 20 MS2 spectra"
    assert matrix[:, "P"].X[1, 0] / matrix[:, "P"].X[0, 0] == pytest.approx(4)
    assert np.isnan(matrix.X[2:]).all()
    assert np.isnan(matrix[:, "Q"].X[1, 0])
    np.testing.assert_allclose(matrix.layers["normalised"][0], np.log2(matrix.X[0]))
    assert matrix.var.loc["Q", ["taxon", "is_contaminant"]].tolist() == ["9913", True]
    assert "sagepy 0.4.6" in matrix.uns["source"]
    write_matrix(matrix, tmp_path / "m.h5ad")
    write_table(quality, tmp_path / "q.tsv", "quality")


def test_layers_by_hand(study):
    """P is of 3 observable peptides, Q of none; b's ions of 80 and 120 were lent to it."""
    proteins = [Protein("P", "ACDEFGHIK" * 3), Protein("Q", "MK")]
    matrix, _ = quantify_study(*study, "sum", 1, "none", proteins)
    np.testing.assert_allclose(matrix[:, "P"].layers["ibaq"][:2, 0], [60 / 3, 240 / 3])
    assert np.isnan(matrix[:, "Q"].layers["ibaq"]).all()
    np.testing.assert_array_equal(
        matrix.layers["spectral_count"], [[3, 1], [3, 0], [0, 0], [np.nan, np.nan]]
    )
    np.testing.assert_allclose(
        matrix.layers["transferred"],
        [[0, 0], [200 / 240, np.nan], [np.nan] * 2, [np.nan] * 2],
    )
    assert matrix.var["ambiguous"].tolist() == [True, False]
    assert matrix.uns["rollup"] == "sum, not normalised"


def test_spectral_counts_as_quantities(study):
    ions, *rest = study
    matrix, _ = quantify_study(ions.iloc[:0], *rest, "spectral_counts", 1, "none")
    np.testing.assert_array_equal(
        matrix.X, [[3, 1], [3, np.nan], [np.nan, np.nan], [np.nan, np.nan]]
    )
    assert matrix.uns["raw_quantity"] == "PSMs"
    assert matrix.obs["status"].tolist() == ["ok", "ok", "failed", "no run"]


def test_where_another_roll_up_was_used_is_said(study):
    matrix, _ = quantify_study(*study, "maxlfq", 1, "none")
    assert matrix.var["rollup"].to_dict() == {"P": "maxlfq", "Q": "sum"}
    assert "ion sum in all or some samples of 1 groups" in matrix.uns["rollup"]


def test_groups_of_too_few_peptides_stay_without_quantities(study):
    matrix, _ = quantify_study(*study, "sum", 2, "none")
    assert np.isnan(matrix[:, "Q"].X).all()
    assert matrix[:, "P"].X[0, 0] == 60.0


def test_why_a_sample_has_no_quantity_is_said(study):
    """c without MS1, or with MS1 that shows no peak; both with an identified spectrum."""
    ions, psms, groups, rules, figures, samples, runs = study
    psms = psms.assign(accepted=True).replace({"group": {"": "P"}, "peptide": {"N": "P1"}})
    for survey, reason in (
        (0.0, "1 spectra identified, but the file holds no MS1 spectra to measure in"),
        (10.0, "1 spectra identified, but no ion with a peak in 10 MS1 spectra"),
    ):
        told = {**figures, "c": {**figures["c"], "ms1_spectra": survey}}
        rest = (groups, rules, told, samples, runs, "directlfq", 1, "none")
        matrix, _ = quantify_study(ions, psms, *rest)
        assert matrix.obs["status_reason"]["c"].startswith(reason)


def test_the_funnel_of_spectra_adds_up(study):
    _, quality = quantify_study(*study, "sum", 1, "none")
    wide = quality.pivot_table(index=["sample", "run"], columns="metric", values="value")
    np.testing.assert_array_equal(
        wide["ms2_identified"] + wide["ms2_not_identified"], wide["ms2_spectra"]
    )
    a = wide.loc[("a", "a")]
    assert (a["psms"], a["peptides"], a["protein_groups"]) == (4, 4, 2)
    assert (a["median_precursor_error"], a["missed_cleavage_rate"]) == (2.5, 0.25)
    assert a["identification_rate"] == 0.2
    assert wide.loc[("c", "c"), "psms"] == 0
    assert wide["contaminant_share"].drop("c").tolist() == [0.25, 0.25, 0, 0]
    assert "c" not in wide["contaminant_share"].dropna()  # nothing was identified
    assert wide["quantified_ions"].tolist() == [4, 4, 3, 3, 0, 0]
    assert wide["transferred_ions"].tolist() == [0, 0, 2, 2, 0, 0]
    assert wide.loc[("b", ""), "quantified_protein_groups"] == 1


def test_contaminants_do_not_decide_the_normalisation(study):
    ions, psms, groups, *rest = study
    ions = pd.concat([ions, ions.iloc[[3]].assign(run="b", intensity=5000.0)])
    matrix, _ = quantify_study(ions, psms, groups, *rest, "sum", 1, "median")
    normalised = matrix.layers["normalised"]
    assert normalised[0, 0] == pytest.approx(normalised[1, 0])  # P is the only stable one
    assert normalised[1, 1] - normalised[0, 1] == pytest.approx(np.log2(1000) - 2)
    assert matrix.uns["normalisation"].startswith("log2, median of the stable")


def test_a_study_in_which_nothing_was_found(study):
    ions, psms, groups, *rest = study
    matrix, quality = quantify_study(
        ions.iloc[:0],
        psms.assign(accepted=False),
        groups.assign(accepted=False),
        *rest,
        "directlfq",
        1,
        "median",
    )
    assert matrix.shape == (4, 0)
    assert matrix.obs["status"].tolist() == ["failed", "failed", "failed", "no run"]
    assert (quality.loc[quality["metric"] == "psms", "value"] == 0).all()
