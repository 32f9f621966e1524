"""Real tables of other engines, whole: every cell and every filter against plain pandas or awk."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from proteins_tables_helpers import AIF, DDA, all_imported, funnel, one_each, quantity, runs_of
from sdist import source_distribution

from evcargo.errors import EvcargoError

HUMAN = [f"LFQ_Astral_DIA_15min_50ng_Human_0{n}" for n in (1, 2, 3)]


@pytest.fixture
def examples(shared_data: Path) -> Path:
    return shared_data / "import_examples"


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Every cell of the wanted table, NaN where missing, and no cell more."""
    wanted = wanted.where(wanted != 0).dropna(how="all").sort_index()
    found = found.dropna(how="all").sort_index()
    assert found.index.tolist() == wanted.index.tolist()
    assert np.allclose(found, wanted.loc[:, found.columns], rtol=1e-6, equal_nan=True)


def test_maxquant_protein_groups(examples: Path) -> None:
    path = examples / "maxquant_proteinGroups.txt"
    names = ["AC381", "AC384", "UT805", "UT822"]
    done = all_imported(one_each(path, *names))
    plain = pd.read_csv(path, sep="\t", low_memory=False)
    # awk -F'\t' 'NR>1 && $r!="+"' | wc -l, then $o!="+"
    assert funnel(done)[1:3] == [
        ("Reverse is not +", 882, 870),
        ("Only identified by site is not +", 870, 802),
    ]
    kept = plain[(plain["Reverse"] != "+") & (plain["Only identified by site"] != "+")]
    found = done.matrix.to_df().T
    assert int(found.notna().sum().sum()) == int(
        (kept[[f"LFQ intensity {n}" for n in names]] > 0).sum().sum()
    )
    for name in names:
        column = kept[f"LFQ intensity {name}"]
        assert found[name].sum() == pytest.approx(column.sum(), rel=1e-12)
        seen = kept[kept[[f"LFQ intensity {n}" for n in names]].gt(0).any(axis=1)]
        for layer, prefix in (("ibaq", "iBAQ"), ("spectral_count", "MS/MS count")):
            own = done.matrix[name].layers[layer]
            assert np.nansum(own) == pytest.approx(seen[f"{prefix} {name}"].sum(), rel=1e-12)
    albumin = kept[kept["Majority protein IDs"].str.contains("P02768")].iloc[0]
    feature = next(one for one in done.matrix.var_names if one.startswith("P02768"))
    assert quantity(done.matrix, "AC381", feature) == albumin["LFQ intensity AC381"]
    marked = (
        kept[kept["Potential contaminant"] == "+"]["Majority protein IDs"].str.split(";").str[0]
    )
    assert done.matrix.var["is_contaminant"].sum() <= len(marked)
    assert done.matrix.var.loc["P00761", "is_contaminant"]


@pytest.mark.parametrize(
    ("name", "runs", "steps"),
    [
        ("diann_report.tsv", AIF, [(1168, 1168), (1168, 1167), (1167, 1167), (1167, 1157)]),
        ("diann_report.parquet", HUMAN, [(100, 100), (100, 74), (74, 74), (74, 68), (68, 66)]),
    ],
)
def test_diann_report(examples: Path, name: str, runs: list[str], steps) -> None:
    path = examples / name
    done = all_imported(one_each(path, *runs))
    plain = pd.read_parquet(path) if name.endswith("parquet") else pd.read_csv(path, sep="\t")
    limits = {"Q.Value": 0.01, "PG.Q.Value": 0.05, "Lib.Q.Value": 0.01, "Lib.PG.Q.Value": 0.01}
    for column, limit in limits.items():
        plain = plain[plain[column] <= limit]
    wanted = plain.pivot_table(
        index="Protein.Group", columns="Run", values="PG.MaxLFQ", aggfunc="max"
    )
    found = done.matrix.to_df().T
    found.index = done.matrix.var["accessions"]
    same(found, wanted)
    assert [(before, after) for _, before, after in funnel(done)[: len(steps)]] == steps
    peptides = plain[plain["PG.MaxLFQ"] > 0].groupby("Protein.Group")["Stripped.Sequence"].nunique()
    counted = done.matrix.var.set_index("accessions")["n_peptides"]
    assert counted.to_dict() == peptides.astype(float).to_dict()


