"""The rna stage beside what one would do by hand: cutadapt alone, and fastp + collapse + bowtie.

Needs fastp and bowtie (Debian packages of these names).

    PYTHONPATH=scripts python benchmarks/rna_speed.py [--reads 5000000] [--cores 2]
"""

import argparse
import shutil
import sys
from pathlib import Path

from measure import Cost, as_markdown, cost

ADAPTERS = {"illumina": "TGGAATTCTCGGGTGCCAAGG", "qiaseq": "AACTGTAGGCACCATCAAT"}
HERE = Path(__file__).parent
COLUMNS = ("way", "wall (s)", "CPU (s)", "peak (MB)", "wall / cutadapt alone")
COLLAPSE = 'awk \'NR%4==2{n[$0]++} END{for(s in n){print ">"(++i)"_x"n[s]; print s}}\''


def main() -> None:
    """Simulate the reads, run all ways one after the other, print the table."""
    asked = options()
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = asked.folder / "speed.log"
    reads = asked.folder / f"{asked.kit}_{asked.reads}.fastq.gz"
    cost([sys.executable, HERE / "simulated_reads.py", reads, asked.reads, asked.kit], log)
    print(as_markdown(COLUMNS, side_by_side(asked.folder, reads, asked.cores, ADAPTERS[asked.kit])))


def options() -> argparse.Namespace:
    """Read what the user asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=5_000_000)
    parser.add_argument("--kit", choices=sorted(ADAPTERS), default="illumina")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("results/benchmarks/rna"))
    asked = parser.parse_args()
    missing = [name for name in ("fastp", "bowtie") if not shutil.which(name)]
    if missing:
        raise SystemExit(f"Install {' and '.join(missing)} (Debian packages)")
    return asked


def side_by_side(folder: Path, reads: Path, cores: int, adapter: str) -> list[tuple[str, ...]]:
    """Measure every way on one file.

    Returns
    -------
    list of tuple
        One row per way, see `COLUMNS`.
    """
    log = folder / "speed.log"
    cutadapt = (
        f"{Path(sys.executable).with_name('cutadapt')} -j {cores} -a {adapter} -e 0.1 -O 5 -q 10"
        f" --max-n 0 -m 16 -M 50 --discard-untrimmed -Z -o {folder}/cut.fastq.gz {reads}"
    )
    stage = [sys.executable, HERE / "rna_stage.py"]
    cost([*stage, "index", folder, reads], log)
    cost(f"bowtie-build -q {folder}/reference.fa {folder}/bowtie", log)
    by_hand = (
        f"fastp -w {cores} -i {reads} -a {adapter} -q 10 -l 16 --length_limit 50"
        f" -j /dev/null -h /dev/null --stdout | {COLLAPSE} > {folder}/fastp.fa"
        f" && bowtie -p {cores} -f -v 1 -a --best --strata --norc -x {folder}/bowtie"
        f" {folder}/fastp.fa > {folder}/bowtie.txt"
    )
    trim = cost([*stage, "trim", folder, reads], log)
    assign = cost([*stage, "assign", folder, reads], log)
    both = both_at_once(folder, reads)
    ways = {
        "evcargo: trim_reads": trim,
        "evcargo: assign_inserts": assign,
        "evcargo: FASTQ to counts": Cost(
            trim.wall + assign.wall, trim.cpu + assign.cpu, max(trim.peak, assign.peak)
        ),
        "evcargo: FASTQ to counts, 2 samples at once, per sample": both,
        f"cutadapt -j {cores} alone": cost(cutadapt, log),
        f"fastp -w {cores} + collapse + bowtie -p {cores}": cost(by_hand, log),
    }
    floor = ways[f"cutadapt -j {cores} alone"].wall
    return [
        (way, f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.peak:,.0f}", f"{one.wall / floor:.2f}")
        for way, one in ways.items()
    ]


def both_at_once(folder: Path, reads: Path) -> Cost:
    """Cost per sample when two samples go through the stage side by side, one core each."""
    other = folder / "other"
    other.mkdir(exist_ok=True)
    for file in [*folder.glob("reference.*"), folder / "features.tsv", folder / "manifest.tsv"]:
        (other / file.name).unlink(missing_ok=True)
        (other / file.name).symlink_to(file.resolve())
    stage = f"{sys.executable} {HERE / 'rna_stage.py'}"
    one, two = (
        " && ".join(f"{stage} {step} {place} {reads}" for step in ("trim", "assign"))
        for place in (folder, other)
    )
    used = cost(f"({one}) & first=$!; {two} && wait $first", folder / "speed.log")
    return Cost(used.wall / 2, used.cpu / 2, used.peak)


if __name__ == "__main__":
    main()
