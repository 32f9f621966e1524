"""Protein groups by parsimony: the fewest groups that explain the peptides.

1. Host wins: a peptide that a host protein holds says nothing about foreign proteins.
2. Proteins with the same peptides cannot be told apart and are one candidate group.
3. The candidate that explains most unexplained peptides is taken first, again and again (the greedy
   set cover of IDPicker, Zhang 2007, 10.1021/pr070230d); a candidate that explains nothing new is
   left out. The group that is taken first owns a shared peptide: it is its razor peptide.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A protein group.

    Parameters
    ----------
    accessions
        Its proteins, which hold the same peptides; the one that stands for it first.
    peptides
        Peptides that it holds, sorted.
    razor
        Those that count for it: unique ones and the shared ones it owns.
    unique
        Those that no protein outside the group holds, in the whole database.
    """

    accessions: tuple[str, ...]
    peptides: tuple[str, ...]
    razor: tuple[str, ...]
    unique: tuple[str, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether another protein could explain every one of its peptides."""
        return not self.unique or len(self.accessions) > 1


def host_first(
    holders: Mapping[str, Collection[str]], is_host: Callable[[str], bool]
) -> dict[str, frozenset[str]]:
    """Proteins that count for each peptide: those of the host if there is one, else all."""
    counted = {}
    for peptide, proteins in holders.items():
        host = frozenset(filter(is_host, proteins))
        counted[peptide] = host or frozenset(proteins)
    return counted


def group_proteins(
    holders: Mapping[str, Collection[str]], preference: Callable[[str], object]
) -> list[Group]:
    """Group the proteins of some peptides.

    Parameters
    ----------
    holders
        Peptide -> accessions of the proteins that hold it, none empty (after `host_first`).
    preference
        Key of an accession; the lowest stands for its group and wins ties.

    Returns
    -------
    list of Group
        Sorted by the accession that stands for the group.
    """
    peptides_of: dict[str, set[str]] = defaultdict(set)
    for peptide, proteins in holders.items():
        for protein in proteins:
            peptides_of[protein].add(peptide)
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for protein in sorted(peptides_of, key=preference):  # type: ignore[arg-type]
        alike[frozenset(peptides_of[protein])].append(protein)
    owned = _cover({tuple(names): held for held, names in alike.items()}, preference)
    groups = []
    for names, razor in owned.items():
        held = peptides_of[names[0]]
        unique = [peptide for peptide in held if set(holders[peptide]) <= set(names)]
        groups.append(
            Group(names, tuple(sorted(held)), tuple(sorted(razor)), tuple(sorted(unique)))
        )
    return sorted(groups, key=lambda group: group.accessions[0])


def _cover(
    candidates: Mapping[tuple[str, ...], frozenset[str]], preference: Callable[[str], object]
) -> dict[tuple[str, ...], set[str]]:
    """Greedy set cover: group -> the peptides that it explains first.

    Candidates are kept by how many peptides they could still explain, and looked at again only
    when they are on top: their number can only fall.
    """
    heap = [
        (-len(held), -len(held), preference(names[0]), names) for names, held in candidates.items()
    ]
    heapq.heapify(heap)
    explained: set[str] = set()
    owned: dict[tuple[str, ...], set[str]] = {}
    while heap:
        claimed, size, rank, names = heapq.heappop(heap)
        new = candidates[names] - explained
        if len(new) == -claimed and new:
            owned[names] = set(new)
            explained |= new
        elif new:
            heapq.heappush(heap, (-len(new), size, rank, names))
    return owned
