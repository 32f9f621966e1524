"""Small-RNA reads with known truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xopen

from evcargo.job import whole_file
from evcargo.rna.kits import Kit
from evcargo.simulate.inserts import Fragments

DIMER, DEGRADED, RANDOM, POOR = "dimer", "degraded", "random", "poor"
BEHIND_ADAPTER = "AACTCCAGTCACATCACGATCTCGTATGCCGTCTTCTGCTTG"
BEHIND_TAIL = "AGATCGGAAGAGCACACGTCTG"
BASES = np.frombuffer(b"ACGT", dtype=np.uint8)
_CODE = np.zeros(256, dtype=np.uint8)
_CODE[BASES] = np.arange(4)


@dataclass(frozen=True)
class ReadSettings:
    """What a sequencing run looks like.

    Parameters
    ----------
    kit
        Adapter, random ends and molecular identifier of the library.
    read_length
        nt. A kit with an identifier needs about 75.
    dimers, degraded, random, poor
        Shares of the molecules that are adapter dimers (inserts of 0 to 3 nt), fragments of 4 to
        15 nt, random sequence, and reads whose quality breaks down.
    first_quality, last_quality
        Mean Phred score of the first and the last cycle.
    copies
        Reads per molecule; used only with a molecular identifier.
    tail
        Shortest and longest tail of A; used only with a kit that adds one.
    named
        Write class and feature of each read into its header.
    """

    kit: Kit = Kit("illumina", "TGGAATTCTCGGGTGCCAAGG")
    read_length: int = 51
    dimers: float = 0.04
    degraded: float = 0.05
    random: float = 0.12
    poor: float = 0.01
    first_quality: float = 37
    last_quality: float = 29
    copies: float = 3
    tail: tuple[int, int] = (12, 30)
    named: bool = False


def simulate_reads(
    path: str | Path,
    abundance: Mapping[str, float],
    references: Mapping[str, str | Path],
    n_reads: int,
    settings: ReadSettings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write a FASTQ file of a small-RNA library and tell what is in it.

    Parameters
    ----------
    path
        File to write; .gz, .bz2 and .zst are compressed.
    abundance
        Feature (miRNA, tRNA isoacceptor, Y RNA, rRNA ... as `evcargo.rna` counts them) -> relative
        amount of its molecules.
    references
        RNA class -> FASTA file; miRNA as `hairpin` and `mature`.
    n_reads
        Reads to write.
    settings
        The library and the sequencer.
    rng
        Source of chance.

    Returns
    -------
    pandas.DataFrame
        Columns class, feature, reads, molecules; what is no feature has the class `dimer`,
        `degraded`, `random` or `poor` and no feature. Reads sum to `n_reads`. Without a molecular
        identifier, molecules equal reads.

    Raises
    ------
    EvcargoError
        If no reference has a feature of that name.
    """
    fragments = Fragments(references)
    umi = settings.kit.umi > 0
    n_molecules = max(round(n_reads / settings.copies), 1) if umi else n_reads
    origins, kinds, inserts = _molecules(abundance, fragments, n_molecules, settings, rng)
    labels = _labels(len(inserts), settings.kit.umi, rng)
    seen = rng.integers(n_molecules, size=n_reads) if umi else rng.permutation(n_molecules)
    ends = _random_letters(n_reads, settings.kit.clip_5p + settings.kit.clip_3p, rng)
    tails = _tails(n_reads, settings, rng)
    wholes = [
        _read(inserts[one], labels[one], ends[n], tails[n], settings) for n, one in enumerate(seen)
    ]
    poor = np.array([origins[kinds[one]][0] == POOR for one in seen])
    with whole_file(path) as part, xopen.xopen(part, "wb", compresslevel=1, threads=0) as stream:
        for first in range(0, n_reads, 50_000):
            batch = slice(first, first + 50_000)
            letters, qualities = _sequenced(wholes[batch], poor[batch], settings, rng)
            for n, (bases, scores) in enumerate(zip(letters, qualities, strict=True), first):
                origin = origins[kinds[seen[n]]]
                note = f" {origin[0]} {origin[1]}".rstrip() if settings.named else ""
                stream.write(b"@read.%d%s\n%s\n+\n%s\n" % (n + 1, note.encode(), bases, scores))
    return _truth(origins, kinds, seen)


