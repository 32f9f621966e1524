"""mirtop (10.1093/bioinformatics/btz675): counts of isomiRs, one row for each sequence.

The isomiRs of a miRNA are added up. A sequence that fits several miRNAs counts for the first, as
nf-core/smrnaseq does.
"""

from evcargo.counts.layout import PARTS, Head, Layout

DESCRIBED = ("uid", "read", "mirna", "variant")


def layout(head: Head) -> Layout | None:
    """Recognise the table by its columns UID, miRNA and Variant."""
    if not head.has("UID", "miRNA", "Variant"):
        return None
    samples = tuple(
        name
        for name in head.columns
        if name.casefold() not in DESCRIBED
        and not name.startswith("iso_")
        and not name.startswith("column ")  # mirtop ends its header with a tab
    )
    return Layout(
        program="mirtop",
        recognised_by="its columns UID, miRNA, Variant",
        identifiers="miRNA",
        samples=samples,
        repeated=PARTS,
        once="UID",
        quantity="reads",
        quantity_reason="the isomiRs of a miRNA are added up",
    )
