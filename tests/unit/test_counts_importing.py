"""Counts that come as tables, from the cells to the tables that later stages read."""

from pathlib import Path

import pytest
from counts_tables import LONG, as_text, examine, imported, read, runs_for, write

from evcargo.counts.runs import Run
from evcargo.errors import EvcargoError
from evcargo.identifiers.rna_classes import class_of_name


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_line_ends_and_separators(tmp_path: Path, end: str, separator: str) -> None:
    rows = [["id", "s1", "s2"], ["hsa-miR-21-5p", "5", "7"], ["hsa-let-7a-5p", "0", "1"]]
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbf" + end.join(separator.join(row) for row in rows).encode())
    assert read(path, "s1", "s2").counts.to_dict() == {
        "s1": {"hsa-miR-21-5p": 5, "hsa-let-7a-5p": 0},
        "s2": {"hsa-miR-21-5p": 7, "hsa-let-7a-5p": 1},
    }


def test_a_table_as_r_writes_it(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "s1\ts2\nhsa-miR-21-5p\t3\t4\n")
    assert read(path, "s1", "s2").counts.to_numpy().tolist() == [[3, 4]]


def test_replicates_are_summed_and_columns_chosen(tmp_path: Path) -> None:
    text = "id\ta.1\ta.2\tb\nhsa-miR-1-3p\t3\t4\t5\nhsa-miR-21-5p\t0\t1.0\t2e1\n"
    path = str(write(tmp_path / "t.tsv", text))
    runs = [Run("a.r1", "a", path, "a.1"), Run("a.r2", "a", path, "a.2"), Run("b", "b", path)]
    rows = imported(tmp_path, runs)["counts"].to_records(index=False).tolist()
    assert rows == [
        ("a", "hsa-miR-1-3p", "miRNA", 7),
        ("a", "hsa-miR-21-5p", "miRNA", 1),
        ("b", "hsa-miR-1-3p", "miRNA", 5),
        ("b", "hsa-miR-21-5p", "miRNA", 20),
    ]


def test_estimated_counts_are_rounded_after_replicates_were_summed(tmp_path: Path) -> None:
    rows = [["gene", "a.1", "a.2", "b"], ["HBB", 100.25, 0.35, 2.5], ["ACTB", 7, 0.2, 61.75]]
    path = str(write(tmp_path / "t.tsv", as_text(rows)))
    runs = [Run("a.r1", "a", path, "a.1"), Run("a.r2", "a", path, "a.2"), Run("b", "b", path)]
    counts = imported(tmp_path, runs, LONG)["counts"]
    assert counts["reads"].tolist() == [101, 7, 2, 62]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\ts\nhsa-miR-1-3p\t-1\n", "'s' holds -1 for hsa-miR-1-3p, and counts are never neg"),
        ("id\ts\nhsa-miR-1-3p\t\nhsa-miR-21-5p\t0\n", "row 2, column s: hsa-miR-1-3p has no count"),
        ("id\ts\nhsa-miR-1-3p\tinf\n", "hsa-miR-1-3p is 'inf', which is no count"),
        (
            "id\ts\nhsa-miR-1-3p\t5x7\nb\t1\n",
            "row 2, column s: hsa-miR-1-3p is '5x7', which is no count",
        ),
        ("id\tother\tmore\nx\t1\t2\n", "no column 's'.*It has other, more"),
        ("id\ts\nx\t1\nx\t2\n", "feature 'x' is on several rows with different counts"),
        ("id\ts\ts\nx\t1\t2\n", "column 's' is there more than once"),
        ("id\ts\nx\t1\ny\t1\t2\n", "row 3: has 3 cells, but the header names 2"),
        ("id\ts\nTotal\t5\n", "has no row with counts"),
        ("id\ts\n", "has a header, but no rows"),
        ("", "is empty"),
    ],
)
def test_bad_tables_end_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "t.tsv", text)
    with pytest.raises(EvcargoError, match=message) as caught:
        imported(tmp_path, runs_for(path, "s"))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("imported*"))
    # The dry run stops at the same.
    problem, remedy, _ = examine(runs_for(path, "s"))[1]["s"]
    assert f"{problem}. {remedy}" in f"{caught.value}."


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="cannot be read"):
        read(tmp_path / "none.tsv", "s")
    path = tmp_path / "t.tsv"
    path.write_bytes(bytes(range(256)) * 3)
    with pytest.raises(EvcargoError, match="is no text"):
        read(path, "s")


