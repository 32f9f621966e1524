"""Merged tables of nf-core/rnaseq (10.5281/zenodo.1400710), which tximport made of salmon's."""

from evcargo.counts.layout import Head, Layout


def layout(head: Head) -> Layout | None:
    """Recognise the tables by their first two columns."""
    if head.starts_with("tx", "gene_id"):
        return Layout(
            program="nf-core/rnaseq, counts of transcripts (tximport)",
            recognised_by="its columns tx and gene_id",
            identifiers=head.columns[0],
            genes=head.columns[1],
        )
    if head.starts_with("gene_id", "gene_name"):
        return Layout(
            program="merged gene counts, as of nf-core/rnaseq (tximport)",
            recognised_by="its columns gene_id and gene_name",
            identifiers=head.columns[0],
            symbols=head.columns[1],
        )
    return None
