"""Identifications of an mzIdentML file, as the rows of a table.

mzIdentML 1.1 and 1.2 (Jones 2012, 10.1074/mcp.M111.014381), read in one pass. A document type
declaration is refused before any parser sees the file, so that no entity can be defined.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.table import CHUNK, Table
from evcargo.study.kinds import Head

COLUMNS = ["run", "peptide", "proteins", "decoy", "rank", "pass_threshold", "q_value"]
TRUE = ("true", "1")
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
    """PSMs one by one; the format names proteins, peptides and runs before it refers to them."""
    known: dict[str, dict[str, Any]] = {tag: {} for tag in LEARNT}
    try:
        with _open(path, head) as stream:
            for one in _elements(stream):
                tag = _tag(one)
                if tag in LEARNT:
                    known[tag][one.attrib["id"]] = LEARNT[tag](one)
                    continue
                run = one.attrib["spectraData_ref"]
                for item in one:
                    if _tag(item) == "SpectrumIdentificationItem":
                        yield _psm(item, known["SpectraData"].get(run, run), known)
    except (ElementTree.ParseError, KeyError, ValueError, EOFError, zlib.error, OSError) as error:
        raise EvcargoError(
            f"{path}: not a complete mzIdentML file ({str(error)[:80]}). Copy or export it again"
        ) from error


def _elements(stream: IO[bytes]) -> Iterator[ElementTree.Element]:
    """Whole elements that are of use, each forgotten when the next one is asked for."""
    above: list[ElementTree.Element] = []
    for event, one in ElementTree.iterparse(stream, ("start", "end")):
        if event == "start":
            above.append(one)
            continue
        above.pop()
        if _tag(one) in LEARNT or _tag(one) == "SpectrumIdentificationResult":
            yield one
            above[-1].remove(one)


def _tag(one: ElementTree.Element) -> str:
    return one.tag.rpartition("}")[2]


def _sequence(peptide: ElementTree.Element) -> str:
    texts = (one.text or "" for one in peptide if _tag(one) == "PeptideSequence")
    return next(texts, "").strip()


# What is remembered of an element, by its id.
LEARNT: Mapping[str, Callable[[ElementTree.Element], Any]] = {
    "DBSequence": lambda one: one.attrib["accession"],
    "Peptide": _sequence,
    "PeptideEvidence": lambda one: (
        one.attrib["dBSequence_ref"],
        one.attrib.get("isDecoy", "false") in TRUE,
    ),
    "SpectraData": lambda one: one.attrib.get("name") or one.attrib["location"],
}


def _psm(
    item: ElementTree.Element, run: str, known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    evidence = [
        known["PeptideEvidence"][one.attrib["peptideEvidence_ref"]]
        for one in item
        if _tag(one) == "PeptideEvidenceRef"
    ]
    held = [(known["DBSequence"].get(protein, ""), decoy) for protein, decoy in evidence]
    targets = sorted({name for name, decoy in held if not decoy and name})
    q_values = [
        float(one.attrib["value"])
        for one in item
        if _tag(one) == "cvParam" and Q_VALUE.match(one.attrib["name"])
    ]
    return {
        "run": run,
        "peptide": known["Peptide"].get(item.attrib.get("peptide_ref", ""), ""),
        "proteins": ";".join(targets or sorted({name for name, _ in held})),
        "decoy": str(bool(held) and not targets),
        "rank": item.attrib.get("rank", "1"),
        "pass_threshold": str(item.attrib.get("passThreshold", "true") in TRUE),
        "q_value": q_values[0] if q_values else float("nan"),
    }
