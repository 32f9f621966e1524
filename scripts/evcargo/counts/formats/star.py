"""STAR's ReadsPerGene.out.tab (10.1093/bioinformatics/bts635): no header, one file for each sample.

Its columns count reads as if the library were unstranded, forward (the first read is of the strand
of the RNA, as htseq-count -s yes) and reverse.
"""

from types import MappingProxyType

from evcargo.counts.layout import Head, Layout

STRANDS = ("unstranded", "forward", "reverse")
WIDTH = 4


def layout(head: Head) -> Layout | None:
    """Recognise the file by its four columns and its first row."""
    if len(head.columns) != WIDTH or not head.columns[0].startswith("N_"):
        return None
    columns = [f"column {number}" for number in range(1, WIDTH + 1)]
    return Layout(
        program="STAR",
        recognised_by=f"its first row, {head.columns[0]}",
        identifiers=columns[0],
        strands=MappingProxyType(dict(zip(STRANDS, columns[1:], strict=True))),
        quantity="reads",
        has_header=False,
    )
