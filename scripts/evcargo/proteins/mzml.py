"""Read mzML, plain or gzipped, in one pass, and refuse what would give silently wrong results.

The reader of the search engine accepts a file that was cut in the middle and does not open .gz;
this one holds every file to its closing tag, every array to its declared length, and lets no
document type declaration (the door of XML entity attacks) in.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError

CHUNK = 1 << 20
MZ, INTENSITY = "MS:1000514", "MS:1000515"
PROFILE = "MS:1000128"
ZLIB = "MS:1000574"
NUMPRESS = {f"MS:{number}" for number in (1002312, 1002313, 1002314, 1002746, 1002747, 1002748)}
DTYPES = {
    "MS:1000519": "<i4",
    "MS:1000521": "<f4",
    "MS:1000522": "<i8",
    "MS:1000523": "<f8",
}
SECOND = "UO:0000010"
REMEDY = "Convert the raw file again: msconvert --zlib --filter 'peakPicking vendor msLevel=1-'"


@dataclass(slots=True)
class Spectrum:
    """One spectrum.

    Parameters
    ----------
    scan
        Native id, as in the file.
    level
        MS level.
    rt
        Retention time, min.
    mz, intensity
        Centroids; m/z ascending.
    precursor_mz
        Selected ion, m/z; 0 where the spectrum has none.
    charge
        Charge of the precursor; 0 where the file does not say it.
    """

    scan: str
    level: int
    rt: float
    mz: NDArray[np.float64]
    intensity: NDArray[np.float64]
    precursor_mz: float = 0.0
    charge: int = 0


def read_spectra(path: str | Path, levels: tuple[int, ...] = (1, 2)) -> Iterator[Spectrum]:
    """Read the spectra of an mzML file, in file order.

    Parameters
    ----------
    path
        mzML, or mzML.gz (told by content).
    levels
        MS levels to decode and give.

    Yields
    ------
    Spectrum
        Spectra of these levels.

    Raises
    ------
    EvcargoError
        If the file is not mzML, not complete, not safe, holds profile spectra, or is encoded in a
        way that cannot be read.
    """
    handler = _Handler(str(path), levels)
    try:
        with _opened(path) as stream:
            while chunk := stream.read(CHUNK):
                handler.parser.Parse(chunk, False)
                yield from handler.taken()
            handler.parser.Parse(b"", True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EvcargoError(
            f"{path}: the gzip file is damaged or was cut off ({error}). Copy it again"
        ) from error
    except (expat.ExpatError, ValueError, KeyError) as error:
        raise EvcargoError(
            f"{path}: not a complete mzML file ({error}). Copy or convert it again"
        ) from error
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    if not handler.complete:
        raise EvcargoError(f"{path}: holds no mzML document. Give an mzML file made by msconvert")


def _opened(path: str | Path):  # type: ignore[no-untyped-def]
    with Path(path).open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else Path(path).open("rb")


@dataclass
class _Array:
    length: int
    dtype: str = "<f8"
    kind: str = ""
    packed: bool = False


@dataclass
class _Handler:
    """Callbacks of the XML parser; keeps the spectra that are complete until they are taken."""

    path: str
    levels: tuple[int, ...]
    complete: bool = False
    ready: list[Spectrum] = field(default_factory=list)
    spectrum: Spectrum | None = None
    array: _Array | None = None
    text: list[str] | None = None
    length: int = 0
    place: str = ""
    groups: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    group: str = ""

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype

    def taken(self) -> list[Spectrum]:
        ready, self.ready = self.ready, []
        return ready

    def doctype(self, *_: object) -> None:
        raise EvcargoError(
            f"{self.path}: has a document type declaration, which mzML never has and which can"
            " attack the reader. Do not use this file; convert the raw file again"
        )

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "cvParam":
            if self.spectrum is not None:
                self.parameter(given)
            elif self.group:
                self.groups[self.group].append(given)
        elif name == "spectrum":
            self.length = int(given.get("defaultArrayLength", 0))
            nothing = np.empty(0)
            self.spectrum = Spectrum(given.get("id", ""), 0, np.nan, nothing, nothing)
        elif name == "referenceableParamGroup":
            self.group = given["id"]
            self.groups[self.group] = []
        elif self.spectrum is not None:
            self.start_within(name, given)

    def start_within(self, name: str, given: dict[str, str]) -> None:
        if name == "binaryDataArray":
            self.array = _Array(int(given.get("arrayLength", self.length)))
        elif name == "binary":
            self.text = []
            self.parser.CharacterDataHandler = self.text.append
        elif name in ("isolationWindow", "selectedIon", "scan"):
            self.place = name
        elif name == "referenceableParamGroupRef":
            for parameter in self.groups.get(given.get("ref", ""), []):
                self.parameter(parameter)

    def end(self, name: str) -> None:
        if name == "mzML":
            self.complete = True
        elif name == "referenceableParamGroup":
            self.group = ""
        elif name in ("isolationWindow", "selectedIon", "scan"):
            self.place = ""
        elif self.spectrum is None:
            return
        elif name == "binary":
            self.parser.CharacterDataHandler = None
        elif name == "binaryDataArray":
            self.end_array(self.spectrum)
        elif name == "spectrum":
            self.end_spectrum(self.spectrum)

    def parameter(self, given: dict[str, str]) -> None:
        spectrum, array, accession = self.spectrum, self.array, given["accession"]
        assert spectrum is not None
        if array is not None:
            if accession in DTYPES:
                array.dtype = DTYPES[accession]
            elif accession in (MZ, INTENSITY):
                array.kind = accession
            elif accession == ZLIB:
                array.packed = True
            elif accession in NUMPRESS:
                raise EvcargoError(f"{self.path}: numpress compression is not read. {REMEDY}")
        elif accession == "MS:1000511":
            spectrum.level = int(given["value"])
        elif accession == PROFILE and self.length:
            raise EvcargoError(
                f"{self.path}: spectrum {spectrum.scan!r} is profile data; centroids are needed."
                f" {REMEDY}"
            )
        elif accession == "MS:1000016" and self.place == "scan":
            seconds = given.get("unitAccession") == SECOND
            spectrum.rt = float(given["value"]) / (60 if seconds else 1)
        elif accession in ("MS:1000744", "MS:1000827"):  # selected ion, or the window's centre
            if self.place == "selectedIon" or not spectrum.precursor_mz:
                spectrum.precursor_mz = float(given["value"])
        elif accession == "MS:1000041" and self.place == "selectedIon":
            spectrum.charge = int(given["value"])

    def end_array(self, spectrum: Spectrum) -> None:
        array, text = self.array, self.text
        self.array = self.text = None
        if array is None or not array.kind or spectrum.level not in self.levels:
            return
        try:
            data = base64.b64decode("".join(text or []), validate=False)
            data = zlib.decompress(data) if array.packed and data else data
            values = np.frombuffer(data, array.dtype).astype(float)
        except (binascii.Error, zlib.error, ValueError) as error:
            raise EvcargoError(
                f"{self.path}: spectrum {spectrum.scan!r} is damaged ({error}). Copy or convert the"
                " file again"
            ) from error
        if len(values) != array.length:
            raise EvcargoError(
                f"{self.path}: spectrum {spectrum.scan!r} holds {len(values)} values of"
                f" {array.length}: it is damaged. Copy or convert the file again"
            )
        if array.kind == MZ:
            spectrum.mz = values
        else:
            spectrum.intensity = values

    def end_spectrum(self, spectrum: Spectrum) -> None:
        self.spectrum = None
        if spectrum.level not in self.levels:
            return
        if len(spectrum.mz) != len(spectrum.intensity) or np.isnan(spectrum.rt):
            raise EvcargoError(
                f"{self.path}: spectrum {spectrum.scan!r} lacks its retention time, m/z or"
                " intensities. Convert the raw file again"
            )
        kept = np.isfinite(spectrum.mz) & (spectrum.intensity > 0)
        order = np.argsort(spectrum.mz[kept], kind="stable")
        spectrum.mz, spectrum.intensity = spectrum.mz[kept][order], spectrum.intensity[kept][order]
        self.ready.append(spectrum)
