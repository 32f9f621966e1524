"""Reads of small-RNA libraries of an organism, built from the shipped miRNAs."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from evcargo.rna.fasta import read_fasta

RNA = Path(__file__).resolve().parents[2] / "resources" / "rna"
ADAPTER = "TGGAATTCTCGGGTGCCAAGG"
LENGTH = 60
Cycle = Callable[[str, np.random.Generator], str]


def inserts(organism: str, number: int, seed: int = 1) -> list[str]:
    """Mature miRNAs of an organism, of very different abundance, in random order."""
    rng = np.random.default_rng(seed)
    matures = [record.letters for record in read_fasta(RNA / f"{organism}_mature.fa")]
    matures = sorted(matures, key=lambda letters: rng.random())[:300]
    shares = rng.lognormal(0, 1.5, len(matures))
    return [matures[n] for n in rng.choice(len(matures), size=number, p=shares / shares.sum())]


def reads(
    wholes: Iterable[str],
    adapter: str = ADAPTER,
    before: Sequence[str] = ("",),
    behind: Sequence[str] = ("",),
    filler: str = "ACGT",
    seed: int = 2,
) -> list[str]:
    """Reads of inserts: one of `before`, the insert, one of `behind`, the adapter, random bases.

    N in `before` and `behind` is a random base.
    """
    rng = np.random.default_rng(seed)
    made = []
    for insert in wholes:
        start, end = before[rng.integers(len(before))], behind[rng.integers(len(behind))]
        whole = f"{start}{insert}{end}{adapter}"
        rest = "".join(filler[n] for n in rng.integers(len(filler), size=LENGTH))
        letters = [base if base != "N" else "ACGT"[rng.integers(4)] for base in whole + rest]
        made.append("".join(letters[:LENGTH]))
    return made


def fastq(
    path: Path,
    sequences: Sequence[str],
    wrong: dict[int, float] | None = None,
    low: dict[int, float] | None = None,
    seed: int = 3,
) -> Path:
    """Write reads as FASTQ; some bases of a cycle (from 1) become G, or get a low quality.

    Parameters
    ----------
    wrong, low
        Cycle -> share of the reads.
    """
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="ascii") as stream:
        for number, sequence in enumerate(sequences):
            letters, scores = list(sequence), ["I"] * len(sequence)
            for cycle, share in (wrong or {}).items():
                letters[cycle - 1] = "G" if rng.random() < share else letters[cycle - 1]
            for cycle, share in (low or {}).items():
                scores[cycle - 1] = "," if rng.random() < share else "I"
            stream.write(f"@r{number}\n{''.join(letters)}\n+\n{''.join(scores)}\n")
    return path
