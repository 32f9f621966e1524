"""Which strand a library of long RNA has, by the first fragments of a sample.

salmon's own detection (library type A) is not used. It decides in the middle of a sample, so that
fragments of the wrong strand are counted before and dropped after; below some 30,000 fragments it
silently takes the library for unstranded; and what it counts by strand is counted after the drop.
"""

import gzip
from dataclasses import replace
from itertools import islice
from pathlib import Path

from evcargo.transcripts.salmon import (
    UNSTRANDED,
    QuantifySettings,
    TooFewFragments,
    read_figures,
    run_quant,
)

PROBED = 200_000
FEWEST = 100
STRANDED_SHARE = 0.8
UNSTRANDED_GAP = 0.1
UNCLEAR = "unclear"


def probe_strand(
    index: Path, mates1: Path, mates2: Path | None, folder: Path, how: QuantifySettings
) -> tuple[int, int]:
    """Quantify the first 200,000 fragments of a file or pair as unstranded.

    Parameters
    ----------
    index
        salmon's index.
    mates1, mates2
        Trimmed reads (.gz).
    folder
        For files that are not needed later.
    how
        How the sample is quantified.

    Returns
    -------
    sense, antisense : int
        Fragments by the strand of their first read.
    """
    probes = []
    for number, path in enumerate([mates1, *([mates2] if mates2 else [])], 1):
        probe = folder / f"probe_{number}.fastq"
        with gzip.open(path, "rb") as reads, probe.open("wb") as stream:
            stream.writelines(islice(reads, 4 * PROBED))
        probes.append(probe)
    try:
        plain = replace(how, strandedness=UNSTRANDED)
        run_quant(index, probes[:1], probes[1:], folder / "probe", plain)
    except TooFewFragments:
        return 0, 0
    finally:
        for probe in probes:
            probe.unlink()
    figures = read_figures(folder / "probe")
    return figures["sense"], figures["antisense"]


def strandedness(sense: int, antisense: int) -> str:
    """Tell the strandedness of a library.

    Returns
    -------
    str
        ``forward`` or ``reverse`` where four of five fragments are of that strand, ``unstranded``
        where the shares of both differ by a tenth at most, else, or below 100 fragments,
        ``unclear``. Source of the limits: the defaults of nf-core/rnaseq 3.24
        (10.5281/zenodo.1400710).
    """
    total = sense + antisense
    if total < FEWEST:
        return UNCLEAR
    if sense >= STRANDED_SHARE * total:
        return "forward"
    if antisense >= STRANDED_SHARE * total:
        return "reverse"
    return UNSTRANDED if abs(sense - antisense) <= UNSTRANDED_GAP * total else UNCLEAR