def test_empty_cells_of_joined_tables_are_zeros(tmp_path: Path) -> None:
    rows = [["id", "a", "b"], ["hsa-miR-1-3p", 5, "NA"], ["hsa-miR-21-5p", "", 7]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a", "b")
    assert table.counts.to_numpy().tolist() == [[5, 0], [0, 7]]
    assert "2 empty cells are read as 0, as no cell holds a 0" in table.notes


def test_genes_of_one_symbol_stay_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "id\ts\nGAPDH\t1\nALDOA\t2\nALDOA\t3\n")
    tables = imported(tmp_path, runs_for(path, "s"), LONG)
    counts = tables["counts"]
    assert dict(zip(counts["feature"], counts["reads"], strict=True)) == {
        "GAPDH": 1,
        "ALDOA": 2,
        "ALDOA.2": 3,
    }
    assert tables["features"]["gene"].tolist() == ["GAPDH", "ALDOA", "ALDOA"]


def gene_tables(folder: Path, *texts: str) -> list[Run]:
    return [
        Run(f"s{number}", f"s{number}", str(write(folder / f"t{number}.tsv", text)))
        for number, text in enumerate((f"id\ts{at}\n{text}" for at, text in enumerate(texts, 1)), 1)
    ]


def test_a_symbol_that_looks_renamed_keeps_its_name(tmp_path: Path) -> None:
    runs = gene_tables(tmp_path, "G\t1\nG\t2\nG.2\t3\nG\t4\n", "G.4\t5\n")
    rows = imported(tmp_path, runs, LONG)["counts"]
    reads_of = dict(
        zip(zip(rows["sample"], rows["feature"], strict=True), rows["reads"], strict=True)
    )
    assert reads_of == {
        ("s1", "G"): 1,
        ("s1", "G.3"): 2,
        ("s1", "G.2"): 3,
        ("s1", "G.5"): 4,
        ("s2", "G.4"): 5,
    }


def test_repeated_symbols_in_tables_of_one_order(tmp_path: Path) -> None:
    runs = gene_tables(tmp_path, "A\t9\nG\t1\nB\t7\nG\t2\n", "G\t3\nB\t8\nG\t4\nC\t1\n")
    rows = imported(tmp_path, runs, LONG)["counts"]
    wide = rows.pivot(index="feature", columns="sample", values="reads")
    assert wide.loc["G"].tolist() == [1, 3]
    assert wide.loc["G.2"].tolist() == [2, 4]


@pytest.mark.parametrize(
    "second",
    [
        "B\t8\nG\t4\nG\t3\n",  # another order: the first G may be either gene
        "G\t3\nB\t8\n",  # one of the two genes is not there
    ],
)
def test_repeated_symbols_in_another_order_are_refused(tmp_path: Path, second: str) -> None:
    runs = gene_tables(tmp_path, "G\t1\nB\t7\nG\t2\n", second)
    with pytest.raises(EvcargoError, match=r"t2.tsv: feature 'G' is on several rows here or in"):
        imported(tmp_path, runs, LONG)
    assert list(examine(runs, LONG)[1]) == ["s2"]


def test_features_that_a_table_lacks_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("HBB", "ACTB", "GAPDH", "PPBP")
    parts = ((0, 1, 2), (0, 1, 3), (0,))
    texts = ["".join(f"{names[at]}\t1\n" for at in part) for part in parts]
    imported(tmp_path, gene_tables(tmp_path, *texts), LONG)
    messages = [text.replace(f"{tmp_path}/", "").split(". They")[0] for text in caplog.messages]
    assert messages == [
        "t1.tsv: lacks 1 of the 4 features of all tables, e.g. ['PPBP']",
        "t2.tsv: lacks 1 of the 4 features of all tables, e.g. ['GAPDH']",
        "t3.tsv: lacks 3 of the 4 features of all tables, e.g. ['ACTB', 'GAPDH', 'PPBP']",
    ]
    caplog.clear()
    imported(tmp_path, gene_tables(tmp_path, texts[0]), LONG)
    assert not caplog.messages


def test_names_of_no_known_rna_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "t.tsv", "id\ts\nxyzzy-5\t1\nfrobnic\t2\nhsa-miR-21-5p\t3\n")
    imported(tmp_path, runs_for(path, "s"))
    assert "2 of 3 names are of no known RNA, e.g. ['frobnic', 'xyzzy-5']" in caplog.text


