"""Which protein groups carry markers, and the shares of the signal classes."""

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, protein_matrix

from evcargo.purity.flags import feature_flags
from evcargo.purity.markers import (
    marker_table,
    match,
    only_transferred,
    plain_accession,
    read_panels,
)
from evcargo.purity.shares import CLASSES, protein_classes, protein_shares, shares_table


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS)


@pytest.fixture(scope="module")
def mouse() -> pd.DataFrame:
    return read_panels(PANELS, "mouse")


def classes_of(panels, features, **columns):
    matrix = protein_matrix({a: (gene, [1.0]) for a, gene in features.items()}, ["s"], **columns)
    return protein_classes(matrix.var, panels).to_dict()


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("P02768", "P02768"),
        ("P02768-2", "P02768"),
        ("CON__P02769", "P02769"),
        ("sp|P08962|CD63_HUMAN", "P08962"),
        ("Cont_P00761", "P00761"),
    ],
)
def test_accessions_are_taken_out_of_their_dress(written, plain):
    assert plain_accession(written) == plain


def test_a_marker_is_found_by_accession_symbol_and_former_symbol(panels):
    found = classes_of(
        panels, {"P08962": "", "A0A024": "cd9", "P62805-1": "", "Q00000": "HIST1H4A", "Q9": "CD99"}
    )
    assert found == {
        "P08962": "EV core",
        "A0A024": "EV core",
        "P62805-1": "cell debris",
        "Q00000": "cell debris",
        "Q9": "other",
    }


def test_bovine_albumin_is_bovine_and_never_albumin(panels):
    features = {"P02769": "ALB", "P02768": "ALB", "Q3SZ57": "AFP", "P19120": "HSPA8"}
    bovine = dict.fromkeys(["P02769", "Q3SZ57", "P19120"], "9913")
    matrix = protein_matrix({a: (g, [1.0]) for a, g in features.items()}, ["s"])
    for accession, taxon in bovine.items():
        matrix.var.loc[accession, "taxon"] = taxon
    assert protein_classes(matrix.var, panels).to_dict() == {
        "P02769": "bovine",
        "P02768": "albumin",
        "Q3SZ57": "bovine",
        "P19120": "bovine",
    }
    matched = match(matrix.var, panels)
    assert set(matched.loc[matched["gene"] == "ALB", "feature"]) == {"P02768"}
    assert "P19120" not in set(matched["feature"])


@pytest.mark.parametrize("organism", ["human", "mouse"])
def test_bovine_proteins_of_human_sequence_are_the_hosts(organism):
    """Bovine actin is human actin: no peptide tells; bovine HSPA8 differs, so it stays bovine."""
    panels = read_panels(PANELS, organism)
    names = {"CON__P60712": "ACTB", "P62803": "", "Cont_P68103": "EEF1A1", "P19120": "HSPA8"}
    matrix = protein_matrix({a: (g, [1.0]) for a, g in names.items()}, ["s"], taxon="9913")
    matrix.var["is_contaminant"] = True
    found = protein_classes(matrix.var, panels).to_dict()
    assert found == {
        "CON__P60712": "EV promiscuous",
        "P62803": "cell debris" if organism == "human" else "other",  # histone H4, without a gene
        "Cont_P68103": "other",
        "P19120": "bovine",
    }
    matched = match(matrix.var, panels)
    assert "Actb" in set(matched["gene"]) or "ACTB" in set(matched["gene"])
    assert matrix.var["is_contaminant"].all() and matrix.var["taxon"].eq("9913").all()


