"""sRNAbench (10.1093/nar/gkz415): its files *.grouped, one for each sample and library."""

from evcargo.counts.layout import PARTS, Head, Layout

ADJUSTED, SINGLE = "read count (mult. map. adj.)", "read count (SA)"


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    if not head.has("name", "unique reads") or not (head.has(ADJUSTED) or head.has(SINGLE)):
        return None
    adjusted = ADJUSTED in head.columns
    return Layout(
        program="sRNAbench",
        recognised_by=f"its columns unique reads and {ADJUSTED if adjusted else SINGLE}",
        identifiers="name",
        counts=ADJUSTED if adjusted else SINGLE,
        repeated=PARTS,
        estimated=True,
        quantity="reads, rounded" if adjusted else "reads",
        quantity_reason="a read that fits several RNAs is counted once",
    )
