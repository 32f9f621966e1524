"""kallisto (10.1038/nbt.3519): abundance.tsv, one file for each sample."""

from evcargo.counts.layout import Head, Layout

COLUMNS = ("target_id", "length", "eff_length", "est_counts", "tpm")


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    if not head.has(*COLUMNS):
        return None
    return Layout(
        program="kallisto",
        recognised_by=f"its columns {', '.join(COLUMNS)}",
        identifiers="target_id",
        counts="est_counts",
        estimated=True,
        quantity="estimated counts, rounded",
        quantity_reason="est_counts is kallisto's estimate of the reads of a transcript",
    )
