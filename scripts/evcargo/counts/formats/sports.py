"""SPORTS (10.1016/j.gpb.2018.04.004): its *_summary.txt, one for each sample.

A class has a row with its total (``-``) and rows of its RNAs, apart for reads that fit the genome
and those that do not, which are added up.
"""

import pandas as pd

from evcargo.counts.layout import PARTS, Head, Layout, no_feature
from evcargo.errors import EvcargoError

COLUMNS = ("Class", "Sub_Class", "Reads")
TOTAL = "-"


def layout(head: Head) -> Layout | None:
    """Recognise the summary by its columns; the other files hold no counts of RNAs."""
    if head.has("Sequence", "Match_Genome", "Annotation"):
        raise EvcargoError(
            f"{head.table.path}: is the output of SPORTS with one row per sequence. Give the file"
            " *_summary.txt of the same run"
        )
    if head.columns != COLUMNS:
        return None
    return Layout(
        program="SPORTS",
        recognised_by=f"its columns {', '.join(COLUMNS)}",
        identifiers="Sub_Class",
        classes="Class",
        counts="Reads",
        repeated=PARTS,
        estimated=True,
        quantity="reads, rounded",
        quantity_reason="Reads holds the reads; the rows of the classes are totals",
        names=_names,
    )


def _names(frame: pd.DataFrame) -> list[str]:
    """Name of each RNA; a class that has no RNAs is one, the total of another is no feature."""
    with_rnas = set(frame.loc[frame["Sub_Class"] != TOTAL, "Class"])
    reads = {"Clean_Reads", "Match_Genome", "Unmatch_Genome"}
    return [
        rna if rna != TOTAL else (no_feature(name) if name in with_rnas or name in reads else name)
        for name, rna in zip(frame["Class"], frame["Sub_Class"], strict=True)
    ]
