"""What a command costs: wall time, processor time, peak memory.

Linux counts the memory of the process that starts a command to the command's peak. So this module,
and what calls it, imports nothing large.
"""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Cost of one command.

    Parameters
    ----------
    wall
        Seconds that passed.
    cpu
        Processor seconds, user and system, of the command and all it started.
    peak
        Largest resident memory of any one of its processes, MB.
    """

    wall: float
    cpu: float
    peak: float


def cost(command: Sequence[str | Path] | str, log: Path) -> Cost:
    """Run a command (text is run by bash) and tell what it cost; what it says goes to `log`."""
    words = ["bash", "-o", "pipefail", "-c", command] if isinstance(command, str) else command
    with log.open("ab") as said:
        begun = time.perf_counter()
        process = subprocess.Popen([str(word) for word in words], stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words} failed with {process.returncode}: see {log}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def as_markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table as Markdown, as it stands in benchmarks/README.md."""
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)
