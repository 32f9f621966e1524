"""Purity of published EV data: Mag-Net plasma EVs, GBM serum exosomes, BV2 EVs and cells."""

import numpy as np
import pandas as pd
import pytest
import yaml
from anndata import AnnData

from evcargo.differential.linear_models import Moderation
from evcargo.differential.proteins import test_proteins as compare_proteins
from evcargo.purity.actions import act
from evcargo.purity.flags import feature_flags
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.purity.shares import protein_shares
from evcargo.purity.study import compare
from evcargo.study.model import Contrast


@pytest.fixture(scope="module")
def options(root):
    """Defaults of the purity section of the config."""
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())

    def filled(part):
        if "properties" not in part:
            return part["default"]
        return {key: filled(sub) for key, sub in part["properties"].items()}

    return filled(schema["properties"]["purity"])


@pytest.fixture(scope="module")
def panels_of(root):
    return lambda organism: read_panels(root / "resources/markers/panels.tsv", organism)


def sheet(samples, **columns):
    empty = dict.fromkeys(("subject", "batch", "isolation", "condition"), "")
    numbers = dict.fromkeys(("particle_count", "protein_ug"), np.nan)
    return pd.DataFrame({"sample": samples} | {**empty, **numbers, **columns})


@pytest.fixture(scope="module")
def magnet(shared_data):
    """Three plasma EV preparations and three plasmas; zeros are missing."""
    table = pd.read_csv(shared_data / "magnet_plasma_ev" / "protein_total_areas.csv")
    groups = table["Protein"].str.split("/").map(lambda ids: [i.strip().split("|")[1] for i in ids])
    x = table.filter(like="NormalizedArea").to_numpy(float).T
    var = pd.DataFrame(
        {
            "gene": table["ProteinGene"].fillna("").str.replace(" / ", ";").to_numpy(),
            "accessions": groups.map(";".join).to_numpy(),
            "taxon": "9606",
            "is_contaminant": False,
            "n_peptides": 1,
        },
        index=groups.str[0].to_numpy(),
    )
    names = [f"{kind}{n}" for kind in ("ev", "plasma") for n in (1, 2, 3)]
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=names)
    return AnnData(np.where(x > 0, x, np.nan), obs=obs, var=var)


@pytest.fixture(scope="module")
def magnet_tables(magnet, panels_of, options):
    samples = sheet(
        magnet.obs_names,
        material=["ev"] * 3 + ["source"] * 3,
        subject="pool",
        biofluid="plasma",
    )
    return score(samples, panels_of("human"), options, proteins=magnet)


RATIOS = ["tetraspanin to ALB ratio", "tetraspanin to APOB ratio"]
LOWER = ["albumin share", "lipoprotein share", "haemoglobin share"]
EQUAL = [
    "MISEV2018 protein rule",
    "tetraspanins CD9, CD63, CD81, CD82",
    "TSG101, Alix and other ESCRT",
]


def test_magnet_evs_are_purer_than_plasma_by_every_ev_criterion(magnet_tables):
    values = magnet_tables["criteria"].pivot(index="criterion", columns="sample", values="value")
    ev, plasma = (values.filter(like=kind) for kind in ("ev", "plasma"))
    assert (ev.loc[RATIOS].min(axis=1) > plasma.loc[RATIOS].max(axis=1) + 8).all()
    assert ev.loc["EV index"].min() > plasma.loc["EV index"].max() + 4
    assert (ev.loc[LOWER].max(axis=1) < plasma.loc[LOWER].min(axis=1) / 5).all()
    # DIA extracts every group of the library from every run: presence does not tell them apart.
    assert (ev.loc[EQUAL].min(axis=1) >= plasma.loc[EQUAL].max(axis=1)).all()
    shares = magnet_tables["shares"].pivot(index="class", columns="sample", values="share")
    core = shares.loc["EV core"]
    assert core.filter(like="ev").min() > 10 * core.filter(like="plasma").max()
    np.testing.assert_allclose(shares.sum(), 1.0)


def test_magnet_index_tells_evs_from_plasma_whichever_marker_is_left_out(magnet_tables):
    table = magnet_tables["index"].set_index("sample")
    ev, plasma = (table.filter(like=kind, axis=0) for kind in ("ev", "plasma"))
    assert ev["index"].between(-5, -4.4).all() and plasma["index"].between(-9.8, -9.2).all()
    assert (ev["low"] > plasma["high"].max()).all()
    assert (ev["without_low"] > plasma["without_high"].max() + 3).all()
    assert ev["verdict"].eq("pass").all() and plasma["verdict"].eq("fail").all()


