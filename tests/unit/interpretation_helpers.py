"""Small tables for the tests of the interpretation stage."""

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.tables import DTYPES


def differential(**columns) -> pd.DataFrame:
    """Contract differential with some columns; the others are empty, all features are tested."""
    contract = CONTRACTS["differential"]
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame(index=range(n), columns=contract.names)
    for name, values in ({"tested": True, "mean": 1.0, "significant": False} | columns).items():
        frame[name] = values
    if "name" not in columns:
        frame["name"] = frame["feature"]
    return frame.astype({c.name: DTYPES[c.dtype] for c in contract.columns})


def proteins_var(features: list[str], genes: list[str], **columns) -> pd.DataFrame:
    """`var` of a protein matrix of human."""
    given = {"taxon": "9606", "is_contaminant": False} | columns
    frame = pd.DataFrame({"gene": genes, "accessions": features, "name": ""} | given, features)
    return frame.assign(**{"class": "protein"})


def genes_table(z: np.ndarray, names: list[str], **columns) -> pd.DataFrame:
    """What `gene_table` gives, from z alone."""
    from scipy.stats import norm

    from evcargo.interpretation.genes import gene_table

    table = differential(
        feature=names, log2_fold_change=z / 2, p_value=2 * norm.sf(np.abs(z)), **columns
    )
    return gene_table(table, pd.Series(names, names))
