"""Gene sets of a contrast: which genes count, and what is found through contamination alone."""

import numpy as np
import pandas as pd
import pytest
from interpretation_helpers import differential, genes_table, proteins_var
from purity_helpers import PANELS
from scipy.stats import fisher_exact, kstest

from evcargo.differential.adjust import adjust
from evcargo.interpretation.camera import ranked
from evcargo.interpretation.enrichment import SetOptions, enrich
from evcargo.interpretation.gene_sets import membership, panel_sets, user_sets
from evcargo.interpretation.genes import gene_names, gene_table, signed_z
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.overrepresentation import overrepresentation
from evcargo.purity.markers import read_panels
from evcargo.simulate.confounded import Confounding
from evcargo.simulate.gene_sets import (
    CHANGED_SET,
    HIDDEN_SET,
    OVER,
    QUIET,
    UNCHANGED_SET,
    judged_sets,
)
from evcargo.tables import write_table

ALL = (1, 1000)


def sets_of(genes: pd.DataFrame, **sets: list[str]):
    return membership([GeneSet("own", n, "", tuple(m)) for n, m in sets.items()], genes.index)


def test_a_gene_counts_once_by_its_most_abundant_feature():
    var = proteins_var(["P1", "P2", "P3"], ["CD9", "cd9", "CD81"])
    table = differential(
        feature=["P1", "P2", "P3"],
        mean=[20.0, 25.0, 22.0],
        p_value=[1e-9, 0.5, 0.1],
        log2_fold_change=[3.0, -0.1, 1.0],
    )
    genes = gene_table(table, gene_names(var, "proteins", "human"))
    assert genes["feature"].to_dict() == {"CD9": "P2", "CD81": "P3"}


def test_a_group_of_several_genes_counts_for_its_leading_one():
    var = proteins_var(["P1"], ["HSPA8;HSPA1A"])
    assert gene_names(var, "proteins", "human").tolist() == ["HSPA8"]


def test_other_organisms_and_unknown_contaminants_are_no_genes_of_the_study():
    var = proteins_var(
        ["P1", "P02769", "C1", "P4"],
        ["ALB", "ALB", "KRT1", ""],
        taxon=["9606", "9913", "", ""],
        is_contaminant=[False, True, True, False],
    )
    for kept in (var, var.astype({"taxon": "category", "gene": "category"})):  # as h5ad keeps them
        assert gene_names(kept, "proteins", "human").to_dict() == {"P1": "ALB", "P4": "P4"}


def test_features_that_were_not_tested_are_no_background():
    table = differential(feature=["P1", "P2"], p_value=[0.1, None], tested=[True, False])
    assert gene_table(table, pd.Series(["A", "B"], ["P1", "P2"])).index.tolist() == ["A"]


def test_of_small_rna_mirnas_count_by_their_plain_name():
    var = pd.DataFrame({"class": ["miRNA", "tRNA"]}, ["hsa-miR-21-5p", "tRNA-Gly-1"])
    assert gene_names(var, "rna", "human").tolist() == ["mir-21-5p"]


def test_transcripts_count_by_symbol_and_spike_ins_do_not():
    rows = {"gene": ["CD9", "", ""], "name": ["CD9", "ENSG1", "ERCC-1"]}
    var = pd.DataFrame(rows | {"class": ["gene", "gene", "spike_in"]}, ["ENSG0", "ENSG1", "ERCC-1"])
    expected = {"ENSG0": "CD9", "ENSG1": "ENSG1"}
    for kept in (var, var.astype("category")):
        assert gene_names(kept, "transcripts", "human").to_dict() == expected


def test_z_has_the_p_value_and_the_sign():
    z = signed_z(pd.Series([0.05, 0.05, 1.0, 0.0]), pd.Series([2.0, -1.0, 0.3, 1.0]))
    np.testing.assert_allclose(z[:3], [1.959964, -1.959964, 0.0], atol=1e-6)
    assert 30 < z[3] < 40
    one_sided = signed_z(pd.Series([0.05, 0.5]), pd.Series([np.nan, np.nan]))
    np.testing.assert_allclose(one_sided, [1.644854, 0], atol=1e-6)


def test_markers_are_found_by_accession_and_keep_to_the_host():
    panels = read_panels(PANELS, "human")
    var = proteins_var(["P08962", "P02769"], ["", "ALB"], taxon=["", "9913"])
    names = gene_names(var, "proteins", "human")
    sets = {one.name: one for one in panel_sets(panels, var, names, "proteins", "human")}
    assert "P08962" in sets["misev2018_1a"].genes  # CD63, named by its accession in this study
    assert "ALB" in sets["albumin"].genes
    assert "bovine_serum" not in sets
    assert not any("mir-" in gene for one in sets.values() for gene in one.genes)
    of_rna = panel_sets(panels, var, pd.Series(dtype=str), "rna", "human")
    assert "mir-451a" in next(o for o in of_rna if o.name == "haemolysis_mirna").genes


