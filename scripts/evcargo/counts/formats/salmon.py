"""salmon (10.1038/nmeth.4197): quant.sf and quant.genes.sf, one file for each sample."""

from evcargo.counts.layout import Head, Layout

COLUMNS = ("Name", "Length", "EffectiveLength", "TPM", "NumReads")


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns; whether they are transcripts is told by the names."""
    if not head.has(*COLUMNS):
        return None
    return Layout(
        program="salmon",
        recognised_by=f"its columns {', '.join(COLUMNS)}",
        identifiers="Name",
        counts="NumReads",
        estimated=True,
        quantity="estimated counts, rounded",
        quantity_reason="NumReads is salmon's estimate of the reads of a transcript",
    )
