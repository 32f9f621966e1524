"""Tissue or cell of origin: whether the genes of a signature stand out within a sample.

Within every sample the genes of the study (of small RNA: the miRNAs) are ranked by quantity; a gene
that was not seen is at the end. The score of a signature is the weighted mean of the relative ranks
of its genes, between 0 and 1: 0.5 is what any genes have. Its p-value is the share of random sets
of as many genes of the study that score as high (a permutation of the genes, as AUCell and
singscore rank them: 10.1038/nmeth.4463, 10.1186/s12859-018-2435-4). Genes of one cell come and go
together, which random sets do not, so that a p-value says that a signature stands out, not how sure
its cell is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from evcargo.contracts import CONTRACTS
from evcargo.differential.adjust import adjust
from evcargo.interpretation.quantities import by_gene

if TYPE_CHECKING:
    from anndata import AnnData

PERMUTATIONS = 9_999
SEED = 20261122
TIE = 1e-12


def score_origins(
    matrices: Mapping[str, "AnnData"], signatures: pd.DataFrame, organism: str, alpha: float
) -> pd.DataFrame:
    """Score every signature in every sample and assay.

    Parameters
    ----------
    matrices
        Assay -> samples x features, raw quantities.
    signatures
        Of `evcargo.interpretation.signatures.read_signatures`.
    organism
        Organism of the study.
    alpha
        Adjusted p-value below which a signature stands out.

    Returns
    -------
    pandas.DataFrame
        Contract ``origins``: every signature of every sample and assay.
    """
    parts = []
    for assay, matrix in matrices.items():
        quantities = by_gene(matrix, assay, organism)
        quantities = quantities.loc[:, (quantities > 0).any()]
        table = _score(quantities, matrix.obs, signatures)
        table["adjusted_p_value"] = adjust(table["p_value"])
        parts.append(table.assign(assay=assay))
    columns = CONTRACTS["origins"].names
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    table["stands_out"] = (table["adjusted_p_value"] < alpha).where(table["p_value"].notna())
    table["stands_out"] = table["stands_out"].astype("boolean")
    return table[columns]


def _score(quantities: pd.DataFrame, obs: pd.DataFrame, signatures: pd.DataFrame) -> pd.DataFrame:
    place = {gene: at for at, gene in enumerate(quantities.columns)}
    values = quantities.to_numpy(float)
    ranks = relative_ranks(values)
    rows = []
    for name, members in signatures.groupby("signature", sort=True):
        found = [next((one for one in each if one in place), "") for each in members["symbols"]]
        there = members.assign(gene=found)[[one != "" for one in found]]
        at = there["gene"].map(place).to_numpy(int)
        weights = there["weight"].to_numpy(float) / there["weight"].sum()
        draws = _random_sets(len(place), len(at), np.random.default_rng(SEED))
        of_signature = {
            "signature": name,
            "given_by": members["given_by"].iloc[0],
            "named": len(members),
            "in_study": len(there),
            "background": len(place),
            "note": next((note for note in members["note"] if note), ""),
        }
        for number, sample in enumerate(quantities.index):
            seen = values[number, at] > 0
            state = obs.loc[sample]
            reason = "" if len(there) else "none of its genes is seen in any sample"
            if state["status"] != "ok":
                reason = str(state["status_reason"] or state["status"])
            score, p_value = np.nan, np.nan
            if not reason:
                score, p_value = permuted_score(ranks[number], at, weights, draws)
            genes = ";".join(sorted(there["gene"].to_numpy(str)[seen]))
            of_sample = {"sample": sample, "seen": int(seen.sum()), "genes": genes}
            told = {"score": score, "p_value": p_value, "reason": reason}
            rows.append(of_signature | of_sample | told)
    columns = [name for name in CONTRACTS["origins"].names if name not in ("assay", "stands_out")]
    return pd.DataFrame(rows, columns=columns)


def relative_ranks(quantities: np.ndarray) -> np.ndarray:
    """Relative rank of every gene (column) in its sample, from 0 to 1; what was not seen ties."""
    filled = np.nan_to_num(quantities, nan=0.0)
    return np.asarray((rankdata(filled, axis=1) - 0.5) / filled.shape[1])


def permuted_score(
    ranks: np.ndarray, at: np.ndarray, weights: np.ndarray, draws: np.ndarray
) -> tuple[float, float]:
    """Score of a signature and its one-sided p-value among random sets.

    Parameters
    ----------
    ranks
        Of all genes of one sample (`relative_ranks`).
    at, weights
        Places and weights (sum 1) of the genes of the signature.
    draws
        Random sets x places.
    """
    score = float(ranks[at] @ weights)
    as_high = int((ranks[draws] @ weights >= score - TIE).sum())
    return score, (1 + as_high) / (1 + len(draws))


def _random_sets(genes: int, size: int, rng: np.random.Generator) -> np.ndarray:
    if not size:
        return np.empty((0, 0), dtype=int)
    return np.array([rng.choice(genes, size, replace=False) for _ in range(PERMUTATIONS)])
