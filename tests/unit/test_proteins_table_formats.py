"""Tables of each engine: recognised, filtered, matched to the runs, and their numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from proteins_tables_helpers import (
    AIF,
    DDA,
    EXCERPTS,
    all_imported,
    funnel,
    one_each,
    quantity,
    runs_of,
    write,
)

from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import recognise
from evcargo.proteins.tables.opening import open_table


def title(path: Path) -> str:
    return recognise(open_table(path), "auto", FORMATS).title


def test_maxquant_evidence_sums_the_rows_of_a_protein() -> None:
    path = EXCERPTS / "maxquant_evidence.txt"
    assert title(path) == "MaxQuant evidence"
    done = all_imported(one_each(path, *DDA))
    plain = pd.read_csv(path, sep="\t")
    wanted = plain.pivot_table(
        index="Leading razor protein", columns="Raw file", values="Intensity", aggfunc="sum"
    )
    for name, row in wanted.iterrows():
        accession = str(name).split("|")[1]
        assert np.allclose(done.matrix[DDA, accession].X[:, 0], row[DDA], rtol=1e-12)
    # awk -F'\t' '$12~/HSP12/ && $14~/A_Sample_Alpha_01/ {s+=$51; c+=$44} END {print s, c}'
    assert quantity(done.matrix, DDA[0], "P22943") == 1547230000
    assert quantity(done.matrix, DDA[0], "P22943", "spectral_count") == 4
    held = plain[plain["Intensity"] > 0].groupby("Leading razor protein")["Sequence"].nunique()
    found = done.matrix.var["n_peptides"]
    assert found.to_dict() == {str(name).split("|")[1]: n for name, n in held.items()}
    assert done.matrix.var.loc["P22943", "taxon"] == "559292"
    missing = int(plain["Intensity"].isna().sum())
    assert ("Reverse is not +", 51, 51) in funnel(done)
    assert funnel(done)[-1] == ("a quantity above zero in a run of the run sheet", 51, 51 - missing)


def test_maxquant_evidence_by_experiment_in_place_of_the_raw_file() -> None:
    path = EXCERPTS / "maxquant_evidence.txt"
    done = all_imported(one_each(path, "A_Sample_Alpha_01", "B_Sample_Alpha_03"))
    assert quantity(done.matrix, "A_Sample_Alpha_01", "P22943") == 1547230000
    assert done.columns["matched_by"].tolist() == ["exact name"] * 2


PEPTIDES = (
    "Sequence\tLeading razor protein\tGene names\tUnique (Groups)\tReverse\tPotential contaminant"
    "\tIntensity\tIntensity a\tIntensity b\tMS/MS Count a\n"
    "AAAK\tP1\tCD9\tyes\t\t\t30\t10\t20\t3\n"
    "CCCK\tP1\tCD9\tno\t\t\t5\t5\t0\t1\n"
    "DDDK\tCON__P02769\t\tyes\t\t+\t7\t7\t0\t1\n"
    "EEEK\tREV__P3\t\tyes\t+\t\t9\t9\t9\t1\n"
)


def test_maxquant_peptides(tmp_path: Path) -> None:
    path = write(tmp_path / "peptides.txt", PEPTIDES)
    assert title(path) == "MaxQuant peptides"
    done = all_imported(one_each(path, "a", "b"))
    matrix = done.matrix
    assert (quantity(matrix, "a", "P1"), quantity(matrix, "b", "P1")) == (15, 20)
    assert quantity(matrix, "a", "P1", "spectral_count") == 4
    own = matrix.var.loc["P1", ["gene", "n_peptides", "n_unique_peptides"]]
    assert own.tolist() == ["CD9", 2, 1]
    assert matrix.var["is_contaminant"].to_dict() == {"P1": False, "P02769": True}
    assert ("Reverse is not +", 4, 3) in funnel(done)
    assert done.columns["column"].tolist() == ["Intensity a", "Intensity b"]


DIANN = "File.Name\tProtein.Group\tGenes\tPrecursor.Id\tStripped.Sequence\tProteotypic\tQ.Value" + (
    "\tPG.Q.Value\tGlobal.Q.Value\tGlobal.PG.Q.Value\tLib.Q.Value\tLib.PG.Q.Value\tPG.MaxLFQ\n"
)


def diann(tmp_path: Path, *rows: tuple[object, ...]) -> Path:
    lines = ["\t".join(map(str, row)) for row in rows]
    return write(tmp_path / "report.tsv", DIANN + "\n".join(lines) + "\n")


@pytest.mark.parametrize("mbr", [True, False])
def test_diann_filters_by_the_library_after_match_between_runs(tmp_path: Path, mbr: bool) -> None:
    some = 0.001 if mbr else 0
    good = (r"C:\x\a.raw", "P1;P2", "A;B", "AAAK2", "AAAK", 1, 0.01, 0.05, 0, 0, some, some, 500)
    path = diann(
        tmp_path,
        good,
        (*good[:3], "CCCK2", "CCCK", 0, 0.001, 0.05, 0, 0, some, some, 500),
        (*good[:1], "P3", "C", "DDDK2", "DDDK", 1, 0.011, 0, 0, 0, 0, 0, 600),  # Q.Value
        (*good[:1], "P4", "D", "EEEK2", "EEEK", 1, 0.001, 0.051, 0, 0, 0, 0, 700),  # PG.Q.Value
        (*good[:1], "P5", "E", "FFFK2", "FFFK", 1, 0.001, 0, 0.02, 0, 0, 0, 800),  # global only
        (*good[:1], "P6", "F", "GGGK2", "GGGK", 1, 0.001, 0, 0, 0, 0, 0, 0),  # zero
    )
    done = all_imported(one_each(path, "a"))
    assert done.matrix.var_names.tolist() == (["P1", "P5"] if mbr else ["P1"])
    assert quantity(done.matrix, "a", "P1") == 500
    own = done.matrix.var.loc["P1", ["gene", "accessions", "n_peptides", "n_unique_peptides"]]
    assert own.tolist() == ["A;B", "P1;P2", 2, 1]
    steps = funnel(done)
    assert steps[:2] == [("Q.Value <= 0.01", 6, 5), ("PG.Q.Value <= 0.05", 5, 4)]
    last = ("Lib.Q.Value <= 0.01", 4, 4) if mbr else ("Global.Q.Value <= 0.01", 4, 3)
    assert steps[2] == last
    assert done.columns[["column", "matched_by"]].to_numpy().tolist() == [
        [r"C:\x\a.raw", "file name"]
    ]


def test_diann_matrix_of_windows_paths(tmp_path: Path) -> None:
    text = "Protein.Group\tGenes\tD:\\x y\\a.raw\tD:\\x y\\b.d\nP1\tA\t10.5\t\nP2\tB\t0\t12\n"
    path = write(tmp_path / "pg_matrix.tsv", text)
    assert title(path) == "DIA-NN protein group matrix"
    done = all_imported(one_each(path, "a", "b.d"))
    assert quantity(done.matrix, "a", "P1") == 10.5  # small, but never log2
    assert np.isnan(quantity(done.matrix, "a", "P2"))
    assert done.columns["matched_by"].tolist() == ["file name"] * 2


def test_fragpipe_combined_ion() -> None:
    path = EXCERPTS / "fragpipe_combined_ion.tsv"
    assert title(path) == "FragPipe combined_ion or combined_peptide"
    done = all_imported(one_each(path, *DDA))
    plain = pd.read_csv(path, sep="\t").set_index("Protein")
    for name in ("sp|O75390|CISY_HUMAN", "sp|P0A9Q7|ADHE_ECOLI"):
        values = plain.loc[name, [f"{run} Intensity" for run in DDA]].sum()
        counts = plain.loc[name, [f"{run} Spectral Count" for run in DDA]].sum()
        own = done.matrix[DDA, name.split("|")[1]]
        assert np.allclose(np.nan_to_num(own.X[:, 0]), values, rtol=1e-12)
        assert own.layers["spectral_count"][:, 0].tolist() == counts.tolist()
    # awk -F'\t' '/CISY_HUMAN/ {s+=$31; c+=$19} END {printf "%.1f %d", s, c}'
    assert quantity(done.matrix, DDA[0], "O75390") == 49007616.5
    assert quantity(done.matrix, DDA[0], "O75390", "spectral_count") == 4
    marked = done.matrix.var["is_contaminant"]
    assert marked.sum() == plain.index[plain.index.str.contains("|Cont_", regex=False)].nunique()
    assert marked["P34955"]
    assert done.matrix.var.loc["P34955", "taxon"] == "9913"


COMBINED = (
    "Protein\tProtein ID\tGene\tOrganism\tDescription\tProtein Probability\tCombined Total Peptides"
    "\ta Spectral Count\ta Unique Spectral Count\tb Spectral Count\ta Intensity\tb Intensity"
    "\ta MaxLFQ Intensity\tb MaxLFQ Intensity\tIndistinguishable Proteins\n"
    "sp|P1|A_HUMAN\tP1\tA\tHomo sapiens OX=9606\tx\t1\t4\t7\t6\t3\t100\t200\t{0}\t{0}"
    "\tsp|P2|B_HUMAN, sp|P3|C_HUMAN\n"
    "contam_sp|P02769|ALBU_BOVIN\tP02769\tALB\tBos taurus OX=9913\ty\t1\t2\t1\t1\t0\t50\t0"
    "\t{0}\t0\t\n"
)


@pytest.mark.parametrize("maxlfq", ["0.0", "90"])
def test_fragpipe_combined_protein_without_maxlfq(tmp_path: Path, maxlfq: str) -> None:
    """MaxLFQ is all zero below three experiments (FragPipe issues 599 and 1389)."""
    path = write(tmp_path / "combined_protein.tsv", COMBINED.format(maxlfq))
    done = all_imported(one_each(path, "a", "b"))
    assert quantity(done.matrix, "a", "P1") == (100 if maxlfq == "0.0" else 90)
    wanted = "Intensity" if maxlfq == "0.0" else "MaxLFQ Intensity"
    assert set(done.columns["quantity"]) == {wanted}
    assert done.matrix.layers["spectral_count"][0].tolist() == [7, 1]
    var = done.matrix.var
    assert var.loc["P1", ["accessions", "taxon"]].tolist() == ["P1;P2;P3", "9606"]
    assert var.loc["P02769", ["is_contaminant", "taxon"]].tolist() == [True, "9913"]


def test_sage_results_are_counted(tmp_path: Path) -> None:
    header = (
        "psm_id\tpeptide\tproteins\tfilename\tscannr\trank\tlabel\tspectrum_q\tpeptide_q\tprotein_q"
    )
    shared = "sp|P1|A_HUMAN;sp|P2|B_HUMAN"
    rows = [
        (1, "AAAK", "sp|P1|A_HUMAN", "a.mzML", "s1", 1, 1, 0.001, 0.001, 0.001),
        (2, "AAA[+16]K", "sp|P1|A_HUMAN", "a.mzML", "s2", 1, 1, 0.001, 0.001, 0.001),
        (3, "CCCK", shared, "a.mzML", "s3", 1, 1, 0.001, 0.001, 0.001),
        (4, "CCCK", shared, "b.mzML", "s3", 1, 1, 0.001, 0.001, 0.001),
        (5, "DDDK", "rev_sp|P3|C_HUMAN", "a.mzML", "s4", 1, -1, 0.001, 0.001, 0.001),
        (6, "EEEK", "sp|P4|D_HUMAN", "a.mzML", "s5", 2, 1, 0.001, 0.001, 0.001),
        (7, "FFFK", "sp|P4|D_HUMAN", "a.mzML", "s6", 1, 1, 0.02, 0.001, 0.001),
        (8, "GGGK", "sp|P4|D_HUMAN", "a.mzML", "s6", 1, 1, 0.001, 0.001, 0.02),
    ]
    lines = ["\t".join(map(str, row)) for row in rows]
    path = write(tmp_path / "results.sage.tsv", "\n".join([header, *lines]))
    done = all_imported(one_each(path, "a", "b"))
    # P1 explains all, so that the shared peptide is its razor peptide.
    assert done.matrix.var_names.tolist() == ["P1"]
    assert (quantity(done.matrix, "a", "P1"), quantity(done.matrix, "b", "P1")) == (3, 1)
    assert done.matrix.layers["spectral_count"][:, 0].tolist() == [3, 1]
    assert done.matrix.uns["raw_quantity"] == "spectral count"
    assert done.matrix.var.loc["P1", ["n_peptides", "n_unique_peptides"]].tolist() == [2, 1]
    grouped = write(
        tmp_path / "new.sage.tsv",
        "\n".join([f"{header}\tprotein_group_q", *(f"{line}\t0.001" for line in lines)]),
    )
    assert all_imported(one_each(grouped, "a")).matrix.var_names.tolist() == ["P1", "P4"]
    assert [(before, after) for _, before, after in funnel(done)[:5]] == [
        (8, 7),
        (7, 6),
        (6, 5),
        (5, 5),
        (5, 4),
    ]


MZTAB = (
    "MTD\tmzTab-version\t1.0.0\nMTD\tmzTab-type\tQuantification\n"
    "MTD\tms_run[1]-location\tfile:///data/x%20y/b.mzML\nMTD\tms_run[2]-location\tfile:///data/a.raw\n"
    "MTD\tassay[1]-ms_run_ref\tms_run[1]\nMTD\tassay[2]-ms_run_ref\tms_run[2]\n\n"
    "PRH\taccession\tdescription\ttaxid\tprotein_abundance_assay[1]\tprotein_abundance_assay[2]"
    "\tambiguity_members\topt_global_cv_MS:1002217_decoy_peptide\n"
    'PRT\tP1\tCD9 "tetraspanin"\t9606\t10.5\t1000\tP1,P2\t0\n'
    "PRT\tP3\tnull\tnull\tnull\t500\tnull\t0\n"
    "PRT\tP4\tx\t9606\t5\t5\tnull\t1\n"
)


def test_mztab_abundances_by_the_file_of_an_assay(tmp_path: Path) -> None:
    path = write(tmp_path / "x.mzTab", MZTAB)
    done = all_imported(one_each(path, "a", "b"))
    assert (quantity(done.matrix, "a", "P1"), quantity(done.matrix, "b", "P1")) == (1000, 10.5)
    assert np.isnan(quantity(done.matrix, "b", "P3"))
    assert done.matrix.var.loc["P1", ["accessions", "taxon"]].tolist() == ["P1;P2", "9606"]
    assert done.columns["matched_by"].tolist() == ["annotation"] * 2
    assert done.columns["column"].tolist()[0] == "protein_abundance_assay[2]"
    assert funnel(done)[0][1:] == (3, 2)


def test_quantms_msstats() -> None:
    path = EXCERPTS / "quantms_msstats.csv"
    done = all_imported(one_each(path, *DDA))
    assert set(done.columns["matched_by"]) == {"file name"}
    assert set(done.filters["engine"]) == {"MSstats or quantms"}
    assert quantity(done.matrix, DDA[0], "P09733") == 131708800
    assert quantity(done.matrix, DDA[3], "P32119") == 845348600
    plain = pd.read_csv(path)
    keys = ["ProteinName", "PeptideSequence", "PrecursorCharge", "Reference"]
    total = plain.groupby(keys)["Intensity"].max().sum()
    assert np.nansum(done.matrix.X) == pytest.approx(total, rel=1e-12)


def test_msstats_fragments_and_runs_by_name(tmp_path: Path) -> None:
    header = "ProteinName,PeptideSequence,PrecursorCharge,FragmentIon,ProductCharge,Run,Intensity\n"
    rows = "P1,AAAK,2,y3,1,a,10\nP1,AAAK,2,y4,1,a,5\nP1,AAAK,2,y4,1,a,7\nP1,AAAK,2,y3,1,b,NA\n"
    path = write(tmp_path / "x.csv", header + rows + "CONT_P02769,CCCK,2,y3,1,a,3\n")
    done = all_imported(one_each(path, "a", "b"))
    assert quantity(done.matrix, "a", "P1") == 17  # MSstats takes the highest of repeated rows
    assert np.isnan(quantity(done.matrix, "b", "P1"))
    assert done.matrix.var.loc["P02769", "is_contaminant"]


def test_alphadia_precursor_matrix_with_repeated_rows() -> None:
    path = EXCERPTS / "alphadia_precursor_matrix.tsv"
    assert title(path) == "AlphaDIA precursor matrix"
    done = all_imported(one_each(path, *AIF))
    plain = pd.read_csv(path, sep="\t").drop_duplicates(["mod_seq_charge_hash", "charge"])
    sums = plain.groupby("genes")[AIF].sum()
    found = done.matrix.to_df().T.loc[["Q14566", "P61978", "P04406"], AIF]
    named = sums.loc[["MCM6_HUMAN", "HNRPK_HUMAN", "G3P_HUMAN"]]  # entry names of these accessions
    assert np.allclose(found.fillna(0), named, rtol=1e-12)


def test_alphadia_long_tables_of_both_versions(tmp_path: Path) -> None:
    old = "run\tpg\tgenes\tsequence\tmods\tmod_sites\tcharge\tdecoy\tqval\tpg_qval\tintensity\n" + (
        "a\tP1;P2\tG1\tAAAK\t\t\t2\t0\t0.001\t0.001\t40\n"
        "a\tP1;P2\tG1\tAAAK\t\t\t3\t0\t0.001\t0.001\t30\n"
        "a\tP3\tG3\tCCCK\t\t\t3\t0\t0.02\t0.001\t30\n"
        "a\tP4\tG4\tCCCK\t\t\t3\t1\t0.001\t0.001\t30\n"
    )
    path = write(tmp_path / "precursors.tsv", old)
    done = all_imported(one_each(path, "a"))
    assert done.matrix.var_names.tolist() == ["P1"]
    assert quantity(done.matrix, "a", "P1") == 70
    new = tmp_path / "precursors.parquet"
    frame = pd.DataFrame(
        {
            "raw.name": ["a", "a"],
            "pg.name": ["P1", "P3"],
            "pg.genes": ["CD9", "CD63"],
            "precursor.sequence": ["AAAK", "CCCK"],
            "precursor.mods": ["", ""],
            "precursor.charge": [2, 2],
            "precursor.decoy": [0, 0],
            "precursor.qval": [0.001, 0.5],
            "precursor.intensity": [40.0, 30.0],
        }
    )
    frame.to_parquet(new)
    done = all_imported(one_each(new, "a"))
    assert done.matrix.var["gene"].to_dict() == {"P1": "CD9"}
    assert quantity(done.matrix, "a", "P1") == 40


OLINK = (
    "SampleID;OlinkID;UniProt;Assay;Panel;AssayType;SampleQC;LOD;NPX\n"
    "a;OID1;P05231;IL6;Cardiometabolic;assay;PASS;0.5;3\n"
    "a;OID2;P05231;IL6;Inflammation;assay;PASS;0.5;5\n"
    "a;OID3;P21926;CD9;Inflammation;assay;WARN;1;-2,5\n"
    "a;OID4;P1;X;Inflammation;assay;FAIL;1;9\n"
    "a;OID5;P2;Y;Inflammation;ext_ctrl;PASS;1;9\n"
    "b;OID3;P21926;CD9;Inflammation;assay;PASS;1;0\n"
)


def test_olink_npx_is_log2_and_may_be_negative(tmp_path: Path) -> None:
    path = write(tmp_path / "npx.csv", OLINK.replace("0.5", "0,5"))
    done = all_imported(one_each(path, "a", "b"))
    assert quantity(done.matrix, "a", "P21926") == 2**-2.5
    assert quantity(done.matrix, "b", "P21926") == 1  # NPX 0 is a value, not missing
    assert quantity(done.matrix, "a", "P05231") == 2**4  # two panels
    assert done.matrix.var["gene"].to_dict() == {"P05231": "IL6", "P21926": "CD9"}
    assert (
        done.columns["quantity"].tolist()
        == ["NPX, relative (log2 values relative to the controls of the plate)"] * 2
    )
    assert done.matrix.uns["scale"] == "relative"


def test_hye_ions_give_the_ratios_of_the_mixture() -> None:
    """ProteoBench DDA: human 1:1, yeast 2:1, E. coli 1:4; all proteins in tests/cases."""
    path = EXCERPTS / "hye_ions.tsv.gz"
    plain = pd.read_csv(path, sep="\t")
    species = plain["Proteins"].str.extract(r"^[^|]+\|([^|]+)\|\w+_(\w+)$")
    foreign = species.loc[species[1] != "HUMAN", 0]
    # What is not human takes no part in the normalisation.
    others = pd.DataFrame({"accession": foreign, "taxon": "0"})
    runs = runs_of(path, *((name, name, 1, 1) for name in DDA))
    means = {c: np.log2(plain[[n for n in DDA if f"_{c}_" in n]]).mean(axis=1) for c in "AB"}
    ions = means["A"] - means["B"]
    for rollup in ("sum", "directlfq"):
        done = all_imported(runs, contaminants=others, normalisation="median", rollup=rollup)
        values = done.matrix.to_df("normalised").T
        ratio = values[DDA[:3]].mean(axis=1) - values[DDA[3:]].mean(axis=1)
        for name, truth in (("HUMAN", 0), ("YEAST", 1), ("ECOLI", -2)):
            own = ratio.reindex(species.loc[species[1] == name, 0].unique()).median()
            of_ions = ions[species[1] == name].median() - ions[species[1] == "HUMAN"].median()
            assert own == pytest.approx(of_ions, abs=0.15), (name, rollup)
            assert own == pytest.approx(truth, abs=0.3), (name, rollup)


def fragpipe_protein(path: Path, channels: list[str]) -> Path:
    """FragPipe's table of one experiment: three quantities of the run, then any channels."""
    first = "Protein\tProtein ID\tEntry Name\tGene\tLength\tOrganism\tProtein Probability"
    header = f"{first}\tTotal Intensity\tUnique Intensity\tRazor Intensity"
    rows = [
        f"sp|{accession}|{gene}_HUMAN\t{accession}\t{gene}_HUMAN\t{gene}\t228\tHomo sapiens\t1.0"
        f"\t{amount + 2}\t{amount - 1}\t{amount}" + f"\t{amount / 4}" * len(channels)
        for accession, gene, amount in (("P21926", "CD9", 1e6), ("P08962", "CD63", 3e6))
    ]
    return write(path, "\n".join(["\t".join([header, *channels]), *rows]) + "\n")


