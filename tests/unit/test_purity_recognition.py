"""What nobody knows by name is never judged by name."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from purity_helpers import PANELS, ROOT, default_options, protein_matrix, sheet

from evcargo.identifiers.genes import read_genes
from evcargo.purity.markers import read_panels
from evcargo.purity.recognition import names_problem
from evcargo.purity.score import score

WORDS = ["river", "table", "green", "seven", "cloud", "paper", "stone", "glass", "field", "horse"]


@pytest.fixture(scope="module")
def genes():
    return read_genes(ROOT / "resources/identifiers/human_genes.tsv.xz", "human")


def of_words(n: int) -> dict[str, tuple[str, list[float]]]:
    return {f"{WORDS[i % 10]}{i}": ("", [float(10 * n - i)] * 2) for i in range(n)}


KNOWN = {
    "P21926": ("CD9", [9e6, 8e6]),
    "P08962": ("CD63", [9e6, 8e6]),
    "Q99816": ("TSG101", [9e5, 8e5]),
    "P02768": ("ALB", [9e4, 8e4]),
}


def verdicts(matrix: AnnData, genes) -> dict[str, pd.DataFrame]:
    samples = sheet({"sample": "a"}, {"sample": "b"})
    panels = read_panels(PANELS, "human")
    return score(samples, panels, default_options(), proteins=matrix, genes=genes)


def test_random_words_pass_nothing_and_the_verdict_says_why(genes) -> None:
    tables = verdicts(protein_matrix(of_words(2000), ["a", "b"]), genes)
    assert not tables["criteria"]["verdict"].isin(["pass", "warn", "fail"]).any()
    assert (tables["verdicts"]["verdict"] == "not assessed").all()
    assert tables["verdicts"]["reason"].str.contains("0 of 2,000 identifiers are known").all()
    shares = tables["shares"]
    assert shares["share"].isna().all()


def test_the_same_matrix_with_names_is_judged(genes) -> None:
    matrix = protein_matrix(KNOWN, ["a", "b"])
    assert names_problem(matrix.var, "proteins", genes) == ""
    criteria = verdicts(matrix, genes)["criteria"]
    assert (criteria["verdict"] != "not assessed").any()


def test_half_of_the_names_are_enough_and_fewer_are_not(genes) -> None:
    half = protein_matrix(KNOWN | of_words(4), ["a", "b"], taxon="")
    fewer = protein_matrix(KNOWN | of_words(5), ["a", "b"], taxon="")
    assert names_problem(half.var, "proteins", genes) == ""
    assert "only 4 of 9 identifiers" in names_problem(fewer.var, "proteins", genes)


def test_proteins_of_other_species_and_contaminants_are_known(genes) -> None:
    matrix = protein_matrix(of_words(4), ["a", "b"], taxon="9913")
    assert names_problem(matrix.var, "proteins", genes) == ""


@pytest.mark.parametrize("assay", ["rna", "transcripts"])
def test_counts_of_random_words(assay: str, genes) -> None:
    names = [f"{WORDS[i % 10]}{i}" for i in range(50)]
    var = pd.DataFrame({"name": names, "gene": "", "class": "other", "sequence": ""}, index=names)
    obs = pd.DataFrame({"status": "ok", "status_reason": "", "condition": "x"}, index=["a", "b"])
    matrix = AnnData(np.full((2, 50), 1000.0), obs, var)
    samples = sheet({"sample": "a"}, {"sample": "b"})
    panels = read_panels(PANELS, "human")
    tables = score(samples, panels, default_options(), genes=genes, **{assay: matrix})
    criteria = tables["criteria"]
    assert not criteria["verdict"].isin(["pass", "warn", "fail"]).any()
    own = criteria[criteria["assay"] == assay]
    assert own["rule"].str.contains("only 0 of 50 identifiers are known").any()


def test_proteins_of_another_host_are_not_those_of_the_study(genes) -> None:
    """CD9 is a gene of mouse too."""
    matrix = protein_matrix(KNOWN, ["a", "b"], taxon="10090")
    assert "0 of 4" in names_problem(matrix.var, "proteins", genes)