def test_rows_that_are_no_features_go_to_the_funnel(tmp_path: Path) -> None:
    rows = [["miRNA", "a.1", "a.2", "b"], ["hsa-miR-21-5p", 5, 6, 7], ["hsa-miR-451a", 1, 1, 1]]
    rows += [["", "", "", ""], ["Summe", 6, 7, 8], ["__no_feature", 10, 20, 30]]
    path = str(write(tmp_path / "t.csv", as_text(rows, ";")))
    runs = [Run("a.r1", "a", path, "a.1"), Run("a.r2", "a", path, "a.2"), Run("b", "b", path)]
    tables = imported(tmp_path, runs)
    assert set(tables["counts"]["feature"]) == {"hsa-miR-21-5p", "hsa-miR-451a"}
    assert tables["funnel"].to_records(index=False).tolist() == [
        ("a", "Summe", "total of the rows", 13),
        ("a", "__no_feature", "counter of reads without a feature", 30),
        ("b", "Summe", "total of the rows", 8),
        ("b", "__no_feature", "counter of reads without a feature", 30),
    ]


def test_the_name_of_a_column_may_be_that_of_a_gene(tmp_path: Path) -> None:
    rows = [["gene", "C3", "FGB"], ["C3", 10, 20], ["FGB", 30, 40], ["gene", "C3", "FGB"]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "C3", "FGB", assay=LONG)
    assert table.counts.index.tolist() == ["C3", "FGB"]


@pytest.mark.parametrize("names", [("1", "2"), ("7",)])
def test_samples_that_are_numbers(tmp_path: Path, names: tuple[str, ...]) -> None:
    rows = [["id", *names], ["hsa-miR-21-5p", *names], ["hsa-miR-451a", *("5" for _ in names)]]
    path = write(tmp_path / "t.tsv", as_text([*rows, rows[0]]))
    assert read(path, *names).counts.index.tolist() == ["hsa-miR-21-5p", "hsa-miR-451a"]
    r_names = write(
        tmp_path / "r.tsv", as_text([["id", *(f"X{name}" for name in names)], *rows[1:]])
    )
    assert read(r_names, *names).counts.equals(read(path, *names).counts)


def test_a_feature_that_is_the_sum_of_the_others_stays(tmp_path: Path) -> None:
    names = ["hsa-let-7b-5p", "hsa-let-7c-5p", "hsa-let-7d-5p", "hsa-let-7e-5p", "hsa-let-7f-5p"]
    rows = [["id", "a"], ["hsa-miR-21-5p", 6], *([name, 1] for name in names)]
    rows += [["hsa-let-7i-5p", 1]]
    table = read(write(tmp_path / "t.tsv", as_text(rows)), "a")
    assert len(table.counts) == 7


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hsa-miR-21-5p", "miRNA"),
        ("mmu-mir-6341", "miRNA"),
        ("hsa-let-7a-5p", "miRNA"),
        ("cel-miR-39-3p", "spike_in"),
        ("tRNA-Gly-GCC", "tRNA"),
        ("RNY4", "Y_RNA"),
        ("5S", "rRNA"),
        ("hsa-piR-23317", "piRNA"),
        ("SNORD44", "snoRNA"),
        ("SCARNA2", "snoRNA"),
        ("VTRNA1-1", "vault"),
        ("RNU6-1", "snRNA"),
        ("RN7SK", "snRNA"),
        ("GAPDH", "other"),
        ("miR-21-5p", "miRNA"),
        ("let-7a-5p", "miRNA"),
        ("MIR-21", "miRNA"),
        ("miR21", "miRNA"),
        ("ebv-miR-BART1-5p", "miRNA"),
        ("hsv1-miR-H1-5p", "miRNA"),
        ("Hsa-Mir-21_5p", "miRNA"),
        ("Hsa-Let-7-P1b_5p", "miRNA"),
        ("MIR21", "miRNA_precursor"),
        ("Mir21a", "miRNA_precursor"),
        ("MIRLET7A1", "miRNA_precursor"),
        ("MIR548AA1", "miRNA_precursor"),
        ("MIR1-1", "miRNA_precursor"),
        ("MIR22HG", "other"),
        ("MIR17HG", "other"),
        ("Mir17hg", "other"),
        ("MIRLET7BHG", "other"),
        ("hsa_piR_016659", "piRNA"),
        ("piR-hsa-1", "piRNA"),
        ("Homo_sapiens_tRNA-Gly-GCC-1-1", "tRNA"),
        ("mt-tRNA-Phe-GAA", "tRNA"),
        ("nmt-tRNA-Gln-TTG-1", "tRNA"),
        ("tsRNA-1", "tRNA"),
        ("tRF-30-XYZ", "tRNA"),
        ("MT-TL1", "tRNA"),
        ("U6", "snRNA"),
        ("U6atac", "snRNA"),
        ("7SK", "snRNA"),
        ("U3", "snoRNA"),
        ("U2AF1", "other"),
        ("LET", "other"),
        ("MTOR", "other"),
        ("TRAF6", "other"),
        ("lin-28", "other"),
    ],
)
def test_class_by_name(name: str, expected: str) -> None:
    assert class_of_name(name) == expected
