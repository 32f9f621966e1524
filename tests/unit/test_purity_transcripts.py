"""Classes and purity criteria of long RNA."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from purity_helpers import PANELS, answer, default_options, sheet

from evcargo.purity.associations import purity_metrics
from evcargo.purity.flags import feature_flags
from evcargo.purity.panels import read_panels
from evcargo.purity.score import score
from evcargo.purity.transcripts import CLASSES, QUESTIONS, transcript_classes


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS)


def long_rna(counts: dict[str, list[float]], **biotypes: str) -> AnnData:
    """Counts by gene, of a table whose features are symbols."""
    names = list(counts)
    kinds = [biotypes.get(name.replace("-", "_"), "transcript") for name in names]
    var = pd.DataFrame({"name": names, "gene": "", "class": kinds}, names)
    values = np.array(list(counts.values()), dtype=float).T
    obs = pd.DataFrame(
        {"status": "ok", "status_reason": "", "condition": "a"},
        [f"s{n}" for n in range(1, len(values) + 1)],
    )
    return AnnData(values, obs=obs, var=var)


def scored(matrix: AnnData, panels: pd.DataFrame, **options):
    samples = sheet(*({"sample": name} for name in matrix.obs_names))
    return score(samples, panels, default_options(**options), transcripts=matrix)


@pytest.mark.parametrize(
    ("organism", "symbol", "biotype", "expected"),
    [
        ("human", "HBB", "protein_coding", "haemoglobin mRNA"),
        ("human", "CA1", "protein_coding", "other"),
        ("human", "BPGM", "protein_coding", "other"),
        ("human", "PPBP", "protein_coding", "platelet mRNA"),
        ("human", "IGHG1", "transcript", "immunoglobulin mRNA"),
        ("human", "IGKV1-5", "transcript", "immunoglobulin mRNA"),
        ("human", "IGHMBP2", "protein_coding", "other"),
        ("human", "IGLON5", "protein_coding", "other"),
        ("human", "MT-ND1", "protein_coding", "mitochondrial RNA"),
        ("human", "MT-RNR2", "Mt_rRNA", "ribosomal RNA"),
        ("human", "MTOR", "protein_coding", "other"),
        ("human", "RNA18SN5", "rRNA", "ribosomal RNA"),
        ("human", "RPL3", "protein_coding", "other"),
        ("mouse", "Hba-a1", "transcript", "haemoglobin mRNA"),
        ("mouse", "Hbb-bs", "transcript", "haemoglobin mRNA"),
        ("mouse", "Pf4", "transcript", "platelet mRNA"),
        ("mouse", "mt-Co1", "transcript", "mitochondrial RNA"),
        ("mouse", "Mt1", "transcript", "other"),
        ("mouse", "Ighg2b", "transcript", "immunoglobulin mRNA"),
        ("mouse", "Gm1", "IG_V_gene", "immunoglobulin mRNA"),
        ("rat", "Hbb", "transcript", "haemoglobin mRNA"),
    ],
)
def test_the_class_of_a_gene(organism, symbol, biotype, expected):
    var = pd.DataFrame({"name": "ENSG1", "gene": symbol, "class": biotype}, ["ENSG1"])
    assert transcript_classes(var, read_panels(PANELS, organism)).tolist() == [expected]


def test_shares_by_hand_and_their_criteria(panels):
    """Of 100: HBB 30 and HBA1 10, PPBP 5, MT-ND1 15, CD9 40; a sample without counts has none."""
    counts = {"HBB": 30, "HBA1": 10, "PPBP": 5, "MT-ND1": 15, "CD9": 40}
    matrix = long_rna({gene: [count, count / 5, np.nan] for gene, count in counts.items()})
    tables = scored(
        matrix, panels, haemoglobin_rna_share={"default": [None, None], "plasma": [0.1, 0.3]}
    )
    shares = tables["shares"].pivot(index="sample", columns="class", values="share")
    assert set(shares) <= set(CLASSES) and shares.loc["s1"].sum() == pytest.approx(1)
    assert shares.loc["s1", "haemoglobin mRNA"] == shares.loc["s2", "haemoglobin mRNA"] == 0.4
    assert shares.loc["s3"].isna().all()
    row = answer(tables["criteria"], "s1", "haemoglobin mRNA share")
    assert (row["assay"], row["verdict"], row["value"]) == ("transcripts", "fail", 0.4)
    assert row["evidence"] == "40 of 100 counts: HBB 30, HBA1 10"
    row = answer(tables["criteria"], "s1", "mitochondrial RNA share")
    assert (row["verdict"], row["value"]) == ("not assessed", 0.15)
    assert row["rule"].startswith("no limit is set for this matrix")
    row = answer(tables["criteria"], "s1", "ribosomal RNA share")
    assert row["rule"] == "not assessed: the table of long RNA has no genes of ribosomal RNA"
    assert answer(tables["criteria"], "s3", "platelet mRNA share")["rule"].endswith("has no counts")
    assert tables["verdicts"]["verdict"].tolist() == ["fail", "fail", "not assessed"]


def test_a_class_of_few_counts_is_compared_nowhere_unless_a_limit_asks(panels):
    matrix = long_rna({"HBB": [4, 9], "PPBP": [4, 10], "CD9": [1e5, 1e5]})
    tables = scored(matrix, panels)
    row = answer(tables["criteria"], "s2", "haemoglobin mRNA share")
    assert row["rule"].endswith("fewer than 10 counts in every sample, too few to compare")
    metrics = purity_metrics(tables["criteria"], tables["shares"]).set_index(["metric", "sample"])
    assert metrics.loc["haemoglobin mRNA share", "value"].isna().all()
    assert metrics.loc["platelet mRNA share", "value"].notna().all()
    asked = scored(matrix, panels, haemoglobin_rna_share={"default": [0.01, None]})["criteria"]
    assert answer(asked, "s2", "haemoglobin mRNA share")["verdict"] == "pass"


def test_identifiers_without_symbols_say_so(panels):
    tables = scored(long_rna({"ENSG00000244734": [5], "ENSG00000010278": [7]}), panels)
    assert tables["shares"].empty
    for cls in QUESTIONS:
        row = answer(tables["criteria"], "s1", f"{cls} share")
        assert row["rule"] == "not assessed: the table of long RNA has no gene symbols"


def test_blood_cell_transcripts_are_flagged_and_others_may_be_cargo(panels):
    var = long_rna({"HBB": [1], "PF4": [1], "MT-ND1": [1], "ALB": [1], "CD9": [1]}).var
    flags = feature_flags(var, panels, "transcripts")
    assert flags["flag"].tolist() == ["haemoglobin mRNA", "platelet mRNA", "", "", ""]
    assert flags.loc["HBB", "flag_reason"] != ""
