"""Files of the Genomic Data Commons: STAR counts of genes, and counts of miRNAs (BCGSC)."""

from types import MappingProxyType

import pandas as pd

from evcargo.counts.layout import PARTS, Head, Layout

STRANDS = MappingProxyType(
    {"unstranded": "unstranded", "forward": "stranded_first", "reverse": "stranded_second"}
)
MIRNA = ("miRNA_ID", "read_count", "reads_per_million_miRNA_mapped")
REGION = "miRNA_region"


def layout(head: Head) -> Layout | None:
    """Recognise a file by its columns."""
    if head.has("gene_id", "gene_name", "gene_type", *STRANDS.values()):
        return Layout(
            program="STAR counts of the Genomic Data Commons",
            recognised_by="its columns unstranded, stranded_first and stranded_second",
            identifiers="gene_id",
            symbols="gene_name",
            classes="gene_type",
            strands=STRANDS,
            quantity="reads",
        )
    if not head.has(*MIRNA):
        return None
    isoforms = REGION in head.columns
    return Layout(
        program="miRNA counts of the Genomic Data Commons",
        recognised_by=f"its columns {', '.join(MIRNA)}",
        identifiers="miRNA_ID",
        counts="read_count",
        repeated=PARTS if isoforms else "",
        names=_mature_names if isoforms else None,
        quantity="reads",
        quantity_reason="read_count holds the reads",
        notes=""
        if isoforms
        else "the reads are counted by hairpin, of which no criterion of mature miRNAs can be had;"
        " the file isoforms.quantification.txt has the mature ones",
    )


def _mature_names(frame: pd.DataFrame) -> list[str]:
    """Give the accession of the mature miRNA, or the hairpin for other parts of it."""
    return [
        region.partition(",")[2] or hairpin
        for region, hairpin in zip(frame[REGION], frame["miRNA_ID"], strict=True)
    ]
