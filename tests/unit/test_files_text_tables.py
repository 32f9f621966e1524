"""One reader of text tables: whatever wrote them, the same cells come out."""

import bz2
import csv
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evcargo.errors import EvcargoError
from evcargo.files.text_chunks import read_chunks
from evcargo.files.text_tables import TextTable, read_text_table, split_cells

ROWS = [["name", "S1", "S2"], ["Größe", "1", "2"], ["b;c", "", "4"], ["d,e", "5", "6"]]


def cells_of(table: TextTable) -> list[list[str]]:
    rows = [row for _, row in table.rows()]
    assert table.frame().to_numpy().tolist() == rows
    assert table.frame().columns.tolist() == list(table.columns)
    if not table.repeated_columns:
        chunks = list(read_chunks(table, table.columns, size=2))
        assert [row for chunk in chunks for row in chunk.to_numpy().tolist()] == rows
        assert [line for chunk in chunks for line in chunk.index] == [
            line for line, _ in table.rows()
        ]
    return [list(table.columns), *rows]


def as_text(delimiter: str = "\t", end: str = "\n") -> str:
    def cell(text: str) -> str:
        return f'"{text}"' if delimiter in text else text

    return "".join(delimiter.join(map(cell, row)) + end for row in ROWS)


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_encoding_and_line_end(
    tmp_path: Path, delimiter: str, encoding: str, end: str
) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(as_text(delimiter, end).encode(encoding))
    assert cells_of(read_text_table(path)) == ROWS


