"""Names of isoforms by hand, identifiers against mirtop, and what mirtop reads of our files."""

import warnings
from argparse import Namespace
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evcargo.rna.align import Place
from evcargo.rna.assign import Call
from evcargo.rna.isomirs import Row, describe, isomir_rows, isomir_table, snv_kind
from evcargo.rna.mirgff3 import license_plate, whole_reads, write_mirgff3

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Bio.pairwise2 and pkg_resources are deprecated
    from mirtop.gff import body, convert, validator
    from mirtop.mirna.mintplates import encode_hash
    from mirtop.mirna.realign import isomir, read_id

# hsa-let-7a-5p on hsa-let-7a-1, with the positions of miRBase.
MATURE = "TGAGGTAGTAGGTTGTATAGTT"
HAIRPIN = "TGGGATGAGGTAGTAGGTTGTATAGTTTTAGGGTCACACCCACCACTGGGAGATAACTATACAATCTACTGTCTTTCCTA"
START = 5


def call(insert: str, start: int = START, mismatches: int = 0, tail: int = 0) -> Call:
    place = Place(0, start, start + len(insert) - tail, mismatches, tail)
    return Call("miRNA", "let-7a-5p", place, START, START + len(MATURE))


def changed(position: int, letter: str = "") -> str:
    """The mature with another letter at a position, from 1."""
    other = letter or ("C" if MATURE[position - 1] != "C" else "A")
    return MATURE[: position - 1] + other + MATURE[position:]


@pytest.mark.parametrize(
    ("insert", "place", "variant", "cigar"),
    [
        (MATURE, {}, "NA", "22M"),
        ("A" + MATURE, {"start": 4}, "iso_5p:-1", "23M"),
        ("GA" + MATURE, {"start": 3}, "iso_5p:-2", "24M"),
        (MATURE[1:], {"start": 6}, "iso_5p:+1", "21M"),
        (MATURE[:-2], {}, "iso_3p:-2", "20M"),
        (MATURE + "T", {}, "iso_3p:+1", "23M"),
        (MATURE[1:] + "TT", {"start": 6}, "iso_3p:+2,iso_5p:+1", "23M"),
        (MATURE + "A", {"mismatches": 1}, "iso_add3p:1", "22M1I"),
        (MATURE + "GA", {"tail": 2}, "iso_add3p:2", "22M2I"),
        (MATURE[:-1] + "AAA", {"tail": 3}, "iso_3p:-1,iso_add3p:3", "21M3I"),
        (MATURE[:-1] + "AT", {"mismatches": 1}, "iso_3p:-1,iso_add3p:2", "21M2I"),
        (changed(1), {"mismatches": 1}, "iso_snv", "T21M"),
        (changed(2), {"mismatches": 1}, "iso_snv_seed", "1MG20M"),
        (changed(7), {"mismatches": 1}, "iso_snv_seed", "6MA15M"),
        (changed(8), {"mismatches": 1}, "iso_snv_central_offset", "7MG14M"),
        (changed(9), {"mismatches": 1}, "iso_snv_central", "8MT13M"),
        (changed(12), {"mismatches": 1}, "iso_snv_central", "11MG10M"),
        (changed(13), {"mismatches": 1}, "iso_snv_central_supp", "12MT9M"),
        (changed(17), {"mismatches": 1}, "iso_snv_central_supp", "16MA5M"),
        (changed(18), {"mismatches": 1}, "iso_snv", "17MT4M"),
        (changed(19), {"mismatches": 1}, "iso_snv", "18MA3M"),
        (changed(20), {"mismatches": 1}, "iso_3p:-3,iso_add3p:3", "19M3I"),  # C, then TT
        (changed(8)[:-1], {"mismatches": 1}, "iso_3p:-1,iso_snv_central_offset", "7MG13M"),
    ],
)
def test_variants_by_hand(insert: str, place: dict, variant: str, cigar: str) -> None:
    found = describe(insert, call(insert, **place), HAIRPIN)
    assert (found.variant, found.cigar) == (variant, cigar)
    assert HAIRPIN[START : START + len(MATURE)] == MATURE


def test_parts_of_a_variant() -> None:
    found = describe(changed(8, "A") + "T", call(changed(8) + "T", mismatches=1), HAIRPIN)
    assert (found.shift_5p, found.shift_3p, found.tail, found.mismatch) == (0, 1, "", "8G>A")
    found = describe(MATURE + "GA", call(MATURE + "GA", tail=2), HAIRPIN)
    assert (found.shift_5p, found.shift_3p, found.tail, found.mismatch) == (0, 0, "GA", "")
    assert (found.start, found.end) == (START, START + len(MATURE))


def test_kinds_of_mismatch_are_those_of_mirtop() -> None:
    for position in range(1, 30):
        theirs = isomir()
        theirs.subs = [[position, "A", "C"]]
        theirs.t5 = theirs.t3 = ""
        assert snv_kind(position) == theirs.formatGFF(), position


