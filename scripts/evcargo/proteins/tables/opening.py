"""Open a table by what its first bytes say: text, mzTab, Parquet or mzIdentML."""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.mzid import open_mzid
from evcargo.proteins.tables.table import CHUNK, Table
from evcargo.proteins.tables.text import chunks_of, is_small, open_text, unquoted_rows
from evcargo.study.kinds import DOCTYPE, Head, kind_of, read_head

KINDS = {"empty": "is empty", "fastq": "is FASTQ", "mzml": "is mzML", "fasta": "is FASTA"}
MZTAB = re.compile(r"(COM\t.*\n|\s*\n)*MTD\t")
NOT_READ = (
    (
        re.compile(r"\^HEADER\b|!(Checksum|AdatId)\t"),
        "is a SomaScan ADAT file, which is not read",
        "Give a table with one row per protein and one column per sample, scale relative",
    ),
    (
        re.compile(r"(.*\n){0,2}NPX Data[;,\t]*\n\W*Panel[;,\t]", re.IGNORECASE),
        "is a wide table of Olink (one row per sample), which is not read",
        "Export the long table of NPX values (columns SampleID, OlinkID, UniProt, Assay, NPX)",
    ),
)
"""First lines of tables that are known, but not read; what they are, and what to give instead."""
# Sections of mzTab in the order that we take them, and the columns that make a section worth it.
SECTIONS = (
    ("PRH", re.compile(r"protein_abundance_(assay|study_variable)\[")),
    ("PEH", re.compile(r"peptide_abundance_(assay|study_variable)\[")),
    ("PSH", re.compile(r"spectra_ref$")),
)


def open_table(path: str | Path) -> Table:
    """Read the header of a table of another engine.

    Raises
    ------
    EvcargoError
        If the file cannot be read, or is no table (HTML, Excel, empty ...).
    """
    head = _head_of(path)
    kind = kind_of(head)
    if kind == "a Parquet file":
        return _open_parquet(path)
    if kind == "an mzIdentML file":
        return open_mzid(path, head)
    if kind == DOCTYPE:
        raise EvcargoError(f"{path}: is {kind}. Do not use this file; export it again")
    if kind != "text":
        raise EvcargoError(
            f"{path}: {KINDS.get(kind, f'is {kind}')}, not a protein table."
            " Give a TSV or CSV table; save an Excel sheet as CSV"
        )
    for mark, what, remedy in NOT_READ:
        if mark.match(head.text):
            raise EvcargoError(f"{path}: {what}. {remedy}")
    return _open_mztab(path) if MZTAB.match(head.text) else open_text(path)


def _head_of(path: str | Path) -> Head:
    try:
        head = read_head(path)
    except OSError as error:
        raise EvcargoError(f"{path}: cannot be read ({error.strerror}). Check the path") from error
    if head.damage:
        raise EvcargoError(f"{path}: {head.damage}. Copy the file again")
    return head


def _open_parquet(path: str | Path) -> Table:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        first = 1
        try:
            with ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=CHUNK, columns=list(columns)):
                    frame = batch.to_pandas()
                    yield frame.set_axis(range(first, first + len(frame)))[list(columns)]
                    first += len(frame)
        except (ArrowException, OSError) as error:
            raise _damaged(path) from error

    try:
        with ParquetFile(path) as file:
            names = file.schema_arrow.names
    except (ArrowException, OSError) as error:
        raise _damaged(path) from error
    return Table(str(path), names, read)


def _damaged(path: str | Path) -> EvcargoError:
    return EvcargoError(f"{path}: the Parquet data are damaged or cut. Copy the file again")


def _open_mztab(path: str | Path) -> Table:
    """Open the section of an mzTab 1.0 file that says most: proteins, peptides, else PSMs.

    A file without abundances is read by its PSMs, which get a column ``ms_run`` with the file of
    their spectrum (mzTab 1.0.0, github.com/HUPO-PSI/mzTab).
    """
    meta: dict[str, str] = {}
    headers: dict[str, list[str]] = {}
    for _, row in unquoted_rows(path):
        if row[0] == "MTD" and len(row) > 2:
            meta[row[1]] = row[2].strip()
        for section, telling in SECTIONS:
            if row[0] == section and any(telling.match(cell) for cell in row):
                headers[section] = row
        if headers:
            break
    if not headers:
        raise EvcargoError(
            f"{path}: this mzTab file holds neither protein nor peptide abundances nor PSMs."
            " Export it with one of them"
        )
    section, names = next(iter(headers.items()))
    psms = section == "PSH"
    at = names.index("spectra_ref") if psms else 0
    files = _ms_runs(meta)

    def rows() -> Iterator[tuple[int, list[str]]]:
        mark = {"PRH": "PRT", "PEH": "PEP", "PSH": "PSM"}[section]
        for line, row in unquoted_rows(path):
            if row[0] == mark:
                full = row + [""] * (len(names) - len(row))
                own = full[at].partition(":")[0] if psms else ""
                yield line, [*full[: len(names)], files.get(own, own)]

    columns = [*names, "ms_run"]
    return Table(
        str(path),
        columns,
        lambda wanted: chunks_of(rows(), columns, wanted),
        run_names=files | _assays(meta, files),
        program=_software(meta),
        small=is_small(path),
    )


def _software(meta: dict[str, str]) -> str:
    """Name and version of the first program that the file names: ``[MS, .., MaxQuant, 1.6]``."""
    stated = meta.get("software[1]", "")
    names = [part.strip() for part in stated.strip("[]").split(",")][2:]
    return " ".join(name for name in names if name)


def _ms_runs(meta: dict[str, str]) -> dict[str, str]:
    """``ms_run[1]`` -> its file."""
    return {
        key.removesuffix("-location"): value
        for key, value in meta.items()
        if re.fullmatch(r"ms_run\[\d+\]-location", key)
    }


def _assays(meta: dict[str, str], files: dict[str, str]) -> dict[str, str]:
    """``assay[1]`` -> file of its run; ``study_variable[1]`` -> its description, or only assay."""
    names = {}
    for key, value in meta.items():
        if re.fullmatch(r"assay\[\d+\]-ms_run_ref", key):
            names[key.removesuffix("-ms_run_ref")] = files.get(value, value)
    for number in count(1):
        variable = f"study_variable[{number}]"
        description = meta.get(f"{variable}-description", "")
        references = meta.get(f"{variable}-assay_refs", "")
        if not (description or references):
            break
        named = description not in ("", "null", "no description given")
        names[variable] = description if named else names.get(references, references)
    return names
