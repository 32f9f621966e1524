"""Sorting into EVs: simulations, hand-computed cases, and BV2 microglia."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from purity_helpers import PANELS
from sorting_helpers import CELLS, COUNTS, LPS, PROTEINS, between, run, small_study, study

from evcargo.contracts import CONTRACTS
from evcargo.interpretation.sorting import sort_cargo
from evcargo.interpretation.sorting_presence import presence
from evcargo.interpretation.sorting_verdicts import VERDICTS, sorting_verdicts
from evcargo.proteins.normalise import normalise
from evcargo.purity.panels import read_panels
from evcargo.simulate.sources import sorted_proteins
from evcargo.study.model import Contrast


@pytest.fixture(scope="module")
def panels() -> pd.DataFrame:
    return read_panels(PANELS, "mouse")


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
