"""Protein v mRNA, and miRNA v its targets: simulations with truth, and studies without one."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from differential_helpers import matrix as made_matrix
from interpretation_helpers import differential, genes_table, proteins_var
from scipy.stats import kstest, pearsonr, spearmanr
from scipy.stats import t as student

from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins as proteins
from evcargo.interpretation.camera import ranked
from evcargo.interpretation.concordance import concordance, correlation, interval
from evcargo.interpretation.gene_sets import membership
from evcargo.interpretation.genes import gene_table
from evcargo.interpretation.gmt import GeneSet
from evcargo.interpretation.repression import (
    TargetOptions,
    matched_samples,
    partial_correlations,
    repression,
    target_pairs,
    target_shifts,
)
from evcargo.study.model import Contrast
from evcargo.tables import write_table

LPS = Contrast("lps_v_control", "condition", "lps", "control")
CONDITION = ["lps"] * 8 + ["control"] * 8
GENES = [f"G{n}" for n in range(200)]
MIRNAS = [f"mir-{n}-5p" for n in range(1, 11)]


def side(changes: dict[str, float], hits: set[str] = frozenset()) -> pd.DataFrame:
    table = differential(
        feature=list(changes),
        log2_fold_change=list(changes.values()),
        p_value=0.5,
        significant=[name in hits for name in changes],
    )
    return gene_table(table, pd.Series(list(changes), list(changes)))


def test_concordance_by_hand():
    proteins = side({"A": 2.0, "B": -1.0, "C": 1.0, "D": 0.1, "ONLY": 3.0}, {"A", "B", "C"})
    transcripts = side({"A": 1.0, "B": 2.0, "C": -0.1, "D": 0.5, "E": 1.0}, {"A", "B", "D"})
    table = concordance(proteins, transcripts)
    assert dict(zip(table["gene"], table["agreement"], strict=True)) == {
        "A": "same direction",
        "B": "opposite direction",
        "C": "protein only",
        "D": "mRNA only",
    }
    line = correlation(table).iloc[0]
    assert line["reason"] == "fewer than 10 genes were tested as both protein and mRNA"
    assert (line["same_sign"], line["same_direction"], line["genes"]) == (2, 1, 4)
    assert np.isnan(line["correlation"])


def test_correlations_are_those_of_scipy_and_the_interval_that_of_fisher():
    rng = np.random.default_rng(2)
    x = rng.normal(size=60)
    y = 0.6 * x + rng.normal(size=60)
    names = [f"G{n}" for n in range(60)]
    table = concordance(side(dict(zip(names, x))), side(dict(zip(names, y))))  # noqa: B905
    found = correlation(table).set_index("method")
    assert found["correlation"]["pearson"] == pytest.approx(pearsonr(x, y).statistic)
    assert found["correlation"]["spearman"] == pytest.approx(spearmanr(x, y).statistic)
    theirs = pearsonr(x, y).confidence_interval(0.95)
    assert (found["ci_low"]["pearson"], found["ci_high"]["pearson"]) == pytest.approx(theirs)


def test_spearman_interval_covers_the_truth():
    rng = np.random.default_rng(9)
    rho = 0.7
    truth = 6 / np.pi * np.arcsin(rho / 2)  # Spearman of a bivariate normal
    inside = 0
    for _ in range(400):
        x = rng.normal(size=80)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=80)
        low, high = interval(spearmanr(x, y).statistic, 80, "spearman")
        inside += low < truth < high
    assert 0.92 < inside / 400 < 0.98


def mirna_table(change: float = 1.0) -> pd.DataFrame:
    """Ten miRNAs, of which the first two are significant: up and down."""
    table = differential(
        feature=MIRNAS,
        log2_fold_change=[change, -change] + [0.0] * 8,
        p_value=[1e-4, 1e-4] + [0.5] * 8,
        significant=[True, True] + [False] * 8,
        robustness="stands",
    )
    return gene_table(table, pd.Series(MIRNAS, MIRNAS))


def pairs(count: int = 40) -> pd.DataFrame:
    """The first miRNA has the first genes as targets, the second the next."""
    rows = [(MIRNAS[n // count], GENES[n]) for n in range(2 * count)]
    return pd.DataFrame(rows, columns=["mirna", "gene"]).assign(support="")


def test_repressed_targets_are_found_in_the_direction_of_their_mirna():
    rng = np.random.default_rng(4)
    z = rng.normal(size=200)
    z[:40] -= 1.2  # targets of the miRNA that is up
    z[40:80] -= 1.2  # of the one that is down: with it, which is no repression
    found = target_shifts(mirna_table(), genes_table(z, GENES), pairs(), 3, 0.01, 0.05)
    found = found.set_index("mirna")
    assert found["significant"].to_dict() == {MIRNAS[0]: True, MIRNAS[1]: False}
    assert found["shift"][MIRNAS[0]] < -0.5
    assert found["p_value"][MIRNAS[1]] > 0.95


def test_why_a_mirna_is_not_tested():
    genes = genes_table(np.zeros(200) + 0.1, GENES)
    few = pd.DataFrame({"mirna": MIRNAS[0], "gene": ["G1", "X9"], "support": ""})
    found = target_shifts(mirna_table(), genes, few, 3, 0.01, 0.05).set_index("mirna")
    assert found["reason"].to_dict() == {
        MIRNAS[0]: "fewer than 3 of its targets were tested",
        MIRNAS[1]: "no target in the table",
    }


def matrix(values: np.ndarray, features: list[str], **obs: list[str]) -> AnnData:
    names = [f"s{n}" for n in range(len(values))]
    sheet = {"material": "ev", "condition": CONDITION, "status": "ok"} | obs
    made = AnnData(values, obs=pd.DataFrame(sheet, index=names))
    made.var_names = features
    made.layers["normalised"] = values
    return made


def test_partial_correlation_is_that_of_the_residuals():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 12))
    group = np.repeat([0.0, 1.0], 6)
    y[[2, 9]] = np.nan
    seen = np.isfinite(y)
    design = np.column_stack([np.ones(12), group])
    centred = [
        v[seen] - np.array([v[seen][group[seen] == g].mean() for g in group[seen]]) for v in (x, y)
    ]
    r, n, p = partial_correlations(x[None, :], y, design, np.arange(12), 6)
    assert n[0] == 10
    assert r[0] == pytest.approx(pearsonr(*centred).statistic)
    # One degree of freedom less than a correlation without groups.
    t = r[0] * np.sqrt(7 / (1 - r[0] ** 2))
    assert p[0] == pytest.approx(student.cdf(t, 7))
    assert np.isnan(partial_correlations(x[None, :], y, design, np.arange(12), 11)[0][0])
    assert np.isnan(partial_correlations(np.ones((1, 12)), y, design, np.arange(12), 6)[0][0])


def test_replicates_of_a_subject_are_one_unit():
    """With 8 subjects of 3 samples each, and no relation, p-values are uniform."""
    rng = np.random.default_rng(3)
    subject, replicate = np.repeat(np.arange(8), 3), rng.normal(size=(2, 1000, 24))
    x, y = rng.normal(size=(2, 1000, 8))[:, :, subject] + 0.3 * replicate
    design = np.column_stack([np.ones(24), subject // 4])
    found = [partial_correlations(x[[i]], y[i], design, subject, 6) for i in range(1000)]
    assert found[0][1][0] == 8
    p = np.array([one[2][0] for one in found])
    assert kstest(p, "uniform").pvalue > 0.01
    assert (p < 0.05).mean() < 0.07  # 0.21 with every sample for itself
    # As by hand, from the means of the subjects.
    means = [v[0].reshape(8, 3).mean(axis=1) for v in (x, y)]
    centred = [m - np.repeat(m.reshape(2, 4).mean(axis=1), 4) for m in means]
    assert found[0][0][0] == pytest.approx(pearsonr(*centred).statistic)
    assert np.isnan(partial_correlations(x[[0]], y[0], design, subject, 9)[2][0])


def test_pairs_over_both_levels_of_a_subject_are_one_unit():
    """A subject that is measured before and after counts once unless the model holds it."""
    rna, proteins = study(np.random.default_rng(1), 0)
    for one in (rna, proteins):
        one.obs["subject"] = [f"p{n % 8}" for n in range(16)]
    genes = genes_table(np.zeros(200) + 0.1, GENES)
    found, _ = target_pairs(mirna_table(), genes, pairs(), (rna, proteins), LPS, 6, 0.05)
    assert set(found["samples"]) == {8}
    with_subject = replace(LPS, covariates=("subject",))
    found, _ = target_pairs(mirna_table(), genes, pairs(), (rna, proteins), with_subject, 6, 0.05)
    assert set(found["samples"]) == {16}
    found, why = target_pairs(mirna_table(), genes, pairs(), (rna, proteins), LPS, 9, 0.05)
    assert found.empty
    assert why == "8 independent ones among 16 matched samples, fewer than 9"


def study(rng, strength: float) -> tuple[AnnData, AnnData]:
    """16 samples; the first target follows its miRNA downwards; both differ between the groups."""
    shift = np.repeat([1.5, 0.0], 8)[:, None]
    mirna = rng.normal(10, 1, (16, 10)) + shift
    genes = rng.normal(25, 1, (16, 200)) - 2 * shift
    genes[:, 0] -= strength * (mirna[:, 0] - mirna[:, 0].mean())
    return matrix(mirna, MIRNAS), matrix(genes, GENES)


def test_a_planted_pair_is_found_and_groups_alone_make_none():
    rng = np.random.default_rng(12)
    genes = genes_table(np.zeros(200) + 0.1, GENES)
    found, why = target_pairs(mirna_table(), genes, pairs(), study(rng, 3.0), LPS, 6, 0.05)
    assert not why
    assert len(found) == 80
    significant = found[found["significant"].astype(bool)]
    assert significant[["mirna", "gene"]].to_numpy().tolist() == [[MIRNAS[0], "G0"]]
    assert significant["correlation"].iloc[0] < -0.8
    assert (found["samples"] == 16).all()


def test_pairs_are_uniform_without_repression():
    rng = np.random.default_rng(13)
    genes = genes_table(np.zeros(200) + 0.1, GENES)
    one_each = pd.DataFrame({"mirna": MIRNAS[0], "gene": ["G5"], "support": ""})
    found = [
        target_pairs(mirna_table(), genes, one_each, study(rng, 0), LPS, 6, 0.05)[0]["p_value"][0]
        for _ in range(120)
    ]
    assert kstest(found, "uniform").pvalue > 0.01


def test_too_few_matched_samples_are_a_reason():
    rna, proteins = study(np.random.default_rng(1), 0)
    genes = genes_table(np.zeros(200) + 0.1, GENES)
    found, why = target_pairs(mirna_table(), genes, pairs(), (rna[:10], proteins[7:]), LPS, 6, 0.05)
    assert found.empty
    assert why == "3 matched samples, fewer than 6"


def test_samples_are_matched_by_name_then_by_subject_and_level():
    rna, proteins = study(np.random.default_rng(1), 0)
    subjects = [f"d{n}" for n in range(16)]
    rna.obs["subject"], proteins.obs["subject"] = subjects, subjects
    proteins.obs_names = ["s0", *(f"p{n}" for n in range(1, 16))]
    left, right = matched_samples(rna.obs, proteins.obs, LPS)
    assert (left[0], right[0]) == ("s0", "s0")
    assert dict(zip(left, right, strict=True))["s7"] == "p7"
    assert len(left) == 16


def test_the_whole_test_from_tables_of_mirtarbase_shape(tmp_path):
    rna, proteins = study(np.random.default_rng(12), 3.0)
    rna.var = pd.DataFrame({"class": "miRNA", "name": MIRNAS}, [f"hsa-{m}" for m in MIRNAS])
    proteins.var = proteins_var(GENES, GENES)
    tables = {
        "rna": mirna_table().reset_index(drop=True).assign(feature=rna.var_names),
        "proteins": genes_table(np.zeros(200) + 0.1, GENES).reset_index(drop=True),
    }
    rows = pairs().rename(columns={"mirna": "miRNA", "gene": "Target Gene"})
    rows["miRNA"] = "hsa-" + rows["miRNA"].str.replace("mir", "miR")
    rows.to_csv(tmp_path / "hsa_MTI.csv", index=False)
    done = repression(
        tables,
        {"rna": rna, "proteins": proteins},
        str(tmp_path / "hsa_MTI.csv"),
        LPS,
        "human",
        TargetOptions(fewest=3, samples=6, correlation=0.01, alpha=0.05),
    )
    assert done.notes[0].startswith("2 of 10 tested miRNAs have targets")
    assert done.pairs.query("significant == True")["gene"].tolist() == ["G0"]
    write_table(done.shifts, tmp_path / "shifts.tsv", "targets")
    write_table(done.pairs, tmp_path / "pairs.tsv", "target_pairs")


def test_sets_and_targets_are_uniform_in_studies_without_a_difference():
    """200 studies of 120 proteins with levels drawn at random, through the moderated t.

    Each is a study of its own: by chance the genes of a set go together a little in any one study,
    in which permutations would show that, and not the test.
    """
    rng = np.random.default_rng(21)
    names = [f"G{n}" for n in range(120)]
    samples = [f"s{n}" for n in range(12)]
    compare = partial(proteins, alpha=0.05, min_samples=2, how=Moderation("none", False))
    drawn = membership([GeneSet("own", "drawn", "", tuple(names[:25]))], pd.Index(sorted(names)))
    of_mirna = [MIRNAS[0]] * 30 + [MIRNAS[1]] * 30
    pairs = pd.DataFrame({"mirna": of_mirna, "gene": names[40:100], "support": ""})
    of_sets, of_targets = [], []
    for _ in range(200):
        values = pd.DataFrame(rng.normal(25, 1, (120, 12)), names, samples)
        levels = list(rng.permutation(["lps"] * 6 + ["control"] * 6))
        table = compare(made_matrix(values, levels, classes="protein"), LPS).table
        table = table.assign(flag="", robustness="not assessed", robustness_reason="")
        table[["log2_fold_change_given_purity", "p_value_given_purity"]] = np.nan
        genes = gene_table(table, pd.Series(names, names))
        of_sets.append(ranked(genes, drawn, (3, 500), 0, 0.05)["p_value"].iloc[0])
        of_targets += target_shifts(mirna_table(), genes, pairs, 3, 0, 0.05)["p_value"].tolist()
    assert kstest(of_sets, "uniform").pvalue > 0.01
    assert kstest(of_targets, "uniform").pvalue > 0.01
