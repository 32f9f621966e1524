"""Isoforms of mature miRNAs, in the words of mirtop and mirGFF3.

Variants follow the definition of mirGFF3 1.2 (github.com/miRTop/mirGFF3, Desvignes 2020,
10.1093/bioinformatics/btz675): signs tell the direction along the hairpin, so that ``iso_5p:+1``
begins one letter late and ``iso_3p:+1`` ends one letter late.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from evcargo.rna.assign import Call

REFERENCE = "NA"
LOW_SHARE, BAD_CYCLE = "low share", "bad cycle"
MAX_ADDED = 3
# Last position in the read, from 1, of each kind of mismatch; the first position has no kind.
SNV_KINDS = (
    (1, "iso_snv"),
    (7, "iso_snv_seed"),
    (8, "iso_snv_central_offset"),
    (12, "iso_snv_central"),
    (17, "iso_snv_central_supp"),
)
COLUMNS = (
    "feature",
    "hairpins",
    "sequence",
    "reads",
    "variant",
    "shift_5p",
    "shift_3p",
    "tail",
    "mismatch",
    "share",
    "filter",
)


class Isomir(NamedTuple):
    """How an insert differs from a mature miRNA.

    Shifts of the ends along the hairpin (nt), letters of the non-templated tail, and the mismatch
    as position in the insert (from 1), letter of the hairpin, letter of the insert; position 0 if
    there is none. `start` and `end` are 0-based bounds on the hairpin, without the tail.
    """

    shift_5p: int
    shift_3p: int
    tail: str
    position: int
    expected: str
    found: str
    start: int
    end: int

    @property
    def variant(self) -> str:
        """Attribute Variant of mirGFF3; NA for the reference sequence."""
        words = []
        if self.shift_3p:
            words.append(f"iso_3p:{self.shift_3p:+d}")
        if self.shift_5p:
            words.append(f"iso_5p:{self.shift_5p:+d}")
        if self.tail:
            words.append(f"iso_add3p:{len(self.tail)}")
        if self.position:
            words.append(snv_kind(self.position))
        return ",".join(words) or REFERENCE

    @property
    def cigar(self) -> str:
        """Attribute Cigar of mirGFF3: M matches, a mismatch is the letter of the hairpin."""
        length = self.end - self.start
        if not self.position:
            core = f"{length}M"
        else:
            parts = (self.position - 1, length - self.position)
            before, after = (f"{part}M" if part else "" for part in parts)
            core = f"{before}{self.expected}{after}"
        return f"{core}{len(self.tail)}I" if self.tail else core

    @property
    def mismatch(self) -> str:
        """The mismatch as text, e.g. 8A>G; empty if there is none."""
        return f"{self.position}{self.expected}>{self.found}" if self.position else ""


def snv_kind(position: int) -> str:
    """Kind of a mismatch by its position in the read, from 1."""
    return next((kind for last, kind in SNV_KINDS if position <= last), "iso_snv")


def describe(insert: str, call: Call, hairpin: str) -> Isomir:
    """Compare an insert with the mature miRNA that it was called as.

    A mismatch is part of the tail when it is among the last 3 letters and only A or T follow:
    polymerases that add letters add mostly A and U, which may match the hairpin by chance (mirtop
    reads the end of a sequence in the same way).

    Parameters
    ----------
    insert
        DNA letters.
    call
        A mature miRNA; its place ends before the tail, if that was found already.
    hairpin
        Letters of the reference.
    """
    place = call.place
    start, end = place.start, place.end
    size = end - start
    position = 0
    if place.mismatches:
        pairs = zip(insert, hairpin[start:end], strict=False)
        position = next(n for n, (one, other) in enumerate(pairs, 1) if one != other)
        if size - position < MAX_ADDED and not insert[position:size].strip("AT"):
            size, position = position - 1, 0
            end = start + size
    expected = hairpin[start + position - 1] if position else ""
    found = insert[position - 1] if position else ""
    shifts = (start - call.start, end - call.end)
    return Isomir(*shifts, insert[size:], position, expected, found, start, end)


class Row(NamedTuple):
    """An insert as an isoform of one feature, which lies on these hairpins."""

    feature: str
    insert: str
    reads: float
    hairpins: list[int]
    isomir: Isomir


def isomir_rows(
    mirnas: Mapping[str, Sequence[Call]], counts: Mapping[str, int], letters: Sequence[str]
) -> list[Row]:
    """One row per insert and mature miRNA, sorted by feature, reads (most first) and sequence.

    Where hairpins of one mature tell an insert differently, the description with the shortest tail,
    then the smallest shifts, is taken.
    """
    rows = []
    for insert, calls in mirnas.items():
        by_feature: dict[str, list[Call]] = {}
        for call in calls:
            by_feature.setdefault(call.feature, []).append(call)
        reads = counts[insert] / len(by_feature)
        for feature, ones in by_feature.items():
            numbers = [one.place.reference for one in ones]
            found = [
                describe(insert, one, letters[number])
                for one, number in zip(ones, numbers, strict=True)
            ]
            nearest = min(found, key=_distance) if len(found) > 1 else found[0]
            rows.append(Row(feature, insert, reads, list(dict.fromkeys(numbers)), nearest))
    return sorted(rows, key=lambda row: (row.feature, -row.reads, row.insert))


def _distance(isomir: Isomir) -> tuple[int, int, int]:
    return len(isomir.tail), abs(isomir.shift_5p), abs(isomir.shift_3p)


def isomir_table(
    rows: Sequence[Row],
    names: Mapping[int, str],
    min_share: float,
    bad_positions: Collection[int] = (),
) -> pd.DataFrame:
    """Put isoforms under the contract ``rna_isomirs``.

    Parameters
    ----------
    rows
        See `isomir_rows`.
    names
        Number of a reference -> name of the hairpin.
    min_share
        Share of its mature's reads below which an isoform (not the reference sequence) is marked.
    bad_positions
        Positions, from 1, whose mismatches are marked, since the sequencer made many errors there
        (see `evcargo.rna.cycles.bad_positions`). An isoform that both apply to has both marks.
    """
    table = pd.DataFrame(_records(rows, names), columns=COLUMNS[:-2])
    table["share"] = table["reads"] / table.groupby("feature")["reads"].transform("sum")
    low = (table["share"] < min_share) & (table["variant"] != REFERENCE)
    bad = [row.isomir.position in bad_positions for row in rows]
    marks = zip(low, bad, strict=True)
    table["filter"] = [
        ", ".join([BAD_CYCLE] * is_bad + [LOW_SHARE] * is_low) for is_low, is_bad in marks
    ]
    return table


def hairpin_names(hairpins: Sequence[int], names: Mapping[int, str]) -> list[str]:
    """Names of hairpins by number; those of identical letters, which share a name, are parted."""
    found = dict.fromkeys(names[number] for number in hairpins)
    return [part for name in found for part in name.split("/")]


def _records(rows: Sequence[Row], names: Mapping[int, str]) -> Iterator[tuple]:
    for row in rows:
        isomir = row.isomir
        yield (
            row.feature,
            ",".join(hairpin_names(row.hairpins, names)),
            row.insert,
            row.reads,
            isomir.variant,
            isomir.shift_5p,
            isomir.shift_3p,
            isomir.tail,
            isomir.mismatch,
        )
