"""The first reads of small RNA: whose they are and where their inserts begin, before any job."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import islice
from math import isnan
from statistics import median_low
from typing import Any

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.rna.beginnings import (
    Start,
    likely_organism,
    organism_counts,
    organism_share,
    other_start,
    read_beginnings,
    read_start,
)
from evcargo.rna.fastq import first_mates, layout_of, letters_of, read_fastq
from evcargo.rna.kits import AUTO, CONFLICT, Kit, Scan, read_kits, scan_reads, seed_of
from evcargo.rna.sheet import BEGINNINGS, brings_mirnas
from evcargo.study.notes import Notes

MOST_READS, FEWEST_READS, ALL_READS = 20_000, 1_000, 200_000
"""Reads of one file that are looked at, at most and at least, and of all files together."""
CONSTANT, MOST_BARCODES = 0.8, 8
"""Share of the reads that begin with one sequence, or with a few, where these are no accident."""
RARE_BARCODE = 0.02
"""Share below which a sequence is an error in one of these, or one of many."""
FARTHEST_BEHIND, FEWEST_TELLING = 3, 20
"""Bases between miRNA and adapter, as their median, from which they are of the kit (half of the
isoforms end within 1 nt of the mature), and reads of miRNAs that are enough for a median."""
OWN_KIT = "my_kit"

OrganismCounts = dict[str, dict[str, int]]


def check_first_reads(
    config: Mapping[str, Any],
    runs: pd.DataFrame,
    lines: Mapping[str, int],
    notes: Notes,
    resource: Callable[[str], str],
) -> None:
    """Write down every small-RNA run whose reads are of another organism or begin elsewhere.

    Parameters
    ----------
    config
        With its defaults.
    runs
        Contract ``runs``.
    lines
        Line in the run sheet of each ``assay/run``.
    notes
        Takes the problems. Runs that have one already are not looked into.
    resource
        Gives the path of a file of ``resources``.
    """
    wrong = {problem.row for problem in notes.problems}
    reads = runs[(runs["assay"] == "rna") & (runs["format"] == "fastq")]
    sound = [run for run in reads.to_dict("records") if lines[f"rna/{run['run']}"] not in wrong]
    if not sound:
        return
    known = read_beginnings(tuple(resource(f"rna/{name}") for name in BEGINNINGS))
    kits = read_kits(resource("adapters/adapters.tsv"), config["rna"]["kits"])
    number = min(max(ALL_READS // len(sound), FEWEST_READS), MOST_READS)
    # Of many files few reads are looked at, which tell the organism together.
    unclear: list[tuple[int, str]] = []
    pooled: OrganismCounts = {}
    for run in sound:
        line, path = lines[f"rna/{run['run']}"], run["path"]
        try:
            first = _first_reads(path, number)
        except EvcargoError as error:
            message, _, remedy = str(error).removeprefix(f"{path}: ").partition(". ")
            notes.add(message, remedy, line, "path", path)
            continue
        named = run["kit"] if isinstance(run["kit"], str) and run["kit"] else AUTO
        scan = scan_reads(first.elements(), kits, named)
        starts = read_start(first, known, seed_of(scan.kit))
        why, remedy = _why_other_kit(first, scan, starts, kits)
        if why:
            notes.add(why, remedy, line, "kit", named)
        start = other_start(starts, scan.kit.clip_5p)
        offset = start.offset if start else scan.kit.clip_5p
        counts = organism_counts(_inserts(first, offset), known)
        why, remedy = _why_other_organism(counts, config)
        if why:
            notes.add(why, remedy, line, "path", path)
        elif isnan(organism_share(counts, config["organism"])[0]):
            unclear.append((line, path))
            pooled = _added(pooled, counts)
    why, remedy = _why_other_organism(pooled, config)
    if why:
        line, path = unclear[0]
        notes.add(
            f"{why} (together with {len(unclear) - 1} other files)", remedy, line, "path", path
        )


def _first_reads(path: str, number: int) -> Counter[str]:
    """Sequences of the first reads of a file, without the second reads of pairs."""
    with closing(read_fastq(path)) as reads:
        first = list(islice(reads, number))
    if layout_of(path, first).paired:
        first = list(first_mates(first))
    return Counter(letters_of(read.sequence) for read in first)


def _why_other_kit(
    reads: Counter[str], scan: Scan, starts: Sequence[Start], kits: dict[str, Kit]
) -> tuple[str, str]:
    """Message and remedy where the reads are of another kit than the one of the run, else empty.

    Reads without any adapter that is known are left to the quality gate: they may be of a bad
    library as well as of another kit.
    """
    kit = scan.kit
    if scan.verdict == CONFLICT and scan.problem:
        message, _, remedy = scan.problem.rpartition(": ")
        return message, remedy[:1].upper() + remedy[1:]
    start = other_start(starts, kit.clip_5p)
    if start:
        # The adapter to declare is the one that the reads carry.
        carried = scan_reads(reads.elements(), kits, AUTO).kit if scan.problem else kit
        return _why_other_start(start, starts, kit, carried, kits, reads)
    if _between(starts[kit.clip_5p], kit):
        return _why_other_end(starts[kit.clip_5p], kit, kits)
    return "", ""


def _why_other_start(
    start: Start,
    starts: Sequence[Start],
    kit: Kit,
    carried: Kit,
    kits: Mapping[str, Kit],
    reads: Counter[str],
) -> tuple[str, str]:
    """Message and remedy where the inserts do not begin where the kit says."""
    total, clip = reads.total(), kit.clip_5p
    expected = starts[clip].reads if clip < len(starts) else 0
    message = (
        f"takes {clip or 'no'} bases off the start of the reads, but {start.reads:,} of {total:,}"
        f" reads have a known miRNA from base {start.offset + 1} on, and {expected:,} from base"
        f" {clip + 1}"
    )
    if start.offset:
        message += f"; the first {start.offset} bases are {_barcodes(start)}"
    return message, _declaration(carried, kits, start.offset, _between(start, kit) + kit.clip_3p)


def _why_other_end(start: Start, kit: Kit, kits: Mapping[str, Kit]) -> tuple[str, str]:
    """Message and remedy where other bases lie between insert and adapter than the kit says."""
    behind = kit.clip_3p + _between(start, kit)
    message = (
        f"has {kit.clip_3p or 'no'} bases between insert and adapter, but in the reads the adapter"
        f" begins {behind} bases behind the end of the miRNAs"
        f" (median of {start.behind.total():,} reads)"
    )
    return message, _declaration(kit, kits, kit.clip_5p, behind)


def _between(start: Start, kit: Kit) -> int:
    """Bases between miRNA and adapter beyond those of the kit; 0 if they may be those of isoforms.

    Of a tail of A there is no telling, since inserts end in A too.
    """
    if start.behind.total() < FEWEST_TELLING or kit.poly_a:
        return 0
    more = median_low(sorted(start.behind.elements())) - kit.clip_3p
    return more if abs(more) >= FARTHEST_BEHIND and more + kit.clip_3p >= 0 else 0


def _barcodes(start: Start) -> str:
    """Say what the bases before the inserts are: one sequence, a few, or many."""
    total = start.before.total()
    for number in (1, MOST_BARCODES):
        frequent = [
            (letters, count)
            for letters, count in start.before.most_common(number)
            if count >= RARE_BARCODE * total
        ]
        share = sum(count for _, count in frequent) / total
        if frequent and share >= CONSTANT:
            words = " or ".join(letters for letters, _ in frequent)
            return f"{words} (in {share:.0%} of these)"
    return "of many kinds, as random bases are"


def _declaration(kit: Kit, kits: Mapping[str, Kit], clip_5p: int, clip_3p: int) -> str:
    """Say what to write so that such reads are read right."""
    fitting = (
        other.name
        for other in kits.values()
        if seed_of(other) == seed_of(kit) and (other.clip_5p, other.clip_3p) == (clip_5p, clip_3p)
    )
    name = next(fitting, "")
    if name:
        return f"Write {name} into the column kit"
    numbers = {"clip_5p": clip_5p, "clip_3p": clip_3p, "umi": kit.umi}
    options = [f"adapter: {kit.adapter}"] if kit.adapter else []
    options += [f"{option}: {number}" for option, number in numbers.items() if number]
    return (
        f"Declare the kit in the config, rna.kits: {{{OWN_KIT}: {{{', '.join(options)}}}}}, and"
        f" write {OWN_KIT} into the column kit"
    )


def _inserts(reads: Counter[str], offset: int) -> Counter[str]:
    """Cut the first bases off reads."""
    inserts: Counter[str] = Counter()
    for read, number in reads.items():
        inserts[read[offset:]] += number
    return inserts


def _added(first: OrganismCounts, second: OrganismCounts) -> OrganismCounts:
    """Sum two counts by organism."""
    return {
        label: dict((Counter(first.get(label, {})) + Counter(second[label])).most_common())
        for label in second
    }


def _why_other_organism(counts: OrganismCounts, config: Mapping[str, Any]) -> tuple[str, str]:
    """Message and remedy where reads are of another organism than the study, else empty."""
    organism, limit = config["organism"], config["rna"]["gate"]["organism"][1]
    share, words = organism_share(counts, organism)
    if brings_mirnas(config["rna"]["references"]) or limit is None or not share < limit:
        return "", ""
    likely = likely_organism(counts)
    return (
        f"holds reads of {likely}, not of {organism}: {share:.1%} {words}",
        f"Set organism to {likely} in the config, or give reads of {organism}",
    )
