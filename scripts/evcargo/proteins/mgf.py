"""Read MGF (Mascot generic format), plain or gzipped: MS2 only, so for identification only.

Format: matrixscience.com/help/data_file_help.html. pyteomics.mgf leaves out the last spectrum of a
file that was cut off and takes titles that are there twice; this reader refuses both.
"""

import gzip
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evcargo.errors import EvcargoError
from evcargo.proteins.mzml import opened
from evcargo.proteins.spectra import RunFacts, Spectrum, clean

LONGEST_LINE = 1_000_000
COMMENTS = ("#", ";", "!", "/")
AGAIN = "Convert the raw file again with msconvert --mgf, or better give the mzML"


@dataclass
class _Ions:
    """One ``BEGIN IONS`` block: the line it starts at, its parameters, its peak lines."""

    line: int
    parameters: dict[str, str] = field(default_factory=dict)
    peaks: list[str] = field(default_factory=list)


def read_mgf(
    path: str | Path, levels: tuple[int, ...] = (1, 2), facts: RunFacts | None = None
) -> Iterator[Spectrum]:
    """Read the spectra of an MGF file, in file order.

    Parameters
    ----------
    path
        MGF, plain or gzipped (told by content).
    levels
        MS levels to give; all spectra are MS2.
    facts
        Takes what is unusual about the file.

    Yields
    ------
    Spectrum
        Its `scan` is the title, or ``index=N`` (from 0) where there is none.

    Raises
    ------
    EvcargoError
        If the file is damaged or cut off, or a spectrum lacks its precursor (``PEPMASS``) or
        retention time (``RTINSECONDS``).
    """
    facts = facts or RunFacts()
    if 2 not in levels:
        return
    common: dict[str, str] = {}
    try:
        for index, ions in enumerate(_blocks(path, common)):
            yield _spectrum(ions, index, common, facts)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvcargoError(
            f"{path}: the gzip file is damaged or was cut off ({error}). Copy it again"
        ) from error
    except ValueError as error:
        raise EvcargoError(f"{path}: {error}. {AGAIN}") from error
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error


def _blocks(path: str | Path, common: dict[str, str]) -> Iterator[_Ions]:
    """Split the file into its blocks; parameters before the first go into `common`."""
    ions: _Ions | None = None
    with opened(path) as stream:
        for number, line in enumerate(_lines(stream), 1):
            if line == "BEGIN IONS":
                if ions:
                    raise ValueError(f"line {number}: the spectrum before it has no END IONS")
                ions = _Ions(number)
            elif line == "END IONS":
                if not ions:
                    raise ValueError(f"line {number}: END IONS without BEGIN IONS")
                yield ions
                ions = None
            elif not line or line.startswith(COMMENTS):
                continue
            elif line[0].isdigit() and ions:
                ions.peaks.append(line)
            else:
                key, equals, value = line.partition("=")
                if not equals:
                    raise ValueError(
                        f"line {number}: {line[:40]!r} is neither a peak nor KEY=value"
                    )
                (common if ions is None else ions.parameters)[key.strip().upper()] = value.strip()
    if ions:
        raise ValueError(f"ends within the spectrum of line {ions.line}: it was cut off")


def _lines(stream) -> Iterator[str]:  # type: ignore[no-untyped-def]
    while data := stream.readline(LONGEST_LINE):
        if len(data) == LONGEST_LINE:
            raise ValueError(f"has a line of more than {LONGEST_LINE:,} characters: it is no MGF")
        yield data.decode("utf-8-sig", errors="replace").strip()


def _spectrum(ions: _Ions, index: int, common: dict[str, str], facts: RunFacts) -> Spectrum:
    given = ions.parameters
    scan = given.get("TITLE") or f"index={index}"
    for key in ("PEPMASS", "RTINSECONDS"):
        if not given.get(key):
            raise ValueError(f"spectrum {scan!r} (line {ions.line}) has no {key}")
    try:
        precursor = float(given["PEPMASS"].split()[0])
        rt = float(re.split(r"(?<=\d)-", given["RTINSECONDS"])[0]) / 60  # or a range: its start
        peaks = np.array([line.split()[:2] for line in ions.peaks], float).reshape(-1, 2)
    except ValueError as error:
        raise ValueError(f"spectrum {scan!r} (line {ions.line}) is damaged ({error})") from error
    if not (math.isfinite(precursor) and precursor > 0):
        raise ValueError(f"spectrum {scan!r} (line {ions.line}) has PEPMASS {precursor:g}")
    charge = _charge(given.get("CHARGE") or common.get("CHARGE", ""), scan, facts)
    found = Spectrum(scan, 2, rt, peaks[:, 0].copy(), peaks[:, 1].copy(), precursor, charge)
    if not len(peaks):
        facts.counts["spectra without peaks, not searched"] += 1
    try:
        clean(found, facts.counts)
    except ValueError as error:
        raise ValueError(f"spectrum {scan!r} is damaged ({error})") from error
    return found


def _charge(text: str, scan: str, facts: RunFacts) -> int:
    """Read the charge, e.g. ``2+``; 0 where it is unknown or one of several (``2+ and 3+``)."""
    charges = re.findall(r"(\d+)([+-]?)", text)
    if any(sign == "-" for _, sign in charges):
        raise ValueError(
            f"spectrum {scan!r} has a negative charge, which peptides here do not have"
        )
    if len(charges) > 1:
        facts.counts["spectra of several possible charges, those of the config tried"] += 1
    return int(charges[0][0]) if len(charges) == 1 else 0