@pytest.fixture
def contaminated() -> pd.DataFrame:
    """100 genes, 20 hits up: G0-G9 stand, G10-G14 contaminants, G15-G19 explained by impurity."""
    names = [f"G{n}" for n in range(100)]
    robustness = ["stands"] * 10 + ["contaminant itself"] * 5
    robustness += ["explained by lipoprotein share"] * 5 + ["not assessed"] * 80
    return genes_table(
        np.r_[np.full(20, 5.0), np.linspace(-1, 1, 80)],
        names,
        significant=np.arange(100) < 20,
        robustness=robustness,
        flag=[""] * 10 + ["lipoprotein"] * 5 + [""] * 85,
    )


def test_sets_that_are_found_through_contamination_are_marked(contaminated):
    sets = sets_of(
        contaminated,
        cargo=["G0", "G1", "G2", "G3", "G4", "G90"],
        plasma=["G10", "G11", "G12", "G91"],
        riders=["G15", "G16", "G17", "G18", "G92"],
        mixed=["G0", "G1", "G2", "G15", "G16", "G17", "G93"],
        nothing=["G30", "G31", "G32"],
    )
    table = overrepresentation(contaminated, sets, ALL, 0.05)
    up = table[table["direction"] == "up"].set_index("set")
    assert up["robustness"].to_dict() == {
        "cargo": "stands",
        "plasma": "contaminant itself",
        "riders": "explained by impurity",
        "mixed": "weakened",
        "nothing": "",
    }
    cargo = up.loc["cargo"]
    assert (cargo["overlap"], cargo["hits"], cargo["overlap_standing"]) == (5, 20, 5)
    assert cargo["genes"] == "G0;G1;G2;G3;G4"
    assert cargo["fold_enrichment"] == pytest.approx(5 * 100 / (6 * 20))
    by_fisher = fisher_exact([[5, 1], [15, 79]], alternative="greater")[1]
    assert cargo["p_value"] == pytest.approx(by_fisher, rel=1e-9)
    # Of the hits that stand: among the 95 genes that are no contaminants.
    by_fisher = fisher_exact([[5, 1], [5, 84]], alternative="greater")[1]
    assert cargo["p_value_standing"] == pytest.approx(by_fisher, rel=1e-9)
    assert "0 of its 4 hits stand, 4 are explained by impurity" in up["robustness_reason"]["riders"]
    down = table[table["direction"] == "down"]
    assert (down["reason"] == "no gene is significantly lower").all()
    assert down["p_value"].isna().all()


def test_without_a_robustness_verdict_both_numbers_are_not_given(contaminated):
    contaminated["robustness"] = "not assessed"
    sets = sets_of(contaminated, cargo=["G0", "G1", "G2", "G3", "G4"])
    row = overrepresentation(contaminated, sets, ALL, 0.05).iloc[0]
    assert row["significant"]
    assert row["robustness"] == "not assessed"
    assert np.isnan(row["p_value_standing"])


def test_sets_out_of_limits_are_not_tested_and_do_not_count_as_tests(contaminated):
    names = contaminated.index
    sets = sets_of(
        contaminated, small=["G0", "G1"], large=list(names[:60]), every=list(names),
        right=["G0", "G1", "G2"],
    )  # fmt: skip
    table = overrepresentation(contaminated, sets, (3, 50), 0.05)
    up = table[table["direction"] == "up"].set_index("set")
    assert up["reason"]["small"] == "fewer than 3 of its genes were tested"
    assert up["reason"]["large"] == "more than 50 of its genes were tested"
    assert up["adjusted_p_value"]["right"] == up["p_value"]["right"]
    assert up["p_value"].notna().sum() == 1


def test_ranking_finds_a_shift_and_tells_whether_purity_explains_it():
    rng = np.random.default_rng(3)
    names = [f"G{n}" for n in range(500)]
    z = rng.normal(size=500)
    z[:30] += 1.5
    z[30:60] -= 1.5
    given = z.copy()
    given[30:60] += 1.5
    genes = genes_table(z, names, flag="")
    genes["z_given_purity"] = pd.Series(given, names)
    sets = sets_of(genes, higher=names[:30], lower=names[30:60], none=names[100:130])
    table = ranked(genes, sets, ALL, 0.01, 0.05).set_index("set")
    assert table["significant"].to_dict() == {"higher": True, "lower": True, "none": False}
    assert table["direction"]["higher"] == "up"
    assert table["direction"]["lower"] == "down"
    assert table["robustness"].to_dict() == {
        "higher": "stands", "lower": "explained by impurity", "none": "",
    }  # fmt: skip