def test_without_a_taxon_contaminants_are_known_by_accession(panels):
    """A MaxQuant table: no taxa, contaminants with CON__."""
    features = {
        "CON__P02769": "ALB",  # bovine albumin, in the list of bovine serum proteins
        "CON__P02768": "ALB",  # human albumin
        "CON__Q7XYZ1": "ALB",  # albumin of nobody knows whom
        "CON__P00761": "",  # pig trypsin
        "P02647": "APOA1",
    }
    matrix = protein_matrix({a: (g, [1.0]) for a, g in features.items()}, ["s"], taxon="")
    matrix.var["is_contaminant"] = matrix.var.index.str.startswith("CON__")
    assert protein_classes(matrix.var, panels).to_dict() == {
        "CON__P02769": "bovine",
        "CON__P02768": "albumin",
        "CON__Q7XYZ1": "other contaminant",
        "CON__P00761": "other contaminant",
        "P02647": "lipoprotein",
    }


def test_mouse_symbols_are_found_and_human_ones_of_another_taxon_are_not(mouse):
    features = {"P41731": "Cd63", "Q9WU78": "Pdcd6ip", "P01901": "H2-K1", "P02088": "Hbb-b1"}
    matrix = protein_matrix({a: (g, [1.0]) for a, g in features.items()}, ["s"], taxon="10090")
    assert list(protein_classes(matrix.var, mouse)) == ["EV core"] * 3 + ["haemoglobin"]
    human = protein_matrix({"P08962": ("CD63", [1.0]), "P04264": ("KRT1", [1.0])}, ["s"])
    assert list(protein_classes(human.var, mouse)) == ["other", "keratin"]


def test_a_group_is_a_marker_only_if_its_leading_protein_is(panels):
    matrix = protein_matrix(
        {"Q1": ("OTHER;CD9", [4.0]), "P08962": ("CD63;OTHER", [2.0]), "Q2": ("NONE", [1.0])},
        ["s"],
        accessions={"Q1": "Q1;P21926", "P08962": "P08962;Q7"},
    )
    matched = match(matrix.var, panels)
    tetraspanins = matched[matched["panel"] == "tetraspanin"].set_index("gene")["leading"]
    assert tetraspanins.to_dict() == {"CD9": False, "CD63": True}
    table = marker_table(matrix, panels, matched, min_depth=3)
    rows = table[table["panel"] == "tetraspanin"].set_index("gene")
    assert rows["evidence"].to_dict() == {
        "CD9": "ambiguous",
        "CD63": "detected",
        "CD81": "not detected",
        "CD82": "not detected",
    }
    assert rows.loc["CD63", ["feature", "intensity", "rank", "n_peptides"]].tolist() == [
        "P08962",
        2.0,
        2,
        2,
    ]
    assert rows.loc["CD63", "share"] == pytest.approx(2 / 7)
    assert protein_classes(matrix.var, panels)["Q1"] == "other"


