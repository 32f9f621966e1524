"""GeneGlobe (QIAGEN) for QIAseq miRNA libraries: reads and molecules (UMIs) of each sample."""

import re

from evcargo.counts.layout import Head, Layout

_COLUMN = re.compile(r"(.+)[-_ .](UMIs?|READs?)", re.IGNORECASE)


def layout(head: Head) -> Layout | None:
    """Recognise the table by a column of reads and one of UMIs for each sample."""
    columns = [(match, name) for name in head.columns if (match := _COLUMN.fullmatch(name))]
    molecules = {match[1]: name for match, name in columns if match[2][0] in "Uu"}
    reads = {match[1] for match, _ in columns if match[2][0] in "Rr"}
    if not molecules or set(molecules) != reads:
        return None
    return Layout(
        program="QIAGEN GeneGlobe",
        recognised_by="columns of UMIs and of reads for each sample",
        samples=tuple(molecules.values()),
        quantity="molecules (UMIs)",
        quantity_reason="a molecule counts once, however often it was amplified and read",
    )