def test_diann_report_by_windows_paths(examples: Path) -> None:
    plain = pd.read_csv(examples / "diann_report.tsv", sep="\t")
    path = plain["File.Name"].iloc[0]
    done = all_imported(one_each(examples / "diann_report.tsv", path))
    assert done.columns["matched_by"].tolist() == ["exact name"]
    # The first row of the file.
    assert quantity(done.matrix, path, "Q96S94") == 3.76039e06


def test_diann_protein_group_matrix(examples: Path) -> None:
    path = examples / "diann_pg_matrix.tsv"
    names = [f"S{n}" for n in range(1, 21)]
    done = all_imported(one_each(path, *names))
    wanted = pd.read_csv(path, sep="\t").set_index("Protein.Group")[names]
    found = done.matrix.to_df().T
    found.index = done.matrix.var["accessions"]
    same(found, wanted)
    assert quantity(done.matrix, "S1", "A0A024R4E5") == 380503.0


@pytest.mark.parametrize("commas", [False, True])
def test_spectronaut_long_and_pivoted(examples: Path, tmp_path: Path, commas: bool) -> None:
    """The pivot report is made from the long one, as Spectronaut names its columns."""
    path = examples / "spectronaut_pg.tsv"
    plain = pd.read_csv(path, sep="\t")
    assert (plain["EG.Qvalue"] <= 0.01).all()
    wanted = plain.pivot_table(
        index="PG.ProteinGroups", columns="R.FileName", values="PG.Quantity", aggfunc="max"
    )
    wanted.index = wanted.index.str.replace("Cont_", "")
    long = all_imported(one_each(path, *AIF))
    found = long.matrix.to_df().T
    found.index = long.matrix.var["accessions"]
    # A contaminant and the protein itself are one accession.
    wanted.index = wanted.index.str.split(";").map(lambda ids: ";".join(dict.fromkeys(ids)))
    same(found, wanted)
    assert quantity(long.matrix, AIF[3], "P26641") == 7005887.0  # the first row of the file
    assert (
        long.matrix.var["is_contaminant"].sum()
        == plain["PG.ProteinGroups"]
        .drop_duplicates()[lambda groups: groups.str.startswith("Cont_")]
        .size
    )
    pivot = wanted.rename(columns={n: f"[{i}] {n}.raw.PG.Quantity" for i, n in enumerate(AIF, 1)})
    text = pivot.to_csv(sep="\t", na_rep="Filtered", decimal="," if commas else ".")
    (tmp_path / "pivot.tsv").write_text(text)
    wide = all_imported(one_each(tmp_path / "pivot.tsv", *AIF))
    assert set(wide.filters["engine"]) == {"Spectronaut pivot report"}
    assert set(wide.columns["matched_by"]) == {"file name"}
    assert np.allclose(
        wide.matrix.to_df()[long.matrix.var_names], long.matrix.to_df(), equal_nan=True
    )


def test_sage_lfq(examples: Path) -> None:
    path = examples / "sage_lfq.tsv"
    done = all_imported(one_each(path, *DDA))
    assert ("q_value <= 0.01", 1556, 1556) in funnel(done)
    plain = pd.read_csv(path, sep="\t")
    # Every intensity is in exactly one group.
    for name in DDA:
        total = plain[f"{name}.mzML.gz"].sum()
        assert np.nansum(done.matrix[name].X) == pytest.approx(total, rel=1e-12)
    own = plain[plain["proteins"] == "sp|P32324|EF2_YEAST"]
    wanted = own[f"{DDA[0]}.mzML.gz"].sum()
    assert quantity(done.matrix, DDA[0], "P32324") == pytest.approx(wanted, rel=1e-12)
    assert (
        done.matrix.var.loc["P32324", "n_unique_peptides"]
        == own["peptide"].str.replace(r"\[.*?\]", "", regex=True).str.replace("-", "").nunique()
    )


