"""Types of fragments: known cuts of human tRNAs by hand."""

from pathlib import Path

import pytest

from evcargo.rna.fasta import read_fasta
from evcargo.rna.fragments import (
    _stem_pairs,
    anticodon_start,
    end_type,
    trna_type,
    typed_fragments,
)

ROOT = Path(__file__).resolve().parents[2]
GLY = "GCATGGGTGGTTCAGTGGTAGAATTCTCGCCTGCCACGCGGGAGGCCCGGGTTCGATTCCCGGCCCATGCACCA"


@pytest.mark.parametrize(
    ("name", "start"),
    # Anticodon loops as GtRNAdb draws them: Gly-GCC lacks position 17, His has a letter before 1.
    [("tRNA-Gly-GCC-1", 32), ("tRNA-Glu-CTC-1", 33), ("tRNA-His-GTG-1", 34)],
)
def test_anticodons(name: str, start: int) -> None:
    records = {one.name: one.letters for one in read_fasta(ROOT / "resources/rna/human_tRNA.fa")}
    assert anticodon_start(name, records[name]) == start


def test_every_shipped_trna_has_its_anticodon_in_a_loop() -> None:
    for one in read_fasta(ROOT / "resources/rna/human_tRNA.fa"):
        start = anticodon_start(one.name, one.letters)
        assert one.letters[start : start + 3] == one.name.split("tRNA-")[1].split("-")[1][:3]
        assert _stem_pairs(one.letters, start) >= 3, one.name


def test_a_name_without_anticodon_takes_the_standard_position() -> None:
    assert anticodon_start("my_tRNA", GLY) == 33
    assert anticodon_start("tRNA-Gly-NNN", GLY) == 33


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        (0, 30, "5' half"),  # the 30 nt that blood is full of
        (1, 36, "5' half"),
        (0, 37, "5' half"),  # the last letter of the loop
        (0, 28, "tRF-5"),
        (0, 18, "tRF-5"),
        (0, 38, "long 5'"),
        (2, 34, "i-tRF"),
        (33, 74, "3' half"),
        (37, 71, "3' half"),  # CCA lost
        (28, 74, "long 3'"),
        (38, 74, "tRF-3"),
        (56, 74, "tRF-3"),
        (56, 70, "i-tRF"),
        (1, 72, "whole"),
    ],
)
def test_trna_types(start: int, end: int, kind: str) -> None:
    assert len(GLY) == 74
    assert GLY[32:35] == "GCC"
    assert trna_type(start, end, len(GLY), 32) == kind


def test_other_types() -> None:
    assert end_type(0, 31, 112) == "5' fragment"
    assert end_type(80, 110, 112) == "3' fragment"
    assert end_type(40, 70, 112) == "internal"
    assert end_type(0, 112, 112) == "whole"


def test_reads_are_summed_by_type() -> None:
    pieces = {
        ("tRNA", "tRNA-Gly-GCC", 0, 0, 30): 5.5,
        ("tRNA", "tRNA-Gly-GCC", 0, 1, 32): 2.0,
        ("tRNA", "tRNA-Gly-GCC", 0, 56, 74): 1.0,
        ("Y_RNA", "RNY1", 1, 0, 31): 4.0,
    }
    assert list(typed_fragments(pieces, [GLY, "A" * 112])) == [
        ("Y_RNA", "RNY1", "5' fragment", 4.0),
        ("tRNA", "tRNA-Gly-GCC", "5' half", 7.5),
        ("tRNA", "tRNA-Gly-GCC", "tRF-3", 1.0),
    ]
