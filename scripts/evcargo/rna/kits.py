"""Library kits and their 3' adapters, and which of them the reads of a run carry."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

AUTO, NONE = "auto", "none"
SEED = 12
SCANNED_READS = 100_000
MIN_SHARE = 0.10
RIVAL_SHARE = 0.20


@dataclass(frozen=True)
class Kit:
    """What a library kit puts around the insert.

    Parameters
    ----------
    name
        Name for the run sheet.
    adapter
        3' adapter; empty if the reads are already trimmed.
    clip
        Random bases at either end of the insert, nt.
    umi
        Length of the molecular identifier that follows the adapter, nt.
    """

    name: str
    adapter: str
    clip: int = 0
    umi: int = 0


@dataclass(frozen=True)
class Scan:
    """Which known adapter the first reads of a run carry.

    Parameters
    ----------
    kit
        Kit to trim with.
    verdict
        HIGH: one adapter stands out. CONFLICT: another one is close, or it is not the one of the
        run sheet. NONE: no known adapter in `MIN_SHARE` of the reads.
    shares
        Share of the scanned reads whose first known adapter is that of the kit.
    problem
        Why the run cannot be trusted, and what to do; empty if it can.
    """

    kit: Kit
    verdict: str
    shares: dict[str, float]
    problem: str = ""


def read_kits(path: str | Path) -> dict[str, Kit]:
    """Read `resources/adapters/adapters.tsv`; the kit `none` is added."""
    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        kits = [Kit(row["kit"], row["sequence"], int(row["clip"]), int(row["umi"])) for row in rows]
    return {kit.name: kit for kit in [*kits, Kit(NONE, "")]}


def scan_reads(reads: Iterable[str], kits: dict[str, Kit], asked: str) -> Scan:
    """Find the known adapter that the reads carry and hold it against the run sheet.

    In each of the first `SCANNED_READS` reads, the adapter whose first `SEED` letters come first
    counts: what follows it (a second adapter, an index) does not.

    Parameters
    ----------
    reads
        Sequences of the reads.
    kits
        Known kits; of two with the same adapter the first stands for both.
    asked
        Kit of the run sheet, or ``auto``.

    Returns
    -------
    Scan
        ``auto`` becomes the kit that was found. Reads without a known adapter are taken as already
        trimmed if their lengths vary, as those of no sequencer do.
    """
    seeds = {kit.adapter[:SEED]: kit for kit in reversed(kits.values()) if kit.adapter}
    found: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    for read in islice(reads, SCANNED_READS):
        lengths[len(read)] += 1
        places = {seed: place for seed in seeds if (place := read.find(seed)) >= 0}
        if places:
            found[seeds[min(places, key=lambda seed: places[seed])].name] += 1
    total = max(lengths.total(), 1)
    shares = {name: round(count / total, 4) for name, count in found.most_common()}
    return _judged(kits, asked, shares, uneven=max(lengths.values(), default=0) < 0.5 * total)


def _judged(kits: dict[str, Kit], asked: str, shares: dict[str, float], uneven: bool) -> Scan:
    best, share = next(iter(shares.items()), (NONE, 0.0))
    rival, rival_share = next(islice(shares.items(), 1, None), (NONE, 0.0))
    carried = f"the adapter of {best} is in {share:.1%} of the reads"
    if asked == NONE:
        mixed = share >= MIN_SHARE
        problem = f"kit is none, but {carried}: set kit to {best} or auto" if mixed else ""
        return Scan(kits[NONE], "CONFLICT" if mixed else "NONE", shares, problem)
    if share < MIN_SHARE:
        if asked != AUTO:
            return Scan(kits[asked], "NONE", shares)
        problem = (
            f"no known adapter in {MIN_SHARE:.0%} of the reads (most: {best}, {share:.1%}):"
            " name the kit in the run sheet, or none if the reads are trimmed"
        )
        return Scan(kits[NONE], "NONE", shares, "" if uneven else problem)
    if asked != AUTO:
        agrees = kits[asked].adapter == kits[best].adapter or shares.get(asked, 0) >= MIN_SHARE
        problem = "" if agrees else f"kit is {asked}, but {carried}: set kit to {best} or auto"
        return Scan(kits[asked], "HIGH" if agrees else "CONFLICT", shares, problem)
    if rival_share >= RIVAL_SHARE * share and rival_share >= MIN_SHARE:
        problem = f"{carried}, that of {rival} in {rival_share:.1%}: name the kit in the run sheet"
        return Scan(kits[best], "CONFLICT", shares, problem)
    return Scan(kits[best], "HIGH", shares)
