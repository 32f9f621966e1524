"""Library kits and their 3' adapters, and which of them the reads of a run carry."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evcargo.rna.denovo import find_adapter

AUTO, NONE, DE_NOVO = "auto", "none", "de_novo"
HIGH, CONFLICT = "HIGH", "CONFLICT"
NUMBERS = ("clip_5p", "clip_3p", "umi")
SEED = 12
SCANNED_READS = 100_000
MIN_SHARE = 0.10
RIVAL_SHARE = 0.20
# What no table knows must be in more reads to be believed.
MIN_UNKNOWN_SHARE = 0.30
# Sequencers write A behind the end of short molecules, so that some reads of any kit have a tail.
TAIL_SHARE = 0.50
# Isomers of an RNA differ in their ends too, but the most frequent one is a good part of them.
FEWEST_LIKE, RANDOM_ENDS = 50, 10


@dataclass(frozen=True)
class Kit:
    """What a library kit puts around the insert.

    Parameters
    ----------
    name
        Name for the run sheet.
    adapter
        3' adapter; empty if it is cut off already.
    clip_5p, clip_3p
        Bases of the kit at the 5' and at the 3' end of the insert, nt.
    umi
        Length of the molecular identifier that follows the adapter, nt.
    """

    name: str
    adapter: str
    clip_5p: int = 0
    clip_3p: int = 0
    umi: int = 0

    @property
    def poly_a(self) -> bool:
        """Whether the kit puts a tail of A behind the insert, which is its adapter here."""
        return set(self.adapter) == {"A"}


@dataclass(frozen=True)
class Scan:
    """Which known adapter the first reads of a run carry.

    Parameters
    ----------
    kit
        Kit to trim with.
    verdict
        HIGH: one adapter stands out. CONFLICT: another one is close, or it is not the one of the
        run sheet. NONE: neither a known adapter in `MIN_SHARE` of the reads, nor another one.
    shares
        Share of the scanned reads whose first known adapter is that of the kit; of an adapter that
        was found from the reads alone as ``de_novo``.
    problem
        Why the run cannot be trusted, and what to do; empty if it can.
    notes
        What else is worth knowing about the run, for people.
    """

    kit: Kit
    verdict: str
    shares: dict[str, float]
    problem: str = ""
    notes: tuple[str, ...] = ()


def read_kits(
    path: str | Path, declared: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
) -> dict[str, Kit]:
    """Read the known kits, and add those of the study and the kit `none`.

    Parameters
    ----------
    path
        `resources/adapters/adapters.tsv`.
    declared
        Option ``rna.kits``: name -> adapter, clip_5p, clip_3p and umi.
    """
    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        kits = [
            Kit(row["kit"], row["sequence"], *(int(row[name]) for name in NUMBERS)) for row in rows
        ]
    kits += [
        Kit(name, kit["adapter"].upper().replace("U", "T"), *(kit[number] for number in NUMBERS))
        for name, kit in declared.items()
    ]
    return {kit.name: kit for kit in [*kits, Kit(NONE, "")]}


def scan_reads(reads: Iterable[str], kits: dict[str, Kit], asked: str) -> Scan:
    """Find the adapter that the reads carry and hold it against the run sheet.

    In each of the first `SCANNED_READS` reads, the known adapter whose first `SEED` letters come
    first counts: what follows it (a second adapter, an index, a tail) does not. Where no known
    adapter is in `MIN_SHARE` of the reads, `evcargo.rna.denovo` looks for an unknown one.

    Parameters
    ----------
    reads
        Sequences of the reads.
    kits
        Known kits; of those whose adapters begin alike the first stands for all.
    asked
        Kit of the run sheet, or ``auto``.

    Returns
    -------
    Scan
        ``auto`` becomes the kit that was found (of those with one adapter, the one with random
        ends only where the ends are random), but never one of a poly-A tail: such kits leave
        different bases before the insert. Reads without an adapter are taken as already trimmed if
        their lengths vary, as those of no sequencer do.
    """
    looked_at = list(islice(reads, SCANNED_READS))
    seeds = {seed_of(kit): kit.name for kit in reversed(kits.values()) if kit.adapter}
    found: Counter[str] = Counter()
    for read, count in Counter(looked_at).items():
        places = [(place, seed) for seed in seeds if (place := read.find(seed)) >= 0]
        if places:
            found[seeds[min(places)[1]]] += count
    shares = {name: round(n / len(looked_at), 4) for name, n in found.most_common()}
    tail_share = MIN_SHARE if asked in kits and kits[asked].poly_a else TAIL_SHARE
    if any(n >= (tail_share if kits[name].poly_a else MIN_SHARE) for name, n in shares.items()):
        scan = _known(kits, asked, shares)
        return _with_random_ends(scan, kits, looked_at) if asked == AUTO else scan
    return _unknown(kits, asked, shares, looked_at)


def seed_of(kit: Kit) -> str:
    """First letters of an adapter, by which reads are searched; of a tail, more than it needs."""
    return "A" * SEED if kit.poly_a else kit.adapter[:SEED]


def _known(kits: dict[str, Kit], asked: str, shares: dict[str, float]) -> Scan:
    """Judge reads of which enough carry a known adapter."""
    best, share = next(iter(shares.items()))
    rivals = [(name, n) for name, n in shares.items() if name != best and not kits[name].poly_a]
    rival, rival_share = next(iter(rivals), (NONE, 0.0))
    tailed = kits[best].poly_a
    carried = f"the adapter of {best} is in {share:.1%} of the reads"
    remedy = f"set kit to {best} or auto"
    if tailed:
        names = " or ".join(name for name, kit in kits.items() if kit.poly_a)
        carried = f"{share:.1%} of the reads have a tail of A"
        remedy = f"set kit to the one that made it ({names})"
    if asked == AUTO:
        close = rival_share >= RIVAL_SHARE * share and rival_share >= MIN_SHARE
        if tailed:
            return Scan(kits[NONE], CONFLICT, shares, f"{carried}: {remedy}")
        problem = f"{carried}, that of {rival} in {rival_share:.1%}: name the kit in the run sheet"
        return Scan(kits[best], CONFLICT if close else "HIGH", shares, problem if close else "")
    if kits[asked].adapter:
        alike = {name for name, kit in kits.items() if seed_of(kit) == seed_of(kits[asked])}
        carries = any(shares.get(name, 0) >= MIN_SHARE for name in alike)
        if best in alike or (carries and not kits[asked].poly_a):
            return Scan(kits[asked], HIGH, shares)
    return Scan(kits[asked], CONFLICT, shares, f"kit is {asked}, but {carried}: {remedy}")


def _with_random_ends(scan: Scan, kits: dict[str, Kit], reads: list[str]) -> Scan:
    """Change to the kit of the same adapter with bases at the ends, if they are random there.

    Random ends make thousands of different inserts of one RNA: the most frequent insert is then
    far rarer than the most frequent one without its ends.
    """
    seed = seed_of(scan.kit)
    for kit in kits.values():
        ends = kit.clip_5p + kit.clip_3p
        if not seed or not ends or seed_of(kit) != seed or scan.kit.clip_5p + scan.kit.clip_3p:
            continue
        places = ((read, read.find(seed)) for read in reads)
        inserts = Counter(read[:place] for read, place in places if place >= SEED + ends)
        cores: Counter[str] = Counter()
        for insert, count in inserts.items():
            cores[insert[kit.clip_5p : len(insert) - kit.clip_3p]] += count
        most, most_core = max(inserts.values(), default=0), max(cores.values(), default=0)
        if most_core >= FEWEST_LIKE and most_core >= RANDOM_ENDS * most:
            note = (
                f"the inserts have random bases at their ends: taken for {kit.name}, not"
                f" {scan.kit.name}, which has the same adapter"
            )
            return replace(scan, kit=kit, notes=(*scan.notes, note))
    return scan


def _unknown(kits: dict[str, Kit], asked: str, shares: dict[str, float], reads: list[str]) -> Scan:
    """Judge reads without a known adapter."""
    found = find_adapter(reads)
    if found.convincing and found.share >= MIN_UNKNOWN_SHARE:
        said = f"an unknown adapter {found.adapter} is in {found.share:.1%} of the reads"
        shares = {**shares, DE_NOVO: round(found.share, 4)}
        if asked == AUTO:
            kit = Kit(DE_NOVO, found.adapter)
            note = f"{said}, found from the reads alone, and is cut off"
            return Scan(kit, HIGH, shares, notes=(note,))
        problem = f"kit is {asked}, but {said}: set kit to auto"
        return Scan(kits[asked], CONFLICT, shares, problem)
    if asked != AUTO and not kits[asked].adapter:
        return Scan(kits[asked], "NONE", shares)
    if asked != AUTO:
        problem = (
            f"kit is {asked}, but its adapter is in {shares.get(asked, 0):.1%} of the reads:"
            " set kit to none if the reads are trimmed, or to auto"
        )
        return Scan(kits[asked], "NONE", shares, problem)
    lengths = Counter(map(len, reads))
    if max(lengths.values(), default=0) < 0.5 * len(reads):
        return Scan(kits[NONE], "NONE", shares)
    most = "".join(f" (most: {name}, {share:.1%})" for name, share in islice(shares.items(), 1))
    problem = (
        f"no known adapter in {MIN_SHARE:.0%} of the reads{most}, and no unknown one:"
        " name the kit in the run sheet, or none if the reads are trimmed"
    )
    return Scan(kits[NONE], "NONE", shares, problem)
