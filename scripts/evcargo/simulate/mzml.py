"""Write centroided spectra as indexed mzML 1.1, with the checksum of the file.

psims needs 1.2 ms per spectrum, half of a simulation's time; the little that the simulator needs of
the format takes a tenth of that.
"""

import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evcargo.job import whole_file


@dataclass(frozen=True)
class Precursor:
    """What was isolated for an MS2 (m/z, Th; half width, Th; counts), and its MS1 (scan)."""

    mz: float
    charge: int
    intensity: float
    isolation_mz: float
    scan: int
    energy: float


@dataclass(frozen=True)
class Spectrum:
    """One centroided spectrum: m/z (Th, sorted) and intensity (counts); an MS2 has a precursor."""

    scan: int
    time_s: float
    mz: NDArray[np.float64]
    intensity: NDArray[np.float32]
    precursor: Precursor | None = None


def native_id(scan: int) -> str:
    """Return the native id of a scan, in the form "scan number only" (MS:1000776)."""
    return f"scan={scan}"


def write_mzml(path: str | Path, spectra: Iterable[Spectrum], count: int) -> None:
    """Write spectra as indexed mzML, whole or not at all.

    Parameters
    ----------
    path
        The file to write; not compressed as a whole, its arrays are (zlib).
    spectra
        The spectra, in the order of their scan numbers.
    count
        How many there are.
    """
    with whole_file(path) as part, part.open("wb") as stream:
        checksum = sha1(usedforsecurity=False)
        place = 0

        def put(text: str) -> None:
            nonlocal place
            data = text.encode()
            checksum.update(data)
            place += stream.write(data)

        put(_HEAD.format(count=count))
        offsets = []
        for index, spectrum in enumerate(spectra):
            offsets.append((native_id(spectrum.scan), place + len(_INDENT)))
            put(_spectrum(index, spectrum))
        put("      </spectrumList>\n    </run>\n  </mzML>\n")
        start = place + 2
        put('  <indexList count="1">\n    <index name="spectrum">\n')
        for name, offset in offsets:
            put(f'      <offset idRef="{name}">{offset}</offset>\n')
        put("    </index>\n  </indexList>\n")
        put(f"  <indexListOffset>{start}</indexListOffset>\n  <fileChecksum>")
        stream.write(f"{checksum.hexdigest()}</fileChecksum>\n</indexedmzML>\n".encode())


def _term(accession: str, name: str, value: object = "", unit: str = "") -> str:
    given = "" if value == "" else f' value="{value}"'
    return f'<cvParam cvRef="MS" accession="{accession}" name="{name}"{given}{unit}/>'


_INDENT = "        "
_MZ_UNIT = ' unitCvRef="MS" unitAccession="MS:1000040" unitName="m/z"'
_COUNT_UNIT = ' unitCvRef="MS" unitAccession="MS:1000131" unitName="number of detector counts"'
_MINUTE_UNIT = ' unitCvRef="UO" unitAccession="UO:0000031" unitName="minute"'
_VOLT_UNIT = ' unitCvRef="UO" unitAccession="UO:0000266" unitName="electronvolt"'
_ZLIB = _term("MS:1000574", "zlib compression")
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<indexedmzML xmlns="http://psi.hupo.org/ms/mzml">
  <mzML xmlns="http://psi.hupo.org/ms/mzml" version="1.1.0">
    <cvList count="2">
      <cv id="MS" fullName="PSI-MS" URI="http://purl.obolibrary.org/obo/ms/psi-ms.obo"/>
      <cv id="UO" fullName="UNIT-ONTOLOGY" URI="http://purl.obolibrary.org/obo/uo.obo"/>
    </cvList>
    <fileDescription>
      <fileContent>
        {_term("MS:1000579", "MS1 spectrum")}
        {_term("MS:1000580", "MSn spectrum")}
      </fileContent>
    </fileDescription>
    <softwareList count="1">
      <software id="evcargo" version="0">
        {_term("MS:1000799", "custom unreleased software tool", "evcargo.simulate")}
      </software>
    </softwareList>
    <instrumentConfigurationList count="1">
      <instrumentConfiguration id="IC1">
        {_term("MS:1000031", "instrument model")}
        <componentList count="3">
          <source order="1">{_term("MS:1000398", "nanoelectrospray")}</source>
          <analyzer order="2">{_term("MS:1000484", "orbitrap")}</analyzer>
          <detector order="3">{_term("MS:1000624", "inductive detector")}</detector>
        </componentList>
      </instrumentConfiguration>
    </instrumentConfigurationList>
    <dataProcessingList count="1">
      <dataProcessing id="simulation">
        <processingMethod order="0" softwareRef="evcargo">
          {_term("MS:1000035", "peak picking")}
        </processingMethod>
      </dataProcessing>
    </dataProcessingList>
    <run id="run" defaultInstrumentConfigurationRef="IC1">
      <spectrumList count="{{count}}" defaultDataProcessingRef="simulation">
