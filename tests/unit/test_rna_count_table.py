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
    ],
)
def test_class_by_name(name: str, expected: str) -> None:
    assert feature_class(name, "rna") == expected
    assert feature_class(name, "transcripts") == "transcript"