def test_magnet_profiles_show_small_evs_against_lipoproteins(magnet_tables):
    table = magnet_tables["profiles"].pivot(index="panel", columns="sample", values="relative")
    for panel in ("subtype_small_ev", "biogenesis_escrt", "biogenesis_tetraspanin"):
        assert table.loc[panel].filter(like="ev").min() > 1 > -1 > table.loc[panel, "plasma1"]
    assert table.loc["lipoprotein"].filter(like="ev").max() < 0


def test_magnet_evs_pass_and_plasma_gets_no_verdict_but_failing_criteria(magnet_tables):
    verdicts = magnet_tables["verdicts"].set_index("sample")
    assert verdicts["verdict"].tolist() == ["pass"] * 3 + ["not assessed"] * 3
    assert (verdicts["n_fail"].tail(3) >= 4).all() and (verdicts["n_fail"].head(3) == 0).all()
    criteria = magnet_tables["criteria"]
    enriched = criteria[criteria["criterion"].str.contains("matched source")].head(3)
    assert enriched["verdict"].eq("pass").all()
    assert enriched["value"].between(4, 8).all()


def test_magnet_plasma_that_is_called_evs_fails(magnet, panels_of, options):
    samples = sheet(magnet.obs_names, material="ev", biofluid="plasma")
    tables = score(samples, panels_of("human"), options, proteins=magnet)
    verdicts = tables["verdicts"].set_index("sample")
    assert verdicts["verdict"].tolist() == ["pass"] * 3 + ["fail"] * 3
    reasons = verdicts["reason"].tail(3)
    for criterion in ("EV index", "albumin share", "tetraspanin to ALB ratio"):
        assert reasons.str.contains(criterion).all()


def test_magnet_markers_change_as_published(magnet, shared_data):
    """Our test on the areas as they are, which the authors had normalised: no normalisation.

    The published fold changes are of the logarithms of these areas. The median ratio, our default,
    would shift every one by -1.9, because most of the proteins of EVs are more in EVs.
    """
    made = magnet.copy()
    made.layers["normalised"] = np.log2(np.asarray(magnet.X))
    made.obs = made.obs.assign(
        condition=["ev"] * 3 + ["plasma"] * 3, material="ev", subject="", batch=""
    )
    made.var["name"] = made.var["gene"]
    made.var["class"] = "protein"
    contrast = Contrast("ev_v_plasma", "condition", "ev", "plasma")
    table = compare_proteins(made, contrast, 0.05, 2, how=Moderation("intensity", True)).table
    change = table.set_index("feature")["log2_fold_change"]
    published = pd.read_csv(shared_data / "magnet_plasma_ev" / "published_statistics.csv")
    first = published["Group.Accessions"].str.split("/").str[0].str.strip()
    markers = {"P02768": -4.24, "P04114": -3.33, "P21926": 5.26, "P08962": 6.17, "O75955": 4.89}
    markers |= {"P11142": 4.17, "Q8WUM4": 3.86, "O00560": 6.58, "P27701": 3.80, "Q99816": 3.04}
    stated = published.assign(first=first).drop_duplicates("first").set_index("first")["Log2FC"]
    for accession, log2_fold_change in markers.items():
        assert stated[accession] == pytest.approx(log2_fold_change, abs=0.005)
        assert change[accession] == pytest.approx(log2_fold_change, abs=0.3), accession
    difference = (change - stated).dropna().abs()
    assert len(difference) > 4000 and (difference < 0.01).mean() > 0.95


def test_tnbc_exosomes_of_a_table_without_contaminants_are_not_passed_by_index(
    shared_data, panels_of, options
):
    """Bovine serum was taken out of the table: a good index may be good for that alone."""
    table = pd.read_csv(shared_data / "tnbc_exosome" / "filtered_protein_groups.csv")
    columns = [name for name in table if name.startswith("Intensity ")]
    accessions = table["Majority protein IDs"].astype(str)
    var = pd.DataFrame(
        {
            "gene": table["Gene names"].fillna("").to_numpy(),
            "accessions": accessions.to_numpy(),
            "taxon": "",
            "is_contaminant": False,
            "n_peptides": 1,
        },
        index=accessions.str.split(";").str[0].to_numpy(),
    )
    x = table[columns].to_numpy(float).T
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=columns)
    samples = sheet(columns, material="ev", biofluid="cell_culture")
    matrix = AnnData(np.where(x > 0, x, np.nan), obs=obs, var=var)
    index = score(samples, panels_of("human"), options, proteins=matrix)["index"]
    assert index["index"].between(1.7, 3.3).all()
    assert index["verdict"].eq("not assessed").all()
    assert index["rule"].str.contains("the protein table holds no contaminants").all()


