"""False discovery rates by target-decoy competition, and what is accepted at them.

Estimate: (D + 1) / T among the entries that score at least as high, made monotone (He 2015,
arXiv:1501.00537; Levitsky 2017, 10.1021/acs.jproteome.6b00144). Equal scores are one step: they are
accepted together or not at all.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

# A run of pure noise has k targets above its best decoy with probability 2**-k.
LEAST_ABOVE_DECOYS = 10


@dataclass(frozen=True)
class Acceptance:
    """What is accepted at one level, and by which rule.

    Parameters
    ----------
    accepted
        Flag per entry; never a decoy.
    q_values
        Per entry, fraction.
    threshold
        Lowest accepted score; infinite where nothing is accepted.
    rule
        The rule in words.
    """

    accepted: NDArray[np.bool_]
    q_values: NDArray[np.float64]
    threshold: float
    rule: str


def q_values(scores: ArrayLike, is_decoy: ArrayLike) -> NDArray[np.float64]:
    """q-value of every entry: the lowest (D + 1) / T of all score thresholds that let it in.

    Parameters
    ----------
    scores
        Higher is better.
    is_decoy
        Flag per entry.

    Returns
    -------
    numpy.ndarray
        Fractions, at most 1, in the order given.
    """
    score, decoy = np.asarray(scores, float), np.asarray(is_decoy, bool)
    if not len(score):
        return np.empty(0)
    order = np.argsort(-score, kind="stable")
    score, decoy = score[order], decoy[order]
    last_of_tie = np.append(score[1:] != score[:-1], True)
    decoys, targets = np.cumsum(decoy)[last_of_tie], np.cumsum(~decoy)[last_of_tie]
    rate = np.minimum((decoys + 1) / np.maximum(targets, 1), 1.0)
    lowest = np.minimum.accumulate(rate[::-1])[::-1]
    steps = np.append(0, np.cumsum(last_of_tie)[:-1])
    result = np.empty(len(score))
    result[order] = lowest[steps]
    return result


def accept(
    scores: ArrayLike, is_decoy: ArrayLike, alpha: float, least: int = LEAST_ABOVE_DECOYS
) -> Acceptance:
    """Targets with a q-value of at most `alpha`.

    With fewer than 1 / alpha targets (D + 1) / T cannot reach alpha even without a single decoy.
    Then the targets that score above every decoy are accepted if they are at least `least`, and
    the rule says so: their rate, 1 / T, is above alpha but is the best that so few entries show.

    Parameters
    ----------
    scores, is_decoy
        As in `q_values`.
    alpha
        False discovery rate, fraction.
    least
        Targets that must be above the best decoy where the rate cannot be resolved; 1 where the
        entries were already filtered at the level below.
    """
    score, decoy = np.asarray(scores, float), np.asarray(is_decoy, bool)
    q = q_values(score, decoy)
    accepted = (q <= alpha) & ~decoy
    rule = f"(D + 1) / T <= {alpha:g}"
    if not accepted.any():
        above = ~decoy & (score > score[decoy].max(initial=-np.inf))
        count = int(above.sum())
        if least <= count < 1 / alpha:
            accepted = above
            rule = (
                f"above every decoy: {count} targets are too few to resolve {alpha:g}"
                f" (1 / T = {1 / count:.3g})"
            )
    threshold = float(score[accepted].min(initial=np.inf))
    return Acceptance(accepted, q, threshold, rule)


def best_of(frame: pd.DataFrame, key: str, score: str = "score") -> pd.DataFrame:
    """Keep the row with the best score of each key, and of equal ones the decoy.

    Rows are sorted by score, descending, then by key.
    """
    ordered = frame.sort_values(
        [score, "is_decoy", key], ascending=[False, False, True], kind="stable"
    )
    return ordered.drop_duplicates(key)
