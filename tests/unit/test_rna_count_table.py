"""Count tables of other pipelines."""

from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.count_table import Column, feature_class, import_counts, read_count_table
from evcargo.tables import read_table


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_line_ends_and_separators(tmp_path: Path, end: str, separator: str) -> None:
    rows = [["id", "s1", "s2"], ["hsa-miR-21-5p", "5", "7"], ["hsa-let-7a-5p", "0", "1"]]
    path = tmp_path / "t.txt"
    path.write_bytes(b"\xef\xbb\xbf" + end.join(separator.join(row) for row in rows).encode())
    table = read_count_table(path)
    assert table.to_dict() == {
        "s1": {"hsa-miR-21-5p": "5", "hsa-let-7a-5p": "0"},
        "s2": {"hsa-miR-21-5p": "7", "hsa-let-7a-5p": "1"},
    }


def test_a_table_as_r_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("s1\ts2\nmiR-1\t3\t4\n")
    assert read_count_table(path).columns.tolist() == ["s1", "s2"]


def test_replicates_are_summed_and_columns_chosen(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("id\ta.1\ta.2\tb\nhsa-miR-1-3p\t3\t4\t5\nhsa-miR-2\t0\t1.0\t2e1\n")
    out = tmp_path / "imported.tsv"
    columns = [Column("a", str(path), "a.1"), Column("a", str(path), "a.2"), Column("b", str(path))]
    import_counts(columns, "rna", out)
    rows = read_table(out, "imported_counts").to_records(index=False).tolist()
    assert rows == [
        ("a", "hsa-miR-1-3p", "miRNA", 7),
        ("a", "hsa-miR-2", "miRNA", 1),
        ("b", "hsa-miR-1-3p", "miRNA", 5),
        ("b", "hsa-miR-2", "miRNA", 20),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\ts\nx\t1.5\n", "x is '1.5', not a count"),
        ("id\ts\nx\t-1\n", "not a count"),
        ("id\ts\nx\t\n", "not a count"),
        ("id\ts\nx\tinf\n", "not a count"),
        ("id\tother\nx\t1\n", "no column 's'.*one of: other"),
        ("id\ts\nx\t1\nx\t2\n", "feature 'x' occurs more than once"),
        ("id\ts\ts\nx\t1\t2\n", "column 's' occurs more than once"),
        ("id\ts\nx\t1\ny\t1\t2\n", "row 3: 3 cells, but 2 columns"),
        ("id\ts\n", "not a table of counts"),
        ("", "not a table of counts"),
    ],
)
def test_bad_tables_end_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "t.tsv"
    path.write_text(text)
    with pytest.raises(EvcargoError, match=said) as caught:
        import_counts([Column("s", str(path))], "rna", tmp_path / "out.tsv")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.tsv").exists()


def test_genes_of_one_symbol_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("id\ts\nGapdh\t1\nAldoa\t2\nAldoa\t3\n")
    import_counts([Column("s", str(path))], "transcripts", tmp_path / "out.tsv")
    rows = read_table(tmp_path / "out.tsv", "imported_counts")
    assert dict(zip(rows["feature"], rows["reads"], strict=True)) == {
        "Gapdh": 1,
        "Aldoa": 2,
        "Aldoa.2": 3,
    }


def gene_tables(folder: Path, *texts: str) -> list[Column]:
    columns = []
    for number, text in enumerate(texts, 1):
        path = folder / f"t{number}.tsv"
        path.write_text(f"id\ts{number}\n{text}")
        columns.append(Column(f"s{number}", str(path)))
    return columns


def test_a_symbol_that_looks_renamed_keeps_its_name(tmp_path: Path) -> None:
    columns = gene_tables(tmp_path, "G\t1\nG\t2\nG.2\t3\nG\t4\n", "G.4\t5\n")
    import_counts(columns, "transcripts", tmp_path / "out.tsv")
    rows = read_table(tmp_path / "out.tsv", "imported_counts")
    found = dict(zip(zip(rows["sample"], rows["feature"], strict=True), rows["reads"], strict=True))
    assert found == {
        ("s1", "G"): 1,
        ("s1", "G.3"): 2,
        ("s1", "G.2"): 3,
        ("s1", "G.5"): 4,
        ("s2", "G.4"): 5,
    }


def test_repeated_symbols_in_tables_of_one_order(tmp_path: Path) -> None:
    columns = gene_tables(tmp_path, "A\t9\nG\t1\nB\t7\nG\t2\n", "G\t3\nB\t8\nG\t4\nC\t1\n")
    import_counts(columns, "transcripts", tmp_path / "out.tsv")
    rows = read_table(tmp_path / "out.tsv", "imported_counts")
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
    columns = gene_tables(tmp_path, "G\t1\nB\t7\nG\t2\n", second)
    with pytest.raises(EvcargoError, match=r"t2.tsv: feature 'G' is on several rows here or in"):
        import_counts(columns, "transcripts", tmp_path / "out.tsv")


def test_features_that_a_table_lacks_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    columns = gene_tables(tmp_path, "A\t1\nB\t2\nC\t3\n", "A\t1\nB\t2\nD\t3\n", "A\t1\n")
    import_counts(columns, "transcripts", tmp_path / "out.tsv")
    said = [one.replace(f"{tmp_path}/", "").split(". They")[0] for one in caplog.messages]
    assert said == [
        "t1.tsv: lacks 1 of the 4 features of all tables, e.g. ['D']",
        "t2.tsv: lacks 1 of the 4 features of all tables, e.g. ['C']",
        "t3.tsv: lacks 3 of the 4 features of all tables, e.g. ['B', 'C', 'D']",
    ]
    caplog.clear()
    import_counts(columns[:1], "transcripts", tmp_path / "out.tsv")
    assert not caplog.messages


def test_names_of_no_known_small_rna_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import_counts(gene_tables(tmp_path, "GAPDH\t1\nACTB\t2\n"), "rna", tmp_path / "out.tsv")
    assert "no name is that of a known small RNA, e.g. ['ACTB', 'GAPDH']" in caplog.text
    caplog.clear()
    import_counts(gene_tables(tmp_path, "GAPDH\t1\nmiR-21-5p\t2\n"), "rna", tmp_path / "out.tsv")
    assert not caplog.messages


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_count_table(tmp_path / "none.tsv")
    path = tmp_path / "t.tsv"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_count_table(path)


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
    assert feature_class(name, "rna") == expected
    assert feature_class(name, "transcripts") == "transcript"
