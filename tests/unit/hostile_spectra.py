"""Files that people give as spectra: what is in them, and what is said of them."""

import base64
import gzip
import zlib

import numpy as np
from proteins_helpers import mzml

MS1 = {"level": 1, "rt": 1.5, "mz": [400.0, 500.25], "intensity": [10.0, 20.0]}
MS2 = {
    "level": 2,
    "rt": 1.6,
    "mz": [100.5, 150.0, 200.5],
    "intensity": [2.0, 3.0, 1.0],
    "precursor": 500.25,
    "charge": 2,
}
RUN = [MS1, *[MS2] * 5]
WHOLE = mzml(RUN)
#: A peak list of 400 points at even distances: Gaussian peaks, not picked.
AXIS = 400 + 0.005 * np.arange(400)
PROFILE = {**MS1, "mz": AXIS, "intensity": 1 + 100 * np.exp(-(((AXIS - 401) / 0.02) ** 2))}
SPECTRUM = WHOLE[WHOLE.index("<spectrum ") : WHOLE.index("</spectrum>") + len("</spectrum>")]
DOCUMENT_TYPE = "document type declaration"


def with_window(spectra: list[dict], windows: list[tuple[float, float]]) -> str:
    """The document, the MS2 with these isolation windows (centre and half width)."""
    parts = mzml(spectra).split('<cvParam accession="MS:1000827" value="400.1"/>')
    text = parts[0]
    for part, (centre, half) in zip(parts[1:], windows, strict=True):
        text += "".join(
            f'<cvParam accession="MS:10008{number}" value="{value}"/>'
            for number, value in ((27, centre), (28, half), (29, half))
        )
        text += part
    return text


def dia(cycles: int = 4, width: float = 25.0) -> str:
    """Cycles of an MS1 and windows that cover 400 to 1,000."""
    centres = np.arange(400 + width / 2, 1000, width)
    spectra = [one for _ in range(cycles) for one in [MS1, *[MS2] * len(centres)]]
    return with_window(spectra, [(centre, width / 2) for _ in range(cycles) for centre in centres])


def edited(old: str, new: str, count: int = 1) -> str:
    """The whole file with some text replaced."""
    assert old in WHOLE
    return WHOLE.replace(old, new, count)


def base64_of(values: list[float], dtype: str = "<f8") -> str:
    return base64.b64encode(zlib.compress(np.array(values, dtype).tobytes())).decode()


MZ_TEXT = base64_of(MS2["mz"])
BOMB = base64.b64encode(zlib.compress(bytes(50_000_000))).decode()
LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
)
MGF_IONS = (
    "BEGIN IONS\nTITLE={0}\nPEPMASS=500.25 1e5\nCHARGE=2+\nRTINSECONDS=96\n"
    "100.5 2\n150.0 3\nEND IONS\n"
)
MGF = "".join(MGF_IONS.format(f"s{n}") for n in range(3))


def mgf(old: str, new: str) -> str:
    """The MGF file with some text replaced once."""
    assert old in MGF
    return MGF.replace(old, new, 1)


