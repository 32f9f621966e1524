"""Molecules from identifiers."""

import random
from collections import Counter

import numpy as np
import plain_molecules
import pytest

from evcargo.rna.molecules import count_molecules

INSERT = "TGAGGTAGTAGGTTGTATAGTT"


def test_errors_of_identifier_and_insert_are_no_molecules() -> None:
    near_umi = "ACGTACGTACGA"
    near_insert = INSERT[:-1] + "A"
    copies = Counter(
        {
            (INSERT, "ACGTACGTACGT"): 5,
            (INSERT, near_umi): 3,  # 5 >= 2 * 3 - 1: an error
            (near_insert, "ACGTACGTACGT"): 1,  # an error
            (near_insert, "GGGGACGTACGT"): 1,  # another molecule
            (INSERT, "TTTTTTTTTTTT"): 1,
        }
    )
    assert count_molecules(copies) == {INSERT: 2, near_insert: 1}


def test_a_neighbour_with_too_many_reads_is_a_molecule() -> None:
    copies = Counter({(INSERT, "ACGTACGTACGT"): 4, (INSERT, "ACGTACGTACGA"): 3})
    assert count_molecules(copies) == {INSERT: 2}


def test_pairs_of_single_reads_leave_one_molecule() -> None:
    copies = Counter({(INSERT, "ACGTACGTACGT"): 1, (INSERT, "ACGTACGTACGA"): 1})
    assert count_molecules(copies) == {INSERT: 1}


def test_many_identifiers_of_one_insert() -> None:
    rng = np.random.default_rng(1)
    umis = {"".join("ACGT"[one] for one in row) for row in rng.integers(4, size=(5000, 12))}
    copies = Counter({(INSERT, umi): 1 for umi in umis})
    # Neighbours by chance: 5000 * 36 * 5000 / 4**12 / 2 = 27 pairs; the crowd rule keeps them.
    assert count_molecules(copies)[INSERT] == len(umis)


@pytest.mark.parametrize("molecules", [20_000, 60_000])
@pytest.mark.parametrize("rate", [0.0, 0.002])
def test_crowded_identifiers_with_errors(molecules: int, rate: float) -> None:
    """Of 60,000 identifiers one in eight has a neighbour; the rule alone loses 4 % of them."""
    rng = np.random.default_rng(4)
    labels = rng.integers(4, size=(molecules, 12), dtype=np.uint8)
    seen = rng.integers(molecules, size=3 * molecules)
    codes = labels[seen]
    wrong = rng.random(codes.shape) < rate
    codes = (codes + wrong * rng.integers(1, 4, size=codes.shape, dtype=np.uint8)) % 4
    block = np.frombuffer(b"ACGT", dtype=np.uint8)[codes].tobytes().decode()
    copies = Counter((INSERT, block[n : n + 12]) for n in range(0, len(block), 12))
    truth = len(np.unique(seen))
    assert count_molecules(copies)[INSERT] == pytest.approx(truth, rel=0.01)


def test_molecules_are_never_more_than_reads() -> None:
    # All 256 identifiers of 4 letters are taken, by many molecules each: reads are the limit.
    letters = "ACGT"
    umis = [a + b + c + d for a in letters for b in letters for c in letters for d in letters]
    copies = Counter({(INSERT, umi): 2 for umi in umis})
    assert 256 < count_molecules(copies)[INSERT] <= 512


def test_no_copies() -> None:
    assert count_molecules(Counter()) == Counter()


@pytest.mark.parametrize("letters", ["AC", "ACG", "ACGT"])
@pytest.mark.parametrize("longer", [0, 1])
def test_as_counted_one_by_one(letters: str, longer: int) -> None:
    """Few letters make many neighbours; identifiers and inserts are of one length or of two."""
    several = 0
    for seed in range(300):
        rng = random.Random(seed)
        width, length = rng.choice([3, 4, 6, 10]), rng.choice([2, 3, 4, 5, 6, 8, 12])
        inserts = [
            "".join(rng.choices(letters, k=width + rng.randint(0, longer)))
            for _ in range(rng.randint(1, 12))
        ]
        copies: Counter[tuple[str, str]] = Counter()
        for _ in range(rng.choice([5, 30, 300])):
            umi = "".join(rng.choices(letters, k=length + rng.randint(0, longer)))
            copies[rng.choice(inserts), umi] += rng.choice([1, 1, 1, 2, 3, 5, 9, 20])
        expected = plain_molecules.count_molecules(copies)
        found = count_molecules(copies)
        assert found == expected and set(found) == set(expected), seed
        several += len(expected) > 1 and expected.total() != len(copies)
    assert several > 100


def test_many_pairs_are_counted_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    copies = Counter(
        ("".join(rng.choices("ACG", k=5)), "".join(rng.choices("ACG", k=5))) for _ in range(20_000)
    )
    expected = plain_molecules.count_molecules(copies)
    monkeypatch.setattr("evcargo.rna.molecules.CHUNK", 64)
    assert count_molecules(copies) == expected
