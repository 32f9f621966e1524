"""Long-RNA reads with known truth: invented genes whose isoforms share exons."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.job import whole_file

BASES = np.frombuffer(b"ACGT", dtype=np.uint8)
_COMPLEMENT = bytes.maketrans(b"ACGT", b"TGCA")
GENOME = "genome"
BEHIND_ADAPTER = b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCACATCACGATCTCGTATGCCGTCTTCTGCTTG"


@dataclass(frozen=True)
class LongSettings:
    """What a library of long RNA looks like.

    Parameters
    ----------
    read_length
        nt.
    paired
        Two reads of every fragment.
    fragment_mean, fragment_sd
        Length of the fragments, nt.
    error_rate
        Wrong letters per letter.
    intergenic
        Share of the fragments that are of the genome, between the genes, of either strand.
    reverse
        Share of the other fragments whose first read is antisense (dUTP libraries: 1; without
        strand: 0.5).
    """

    read_length: int = 75
    paired: bool = True
    fragment_mean: float = 220
    fragment_sd: float = 30
    error_rate: float = 0.003
    intergenic: float = 0.0
    reverse: float = 1.0


@dataclass(frozen=True)
class LongReference:
    """An invented genome.

    Parameters
    ----------
    genome
        Its letters.
    transcripts
        Transcript -> letters.
    genes
        Transcript -> gene.
    between
        Start and end of the stretches without a gene.
    """

    genome: str
    transcripts: dict[str, str] = field(default_factory=dict)
    genes: dict[str, str] = field(default_factory=dict)
    between: list[tuple[int, int]] = field(default_factory=list)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write ``transcripts.fa`` with headers as Ensembl's, and ``genome.fa``."""
        paths = folder / "transcripts.fa", folder / "genome.fa"
        with whole_file(paths[0]) as part:
            part.write_text(
                "".join(
                    f">{name} cdna gene:{self.genes[name]} gene_biotype:protein_coding"
                    f" gene_symbol:SYM{self.genes[name][4:]}\n{letters}\n"
                    for name, letters in self.transcripts.items()
                ),
                encoding="ascii",
            )
        with whole_file(paths[1]) as part:
            part.write_text(f">chr1\n{self.genome}\n", encoding="ascii")
        return paths


def invent_reference(
    n_genes: int, rng: np.random.Generator, pseudogenes: float = 0.0
) -> LongReference:
    """Invent genes of 3 to 6 exons and 1 to 4 isoforms, which leave out one inner exon each.

    With `pseudogenes` above 0, every stretch between genes ends in a copy of the transcript before
    it, with that share of its letters drawn anew: processed pseudogenes, which only the genome
    tells from their parents.
    """
    parts: list[str] = []
    here = 0
    made = LongReference("")
    for number in range(1, n_genes + 1):
        gap = int(rng.integers(800, 1500))
        parts.append(_letters(gap, rng))
        if pseudogenes and made.transcripts:
            parent = next(reversed(made.transcripts.values()))
            parts.append(_sequenced(parent.encode(), pseudogenes, rng).decode())
            gap += len(parent)
        made.between.append((here, here + gap))
        here += gap
        exons = [_letters(int(rng.integers(150, 500)), rng) for _ in range(rng.integers(3, 7))]
        for place, exon in enumerate(exons):
            parts.append(exon)
            if place + 1 < len(exons):
                parts.append(_letters(int(rng.integers(200, 400)), rng))
                here += len(parts[-1])
            here += len(exon)
        gene = f"GENE{number}"
        for isoform in range(min(int(rng.integers(1, 5)), len(exons) - 1)):
            kept = [exon for place, exon in enumerate(exons) if place != isoform or not isoform]
            made.transcripts[f"TX{number}.{isoform + 1}"] = "".join(kept)
            made.genes[f"TX{number}.{isoform + 1}"] = gene
    return LongReference("".join(parts), made.transcripts, made.genes, made.between)


def simulate_long_reads(
    paths: Sequence[Path],
    abundance: Mapping[str, float],
    reference: LongReference,
    n_fragments: int,
    settings: LongSettings,
    rng: np.random.Generator,
) -> pd.Series:
    """Write FASTQ files (.gz) of a library of long RNA, and tell what is in them.

    Parameters
    ----------
    paths
        One file, or two of paired reads.
    abundance
        Transcript -> relative number of molecules; longer ones give more fragments.
    reference
        Where the molecules are of.
    n_fragments
        Fragments to write.
    settings
        The library.
    rng
        Source of chance.

    Returns
    -------
    pandas.Series
        Fragments by transcript, and under ``genome`` those between genes; they sum to
        `n_fragments`.
    """
    names = list(reference.transcripts)
    lengths = np.array([len(reference.transcripts[name]) for name in names])
    room = np.maximum(lengths - settings.fragment_mean + 1, 1)
    weights = np.array([abundance.get(name, 0.0) for name in names]) * room
    weights = np.append(weights / weights.sum() * (1 - settings.intergenic), settings.intergenic)
    counts = rng.multinomial(n_fragments, weights)
    origins = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    sizes = np.rint(rng.normal(settings.fragment_mean, settings.fragment_sd, n_fragments))
    places = rng.random((n_fragments, 3))
    records: tuple[list[bytes], list[bytes]] = ([], [])
    quality = b"I" * settings.read_length
    for number, origin in enumerate(origins):
        where, antisense, stretch = places[number]
        if origin < len(names):
            source = reference.transcripts[names[origin]]
            backwards = antisense < settings.reverse
        else:
            start, end = reference.between[int(stretch * len(reference.between))]
            source, backwards = reference.genome[start:end], antisense < 0.5
        size = min(max(int(sizes[number]), 40), len(source))
        start = int(where * (len(source) - size + 1))
        sense = source[start : start + size].encode()
        other = sense.translate(_COMPLEMENT)[::-1]
        first, second = (other, sense) if backwards else (sense, other)
        for mate, fragment in zip(records, (first, second), strict=True):
            whole = (fragment + BEHIND_ADAPTER)[: settings.read_length]
            read = _sequenced(whole, settings.error_rate, rng)
            mate.append(b"@read.%d\n%s\n+\n%s\n" % (number + 1, read, quality[: len(read)]))
    for path, lines in zip(paths, records, strict=False):
        with whole_file(path) as part, part.open("wb") as file:
            file.write(gzip.compress(b"".join(lines), compresslevel=1, mtime=0))
    return pd.Series(counts, index=[*names, GENOME])


def _letters(length: int, rng: np.random.Generator) -> str:
    return BASES[rng.integers(4, size=length)].tobytes().decode()


def _sequenced(whole: bytes, error_rate: float, rng: np.random.Generator) -> bytes:
    wrong = np.flatnonzero(rng.random(len(whole)) < error_rate)
    if not len(wrong):
        return whole
    letters = np.frombuffer(whole, dtype=np.uint8).copy()
    letters[wrong] = BASES[rng.integers(4, size=len(wrong))]
    return letters.tobytes()
