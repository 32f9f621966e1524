"""From the reads of a sample to its distinct inserts: adapter, quality, length, molecules."""

import gzip
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

import dnaio

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.rna.cycles import cycle_counts
from evcargo.rna.fastq import first_mates, layout_of, letters_of, read_fastq
from evcargo.rna.kits import AUTO, SCANNED_READS, Kit, Scan, scan_reads
from evcargo.rna.molecules import count_molecules
from evcargo.rna.trimmer import (
    LOW_QUALITY,
    NO_UMI,
    TOO_LONG,
    TOO_SHORT,
    UNTRIMMED,
    Key,
    Trimmer,
    TrimSettings,
)

DIMER_LENGTH = 3
FATES = (UNTRIMMED, TOO_SHORT, TOO_LONG, LOW_QUALITY, NO_UMI, "duplicate")
# Reads are collapsed before they are trimmed, this many at a time, and trimmed when this many
# different ones have come together: memory does not grow with the reads.
BATCH, MOST_KEYS = 100_000, 1_000_000
# With identifiers few reads are alike, and waiting for more of them costs memory only.
MOST_KEYS_OF_UMIS = 200_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One FASTQ file: where it is, the kit of the run sheet, its technical replicate."""

    path: str
    kit: str = AUTO
    replicate: int = 1


@dataclass
class Inserts:
    """What became of a sample's reads.

    Parameters
    ----------
    counts
        Distinct insert -> reads, or molecules where the kit has a molecular identifier.
    fates
        Reads that ended in each of `FATES`, and `raw`: all reads. What is left are the counts.
    lengths
        Length of the insert after the adapter was removed, nt -> reads.
    scans
        Adapter evidence, one per run.
    cycles
        Bases and qualities by cycle of the first `SCANNED_READS` reads, one per run, see
        `evcargo.rna.cycles.cycle_counts`.
    problem
        Why the sample cannot be used; empty if it can.
    bases, q30_bases
        Bases of the first `SCANNED_READS` reads of each run, and those of them with a Phred score
        of 30 or more.
    """

    counts: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    scans: list[Scan] = field(default_factory=list)
    cycles: list[dict[str, list[float]]] = field(default_factory=list)
    problem: str = ""
    bases: int = 0
    q30_bases: int = 0


def trim_sample(runs: Sequence[Run], kits: dict[str, Kit], settings: TrimSettings) -> Inserts:
    """Trim and collapse all runs of a sample.

    Lanes (runs of one technical replicate) share their molecules; replicates do not.

    Parameters
    ----------
    runs
        Files of the sample.
    kits
        Known kits, see `evcargo.rna.kits.read_kits`.
    settings
        Bounds of an insert.

    Returns
    -------
    Inserts
        ``fates["raw"]`` equals the other fates plus the sum of the counts.

    Raises
    ------
    EvcargoError
        If a file is not a whole FASTQ file, a kit is unknown, or the bounds exclude each other.
    """
    if settings.min_length > settings.max_length:
        raise EvcargoError(
            f"config, rna.min_length: {settings.min_length} is above rna.max_length"
            f" {settings.max_length}. Make it smaller"
        )
    inserts = Inserts()
    for replicate in sorted({run.replicate for run in runs}):
        copies: Counter[tuple[str, str]] = Counter()
        for run in runs:
            if run.replicate == replicate:
                _trim_run(run, kits, settings, inserts, copies)
        molecules = count_molecules(copies)
        inserts.fates["duplicate"] += copies.total() - molecules.total()
        inserts.counts.update(molecules)
    kept = inserts.counts.total()
    if inserts.fates["raw"] != kept + sum(inserts.fates[fate] for fate in FATES):
        raise AssertionError(f"the funnel does not sum to the raw reads: {inserts.fates}, {kept}")
    problems = [scan.problem for scan in inserts.scans if scan.problem]
    if not problems and not kept:
        bounds = f"{settings.min_length} to {settings.max_length} nt"
        problems = [f"no insert of {bounds} is left of {inserts.fates['raw']} reads"]
    inserts.problem = "; ".join(dict.fromkeys(problems))
    return inserts


def _trim_run(
    run: Run,
    kits: dict[str, Kit],
    settings: TrimSettings,
    inserts: Inserts,
    copies: Counter[tuple[str, str]],
) -> None:
    """Add one file to `inserts`; reads of a kit with identifiers go to `copies`."""
    if run.kit not in kits and run.kit != AUTO:
        raise EvcargoError(f"{run.path}: unknown kit {run.kit!r}. Use auto or {', '.join(kits)}")
    reads: Iterator[dnaio.SequenceRecord] = read_fastq(run.path)
    first = list(islice(reads, SCANNED_READS))
    layout = layout_of(run.path, first)
    reads = chain(first, reads)
    if layout.paired:
        reads, first = first_mates(reads), list(first_mates(first))
    scan = scan_reads((letters_of(read.sequence) for read in first), kits, run.kit)
    scan = replace(scan, notes=(*layout.notes, *scan.notes))
    inserts.scans.append(scan)
    inserts.cycles.append(cycle_counts(first, layout.base))
    inserts.bases += layout.bases
    inserts.q30_bases += layout.q30_bases
    _log.info("%s: kit %s, adapter %s, %s", run.path, scan.kit.name, scan.verdict, scan.shares)
    for note in scan.notes:
        _log.warning("%s: %s", run.path, note)
    del first
    trimmer = Trimmer(scan.kit, settings, layout.base)
    most = MOST_KEYS_OF_UMIS if scan.kit.umi else MOST_KEYS
    for keys in _collapsed(trimmer, reads, most):
        _trim_keys(trimmer, keys, scan.kit, inserts, copies)


def _collapsed(
    trimmer: Trimmer, reads: Iterator[dnaio.SequenceRecord], most: int
) -> Iterator[Counter[Key]]:
    """Count like reads, up to about `most` different ones at a time."""
    keys = trimmer.keys(reads)
    counted: Counter[Key] = Counter()
    while batch := list(islice(keys, BATCH)):
        counted.update(batch)
        if len(counted) >= most:
            yield counted
            counted = Counter()
    yield counted


def _trim_keys(
    trimmer: Trimmer,
    keys: Counter[Key],
    kit: Kit,
    inserts: Inserts,
    copies: Counter[tuple[str, str]],
) -> None:
    fates, lengths, counts = inserts.fates, inserts.lengths, inserts.counts
    trim = trimmer.trim_key
    once: dict[str, str] = {}  # so that the identifiers of an insert share its text
    for key, reads in keys.items():
        fate, insert, umi = trim(key)
        if insert is not None:
            lengths[len(insert)] += reads
            if fate is None:
                if kit.umi:
                    copies[once.setdefault(insert, insert), umi] += reads
                else:
                    counts[insert] += reads
        if fate is not None:
            fates[fate] += reads
    fates["raw"] += keys.total()


def write_inserts(inserts: Inserts, table: str | Path, summary: str | Path) -> None:
    """Write the inserts (sequence, reads; most frequent first) and the JSON of the rest."""
    by_reads: defaultdict[int, list[str]] = defaultdict(list)
    for sequence, reads in inserts.counts.items():
        by_reads[reads].append(sequence)
    with (
        whole_file(table) as part,
        part.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as stream,
    ):
        stream.write(b"sequence\treads\n")
        for reads in sorted(by_reads, reverse=True):
            end = f"\t{reads}\n"
            stream.write((end.join(sorted(by_reads[reads])) + end).encode("ascii"))
    told = {
        "problem": inserts.problem,
        "raw": inserts.fates["raw"],
        "distinct": len(inserts.counts),
        "bases": inserts.bases,
        "q30_bases": inserts.q30_bases,
        "fates": {fate: inserts.fates[fate] for fate in FATES},
        "lengths": {str(length): inserts.lengths[length] for length in sorted(inserts.lengths)},
        "runs": [
            {
                "kit": scan.kit.name,
                "adapter": scan.kit.adapter,
                "clip_5p": scan.kit.clip_5p,
                "clip_3p": scan.kit.clip_3p,
                "umi": scan.kit.umi,
                "verdict": scan.verdict,
                "shares": scan.shares,
                "notes": list(scan.notes),
                "problem": scan.problem,
                "cycles": cycles,
            }
            for scan, cycles in zip(inserts.scans, inserts.cycles, strict=True)
        ],
    }
    with whole_file(summary) as part:
        part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def read_inserts(table: str | Path) -> dict[str, int]:
    """Read the inserts that `write_inserts` wrote."""
    with gzip.open(table, "rt", encoding="ascii") as stream:
        cells = stream.read().split()
    return dict(zip(cells[2::2], map(int, cells[3::2]), strict=True))
