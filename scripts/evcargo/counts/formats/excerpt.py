"""exceRpt (10.1016/j.cels.2019.03.004): its files readCounts_*.txt, one for each sample and class.

Its merged tables (exceRpt_miRNA_ReadCounts.txt) are matrices with a column for each sample.
"""

from evcargo.counts.layout import PARTS, Head, Layout

COLUMNS = ("ReferenceID", "uniqueReadCount", "totalReadCount", "multimapAdjustedReadCount")


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    if not head.has(*COLUMNS):
        return None
    return Layout(
        program="exceRpt",
        recognised_by=f"its columns {', '.join(COLUMNS)}",
        identifiers="ReferenceID",
        counts="multimapAdjustedReadCount",
        repeated=PARTS,
        estimated=True,
        quantity="reads, rounded",
        quantity_reason="multimapAdjustedReadCount counts a read once that fits several RNAs",
    )
