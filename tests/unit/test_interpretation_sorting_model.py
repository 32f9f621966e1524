"""The model of sorting: R limma (tests/reference/make_sorting.R), its design, its null."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS
from scipy import stats
from sorting_helpers import CELLS, COUNTS, LPS, PROTEINS, ROBUST, run, small_study, study

from evcargo.differential.design import NotTestable
from evcargo.differential.linear_models import Moderation
from evcargo.errors import EvcargoError
from evcargo.interpretation.sorting import on_one_scale
from evcargo.interpretation.sorting_model import (
    SORTING,
    protein_difference,
    sorted_samples,
    sorting_design,
)
from evcargo.purity.panels import read_panels


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS, "mouse")


def reference(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / f"tests/reference/sorting_{name}.tsv", sep="\t", index_col=0)


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


def test_proteins_without_peptides_are_told_as_in_the_differential_test() -> None:
    matrix = small_study(dict.fromkeys(CELLS, [""] * 3))
    matrix.var["n_peptides"] = 0
    with pytest.raises(EvcargoError, match="needs the number of peptides"):
        protein_difference(matrix, LPS, 2, Moderation("peptides", False))
