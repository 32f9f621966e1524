"""What a file is, by its first bytes and not by its name."""

import bz2
import io
import lzma
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evcargo.files.text import find_encoding
from evcargo.proteins.headers import read_header

FEW = 16_384
# A bz2 file gives nothing before its first block (up to 900 kB) is complete.
BZ2_BLOCK = 1_000_000
Compression = Literal["", "gzip", "bzip2", "xz", "zstd"]
MAGIC: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
SUFFIXES: dict[str, Compression] = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
BINARY = (
    (b"PK\x03\x04", "an Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x01\xa1F\x00i\x00n\x00n\x00i\x00g\x00a\x00n", "a Thermo .raw file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BAM\x01", "a BAM file"),
)
# Characters that no text has; what is not decoded is one of them.
CONTROLS = re.compile("[\0-\x08\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d\ufffd]")
DOCTYPE = "XML with a document type declaration, which can attack the reader"
NUCLEOTIDES = re.compile(r"[ACGTUNacgtun*-]+")
# As evcargo.rna.fasta takes them: letters of ambiguity are rare, else this is a protein.
AMBIGUOUS = re.compile(r"[RYSWKMBDHV]", re.IGNORECASE)
WITH_AMBIGUOUS = re.compile(r"[ACGTUNRYSWKMBDHV \t.-]+", re.IGNORECASE)
# Text formats that hold sequences or places of them, and are not FASTA.
FLAT_FILES = (
    (r"LOCUS +\S", "a GenBank file"),
    (r"ID   \S+;", "an EMBL file"),
    (r"##gff-version", "a GFF file"),
)


@dataclass(frozen=True)
class Head:
    """The beginning of a file.

    Parameters
    ----------
    compression
        How the file is compressed, by its first bytes.
    data
        Its first bytes, decompressed.
    damage
        What is wrong with the compression, empty if nothing.
    """

    compression: Compression
    data: bytes
    damage: str = ""

    @property
    def text(self) -> str:
        r"""The beginning as text with ``\n`` line ends, in whatever encoding it is."""
        text = self.data.decode(find_encoding(self.data).codec, errors="replace")
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read_head(path: str | Path) -> Head:
    """Read the first few kilobytes of a file, decompressed by magic bytes.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with Path(path).open("rb") as stream:
        raw = stream.read(FEW)
        compression: Compression = next(
            (name for magic, name in MAGIC if raw.startswith(magic)), ""
        )
        if not compression:
            return Head("", raw)
        if compression == "bzip2":
            raw += stream.read(BZ2_BLOCK)
        whole = not stream.read(1)
    data, ended, damage = _decompressed(raw, compression)
    if not damage and whole and not ended and len(data) < FEW:
        damage = f"ends in the middle of its {compression} data"
    return Head(compression, data, damage)


def _decompressed(raw: bytes, compression: Compression) -> tuple[bytes, bool, str]:
    """First bytes, whether the compressed data came to their end, and what is wrong with them."""
    try:
        if compression == "gzip":
            gzip = zlib.decompressobj(31)
            return gzip.decompress(raw, FEW), gzip.eof, ""
        if compression == "bzip2":
            bzip = bz2.BZ2Decompressor()
            return bzip.decompress(raw, FEW), bzip.eof, ""
        if compression == "xz":
            xz = lzma.LZMADecompressor()
            return xz.decompress(raw, FEW), xz.eof, ""
        from pyarrow import CompressedInputStream

        with CompressedInputStream(io.BytesIO(raw), "zstd") as stream:
            return _all_of(stream), True, ""
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return b"", False, f"holds damaged {compression} data"


def _all_of(stream: io.IOBase) -> bytes:
    """Up to `FEW` bytes; the stream breaks off where the bytes that we gave it end."""
    data = b""
    while len(data) < FEW:
        try:
            more = stream.read(512)
        except OSError:
            if not data:
                raise
            break
        if not more:
            break
        data += more
    return data


def kind_of(head: Head) -> str:
    """Tell what a file is.

    Returns
    -------
    str
        ``mzml``, ``mgf``, ``fastq``, ``fasta``, ``text`` or ``empty``, or a
        description for people of what evcargo does not read.
    """
    data = head.data
    for magic, what in BINARY:
        if data.startswith(magic):
            return what
    text = head.text.lstrip()
    if not text:
        return "empty"
    lower = text[:2000].lower()
    if re.search(r"<(!doctype html|html|head|body)\b", lower):
        return "an HTML page"
    if lower.startswith("<"):
        return _kind_of_xml(lower)
    if "\0" in text or len(CONTROLS.findall(text)) > max(2, len(text) // 100):
        return "a binary file"
    if text.startswith(">"):
        return "fasta"
    if re.match(r"@(HD|SQ|RG|PG|CO)\t", text):
        return "a SAM file"
    if text.startswith("@") and _is_fastq(text):
        return "fastq"
    if text.startswith("BEGIN IONS") or "\nBEGIN IONS\n" in text[:4000]:
        return "mgf"
    return next((what for start, what in FLAT_FILES if re.match(start, text)), "text")


def _kind_of_xml(lower: str) -> str:
    if "<!doctype" in lower or "<!entity" in lower:
        return DOCTYPE
    for tag, what in (
        ("(indexed)?mzml", "mzml"),
        ("mzxml", "an mzXML file"),
        ("mzidentml", "an mzIdentML file"),
    ):
        if re.search(rf"<(\w+:)?{tag}\b", lower):
            return what
    return "an XML file that is not mzML"


def _is_fastq(text: str) -> bool:
    """Whether the first record reads as FASTQ, as far as it lies in the text."""
    lines = text.split("\n")
    return len(lines) < 4 or lines[2].startswith("+")


def is_nucleotides(text: str) -> bool:
    """Whether the sequences of a FASTA text are nucleotides, by its first whole lines."""
    return NUCLEOTIDES.fullmatch(_residues(text)) is not None


def is_reference(text: str) -> bool:
    """Whether the sequences of a FASTA text can be a reference: nucleotides, some ambiguous."""
    residues = _residues(text)
    few = 2 * len(AMBIGUOUS.findall(residues)) <= len(residues)
    return few and WITH_AMBIGUOUS.fullmatch(residues) is not None


def _residues(text: str) -> str:
    lines = (line.strip() for line in text.split("\n"))
    return "".join(line for line in lines if not line.startswith((">", ";")))


def taxa_of(path: str | Path, head: Head) -> list[str]:
    """NCBI taxa that the FASTA headers at the beginning, middle and end of a file tell."""
    text = head.text
    if not head.compression:
        size = Path(path).stat().st_size
        with Path(path).open("rb") as stream:
            for start in (size // 2, size - FEW):
                if start > FEW:
                    stream.seek(start)
                    text += "\n" + stream.read(FEW).decode("utf-8", errors="replace")
    taxa = (read_header(header).taxon for header in re.findall(r"(?m)^>(.*)\n", text))
    return [taxon for taxon in taxa if taxon]