def test_mac_roman(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(as_text(end="\r").encode("mac_roman"))
    assert cells_of(read_text_table(path)) == ROWS


@pytest.mark.parametrize(
    ("name", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_compressed(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"t.tsv.{name}"
    path.write_bytes(pack(as_text().encode()))
    assert cells_of(read_text_table(path)) == ROWS
    path.write_bytes(pack(as_text().encode() * 5000)[:-20])
    with pytest.raises(EvcargoError, match="damaged or cut"):
        cells_of(read_text_table(path))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("#miRNA\tC1\nhsa-miR-1\t5\n", [["miRNA", "C1"], ["hsa-miR-1", "5"]]),
        ("# Program:x; y\nid\tC1\na\t5\n", [["id", "C1"], ["a", "5"]]),
        (
            "id,T1,T2,,\na,1,2,,\n,,,,\nb,3,4,,\n",
            [["id", "T1", "T2"], ["a", "1", "2"], ["b", "3", "4"]],
        ),
        ('"","S1"\n"a",5\n', [["column 1", "S1"], ["a", "5"]]),
        (
            "S1\tS2\na\t1\t2\nb\t3\t4\n",
            [["row name", "S1", "S2"], ["a", "1", "2"], ["b", "3", "4"]],
        ),
        (
            '"S1" "S2"\n"a b" 1 2\n"c" 3 4\n',
            [["row name", "S1", "S2"], ["a b", "1", "2"], ["c", "3", "4"]],
        ),
        ("sep=;\nid;T1\na;1,5\n", [["id", "T1"], ["a", "1,5"]]),
        (
            "id;T1;T2\na;1,5;2,5\nb;3,5;4,5\n",
            [["id", "T1", "T2"], ["a", "1,5", "2,5"], ["b", "3,5", "4,5"]],
        ),
        (
            "id,T1,T2\nA;B,1,2\nC;D,3,4\n",
            [["id", "T1", "T2"], ["A;B", "1", "2"], ["C;D", "3", "4"]],
        ),
        ('id,T1\n"two\nlines",5\n', [["id", "T1"], ["two\nlines", "5"]]),
        ('id,T1\n"a,b\nc",5\n', [["id", "T1"], ["a,b\nc", "5"]]),
        (
            'id,T1,T2\n"a,b",5,\n"c,d",6,\n',
            [["id", "T1", "T2"], ["a,b", "5", ""], ["c,d", "6", ""]],
        ),
        ('id,T1,T2\n"a,b",5\n"c",6\n', [["id", "T1", "T2"], ["a,b", "5", ""], ["c", "6", ""]]),
        ('"id","T1"\n"a ""b""","5"\n"","6"\n', [["id", "T1"], ['a "b"', "5"], ["", "6"]]),
        ("id\tT1\n5\" long\t5\n3' end\t6\n", [["id", "T1"], ['5" long', "5"], ["3' end", "6"]]),
        ("id\tT1\tT2\na\t1\n\nb\t2\t3\n", [["id", "T1", "T2"], ["a", "1", ""], ["b", "2", "3"]]),
    ],
)
def test_shapes(tmp_path: Path, text: str, cells: list[list[str]]) -> None:
    path = tmp_path / "t.txt"
    path.write_text(text)
    assert cells_of(read_text_table(path)) == cells


def test_row_numbers_are_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("# a\n\nid\tT1\n\na\t1\n")
    table = read_text_table(path)
    assert (table.header_line, [line for line, _ in table.rows()]) == (3, [5])
    assert table.preamble == ((1, "# a"),)


def test_the_line_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("# a\nid,T1\n\na,1\n,\nb,2\n")
    table = read_text_table(path)
    assert [table.line_of(row) for row in (0, 1)] == [4, 6]


def test_a_table_without_header(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("N_unmapped\t5\t6\nENSG1\t1\t2\n")
    table = read_text_table(path).without_header()
    assert cells_of(table) == [
        ["column 1", "column 2", "column 3"],
        ["N_unmapped", "5", "6"],
        ["ENSG1", "1", "2"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("only one column\na\nb\n", "no table"),
        ('"id,T1"\n"a,1"\n', "each line is one cell in quotes"),
        ("id\tT1\na\t1\nb\t2\nc\t1\t7\n", "'7' stands below no name"),
        ("id\tT1\tT2\na\t1\t2\nb\t3\t4\nc\t5\n", "the file is cut"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.tsv"
    path.write_text(text)
    with pytest.raises(EvcargoError, match=message):
        cells_of(read_text_table(path))


COMMAS = "protein,sequence,charge,run,area\n"


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ([2, 2, 2, 2, 2, 2], "row 2: has 7 cells, but the header in row 1 names 5 columns"),
        ([1, 1, 1, 1, 1, 1], "row 2: has 6 cells, but the header names 5 columns"),
        ([0, 0, 1, 1, 1, 1], "row 4: has 6 cells, but the header names 5 columns"),
        ([0, 0, 0, 0, 2, 0], "row 6: has 7 cells, but the header names 5 columns"),
        ([1, 2, 2, 2, 2, 2], "row 3: has 7 cells"),
    ],
)
def test_commas_in_names_without_quotes_are_refused(
    tmp_path: Path, extra: list[int], message: str
) -> None:
    """Their rows are no header, no row names of R, and no table separated by bars or blanks."""
    path = tmp_path / "t.csv"
    rows = [
        f"sp|P{at // 2}|X_HUMAN [Site=3{', Rank=1' * commas}],PEPTIDEK,2,run{at % 2},10{at}\n"
        for at, commas in enumerate(extra)
    ]
    path.write_text(COMMAS + "".join(rows))
    with pytest.raises(EvcargoError, match=message):
        cells_of(read_text_table(path))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("project,plate,operator\ngene,1,2,3,4\nCD9,5,6,7,8\n", ("gene", "1", "2", "3", "4")),
        ("group,a,b,c\ngene,12,15,17\nCD9,5,6,7\n", ("group", "a", "b", "c")),
        ("id|T1|T2\na,b;c|1|2\nd|3|4\n", ("id", "T1", "T2")),
    ],
)
def test_what_looks_like_commas_in_names_but_is_none(
    tmp_path: Path, text: str, columns: tuple[str, ...]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert read_text_table(path).columns == columns


def test_a_repeated_column_is_named_when_it_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("id\tT1\tT1\na\t1\t2\n")
    table = read_text_table(path)
    assert table.repeated_columns == ("T1",)
    with pytest.raises(EvcargoError, match="column 'T1' is there 2 times"):
        table.place("T1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(
            st.text("abcäµ 12.", min_size=1, max_size=5).map(str.strip), min_size=3, max_size=3
        ),
        min_size=2,
        max_size=6,
    ),
    st.sampled_from(["\t", ",", ";"]),
    st.sampled_from(["utf-8-sig", "utf-16", "cp1252"]),
)
def test_any_cells_come_back(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    rows = [[cell or "x" for cell in row] for row in [["id", "S1", "S2"], *rows]]
    path = tmp_path / "t.csv"
    path.write_bytes("".join(delimiter.join(row) + "\r\n" for row in rows).encode(encoding))
    assert cells_of(read_text_table(path)) == rows


def test_a_quoted_cell_may_be_as_long_as_it_is() -> None:
    """Lists of GO terms are longer than the limit of the csv module."""
    csv.field_size_limit(131072)
    cells = split_cells(f'P1\t"{"GO:0005515;" * 20_000}"\t7', "\t")
    assert len(cells) == 3 and len(cells[1]) == 220_000
