"""One read and its insert: low quality off, adapter off, random ends off, identifier read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dnaio
from cutadapt.adapters import BackAdapter
from cutadapt.qualtrim import quality_trim_index

from evcargo.rna.fastq import PHRED_33, letters_of
from evcargo.rna.kits import Kit

MAX_ERROR_RATE = 0.1
MIN_OVERLAP = 5
UNTRIMMED, TOO_SHORT, TOO_LONG = "untrimmed", "too_short", "too_long"
LOW_QUALITY, NO_UMI = "low_quality", "no_umi"
# What became of a read (None: it is counted), its insert (None: it was not reached), and its
# identifier.
Trimmed = tuple[str | None, str | None, str]
# A read whose 3' end is good, or a read and where its good part ends.
Key = str | tuple[str, int]


@dataclass(frozen=True)
class TrimSettings:
    """Bounds of an insert: nt, nt, Phred score below which 3' ends are cut off."""

    min_length: int = 16
    max_length: int = 50
    quality_cutoff: int = 10


class Trimmer:
    """Finds the insert of reads.

    The order is cutadapt's (``-q 10 -a ADAPTER -e 0.1 -O 5 --discard-untrimmed --max-n 0``), and
    its aligner finds the adapter; an identifier is read behind the adapter in the same pass.

    Parameters
    ----------
    kit
        What is around the insert. Its tail of A, if it has one, is found as an adapter: an insert
        that ends in A loses these letters, which no method can tell from the tail.
    settings
        Bounds of an insert.
    base
        Character of the Phred score 0, see `evcargo.rna.fastq.Layout`.
    """

    def __init__(self, kit: Kit, settings: TrimSettings, base: int = PHRED_33) -> None:
        self._kit, self._base, self._cutoff = kit, base, settings.quality_cutoff
        self._shortest, self._longest = settings.min_length, settings.max_length
        self._adapter = (
            BackAdapter(kit.adapter, max_errors=MAX_ERROR_RATE, min_overlap=MIN_OVERLAP)
            if kit.adapter
            else None
        )

    def trim(self, sequence: str, qualities: str) -> Trimmed:
        """Give fate, insert and identifier of one read; the fate of a good insert is None."""
        stop = quality_trim_index(qualities, 0, self._cutoff, self._base)[1]
        return self._insert(sequence, stop, shortened=stop < len(sequence))

    def keys(self, reads: Iterable[dnaio.SequenceRecord]) -> Iterator[Key]:
        """Give of each read what its trimming depends on, so that like reads are trimmed once."""
        cutoff, base, cut = self._cutoff, self._base, quality_trim_index
        # An identifier is read even where its quality is low, an insert is not; and where no
        # adapter tells the end of the kit's last bases, the end of the read does.
        entire = self._kit.umi or (self._kit.clip_3p and not self._kit.adapter)
        for read in reads:
            sequence = read.sequence
            stop = cut(read.qualities, 0, cutoff, base)[1]
            if stop == len(sequence):
                yield sequence
            else:
                yield (sequence if entire else sequence[:stop]), stop

    def trim_key(self, key: Key) -> Trimmed:
        """Give fate, insert and identifier of all reads that `keys` gave the same key."""
        if isinstance(key, str):
            return self._insert(key, len(key), shortened=False)
        return self._insert(*key, shortened=True)

    def _insert(self, sequence: str, stop: int, shortened: bool) -> Trimmed:
        if shortened and stop < self._shortest:
            return LOW_QUALITY, None, ""
        sequence = letters_of(sequence)
        kit, umi, whole = self._kit, "", True
        behind = len(sequence)
        if self._adapter is not None:
            behind, end, reached = self._place(sequence[:stop])
            if behind < 0:
                return UNTRIMMED, None, ""
            if kit.umi:
                umi = sequence[end : end + kit.umi]
                whole = reached and len(umi) == kit.umi and not umi.strip("ACGT")
        insert = sequence[kit.clip_5p : max(min(behind - kit.clip_3p, stop), 0)]
        if len(insert) < self._shortest:
            return TOO_SHORT, insert, umi
        if len(insert) > self._longest:
            return TOO_LONG, insert, umi
        if insert.strip("ACGT"):  # what is left are N and other letters that are no base
            return LOW_QUALITY, insert, umi
        return (None if whole else NO_UMI), insert, umi

    def _place(self, read: str) -> tuple[int, int, bool]:
        """Start (-1: nowhere) and end of the adapter, and whether its last letter is there."""
        adapter = self._kit.adapter
        # The aligner would give the same place, since nothing scores better than an exact match; in
        # a tail of A there are many of them.
        start = -1 if self._kit.poly_a else read.find(adapter)
        if start >= 0:
            return start, start + len(adapter), True
        match = self._adapter.match_to(read) if self._adapter else None
        if match is None:
            return -1, -1, False
        return match.rstart, match.rstop, match.astop == len(adapter)
