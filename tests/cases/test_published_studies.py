"""Published EV studies, from the tables of other tools through the whole workflow.

Each is run as a user runs it; the numbers are those of the papers, or of DESeq2 and limma in R.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from published import GBM_V_CONTROL, glioblastoma
from scipy.stats import spearmanr

from evcargo.tables import read_matrix, read_table

pytestmark = pytest.mark.slow

REPORT = "results/report/index.html"


def hits(table: pd.DataFrame) -> set[str]:
    return set(table.loc[table["significant"].fillna(False), "feature"])


def differential(study: Path, name: str) -> pd.DataFrame:
    return read_table(study / f"results/differential/{name}.tsv", "differential")


def check_layers(study: Path, data: Path) -> None:
    """Protein v mRNA of BV2 EVs, beside the fold changes that the authors published."""
    folder = study / "results/interpretation"
    joined = read_table(folder / "LPS_v_control.concordance.tsv", "concordance").set_index("gene")
    line = read_table(folder / "LPS_v_control.correlation.tsv", "correlation").iloc[0]
    assert line["genes"] == len(joined) == 511
    published = pd.read_csv(data / "mrna/ev_published_deseq2.csv", index_col=0)
    theirs = published["log2FoldChange"].groupby(level=0).first().reindex(joined.index).dropna()
    ours = joined.loc[theirs.index]
    assert len(theirs) > 400
    assert np.corrcoef(ours["log2_fold_change_transcript"], theirs)[0, 1] > 0.9999
    rank = spearmanr(ours["log2_fold_change_protein"], theirs).statistic
    # EVs take up proteins and mRNA by different routes: no correlation, here as in their tables.
    assert abs(float(line["correlation"]) - rank) < 0.02
    assert line["ci_low"] < 0 < line["ci_high"]
    over = read_table(
        folder / "LPS_v_control.transcripts.overrepresentation.tsv", "overrepresentation"
    )
    assert (over.loc[over["significant"].fillna(False), "robustness"] == "not assessed").all()
    ranked = read_table(folder / "LPS_v_control.proteins.ranked.tsv", "ranked").set_index("set")
    assert ranked["shift_given_purity"].notna().any()


def test_bv2_evs_and_cells_of_three_assays(shared_data: Path, write_study, snakemake) -> None:
    """Santiago 2023: microglia EVs and cells, control v LPS; proteome, miRNA and mRNA."""
    data = shared_data / "bv2_ev_lps"
    reference = shared_data / "reference_deseq2"
    samples, runs = [], []
    counts = pd.read_csv(data / "mirna" / "ev_counts.csv", index_col=0)
    for treatment, words, perseus in (
        ("control", "control Evs", "control"),
        ("LPS", "LPS Evs", "+ LPS"),
    ):
        for n in range(1, 5):
            for material in ("ev", "source"):
                sample = f"{material}_{treatment}_{n}"
                samples.append(
                    {
                        "sample": sample,
                        "material": material,
                        "condition": treatment,
                        "subject": f"culture_{treatment}_{n}",
                        "biofluid": "cell_culture",
                    }
                )
                ev = material == "ev"
                path = data / "proteomics" / f"{'ev' if ev else 'cell'}_perseus.csv"
                column = f"normalized_BV2 {perseus} ({n})_exo" if ev else f"BV2 {perseus} ({n})"
                header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
                column = next(
                    c
                    for c in header
                    if c.lower().replace("_", " ") == column.lower().replace("_", " ")
                )
                runs.append({"sample": sample, "assay": "proteins", "path": path, "column": column})
                if ev and n <= 3:
                    for assay, table in (
                        ("rna", "mirna.tsv"),
                        ("transcripts", data / "mrna/ev_counts.csv"),
                    ):
                        runs.append(
                            {
                                "sample": sample,
                                "assay": assay,
                                "path": table,
                                "column": f"{words}_{n}",
                            }
                        )
    contrast = {
        "name": "LPS_v_control",
        "column": "condition",
        "test": "LPS",
        "reference": "control",
    }
    study = write_study(
        {
            "study": "bv2",
            "organism": "mouse",
            "contrasts": [contrast],
            "differential": {"min_count": 0, "min_total_count": 0},
        },
        samples,
        runs,
    )
    # The authors kept the miRNAs with a mean count of 5.
    counts[counts.mean(axis=1) >= 5].to_csv(study / "mirna.tsv", sep="\t")
    snakemake(study, REPORT, "results/differential/contrasts.tsv")

    ours = differential(study, "LPS_v_control.rna").set_index("feature")
    theirs = pd.read_csv(reference / "bv2_EV_miRNA_LPS.deseq2.tsv", sep="\t", index_col="id")
    assert len(ours) == len(theirs) == 103
    assert set(ours.index[ours["significant"].fillna(False)]) == set(
        theirs.index[theirs["padj_alpha05"] < 0.05]
    )
    assert ours["significant"].sum() == 23
    gap = ours["log2_fold_change"].astype(float) - theirs["log2FoldChange"]
    assert gap.abs().max() < 0.01

    ours = differential(study, "LPS_v_control.transcripts").set_index("feature")
    theirs = pd.read_csv(reference / "bv2_EV_mRNA_LPS.deseq2.tsv", sep="\t", index_col="id")
    # R made syntactic names of the gene symbols.
    ours.index = [re.sub(r"^(?=\d)", "X", re.sub(r"[^\w.]", ".", name)) for name in ours.index]
    assert len(ours.index.intersection(theirs.index)) >= 13_029
    expected = set(theirs.index[theirs["padj_alpha05"] < 0.05])
    found = set(ours.index[ours["significant"].fillna(False)])
    assert len(found & expected) >= 0.98 * len(found | expected)

    lines = read_table(study / "results/differential/contrasts.tsv", "contrasts")
    verdicts = ["stands", "weakened", "explained", "contaminant", "not_assessed"]
    assert (lines[verdicts].sum(axis=1) == lines["significant"]).all()
    lines = lines.set_index("assay")
    # 3 v 3 leave no room for an axis; 4 v 4 have room for one, here the serum of the medium.
    for assay in ("rna", "transcripts"):
        assert (
            lines.loc[assay, "not_assessed"] + lines.loc[assay, "contaminant"]
            == (lines.loc[assay, "significant"])
        )
    reasons = differential(study, "LPS_v_control.rna").query("significant")["robustness_reason"]
    assert "too few samples for a purity covariate in the model" in set(reasons)
    assert lines.loc["proteins", "axes"] == "bovine share"

    check_layers(study, data)

    matrix = read_matrix(study / "results/proteins/proteins.h5ad")
    ev = matrix[matrix.obs["material"] == "ev"]
    assert np.isfinite(np.asarray(ev.X)).any(axis=0).sum() == 568
    cells = matrix[matrix.obs["material"] == "source"]
    assert np.isfinite(np.asarray(cells.X)).any(axis=0).sum() == 1933
    found = set(ev.var["gene"][np.isfinite(np.asarray(ev.X)).any(axis=0)])
    assert {"Cd9", "Cd63", "Cd81", "Pdcd6ip", "Sdcbp", "Hspa8"} <= found

    # Both materials of the eight cultures are compared in pairs.
    enrichment = read_table(study / "results/purity/enrichment.tsv", "enrichment").set_index("set")
    assert enrichment["n_pairs"].eq(8).all() and enrichment["material"].eq("source").all()
    assert enrichment.loc[["tetraspanin", "escrt"], "finding"].eq("enriched").all()
    assert enrichment.loc["ribosome and aggregates", "log2_difference"] < 0
    assert enrichment["as_expected"].dropna().all()
    sorting = read_table(study / "results/interpretation/proteins.sorting.tsv", "sorting")
    control = sorting[sorting["condition"] == "control"].drop_duplicates("name").set_index("name")
    markers = control.loc[["Cd9", "Cd63", "Pdcd6ip", "Sdcbp"], "log2_enrichment"]
    assert (markers > 3).all()
    assert (control.loc[["Canx", "Lmna", "Hspa5"], "log2_enrichment"] < -1.5).all()
    assert control.loc[["Cd63", "Pdcd6ip", "Sdcbp", "Canx"], "significant"].all()
    path = study / "results/interpretation/proteins.sorting_summary.tsv"
    line = read_table(path, "sorting_summary").iloc[0]
    assert (line["depth_ev"], line["depth_source"]) == (568, 1933)
    for assay in ("rna", "transcripts"):
        path = study / f"results/interpretation/{assay}.sorting_summary.tsv"
        said = read_table(path, "sorting_summary")["warning"]
        assert set(said) == {"Not assessed: no source material."}


def test_glioblastoma_hits_and_their_haemolysis(shared_data: Path, write_study, snakemake) -> None:
    """VafaeeLab: serum exosome miRNA, 12 GBM v 12 matched controls."""
    samples, runs = glioblastoma(shared_data)
    options = {"min_count": 0, "min_total_count": 0, "min_cpm": 100, "min_cpm_share": 0.5}
    study = write_study(
        {"study": "gbm", "contrasts": [GBM_V_CONTROL], "differential": options}, samples, runs
    )
    snakemake(study, REPORT)

    ours = differential(study, "GBM_v_control.rna")
    theirs = pd.read_csv(
        shared_data / "reference_deseq2/gbm_exosome_GBMvsHC.deseq2.tsv", sep="\t", index_col="id"
    )
    # The table has names of an older release of miRBase.
    features = read_table(study / "results/rna/imported_features.tsv", "imported_features")
    theirs = theirs.rename(index=dict(zip(features["name"], features["feature"], strict=True)))
    few = ours["reason"].fillna("").str.startswith("too few reads")
    considered = ours[~few].set_index("feature")
    assert set(considered.index) == set(theirs.index)
    assert len(considered) == 165
    assert hits(ours) == set(theirs.index[theirs["padj_alpha05"] < 0.05])
    assert len(hits(ours)) == 49
    gap = considered["log2_fold_change"].astype(float) - theirs["log2FoldChange"]
    assert gap.abs().max() < 5e-3

    associations = read_table(study / "results/purity/associations.tsv", "associations")
    score = associations.set_index("metric").loc["haemolysis: 20-miRNA score"]
    assert score["associated"]
    assert score["p_value"] < 1e-3
    page = (study / REPORT).read_text(encoding="utf-8")
    assert "haemolysis: 20-miRNA score is higher in GBM" in page

    line = read_table(study / "results/differential/contrasts.tsv", "contrasts").iloc[0]
    assert line["axes"] == "haemolysis: 20-miRNA score"
    verdicts = line[["stands", "weakened", "explained", "contaminant", "not_assessed"]].tolist()
    # 10 hits are of the 20-miRNA signature, and miR-16-5p and miR-486-5p are red-cell miRNAs too.
    assert sum(verdicts) == 49
    assert verdicts[3:] == [12, 0]
    assert verdicts[:3] == pytest.approx([10, 6, 21], abs=2)
    # What it says of the published panel of seven.
    robust = ours.set_index("feature")["robustness"]
    for mirna, verdict in (
        ("hsa-miR-339-5p", "stands"),
        ("hsa-miR-328-3p", "stands"),
        ("hsa-miR-485-3p", "weakened"),
        ("hsa-miR-543", "explained by haemolysis: 20-miRNA score"),
        ("hsa-miR-182-5p", "contaminant itself"),
        ("hsa-miR-486-5p", "contaminant itself"),
    ):
        assert robust[mirna] == verdict


def test_breast_cancer_replicates_are_averaged(shared_data: Path, write_study, snakemake) -> None:
    """PXD056161: MDA-MB-231 v MCF-10A exosomes, 3 v 3, each measured twice."""
    data = shared_data / "tnbc_exosome"
    sheet = pd.read_csv(data / "sample_metadata.csv")
    table = data / "filtered_protein_groups.csv"
    runs = [
        {
            "sample": row["BioRep_full"],
            "assay": "proteins",
            "path": table,
            "replicate": "AB".index(row["TechRep"]) + 1,
            "column": row["Sample"],
        }
        for _, row in sheet.iterrows()
    ]
    samples = [
        {"sample": name, "condition": group, "biofluid": "cell_culture"}
        for name, group in sheet[["BioRep_full", "Group"]].drop_duplicates().itertuples(index=False)
    ]
    test, reference = (
        next(g for g in sheet["Group"].unique() if (g == "Normal") == n) for n in (0, 1)
    )
    contrast = {"name": "TNBC", "column": "condition", "test": test, "reference": reference}
    study = write_study({"study": "tnbc", "contrasts": [contrast]}, samples, runs)
    snakemake(study, "results/differential/contrasts.tsv")

    line = read_table(study / "results/differential/contrasts.tsv", "contrasts").iloc[0]
    assert (line["n_test"], line["n_reference"]) == (3, 3)
    ours = differential(study, "TNBC.proteins").set_index("feature")
    published = pd.read_csv(data / "complete_case_DEA.csv", index_col=0)
    for accession, gene, change in (("P02751", "FN1", 5.71), ("O00468", "AGRN", 2.98)):
        row = ours.loc[accession]
        assert row["name"] == gene
        assert row["significant"]
        assert row["log2_fold_change"] == pytest.approx(change, abs=0.5)
    both = ours.index.intersection(published.index)
    pair = np.corrcoef(
        ours.loc[both, "log2_fold_change"].astype(float), published.loc[both, "logFC"]
    )
    assert pair[0, 1] > 0.97


def test_plasma_evs_are_purer_than_plasma(shared_data: Path, write_study, snakemake) -> None:
    """Wu 2024 (Mag-Net): three EV preparations and three neat plasmas, DIA."""
    table = shared_data / "magnet_plasma_ev" / "protein_total_areas.csv"
    columns = table.read_text().splitlines()[0].split(",")[3:]
    names = {column: column.split("_")[0] for column in columns}
    samples = [
        {
            "sample": name,
            "material": "ev" if name.startswith("EV") else "source",
            "kind": "EV" if name.startswith("EV") else "plasma",
            "biofluid": "plasma",
        }
        for name in names.values()
    ]
    runs = [
        {"sample": name, "assay": "proteins", "path": table, "column": column}
        for column, name in names.items()
    ]
    study = write_study({"study": "magnet"}, samples, runs)
    snakemake(study, "results/purity/criteria.tsv")

    criteria = read_table(study / "results/purity/criteria.tsv", "criteria")
    values = criteria.pivot(index="criterion", columns="sample", values="value").astype(float)
    ev = [name for name in values if name.startswith("EV")]
    plasma = [name for name in values if not name.startswith("EV")]
    for words, better in (
        ("tetraspanin to ALB", 1),
        ("tetraspanin to APOB", 1),
        ("albumin share", -1),
        ("lipoprotein share", -1),
        ("haemoglobin share", -1),
    ):
        row = better * values[values.index.str.contains(words)].iloc[0]
        assert row[ev].min() > row[plasma].max(), words
    matrix = read_matrix(study / "results/proteins/proteins.h5ad")
    log2 = pd.DataFrame(matrix.layers["normalised"], matrix.obs_names, matrix.var["gene"])
    for gene, published in (("ALB", -4.24), ("APOB", -3.33), ("CD9", 5.26), ("CD63", 6.17)):
        change = log2.loc[ev, gene].mean() - log2.loc[plasma, gene].mean()
        assert np.sign(change) == np.sign(published), gene
        assert abs(change) > 1.5
