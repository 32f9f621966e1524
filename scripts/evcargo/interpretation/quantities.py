"""Quantities by gene, as signatures and reference profiles name them."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.interpretation.genes import gene_names
from evcargo.interpretation.keys import gene_key

if TYPE_CHECKING:
    from anndata import AnnData


def by_gene(matrix: "AnnData", assay: str, organism: str) -> pd.DataFrame:
    """Raw quantities summed by gene: of proteins and transcripts, or by miRNA.

    The genes are those of `evcargo.interpretation.genes.gene_names`: of small RNA only miRNAs, no
    spike-ins, nothing of another organism. Contaminants that are tagged as such (bovine serum,
    keratin of the lab ...) are of no cell of the sample and are left out as well.

    Returns
    -------
    pandas.DataFrame
        Samples x genes (`gene_key`), linear; NaN where no feature of the gene was measured.
    """
    var = matrix.var
    names = gene_names(var, assay, organism)
    own = var.index.astype(str).isin(names.index)
    if "is_contaminant" in var:
        own &= ~var["is_contaminant"].to_numpy(bool)
    values = np.asarray(matrix.X, dtype=float)[:, own]
    genes = [gene_key(name) for name in names.reindex(var.index[own].astype(str))]
    frame = pd.DataFrame(values, matrix.obs_names, genes)
    return frame.T.groupby(level=0, sort=True).sum(min_count=1).T