def read_gbm(shared_data):
    folder = shared_data / "gbm_serum_exosome"
    text = (folder / "mirna_counts.txt").read_bytes().decode().replace("\r", "\n")
    lines = [line.split("\t") for line in text.split("\n") if line.strip()]
    counts = pd.DataFrame(
        [[float(cell) for cell in line[1:]] for line in lines[1:]],
        index=[line[0] for line in lines[1:]],
        columns=lines[0][1:],
    )
    phenotype = (folder / "phenotype.txt").read_bytes().decode().replace("\r", "\n")
    rows = [line.split("\t") for line in phenotype.split("\n") if line.strip()]
    table = pd.DataFrame(rows[1:], columns=rows[0]).set_index("Sample")
    return counts, table.reindex(counts.columns)


def test_gbm_serum_exosomes_are_associated_with_haemolysis(shared_data, panels_of, options):
    counts, phenotype = read_gbm(shared_data)
    condition = phenotype["GBMvsCont"].where(
        phenotype["GBMvsCont"].isin(["GBM", "Control"]), phenotype["Type"].str.strip()
    )
    condition[(phenotype["GBMvsCont"] == "NA") & (phenotype["Type"].str.strip() == "Control")] = (
        "late"
    )
    samples = sheet(counts.columns, material="ev", biofluid="serum").assign(
        condition=phenotype["Type"].str.strip().to_numpy(), matched=condition.to_numpy()
    )
    obs = samples.set_index("sample")[["condition"]].assign(status="ok", status_reason="")
    matrix = AnnData(
        counts.T.to_numpy(), obs=obs, var=pd.DataFrame({"class": "miRNA"}, counts.index)
    )
    contrast = {"name": "gbm", "column": "matched", "test": "GBM", "reference": "Control"}
    contrasts = [contrast | {"material": "ev"}]
    # As published, without regard to the depth of the libraries.
    any_depth = {**options, "haemolysis_min_reads": 0}
    tables = score(samples, panels_of("human"), any_depth, contrasts, rna=matrix)
    table = tables["associations"].set_index("metric")
    by_score = table.loc["haemolysis: 20-miRNA score"]
    assert (by_score["n_test"], by_score["n_reference"]) == (12, 12)
    assert by_score["median_test"] == pytest.approx(3.38, abs=0.005)
    assert by_score["median_reference"] == pytest.approx(2.20, abs=0.005)
    # 4.8e-4 is the normal approximation of the same U = 133; the exact p-value is 1.44e-4.
    assert by_score["p_value"] == pytest.approx(1.442e-4, rel=1e-3)
    assert by_score["associated"]
    by_ratio = table.loc["haemolysis: miR-451a to miR-23a-3p"]
    assert by_ratio["median_test"] == pytest.approx(5.91, abs=0.005)
    assert by_ratio["median_reference"] == pytest.approx(4.82, abs=0.005)  # 4.81 with half a read
    assert by_ratio["p_value"] == pytest.approx(0.0597, abs=1e-3)
    assert not by_ratio["associated"]
    criteria = tables["criteria"]
    warned = criteria[(criteria["criterion"] == "haemolysis: 20-miRNA score")]["verdict"]
    assert warned.value_counts().to_dict() == {"warn": 34, "pass": 4}
    assert not criteria["verdict"].eq("fail").any()
    # Some libraries are too shallow for a verdict, but are compared with the others.
    tables = score(samples, panels_of("human"), options, contrasts, rna=matrix)
    by_score = tables["associations"].set_index("metric").loc["haemolysis: 20-miRNA score"]
    assert (by_score["n_test"], by_score["n_reference"]) == (12, 12)
    assert by_score["p_value"] < 1e-3
    criteria = tables["criteria"]
    few = criteria[criteria["rule"].str.contains("for comparison within the study", na=False)]
    assert set(few["verdict"]) == {"not assessed"}
    assert few["sample"].tolist() == ["GBM6", "GBM8", "GBM10", "GII-III.4", "GII-III.7"]


def test_ten_of_the_gbm_hits_carry_the_haemolysis_flag(shared_data, panels_of):
    published = pd.read_csv(
        shared_data / "reference_deseq2" / "gbm_exosome_GBMvsHC.deseq2.tsv", sep="\t", index_col=0
    )
    hits = published[published["padj"] < 0.05]
    flags = feature_flags(pd.DataFrame({"class": "miRNA"}, hits.index), panels_of("human"), "rna")
    signature = flags["flag_reason"].str.startswith("DraculR")
    assert (len(hits), (signature & (flags["flag"] == "haemolysis")).sum()) == (49, 10)
    # Not in the signature, but of red cells all the same; the published panel has it.
    assert flags.loc["hsa-miR-486-5p", "flag"] == "haemolysis"


