"""Places of inserts, and what they count as."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evcargo.rna.align import Place, align
from evcargo.rna.assign import (
    Catalogue,
    assign,
    feature_counts,
    is_low_complexity,
    largest_remainder,
)
from evcargo.rna.reference import build_reference

SOURCES = Path(__file__).resolve().parents[2] / "resources" / "rna" / "sources.tsv"

COLUMNS = ["reference", "class", "feature", "start", "end"]
FEATURES = pd.DataFrame(
    [
        (0, "miRNA_precursor", "mir-1", 0, 60),
        (0, "miRNA", "miR-1-5p", 5, 27),
        (1, "miRNA_precursor", "mir-2", 0, 60),
        (1, "miRNA", "miR-2-5p", 5, 26),
        (2, "tRNA", "tRNA-Gly-GCC", 0, 75),
        (3, "piRNA", "piR-1", 0, 30),
        (4, "tRNA", "tRNA-Gly-CCC", 0, 75),
    ],
    columns=COLUMNS,
)
CATALOGUE = Catalogue(FEATURES, ["spike_in", "miRNA", "tRNA"])


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (5, 27, "miR-1-5p"),
        (3, 32, "miR-1-5p"),  # 5' by 2, 3' by 5
        (7, 22, "miR-1-5p"),
        (2, 27, "mir-1"),  # 5' by 3
        (5, 33, "mir-1"),  # 3' by 6
        (35, 57, "mir-1"),  # the other arm, which has no mature
    ],
)
def test_mature_by_its_place_on_the_hairpin(start: int, end: int, name: str) -> None:
    assert [feature for _, feature in CATALOGUE.features_of([Place(0, start, end, 0)])] == [name]


def test_the_mature_with_the_nearest_ends_is_taken() -> None:
    # Bases 5 to 26 of both hairpins: miR-2-5p exactly, miR-1-5p but for one base at the 3' end.
    places = [Place(0, 5, 26, 0), Place(1, 5, 26, 0)]
    assert CATALOGUE.features_of(places) == [("miRNA", "miR-2-5p")]


def test_class_by_priority() -> None:
    mature, precursor = Place(0, 5, 27, 0), Place(0, 30, 52, 0)
    trna, pirna = Place(2, 0, 30, 0), Place(3, 0, 30, 0)
    assert CATALOGUE.features_of([pirna, trna, mature]) == [("miRNA", "miR-1-5p")]
    assert CATALOGUE.features_of([pirna, trna]) == [("tRNA", "tRNA-Gly-GCC")]
    assert CATALOGUE.features_of([precursor, pirna]) == [("piRNA", "piR-1")]
    assert CATALOGUE.features_of([precursor]) == [("miRNA_precursor", "mir-1")]
    assert CATALOGUE.features_of([]) == []


def test_shared_reads_are_split_and_sum() -> None:
    half, one = Place(2, 0, 30, 0), Place(4, 0, 30, 0)
    counts = {"both": 5, "gly": 2, "none": 3, "mature": 4, "AAAA": 6}
    places = [
        ("both", [half, one]),
        ("gly", [half]),
        ("none", []),
        ("mature", [Place(0, 5, 27, 1)]),
    ]
    result = assign(counts, [(insert, CATALOGUE.calls(found)) for insert, found in places])
    assert result.steps == {"tRNA": 7, "unassigned": 3, "miRNA": 4, "low_complexity": 6}
    table = feature_counts(result).set_index("feature")
    # 2 + 2.5 and 2.5: the odd read goes to the first of equal remainders.
    assert table["fractional_reads"].to_dict() == {
        "miR-1-5p": 4.0,
        "tRNA-Gly-CCC": 2.5,
        "tRNA-Gly-GCC": 4.5,
    }
    assert table["reads"].to_dict() == {"miR-1-5p": 4, "tRNA-Gly-CCC": 3, "tRNA-Gly-GCC": 4}
    assert table["inserts"].to_dict() == {"miR-1-5p": 1, "tRNA-Gly-CCC": 1, "tRNA-Gly-GCC": 2}


@given(
    st.lists(st.integers(1, 7), min_size=1, max_size=30), st.lists(st.integers(0, 50), min_size=1)
)
def test_largest_remainder_keeps_sum_and_order(parts: list[int], counts: list[int]) -> None:
    shares = np.zeros(8)
    for size, count in zip(parts, counts, strict=False):
        shares[:size] += count / size
    whole = largest_remainder(shares)
    assert whole.sum() == round(shares.sum())
    assert np.all(np.abs(whole - shares) < 1 + 1e-6)


@pytest.mark.parametrize(
    ("insert", "low"),
    [
        ("A" * 20, True),
        ("ACGTACGTA" + "A" * 11, True),  # a run over half
        ("ACGTACGTAC" + "T" * 10, False),  # half is not over half
        ("AG" * 10, False),
        ("AAAAAAAAATAAAAAAAAAA", True),
        ("TGTTGTACTTTTTTTTTTGTTC", False),  # hsa-miR-548 kin
    ],
)
def test_low_complexity(insert: str, low: bool) -> None:
    assert is_low_complexity(insert) is low


def test_places_are_sense_best_and_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    first, second, third = ("".join("ACGT"[n] for n in rng.integers(4, size=60)) for _ in range(3))
    near = first[:20] + ("A" if first[20] != "A" else "C") + first[21:]
    fasta = tmp_path / "in.fa"
    fasta.write_text(f">a\n{first}\n>b\n{second}\n>c\n{near}\n>d\n{first}\n>e\n{third}\n")
    files = (tmp_path / "reference.fa", tmp_path / "f.tsv", tmp_path / "m.tsv")
    build_reference({}, {"rRNA": fasta}, SOURCES, *files)
    antisense = second[10:35][::-1].translate(str.maketrans("ACGT", "TGCA"))
    mismatch = second[5:15] + ("G" if second[15] != "G" else "T") + second[16:30]
    asked = [
        first[10:34],  # a and d exactly, c with a mismatch
        near[10:34],  # c exactly
        mismatch,
        antisense,
        second[50:] + near[:12],  # across two references
        mismatch[:3] + ("G" if mismatch[3] != "G" else "T") + mismatch[4:],  # two mismatches
    ]
    found = [
        [(p.reference, p.start, p.end, p.mismatches) for p in places]
        for _, places in align(asked, files[0])
    ]
    assert found == [
        [(0, 10, 34, 0), (3, 10, 34, 0)],
        [(2, 10, 34, 0)],
        [(1, 5, 30, 1)],
        [],
        [],
        [],
    ]


def test_a_sense_place_with_a_mismatch_beats_an_exact_antisense_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    first = "".join("ACGT"[n] for n in rng.integers(4, size=60))
    insert = first[10:24] + ("A" if first[24] != "A" else "C") + first[25:35]
    opposite = insert[::-1].translate(str.maketrans("ACGT", "TGCA"))
    fasta = tmp_path / "in.fa"
    fasta.write_text(f">a\n{first}\n>b\nGG{opposite}CC\n")
    files = (tmp_path / "reference.fa", tmp_path / "f.tsv", tmp_path / "m.tsv")
    build_reference({}, {"rRNA": fasta}, SOURCES, *files)
    assert [places for _, places in align([insert], files[0])] == [[Place(0, 10, 35, 1)]]
