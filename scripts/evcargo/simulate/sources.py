"""EVs and their sources with a known truth: sorting of proteins, and mixtures of profiles."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Kind of a feature -> change of the EVs and of their source between the levels, log2.
CHANGES = {"null": (0, 0), "follow": (2, 2), "sorted": (2, 0), "kept": (0, 2), "less": (1.2, 3)}
ROWS = 40  # of each kind that is not null
NULL_ROWS = 500
SUBJECT_SPREAD = 0.2
MIXTURE_NOISE = 0.4  # log2


def sorted_proteins(seed: int, n: int = 4, spread: float = 0.3) -> tuple[pd.DataFrame, pd.Series]:
    """Proteins of EVs and source at two levels, of which each kind changes in its own way.

    Parameters
    ----------
    seed
        Of the random numbers.
    n
        Subjects per level, each with EVs and source.
    spread
        Standard deviation of a value, log2.

    Returns
    -------
    values : pandas.DataFrame
        Features x samples (``ev_LPS_0``, ``source_CONTROL_3`` ...), log2. Every fifth feature is
        sorted into or out of EVs at both levels.
    kinds : pandas.Series
        Kind of each feature (`CHANGES`).
    """
    rng = np.random.default_rng(seed)
    kinds = np.repeat(["null", *CHANGES], [NULL_ROWS - ROWS, *[ROWS] * len(CHANGES)])
    sign = rng.choice([-1, 1], len(kinds))
    level = rng.normal(24, 2, len(kinds))
    enrichment = np.where(np.arange(len(kinds)) % 5 == 0, rng.normal(0, 3, len(kinds)), 0)
    columns = {}
    for condition in ("LPS", "CONTROL"):
        for number in range(n):
            subject = rng.normal(0, SUBJECT_SPREAD, len(kinds))
            for place, material in enumerate(("ev", "source")):
                change = sign * np.array([CHANGES[kind][place] for kind in kinds])
                values = level + (condition == "LPS") * change + subject
                values += enrichment * (material == "ev") + rng.normal(0, spread, len(kinds))
                columns[f"{material}_{condition}_{number}"] = values
    names = [f"p{at:04d}" for at in range(len(kinds))]
    return pd.DataFrame(columns, index=names), pd.Series(kinds, names)


def profiles(rng: np.random.Generator, genes: int = 1200, sources: int = 4) -> Floats:
    """Genes x sources that share much of their expression, each summing to 1."""
    base = rng.normal(0, 1.8, genes)
    made = np.exp(base[:, None] + rng.normal(0, 1.2, (genes, sources)))
    return np.asarray(made / made.sum(axis=0))


def mixture(rng: np.random.Generator, made: Floats, unknown: float = 0.0) -> tuple[Floats, Floats]:
    """Quantities of a sample that is a mixture of the first three of four `profiles`.

    Parameters
    ----------
    rng
        Source of the shares and the noise; the first share is between 0 and 50 %.
    made
        Of `profiles`.
    unknown
        Share of the fourth source, which no profile shall describe.

    Returns
    -------
    quantities, shares : numpy.ndarray
        Linear, and the true shares of the three.
    """
    first = rng.uniform(0, 0.5)
    truth = np.array([first, *(rng.dirichlet([1, 1]) * (1 - first))])
    signal = made[:, :3] @ truth * (1 - unknown) + made[:, 3] * unknown
    return signal * 2 ** rng.normal(0, MIXTURE_NOISE, len(signal)), truth
