"""A biomarker panel from published counts: serum exosome miRNA of glioblastoma (VafaeeLab)."""

from pathlib import Path

from published import GBM_V_CONTROL, glioblastoma

from evcargo.tables import read_table


def test_a_panel_of_glioblastoma_tells_of_its_haemolysis(
    shared_data: Path, write_study, snakemake
) -> None:
    """12 v 12 samples, settings small; the published difference goes with haemolysis."""
    samples, runs = glioblastoma(shared_data)
    study = write_study(
        {
            "study": "gbm",
            "contrasts": [GBM_V_CONTROL],
            "differential": {"min_count": 0, "min_total_count": 0, "min_cpm": 100},
            "biomarkers": {"contrasts": ["GBM_v_control"], "repeats": 2, "permutations": 20},
        },
        samples,
        runs,
    )
    snakemake(study, "results/biomarkers/verdicts.tsv")

    line = read_table(study / "results/biomarkers/verdicts.tsv", "biomarkers").iloc[0]
    assert (line["n_test"], line["n_reference"]) == (12, 12)
    assert line["auc"] > 0.9
    assert 0.6 < line["ci_low"] < 0.85  # 12 v 12 samples are few, however well they are told apart
    assert line["ci_high"] > 0.98
    assert line["permutation_p"] < 0.05
    # Three haemolysis metrics alone tell the groups apart, and 12 v 12 samples no more than that.
    assert line["purity_auc"] > 0.8
    assert line["verdict"] == "does not beat purity"
    panel = read_table(study / "results/biomarkers/panels.tsv", "biomarkers_panels")
    chosen = panel[panel["in_panel"]].set_index("feature")
    red = chosen.index[chosen["flag"] == "haemolysis"]
    assert "hsa-miR-20b-5p" in red
    assert all(name in line["warning"] for name in red)
    assert line["panel_flagged"] == len(red)
    # Of the published panel of seven.
    assert {"hsa-miR-485-3p", "hsa-miR-543", "hsa-miR-328-3p"} <= set(chosen.index)
