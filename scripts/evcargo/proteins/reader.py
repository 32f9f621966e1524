"""Read a run, whichever of its formats the file has."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from evcargo.proteins.mgf import read_mgf
from evcargo.proteins.mzml import opened, read_spectra
from evcargo.proteins.spectra import RunFacts, Spectrum, checked


class RunReader:
    """The spectra of a run, to be iterated once; `facts` is whole when that has been done.

    Parameters
    ----------
    path
        mzML or MGF, plain or gzipped, told by content.
    levels
        MS levels to give. MGF has MS2 only.
    """

    def __init__(self, path: str | Path, levels: tuple[int, ...] = (1, 2)) -> None:
        self.path, self.levels = str(path), levels
        self.facts = RunFacts()

    def __iter__(self) -> Iterator[Spectrum]:
        read = read_mgf if self._is_mgf() else read_spectra
        packed = ".gz" if self.path.casefold().endswith(".gz") else ""
        self.facts = RunFacts(format=("MGF" if read is read_mgf else "mzML") + packed)
        spectra = read(self.path, self.levels, self.facts)
        yield from checked(spectra, self.path, self.levels, self.facts)

    def _is_mgf(self) -> bool:
        """Whether the file has MGF's first line; anything else is for the strict mzML reader."""
        try:
            with opened(self.path) as stream:
                return b"BEGIN IONS" in stream.read(100_000)
        except (OSError, EOFError, zlib.error):  # which the reader tells
            return False
