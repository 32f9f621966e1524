"""exceRpt (10.1016/j.cels.2019.03.004): its files readCounts_*.txt, one for each sample and class.

Its merged tables (exceRpt_miRNA_ReadCounts.txt) are matrices with a column for each sample.
"""

from evcargo.counts.layout import PARTS, Head, Layout

COLUMNS = ("uniqueReadCount", "totalReadCount", "multimapAdjustedReadCount")
NAMES = ("ReferenceID", "GeneSymbol")
"""Of the features; the second in tables of genes (readCounts_gencode_*_geneLevel.txt)."""


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    names = next((name for name in NAMES if head.has(name, *COLUMNS)), "")
    if not names:
        return None
    return Layout(
        program="exceRpt",
        recognised_by=f"its columns {', '.join([names, *COLUMNS])}",
        identifiers=names,
        counts="multimapAdjustedReadCount",
        repeated=PARTS,
        estimated=True,
        quantity="reads, rounded",
        quantity_reason="multimapAdjustedReadCount counts a read once that fits several RNAs",
    )
