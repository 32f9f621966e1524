"""Foreign proteins in a database, and how many false discoveries they tell of.

Estimates of Wen et al. 2025 (10.1038/s41592-025-02719-x) of the false discovery proportion among
targets and entrapments that were accepted.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.proteins.digest import Digestion, digest, leucine
from evcargo.proteins.inference import Inference

PREFIX = "ENTRAP_"
ENDS = "KR"  # stay where they are with the residue that follows, so that twins are cut alike
MOST_ALIKE, TRIES = 0.3, 20


def shuffled_proteins(
    proteins: Mapping[str, str], seed: int, prefix: str = PREFIX
) -> dict[str, str]:
    """Give each protein a twin in which the residues between sites of trypsin are shuffled.

    A peptide and its twin have the same place, length and mass, and the same ends, as a decoy has.
    Twins that share many of the fragments are drawn anew where that helps: a peptide with two
    neighbours exchanged shares all but one, as no decoy does, and no spectrum tells it apart.
    """
    rng = np.random.default_rng(seed)
    return {prefix + name: _shuffled(sequence, rng) for name, sequence in proteins.items()}


def _shuffled(sequence: str, rng: np.random.Generator) -> str:
    letters = np.array(list(sequence))
    bounds = np.flatnonzero(np.isin(letters, list(ENDS)))
    start = 1  # the first residue of a protein, too, stays
    for end in [*bounds, len(letters) - 1]:
        inner = letters[start + 1 : end].copy()
        if len(inner) > 1:
            twins = [rng.permutation(inner) for _ in range(TRIES)]
            alike = np.array([_fragments_alike(twin, inner) for twin in twins])
            few = np.flatnonzero(alike <= MOST_ALIKE)
            letters[start + 1 : end] = twins[few[0] if len(few) else np.argmin(alike)]
        start = end + 1
    return "".join(letters)


def _fragments_alike(one: NDArray[np.str_], other: NDArray[np.str_]) -> float:
    """Share of the places at which both break into parts of the same residues."""
    before = [
        np.cumsum(np.array([ord(leucine(letter)) ** 4 for letter in part]))[:-1]
        for part in (one, other)
    ]
    return float((before[0] == before[1]).mean())


def twin_peptides(proteins: Mapping[str, str], how: Digestion) -> dict[str, str]:
    """Peptide -> the peptide whose twin it is, itself if none; I as L."""
    pairs = {}
    for name, sequence in proteins.items():
        origin = proteins.get(name.removeprefix(PREFIX), sequence)
        for one, other in zip(digest(sequence, how), digest(origin, how), strict=True):
            pairs[leucine(one)] = leucine(other)
    return pairs


def estimates(found: Inference, ratio: float) -> dict[str, float]:
    """Give the combined estimate for the accepted PSMs, peptides and protein groups.

    Parameters
    ----------
    found
        Of a search in a database with proteins whose accessions start with `PREFIX`.
    ratio
        Peptides of these for each other peptide of the database.
    """
    levels = {
        "PSM": found.psms.loc[found.psms["accepted"], "proteins"],
        "peptide": found.peptides.loc[found.peptides["accepted"], "proteins"],
        "protein group": found.groups.loc[found.groups["accepted"], "accessions"],
    }
    foreign = {level: is_entrapment(names) for level, names in levels.items()}
    return {
        level: combined_estimate(int(flags.sum()), int((~flags).sum()), ratio)
        for level, flags in foreign.items()
    }


def is_entrapment(proteins: pd.Series) -> pd.Series:
    """Tell whether all the proteins of each entry (";" between them) are foreign."""
    return proteins.map(
        lambda names: all(name.startswith(PREFIX) for name in names.split(";"))
    ).astype(bool)


def combined_estimate(entrapments: int, targets: int, ratio: float = 1.0) -> float:
    """Upper bound: N_E (1 + 1/r) / (N_T + N_E), with r entrapments in the database per target."""
    return entrapments * (1 + 1 / ratio) / max(targets + entrapments, 1)


def paired_estimate(peptides: pd.DataFrame, pairs: Mapping[str, str], threshold: float) -> float:
    """Estimate from twins: (N_E + N_E>=s>T + 2 N_E>T>=s) / (N_T + N_E).

    Parameters
    ----------
    peptides
        Table of `evcargo.proteins.inference.Inference`: `peptide`, `score`.
    pairs
        Of `twin_peptides`.
    threshold
        Score s from which on peptides are accepted.

    Returns
    -------
    float
        Nearer to the truth than the combined estimate.
    """
    pair = peptides["peptide"].map(pairs)
    entries = peptides.assign(pair=pair, entrapment=pair != peptides["peptide"])
    score = entries.pivot_table(index="pair", columns="entrapment", values="score", aggfunc="max")
    score = score.reindex(columns=[False, True]).fillna(-np.inf)
    target, foreign = score[False].to_numpy(), score[True].to_numpy()
    found = foreign >= threshold
    alone = found & (target < threshold)
    ahead = found & (target >= threshold) & (foreign > target)
    count = int((target >= threshold).sum() + found.sum())
    return float((found.sum() + alone.sum() + 2 * ahead.sum()) / max(count, 1))
