"""How the cost of the rna stage grows with the reads of a sample and with the samples of a study.

PYTHONPATH=scripts python benchmarks/rna_growth.py [--folder FOLDER]
"""

import argparse
import sys
from pathlib import Path

from measure import as_markdown, cost

HERE = Path(__file__).parent
READS = (1_000_000, 2_000_000, 5_000_000, 10_000_000)
SAMPLES = (10, 100, 1_000)


def main() -> None:
    """Run every size and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("results/benchmarks/rna"))
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    columns = ("reads", "trim_reads (s)", "assign_inserts (s)", "CPU (us/read)", "peak (MB)")
    print(as_markdown(columns, [by_reads(folder, n) for n in READS]))
    print()
    columns = ("samples", "count_rna (s)", "per sample (ms)", "peak (MB)")
    print(as_markdown(columns, [by_samples(folder, n) for n in SAMPLES]))


def by_reads(folder: Path, n: int) -> tuple[str, ...]:
    """Cost of one sample of `n` reads."""
    log, reads = folder / "growth.log", folder / f"illumina_{n}.fastq.gz"
    cost([sys.executable, HERE / "simulated_reads.py", reads, n, "illumina"], log)
    stage = [sys.executable, HERE / "rna_stage.py"]
    cost([*stage, "index", folder, reads], log)
    trim = cost([*stage, "trim", folder, reads], log)
    assign = cost([*stage, "assign", folder, reads], log)
    each = (trim.cpu + assign.cpu) / n * 1e6
    peak = max(trim.peak, assign.peak)
    return f"{n:,}", f"{trim.wall:.1f}", f"{assign.wall:.1f}", f"{each:.1f}", f"{peak:,.0f}"


def by_samples(folder: Path, n: int) -> tuple[str, ...]:
    """Cost of bringing `n` samples together: the counts of the last sample, `n` times."""
    log, study = folder / "growth.log", [sys.executable, HERE / "rna_study.py"]
    cost([*study, "make", folder, n], log)
    merged = cost([*study, "count", folder, n], log)
    return f"{n:,}", f"{merged.wall:.1f}", f"{merged.wall / n * 1e3:.0f}", f"{merged.peak:,.0f}"


if __name__ == "__main__":
    main()
