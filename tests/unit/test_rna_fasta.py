"""Reference FASTA files as users have them."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.fasta import Sequence, read_fasta


def test_cleaning(tmp_path: Path) -> None:
    path = tmp_path / "r.fa"
    path.write_bytes(
        b"\xef\xbb\xbf>a first\r\nacgu\r\nAC GT\r\n\r\n>b\nACRYKGTN\n>a again\nACGTACGT\n>a\nTTTT\n"
    )
    assert read_fasta(path) == [
        Sequence("a", "ACGTACGT"),
        Sequence("b", "ACNNNGTN"),
        Sequence("a.2", "TTTT"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b">a\rACGT\rAC\r>b\rGG\r", [("a", "ACGTAC"), ("b", "GG")]),  # of old Macs
        (b">a\n--AC-GU..\nA.\n", [("a", "ACGTA")]),  # a row of an alignment
        (b">a\n AC\tGT \n", [("a", "ACGT")]),
        (b"\n\n>\nAC\n> \t\nGG\n", [("line3", "AC"), ("line5", "GG")]),
        (b"> \ta b\nAC\n", [("a", "AC")]),
        (b"; a comment\n>a\nAC\n;more\nGT\n", [("a", "ACGT")]),
        (b">a\nACGT", [("a", "ACGT")]),  # no line end
    ],
)
def test_what_is_cleaned(tmp_path: Path, content: bytes, expected: list[tuple[str, str]]) -> None:
    path = tmp_path / "r.fa"
    path.write_bytes(content)
    assert [(one.name, one.letters) for one in read_fasta(path)] == expected


def test_records_without_letters_are_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "r.fa"
    path.write_bytes(b">a\n>b\nAC\n>c\n---\n")
    assert [one.name for one in read_fasta(path)] == ["b"]
    assert "2 records hold no letters: ['a', 'c']" in caplog.text


def test_a_large_file_is_not_kept_as_lines(tmp_path: Path) -> None:
    """Two million letters in lines of 20: as a list of lines, they would take 7 MB."""
    path = tmp_path / "r.fa"
    path.write_text(">a\n" + "ACGTACGTACGTACGTACGT\n" * 100_000)
    tracemalloc.start()
    (record,) = read_fasta(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(record.letters) == 2_000_000
    assert most < 14_000_000  # StringIO holds 4 bytes a letter until the record ends


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "r.fa.gz"
    path.write_bytes(gzip.compress(b">x\nACGU\n"))
    assert read_fasta(path) == [Sequence("x", "ACGT")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html>\n<html></html>\n", "looks like a web page"),
        (b"@r\nACGT\n+\nIIII\n", "looks like FASTQ"),
        (b"LOCUS       NR_002716  191 bp\n", "looks like GenBank"),
        (b"ID   X03205; SV 1; linear\n", "looks like EMBL"),
        (b"##gff-version 3\nchr1\t.\tmiRNA\n", "looks like GFF"),
        (b"# STOCKHOLM 1.0\n", "looks like an alignment"),
        (b"ACGTACGT\n", "first line is 'ACGTACGT'"),
        (b"PK\x03\x04\x14\x00\x06\x00plain", "zip"),
        (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", "Unpack this zip file"),
        (b">p\nMKACDGHKS\nRRKDV\n", "mostly of letters of ambiguity"),
        (b">p\n1 ACGT 5\n", "holds '1', which is no nucleotide"),
        (b">p\nMKLEFPQ\n", "amino acids"),
        (b">p\nAC!T\n", "no nucleotide"),
        (b"", "holds no sequence"),
        (b">only a header\n", "holds no sequence"),
        (b"\x00\xff\xfe\x01", "cannot be read"),
    ],
)
def test_what_is_no_nucleotide_fasta_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.fa"
    path.write_bytes(content)
    with pytest.raises(EvcargoError, match=said) as caught:
        read_fasta(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_truncated_files(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_fasta(tmp_path / "none.fa")
    path = tmp_path / "cut.fa.gz"
    path.write_bytes(gzip.compress(b">x\n" + b"ACGT" * 5000)[:30])
    with pytest.raises(EvcargoError, match="cannot be read"):
        read_fasta(path)
