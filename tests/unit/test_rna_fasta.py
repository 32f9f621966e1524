"""Reference FASTA files as users have them."""

import gzip
from pathlib import Path

import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.fasta import Sequence, read_fasta


def test_cleaning(tmp_path: Path) -> None:
    path = tmp_path / "r.fa"
    path.write_bytes(
        b"\xef\xbb\xbf>a first\r\nacgu\r\nAC GT\r\n\r\n>b\nRYK\n>a again\nACGTACGT\n>a\nTTTT\n"
    )
    assert read_fasta(path) == [
        Sequence("a", "ACGTACGT"),
        Sequence("b", "NNN"),
        Sequence("a.2", "TTTT"),
    ]


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "r.fa.gz"
    path.write_bytes(gzip.compress(b">x\nACGU\n"))
    assert read_fasta(path) == [Sequence("x", "ACGT")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html>\n<html></html>\n", "not a FASTA file"),
        (b"@r\nACGT\n+\nIIII\n", "not a FASTA file"),
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
