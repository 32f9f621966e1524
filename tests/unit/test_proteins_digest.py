import random

import pytest
from proteins_helpers import search_options

from evcargo.proteins.database import Protein
from evcargo.proteins.digest import (
    Digestion,
    digest,
    leucine,
    mirror,
    proteins_of,
    without_methionine,
)
from evcargo.proteins.engine import build_index
from evcargo.proteins.settings import SearchSettings


def test_trypsin_spares_proline_and_trypsin_p_does_not():
    how = {"missed_cleavages": 0, "min_length": 1, "max_length": 50}
    assert list(digest("AAKPAARCCKDD", Digestion("trypsin", **how))) == ["AAKPAAR", "CCK", "DD"]
    assert list(digest("AAKPAARCCKDD", Digestion("trypsin/p", **how))) == [
        "AAK",
        "PAAR",
        "CCK",
        "DD",
    ]
    assert list(digest("AAKCCRDD", Digestion("lys-c", **how))) == ["AAK", "CCRDD"]


def test_missed_cleavages_and_lengths():
    how = Digestion("trypsin", missed_cleavages=1, min_length=3, max_length=5)
    assert list(digest("AAKCCRDD", how)) == ["AAK", "CCR", "CCRDD"]


def test_peptides_without_the_first_methionine():
    how = Digestion("trypsin", missed_cleavages=1, min_length=2, max_length=50)
    # M-AAK CCR DD: from the second residue, with up to one missed cleavage.
    assert without_methionine("MAAKCCRDD", how) == "AAKCCR"
    assert sorted(digest("MAAKCCRDD", how)) == sorted(
        ["MAAK", "MAAKCCR", "CCR", "CCRDD", "DD", "AAK", "AAKCCR", "CCR"]
    )


def test_mirror_is_its_own_inverse():
    assert mirror("ABCDEK") == "AEDCBK"
    assert mirror(mirror("PEPTLDEK")) == "PEPTLDEK"
    assert mirror("AK") == "AK"


def test_isoleucine_and_leucine_are_one_and_each_protein_spells_its_own():
    proteins = [("HUMAN", "MAALSIDEK"), ("BOVIN", "MAAISLDEK")]
    found = proteins_of({"AALSLDEK"}, proteins, Digestion())
    assert found == {"AALSLDEK": {"HUMAN": "AALSIDEK", "BOVIN": "AAISLDEK"}}


def random_protein(rng: random.Random) -> str:
    return "".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=300))


@pytest.mark.parametrize("enzyme", ["trypsin", "trypsin/p", "lys-c", "arg-c"])
def test_the_engine_digests_and_mirrors_in_the_same_way(enzyme):
    """Otherwise peptides would have no protein, or decoys no target."""
    rng = random.Random(3)
    proteins = [Protein(f"P{i}", "M" + random_protein(rng)) for i in range(4)]
    settings = SearchSettings.from_config(
        search_options(enzyme=enzyme, variable_modifications=[], peptide_mass=[500, 5000])
    )
    index = build_index(proteins, settings)
    entries = [index[i] for i in range(index.num_peptides)]
    targets = {entry.sequence for entry in entries if not entry.decoy}
    decoys = {entry.sequence for entry in entries if entry.decoy}
    ours = {
        leucine(peptide) for p in proteins for peptide in digest(p.sequence, settings.digestion)
    }
    light = {peptide for peptide in ours - targets if len(peptide) < 10 or len(peptide) > 35}
    assert targets <= ours
    assert ours - targets == light  # only those outside the mass range
    assert {mirror(decoy) for decoy in decoys} <= targets
    assert len(decoys) > 0.98 * len(targets)