def test_license_plates_are_those_of_mirtop() -> None:
    assert len(encode_hash) == 4 + 16 + 64 + 256 + 1024
    for letters, code in encode_hash.items():
        assert license_plate(letters) == f"iso-{len(letters)}-{code}"


@given(st.text("ACGT", min_size=1, max_size=50))
def test_a_license_plate_tells_the_sequence(sequence: str) -> None:
    assert read_id(license_plate(sequence)) == sequence


def sample() -> tuple[dict[str, list[Call]], dict[str, int]]:
    """Two matures on three hairpins; `shared` fits both, on number 0 and 1 and on number 2."""
    shared = MATURE[:-1]
    both = [
        Call("miRNA", "let-7a-5p", Place(0, 5, 26, 0), 5, 27),
        Call("miRNA", "let-7a-5p", Place(1, 5, 26, 0), 5, 27),
        Call("miRNA", "let-7f-5p", Place(2, 5, 26, 0), 5, 26),
    ]
    mirnas = {MATURE: [call(MATURE)], shared: both, MATURE + "A": [call(MATURE + "A", 5, 1)]}
    return mirnas, {MATURE: 90, shared: 7, MATURE + "A": 3}


NAMES = {0: "let-7a-1", 1: "let-7a-2/let-7a-3", 2: "let-7f-1"}


def rows_and_table() -> tuple[list[Row], pd.DataFrame]:
    rows = isomir_rows(*sample(), [HAIRPIN] * 3)
    return rows, isomir_table(rows, NAMES, 0.05)


def test_isoforms_sum_to_the_reads_and_low_ones_are_marked() -> None:
    table = rows_and_table()[1]
    assert table["reads"].sum() == 100
    assert table[["feature", "reads", "variant", "filter"]].values.tolist() == [
        ["let-7a-5p", 90, "NA", ""],
        ["let-7a-5p", 3.5, "iso_3p:-1", "low share"],
        ["let-7a-5p", 3, "iso_add3p:1", "low share"],
        ["let-7f-5p", 3.5, "NA", ""],
    ]
    assert table["share"].tolist() == [90 / 96.5, 3.5 / 96.5, 3 / 96.5, 1]
    assert table["hairpins"][1] == "let-7a-1,let-7a-2,let-7a-3"


def test_whole_reads_sum_by_sequence() -> None:
    rows = rows_and_table()[0]
    assert whole_reads(rows).tolist() == [90, 4, 3, 3]


def test_mirtop_reads_the_file(tmp_path: Path) -> None:
    rows, table = rows_and_table()
    path = tmp_path / "sample.gff3"
    write_mirgff3(rows, table, NAMES, "S1", ("miRBase", "hairpin.fa"), 0.05, path)
    assert validator._check_file(str(path)) == 0
    read = body.read(str(path), Namespace(out_format="gff", keep_name=False))
    found: defaultdict[str, int] = defaultdict(int)
    for starts in read.values():
        for hits in starts.values():
            for _, _, expression, samples, line in hits:
                assert samples == ["S1"]
                name = line.partition("Name=")[2].partition(";")[0]
                found[name] += sum(map(int, expression))
    assert found == {"let-7a-5p": 97, "let-7f-5p": 3}
    arguments = Namespace(add_extra=False, gff=str(path), out=str(tmp_path))
    convert.convert_gff_counts(arguments)
    theirs = pd.read_csv(tmp_path / "sample.tsv", sep="\t", keep_default_na=False)
    assert theirs["S1"].sum() == 100
    assert theirs["Variant"].tolist() == table["variant"].tolist()
    lines = path.read_text().splitlines()
    assert lines[0] == "## mirGFF3. VERSION 1.2"
    assert lines[-1].split("\t")[3:5] == ["6", "26"]
    assert "Filter=REJECT:low_share;Hits=2" in lines[7]


def test_names_are_escaped(tmp_path: Path) -> None:
    one = call(MATURE)._replace(feature="a;b,c=d")
    rows = isomir_rows({MATURE: [one]}, {MATURE: 2}, [HAIRPIN])
    path = tmp_path / "a.gff3"
    write_mirgff3(rows, isomir_table(rows, NAMES, 0), NAMES, "S", ("custom", "x"), 0, path)
    assert "Name=a%3Bb%2Cc%3Dd;Parent=let-7a-1;" in path.read_text()


def test_no_mirna_gives_an_empty_table(tmp_path: Path) -> None:
    table = isomir_table([], {}, 0.05)
    assert table.empty
    write_mirgff3([], table, {}, "S", ("miRBase", "x"), 0.05, tmp_path / "a.gff3")
    assert (tmp_path / "a.gff3").read_text().splitlines()[-1] == "## COLDATA: S"
