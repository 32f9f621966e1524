"""Bases and qualities by cycle, mismatches by position, and which cycles are bad."""

import json
from pathlib import Path
from typing import Any

import dnaio
import numpy as np
import pandas as pd
import pytest
from library_reads import RNA, fastq, inserts, reads

from evcargo.rna.align import Place
from evcargo.rna.assign import Call
from evcargo.rna.cycles import (
    CYCLES,
    Limits,
    bad_positions,
    cycle_counts,
    excess_low_quality,
    excess_mismatches,
    limits_of,
    position_table,
    worst_mismatches,
    worst_quality,
)
from evcargo.rna.isomirs import isomir_rows, isomir_table
from evcargo.rna.kits import NONE, Kit
from evcargo.rna.reference import build_reference
from evcargo.rna.sample import AssignSettings, Reference, assign_sample
from evcargo.rna.trim import Run, trim_sample, write_inserts
from evcargo.rna.trimmer import TrimSettings
from evcargo.tables import read_table

LIMITS = Limits(0.05, 0.1)
MATURE = "TGAGGTAGTAGGTTGTATAGTT"
HAIRPIN = f"TGGGA{MATURE}TTAGGGTCACACC"


def record(sequence: str, qualities: str) -> dnaio.SequenceRecord:
    return dnaio.SequenceRecord("r", sequence, qualities)


def test_bases_and_qualities_are_counted_by_cycle() -> None:
    given = [record("ACGT", "IIII"), record("aUN", "5+I"), record("AC", "45")]
    counts = cycle_counts(given, 33)
    assert counts["reads"] == [3, 3, 2, 1]
    assert counts["A"] == [3, 0, 0, 0]
    assert counts["C"] == [0, 2, 0, 0]
    assert counts["G"] == [0, 0, 1, 0]
    assert counts["T"] == [0, 1, 0, 1]
    assert counts["N"] == [0, 0, 1, 0]
    # I is Phred 40, 5 is 20 and good, 4 is 19, + is 10; N is low whatever its score.
    assert counts["low_quality"] == [1, 1, 1, 0]
    assert counts["median_quality"] == [20, 20, 40, 40]


def test_old_qualities_and_long_reads() -> None:
    counts = cycle_counts([record("A" * 500, "T" * 500)], 64)
    assert counts["median_quality"] == [20] * CYCLES
    assert counts["low_quality"] == [0] * CYCLES


def test_no_reads_have_no_cycles() -> None:
    counts = cycle_counts([], 33)
    assert set(map(tuple, counts.values())) == {()}
    assert worst_quality([{"clip_5p": 0, "cycles": counts}])[1] == "no cycle was read 500 times"


def cycles_of(low: dict[int, int], reads: int = 1000) -> dict[str, list[float]]:
    uncertain = [low.get(cycle, 0) for cycle in range(1, 51)]
    blank: list[float] = [0] * 50
    bases = dict.fromkeys("CGTN", blank)
    return {"reads": [reads] * 50, "A": [reads] * 50, **bases, "low_quality": uncertain}


def test_the_excess_of_low_quality_is_above_the_median_of_the_insert() -> None:
    run = cycles_of(dict.fromkeys(range(1, 51), 20) | {9: 320, 40: 900})
    excess = excess_low_quality(run, 0)
    assert excess.index.tolist() == list(range(1, 23))
    assert excess[9] == pytest.approx(0.3)
    assert excess.drop(9).abs().max() == 0
    assert excess_low_quality(run, 6).index.tolist() == list(range(7, 29))
    assert excess_low_quality(cycles_of({9: 300}, reads=499), 0).empty


def rows_of(counts: dict[str, int]) -> list[Any]:
    """Rows of inserts on a let-7 hairpin, with one mismatch where they differ from it."""
    calls = {}
    for insert in counts:
        wrong = sum(a != b for a, b in zip(insert, MATURE, strict=False))
        place = Place(0, 5, 5 + len(insert), wrong)
        calls[insert] = [Call("miRNA", "let-7", place, 5, 5 + len(MATURE))]
    return isomir_rows(calls, counts, [HAIRPIN])


def changed(position: int, base: str = "C") -> str:
    return MATURE[: position - 1] + base + MATURE[position:]


def test_mismatches_are_counted_by_position() -> None:
    table = position_table(rows_of({MATURE: 600, changed(9): 300, MATURE[:20]: 100}))
    table = table.set_index("position")
    assert table["reads"].tolist() == [1000.0] * 20 + [900.0] * 2
    assert table["mismatches"].drop(9).eq(0).all()
    ninth = table.loc[9]
    assert (ninth["mismatches"], ninth["mismatch_share"]) == (300, 0.3)
    assert (ninth["feature"], ninth["feature_mismatches"]) == ("let-7", 300)
    assert ninth[list("ACGT")].tolist() == [0, 300, 0, 700]
    assert excess_mismatches(table.reset_index())[9] == pytest.approx(0.3)


def test_letters_added_to_the_end_are_no_mismatches() -> None:
    table = position_table(rows_of({MATURE: 900, MATURE[:-1] + "A": 100}))
    assert table["mismatches"].sum() == 0
    assert table["reads"].tolist()[-1] == 900


