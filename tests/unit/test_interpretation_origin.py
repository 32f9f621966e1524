"""Tissue or cell of origin: scores by hand, permutations, and the shipped signatures."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS, ROOT, protein_matrix, rna_matrix
from scipy import stats

from evcargo.errors import EvcargoError
from evcargo.interpretation.keys import gene_key
from evcargo.interpretation.origin import permuted_score, relative_ranks, score_origins
from evcargo.interpretation.quantities import by_gene
from evcargo.interpretation.signatures import read_signatures

ORIGINS = ROOT / "resources" / "markers" / "origins.tsv"
SAMPLES = ["s1", "s2"]


def matrix(extra: dict | None = None):
    """120 proteins, of which the platelet's are the most abundant in s1 and the least in s2."""
    features = {
        f"P{n:05d}": (gene, [1e6, 1.0])
        for n, gene in enumerate(("ITGA2B", "GP9", "PF4", "PPBP", "SELP"))
    }
    features |= {f"Q{n:05d}": (f"GENE{n}", [100.0 + n, 100.0 + n]) for n in range(115)}
    return protein_matrix(features | (extra or {}), SAMPLES)


def own(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_ranks_and_scores_by_hand() -> None:
    ranks = relative_ranks(np.array([[np.nan, 5.0, 0.0, 9.0]]))
    assert ranks[0].tolist() == pytest.approx([0.25, 0.625, 0.25, 0.875])  # two are not seen
    draws = np.array(list(combinations(range(4), 2)))
    score, p_value = permuted_score(ranks[0], np.array([1, 3]), np.array([0.5, 0.5]), draws)
    assert score == 0.75
    assert p_value == pytest.approx((1 + 1) / (1 + 6))  # only itself scores as high
    weighted, _ = permuted_score(ranks[0], np.array([1, 3]), np.array([0.75, 0.25]), draws)
    assert weighted == pytest.approx(0.75 * 0.625 + 0.25 * 0.875)


def test_an_abundant_signature_stands_out_where_it_is() -> None:
    table = score_origins(
        {"proteins": matrix()}, read_signatures([str(ORIGINS)], "human"), "human", 0.05
    )
    platelet = table[table["signature"] == "platelet"].set_index("sample")
    assert platelet["stands_out"].tolist() == [True, False]
    assert platelet["score"]["s1"] == pytest.approx((120 - 2.5) / 120)
    assert platelet["score"]["s2"] == pytest.approx(2.5 / 120)
    assert platelet["in_study"].tolist() == [5, 5]
    assert platelet["p_value"]["s1"] == pytest.approx(1e-4)
    assert platelet["genes"]["s1"] == "GP9;ITGA2B;PF4;PPBP;SELP"
    assert "co-isolated" in platelet["note"].iloc[0]
    others = table[table["signature"] == "T cell"]
    assert (others["reason"] == "none of its genes is seen in any sample").all()
    assert others["stands_out"].isna().all()


def test_p_values_of_random_signatures_are_uniform() -> None:
    rng = np.random.default_rng(3)
    ranks = relative_ranks(rng.lognormal(0, 2, (1, 400)))[0]
    draws = np.array([rng.choice(400, 8, replace=False) for _ in range(5000)])
    weights = np.full(8, 1 / 8)
    p = [
        permuted_score(ranks, rng.choice(400, 8, replace=False), weights, draws)[1]
        for _ in range(2000)
    ]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_contaminants_are_no_origin_and_genes_are_summed() -> None:
    made = matrix({"B1": ("ITGA2B", [7e9, 7e9]), "P2": ("GENE1", [1.0, np.nan])})
    made.var.loc["B1", "is_contaminant"] = True
    quantities = by_gene(made, "proteins", "human")
    assert quantities.loc["s1", "ITGA2B"] == 1e6
    assert quantities.loc["s1", "GENE1"] == 102.0
    assert quantities.loc["s2", "GENE1"] == 101.0


def test_mirnas_and_weights_of_the_study(tmp_path: Path) -> None:
    names = ["hsa-miR-122-5p", *(f"hsa-miR-{n}-3p" for n in range(600, 640))]
    made = rna_matrix({name: [n, 50] for n, name in enumerate(names)}, ["a", "b"])
    made.X[0, 0] = 9e5
    path = own(tmp_path, "signature\tgene\tweight", "liver\tmiR-122-5p\t2", "liver\tmiR-601-3p\t")
    signatures = read_signatures([str(ORIGINS), path], "human")
    table = score_origins({"rna": made}, signatures, "human", 0.05)
    liver = table[table["signature"] == "liver"].set_index("sample")
    assert liver["in_study"].tolist() == [2, 2]
    assert liver["given_by"].tolist() == ["study", "study"]
    top, second = 40.5 / 41, 1.5 / 41  # of 41; miR-601-3p counts 2, one lies below it
    assert liver["score"]["s1"] == pytest.approx((2 * top + second) / 3, abs=0.02)
    assert liver["score"]["s2"] == pytest.approx(0.5)


def test_a_failed_sample_keeps_its_rows() -> None:
    made = matrix()
    made.obs["status"] = ["ok", "failed"]
    made.obs["status_reason"] = ["", "no spectra"]
    table = score_origins(
        {"proteins": made}, read_signatures([str(ORIGINS)], "human"), "human", 0.05
    )
    failed = table[table["sample"] == "s2"]
    assert set(failed["reason"]) == {"no spectra"}
    assert failed["score"].isna().all()
    assert len(failed) == table["signature"].nunique()


@pytest.mark.parametrize("organism", ["human", "mouse", "rat"])
def test_shipped_signatures_are_those_of_the_panels(organism: str) -> None:
    shipped = pd.read_csv(ORIGINS, sep="\t", dtype=str, keep_default_na=False)
    panels = pd.read_csv(PANELS, sep="\t", dtype=str, keep_default_na=False)
    known = panels[panels["taxon"] == "9606"].drop_duplicates("gene").set_index("gene")
    assert (
        known.loc[shipped["gene"], ["mouse", "rat"]].to_numpy()
        == shipped[["mouse", "rat"]].to_numpy()
    ).all()
    cited = set(zip(panels["gene"], panels["source"], strict=True))
    assert set(zip(shipped["gene"], shipped["source"], strict=True)) <= cited
    table = read_signatures([str(ORIGINS)], organism)
    assert not table.duplicated(["signature", "gene"]).any()
    assert set(table["signature"]) == set(shipped["signature"])


def test_orthologs_are_found_by_any_of_their_symbols() -> None:
    made = protein_matrix({"A": ("Hbb-bs", [9.0]), "B": ("Actb", [1.0])}, ["s1"], taxon="10090")
    table = score_origins(
        {"proteins": made}, read_signatures([str(ORIGINS)], "mouse"), "mouse", 0.05
    )
    assert table.set_index("signature").loc["red cell", "in_study"] == 1


def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError):
        read_signatures([str(ORIGINS), own(tmp_path, "gene", "CD9")], "human")


