"""Names of genes and miRNAs to compare tables of different origin by."""

from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.panels import is_mirna


def gene_key(name: str) -> str:
    """Name to compare by: capitals, of a miRNA without its species."""
    first = str(name).split(";")[0].strip()
    bare = plain_mirna(first) if is_mirna(first) else first
    return bare.upper()
