"""Walk the files that a new study is made from, and tell what each is."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from evcargo.errors import EvcargoError
from evcargo.files.workbooks import read_workbook
from evcargo.rna.kits import read_kits, seed_of
from evcargo.start.organisms import organisms_of
from evcargo.start.recognised import NotRecognised, Recognised
from evcargo.start.tables import COPY, OF_SAMPLES, Resource, recognise_protein_file, recognise_text
from evcargo.study.files import INSTEAD, VENDOR_FILES, VENDOR_FOLDERS
from evcargo.study.kinds import Head, is_nucleotides, kind_of, read_head
from evcargo.study.panels import shipped
from evcargo.study.reads import why_bad_reads

MOST_FILES = 5000
DEEPEST = 6
PASSED_OVER = {"results", "logs", "__pycache__", "node_modules"}
"""Folders of products."""
ADAPTER_SHARE = 0.2
SMALL = range(15, 46)
"""Lengths of trimmed reads of small RNA, nt."""
SHORT_READS = 76
PROTEIN_FILES = ("a Parquet file", "an mzIdentML file")
SPECTRA = {"mzml": "mzML", "mgf": "MGF", "a Thermo .raw file": "Thermo .raw"}
_TRACKS = re.compile(r"_(AllTracks|ParticleData|RawDistribution)\b")
_LONG = re.compile(r"m-?rna|total-?rna|rna-?seq|transcriptom|poly-?a|long-?rna", re.IGNORECASE)
_SMALL = re.compile(r"mi-?rna|small-?rna|s-?rna|smrna|mirna", re.IGNORECASE)


def find_files(places: Sequence[str]) -> tuple[list[str], list[NotRecognised]]:
    """Find the files of a study.

    Parameters
    ----------
    places
        Files and folders; folders are walked, but for hidden ones and those of products.

    Returns
    -------
    files
        Paths, sorted within each place; at most `MOST_FILES`.
    others
        Folders of raw data that are not read, and what lies beyond the limits.

    Raises
    ------
    EvcargoError
        If a place does not exist.
    """
    files: list[str] = []
    others: list[NotRecognised] = []
    for folder in places:
        if not Path(folder).exists():
            raise EvcargoError(f"{folder}: does not exist. Write the path of a file or a folder")
        for entry in _walk(Path(folder), 0):
            if isinstance(entry, NotRecognised):
                others.append(entry)
            elif len(files) < MOST_FILES:
                files.append(entry)
            else:
                reason = f"holds more than {MOST_FILES:,} files: name folders further down"
                return list(dict.fromkeys(files)), [*others, NotRecognised(folder, reason)]
    return list(dict.fromkeys(files)), others


def _walk(folder: Path, depth: int) -> Iterator[str | NotRecognised]:
    if folder.is_file():
        yield str(folder)
        return
    if not folder.is_dir():
        yield NotRecognised(str(folder), "is a link to nothing, or no file to read")
        return
    vendor = VENDOR_FOLDERS.get(folder.suffix.casefold())
    if vendor:
        yield NotRecognised(str(folder), f"{vendor}: convert it to mzML")
        return
    if depth > DEEPEST or _is_config(folder):
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: _natural(entry.name))
    except OSError as error:
        yield NotRecognised(str(folder), f"cannot be read ({error.strerror})")
        return
    for entry in entries:
        if not entry.name.startswith(".") and entry.name not in PASSED_OVER:
            yield from _walk(Path(entry.path), depth + 1)


def _is_config(folder: Path) -> bool:
    """Whether a folder holds the sheets of a study."""
    return folder.name == "config" and (folder / "config.yaml").exists()


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Key that sorts T2 before T10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts if part]


def recognise_input(path: str, resource: Resource = shipped) -> Recognised | NotRecognised:
    """Tell what a file of a study is.

    Parameters
    ----------
    path
        The file.
    resource
        Gives the path of a shipped file.

    Returns
    -------
    Recognised or NotRecognised
        Files of raw data by their first bytes, tables by their header and the names in them.
    """
    if "{" in path or "}" in path:
        return NotRecognised(
            path, "has braces in its path, which Snakemake would fill in: rename it"
        )
    try:
        head = read_head(path)
    except OSError as error:
        return NotRecognised(path, f"cannot be read ({error.strerror})")
    if head.damage:
        return NotRecognised(path, head.damage)
    kind = kind_of(head)
    vendor = VENDOR_FILES.get(Path(path).suffix.casefold())
    if vendor:
        return NotRecognised(path, f"is {vendor}, which is not read: convert it to mzML")
    if kind in SPECTRA:
        word = "thermo" if kind not in ("mzml", "mgf") else kind
        return Recognised(path, "proteins", word, SPECTRA[kind])
    if kind == "fastq":
        return _reads(path, head, resource)
    if kind == "fasta":
        return _sequences(path, head)
    if kind in PROTEIN_FILES:
        return recognise_protein_file(path)
    if kind == "text":
        return _text(path, head, resource)
    return NotRecognised(path, _reason(path, kind))


def _text(path: str, head: Head, resource: Resource) -> Recognised | NotRecognised:
    if _TRACKS.search(path):
        return NotRecognised(path, "holds single tracks: give the table of sizes")
    table = recognise_text(path, resource)
    if isinstance(table, NotRecognised):
        return table
    return replace(table, organisms=organisms_of(head.text))


def _reason(path: str, kind: str) -> str:
    if kind == "empty":
        return "is empty"
    if kind in ("an Excel or zip file", "an old Excel file"):
        return _reason_of_workbook(path)
    instead = INSTEAD.get(kind, "")
    return f"is {kind}" + (f": {instead[0].lower()}{instead[1:]}" if instead else ", not read")


def _reason_of_workbook(path: str) -> str:
    try:
        sheets = read_workbook(path)
    except EvcargoError as error:
        return str(error).removeprefix(f"{path}: ").partition(". ")[0]
    for name, rows in sheets.items():
        header = next((row for row in rows if any(row)), [])
        if any(cell.casefold() in OF_SAMPLES for cell in header):
            return f"is a workbook, and {name!r} looks like a list of samples: {COPY}"
    return f"is a workbook ({', '.join(sheets)}): save its table of data as tab-separated text"


def _sequences(path: str, head: Head) -> Recognised:
    rna = is_nucleotides(head.text)
    kind, what = ("transcripts", "FASTA of RNA or DNA") if rna else ("fasta", "FASTA of proteins")
    return Recognised(path, "", kind, what, organisms=organisms_of(head.text))


def _reads(path: str, head: Head, resource: Resource) -> Recognised | NotRecognised:
    """Tell small RNA from long RNA by adapter, length and name; a guess is a note."""
    why, _ = why_bad_reads(head)
    if why and "read 2" not in why:
        return NotRecognised(path, why)
    reads = head.text.split("\n")[1::4][:-1]
    if not reads:
        return NotRecognised(path, "holds no read")
    assay, reason = _assay_of_reads(reads, path, resource)
    return Recognised(path, assay, "fastq", "FASTQ", notes=(reason,))


def _assay_of_reads(reads: Sequence[str], path: str, resource: Resource) -> tuple[str, str]:
    kits = read_kits(resource("adapters/adapters.tsv"))
    seeds = {kit.name: seed_of(kit) for kit in kits.values()}
    name = _commonest(reads, {kit: seed for kit, seed in seeds.items() if set(seed) > {"A"}})
    lengths = [len(read) for read in reads]
    if name:
        return "rna", f"small RNA: the adapter of {name} is in the reads"
    if len(set(lengths)) > 1 and median(lengths) in SMALL:
        return "rna", f"small RNA: trimmed reads of {median(lengths):.0f} nt"
    if _SMALL.search(path):
        return "rna", "taken for small RNA, as its path says"
    if _LONG.search(path):
        return "transcripts", "taken for long RNA, as its path says"
    if median(lengths) < SHORT_READS:
        return "rna", f"taken for small RNA, as the reads have {median(lengths):.0f} nt only"
    return "transcripts", f"taken for long RNA: {median(lengths):.0f} nt, no adapter of small RNA"


def _commonest(reads: Sequence[str], seeds: dict[str, str]) -> str:
    """Kit whose adapter is in enough of the reads; empty if none is."""
    counts = {kit: sum(seed in read for read in reads) for kit, seed in seeds.items()}
    kit = max(counts, key=lambda name: counts[name])
    return kit if counts[kit] >= ADAPTER_SHARE * len(reads) else ""


def recognise_all(paths: Iterable[str]) -> tuple[list[Recognised], list[NotRecognised]]:
    """Tell what each of some files is."""
    both = [recognise_input(path) for path in paths]
    return (
        [result for result in both if isinstance(result, Recognised)],
        [result for result in both if isinstance(result, NotRecognised)],
    )