"""


def _spectrum(index: int, spectrum: Spectrum) -> str:
    level = 1 if spectrum.precursor is None else 2
    kind = ("MS:1000579", "MS1 spectrum") if level == 1 else ("MS:1000580", "MSn spectrum")
    lines = [
        f'<spectrum index="{index}" id="{native_id(spectrum.scan)}"'
        f' defaultArrayLength="{len(spectrum.mz)}">',
        _term(*kind),
        _term("MS:1000511", "ms level", level),
        _term("MS:1000127", "centroid spectrum"),
        f'<scanList count="1">{_term("MS:1000795", "no combination")}<scan>'
        + _term("MS:1000016", "scan start time", f"{spectrum.time_s / 60:.6f}", _MINUTE_UNIT)
        + "</scan></scanList>",
        *([] if spectrum.precursor is None else [_precursor(spectrum.precursor)]),
        '<binaryDataArrayList count="2">',
        _array(spectrum.mz.astype("<f8"), "MS:1000514", "m/z array", _MZ_UNIT),
        _array(spectrum.intensity.astype("<f4"), "MS:1000515", "intensity array", _COUNT_UNIT),
        "</binaryDataArrayList>",
        "</spectrum>",
    ]
    return _INDENT + "".join(f"{line}\n" for line in lines)


def _precursor(precursor: Precursor) -> str:
    half = f"{precursor.isolation_mz:.4f}"
    return (
        f'<precursorList count="1"><precursor spectrumRef="{native_id(precursor.scan)}">'
        "<isolationWindow>"
        + _term("MS:1000827", "isolation window target m/z", f"{precursor.mz:.6f}", _MZ_UNIT)
        + _term("MS:1000828", "isolation window lower offset", half, _MZ_UNIT)
        + _term("MS:1000829", "isolation window upper offset", half, _MZ_UNIT)
        + '</isolationWindow><selectedIonList count="1"><selectedIon>'
        + _term("MS:1000744", "selected ion m/z", f"{precursor.mz:.6f}", _MZ_UNIT)
        + _term("MS:1000041", "charge state", precursor.charge)
        + _term("MS:1000042", "peak intensity", f"{precursor.intensity:.6g}")
        + "</selectedIon></selectedIonList><activation>"
        + _term("MS:1000422", "beam-type collision-induced dissociation")
        + _term("MS:1000045", "collision energy", f"{precursor.energy:g}", _VOLT_UNIT)
        + "</activation></precursor></precursorList>"
    )


def _array(values: NDArray[np.floating], accession: str, name: str, unit: str) -> str:
    width = (
        ("MS:1000523", "64-bit float") if values.itemsize == 8 else ("MS:1000521", "32-bit float")
    )
    packed = b64encode(zlib.compress(values.tobytes(), 2)).decode()
    return (
        f'<binaryDataArray encodedLength="{len(packed)}">{_term(*width)}{_ZLIB}'
        f"{_term(accession, name, '', unit)}<binary>{packed}</binary></binaryDataArray>"
    )