def test_what_only_other_runs_show_is_not_detected(panels):
    """CD63 by transfer alone; CD81 too, but with a spectrum; CD9 with an ion of its own."""
    markers = {"P21926": ("CD9", [5.0]), "P08962": ("CD63", [9.0]), "P60033": ("CD81", [3.0])}
    matrix = protein_matrix(markers, ["s"], others=2)
    matrix.layers["transferred"] = np.array([[0.4, 1.0, 1.0, 0.0, 0.0]])
    matrix.layers["spectral_count"] = np.array([[2.0, 0.0, 1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(only_transferred(matrix), [[False, True, False, False, False]])
    matched = match(matrix.var, panels)

    def evidence(min_depth):
        table = marker_table(matrix, panels, matched, min_depth)
        return table[table["panel"] == "tetraspanin"].set_index("gene")

    table = evidence(4)
    assert table["evidence"].to_dict() == {
        "CD9": "detected",
        "CD63": "transferred",
        "CD81": "detected",
        "CD82": "not detected",
    }
    assert table.loc["CD63", "intensity"] == 9.0  # the quantity is there
    assert evidence(5).loc["CD82", "evidence"] == "not assessed"  # CD63 is no depth either
    del matrix.layers["spectral_count"]
    assert evidence(4)["evidence"].tolist().count("transferred") == 2
    del matrix.layers["transferred"]
    assert evidence(4)["evidence"].tolist().count("detected") == 3


def test_absence_counts_only_in_a_deep_enough_run(panels):
    matrix = protein_matrix({"P21926": ("CD9", [5.0, np.nan])}, ["deep", "shallow"], others=9)
    matrix.X[1, 5:] = np.nan
    table = marker_table(matrix, panels, match(matrix.var, panels), min_depth=10)
    evidence = table[table["panel"] == "tetraspanin"].groupby("sample")["evidence"].agg(list)
    assert evidence["deep"] == ["detected", "not detected", "not detected", "not detected"]
    assert evidence["shallow"] == ["not assessed"] * 4


def test_mirnas_and_bovine_accessions_are_not_protein_markers(panels):
    matrix = protein_matrix({"P21926": ("CD9", [5.0])}, ["s"])
    table = marker_table(matrix, panels, match(matrix.var, panels), min_depth=1)
    assert not table["panel"].isin(["haemolysis_mirna", "haemolysis_pair", "bovine_serum"]).any()
    assert table["gene"].ne("").all()


def test_every_group_is_in_exactly_one_class_and_the_shares_sum_to_one(panels):
    genes = panels.loc[panels["gene"].ne("") & ~panels["gene"].str.contains("miR"), "gene"].unique()
    rng = np.random.default_rng(1)
    features = {f"Q{n:05d}": (g, rng.lognormal(size=3).tolist()) for n, g in enumerate(genes)}
    matrix = protein_matrix(features, ["a", "b", "empty"], others=50)
    matrix.X[0, rng.random(matrix.n_vars) < 0.4] = np.nan
    matrix.X[2, :] = np.nan
    classes = protein_classes(matrix.var, panels)
    assert classes.index.tolist() == matrix.var_names.tolist()
    assert set(classes) <= set(CLASSES)
    shares = protein_shares(matrix, panels)
    assert shares.columns.tolist() == list(CLASSES)
    np.testing.assert_allclose(shares.loc[["a", "b"]].sum(axis=1), 1.0, rtol=1e-12)
    assert shares.loc["empty"].isna().all()
    table = shares_table(shares, "proteins")
    assert len(table) == 3 * len(CLASSES)
    assert table.columns.tolist() == ["sample", "assay", "class", "share"]


def test_shares_by_hand(panels):
    matrix = protein_matrix(
        {"P02768": ("ALB", [6.0]), "P21926": ("CD9", [3.0]), "Q0": ("NONE", [1.0])}, ["s"]
    )
    shares = protein_shares(matrix, panels).loc["s"]
    assert shares[shares > 0].to_dict() == pytest.approx(
        {"albumin": 0.6, "EV core": 0.3, "other": 0.1}
    )


def test_flags_name_the_impurity_of_proteins_and_nothing_else(panels):
    features = {
        "P02768": "ALB",
        "P02769": "ALB",
        "P21926": "CD9",
        "P02751": "FN1",
        "P62805": "H4C1",
    }
    matrix = protein_matrix({a: (g, [1.0]) for a, g in features.items()}, ["s"])
    matrix.var.loc["P02769", "taxon"] = "9913"
    flags = feature_flags(matrix.var, panels, "proteins")
    assert flags.index.equals(matrix.var.index)
    assert flags["flag"].tolist() == ["albumin", "bovine", "", "", ""]
    assert flags["flag_reason"].ne("").tolist() == [True, True, False, False, False]
    assert flags.loc["P02768", "flag_reason"] == "serum albumin (10.1080/20013078.2018.1535750)"


def test_flags_mark_the_haemolysis_mirnas(panels):
    var = pd.DataFrame(
        {"class": ["miRNA", "miRNA", "tRNA"], "name": "", "gene": ""},
        index=["hsa-miR-451a", "hsa-miR-23a-3p", "tRNA-Gly-GCC"],
    )
    assert feature_flags(var, panels, "rna")["flag"].tolist() == ["haemolysis", "", ""]
    assert feature_flags(var, panels, "transcripts")["flag"].eq("").all()
