"""Matrices of proteins of our own making, written as people and programs write them."""

from pathlib import Path

import numpy as np
import pandas as pd
from proteins_tables_helpers import genes_of, one_each

SAMPLES = ["T1", "T2", "T3", "H1", "H2", "H3"]
MARKERS = ["CD9", "CD63", "CD81", "TSG101", "PDCD6IP", "FLOT1", "ALB", "APOB", "FGB", "SEPTIN2"]


def symbols(count: int) -> list[str]:
    """EV markers and further genes of which each has a reviewed accession of its own."""
    index = genes_of()._index
    pairs = zip(index.columns["symbol"], index.columns["accessions"], strict=True)
    own = {cell.split(";")[0]: symbol for symbol, cell in pairs if cell}
    names = genes_of()
    others = [
        symbol
        for accession, symbol in own.items()
        if symbol not in MARKERS
        and (gene := names.resolve(accession))
        and gene.symbol == symbol
        and gene.entry_name
    ]
    return [*MARKERS, *others[:: len(others) // count]][:count]


def amounts(count: int = 300, seed: int = 1) -> pd.DataFrame:
    """Raw amounts over five decades, genes x samples, some missing."""
    rng = np.random.default_rng(seed)
    level = rng.normal(22, 3, count)[:, None]
    values = 2.0 ** (level + rng.normal(0, 0.4, (count, len(SAMPLES))))
    values[(rng.random(values.shape) < 0.3) & (level < 21)] = np.nan
    return pd.DataFrame(np.round(values, 1), symbols(count), SAMPLES)


def written(
    table: pd.DataFrame, path: Path, identifiers: list[str] | None = None, title: str = "Gene"
) -> pd.DataFrame:
    """Write a matrix as TSV; the run sheet of it."""
    named = table.set_axis(pd.Index(identifiers or table.index, name=title))
    named.to_csv(path, sep="\t")
    return one_each(path, *table.columns)
