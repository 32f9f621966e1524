"""Entrapments and their estimates, by hand."""

import numpy as np
import pandas as pd
import pytest

from evcargo.proteins.digest import Digestion, digest
from evcargo.simulate.entrapment import (
    combined_estimate,
    is_entrapment,
    paired_estimate,
    shuffled_proteins,
    twin_peptides,
)
from evcargo.simulate.proteome import random_proteome


def test_twins_are_cut_alike_and_are_unlike():
    proteins = random_proteome(30, 1)
    twins = shuffled_proteins(proteins, 2)
    how = Digestion("trypsin", 1, 7, 30)
    pairs = 0
    for name, sequence in proteins.items():
        twin = twins[f"ENTRAP_{name}"]
        for one, other in zip(digest(sequence, how), digest(twin, how), strict=True):
            assert (one[0], one[-1], sorted(one)) == (other[0], other[-1], sorted(other))
            pairs += one != other
    assert pairs > 500
    known = twin_peptides({"A": "MAAGLSDEK", "ENTRAP_A": "MSADGALEK"}, how)
    assert known["MSADGALEK"] == "MAAGLSDEK" == known["MAAGLSDEK"]
    assert known["SADGALEK"] == "AAGLSDEK"


def test_few_twins_share_many_fragments():
    """Fragments are alike where both break into parts of the same residues, in any order."""
    proteins = random_proteome(30, 1)
    twins = shuffled_proteins(proteins, 2)
    how = Digestion("trypsin", 0, 8, 30)
    alike = []
    for name, sequence in proteins.items():
        for one, other in zip(
            digest(sequence, how), digest(twins[f"ENTRAP_{name}"], how), strict=True
        ):
            places = range(2, len(one) - 1)  # the first and the last residue stay
            alike.append(np.mean([sorted(one[:at]) == sorted(other[:at]) for at in places]))
    assert len(alike) > 400
    assert np.mean(np.array(alike) > 0.4) <= 0.01


def test_combined_estimate():
    # 3 entrapments among 300, as many of them in the database as others: 3 x 2 / 300.
    assert combined_estimate(3, 297) == pytest.approx(6 / 300)
    # Four times as many: 3 x 1.25 / 300.
    assert combined_estimate(3, 297, 4.0) == pytest.approx(3.75 / 300)
    assert combined_estimate(0, 0) == 0


def test_paired_estimate():
    # From score 10 on: targets a, b, c, e; entrapments A' (its target a scores more), C' (more than
    # its target c), D' (target d below 10), F' (target never seen). G' is below 10.
    # N_T = 4, N_E = 4, E >= s > T: D', F'; E > T >= s: C'. (4 + 2 + 2 x 1) / 8.
    scores = {"a": 30, "b": 29, "c": 12, "d": 5, "e": 11}
    scores |= {"A": 12, "C": 14, "D": 13, "F": 11, "G": 9}
    table = pd.DataFrame({"peptide": list(scores), "score": list(scores.values())})
    pairs = {name: name.lower() for name in scores}
    assert paired_estimate(table, pairs, 10.0) == pytest.approx(8 / 8)
    # From 12.5 on: targets a, b; entrapments C' and D', whose targets are below: (2 + 2) / 4.
    assert paired_estimate(table, pairs, 12.5) == pytest.approx(4 / 4)


def test_an_entry_is_foreign_only_if_all_its_proteins_are():
    names = pd.Series(["ENTRAP_A", "ENTRAP_A;B", "ENTRAP_A;ENTRAP_B", "B"])
    assert is_entrapment(names).tolist() == [True, False, True, False]
