"""COMPSRA (10.1038/s41598-020-61495-0): counts of one RNA class, one file for each sample."""

from evcargo.counts.layout import PARTS, Head, Layout

COLUMNS = ("DB", "Name", "ID", "Count")


def layout(head: Head) -> Layout | None:
    """Recognise the file by its columns."""
    if head.columns != COLUMNS:
        return None
    return Layout(
        program="COMPSRA",
        recognised_by=f"its columns {', '.join(COLUMNS)}",
        identifiers="Name",
        counts="Count",
        repeated=PARTS,
        quantity="reads",
        quantity_reason="Count holds the reads",
    )
