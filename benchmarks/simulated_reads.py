"""A FASTQ file of an EV small-RNA library of any size: simulated_reads.py FILE READS KIT."""

import sys
from pathlib import Path

import numpy as np

from evcargo.rna.kits import read_kits
from evcargo.rna.sheet import shipped_references
from evcargo.simulate.inserts import Fragments
from evcargo.simulate.reads import ReadSettings, simulate_reads

RNA = Path(__file__).resolve().parents[1] / "resources" / "rna"
# Shares of the molecules by class, about those of plasma EVs; other shipped classes get 2 % each.
CLASSES = {"miRNA": 0.45, "tRNA": 0.20, "Y_RNA": 0.15, "rRNA": 0.12, "spike_in": 0.005}
OTHER_CLASS = 0.02
SPREAD = 2.0  # natural log: about as uneven as real miRNA counts
BATCH = 1_000_000


def references() -> dict[str, Path]:
    """RNA class -> shipped FASTA file of human."""
    return {name: RNA / file for name, file in shipped_references("human").items()}


def write_reads(path: Path, n_reads: int, kit: str, seed: int = 1) -> None:
    """Write `n_reads` reads to `path`, unless it is there: 51 nt, or 76 with an identifier."""
    if path.exists():
        return
    library = read_kits(RNA.parent / "adapters" / "adapters.tsv")[kit]
    settings = ReadSettings(kit=library, read_length=76 if library.umi else 51)
    rng = np.random.default_rng(seed)
    abundance = {
        feature: CLASSES.get(rna_class, OTHER_CLASS) * share
        for rna_class, features in Fragments(references()).names().items()
        if rna_class != "miRNA_precursor"
        for feature, share in zip(features, _shares(len(features), rng), strict=True)
    }
    # In batches: the simulator keeps all molecules of a call in memory.
    with path.with_suffix(".part").open("wb") as whole:
        for first in range(0, n_reads, BATCH):
            part = path.with_name(f"batch.{path.name}")
            simulate_reads(
                part, abundance, references(), min(BATCH, n_reads - first), settings, rng
            )
            whole.write(part.read_bytes())
            part.unlink()
    path.with_suffix(".part").rename(path)


def _shares(n: int, rng: np.random.Generator) -> np.ndarray:
    amounts = rng.lognormal(0, SPREAD, n)
    return amounts / amounts.sum()


if __name__ == "__main__":
    write_reads(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