def test_sage_results_below_the_limit(examples: Path) -> None:
    """The one PSM of the example has a q-value of 1."""
    with pytest.raises(EvcargoError, match="left out: 1 by 'spectrum_q <= 0.01'"):
        all_imported(one_each(examples / "sage_results_1row.sage.tsv", "LQSRPAAPPAPGPGQLTLR"))


def test_mztab_psms_are_counted(examples: Path) -> None:
    from pyteomics.mztab import MzTab

    path = examples / "test.mztab"
    plain = MzTab(str(path))
    psms = plain.spectrum_match_table
    files = {
        key.removesuffix("-location"): value
        for key, value in plain.metadata.items()
        if key.startswith("ms_run") and key.endswith("-location")
    }
    psms["run"] = psms["spectra_ref"].str.partition(":")[0].map(files)
    kept = psms[psms["opt_global_cv_MS:1002217_decoy_peptide"].astype(float) == 0]
    names = sorted(kept["run"].unique())
    done = all_imported(one_each(path, *names))
    assert funnel(done)[0][1:] == (1037, len(kept))
    wanted = kept.drop_duplicates(["PSM_ID", "run"]).groupby("run").size()
    found = done.matrix.to_df().sum(axis=1)
    assert found.to_dict() == wanted.astype(float).to_dict()


def test_mzidentml(examples: Path) -> None:
    from pyteomics import mzid

    path = examples / "test_msgf.mzid"
    done = all_imported(one_each(path, "test"))
    held = [
        {one["accession"] for one in item["PeptideEvidenceRef"]}
        for spectrum in mzid.read(str(path))
        for item in spectrum["SpectrumIdentificationItem"]
    ]
    assert held == [{"test"}, {"test2"}]
    assert done.matrix.var_names.tolist() == ["test", "test2"]
    assert done.matrix.X.tolist() == [[1, 1]]
    assert done.columns["column"].tolist() == ["test.mgf"]


def test_fragpipe_fractions_are_summed(shared_data: Path) -> None:
    """Ascites EVs (PXD041751): 3 donors x 9 fractions."""
    path = shared_data / "ascites_ev_fragpipe" / "combined_protein.tsv"
    fractions = [*"ABCDEFGH", "FT"]
    rows = [
        (f"donor{donor}", f"Donor{donor}_TrypLysC_{fraction}", number, 1)
        for donor in (24, 29, 30)
        for number, fraction in enumerate(fractions, 1)
    ]
    done = all_imported(runs_of(path, *rows))
    plain = pd.read_csv(path, sep="\t").set_index("Protein ID")
    assert set(done.columns["quantity"]) == {"MaxLFQ Intensity"}
    for donor in (24, 29, 30):
        mine = [column for sample, column, *_ in rows if sample == f"donor{donor}"]
        sums = plain[[f"{one} MaxLFQ Intensity" for one in mine]].sum(axis=1)
        counts = plain[[f"{one} Spectral Count" for one in mine]].sum(axis=1)
        values = done.matrix.to_df().loc[f"donor{donor}"]
        assert values.sum() == pytest.approx(sums.sum(), rel=1e-12)
        for accession in ("P02768", "P02769"):  # albumin of man and cattle
            wanted = sums[accession]
            assert np.nan_to_num(values[accession]) == pytest.approx(wanted, rel=1e-12)
            spectra = quantity(done.matrix, f"donor{donor}", accession, "spectral_count")
            assert spectra == counts[accession]
    # IonQuant gives MaxLFQ to 1,073 of the 2,414 quantified groups; CD9 and CD81 have none.
    names = [column for _, column, *_ in rows]
    quantified = [
        plain[[f"{one} {kind}" for one in names]].gt(0).any(axis=1)
        for kind in ("MaxLFQ Intensity", "Intensity")
    ]
    missed = int((quantified[1] & ~quantified[0]).sum())
    assert missed > 1000
    assert f"{missed} protein groups have no MaxLFQ Intensity, but another" in done.notes[0]
    whole = all_imported(runs_of(path, *((s, f"{c} Intensity", f, r) for s, c, f, r in rows)))
    assert whole.notes == ()
    mine = [f"{one} Intensity" for one in names if "Donor24" in one]
    assert quantity(whole.matrix, "donor24", "P21926") == pytest.approx(
        plain.loc["P21926", mine].sum(), rel=1e-12
    )
    contaminants = plain[plain["Protein"].str.startswith("contam_")].index
    marked = done.matrix.var["is_contaminant"]
    assert marked[marked.index.isin(contaminants)].all()
    assert done.matrix.var.loc["P00761", "taxon"] == "9823"


