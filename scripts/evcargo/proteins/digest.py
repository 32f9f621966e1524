"""Peptides of proteins, told apart as a mass spectrometer does: isoleucine and leucine are one.

Everything downstream of the search names a peptide by its sequence with I (and J) written as L.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

# Enzyme -> residues it cuts after, and the residue that forbids the cut when it follows.
ENZYMES: Mapping[str, tuple[str, str]] = {
    "trypsin": ("KR", "P"),
    "trypsin/p": ("KR", ""),
    "lys-c": ("K", "P"),
    "arg-c": ("R", "P"),
}
_LEUCINE = str.maketrans("IJ", "LL")


@dataclass(frozen=True)
class Digestion:
    """How proteins are cut.

    Parameters
    ----------
    enzyme
        Key of `ENZYMES`.
    missed_cleavages
        Sites within a peptide that were not cut, at most.
    min_length, max_length
        Residues.
    specificity
        ``full``: both ends of a peptide are sites; ``semi``: one end at least; ``none``: no end
        needs to be, and missed cleavages do not count.
    """

    enzyme: str = "trypsin"
    missed_cleavages: int = 2
    min_length: int = 7
    max_length: int = 50
    specificity: str = "full"


def leucine(sequence: str) -> str:
    """Write isoleucine as leucine."""
    return sequence.translate(_LEUCINE)


def mirror(peptide: str) -> str:
    """Give the decoy of a peptide, or the peptide of a decoy: reversed, but for its ends.

    This is how the search engine makes its decoys (Sage, `Peptide::reverse` with its ends kept).
    """
    return peptide[0] + peptide[-2:0:-1] + peptide[-1] if len(peptide) > 2 else peptide


def cut_sites(sequence: str, enzyme: str) -> list[int]:
    """Positions before which the enzyme cuts, with 0 and the length of the sequence."""
    after, unless = ENZYMES[enzyme]
    inner = [
        i for i in range(1, len(sequence)) if sequence[i - 1] in after and sequence[i] not in unless
    ]
    return [0, *inner, len(sequence)]


def digest(sequence: str, how: Digestion) -> Iterator[str]:
    """Fully specific peptides of a protein, also those of it without its first methionine."""
    yield from _cut(sequence, how)
    if sequence.startswith("M"):
        yield from _cut(without_methionine(sequence, how), how)


def without_methionine(sequence: str, how: Digestion) -> str:
    """Give the N-terminal part of a protein without its first methionine.

    Cells remove it from most proteins whose second residue is small, often acetylating the next.
    The part reaches as far as a peptide from there can with all its missed cleavages; it is what
    the search needs to find these peptides too.
    """
    sites = cut_sites(sequence[1:], how.enzyme)
    return sequence[1:][: sites[min(how.missed_cleavages + 1, len(sites) - 1)]]


def _cut(sequence: str, how: Digestion) -> Iterator[str]:
    sites = cut_sites(sequence, how.enzyme)
    for first, start in enumerate(sites[:-1]):
        for end in sites[first + 1 : first + 2 + how.missed_cleavages]:
            if how.min_length <= end - start <= how.max_length:
                yield sequence[start:end]


def proteins_of(
    peptides: Collection[str], proteins: Iterable[tuple[str, str]], how: Digestion
) -> dict[str, dict[str, str]]:
    """Proteins that each peptide can come from.

    Parameters
    ----------
    peptides
        Peptides with I written as L.
    proteins
        Accession and sequence of every protein.
    how
        Digestion of the search.

    Returns
    -------
    dict
        Peptide -> accession -> the peptide as that protein spells it.
    """
    by_seed: dict[str, list[str]] = {}
    for peptide in sorted(set(peptides)):
        by_seed.setdefault(peptide[: how.min_length], []).append(peptide)
    found: dict[str, dict[str, str]] = {}
    for accession, sequence in proteins:
        text = leucine(sequence)
        sites: list[int] = []
        for start in range(len(text) - how.min_length + 1):
            for peptide in by_seed.get(text[start : start + how.min_length], ()):
                if text.startswith(peptide, start):
                    end = start + len(peptide)
                    sites = sites or cut_sites(text, how.enzyme)
                    if _is_product(start, end, sites, text, how):
                        found.setdefault(peptide, {})[accession] = sequence[start:end]
    return found


def _is_product(start: int, end: int, sites: list[int], text: str, how: Digestion) -> bool:
    """Whether the enzyme gives this part of a protein, whose sites are sorted."""
    if how.specificity == "none":
        return True
    first, last = bisect_right(sites, start), bisect_left(sites, end)
    if last - first > how.missed_cleavages:
        return False
    starts = sites[first - 1] == start or (start == 1 and text[0] == "M")
    ends = sites[last] == end
    return starts and ends if how.specificity == "full" else starts or ends
