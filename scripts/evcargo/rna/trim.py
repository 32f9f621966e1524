"""From the reads of a sample to its distinct inserts: adapter, quality, length, molecules."""

import gzip
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import dnaio
from cutadapt.adapters import BackAdapter
from cutadapt.qualtrim import quality_trim_index

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.rna.files import READ_ERRORS
from evcargo.rna.kits import AUTO, SCANNED_READS, Kit, Scan, scan_reads
from evcargo.rna.molecules import count_molecules

MAX_ERROR_RATE = 0.1
MIN_OVERLAP = 5
DIMER_LENGTH = 3
FATES = ("untrimmed", "too_short", "too_long", "low_quality", "no_umi", "duplicate")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One FASTQ file: where it is, the kit of the run sheet, its technical replicate."""

    path: str
    kit: str = AUTO
    replicate: int = 1


@dataclass(frozen=True)
class TrimSettings:
    """Bounds of an insert: nt, nt, Phred score below which 3' ends are cut off."""

    min_length: int = 16
    max_length: int = 50
    quality_cutoff: int = 10


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
    problem
        Why the sample cannot be used; empty if it can.
    """

    counts: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    scans: list[Scan] = field(default_factory=list)
    problem: str = ""


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
    first = islice((read.sequence for read in read_fastq(run.path)), SCANNED_READS)
    scan = scan_reads(first, kits, run.kit)
    inserts.scans.append(scan)
    _log.info("%s: kit %s, adapter %s, %s", run.path, scan.kit.name, scan.verdict, scan.shares)
    kit, fates, lengths, counts = scan.kit, inserts.fates, inserts.lengths, inserts.counts
    shortest, longest, cutoff = settings.min_length, settings.max_length, settings.quality_cutoff
    adapter = _adapter(kit)
    raw = 0
    for read in read_fastq(run.path):
        raw += 1
        stop = quality_trim_index(read.qualities, 0, cutoff)[1]
        insert = read.sequence[:stop]
        if stop < shortest:
            fates["low_quality"] += 1
            continue
        if adapter is not None:
            match = adapter.match_to(insert)
            if match is None:
                fates["untrimmed"] += 1
                continue
            insert = insert[kit.clip : max(match.rstart - kit.clip, 0)]
        length = len(insert)
        lengths[length] += 1
        if length < shortest:
            fates["too_short"] += 1
        elif length > longest:
            fates["too_long"] += 1
        elif "N" in insert:
            fates["low_quality"] += 1
        elif not kit.umi:
            counts[insert] += 1
        else:
            umi = read.sequence[match.rstop : match.rstop + kit.umi]
            whole = match.astop == len(kit.adapter) and len(umi) == kit.umi and "N" not in umi
            if whole:
                copies[insert, umi] += 1
            else:
                fates["no_umi"] += 1
    fates["raw"] += raw


def _adapter(kit: Kit) -> BackAdapter | None:
    if not kit.adapter:
        return None
    return BackAdapter(kit.adapter, max_errors=MAX_ERROR_RATE, min_overlap=MIN_OVERLAP)


def read_fastq(path: str | Path) -> Iterator[dnaio.SequenceRecord]:
    """Read a FASTQ file (.gz, .bz2, .xz, .zst or plain) in one process.

    Raises
    ------
    EvcargoError
        If the file is missing, empty, cut short, or not FASTQ.
    """
    number = 0
    try:
        with dnaio.open(path, fileformat="fastq", open_threads=0) as reads:
            for read in reads:
                number += 1
                yield read
    except READ_ERRORS as error:
        reason = " ".join(str(error).split())
        raise EvcargoError(
            f"{path}: not a whole FASTQ file, read {number + 1} fails ({reason})."
            " Copy the file again, check it (gzip -t), and run again"
        ) from None
    if not number:
        raise EvcargoError(
            f"{path}: holds no read. Copy the file again, or take the run out of the run sheet"
        )


def write_inserts(inserts: Inserts, table: str | Path, summary: str | Path) -> None:
    """Write the inserts (sequence, reads; most frequent first) and the JSON of the rest."""
    most_frequent_first = sorted(inserts.counts.items(), key=lambda item: (-item[1], item[0]))
    with (
        whole_file(table) as part,
        part.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as stream,
    ):
        stream.write(b"sequence\treads\n")
        for sequence, reads in most_frequent_first:
            stream.write(b"%s\t%d\n" % (sequence.encode(), reads))
    told = {
        "problem": inserts.problem,
        "raw": inserts.fates["raw"],
        "fates": {fate: inserts.fates[fate] for fate in FATES},
        "lengths": {str(length): inserts.lengths[length] for length in sorted(inserts.lengths)},
        "runs": [
            {
                "kit": scan.kit.name,
                "umi": scan.kit.umi,
                "verdict": scan.verdict,
                "shares": scan.shares,
                "problem": scan.problem,
            }
            for scan in inserts.scans
        ],
    }
    with whole_file(summary) as part:
        part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def read_inserts(table: str | Path) -> dict[str, int]:
    """Read the inserts that `write_inserts` wrote."""
    with gzip.open(table, "rt", encoding="ascii") as stream:
        rows = (line.rstrip("\n").split("\t") for line in islice(stream, 1, None))
        return {sequence: int(reads) for sequence, reads in rows}
