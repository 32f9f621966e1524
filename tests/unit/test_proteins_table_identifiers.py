"""Proteins by any name in any column: the same features come out."""

from pathlib import Path

import numpy as np
import pytest
from protein_matrices import SAMPLES, amounts, written
from proteins_tables_helpers import all_imported, genes_of, one_each, write

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.naming import Naming

RAW = amounts(120)


def accessions() -> list[str]:
    return [genes_of().resolve(symbol).accession for symbol in RAW.index]


def styles() -> dict[str, list[str]]:
    found = [genes_of().resolve(symbol) for symbol in RAW.index]
    return {
        "symbol": list(RAW.index),
        "accession": [g.accession for g in found],
        "sp|accession|entry": [f"sp|{g.accession}|{g.entry_name}" for g in found],
        "accession|entry": [f"{g.accession}|{g.entry_name}" for g in found],
        "entry": [g.entry_name for g in found],
    }


@pytest.mark.parametrize("style", list(styles()))
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("order", ["first", "last"])
def test_any_writing_gives_the_same_matrix(
    tmp_path: Path, style: str, decimal: str, encoding: str, order: str
) -> None:
    """Locale, encoding, line ends, order of columns and rows, style of identifiers."""
    table = RAW.set_axis(styles()[style]).rename_axis("Größe")
    table = table[SAMPLES[::-1]].reset_index()
    if order == "last":
        table = table[[*SAMPLES, "Größe"]].iloc[::-1]
    text = table.to_csv(sep=";" if decimal == "," else ",", decimal=decimal, index=False)
    path = write(tmp_path / "m.csv", text.replace("\n", "\r\n").encode(encoding))
    matrix = all_imported(one_each(path, *SAMPLES)).matrix[SAMPLES]
    held = RAW.notna().any(axis=1).to_numpy()
    wanted = RAW.set_axis(accessions())[held]
    found = matrix.to_df().T
    assert sorted(found.index) == sorted(wanted.index)
    assert np.allclose(found.loc[wanted.index, SAMPLES], wanted, equal_nan=True, rtol=1e-12)
    assert matrix.var.loc[wanted.index, "gene"].tolist() == RAW.index[held].tolist()


@pytest.mark.parametrize("title", ["Feature_ID", "whatever", "", "Protein", "Accession"])
def test_symbols_under_any_title(tmp_path: Path, title: str) -> None:
    matrix = all_imported(written(RAW, tmp_path / "m.tsv", title=title)).matrix
    assert set(matrix.var["gene"]) <= set(RAW.index) and "CD9" in set(matrix.var["gene"])


def test_running_numbers_and_intensities_name_nothing(tmp_path: Path) -> None:
    table = RAW.rename_axis("Gene names").reset_index()
    table.insert(0, "No.", range(1, len(table) + 1))
    table.insert(1, "Area", 1e6)
    path = tmp_path / "m.csv"
    table.to_csv(path)  # R's row names come first, under no title
    matrix = all_imported(one_each(path, *SAMPLES)).matrix
    assert {"CD9", "ALB"} <= set(matrix.var["gene"])
    numbers = table[["No.", *SAMPLES]]
    numbers.to_csv(tmp_path / "n.csv", index=False)
    with pytest.raises(EvcargoError, match="no column names the proteins"):
        all_imported(one_each(tmp_path / "n.csv", *SAMPLES))


@pytest.mark.parametrize("dots", [True, False])
def test_columns_as_r_and_janitor_write_them(tmp_path: Path, dots: bool) -> None:
    plain = ["Protein IDs", "Gene names", "Reverse", "LFQ intensity A1", "LFQ intensity A2"]
    names = [n.replace(" ", "." if dots else "_") for n in plain]
    rows = "P21926\tCD9\t\t100000\t200000\nP08962\tCD63\t+\t5000\t6000\n"
    path = write(tmp_path / "pg.txt", "\t".join(names) + "\n" + rows)
    done = all_imported(one_each(path, names[3], names[4]))
    assert done.filters["engine"].iloc[0] == "MaxQuant proteinGroups"
    assert done.matrix.var_names.tolist() == ["P21926"]  # the reversed one is left out


