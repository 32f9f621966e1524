"""Quantities by gene, as signatures and reference profiles name them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.panels import is_mirna

if TYPE_CHECKING:
    from anndata import AnnData


def gene_key(name: str) -> str:
    """Name to compare by: capitals, of a miRNA without its species."""
    first = str(name).split(";")[0].strip()
    bare = plain_mirna(first) if is_mirna(first) else first
    return bare.upper()


def by_gene(matrix: "AnnData") -> pd.DataFrame:
    """Raw quantities summed by gene, or by RNA where there is none.

    Contaminants that are tagged as such (bovine serum, keratin of the lab ...) are of no cell of
    the sample and are left out.

    Returns
    -------
    pandas.DataFrame
        Samples x genes (`gene_key`), linear; NaN where no feature of the gene was measured.
    """
    var = matrix.var
    names = pd.Series("", index=var.index)
    for column in ("gene", "name"):
        if column in var:
            names = names.where(names != "", var[column].astype(str))
    names = names.where(names != "", var.index.to_series().astype(str))
    own = np.ones(len(var), dtype=bool)
    if "is_contaminant" in var:
        own = ~var["is_contaminant"].to_numpy(bool)
    values = np.asarray(matrix.X, dtype=float)[:, own]
    frame = pd.DataFrame(values, matrix.obs_names, [gene_key(name) for name in names[own]])
    return frame.T.groupby(level=0, sort=True).sum(min_count=1).T
