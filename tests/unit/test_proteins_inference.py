"""PSMs of a small study, filtered and grouped; the expected numbers are worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from evcargo.proteins.database import Protein
from evcargo.proteins.digest import Digestion, digest, leucine, mirror
from evcargo.proteins.fdr import accept
from evcargo.proteins.grouping import Group
from evcargo.proteins.inference import GROUP_COLUMNS, _compete, infer_proteins
from evcargo.proteins.search import COLUMNS

HOW = Digestion("trypsin", missed_cleavages=0, min_length=7, max_length=30)


def protein(accession, number, shared=(), **more):
    """A protein of eight peptides of its own, and further ones."""
    rng = np.random.default_rng(number)
    letters = np.array(list("ACDEFGHILNPQSTVWY"))
    own = ["A" + "".join(rng.choice(letters, 9)) + "K" for _ in range(8)]
    own = [peptide.replace("KP", "KA") for peptide in own]
    return Protein(accession, "".join([*own, *shared]), **{"taxon": "9606", **more})


def row(peptide, score, decoy=False, run="r1", number=0):
    values = {name: 0 if kind != "string" else "" for name, kind in COLUMNS.items()}
    values |= {
        "run": run,
        "sample": run,
        "scan": str(number),
        "peptide": leucine(mirror(peptide) if decoy else peptide),
        "modified": leucine(peptide),
        "is_decoy": decoy,
        "hyperscore": float(score),
        "charge": 2,
        "mass": 1000.0,
    }
    return values


@pytest.fixture
def found():
    shared = ("AAILSHAEEDK",)
    proteins = [
        *(protein(f"P{i:02}", i) for i in range(30)),
        protein("HUMAN", 50, shared),
        protein("BOVIN", 51, ("AALLSHAEEDK",), taxon="9913", is_contaminant=True),
    ]
    rows = []
    for i, entry in enumerate(proteins[:30]):
        for j, peptide in enumerate(list(digest(entry.sequence, HOW))[:4]):
            rows.append(row(peptide, 100 - i - j / 10, number=len(rows)))
    rows += [row("AALLSHAEEDK", 80.05, number=len(rows))]
    rows += [row(list(digest(p.sequence, HOW))[0], 70.03, number=900) for p in proteins[30:]]
    # A decoy of P00 far below its targets, and one of P29 below all.
    rows += [row(list(digest(proteins[0].sequence, HOW))[5], 60, decoy=True, number=1000)]
    rows += [row(list(digest(proteins[29].sequence, HOW))[5], 5, decoy=True, number=1001)]
    rows += [row(list(digest(proteins[29].sequence, HOW))[6], 4, number=1002)]
    return infer_proteins(pd.DataFrame(rows), proteins, HOW, "human", 0.01, 0.01)


def test_what_is_accepted_at_each_level(found):
    # 120 + 1 + 2 targets above the first decoy: (0 + 1) / 123 for all of them; the last target has
    # (2 + 1) / 124.
    assert found.rules["accepted"].tolist()[:2] == [123, 123]
    np.testing.assert_allclose(found.psms["q_value"].min(), 1 / 123)
    np.testing.assert_allclose(found.psms["q_value"].max(), 3 / 124)
    assert found.rules["score"].str.contains("too few").all()
    # 32 groups and no decoy group: too few to resolve 1 %, and this is said.
    assert found.rules["accepted"].tolist()[2] == 32
    assert "32 targets are too few" in found.rules["rule"].tolist()[2]


def test_a_peptide_of_host_and_cattle_is_the_hosts(found):
    peptides = found.peptides.set_index("peptide")
    shared = peptides.loc["AALLSHAEEDK"]
    assert (shared["group"], shared["origin"]) == ("HUMAN", "shared")
    assert shared["proteins"] == "BOVIN;HUMAN"
    groups = found.groups.set_index("group")
    assert groups.loc["HUMAN", "n_peptides"] == 2
    assert groups.loc["BOVIN", "n_peptides"] == 1
    assert groups.loc["BOVIN", "is_contaminant"]
    assert (peptides["origin"] == "foreign").sum() == 1


def test_psms_carry_their_group_and_decoys_none(found):
    psms = found.psms
    assert (psms.loc[psms["accepted"], "group"] != "").all()
    assert (psms.loc[psms["is_decoy"], "group"] == "").all()
    assert not psms.loc[psms["is_decoy"], "accepted"].any()
    assert (psms["accepted"].sum(), len(psms)) == (123, 126)


def test_picked_competition_of_groups():
    # Target groups A (10), B (7), C (3); decoys of A (6: beaten), of C (5: beats C), of X (4).
    # Left: A 10, B 7 | decoys C 5, X 4. q of A: min((0+1)/1, (0+1)/2) = 1/2, of B the same.
    def group(name):
        return Group((name,), (name,), (name,), (name,))

    peptides = pd.DataFrame(
        [
            ("A", False, 10.0),
            ("B", False, 7.0),
            ("C", False, 3.0),
            ("A", True, 6.0),
            ("C", True, 5.0),
            ("X", True, 4.0),
        ],
        columns=["pair", "is_decoy", "score"],
    )
    targets, acceptance, decoys = _compete(
        [group("A"), group("B"), group("C")],
        [group("A"), group("C"), group("X")],
        peptides,
        0.5,
    )
    assert [g.accessions[0] for g in targets] == ["A", "B"]
    assert decoys == 2
    np.testing.assert_allclose(acceptance.q_values, [1 / 2, 1 / 2, 1, 1])
    assert acceptance.accepted.tolist() == [True, True, False, False]
    expected = accept([10, 7, 5, 4], [False, False, True, True], 0.5, 1)
    np.testing.assert_allclose(acceptance.q_values, expected.q_values)


def test_picked_competition_with_ties_and_shared_peptides():
    # A and B share the peptide s, so that one group holds both; its decoy holds s, too, but is
    # named after B. Best scores: A;B 10 v 9: the decoy is beaten, though their first names differ.
    # C 6 v 6: of equal scores the decoy stays. E 8 has no decoy; F has only a decoy, 7.
    # Left: A;B 10, E 8 | F 7, C 6. q of A;B and E: min((0 + 1) / 1, (0 + 1) / 2) = 1/2;
    # of F (1 + 1) / 2 = 1, of C (2 + 1) / 2, so 1.
    pair = Group(("A", "B"), ("s",), ("s",), ("s",))
    mirrored = Group(("B", "A"), ("s",), ("s",), ("s",))
    own = {name: Group((name,), (name,), (name,), (name,)) for name in "CEF"}
    scores = [("s", False, 10.0), ("s", True, 9.0), ("C", False, 6.0), ("C", True, 6.0)]
    scores += [("E", False, 8.0), ("F", True, 7.0)]
    targets, acceptance, decoys = _compete(
        [pair, own["C"], own["E"]],
        [mirrored, own["C"], own["F"]],
        pd.DataFrame(scores, columns=["pair", "is_decoy", "score"]),
        0.5,
    )
    assert [group.accessions for group in targets] == [("A", "B"), ("E",)]
    assert decoys == 2
    np.testing.assert_allclose(acceptance.q_values, [1 / 2, 1 / 2, 1, 1])
    assert acceptance.accepted.tolist() == [True, True, False, False]


def test_a_peptide_of_two_proteins_counts_for_one_group_only():
    # P00 and TWIN share all eight peptides of P00; TWIN has eight of its own. TWIN explains more,
    # is taken first and owns the shared ones; P00 explains nothing more and is no group.
    first = protein("P00", 0)
    twin = Protein("TWIN", first.sequence + protein("X", 90).sequence, taxon="9606")
    peptides = [*digest(first.sequence, HOW), *digest(protein("X", 90).sequence, HOW)]
    rows = [row(text, 100 - i / 10, number=i) for i, text in enumerate(peptides)]
    found = infer_proteins(pd.DataFrame(rows), [first, twin], HOW, "human", 0.01, 0.01)
    assert found.groups["group"].tolist() == ["TWIN"]
    group = found.groups.iloc[0]
    assert (group["n_peptides"], group["n_unique_peptides"]) == (16, 8)
    assert not group["ambiguous"]
    assert found.peptides["unique"].sum() == 8
    assert (found.peptides.loc[~found.peptides["unique"], "proteins"] == "P00;TWIN").all()


def test_a_study_without_matches_has_empty_tables():
    empty = pd.DataFrame(columns=["run", "sample", *COLUMNS]).astype(dict(COLUMNS))
    found = infer_proteins(empty, [protein("P1", 1)], HOW, "human", 0.01, 0.01)
    assert found.psms.empty
    assert found.peptides.empty
    assert found.groups.empty
    assert found.groups[found.groups["accepted"]].columns.tolist() == GROUP_COLUMNS
    assert found.rules["accepted"].tolist() == [0, 0, 0]