def test_fragpipe_protein_of_one_run_takes_its_razor_intensity(tmp_path: Path) -> None:
    runs = [
        one_each(fragpipe_protein(tmp_path / f"{name}.tsv", []), name) for name in ("EV1", "EV2")
    ]
    assert title(tmp_path / "EV1.tsv") == "FragPipe protein"
    done = all_imported(pd.concat(runs, ignore_index=True))
    assert done.matrix.obs_names.tolist() == ["EV1", "EV2"]
    assert quantity(done.matrix, "EV2", "P08962") == 3e6
    assert done.columns["column"].tolist() == ["Razor Intensity"] * 2


def test_fragpipe_protein_of_labels_takes_the_channels(tmp_path: Path) -> None:
    path = fragpipe_protein(tmp_path / "protein.tsv", ["sample-01", "sample-02"])
    done = all_imported(one_each(path, "sample-01", "sample-02"))
    assert quantity(done.matrix, "sample-02", "P21926") == 2.5e5


def test_what_stands_beside_the_quantities_refuses_nothing(tmp_path: Path) -> None:
    """Spectronaut writes iBAQ once for each member of a group."""
    header = "PG.ProteinGroups\tPG.Genes\t[1] a.raw.PG.Quantity\t[1] a.raw.PG.IBAQ"
    rows = ["P21926;P08962\tCD9;CD63\t5e6\t135367.4;135367.4", "P02768\tALB\t7e6\t12;13"]
    path = write(tmp_path / "pivot.tsv", "\n".join([header, *rows, "P04114\tAPOB\t1e6\t99.5"]))
    matrix = all_imported(one_each(path, "a")).matrix
    assert matrix.to_df().iloc[0].tolist() == [5e6, 7e6, 1e6]
    ibaq = matrix.to_df(layer="ibaq").iloc[0].tolist()
    assert ibaq[0] == 135367.4 and np.isnan(ibaq[1]) and ibaq[2] == 99.5
