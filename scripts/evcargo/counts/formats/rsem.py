"""RSEM (10.1186/1471-2105-12-323): genes.results and isoforms.results, one file for each sample."""

from evcargo.counts.layout import Head, Layout


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    if not head.has("gene_id", "length", "effective_length", "expected_count"):
        return None
    transcripts = "transcript_id" in head.columns
    return Layout(
        program="RSEM",
        recognised_by="its columns effective_length and expected_count",
        identifiers="transcript_id" if transcripts else "gene_id",
        counts="expected_count",
        genes="gene_id" if transcripts else "",
        estimated=True,
        quantity="expected counts, rounded",
        quantity_reason="expected_count is RSEM's estimate of the reads of a gene",
    )
