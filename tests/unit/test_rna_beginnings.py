"""Where the miRNAs of reads begin, and of which organism they are."""

from collections import Counter
from itertools import permutations
from math import isnan

import pytest
from library_reads import RNA, inserts, reads

from evcargo.rna.beginnings import (
    FARTHEST,
    LETTERS,
    Beginnings,
    likely_organism,
    organism_counts,
    organism_share,
    other_start,
    read_beginnings,
    read_start,
)
from evcargo.rna.sheet import BEGINNINGS, ORGANISMS

LET7 = "TGAGGTAGTAGGTTGTATAGTT"


@pytest.fixture(scope="module")
def known() -> Beginnings:
    return read_beginnings(tuple(str(RNA / name) for name in BEGINNINGS))


def test_all_mirnas_are_known_and_only_differing_ones_tell_an_organism(known: Beginnings) -> None:
    first = LET7[:LETTERS]
    assert known.lengths[first] == 22
    assert first not in known.groups and first not in known.rodents
    # hsa-miR-151a-3p and mmu-miR-151-3p differ at their fifth letter.
    assert known.groups["CTAGACTGAAGCTCCTTG"] == "human"
    assert known.groups["CTAGACTGAGGCTCCTTG"] == "mouse or rat"
    assert Counter(known.rodents.values())["mouse"] == Counter(known.rodents.values())["rat"] > 50
    assert all(len(letters) == LETTERS for letters in known.names)


@pytest.mark.parametrize("organism", ORGANISMS)
def test_reads_tell_their_organism(known: Beginnings, organism: str) -> None:
    counts = organism_counts(Counter(inserts(organism, 5000)), known)
    assert organism_share(counts, organism)[0] > 0.9
    assert likely_organism(counts) == organism


@pytest.mark.parametrize(("organism", "other"), list(permutations(ORGANISMS, 2)))
def test_reads_of_another_organism(known: Beginnings, organism: str, other: str) -> None:
    counts = organism_counts(Counter(inserts(other, 5000)), known)
    share, words = organism_share(counts, organism)
    assert share < 0.1
    assert f"these are reads of {other}: " in words


def test_a_mixture_and_too_few_reads(known: Beginnings) -> None:
    mixed = [*inserts("human", 3000), *inserts("mouse", 1000)]
    share, _ = organism_share(organism_counts(Counter(mixed), known), "human")
    assert 0.5 < share < 0.95
    for few in ([], ["CTAGACTGAAGCTCCTTGAGG"] * 19, ["CTAGACTGAAGCTCCTTGAGG"] * 500):
        share, words = organism_share(organism_counts(Counter(few), known), "human")
        assert isnan(share)
        assert words.startswith(f"too few reads ({len(few)})")
    assert isnan(organism_share({}, "rat")[0])


def test_mouse_is_not_told_from_rat_by_few_reads() -> None:
    counts = {"human": {}, "mouse or rat": dict.fromkeys("abc", 30), "mouse": {"a": 5}, "rat": {}}
    assert organism_share(counts, "rat")[0] == 1
    assert likely_organism(counts) == "mouse or rat"


@pytest.mark.parametrize("offset", [0, 1, 6, FARTHEST])
def test_where_the_mirnas_begin(known: Beginnings, offset: int) -> None:
    library = Counter(reads(inserts("human", 1000), before=["N" * offset]))
    starts = read_start(library, known)
    assert max(range(FARTHEST + 1), key=lambda n: starts[n].reads) == offset
    assert starts[offset].reads > 900
    for clip in (0, 3, 4):
        found = other_start(starts, clip)
        assert (found is None) == (clip == offset)
        assert found is None or found.offset == offset


def test_isoforms_that_begin_late_are_no_barcode(known: Beginnings) -> None:
    late = [insert[1:] for insert in inserts("human", 500)]
    early = [f"A{insert}" for insert in inserts("human", 500)]
    assert (
        other_start(read_start(Counter([*late, *early, *inserts("human", 50)]), known), 0) is None
    )


def test_too_few_mirnas_tell_nothing(known: Beginnings) -> None:
    for few in (Counter(), Counter({f"GGGGGG{LET7}": 1000}), Counter({"A" * 50: 1000})):
        assert other_start(read_start(few, known), 0) is None


def test_bases_between_mirna_and_adapter_are_counted(known: Beginnings) -> None:
    library = reads([LET7, LET7[:-1], f"{LET7}A"], adapter="GGAATTCTCGGG", behind=["CCCC"])
    start = read_start(Counter(library), known, "GGAATTCTCGGG")[0]
    assert start.behind == {4: 1, 3: 1, 5: 1}
    assert start.before == {"": 3}