def _molecules(
    abundance: Mapping[str, float],
    fragments: Fragments,
    n: int,
    settings: ReadSettings,
    rng: np.random.Generator,
) -> tuple[list[tuple[str, str]], np.ndarray, list[str]]:
    """Origins; of each molecule, the number of its origin and its insert."""
    weights: dict[tuple[str, str], float] = {}
    for name, weight in abundance.items():
        origin = fragments.feature_of(name)
        weights[origin] = weights.get(origin, 0) + weight
    origins = sorted(weights)
    amounts = np.array([weights[origin] for origin in origins], dtype=float)
    others = {
        DIMER: settings.dimers,
        DEGRADED: settings.degraded,
        RANDOM: settings.random,
        POOR: settings.poor,
    }
    amounts *= (1 - sum(others.values())) / amounts.sum()
    counts = rng.multinomial(n, np.append(amounts, list(others.values())))
    inserts = [
        insert
        for origin, count in zip(origins, counts, strict=False)
        for insert in fragments.draw(origin, count, rng)
    ]
    for name, count in zip(others, counts[len(origins) :], strict=True):
        shortest, longest = {DIMER: (0, 3), DEGRADED: (4, 15)}.get(name, (18, 45))
        lengths = rng.integers(shortest, longest + 1, size=count)
        letters = _random_letters(count, longest, rng)
        inserts += [one[:length] for one, length in zip(letters, lengths, strict=True)]
    origins += [(name, "") for name in others]
    return origins, np.repeat(np.arange(len(origins)), counts), inserts


def _labels(n: int, length: int, rng: np.random.Generator) -> list[str]:
    """Molecular identifiers, no two alike while there are enough."""
    if 4**length < 4 * n:
        return _random_letters(n, length, rng)
    labels: dict[str, None] = {}
    while len(labels) < n:
        labels.update(dict.fromkeys(_random_letters(n - len(labels), length, rng)))
    return list(labels)


def _random_letters(n: int, length: int, rng: np.random.Generator) -> list[str]:
    if not length:
        return [""] * n
    block = BASES[rng.integers(4, size=(n, length))].tobytes().decode()
    return [block[first : first + length] for first in range(0, n * length, length)]


def _tails(n: int, settings: ReadSettings, rng: np.random.Generator) -> list[str]:
    """Give what is behind the insert: the adapter, or a tail of A of random length and another."""
    if not settings.kit.poly_a:
        return [settings.kit.adapter] * n
    shortest, longest = settings.tail
    lengths = rng.integers(shortest, longest + 1, size=n)
    return ["A" * length + BEHIND_TAIL for length in lengths]


def _read(insert: str, label: str, ends: str, tail: str, settings: ReadSettings) -> str:
    """Build what the sequencer passes over: insert, adapter and what lies behind."""
    kit = settings.kit
    if not kit.adapter:
        return insert[: settings.read_length]
    first, last = ends[: kit.clip_5p], ends[kit.clip_5p :]
    whole = first + insert + last + tail + label + BEHIND_ADAPTER
    return whole[: settings.read_length].ljust(settings.read_length, "A")


def _sequenced(
    wholes: list[str], poor: np.ndarray, settings: ReadSettings, rng: np.random.Generator
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """Letters with sequencing errors, and the qualities that the errors follow."""
    n, cycles = len(wholes), settings.read_length
    block = "".join(whole.ljust(cycles, "A") for whole in wholes).encode()
    codes = _CODE[np.frombuffer(block, dtype=np.uint8)].reshape(n, cycles)
    decline = np.linspace(0, 1, cycles, dtype=np.float32) ** 2
    mean = settings.first_quality - (settings.first_quality - settings.last_quality) * decline
    scores = mean + 1.5 * rng.standard_normal((n, 1), dtype=np.float32)
    scores = scores + 2 * rng.standard_normal((n, cycles), dtype=np.float32)
    breaks = rng.integers(5, cycles, size=n)
    scores[poor[:, None] & (np.arange(cycles) >= breaks[:, None])] = 2
    phred = np.clip(np.rint(scores), 2, 40).astype(np.uint8)
    wrong = rng.random((n, cycles), dtype=np.float32) < 10 ** (phred / np.float32(-10))
    codes = (codes + wrong * rng.integers(1, 4, size=(n, cycles), dtype=np.uint8)) % 4
    letters, qualities = BASES[codes].tobytes(), (phred + 33).tobytes()
    bounds = [(row * cycles, row * cycles + len(whole)) for row, whole in enumerate(wholes)]
    return (letters[start:end] for start, end in bounds), (qualities[a:b] for a, b in bounds)


def _truth(origins: list[tuple[str, str]], kinds: np.ndarray, seen: np.ndarray) -> pd.DataFrame:
    n = len(origins)
    return pd.DataFrame(
        {
            "class": [rna_class for rna_class, _ in origins],
            "feature": [feature for _, feature in origins],
            "reads": np.bincount(kinds[seen], minlength=n),
            "molecules": np.bincount(kinds[np.unique(seen)], minlength=n),
        }
    )