def test_maxquant_with_commas_and_technical_replicates(shared_data: Path) -> None:
    """Breast cancer exosomes (PXD056161): 3 v 3, each measured twice."""
    path = shared_data / "tnbc_exosome" / "filtered_protein_groups.csv"
    plain = pd.read_csv(path)
    columns = [c.removeprefix("LFQ intensity ") for c in plain if c.startswith("LFQ intensity ")]
    rows = [(one[3:-2], one, 1, 1 + (one[-1] == "B")) for one in columns]
    done = all_imported(runs_of(path, *rows))
    assert done.matrix.n_obs == 6
    kept = plain[~plain[["Reverse", "Only identified by site"]].eq("+").any(axis=1)]
    values = np.log2(
        kept.set_index(kept["Majority protein IDs"].str.split(";").str[0])[
            ["LFQ intensity 07_MDA_1_A", "LFQ intensity 08_MDA_1_B"]
        ].replace(0, np.nan)
    ).mean(axis=1)
    for accession in ("P02751", "O00468"):  # FN1, AGRN
        row = values[values.index.str.contains(accession)]
        found = quantity(done.matrix, "MDA_1", accession)
        assert np.log2(found) == pytest.approx(row.iloc[0], rel=1e-12)


@pytest.mark.slow
def test_hye_mixture_of_proteobench() -> None:
    """ProteoBench DDA: human 1:1, yeast 2:1, E. coli 1:4, the largest ion table of its tests.

    8,493 ions, 3,960 protein groups (2,757 human, 947 yeast, 186 E. coli).
    """
    data = (
        source_distribution("proteobench", "0.19.0") / "test/data/quant/quant_lfq_ion_DDA_QExactive"
    )
    path = data / "CustomFormat_DDA_quant_ions_test.txt"
    proteins = pd.read_csv(path, sep="\t")["Proteins"].drop_duplicates()
    foreign = proteins[~proteins.str.endswith("_HUMAN")].str.split("|").str[1]
    others = pd.DataFrame({"accession": foreign, "taxon": ""})  # normalised by human proteins
    runs = runs_of(path, *((name, name, 1, 1) for name in DDA))
    for rollup in ("directlfq", "sum"):
        done = all_imported(runs, contaminants=others, normalisation="median", rollup=rollup)
        values = done.matrix.to_df("normalised").T
        ratio = values[DDA[:3]].mean(axis=1) - values[DDA[3:]].mean(axis=1)
        for taxon, least, truth in (("9606", 2000, 0), ("559292", 700, 1), ("83333", 140, -2)):
            own = ratio[done.matrix.var["taxon"] == taxon].dropna()
            assert len(own) > least
            assert own.median() == pytest.approx(truth, abs=0.15), (taxon, rollup)
