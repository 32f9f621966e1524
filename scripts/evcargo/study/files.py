"""The files that a study names: are they there, and are they what the study says they are."""

import difflib
import os
import re
import stat
from collections.abc import Mapping
from itertools import islice
from pathlib import Path, PurePath

import pandas as pd

from evcargo.study.kinds import DOCTYPE, SUFFIXES, Head, kind_of, read_head
from evcargo.study.mates import check_mates
from evcargo.study.model import SPECTRA
from evcargo.study.notes import Notes, shown
from evcargo.study.reads import refuse_second_mates, why_bad_reads
from evcargo.study.runs import FORMATS, RAW
from evcargo.study.spectra import why_bad_spectra

THERMO = "a Thermo .raw file"
KINDS = {
    "mzml": "mzML",
    "mgf": "MGF",
    "fastq": "FASTQ",
    "fasta": "FASTA",
    "text": "plain text",
    THERMO: THERMO,
}
MOST_NAMES = 5000
# What else than text a protein table can be.
TABLES = ("a Parquet file", "an mzIdentML file")
TABLE_FORMATS = frozenset(FORMATS["proteins"]) - set(RAW)
# What to do with files that are common, and that evcargo does not read.
INSTEAD = {
    "an Excel or zip file": "Save the table as tab-separated text (TSV), or unpack the zip file",
    "an old Excel file": "Save the table as tab-separated text (TSV)",
    THERMO: "Let its name end in .raw and format be auto or thermo; or convert it to mzML",
    "an mzXML file": "Convert it, or better the raw file, to mzML with msconvert",
    DOCTYPE: "Do not use this file; convert or export it again",
    "an HTML page": "Download the file again: this is a web page, perhaps an error message",
    "a BAM file": "Give the FASTQ that it was made from",
    "a GenBank file": "Save its entries as FASTA",
    "an EMBL file": "Save its entries as FASTA",
    "a GFF file": "Give the sequences themselves: GFF holds their places only",
    "a SAM file": "Give the FASTQ that it was made from",
    "empty": "Copy or download it again, or delete the row",
}

# Folders of raw data that are not read.
VENDOR_FOLDERS = {
    ".d": "is a folder of Bruker or Agilent, which is not read",
    ".raw": "is a folder of Waters, which is not read",
}
VENDOR_FILES = {
    ".wiff": "a file of Sciex",
    ".wiff2": "a file of Sciex",
    ".mzmlb": "mzMLb",
}
PICKED = "msconvert --zlib --filter 'peakPicking vendor msLevel=1-' (Bruker timsTOF: tdf2mzml)"
# What to do with a folder in place of a file of a format.
IN_FOLDER = {
    "mzml": "Give one mzML file of it",
    "fasta": "Give the FASTA file in it; pack several into one (cat)",
}


def check_run_files(runs: pd.DataFrame, lines: Mapping[str, int], notes: Notes) -> set[str]:
    """Write down every run whose file is missing, unreadable or of another kind than its format.

    Parameters
    ----------
    runs
        Contract ``runs``.
    lines
        Line in the run sheet of each ``assay/run``.
    notes
        Takes the problems; the problems of one file are told once, at its first row.

    Returns
    -------
    set
        Paths that are files of the right kind.
    """
    heads: dict[tuple[str, str], Head | None] = {}
    for run in runs.to_dict("records"):
        line = lines[f"{run['assay']}/{run['run']}"]
        path, kind = run["path"], run["format"]
        known = (path, kind)
        if known in heads:
            continue
        first = heads[known] = checked_head(path, kind, notes, line, "path")
        if first and run["assay"] == "rna" and kind == "fastq":
            why, remedy = why_bad_reads(first)
            if why:
                notes.add(why, remedy, line, "path", path)
    reads = {path: head for (path, kind), head in heads.items() if kind == "fastq"}
    refuse_second_mates(runs, reads, lines, notes)
    check_mates(runs.to_dict("records"), reads, lines, notes)
    return {path for (path, _), head in heads.items() if head}