def test_a_contrast_without_direction_is_ranked_by_how_much_genes_differ():
    rng = np.random.default_rng(4)
    names = [f"G{n}" for n in range(300)]
    p = rng.random(300)
    p[:30] = rng.random(30) ** 4
    table = differential(feature=names, p_value=p, significant=p < 1e-3, flag="")
    genes = gene_table(table, pd.Series(names, names))
    sets = sets_of(genes, changed=names[:30], none=names[50:80])
    found = ranked(genes, sets, ALL, 0.01, 0.05).set_index("set")
    assert found["direction"]["changed"] == "more"
    assert found["p_value"]["changed"] < 1e-4 < 0.05 < found["p_value"]["none"]
    over = overrepresentation(genes, sets, ALL, 0.05)
    assert set(over["direction"]) == {"any"}


def test_ranking_is_uniform_for_sets_drawn_at_random():
    """200 studies whose genes are all shifted alike, e.g. by their normalisation."""
    rng = np.random.default_rng(8)
    names = [f"G{n}" for n in range(400)]
    found = []
    for _ in range(200):
        genes = genes_table(rng.normal(size=400) + 0.3 * rng.normal(), names, flag="")
        sets = sets_of(genes, drawn=list(rng.choice(names, 25, replace=False)))
        found.append(ranked(genes, sets, ALL, 0, 0.05)["p_value"].iloc[0])
    assert kstest(found, "uniform").pvalue > 0.01


def test_a_study_without_a_tested_feature_gives_every_set_with_its_reason(tmp_path):
    var = proteins_var(["P08962", "P21926"], ["CD63", "CD9"])
    table = differential(feature=["P08962", "P21926"], tested=False, robustness="not assessed")
    (tmp_path / "own.gmt").write_text("SET\tx\tCD63\tCD9\tmiR-21-5p\n", encoding="utf-8")
    over, rank = enrich(
        table, var, read_panels(PANELS, "human"), [tmp_path / "own.gmt"], "proteins", "human",
        SetOptions((3, 500), 0.01, 0.05),
    )  # fmt: skip
    assert over["p_value"].isna().all()
    assert rank["p_value"].isna().all()
    assert (over["reason"] != "").all()
    assert over.loc[over["set"] == "SET", "named"].tolist() == [2, 2]
    write_table(over, tmp_path / "over.tsv", "overrepresentation")
    write_table(rank, tmp_path / "rank.tsv", "ranked")
    assert user_sets([tmp_path / "own.gmt"], "rna")[0].genes == ("mir-21-5p",)


def test_sets_of_hidden_contaminants_never_stand_among_the_hits_and_cargo_mostly_does():
    """Confounded studies of known truth; many more in benchmarks/gene_sets.py."""
    panels = read_panels(PANELS)
    found = [
        one for seed in range(5) for one in judged_sets(seed, Confounding(per_group=8), panels)
    ]
    said = {
        name: [verdict for test, of_set, verdict in found if (test, of_set) == (OVER, name)]
        for name in (CHANGED_SET, HIDDEN_SET, UNCHANGED_SET)
    }
    assert said[HIDDEN_SET].count("explained by impurity") >= 2
    assert "stands" not in said[HIDDEN_SET]
    assert said[CHANGED_SET].count("stands") >= 2
    assert "explained by impurity" not in said[CHANGED_SET]
    assert set(said[UNCHANGED_SET]) == {QUIET}


def test_p_values_are_adjusted_over_both_directions():
    names = [f"G{i}" for i in range(200)]
    z = np.zeros(200)
    z[:10], z[10:20] = 5, -5
    genes = genes_table(z, names, significant=np.abs(z) > 3)
    sets = sets_of(genes, mixed=names[5:15], up=names[:8], quiet=names[50:60])
    table = overrepresentation(genes, sets, (3, 100), 0.05)
    assert set(table["direction"]) == {"up", "down"}
    together = adjust(table["p_value"].astype(float))
    np.testing.assert_allclose(table["adjusted_p_value"], together)
    assert table[table["set"] == "mixed"]["significant"].tolist() == [True, True]


def test_where_no_hit_stands_nothing_is_found_among_those_that_stand(contaminated):
    contaminated.loc[contaminated["robustness"] == "stands", "robustness"] = "weakened"
    sets = sets_of(contaminated, cargo=["G0", "G1", "G2", "G3"], plasma=["G10", "G11", "G12"])
    table = overrepresentation(contaminated, sets, ALL, 0.05)
    up = table[table["direction"] == "up"].set_index("set")
    assert up["p_value_standing"].tolist() == [1.0, 1.0]
    assert up["robustness"].to_dict() == {
        "cargo": "weakened", "plasma": "contaminant itself",
    }  # fmt: skip