def test_names_to_compare_by() -> None:
    assert gene_key("hsa-miR-21-5p") == gene_key("miR-21-5p") == "MIR-21-5P"
    assert gene_key("Cd9;Cd9b") == "CD9"


def test_only_mirnas_are_the_background_of_mirnas() -> None:
    """Random sets of miRNAs do not stand out, however many fragments of other RNA there are."""
    rng = np.random.default_rng(4)
    names = [f"hsa-miR-{n}-3p" for n in range(600, 720)]
    counts = {name: list(rng.lognormal(6, 1, 2)) for name in names}
    counts |= {f"tRF_{n}": [2.0, 1.0] for n in range(600)}
    made = rna_matrix(counts, ["a", "b"], **{f"tRF_{n}": "tRNA" for n in range(600)})
    rows = [(f"set{n}", name) for n in range(20) for name in rng.choice(names, 5, replace=False)]
    signatures = pd.DataFrame(rows, columns=["signature", "gene"])
    signatures["symbols"] = [(gene_key(name),) for name in signatures["gene"]]
    signatures = signatures.assign(weight=1.0, note="", given_by="study")
    table = score_origins({"rna": made}, signatures, "human", 0.05)
    assert set(table["background"]) == {120}
    assert table["stands_out"].sum() <= 2
    assert (table["p_value"] < 0.05).mean() < 0.2


def test_spike_ins_and_missing_names_are_no_genes() -> None:
    made = protein_matrix({f"T{n}": ("", [n + 1.0]) for n in range(4)}, ["s1"])
    made.var["gene"] = pd.array(["CD9", None, "", "ERCC-00002"], "string")
    made.var["name"] = pd.array(["", "Cd63", None, ""], "string")
    made.var["class"] = ["mRNA", "mRNA", "mRNA", "spike_in"]
    assert by_gene(made, "transcripts", "human").loc["s1"].to_dict() == {"CD63": 2.0, "CD9": 1.0}