def checked_head(path: str, wanted: str, notes: Notes, line: int, column: str) -> Head | None:
    """Return the beginning of a file, or None and a problem if it is not of the wanted kind."""
    why, remedy = why_no_file(path, wanted)
    if why:
        notes.add(why, remedy, line, column, path)
        return None
    try:
        head = read_head(path)
    except OSError as error:
        remedy = "Check the permissions of the file and of the disk it is on"
        notes.add(f"cannot be read ({error.strerror})", remedy, line, column, path)
        return None
    message, remedy = _why_other_kind(path, head, wanted)
    if message:
        notes.add(message, remedy, line, column, path)
        return None
    return head


def _why_other_kind(path: str, head: Head, wanted: str) -> tuple[str, str]:
    """Message and remedy where a file is not what it should be, else two empty texts."""
    if head.damage:
        return head.damage, "Copy or download the file again"
    named = SUFFIXES.get(PurePath(path).suffix.casefold(), "")
    if named and not head.compression and head.data:
        return (
            f"is not compressed, though its name ends in {PurePath(path).suffix}",
            "Rename the file, or copy it again",
        )
    if head.compression and head.compression != named:
        end = next(suffix for suffix, name in SUFFIXES.items() if name == head.compression)
        return (
            f"is {head.compression} data, though its name does not end in {end}",
            f"Let its name end in {end}",
        )
    kind = kind_of(head)
    need = wanted if wanted in ("mzml", "mgf", "fastq", "fasta") else "text"
    need = THERMO if wanted == "thermo" else need
    if kind == need:
        return why_bad_spectra(head.text) if kind in ("mzml", "mgf") else ("", "")
    if need == "text" and kind in TABLES and wanted in TABLE_FORMATS:
        return "", ""
    is_what = "is empty" if kind == "empty" else f"is {KINDS.get(kind, kind)}"
    message = (
        is_what
        if kind == "empty"
        else f"{is_what}, not {'a text table' if need == 'text' else KINDS[need]}"
    )
    vendor = VENDOR_FILES.get(PurePath(path).suffix.casefold()) if need == "mzml" else None
    if vendor:
        return f"is {vendor}, which is not read", f"Convert it to mzML: {PICKED}"
    if kind in INSTEAD:
        return message, INSTEAD[kind]
    if kind in ("fastq", "mzml", "mgf") and need == "text":
        return message, f"Write {kind} into the column format, or give the file its proper suffix"
    if kind == "fasta" and need == "fastq":
        return message, "Give the reads as the sequencer wrote them, with qualities"
    return message, "Give another file, or correct the column format"


def why_no_file(path: str, wanted: str = "") -> tuple[str, str]:
    """Message and remedy where a path is no file (of a format) to read, else two empty texts."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError)):
            return "does not exist", _nearest_file(path)
        return f"cannot be read ({error.strerror})", "Check the path and its permissions"
    if stat.S_ISDIR(mode):
        vendor = VENDOR_FOLDERS.get(PurePath(path).suffix.casefold())
        if wanted in SPECTRA and vendor:
            return vendor, f"Convert it to mzML: {PICKED}"
        return "is a folder, not a file", IN_FOLDER.get(wanted, "Give one file of it")
    if not stat.S_ISREG(mode):
        return "is not a regular file", "Copy it to a file"
    if not os.access(path, os.R_OK):
        return "may not be read by you", "Change its permissions (chmod +r)"
    return "", ""


def _nearest_file(path: str) -> str:
    """Say for a missing file what is there under a similar name."""
    if re.match(r"[a-z0-9]+://", path, re.IGNORECASE):
        return "Download it and write the path of the file"
    if "\\" in path:
        return "Write the path with / in place of \\"
    folder, name = Path(path).parent, Path(path).name
    while not _is_folder(folder) and folder != folder.parent:
        folder, name = folder.parent, folder.name
    missing_folder = name != Path(path).name or folder != Path(path).parent
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in islice(entries, MOST_NAMES))
    except (OSError, ValueError):
        names = []
    found = _similar(name, names)
    what = "folder" if missing_folder else "file"
    if found:
        return f"Did you mean {shown(str(folder / found))}?"
    where = "the folder in which Snakemake works" if str(folder) == "." else shown(str(folder))
    return f"Check the path: {where} holds no {what} of a similar name"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _similar(name: str, names: list[str]) -> str | None:
    folded = {one.casefold(): one for one in reversed(names)}
    close = difflib.get_close_matches(name.casefold()[:255], list(folded), n=1, cutoff=0.75)
    return folded[close[0]] if close else None
