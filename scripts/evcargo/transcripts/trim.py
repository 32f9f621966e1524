"""Long-RNA reads without adapters, and proof that the files are whole and paired."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.job import run_program

MIN_OVERLAP = 5


@dataclass(frozen=True)
class TrimSettings:
    """Adapter (empty: none), shortest read that is kept (nt), threads."""

    adapter: str
    min_length: int
    threads: int = 1


@dataclass(frozen=True)
class Trimmed:
    """One file or pair after trimming.

    Parameters
    ----------
    mates1, mates2
        Written files; `mates2` is None for single reads.
    raw
        Reads, or pairs, of the input.
    too_short
        Of them, those dropped because a read is shorter than the least.
    adapter
        Of them, those whose first read had an adapter.
    """

    mates1: Path
    mates2: Path | None
    raw: int
    too_short: int
    adapter: int


def trim_reads(
    mates1: str, mates2: str | None, settings: TrimSettings, folder: Path, stem: str
) -> Trimmed:
    """Cut the adapter off the reads of one FASTQ file, or of the two of paired reads.

    salmon stops without an error where a file is cut short or where a mate is missing; cutadapt
    reads every record and compares the names of the mates.

    Parameters
    ----------
    mates1, mates2
        Files of the user; None for single reads.
    settings
        Adapter and shortest read.
    folder, stem
        Where the trimmed reads go, and how their names begin.

    Raises
    ------
    EvcargoError
        If a file is not whole, not FASTQ, empty, or the files are no pair.
    """
    inputs = [mates1, *([mates2] if mates2 is not None else [])]
    outputs = [folder / f"{stem}_{number}.fastq.gz" for number in range(1, len(inputs) + 1)]
    report = folder / f"{stem}.json"
    command = [sys.executable, "-m", "cutadapt", "--json", str(report), "--quiet"]
    command += ["--minimum-length", str(settings.min_length), "--compression-level", "1"]
    command += ["--cores", str(settings.threads), "--overlap", str(MIN_OVERLAP)]
    for option, output, adapter_option in zip(("-o", "-p"), outputs, ("-a", "-A"), strict=False):
        command += [option, str(output)]
        if settings.adapter:
            command += [adapter_option, settings.adapter]
    command += ["--", *inputs]
    code, lines = run_program(command)
    files = " and ".join(inputs)
    if code:
        last = " ".join((lines or ["no message"])[-1].split())[:300]
        what = "not whole FASTQ files that belong together" if mates2 else "not a whole FASTQ file"
        raise EvcargoError(
            f"{files}: {what} ({last}). Copy them again, check them (gzip -t), and run again"
        )
    counts = json.loads(report.read_text(encoding="utf-8"))["read_counts"]
    if not counts["input"]:
        raise EvcargoError(
            f"{files}: holds no read. Copy it again, or take the run out of the run sheet"
        )
    return Trimmed(
        outputs[0],
        outputs[1] if mates2 is not None else None,
        int(counts["input"]),
        int(counts["filtered"]["too_short"] or 0),
        int(counts["read1_with_adapter"] or 0),
    )


def trim_all(
    mates1: Sequence[str], mates2: Sequence[str], settings: TrimSettings, folder: Path
) -> list[Trimmed]:
    """Trim all files of a sample; `mates2` is empty for single reads."""
    seconds: Sequence[str | None] = mates2 or [None] * len(mates1)
    return [
        trim_reads(first, second, settings, folder, f"reads{number}")
        for number, (first, second) in enumerate(zip(mates1, seconds, strict=True), 1)
    ]