def test_bv2_evs_show_the_serum_of_their_medium(shared_data, panels_of):
    """MaxQuant without taxa: bovine proteins are known by accession; two of 16 EVs hold much."""
    x, var = read_bv2(shared_data / "bv2_ev_lps" / "proteomics", "ev")
    obs = pd.DataFrame(index=x.index)
    shares = protein_shares(AnnData(x.to_numpy(), obs=obs, var=var), panels_of("mouse"))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares["bovine"] > 0.15).sum() == 2
    assert (shares["bovine"] < 0.03).sum() == 14
    assert shares["EV core"].between(0.005, 0.2).all()


def test_the_bovine_share_of_bv2_evs_hardly_depends_on_depth(shared_data, panels_of):
    """The 200 most intense groups tell it within 2 points of what all 568 do."""
    x, var = read_bv2(shared_data / "bv2_ev_lps" / "proteomics", "ev")
    obs = pd.DataFrame(index=x.index)
    most = x.where(x.rank(axis=1, ascending=False) <= 200)
    deep, shallow = (
        protein_shares(AnnData(one.to_numpy(), obs=obs, var=var), panels_of("mouse"))["bovine"]
        for one in (x, most)
    )
    assert most.notna().sum(axis=1).eq(200).all()
    assert deep.max() > 0.3
    assert (shallow - deep).abs().max() < 0.02


def read_bv2(folder, material):
    """Intensities of 16 cultures, and the description of the groups."""
    name = "ev" if material == "ev" else "cell"
    table = pd.read_csv(folder / f"{name}_perseus.csv", skiprows=[1, 2], low_memory=False)
    accessions = table["Majority protein IDs"].astype(str)
    var = pd.DataFrame(
        {
            "gene": table["Gene names"].fillna("").to_numpy(),
            "accessions": accessions.to_numpy(),
            "taxon": "",
            "is_contaminant": accessions.str.startswith("CON__").to_numpy(),
            "n_peptides": 1,
        },
        index=accessions.str.split(";").str[0].to_numpy(),
    )
    x = 2.0 ** table.iloc[:, :16].astype(float).to_numpy().T
    frame = pd.DataFrame(x, [f"{material}{n}" for n in range(16)], var.index)
    once = ~var.index.duplicated()
    return frame.loc[:, once], var[once]


def test_bv2_evs_are_enriched_against_their_cells(shared_data, panels_of, options):
    """Santiago 2023: 16 cultures; EV markers rise, ribosomes and cell debris fall in their EVs."""
    folder = shared_data / "bv2_ev_lps" / "proteomics"
    read = [read_bv2(folder, material) for material in ("ev", "source")]
    x = pd.concat([frame for frame, _ in read])
    var = pd.concat([described for _, described in read])
    var = var[~var.index.duplicated()].reindex(x.columns)
    obs = pd.DataFrame({"status": "ok", "status_reason": ""}, index=x.index)
    samples = sheet(
        x.index,
        material=["ev"] * 16 + ["source"] * 16,
        subject=[f"culture{n}" for n in range(16)] * 2,
        biofluid="cell_culture",
    )
    matrix = AnnData(x.to_numpy(), obs=obs, var=var)
    tables = score(samples, panels_of("mouse"), options, proteins=matrix)
    actions = act(tables["verdicts"], "report", options["weights"])
    found = compare(samples, tables["criteria"], tables["shares"], tables["markers"], actions, 0.05)
    table = found["enrichment"].set_index("set")
    assert table["n_pairs"].eq(16).all()
    for name in ("tetraspanin", "escrt", "misev2018_1a", "misev2018_1b", "classic_exosome"):
        assert table.loc[name, "finding"] == "enriched", name
    for name in ("ribosome and aggregates", "cell debris"):
        assert table.loc[name, "finding"] == "depleted", name
    assert table.loc["tetraspanin", "log2_difference"] == pytest.approx(1.88, abs=0.01)
    assert table.loc["escrt", "log2_difference"] == pytest.approx(2.45, abs=0.01)
    assert not (~table["as_expected"].dropna().astype(bool)).any()
    # The serum of the medium is in the EVs, not in the cells.
    assert table.loc["bovine", "finding"] == "enriched"
