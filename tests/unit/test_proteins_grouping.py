"""Parsimony against examples worked out by hand."""

from evcargo.proteins.grouping import group_proteins, host_first


def grouped(holders):
    return {group.accessions: group for group in group_proteins(holders, lambda name: name)}


def test_proteins_with_the_same_peptides_are_one_ambiguous_group():
    found = grouped({"p1": {"A", "B"}, "p2": {"A", "B"}})
    assert list(found) == [("A", "B")]
    assert found["A", "B"].unique == ("p1", "p2")
    assert found["A", "B"].is_ambiguous


def test_a_protein_whose_peptides_another_holds_is_left_out():
    # A: p1 p2 p3, B: p2 p3. B explains nothing that A does not.
    found = grouped({"p1": {"A"}, "p2": {"A", "B"}, "p3": {"A", "B"}})
    assert list(found) == [("A",)]
    assert found["A",].razor == ("p1", "p2", "p3")
    assert found["A",].unique == ("p1",)
    assert not found["A",].is_ambiguous


def test_a_shared_peptide_goes_to_the_group_that_explains_most():
    # A: p1 p2 p3 s, B: p4 s. A comes first (4 peptides) and owns s; B keeps p4.
    found = grouped({"p1": {"A"}, "p2": {"A"}, "p3": {"A"}, "s": {"A", "B"}, "p4": {"B"}})
    assert found["A",].razor == ("p1", "p2", "p3", "s")
    assert found["B",].razor == ("p4",)
    assert found["B",].peptides == ("p4", "s")
    assert found["B",].unique == ("p4",)


def test_a_protein_that_two_others_cover_is_left_out():
    # A: 1 2 3, C: 4 5 6, B: 3 4. A and C come first, nothing is left for B.
    found = grouped(
        {"1": {"A"}, "2": {"A"}, "3": {"A", "B"}, "4": {"B", "C"}, "5": {"C"}, "6": {"C"}}
    )
    assert list(found) == [("A",), ("C",)]


def test_what_is_left_counts_not_the_size():
    # A: 1 2 3 4; B: 2 3 4 (larger than C, but covered by A); C: 5.
    found = grouped({"1": {"A"}, "2": {"A", "B"}, "3": {"A", "B"}, "4": {"A", "B"}, "5": {"C"}})
    assert list(found) == [("A",), ("C",)]


def test_without_a_unique_peptide_a_group_is_ambiguous():
    # A: 1 2, B: 2 3, C: 3 1: any two explain all. The names decide: A, then B (3 is left).
    found = grouped({"1": {"A", "C"}, "2": {"A", "B"}, "3": {"B", "C"}})
    assert list(found) == [("A",), ("B",)]
    assert found["A",].is_ambiguous
    assert found["B",].razor == ("3",)


def test_every_peptide_is_owned_once():
    holders = {
        f"p{i}": {name for j, name in enumerate("ABCDEFG") if (i * (j + 3)) % 5 in (0, j % 5)}
        for i in range(40)
    }
    holders = {peptide: names for peptide, names in holders.items() if names}
    found = grouped(holders)
    owned = [peptide for group in found.values() for peptide in group.razor]
    assert sorted(owned) == sorted(holders)


def test_the_host_wins_a_shared_peptide():
    counted = host_first({"p": {"HUMAN", "BOVIN"}, "q": {"BOVIN"}}, lambda name: name == "HUMAN")
    assert counted == {"p": {"HUMAN"}, "q": {"BOVIN"}}
