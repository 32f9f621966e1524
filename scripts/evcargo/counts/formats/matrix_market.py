"""Sparse matrices of single-cell programs (Cell Ranger, STARsolo), which are no tables."""

import re

from evcargo.counts.layout import Head, Layout
from evcargo.errors import EvcargoError

_BARCODE = re.compile(r"[ACGT]{12,}(-\d+)?")
MIN_BARCODES = 10


def layout(head: Head) -> Layout | None:
    """Refuse a sparse matrix, or a table with a column for each cell."""
    lines = [text for _, text in head.table.preamble] + [" ".join(head.columns)]
    if any(line.lstrip("%").lower().startswith("matrixmarket") for line in lines):
        raise EvcargoError(
            f"{head.table.path}: is a sparse matrix (Matrix Market), which names neither features"
            " nor samples. Give a table with one row per feature and one column per sample"
        )
    if sum(bool(_BARCODE.fullmatch(name)) for name in head.columns) >= MIN_BARCODES:
        raise EvcargoError(
            f"{head.table.path}: has a column for each cell of a single-cell experiment"
            f" ({head.columns[-1]}). Sum the cells of each sample, and give one column per sample"
        )
    return None
