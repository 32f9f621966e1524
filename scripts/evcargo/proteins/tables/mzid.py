"""Identifications of an mzIdentML file, as the rows of a table.

mzIdentML 1.1 and 1.2 (Jones 2012, 10.1074/mcp.M111.014381), read with pyteomics. A document type
declaration is refused before any parser sees the file, so that no entity can be defined.
"""

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.table import CHUNK, Table
from evcargo.study.kinds import Head

COLUMNS = ["run", "peptide", "proteins", "decoy", "rank", "pass_threshold", "q_value"]
PROLOG = 1_000_000  # bytes; the root element begins before
# What engines call the q-value of a PSM: names of the PSI-MS vocabulary.
Q_VALUE = re.compile(r"(?i)(?!.*(pep|protein|peptide)).*\bq-?\s?value$")


def open_mzid(path: str | Path, head: Head) -> Table:
    """Check the prolog of an mzIdentML file; its PSMs are read when they are asked for.

    Raises
    ------
    EvcargoError
        If the file declares a document type or entities.
    """
    _refuse_doctype(path, head)

    def read(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        rows: list[dict[str, Any]] = []
        first = 1
        for row in _psms(path, head):
            rows.append(row)
            if len(rows) == CHUNK:
                yield _frame(rows, first, columns)
                first, rows = first + len(rows), []
        yield _frame(rows, first, columns)

    return Table(str(path), COLUMNS, read)


def _frame(rows: list[dict[str, Any]], first: int, columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS, index=range(first, first + len(rows)))
    return frame[list(columns)]


def _open(path: str | Path, head: Head) -> IO[bytes]:
    return gzip.open(path, "rb") if head.compression == "gzip" else Path(path).open("rb")  # type: ignore[return-value]


def _refuse_doctype(path: str | Path, head: Head) -> None:
    if head.compression not in ("", "gzip"):
        raise EvcargoError(f"{path}: is {head.compression} data. Unpack it, or use gzip")
    with _open(path, head) as stream:
        start = stream.read(PROLOG).replace(b"\0", b"")  # as UTF-16 and UTF-32 write ASCII
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", start, re.IGNORECASE):
        raise EvcargoError(
            f"{path}: declares a document type or entities, which mzIdentML never needs and which"
            " can harm this computer. Get the file from its source again"
        )


def _psms(path: str | Path, head: Head) -> Iterator[dict[str, Any]]:
    """PSMs one by one; proteins and runs are learned first, then the spectra are gone through."""
    from lxml.etree import XMLSyntaxError
    from pyteomics.auxiliary import PyteomicsError
    from pyteomics.mzid import MzIdentML

    def each(tag: str) -> Iterator[dict[str, Any]]:
        with (
            _open(path, head) as stream,
            MzIdentML(stream, use_index=False, retrieve_refs=False, build_id_cache=False) as file,
        ):
            yield from file.iterfind(tag)

    try:
        accession = {one["id"]: one["accession"] for one in each("DBSequence")}
        evidence = {
            one["id"]: (accession.get(one["dBSequence_ref"], ""), one.get("isDecoy", False))
            for one in each("PeptideEvidence")
        }
        runs = {one["id"]: one.get("name") or one["location"] for one in each("SpectraData")}
        peptides = {one["id"]: one["PeptideSequence"] for one in each("Peptide")}
        for spectrum in each("SpectrumIdentificationResult"):
            run = runs.get(spectrum["spectraData_ref"], spectrum["spectraData_ref"])
            for item in spectrum.get("SpectrumIdentificationItem", []):
                yield _psm(item, run, evidence, peptides)
    except (XMLSyntaxError, PyteomicsError, KeyError, EOFError) as error:
        raise EvcargoError(
            f"{path}: not a complete mzIdentML file ({str(error)[:80]}). Copy or export it again"
        ) from error


def _psm(
    item: dict[str, Any],
    run: str,
    evidence: dict[str, tuple[str, bool]],
    peptides: dict[str, str],
) -> dict[str, Any]:
    held = [evidence[one["peptideEvidence_ref"]] for one in item.get("PeptideEvidenceRef", [])]
    targets = sorted({name for name, decoy in held if not decoy and name})
    q_values = [value for name, value in item.items() if Q_VALUE.match(name)]
    return {
        "run": run,
        "peptide": peptides.get(item.get("peptide_ref", ""), ""),
        "proteins": ";".join(targets or sorted({name for name, _ in held})),
        "decoy": str(bool(held) and not targets),
        "rank": str(item.get("rank", 1)),
        "pass_threshold": str(item.get("passThreshold", True)),
        "q_value": float(q_values[0]) if q_values else float("nan"),
    }
