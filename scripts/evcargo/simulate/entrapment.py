"""Foreign proteins in a database, and how many false discoveries they tell of.

Estimates of Wen et al. 2025 (10.1038/s41592-025-02719-x) of the false discovery proportion among
targets and entrapments that were accepted.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

ENDS = "KRP"  # stay where they are, so that the entrapments are cut like the proteins
MOST_ALIKE, TRIES = 0.3, 20


def shuffled_proteins(
    proteins: Mapping[str, str], seed: int, prefix: str = "ENTRAP_"
) -> dict[str, str]:
    """Give each protein a twin in which the residues between sites of trypsin are shuffled.

    A peptide and its twin have the same place, length and mass, and the same ends, as a decoy has.
    Twins whose inner residues are mostly where they were are drawn anew where that helps: no
    spectrum would tell them from their peptide.
    """
    rng = np.random.default_rng(seed)
    return {prefix + name: _shuffled(sequence, rng) for name, sequence in proteins.items()}


def _shuffled(sequence: str, rng: np.random.Generator) -> str:
    letters = np.array(list(sequence))
    bounds = np.flatnonzero(np.isin(letters, list(ENDS)))
    start = 1  # the first residue of a protein, too, stays
    for end in [*bounds, len(letters)]:
        inner = letters[start + 1 : end]
        twins = (rng.permutation(inner) for _ in range(TRIES))
        letters[start + 1 : end] = min(twins, key=lambda twin: (twin == inner).mean() > MOST_ALIKE)
        start = end + 1
    return "".join(letters)


def combined_estimate(entrapments: int, targets: int, ratio: float = 1.0) -> float:
    """Upper bound: N_E (1 + 1/r) / (N_T + N_E), with r entrapments in the database per target."""
    return entrapments * (1 + 1 / ratio) / max(targets + entrapments, 1)


def paired_estimate(entries: pd.DataFrame, threshold: float) -> float:
    """Estimate from twins: (N_E + N_E>=s>T + 2 N_E>T>=s) / (N_T + N_E).

    Parameters
    ----------
    entries
        Best score of each peptide that was found, accepted or not: columns `pair` (the same for
        twins), `entrapment`, `score`; one row per peptide.
    threshold
        Score s from which on peptides were accepted.

    Returns
    -------
    float
        Nearer to the truth than the combined estimate, whose bound it shares.
    """
    score = entries.pivot_table(index="pair", columns="entrapment", values="score", aggfunc="max")
    score = score.reindex(columns=[False, True]).fillna(-np.inf)
    target, foreign = score[False].to_numpy(), score[True].to_numpy()
    found = foreign >= threshold
    alone = found & (target < threshold)
    ahead = found & (target >= threshold) & (foreign > target)
    count = int((target >= threshold).sum() + found.sum())
    return float((found.sum() + alone.sum() + 2 * ahead.sum()) / max(count, 1))
