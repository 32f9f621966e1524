"""Sorting into EVs: R limma (tests/reference/make_sorting.R), simulations, and BV2 microglia."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from purity_helpers import PANELS
from scipy import stats

from evcargo.contracts import CONTRACTS
from evcargo.differential.counts import CountFilter, test_counts
from evcargo.differential.design import NotTestable
from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins
from evcargo.errors import EvcargoError
from evcargo.interpretation.sorting import AssayTests, on_one_scale, sort_cargo
from evcargo.interpretation.sorting_model import (
    SORTING,
    count_difference,
    protein_difference,
    sorted_samples,
    sorting_design,
)
from evcargo.interpretation.sorting_presence import presence
from evcargo.interpretation.sorting_verdicts import VERDICTS, sorting_verdicts
from evcargo.proteins.normalise import normalise
from evcargo.purity.panels import read_panels
from evcargo.simulate.sources import sorted_proteins
from evcargo.study.model import Contrast

LPS = Contrast("lps_v_control", "condition", "LPS", "CONTROL")
ROBUST = Moderation("intensity", True)
between = partial(test_proteins, alpha=0.05, min_samples=2, how=ROBUST)
between_counts = partial(test_counts, alpha=0.05, expressed=CountFilter(1, 0.5))
PROTEINS = AssayTests(
    between, between, partial(protein_difference, min_samples=2, how=ROBUST), 0.05, min_samples=2
)
COUNTS = AssayTests(
    between_counts,
    between_counts,
    partial(count_difference, alpha=0.05, expressed=CountFilter(1, 0.5), size_factors="auto"),
    0.05,
    min_samples=2,
)
del test_proteins, test_counts


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS, "mouse")


def study(values: pd.DataFrame, log2: bool = True, subjects: bool = True) -> AnnData:
    """Features x samples named material_LEVEL_number -> a matrix of both materials."""
    parts = [name.split("_") for name in values]
    obs = pd.DataFrame(
        {
            "material": [one[0] for one in parts],
            "condition": [one[1] for one in parts],
            "subject": ["_".join(one[1:]) if subjects else "" for one in parts],
            "status": "ok",
            "status_reason": "",
        },
        index=values.columns,
    )
    var = pd.DataFrame(
        {
            "name": values.index,
            "gene": values.index,
            "accessions": "",
            "class": "protein" if log2 else "miRNA",
            "taxon": "10090",
            "is_contaminant": False,
            "n_peptides": 2,
        },
        index=values.index,
    )
    raw = 2**values if log2 else values
    made = AnnData(raw.to_numpy(float).T, obs=obs, var=var)
    made.layers["normalised"] = values.to_numpy(float).T
    return made


def reference(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / f"tests/reference/sorting_{name}.tsv", sep="\t", index_col=0)


def run(matrix: AnnData, panels: pd.DataFrame, tests: AssayTests, assay: str = "proteins") -> dict:
    differential = {LPS.name: tests.change(matrix, LPS).table.assign(robustness="stands")}
    return sort_cargo(matrix, assay, [LPS], differential, tests, panels)


@pytest.mark.parametrize(
    ("case", "how"), [("independent", Moderation("none", False)), ("trend_robust", ROBUST)]
)
def test_the_difference_in_sorting_equals_limma(root: Path, case: str, how: Moderation) -> None:
    matrix = study(reference(root, "input"), subjects=False)
    figures, reasons, *_ = protein_difference(matrix, LPS, 2, how)
    expected = reference(root, case)
    assert set(figures.index[figures["p_value"].notna()]) == set(expected.index)
    ours = figures.loc[expected.index]
    for column in ("log2_fold_change", "ci_low", "ci_high", "statistic"):
        np.testing.assert_allclose(ours[column], expected[column], rtol=1e-6, atol=1e-8)
    for column in ("p_value", "adjusted_p_value"):
        assert np.abs(np.log10(ours[column]) - np.log10(expected[column])).max() < 1e-6
    assert (reasons[~reasons.index.isin(expected.index)] != "").all()


def test_the_difference_in_sorting_with_blocks_equals_limma(root: Path, monkeypatch) -> None:
    # limma's own estimate of the correlation stops early (see test_differential_moderated).
    monkeypatch.setattr("evcargo.differential.linear_models.consensus_correlation", lambda *_: 0.25)
    figures, _, method, paired, _ = protein_difference(
        study(reference(root, "input")), LPS, 2, ROBUST
    )
    expected = reference(root, "blocks")
    gap = np.log10(figures.loc[expected.index, "p_value"]) - np.log10(expected["p_value"])
    assert gap.abs().max() < 1e-6
    assert "correlated by 0.25" in method
    assert paired == "by subject"


def test_the_enrichment_of_a_condition_equals_limma(root: Path, panels: pd.DataFrame) -> None:
    values = reference(root, "input")
    expected = reference(root, "paired")
    matrix = study(values.loc[expected.index])
    scaled, _ = on_one_scale(matrix)
    shift = scaled.layers["normalised"] - matrix.layers["normalised"]
    shift = np.nanmedian(shift[(matrix.obs["material"] == "source").to_numpy()])
    scaled.layers["normalised"] = matrix.layers["normalised"]
    # on_one_scale is a shift of one material: with it undone, the numbers are those of limma.
    table = run(scaled, panels, PROTEINS)["sorting"]
    ours = table[table["condition"] == "CONTROL"].set_index("feature").loc[expected.index]
    gap = ours["log2_enrichment"] - expected["log2_fold_change"]
    np.testing.assert_allclose(gap, -shift, atol=1e-8)
    assert shift != 0
    errors = (expected["ci_high"] - expected["ci_low"]) / (ours["ci_high"] - ours["ci_low"])
    # The trend of the prior follows the mean intensity, which the shift moves a little.
    np.testing.assert_allclose(errors, 1, atol=0.03)


def test_the_design_asks_for_the_difference_of_two_changes(root: Path) -> None:
    matrix = study(reference(root, "input"))
    rows = sorted_samples(matrix.obs, LPS)
    design = sorting_design(rows, LPS, by_subject=True)
    y = np.array([10.0, 14, 10, 14, 10, 14, 10, 14, 20, 21, 20, 21, 20, 21, 20, 21])
    fitted = np.linalg.lstsq(design.to_numpy(float), y, rcond=None)[0]
    assert fitted[design.columns.get_loc(SORTING)] == pytest.approx(3)  # (14 - 10) - (21 - 20)


def test_covariates_that_are_the_sorting_are_refused(root: Path) -> None:
    matrix = study(reference(root, "input"), subjects=False)
    batch = (matrix.obs["material"] == "ev") & (matrix.obs["condition"] == "LPS")
    matrix.obs["batch"] = np.where(batch, "b2", "b1")
    with pytest.raises(NotTestable, match="cannot be told"):
        protein_difference(matrix, replace(LPS, covariates=("batch",)), 2, ROBUST)


def test_the_verdicts_find_what_was_sorted_proteins(panels: pd.DataFrame) -> None:
    found = []
    for seed in range(4):
        values, kinds = sorted_proteins(seed)
        table = run(study(values), panels, PROTEINS)["sorting_changes"].set_index("feature")
        found.append(
            pd.DataFrame({"kind": kinds, "verdict": table["sorting"].reindex(kinds.index)})
        )
    shares = pd.crosstab(*pd.concat(found).to_numpy().T, normalize="index")
    shares = shares.reindex(columns=["", *VERDICTS], fill_value=0.0)
    assert shares.loc["follow", "follows the source"] > 0.85
    assert shares.loc["follow", ["sorted", "kept back", "dampened"]].sum() < 0.05
    assert shares.loc["sorted", "sorted"] > 0.9
    assert shares.loc["sorted", "follows the source"] < 0.05
    assert shares.loc["kept", "kept back"] > 0.85
    assert shares.loc["less", ["dampened", "kept back"]].sum() > 0.8
    assert shares.loc["null", ""] > 0.97


def test_enrichment_and_its_scale_are_right(panels: pd.DataFrame) -> None:
    found, false = 0, 0
    for seed in (7, 8, 9):
        values, _ = sorted_proteins(seed)
        values.iloc[:, [name.startswith("source") for name in values]] += 3.0  # more was loaded
        table = run(study(values), panels, PROTEINS)["sorting"]
        control = table[table["condition"] == "CONTROL"].set_index("feature")
        assert control["log2_enrichment"].median() == pytest.approx(0, abs=0.15)
        hits = control.index[control["significant"].fillna(False)]
        truly = values.index[np.arange(len(values)) % 5 == 0]
        found, false = found + len(hits), false + len(hits.difference(truly))
    assert found > 300
    assert false / found < 0.07


def test_what_is_in_one_material_only_is_held_to_depth(panels: pd.DataFrame) -> None:
    values, _ = sorted_proteins(8)
    ev = [name.startswith("ev") for name in values]
    values.iloc[0] = np.where(ev, 30.0, np.nan)  # abundant in EVs, absent in the source
    values.iloc[1] = np.where(ev, np.nan, 30.0)
    values.iloc[2] = np.where(ev, np.nan, 12.0)  # so rare that the EVs could have missed it
    out = run(study(values), panels, PROTEINS)
    control = out["sorting"].query("condition == 'CONTROL'").set_index("feature")
    three = control.loc[["p0000", "p0001", "p0002"]]
    assert three["presence"].tolist() == ["only in EVs", "only in source", "only in source"]
    assert three["absence_counts"].tolist() == [True, True, False]
    assert control.loc["p0000", "detection_p_value"] == pytest.approx(2 / 16)  # McNemar, 4 pairs
    assert not control.loc["p0000", "tested"]
    line = out["sorting_summary"].iloc[0]
    assert (line["only_ev"], line["only_source"]) == (1, 2)
    alone = run(study(values, subjects=False), panels, PROTEINS)["sorting"]
    first = alone[(alone["condition"] == "CONTROL") & (alone["feature"] == "p0000")]
    assert first["detection_p_value"].iloc[0] == pytest.approx(2 / 70)  # Fisher, 4 v 4


@pytest.mark.parametrize(("subjects", "studies"), [(True, 40), (False, 200)])
def test_null_studies_have_uniform_p_values(subjects: bool, studies: int) -> None:
    """Studies whose levels are drawn for the subjects; these may be alike in EVs and source."""
    rng = np.random.default_rng(31)
    level, spread = rng.normal(25, 2, (120, 1)), np.sqrt(0.2 * 4 / rng.chisquare(4, (120, 1)))
    own = rng.normal(0, 0.4 * subjects, (120, 10))
    materials = [level + own + spread * rng.normal(size=(120, 10)) for _ in range(2)]
    values = np.hstack(materials)
    if not subjects:  # estimating the correlation takes long where values are missing
        values[rng.random(values.shape) < 1 / (1 + np.exp(values - 21.5))] = np.nan
    one, every = [], []
    for _ in range(studies):
        levels = rng.permutation(np.repeat(["LPS", "CONTROL"], 5))
        names = [f"{m}_{levels[n]}_{n}" for m in ("ev", "source") for n in range(10)]
        frame = pd.DataFrame(values, [f"p{n}" for n in range(120)], names)
        figures = protein_difference(study(frame, subjects=subjects), LPS, 2, ROBUST).figures
        p_values = figures["p_value"].dropna().to_numpy(float)
        one.append(rng.choice(p_values))
        every.append(p_values)
    assert stats.kstest(one, "uniform").pvalue > 0.01
    together = np.concatenate(every)
    for alpha in (0.05, 0.2):
        assert np.mean(together < alpha) == pytest.approx(alpha, rel=0.3)


def test_counts_of_known_sorting(panels: pd.DataFrame) -> None:
    rng = np.random.default_rng(5)
    values, kinds = sorted_proteins(11, n=4, spread=0.2)
    values = values.iloc[420:580]
    mean = 2 ** (values - 24 + 8).to_numpy(float).clip(3, 16)
    counts = pd.DataFrame(rng.negative_binomial(30, 30 / (30 + mean)), values.index, values.columns)
    out = run(study(counts, log2=False), panels, COUNTS, "rna")
    changes = out["sorting_changes"].set_index("feature")
    kind = kinds.reindex(changes.index)
    assert (changes["sorting"][kind == "follow"] == "sorted").mean() < 0.06
    assert (changes["sorting"][kind == "sorted"] == "sorted").mean() > 0.85
    assert changes["significant"][kind == "null"].mean() < 0.03
    truth = np.where(kind == "sorted", 2, np.where(kind == "kept", -2, np.nan))
    told = changes["difference"].abs()[np.isfinite(truth)]
    assert told.median() == pytest.approx(2, abs=0.15)
    assert "subjects as fixed effects" in out["sorting_summary"]["method"].iloc[-1]
    assert set(out["sorting"]["presence"]) == {""}


@pytest.mark.parametrize(
    "contrast", [LPS, replace(LPS, kind="any"), replace(LPS, material="depleted")]
)
def test_a_study_without_source_says_so(panels: pd.DataFrame, contrast: Contrast) -> None:
    values, _ = sorted_proteins(1)
    matrix = study(values[[name for name in values if name.startswith("ev")]])
    out = sort_cargo(matrix, "proteins", [contrast], {LPS.name: pd.DataFrame()}, PROTEINS, panels)
    assert out["sorting"].empty
    assert out["sorting_changes"].empty
    assert set(out["sorting_summary"]["warning"]) == {"Not assessed: no source material."}
    assert {name: list(table.columns) for name, table in out.items()} == {
        name: CONTRACTS[name].names for name in out
    }


def test_source_without_a_run_of_the_assay_is_no_source(panels: pd.DataFrame) -> None:
    matrix = study(sorted_proteins(1)[0])
    matrix.obs["status"] = np.where(matrix.obs["material"] == "ev", "ok", "no run")
    out = run(matrix, panels, PROTEINS)
    assert set(out["sorting_summary"]["warning"]) == {"Not assessed: no source material."}


def test_too_few_source_samples_are_a_reason(panels: pd.DataFrame) -> None:
    values, _ = sorted_proteins(1)
    few = [name for name in values if name.startswith("ev") or name.endswith("_0")]
    out = run(study(values[few]), panels, PROTEINS)
    assert (
        "1 measured source samples at LPS; 2 are needed"
        in out["sorting_summary"]["warning"].iloc[-1]
    )


def test_the_rule_by_hand() -> None:
    table = pd.DataFrame(
        [
            (2.0, 0.01, 0.1, 0.8, 0.9, 1.9, 0.01, 8, "sorted"),
            (2.0, 0.01, 1.9, 0.001, 0.01, 0.1, 0.9, 8, "follows the source"),
            (1.0, 0.01, 3.0, 0.001, 0.01, -2.0, 0.01, 8, "dampened"),
            (0.1, 0.90, 2.0, 0.001, 0.01, -1.9, 0.01, 8, "kept back"),
            (2.0, 0.01, -1.0, 0.001, 0.01, 3.0, 0.01, 8, "sorted"),
            (2.0, 0.01, 0.9, 0.2, 0.4, 1.1, 0.3, 8, "open"),
            (0.8, 0.2, -0.9, 0.06, 0.2, 1.7, 0.01, 8, "sorted"),
            (2.0, 0.01, np.nan, np.nan, np.nan, np.nan, np.nan, 0, "only in EVs"),
            (2.0, 0.01, np.nan, np.nan, np.nan, np.nan, np.nan, 2, "not assessed"),
            (2.0, 0.01, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, "not assessed"),
            (np.nan, np.nan, 2.0, 0.001, 0.01, 2.0, 0.01, 8, "not assessed"),
            (0.1, 0.9, 0.1, 0.9, 0.9, 0.0, 0.9, 8, ""),
        ],
        columns=[
            "log2_fold_change_ev",
            "adjusted_p_value_ev",
            "log2_fold_change_source",
            "p_value_source",
            "adjusted_p_value_source",
            "difference",
            "adjusted_p_value",
            "n_source",
            "expected",
        ],
    )
    table["p_value"], table["reason"] = table["adjusted_p_value"], "few values"
    table["p_value_ev"] = table["adjusted_p_value_ev"]
    assert sorting_verdicts(table, 0.05)["sorting"].tolist() == table["expected"].tolist()


def perseus(path: Path, material: str) -> pd.DataFrame:
    table = pd.read_csv(path, low_memory=False)
    table = table[~table.iloc[:, 0].astype(str).str.startswith("#!")]
    columns = {
        name: f"{material}_{level}_{name[name.index('(') + 1]}"
        for name in table.columns
        for level in ("LPS", "CONTROL", "IL10", "TGFB")
        if "BV2" in name and "(" in name and level in name.upper()
    }
    values = table[list(columns)].astype(float).rename(columns=columns)
    values.index = table["Gene names"].fillna("").str.split(";").str[0]
    return values[(values.index != "") & ~values.index.duplicated()]


def test_bv2_evs_against_their_cells(shared_data: Path, panels: pd.DataFrame) -> None:
    """Santiago 2023: EV markers are enriched, proteins of ER and nucleus depleted."""
    folder = shared_data / "bv2_ev_lps" / "proteomics"
    ev, cell = (
        perseus(folder / "ev_perseus.csv", "ev"),
        perseus(folder / "cell_perseus.csv", "source"),
    )
    matrix = study(ev.join(cell, how="outer"))
    deciding = np.ones(matrix.n_vars, bool)
    names = list(matrix.obs_names)
    matrix.layers["normalised"] = normalise(matrix.X, "median", deciding, ~deciding, names)[0]
    out = run(matrix, panels, PROTEINS)
    table = out["sorting"].query("condition == 'CONTROL'").set_index("feature")
    markers = table.loc[["Cd9", "Cd63", "Cd81", "Pdcd6ip", "Sdcbp"]]
    assert (markers["log2_enrichment"] > 3).all()
    assert markers["significant"].all()
    inside = table.loc[["Canx", "Lmna", "Hspa5"]]
    assert (inside["log2_enrichment"] < -1.5).all()
    assert inside["significant"].all()
    assert table.loc["Lmnb1", "presence"] == "only in source"
    line = out["sorting_summary"].iloc[0]
    assert (line["depth_ev"], line["depth_source"]) == (len(ev), len(cell))
    assert "matter of depth" in line["warning"]


def small_study(
    groups: dict[tuple[str, str], list[str]], n: int = 60, log2: bool = True, seed: int = 1
) -> AnnData:
    """Features without any difference, for the subjects of each (material, level)."""
    rng = np.random.default_rng(seed)
    level = rng.normal(24 if log2 else 8, 1.5, n)
    made, own = {}, {}
    for (material, condition), subjects in groups.items():
        for number, subject in enumerate(subjects):
            of = own.setdefault((material, subject), rng.normal(0, 0.7, n))
            made[f"{material}_{condition}_{number}"] = level + of + rng.normal(0, 0.1, n)
    values = pd.DataFrame(made, [f"p{n}" for n in range(n)])
    if not log2:
        values = pd.DataFrame(rng.poisson(2**values), values.index, values.columns)
    matrix = study(values, log2)
    matrix.obs["subject"] = [one for subjects in groups.values() for one in subjects]
    return matrix


CELLS = [("ev", "LPS"), ("ev", "CONTROL"), ("source", "LPS"), ("source", "CONTROL")]


def test_a_source_that_cannot_be_tested_is_not_said_to_be_absent(panels: pd.DataFrame) -> None:
    four, two = [""] * 4, [""] * 2
    matrix = small_study(dict(zip(CELLS, (four, four, two, two), strict=True)))
    lps = (matrix.obs["condition"] == "LPS").to_numpy()
    matrix.layers["normalised"][np.ix_(lps, np.arange(20))] += 9  # in EVs as in their source
    matrix.obs["batch"] = list("12121212") + list("1212")
    matrix.obs["sex"] = list("fmmffmmf") + list("fmmf")
    contrast = replace(LPS, covariates=("batch", "sex"))
    differential = {LPS.name: between(matrix, contrast).table.assign(robustness="stands")}
    out = sort_cargo(matrix, "proteins", [contrast], differential, PROTEINS, panels)
    told = out["sorting_changes"].set_index("feature").loc[[f"p{n}" for n in range(20)]]
    assert set(told["n_source"]) == {4}
    assert set(told["sorting"]) == {"not assessed"}
    assert told["sorting_reason"].str.contains("leave nothing for the error").all()
    assert "Source: Not tested: " in out["sorting_summary"]["warning"].iloc[-1]


def test_replicates_of_a_subject_are_no_subjects_rna() -> None:
    replicated = {("ev", c): [f"{c}{n}" for n in (1, 2, 3) for _ in range(3)] for _, c in CELLS[:2]}
    alone = {("source", c): [f"of {c}{n}" for n in (1, 2, 3)] for _, c in CELLS[:2]}
    matrix = small_study(replicated | alone, log2=False)
    figures, _, method, paired, warnings = COUNTS.difference(matrix, LPS)
    assert (figures["p_value"] < 0.05).mean() < 0.1  # 0.18 where replicates count as subjects
    assert (paired, "subjects" in method) == ("", False)
    assert "24 samples count as 12" in warnings[0]
    matrix.obs["batch"] = [str(n % 3) for n in range(len(matrix))]
    with pytest.raises(NotTestable, match="several samples .* that differ in batch"):
        COUNTS.difference(matrix, replace(LPS, covariates=("batch",)))


def test_subjects_that_cannot_be_matched_are_told(panels: pd.DataFrame) -> None:
    groups = dict(zip(CELLS, (["a", "b"], ["c", "d"], ["a", "x"], ["y", "z"]), strict=True))
    told = COUNTS.difference(small_study(groups, log2=False), LPS)
    assert told.paired == ""
    assert "Samples of one subject are taken as independent" in told.warnings[0]
    crossed = groups | {("source", "LPS"): ["c", "x"]}
    with pytest.raises(NotTestable):
        COUNTS.difference(small_study(crossed, log2=False), LPS)


def test_samples_are_matched_by_the_block_and_an_empty_cell_is_no_block() -> None:
    matrix = small_study(dict.fromkeys(CELLS, [""] * 3))
    matrix.obs["dish"] = ["1", "2", "", "3", "", "", "1", "", "", "", "", ""]
    contrast = replace(LPS, block="dish")
    with_cells = PROTEINS.difference(matrix, contrast)
    assert with_cells.paired == "by dish"
    matrix.obs["dish"] = ["1", "2", *"abcd", "1", *"efghi"]
    named = PROTEINS.difference(matrix, contrast)
    pd.testing.assert_frame_equal(with_cells.figures, named.figures)


def test_without_measured_source_nothing_is_only_in_evs(panels: pd.DataFrame) -> None:
    matrix = small_study(dict.fromkeys(CELLS, [""] * 3))
    failed = (matrix.obs["material"] == "source") & (matrix.obs["condition"] == "LPS")
    matrix.obs.loc[failed, "status"] = "failed"
    out = run(matrix, panels, PROTEINS)
    table = out["sorting"].query("condition == 'LPS'")
    assert table["presence"].isna().all()
    assert table["detection_p_value"].isna().all()
    lines = out["sorting_summary"].query("question == 'enrichment'").set_index("about")
    assert pd.isna(lines.loc["LPS", "only_ev"])
    assert lines.loc["CONTROL", "only_ev"] == 0


def test_detection_is_held_within_subjects_and_not_over_their_replicates() -> None:
    values = pd.DataFrame([[1.0] * 6 + [np.nan] * 6], ["a"])
    is_ev = np.arange(12) < 6
    alone = pd.Series([str(n) for n in range(12)])
    paired = pd.Series([str(n % 6) for n in range(12)])
    replicates = pd.Series([str(n % 2) for n in range(12)])
    p = [presence(values, is_ev, one, 2)[0]["detection_p_value"].iloc[0] for one in (alone, paired)]
    assert p == pytest.approx([2 / 924, 2 / 64])  # Fisher, McNemar
    table, said = presence(values, is_ev, replicates, 2)
    assert np.isnan(table["detection_p_value"].iloc[0])
    assert table["presence"].tolist() == ["only in EVs"]
    assert "several samples of one material" in said


def test_proteins_without_peptides_are_told_as_in_the_differential_test() -> None:
    matrix = small_study(dict.fromkeys(CELLS, [""] * 3))
    matrix.var["n_peptides"] = 0
    with pytest.raises(EvcargoError, match="needs the number of peptides"):
        protein_difference(matrix, LPS, 2, Moderation("peptides", False))