@pytest.mark.parametrize(
    ("group", "genes", "leading", "gene"),
    [
        ("V9HVY1;P02675", "HEL-S-78p;FGB", "P02675", "FGB"),
        ("P02768-2;P02768", "ALB", "P02768-2", "ALB"),
        ("CON__P02769;P02768", "ALB", "P02769", "ALB"),  # bovine stays bovine
        ("P02768;P02787", "ALB;TF", "P02768", "ALB;TF"),
        ("P02768|P02787", "", "P02768", "ALB;TF"),
        ("P02768:P02787", "", "P02768", "ALB;TF"),
        ("P02768 P02787", "", "P02768", "ALB;TF"),
        ("P02768 / P02787", "", "P02768", "ALB;TF"),
        ("ENSG00000163631.18", "", "ENSG00000163631", "ALB"),
        ("V9HWA9_HUMAN", "", "V9HWA9", "C3"),
        ("Q15019", "2-Sep", "Q15019", "SEPTIN2"),
        ("Q15019", "SEPT2 NEDD5", "Q15019", "SEPTIN2"),
        ("XYZ123", "alien", "XYZ123", "alien"),
    ],
)
def test_leading_members_and_their_genes(group: str, genes: str, leading: str, gene: str) -> None:
    named = Naming(genes_of(), {"P02769": "9913"}).name(group, genes, "")
    assert named.gene == gene
    assert named.accessions[0] == leading or leading.startswith("ENSG")


def test_groups_of_one_gene_stay_apart_and_accessions_twice_are_refused(tmp_path: Path) -> None:
    twice = [*RAW.index[:-1], "CD9"]
    done = all_imported(written(RAW, tmp_path / "m.tsv", twice))
    assert {"CD9 (1)", "CD9 (2)"} <= set(done.matrix.var_names)
    assert (done.matrix.var["gene"] == "CD9").sum() == 2
    again = [*accessions()[:-1], accessions()[0]]
    with pytest.raises(EvcargoError, match="stands in the rows 2 and 121 with different") as caught:
        all_imported(written(RAW, tmp_path / "a.tsv", again))
    assert "Keep one row" not in str(caught.value)
    peptides = [symbol for symbol in RAW.index[:40] for _ in range(3)]
    with pytest.raises(EvcargoError, match="rows of peptides, sites or isoforms"):
        all_imported(written(RAW, tmp_path / "p.tsv", peptides))


def test_dates_of_a_spreadsheet_are_named_with_their_genes(tmp_path: Path) -> None:
    names = [*RAW.index[:-3], "1-Mar", "1-Mar", "44441"]
    done = all_imported(written(RAW, tmp_path / "m.tsv", names))
    (note,) = done.notes
    assert "'1-Mar', 2 times, may be MARCHF1 or MTARC1" in note and "'44441' may be" in note
    assert done.matrix.n_vars == RAW.notna().any(axis=1).sum()


def test_rows_that_are_no_features_go_to_the_funnel_by_name(tmp_path: Path) -> None:
    table = RAW.fillna(0)
    table.loc["Total"] = table.sum()
    table.loc["all proteins of the run"] = table.drop(index="Total").sum()
    table.loc["Mean"] = table.iloc[:-2].mean()
    done = all_imported(written(table, tmp_path / "m.tsv"))
    told = " ".join(done.filters["filter"])
    for name in ("'Total' (total of the rows)", "'Mean' (statistic", "'all proteins of the run'"):
        assert name in told
    assert done.matrix.n_vars == (RAW.fillna(0) > 0).any(axis=1).sum()


def test_members_of_a_group_in_rows_of_their_own_are_one_feature(tmp_path: Path) -> None:
    table = RAW.dropna().copy()
    table.iloc[1] = table.iloc[0]
    done = all_imported(written(table, tmp_path / "m.tsv"))
    assert done.matrix.n_vars == len(table) - 1
    assert done.matrix.var["accessions"].str.contains(";").sum() == 1


def test_words_that_nobody_knows_are_taken_and_told(tmp_path: Path) -> None:
    words = [f"word{number} thing" for number in range(len(RAW))]
    matrix = all_imported(written(RAW, tmp_path / "m.tsv", words)).matrix
    assert not any(genes_of().resolve(gene) for gene in matrix.var["gene"])
    assert matrix.var_names[0] == "word0 thing"


def test_a_table_in_the_case_of_another_organism(tmp_path: Path) -> None:
    names = [symbol.capitalize() for symbol in RAW.index]
    matrix = all_imported(written(RAW, tmp_path / "m.tsv", names)).matrix
    assert {"CD9", "ALB"} <= set(matrix.var["gene"])
    assert "gene_in_table" in matrix.var


def test_an_alias_adds_no_gene_where_accessions_tell_them(tmp_path: Path) -> None:
    """ACT1 of yeast beside human actins is not TRAF3IP2, that was once called so."""
    lines = ["Protein.Group\tGenes\tA1", "P63267;P68133;P60010\tACT1;ACTA1;ACTG2\t5e6"]
    lines += ["P21926\tCD9\t4e6", "P08962\tMLA1\t3e6"]  # MLA1: an alias of CD63
    path = write(tmp_path / "pg.tsv", "\n".join(lines) + "\n")
    genes = all_imported(one_each(path, "A1")).matrix.var["gene"].tolist()
    assert "TRAF3IP2" not in ";".join(genes)
    assert {"ACTA1", "ACTG2"} <= set(genes[0].split(";"))
    assert genes[1:] == ["CD9", "CD63"]