def test_few_reads_are_not_judged() -> None:
    table = position_table(rows_of({MATURE: 300, changed(9): 199}))
    assert table["mismatch_share"].isna().all()
    assert bad_positions(table, [], LIMITS) == set()
    assert np.isnan(worst_mismatches(table, [])[0])
    assert position_table([]).empty


@pytest.mark.parametrize(("wrong", "bad"), [(50, set()), (51, {9})])
def test_the_limit_of_mismatches(wrong: int, bad: set[int]) -> None:
    table = position_table(rows_of({MATURE: 1000 - wrong, changed(9): wrong}))
    assert bad_positions(table, [], LIMITS) == bad
    assert bad_positions(table, [], Limits()) == set()


@pytest.mark.parametrize(("low", "bad"), [(100, set()), (101, {3})])
def test_the_limit_of_quality_and_where_the_insert_begins(low: int, bad: set[int]) -> None:
    table = position_table(rows_of({MATURE: 1000}))
    runs = [{"clip_5p": 6, "cycles": cycles_of({9: low})}, {"clip_5p": 0, "cycles": cycles_of({})}]
    assert bad_positions(table, runs, LIMITS) == bad


def test_a_cycle_that_warns_is_bad() -> None:
    assert limits_of([0.05, 0.5], [None, 0.5]) == Limits(0.05, 0.5)
    assert limits_of([None, None], [0.1, None]) == Limits(None, 0.1)


def test_isoforms_with_a_mismatch_at_a_bad_cycle_are_marked() -> None:
    rows = rows_of({MATURE: 600, changed(9): 300, changed(9, "G"): 10, changed(12): 90})
    table = isomir_table(rows, {0: "let-7"}, 0.05, {9}).set_index("mismatch")
    assert table["filter"].to_dict() == {
        "": "", "9T>C": "bad cycle", "9T>G": "bad cycle, low share", "12G>C": "",
    }  # fmt: skip


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("reference")
    files = [folder / name for name in ("reference.fa", "features.tsv", "manifest.tsv")]
    shipped = {"hairpin": RNA / "human_hairpin.fa", "mature": RNA / "human_mature.fa"}
    build_reference(shipped, {}, RNA / "sources.tsv", *files)
    return Reference(*files)


def counted(reference: Reference, folder: Path, path: Path, kit: Kit) -> tuple[Any, pd.DataFrame]:
    """Summary and isoforms of a file."""
    kits = {kit.name: kit, NONE: Kit(NONE, "")}
    trimmed = [folder / "inserts.gz", folder / "inserts.json"]
    write_inserts(trim_sample([Run(str(path), kit.name)], kits, TrimSettings()), *trimmed)
    products = {
        name: folder / f"products.{name}" for name in ("counts", "summary", "isomirs", "mirgff3")
    }
    settings = AssignSettings(["miRNA"], bad_cycles=LIMITS)
    assign_sample("S", *trimmed, reference, settings, products)
    return (
        json.loads(products["summary"].read_text()),
        read_table(products["isomirs"], "rna_isomirs"),
    )


ILLUMINA = Kit("illumina", "TGGAATTCTCGGGTGCCAAGG")


@pytest.mark.parametrize(
    ("errors", "before", "bad"),
    [
        ({}, "", set()),
        ({"wrong": {9: 0.4}}, "", {9}),
        ({"wrong": {5: 0.3, 14: 0.3}}, "", {5, 14}),
        ({"wrong": {15: 0.4}}, "NNNNNN", {9}),
        ({"low": {9: 0.4}}, "", {9}),
        ({"low": {40: 1.0}}, "", set()),
    ],
    ids=["sound", "wrong base", "two cycles", "behind a barcode", "low quality", "in the adapter"],
)
def test_bad_cycles_of_a_library(
    reference: Reference,
    tmp_path: Path,
    errors: dict[str, dict[int, float]],
    before: str,
    bad: set[int],
) -> None:
    library = reads(inserts("human", 3000), before=[before])
    path = fastq(tmp_path / "a.fastq", library, **errors)
    kit = Kit("illumina", ILLUMINA.adapter, clip_5p=len(before))
    summary, isomirs = counted(reference, tmp_path, path, kit)
    table = pd.DataFrame(summary["positions"])
    assert set(table.loc[table["bad"], "position"]) == bad
    position = isomirs["mismatch"].str.extract(r"^(\d+)")[0].astype(float)
    marked = isomirs["filter"].fillna("").str.contains("bad cycle").astype(bool)
    assert marked.equals(position.isin(bad))
    lines = (tmp_path / "products.mirgff3").read_text().splitlines()
    assert sum("Filter=REJECT:bad_cycle" in line for line in lines) == marked.sum()
    if "wrong" in errors:
        assert marked.sum() > 20
        worst = max(errors["wrong"])
        shown = worst_mismatches(table, summary["runs"])[1]
        assert f"at cycle {worst}" in shown or f"at cycle {min(errors['wrong'])}" in shown
