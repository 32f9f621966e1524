"""Molecules from identifiers."""

from collections import Counter

import numpy as np

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


def test_no_copies() -> None:
    assert count_molecules(Counter()) == Counter()