# What the job says: part of the error, or the MS2 that it reads and part of the notes.
Expected = str | tuple[int, str]
READ: Expected = (5, "")
# Suffix, content, what the job says, what the check of the study says (empty if it lets it pass).
INPUTS: dict[str, tuple[str, bytes | str, Expected, str]] = {
    "whole": ("mzML", WHOLE, READ, ""),
    "gzip": ("mzML.gz", gzip.compress(WHOLE.encode()), READ, ""),
    "two gzip members": (
        "mzML.gz",
        gzip.compress(WHOLE[:500].encode()) + gzip.compress(WHOLE[500:].encode()),
        READ,
        "",
    ),
    "byte-order mark": ("mzML", "\ufeff" + WHOLE, READ, ""),
    "UTF-16": ("mzML", WHOLE.replace("utf-8", "utf-16").encode("utf-16"), READ, ""),
    "Windows line ends": ("mzML", WHOLE.replace("\n", "\r\n"), READ, ""),
    "empty": ("mzML", "", "not a complete mzML file", "is empty"),
    "cut": ("mzML", WHOLE[: len(WHOLE) // 2], "not a complete mzML file", ""),
    "cut before the end tag": ("mzML", WHOLE[:-8], "not a complete mzML file", ""),
    "cut gzip": (
        "mzML.gz",
        gzip.compress(WHOLE.encode())[:-30],
        "was cut off",
        "ends in the middle",
    ),
    "junk in gzip": (
        "mzML.gz",
        gzip.compress(WHOLE.encode())[:10] + bytes(range(255, 0, -1)),
        "gzip file is damaged",
        "damaged gzip",
    ),
    "gzip without .gz": ("mzML", gzip.compress(WHOLE.encode()), READ, "is gzip data"),
    ".gz without gzip": ("mzML.gz", WHOLE, READ, "is not compressed"),
    "wrong encoding": ("mzML", WHOLE.replace("utf-8", "utf-16"), "not a complete mzML file", ""),
    "unknown encoding": ("mzML", edited("utf-8", "utf-5"), "unknown encoding", ""),
    "zero bytes": ("mzML", edited("spectrumList", "spectrum\0List"), "not a complete mzML", ""),
    "no spectra": ("mzML", mzml([]), "has no MS1 or MS2 spectra", ""),
    "no MS2": ("mzML", mzml([MS1]), "has no MS2 spectra", ""),
    "no MS1": ("mzML", mzml([MS2] * 5), (5, "no MS1 spectra"), ""),
    "MS3": ("mzML", mzml([*RUN, {**MS1, "level": 3}]), (5, "MS3 or higher, not used: 1"), ""),
    "no level": ("mzML", mzml([*RUN, {**MS1, "level": 0}]), (5, "of no MS level, not used: 1"), ""),
    "level of words": (
        "mzML",
        edited('"MS:1000511" value="1"', '"MS:1000511" value="x"'),
        "not a",
        "",
    ),
    "scan twice": ("mzML", edited('id="scan=3"', 'id="scan=2"'), "'scan=2' is there twice", ""),
    "other length": ("mzML", mzml([{**MS1, "length": 3}, MS2]), "holds 2 values of 3", ""),
    "negative length": ("mzML", mzml([{**MS1, "length": -3}, MS2]), "an array of -3 values", ""),
    "endless length": (
        "mzML",
        mzml([{**MS1, "length": 10**12}, MS2]),
        "an array of 1000000000",
        "",
    ),
    "no dtype": ("mzML", edited("MS:1000523", "MS:0"), "type of its numbers is not said", ""),
    "other dtype": ("mzML", edited("MS:1000523", "MS:1000521"), "holds 4 values of 2", ""),
    "half a value": ("mzML", edited(MZ_TEXT, base64_of([1.0], "<f4")), "no whole number", ""),
    "no m/z": ("mzML", edited("MS:1000514", "MS:1000786"), "0 m/z and 2 intensities", ""),
    "no base64": ("mzML", edited(MZ_TEXT, "abc"), "is damaged", ""),
    "no zlib": ("mzML", edited(MZ_TEXT, base64.b64encode(bytes(24)).decode()), "is damaged", ""),
    "cut zlib": ("mzML", edited(MZ_TEXT, MZ_TEXT[:16]), "is damaged", ""),
    "zlib bomb": ("mzML", edited(MZ_TEXT, BOMB), "holds more than the 3 values", ""),
    "huge base64": ("mzML", edited(MZ_TEXT, "A" * 9_000_000), "is far longer than its array", ""),
    "NaN": ("mzML", mzml([MS1, {**MS2, "intensity": [1, np.nan, 2]}]), "no finite numbers", ""),
    "infinite": (
        "mzML",
        mzml([MS1, {**MS2, "intensity": [1, np.inf, 2]}]),
        "no finite numbers",
        "",
    ),
    "NaN m/z": ("mzML", mzml([MS1, {**MS2, "mz": [1, np.nan, 2]}]), "no finite numbers", ""),
    "negative m/z": ("mzML", mzml([MS1, {**MS2, "mz": [-1, 100, 200]}]), "is not positive", ""),
    "negative": (
        "mzML",
        mzml([MS1, {**MS2, "intensity": [1, -5, 2]}]),
        (1, "peaks of negative intensity, left out: 1"),
        "",
    ),
    "zero": ("mzML", mzml([MS1, {**MS2, "intensity": [1, 0, 2]}]), (1, ""), ""),
    "not in order": ("mzML", mzml([MS1, {**MS2, "mz": [200, 150, 100]}]), (1, "not in order"), ""),
    "no time": ("mzML", edited("MS:1000016", "MS:0"), "has no retention time", ""),
    "time of words": ("mzML", edited('value="1.5"', 'value="soon"'), "not a complete mzML", ""),
    "no precursor": (
        "mzML",
        WHOLE.replace("MS:1000744", "MS:0").replace("MS:1000827", "MS:0"),
        "no MS2 spectrum has a precursor",
        "",
    ),
    "one without precursor": (
        "mzML",
        edited("MS:1000744", "MS:0").replace("MS:1000827", "MS:0", 1),
        (5, "without precursor, not searched: 1"),
        "",
    ),
    "no charge": ("mzML", WHOLE.replace("MS:1000041", "MS:0"), READ, ""),
    "empty spectrum": ("mzML", mzml([MS1, {**MS2, "mz": [], "intensity": []}]), (1, ""), ""),
    "profile": (
        "mzML",
        mzml([{**MS1, "form": "MS:1000128"}, MS2]),
        "is profile data, but centroids are needed. Convert the raw file again: msconvert",
        "holds profile spectra",
    ),
    "profile that says centroid": ("mzML", mzml([PROFILE, MS2]), "is profile data", ""),
    "DIA": ("mzML", dia(), "data-independent acquisition (24 isolation windows", ""),
    "DIA of narrow windows": ("mzML", dia(width=4), "data-independent acquisition (150", ""),
    "MSE": ("mzML", with_window(RUN, [(0.0, 0.0)] * 5).replace("MS:1000744", "MS:0"), "MSE", ""),
    "bad numpress": ("mzML", edited("MS:1000574", "MS:1002312"), "is damaged", ""),
    "billion laughs": ("mzML", mzml(RUN, head=LAUGHS + "]>"), DOCUMENT_TYPE, DOCUMENT_TYPE),
    "external entity": (
        "mzML",
        mzml(RUN, head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        DOCUMENT_TYPE,
        DOCUMENT_TYPE,
    ),
    "parameter entity": (
        "mzML",
        mzml(RUN, head='<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/e.dtd"> %e;]>'),
        DOCUMENT_TYPE,
        DOCUMENT_TYPE,
    ),
    "external type": (
        "mzML",
        mzml(RUN, head='<!DOCTYPE mzML SYSTEM "http://127.0.0.1:9/mzml.dtd">'),
        DOCUMENT_TYPE,
        DOCUMENT_TYPE,
    ),
    "unknown entity": ("mzML", edited('<run id="r">', '<run id="&x;">'), "undefined entity", ""),
    "XInclude": (
        "mzML",
        edited("<run ", '<xi:include xmlns:xi="x" href="/etc/passwd" parse="text"/><run '),
        "includes other files",
        "",
    ),
    "XInclude in a spectrum": (
        "mzML",
        edited("<scanList", '<xi:include xmlns:xi="x" href="/etc/passwd"/><scanList'),
        "includes other files",
        "",
    ),
    "mzXML": ("mzML", '<?xml version="1.0"?><mzXML/>', "holds no mzML", "is an mzXML file"),
    "HTML": ("mzML", "<html><body>404</body></html>", "holds no mzML", "is an HTML page"),
    "zip": ("mzML", b"PK\x03\x04" + bytes(99), "not a complete mzML", "is an Excel or zip file"),
    "Thermo": (
        "mzML",
        "\x01\xa1".encode("latin-1") + "Finnigan".encode("utf-16-le"),
        "not a",
        "raw",
    ),
    "FASTA": ("mzML", ">A\nACDEF\n", "not a complete mzML file", "is FASTA, not mzML"),
    "MGF as mzML": ("mzML", MGF, (3, "no MS1 spectra"), "is MGF, not mzML"),
    "MGF": ("mgf", MGF, (3, "no MS1 spectra"), ""),
    "MGF, gzip": ("mgf.gz", gzip.compress(MGF.encode()), (3, "no MS1 spectra"), ""),
    "MGF, cut": ("mgf", MGF[:-5], "line 24: 'END' is neither", ""),
    "MGF, cut in peaks": ("mgf", MGF[:-18], "ends within the spectrum of line 17", ""),
    "MGF, no END IONS": ("mgf", mgf("END IONS\n", ""), "has no END IONS", ""),
    "MGF, END IONS twice": ("mgf", mgf("END IONS", "END IONS\nEND IONS"), "without BEGIN IONS", ""),
    "MGF, no PEPMASS": (
        "mgf",
        mgf("PEPMASS=500.25 1e5\n", ""),
        "has no PEPMASS",
        "without PEPMASS",
    ),
    "MGF, PEPMASS 0": ("mgf", mgf("PEPMASS=500.25", "PEPMASS=0"), "has PEPMASS 0", ""),
    "MGF, PEPMASS of words": ("mgf", mgf("PEPMASS=500.25", "PEPMASS=x"), "is damaged", ""),
    "MGF, no time": (
        "mgf",
        MGF.replace("RTINSECONDS=96\n", ""),
        "has no RTINSECONDS",
        "without RTINSECONDS",
    ),
    "MGF, no peaks": (
        "mgf",
        mgf("100.5 2\n150.0 3\n", ""),
        (3, "without peaks, not searched: 1"),
        "",
    ),
    "MGF, half a peak": ("mgf", mgf("150.0 3", "150.0"), "is damaged", ""),
    "MGF, NaN": ("mgf", mgf("150.0 3", "150.0 nan"), "no finite numbers", ""),
    "MGF, title twice": ("mgf", mgf("TITLE=s1", "TITLE=s0"), "'s0' is there twice", ""),
    "MGF, no title": ("mgf", mgf("TITLE=s1\n", ""), (3, "no MS1 spectra"), ""),
    "MGF, charges": (
        "mgf",
        mgf("CHARGE=2+", "CHARGE=2+ and 3+"),
        (3, "several possible charges"),
        "",
    ),
    "MGF, negative": ("mgf", mgf("CHARGE=2+", "CHARGE=2-"), "has a negative charge", ""),
    "MGF, one long line": ("mgf", MGF + "1" * 1_000_001, "has a line of more than 1,000,000", ""),
    "mzML as MGF": ("mgf", WHOLE, READ, "is mzML, not MGF"),
}
