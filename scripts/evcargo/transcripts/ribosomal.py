"""Which genes are ribosomal RNA."""

import re

# By the gene symbols of HGNC, MGI and RGD; pseudogenes (RNA5SP1 ...) are not meant.
RRNA_CLASS = re.compile(r"(Mt_)?rRNA")
RRNA_NAME = re.compile(
    r"RNA(5|5-8|18|28|45)S(N?\d+)?|Rn(5|5-8|18|28|45)s\d*|n-R5-?8?s\d+|MT-RNR[12]", re.IGNORECASE
)


def is_ribosomal(biotype: str, *names: str) -> bool:
    """Tell whether the RNA of a gene is ribosomal RNA, by its class or one of its names."""
    named = any(RRNA_NAME.fullmatch(name) for name in names)
    return named or RRNA_CLASS.fullmatch(biotype) is not None
