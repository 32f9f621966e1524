"""featureCounts of Subread (10.1093/bioinformatics/btt656): one column for each BAM file."""

import re

from evcargo.counts.layout import Head, Layout
from evcargo.errors import EvcargoError

FIRST = ("Geneid", "Chr", "Start", "End", "Strand", "Length")
_VERSION = re.compile(r"featureCounts (v[\d.]+)")
_NUMBER = re.compile(r"\d[\d.]*")


def layout(head: Head) -> Layout | None:
    """Recognise the table by its first six columns; its ``.summary`` holds no genes."""
    if head.starts_with("Status") and "Assigned" in head.cells(0):
        raise EvcargoError(
            f"{head.table.path}: is the summary of featureCounts, which holds no genes. Give the"
            " table that has the same name without .summary"
        )
    if not head.starts_with(*FIRST):
        return None
    _refuse_exons(head)
    text = " ".join(line for _, line in head.table.preamble)
    version = _VERSION.search(text)
    described = [
        at
        for at in range(len(FIRST), len(head.columns))
        if not all(_NUMBER.fullmatch(cell) for cell in head.cells(at))
    ]
    return Layout(
        program=f"featureCounts {version[1]}" if version else "featureCounts",
        recognised_by="its columns Geneid, Chr, Start, End, Strand, Length",
        identifiers=head.columns[0],
        samples=tuple(
            name for at, name in enumerate(head.columns) if at >= len(FIRST) and at not in described
        ),
        estimated="--fraction" in text,
        quantity="reads" if "-p" not in text.replace('"', "").split() else "fragments",
    )


def _refuse_exons(head: Head) -> None:
    genes = head.cells(0)
    again = next((name for at, name in enumerate(genes) if name in genes[:at]), None)
    if again is not None:
        raise EvcargoError(
            f"{head.table.path}: gene {again!r} has several rows: featureCounts counted exons (-f),"
            " and a read over two of them counts twice. Run featureCounts without -f"
        )
