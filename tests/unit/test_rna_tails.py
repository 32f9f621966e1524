"""Mature miRNAs with a non-templated tail: what is rescued, and what must not be."""

from pathlib import Path

import numpy as np
import pytest

from evcargo.rna.align import align, read_letters
from evcargo.rna.assign import Catalogue
from evcargo.rna.reference import build_reference
from evcargo.rna.tails import Tails, tailed
from evcargo.tables import read_table

SOURCES = Path(__file__).resolve().parents[2] / "resources" / "rna" / "sources.tsv"

LET7 = "TGAGGTAGTAGGTTGTATAGTT"
HAIRPIN = f"GGGACCA{LET7}CCGTCAGGATTACAGATTCCAGG"
SPIKE = "ACCGATTAGGCCATTAGCATGC"


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    texts = {
        "hairpin": f">mir-7\n{HAIRPIN}\n>mir-s\nTT{SPIKE}GGATTACAGATT\n",
        "mature": f">miR-7\n{LET7}\n>miR-s\n{SPIKE}\n",
        "spike_in": f">spike\n{SPIKE}\n",
    }
    for kind, text in texts.items():
        (tmp_path / f"{kind}.fa").write_text(text)
    files = [tmp_path / name for name in ("reference.fa", "features.tsv", "manifest.tsv")]
    fastas = {kind: tmp_path / f"{kind}.fa" for kind in texts}
    build_reference({}, fastas, SOURCES, *files)
    return files[0]


def called(reference: Path, *inserts: str) -> list[list[tuple[str, int]]]:
    """Feature and tail length of each insert, by the rescue alone."""
    features = read_table(reference.with_name("features.tsv"), "rna_features")
    tails = Tails(read_letters(reference), features)
    catalogue = Catalogue(features, ["spike_in", "miRNA"])
    found = dict(tailed(inserts, tails, reference, catalogue))
    assert list(found) == list(inserts)
    return [[(call.feature, call.place.tail) for call in found[insert]] for insert in inserts]


@pytest.mark.parametrize(
    ("insert", "tail"),
    [
        (LET7 + "AA", 2),
        (LET7 + "TTT", 3),
        (LET7 + "GT", 2),  # any letters
        (LET7 + "CAA", 2),  # the hairpin goes on with C
        (LET7[:17] + "GAA", 3),
        (LET7[2:] + "AAA", 3),
        ("CA" + LET7 + "AAA", 3),
    ],
)
def test_a_tail_is_cut_off(reference: Path, insert: str, tail: int) -> None:
    assert [places for _, places in align([insert], reference)] == [[]]
    assert called(reference, insert) == [[("miR-7", tail)]]


@pytest.mark.parametrize(
    "insert",
    [
        LET7 + "AAAA",  # a tail of four
        LET7[:15] + "CAA",  # a rest of 15
        LET7[:9] + "C" + LET7[10:] + "AA",  # a mismatch in the rest
        "CCA" + LET7 + "AA",  # begins 3 nt early
        LET7[3:] + "AA",  # begins 3 nt late
        LET7 + "CCGTCA" + "TT",  # ends 6 nt late
        HAIRPIN[32:50] + "AT",  # elsewhere on the hairpin
        SPIKE + "AA",  # the rest is of a class that comes first
    ],
)
def test_anything_else_stays_unassigned(reference: Path, insert: str) -> None:
    assert called(reference, insert) == [[]]


def test_random_inserts_are_not_rescued(reference: Path) -> None:
    rng = np.random.default_rng(11)
    inserts = {
        "".join("ACGT"[n] for n in rng.integers(4, size=rng.integers(16, 26))) for _ in range(2000)
    }
    assert not any(called(reference, *sorted(inserts)))
