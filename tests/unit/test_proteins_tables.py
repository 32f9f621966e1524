"""Protein tables of other engines: recognised, filtered, matched to the runs, averaged."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from proteins_tables_helpers import imported, quantity, runs_of, write

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.engines import FORMATS
from evcargo.proteins.tables.formats import recognise
from evcargo.proteins.tables.names import accession_of, described, gene_of, members, taxon_of
from evcargo.proteins.tables.opening import open_table

MAXQUANT = (
    "Protein IDs\tMajority protein IDs\tFasta headers\tPeptides\tUnique peptides\tQ-value"
    "\tIntensity a\tIntensity b\tLFQ intensity a\tLFQ intensity b"
    "\tOnly identified by site\tReverse\tPotential contaminant\n"
    "sp|P21926|CD9_HUMAN;X1\tsp|P21926|CD9_HUMAN;X1"
    "\tsp|P21926|CD9_HUMAN CD9 antigen OS=Homo sapiens OX=9606 GN=CD9 PE=1;>tr|X1"
    "\t5\t4\t0.001\t900\t800\t100\t200\t\t\t\n"
    "CON__P02769\tCON__P02769\t\t9\t9\t0\t50\t60\t70\t80\t\t\t+\n"
    "REV__Q1\tREV__Q1\t\t1\t1\t1\t5\t6\t7\t8\t\t+\t\n"
    "Q2\tQ2\t\t1\t1\t1\t5\t6\t7\t8\t+\t\t\n"
    "Q3\tQ3\t\t1\t1\t0\t5\t6\t0\t400\t\t\t\n"
)


def test_maxquant(tmp_path: Path) -> None:
    path = write(tmp_path / "pg.txt", MAXQUANT)
    matrix, quality = imported(runs_of(path, ("s1", "a", 1, 1), ("s2", "b", 1, 1)), "s3")
    assert matrix.var_names.tolist() == ["P21926", "P02769", "Q3"]
    assert quantity(matrix, "s1", "P21926") == 100  # LFQ before Intensity
    assert np.isnan(quantity(matrix, "s1", "Q3"))  # zero is missing
    cd9 = matrix.var.loc["P21926"]
    assert (cd9["gene"], cd9["name"], cd9["taxon"]) == ("CD9", "CD9 antigen", "9606")
    assert (cd9["accessions"], cd9["n_peptides"], cd9["n_unique_peptides"]) == ("P21926;X1", 5, 4)
    assert cd9["q_value"] == 0.001
    assert matrix.var["is_contaminant"].tolist() == [False, True, False]
    assert matrix.var.loc["P02769", "taxon"] == "9913"
    assert (
        "5 rows, 3 kept (left out: 1 by 'Reverse is not +',"
        " 1 by 'Only identified by site is not +')" in matrix.uns["source"]
    )
    assert matrix.obs["status"].tolist() == ["ok", "ok", "no run"]
    own = quality[(quality["sample"] == "s1") & (quality["run"] == "")].set_index("metric")
    assert own.loc["quantified_protein_groups", "value"] == 2
    assert own.loc["summed_intensity", "value"] == 170


def test_intensity_where_lfq_was_not_computed(tmp_path: Path) -> None:
    lines = MAXQUANT.splitlines()
    cells = [line.split("\t") for line in lines]
    for row in cells[1:]:
        row[8] = row[9] = "0"
    path = write(tmp_path / "pg.txt", "\n".join("\t".join(row) for row in cells))
    matrix, _ = imported(runs_of(path, ("s1", "a", 1, 1)))
    assert quantity(matrix, "s1", "P21926") == 900
    assert ", Intensity [" in matrix.uns["source"]


def test_an_explicit_column_wins_and_kinds_are_not_mixed(tmp_path: Path) -> None:
    path = write(tmp_path / "pg.txt", MAXQUANT)
    matrix, _ = imported(runs_of(path, ("s1", "Intensity a", 1, 1)))
    assert quantity(matrix, "s1", "P21926") == 900
    matrix, _ = imported(runs_of(path, ("s1", "Intensity a", 1, 1), ("s2", "b", 1, 1)))
    assert quantity(matrix, "s2", "P21926") == 800  # the run that names no quantity follows
    with pytest.raises(EvcargoError, match="quantities cannot be mixed"):
        imported(runs_of(path, ("s1", "Intensity a", 1, 1), ("s2", "LFQ intensity b", 1, 1)))


def test_decoy_column_of_new_maxquant(tmp_path: Path) -> None:
    path = write(tmp_path / "pg.txt", MAXQUANT.replace("\tReverse\t", "\tDecoy\t"))
    matrix, _ = imported(runs_of(path, ("s1", "a", 1, 1)))
    assert matrix.var_names.tolist() == ["P21926", "P02769"]


PERSEUS = (
    "x 1,x 2,Majority protein IDs,Gene names\r\n"
    "#!{Type}E,E,T,T\r\n#!{C:Group}p,q,,\r\n"
    "10,11,P1;P2,Cd9\r\nNaN,12,CON__ENSEMBL:ENSBTAP00000024146,\r\n0,13,REV__P9,\r\n3,4,P7,Alb\r\n"
)


def test_perseus_is_unlogged(tmp_path: Path) -> None:
    path = write(tmp_path / "perseus.csv", PERSEUS)
    assert recognise(open_table(path), "table", FORMATS).title == "Perseus"
    matrix, _ = imported(runs_of(path, ("s1", "x 1", 1, 1), ("s2", "x 2", 1, 1)))
    assert matrix.var_names.tolist() == ["P1", "ENSBTAP00000024146", "P7"]
    assert quantity(matrix, "s1", "P1") == 2**10
    assert np.isnan(quantity(matrix, "s1", "ENSBTAP00000024146"))
    assert matrix.var.loc["ENSBTAP00000024146", ["taxon", "is_contaminant"]].tolist() == [
        "9913",
        True,
    ]
    assert "log2 (few values, up to 12, as the program writes them)" in matrix.uns["source"]


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_line_ends_and_byte_order_mark(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["Protein", "ProteinGene", "EV 1"], ["sp|Q9BY50|SC11C_HUMAN", "SEC11C", "2603565.25"]]
    rows.append(["sp|P0DOY3|IGLC3_HUMAN / sp|P0DOY2|IGLC2_HUMAN", "IGLC3 / IGLC2", "0.00"])
    rows.append(["P5", "", "77"])
    text = "\ufeff" + end.join(separator.join(row) for row in rows)
    matrix, _ = imported(runs_of(write(tmp_path / "t.txt", text), ("s1", "EV 1", 1, 1)))
    assert quantity(matrix, "s1", "Q9BY50") == 2603565.25
    assert matrix.var.loc["Q9BY50", ["gene", "taxon"]].tolist() == ["SEC11C", "9606"]
    assert "P0DOY3" not in matrix.var_names  # seen in no sample
    assert (
        "left out: 1 by 'a quantity above zero in a run of the run sheet'" in matrix.uns["source"]
    )


def test_decimal_commas_and_gzip(tmp_path: Path) -> None:
    data = gzip.compress(b"Protein;a;b\nP1;1000,5;3\nP2;7;8\n", mtime=0)
    matrix, _ = imported(runs_of(write(tmp_path / "t.csv.gz", data), ("s1", "a", 1, 1)))
    assert quantity(matrix, "s1", "P1") == 1000.5


def test_replicates_are_averaged_as_logarithms_and_fractions_summed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.tsv", "Protein\tf1\tf2\tr2\nP1\t100\t300\t1600\nP2\t0\t\t500\nP3\t8\t\t\n"
    )
    runs = runs_of(path, ("s1", "f1", 1, 1), ("s1", "f2", 2, 1), ("s1", "r2", 1, 2))
    matrix, quality = imported(runs)
    assert matrix.n_obs == 1
    assert quantity(matrix, "s1", "P1") == pytest.approx(800)  # sqrt(400 x 1600)
    assert quantity(matrix, "s1", "P2") == pytest.approx(500)
    assert quantity(matrix, "s1", "P3") == pytest.approx(8)
    assert set(quality["run"]) == {"", "s1.f1.r1", "s1.f2.r1", "s1.f1.r2"}


def test_counts_are_not_taken_for_log2(tmp_path: Path) -> None:
    """Whole numbers below 64 are counts, whose power of two would be beyond any intensity."""
    path = write(tmp_path / "t.tsv", "Protein\ta\tb\nP1\t12\t0\nP2\t3\t40\n")
    matrix, _ = imported(runs_of(path, ("a", "a", 1, 1), ("b", "b", 1, 1)))
    assert quantity(matrix, "a", "P1") == 12
    assert quantity(matrix, "b", "P2") == 40


@pytest.mark.parametrize("column", ["Peptides a", "Intensity", "MS/MS count a"])
def test_a_column_that_is_no_quantity_of_the_engine(tmp_path: Path, column: str) -> None:
    header = "Majority protein IDs\tPeptides a\tIntensity\tIntensity a\tMS/MS count a"
    path = write(tmp_path / "proteinGroups.txt", f"{header}\nP1\t3\t900\t700\t4\n")
    with pytest.raises(EvcargoError, match=f"'{column}' of run s1.* no quantity of a table of"):
        imported(runs_of(path, ("s1", column, 1, 1)))
    as_it_is, _ = imported(runs_of(path, ("s1", column, 1, 1), kind="matrix"))
    assert as_it_is.n_vars == 1


def test_the_only_intensity_of_a_table_without_experiments(tmp_path: Path) -> None:
    path = write(tmp_path / "proteinGroups.txt", "Majority protein IDs\tIntensity\nP1\t900\n")
    matrix, _ = imported(runs_of(path, ("s1", "Intensity", 1, 1)))
    assert quantity(matrix, "s1", "P1") == 900


def test_two_tables_are_joined_on_the_leading_accession(tmp_path: Path) -> None:
    ev = write(
        tmp_path / "ev.tsv", "Protein\tgene\tPeptides\ta\nP1;P9\t\t2\t1000\nP2\tB\t3\t2000\n"
    )
    cell = write(
        tmp_path / "cell.tsv", "Protein\tgene\tPeptides\ta\nP1\tA1BG\t7\t12\nP3\tC3\t1\t13.5\n"
    )
    runs = pd.concat([runs_of(ev, ("s1", "a", 1, 1)), runs_of(cell, ("s2", "a", 1, 1))])
    matrix, _ = imported(runs.assign(scale=["raw", "log2"]))
    assert sorted(matrix.var_names) == ["P1", "P2", "P3"]
    assert (quantity(matrix, "s1", "P1"), quantity(matrix, "s2", "P1")) == (1000, 2**12)
    assert matrix.var.loc["P1", ["gene", "n_peptides", "accessions"]].tolist() == [
        "A1BG",
        7,
        "P1;P9",
    ]
    assert np.isnan(quantity(matrix, "s1", "P3"))


def test_a_sample_without_any_quantity_is_carried_as_failed(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "Protein\ta\tb\nP1\t100\t0\nP2\t200\tNaN\n")
    matrix, _ = imported(runs_of(path, ("s1", "a", 1, 1), ("s2", "b", 1, 1)))
    assert matrix.obs["status"].tolist() == ["ok", "failed"]
    assert (
        matrix.obs["status_reason"].iloc[1] == f"no protein has a quantity in column 'b' of {path}"
    )


def test_groups_that_share_their_leading_protein_stay_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.tsv", "Protein\ta\nP1\t1000\nP1;P2\t5\nP1;P3\t6\nCON__P4\t7\nP4\t8\n"
    )
    matrix, _ = imported(runs_of(path, ("s1", "a", 1, 1)))
    assert matrix.var_names.tolist() == ["P1", "P1;P2", "P1;P3", "CON__P4", "P4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE html><html></html>", "is an HTML page"),
        (b"PK\x03\x04xlsx", "save an Excel sheet as CSV"),
        ("", "is empty"),
        ("Protein\ta\n", "has a header, but no proteins"),
        ("P1 P2 P3\n1 2 3\n", "'a' of run s1.f1.r1 is in no column"),
        ("Protein\ta\nP1\tx\n", "row 2: column 'a' holds 'x', which is no number"),
        ("Protein\ta\nP1\t-5\nP2\t1000\n", "negative intensities"),
        ("Protein\ta\ta\nP1\t1\t2\n", "column 'a' is there 2 times"),
        ("Protein\ta\nP1\t1\nP1\t2\n", "'P1' stands in the rows 2 and 3 with different quantities"),
        ("Protein\tb\ta\tc\nP1\t1\t2\t3\nP2\t1\n", "row 3: the last row has 2 of 4 cells"),
        ("Protein\ta\nP1\t1\t2\t3\nP2\t1\n", "row 2: has 4 cells"),
        ("Protein\tb\nP1\t7\n", "'a' of run s1.f1.r1 is in no column of the table"),
        ("Protein\ta\nP1\t0\nP2\tNaN\n", "none of the chosen columns holds a quantity"),
        ("Protein\ta\nREV__P1\t5\n", "no protein is left (1 rows, 0 kept"),
        (gzip.compress(b"Protein\ta\nP1\t5\n" * 50, mtime=0)[:-12], "Copy the file again"),
    ],
)
def test_bad_tables_get_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = write(tmp_path / "t.tsv", text)
    with pytest.raises(EvcargoError) as error:
        imported(runs_of(path, ("s1", "a", 1, 1)))
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_column_that_only_holds_the_name_is_offered_but_not_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "Protein\tEV1 area\tEV12 area\nP1\t1\t2\n")
    with pytest.raises(EvcargoError, match="Near: 'EV1 area', 'EV12 area'"):
        imported(runs_of(path, ("EV1", "", 1, 1)))


def test_one_column_for_two_runs(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "Protein\ta\nP1\t100\n")
    with pytest.raises(EvcargoError, match="is column 'a' of .* which run s1"):
        imported(runs_of(path, ("s1", "a", 1, 1), ("s2", "a", 1, 1)))


def test_a_format_that_the_table_does_not_have(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "Protein\ta\nP1\t100\n")
    with pytest.raises(EvcargoError, match="has not the columns of 'MaxQuant proteinGroups'"):
        imported(runs_of(path, ("s1", "a", 1, 1), kind="maxquant"))


def test_identifiers() -> None:
    assert members("sp|P1|A_HUMAN / sp|P2|B_HUMAN") == ["sp|P1|A_HUMAN", "sp|P2|B_HUMAN"]
    assert accession_of("CON__P35908v2") == "P35908"
    assert accession_of("CON__ENSEMBL:ENSBTAP00000024146") == "ENSBTAP00000024146"
    assert accession_of("sp|P02768-2|ALBU_HUMAN") == "P02768-2"
    assert taxon_of("tr|X|X_BOVIN") == "9913"
    assert taxon_of("sp|X|X_HUMAN", "x OX=10090 GN=y") == "10090"
    assert taxon_of("P12345") == ""
    assert gene_of("sp|P1|A_HUMAN x OX=9606 GN=CD9 PE=1 SV=2") == "CD9"
    assert described("sp|P1|A_HUMAN CD9 antigen OS=Homo sapiens OX=9606") == "CD9 antigen"
