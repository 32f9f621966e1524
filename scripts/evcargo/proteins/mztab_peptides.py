"""Peptides as mzTab writes them: spelled as in their proteins, with places and modifications."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evcargo.proteins.database import Protein
from evcargo.proteins.digest import ENZYMES, leucine
from evcargo.proteins.modifications import Modification, parse_modifications, site_name

TOKEN = re.compile(r"\[([+-][0-9.]+)\]|([A-Z])|-")
Shifts = Mapping[tuple[str, float], str]


@dataclass(frozen=True)
class Place:
    """A peptide within a protein; `start` and `end` count residues from 1."""

    accession: str
    sequence: str
    pre: str
    post: str
    start: int
    end: int


@dataclass
class Spelling:
    """How the accepted peptides lie in their proteins.

    Parameters
    ----------
    sequences
        Accession -> sequence.
    holders
        Peptide (I as L) -> accessions of all proteins that hold it.
    peptides_of
        Group -> its accepted peptides.
    unique
        Peptides of one group only.
    shifts
        Site and mass shift, Da -> UNIMOD number (`shifts_of`).
    enzyme
        Key of `evcargo.proteins.digest.ENZYMES`.
    """

    sequences: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    peptides_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique: frozenset[str] = frozenset()
    shifts: Shifts = field(default_factory=dict)
    enzyme: str = ""

    def __post_init__(self) -> None:
        self._places: dict[str, list[Place]] = {}

    def places(self, peptide: str, group: str) -> list[Place]:
        """Where a peptide lies in each protein that holds it, that of its group first."""
        if peptide not in self._places:
            order = sorted(self.holders[peptide], key=lambda name: (name != group, name))
            found = (self._place(peptide, accession) for accession in order)
            self._places[peptide] = [place for place in found if place]
            if not self._places[peptide]:
                raise ValueError(f"{peptide} is in none of its proteins {order}")
        return self._places[peptide]

    def coverage(self, accession: str, group: str) -> float:
        """Fraction of a protein's residues that lie in accepted peptides of its group."""
        sequence = self.sequences.get(accession, "")
        covered: set[int] = set()
        for peptide in self.peptides_of.get(group, ()):
            place = self._place(peptide, accession)
            if place:
                covered.update(range(place.start, place.end + 1))
        return len(covered) / len(sequence) if sequence else float("nan")

    def _place(self, peptide: str, accession: str) -> Place | None:
        """Find the first place where the enzyme can have cut the peptide out, else the first."""
        sequence = self.sequences[accession]
        plain = leucine(sequence)
        found = [match.start() for match in re.finditer(f"(?={peptide})", plain)]
        if not found:
            return None
        at = next((at for at in found if self._is_cut(plain, at, at + len(peptide))), found[0])
        end = at + len(peptide)
        pre = sequence[at - 1] if at else "-"
        post = sequence[end] if end < len(sequence) else "-"
        return Place(accession, sequence[at:end], pre, post, at + 1, end)

    def _is_cut(self, plain: str, start: int, end: int) -> bool:
        after, unless = ENZYMES[self.enzyme]
        begins = start == 0 or (start == 1 and plain[0] == "M")
        begins |= plain[start - 1] in after and plain[start] not in unless
        return begins and (
            end == len(plain) or (plain[end - 1] in after and plain[end] not in unless)
        )


def spelling_of(
    peptides: pd.DataFrame, proteins: Iterable[Protein], shifts: Shifts, enzyme: str
) -> Spelling:
    """Make the spelling from the peptides of the study and its database.

    Parameters
    ----------
    peptides
        ``results/proteins/peptides.parquet``.
    proteins
        The database.
    shifts
        Of `shifts_of`.
    enzyme
        Of the search.
    """
    good = peptides[peptides["accepted"]]
    holders = {
        str(peptide): tuple(str(names).split(";"))
        for peptide, names in zip(good["peptide"], good["proteins"], strict=True)
    }
    needed = {name for names in holders.values() for name in names}
    return Spelling(
        {one.accession: one.sequence for one in proteins if one.accession in needed},
        holders,
        {str(group): tuple(own) for group, own in good.groupby("group")["peptide"]},
        frozenset(good.loc[good["unique"], "peptide"]),
        shifts,
        enzyme,
    )


def listed_modifications(search: Mapping[str, Any]) -> dict[str, list[Modification]]:
    """List the ``fixed`` and the ``variable`` modifications of a search, one for each site.

    Parameters
    ----------
    search
        Options ``proteins.search`` of the config.
    """
    return {
        kind: parse_modifications(search[f"{kind}_modifications"], "proteins.search")
        for kind in ("fixed", "variable")
    }


def shifts_of(modifications: Mapping[str, Iterable[Modification]]) -> dict[tuple[str, float], str]:
    """UNIMOD number of each mass shift that a residue or end of a peptide can carry in the search.

    Parameters
    ----------
    modifications
        Of `listed_modifications`; those that are a mass have no number.

    Returns
    -------
    dict
        (residue with I as L, ``N-term`` or ``C-term``; shift to 4 digits) -> number. A variable
        modification takes the place of the fixed one of its site.
    """
    found: dict[tuple[str, float], str] = {}
    for one in (one for kind in ("fixed", "variable") for one in modifications.get(kind, ())):
        where = one.site.lstrip("^$[]") or site_name(one.site).removeprefix("Protein ")
        if one.number:
            found.setdefault((where, round(one.mass, 4)), one.number)
    return found


def modifications_text(modified: str, shifts: Shifts) -> str:
    """Write the modifications of a peptide as ``position-UNIMOD:id``, ``null`` if there are none.

    Parameters
    ----------
    modified
        Peptide in ProForma notation with mass shifts (`evcargo.proteins.search`).
    shifts
        Of `shifts_of`; a shift that is not there becomes ``CHEMMOD:+...``.

    Returns
    -------
    str
        Position 0 is the N-terminus, 1 the first residue, length + 1 the C-terminus.
    """
    length = len(re.sub(r"\[[^\]]*\]|-", "", modified))
    told, position, residue = [], 0, "N-term"
    for match in TOKEN.finditer(modified):
        shift, letter = match.groups()
        if letter:
            position, residue = position + 1, letter
        elif shift is None:  # a dash: the end of the N-terminal part, or start of the C-terminal
            if position == length:
                position, residue = length + 1, "C-term"
        else:
            name = shifts.get((residue, round(float(shift), 4)), f"CHEMMOD:{shift}")
            told.append(f"{position}-{name}")
    return ",".join(told) or "null"
