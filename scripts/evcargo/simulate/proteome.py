"""A proteome of random proteins with the composition and the lengths of the human one."""

import numpy as np

# Residues per 100 of the human proteins of Swiss-Prot (UniProt release statistics), and the mean
# length of these proteins; ln lengths are close to normal.
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
_SHARES = "7 2.3 4.7 7.1 3.6 6.6 2.6 4.3 5.7 10 2.1 3.6 6.3 4.8 5.6 8.3 5.4 6 1.2 2.7"
PER_CENT = [float(share) for share in _SHARES.split()]
MEAN_LENGTH, LENGTH_SD = 558.0, 0.75
SHORTEST, LONGEST = 40, 6000


def random_proteome(count: int, seed: int, prefix: str = "P") -> dict[str, str]:
    """Make so many proteins: accession -> sequence.

    Their peptides are unlike each other, as residues are drawn one by one; nothing is known of how
    often real proteins share peptides.
    """
    rng = np.random.default_rng(seed)
    letters, shares = np.array(list(RESIDUES)), np.array(PER_CENT)
    lengths = np.clip(rng.lognormal(0, LENGTH_SD, count), 0.05, 12)
    lengths = np.clip(lengths * MEAN_LENGTH / lengths.mean(), SHORTEST, LONGEST).astype(int)
    return {
        f"{prefix}{number:05d}": "M"
        + "".join(rng.choice(letters, length - 1, p=shares / shares.sum()))
        for number, length in enumerate(lengths, 1)
    }
