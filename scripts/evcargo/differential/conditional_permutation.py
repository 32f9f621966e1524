"""Conditional permutations: orders of the levels, if numbers such as the age make some likelier.

Without such numbers every order of the levels within a stratum is equally likely. With them, the
level x of a sample with numbers z is taken to follow an exponential family with a bilinear form: a
logistic model of two levels, a multinomial one of more, a linear one of a slope. Given which levels
there are in a stratum, the chance of an order is then proportional to exp(sum of x' B z), whatever
makes the proteins seen (Rosenbaum 1984, 10.1080/01621459.1984.10478082). B is fitted by the
pairwise pseudo-likelihood of Liang and Qin 2000 (10.1111/1467-9868.00263), which needs no intercept
per stratum; orders are drawn by the pairwise sampler of Berrett 2020 (10.1111/rssb.12340).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from evcargo.differential.prior import Floats

Orders = NDArray[np.int32]

STEPS = 50  # rounds of swaps, as Berrett 2020
ROUNDS = 100  # of Newton's method
RIDGE = 1e-4  # per pair: keeps B finite where numbers tell levels apart
FITTED = 1e-8


def even_orders(members: Sequence[NDArray[np.intp]], draws: int, seed: int) -> Orders:
    """Draw orders of units, all within a stratum (`members`) equally likely: draws x units."""
    random = np.random.default_rng(seed)
    orders = np.tile(np.arange(sum(map(len, members)), dtype=np.int32), (draws, 1))
    for units in members:
        orders[:, units] = random.permuted(orders[:, units], axis=1)
    return orders


def level_model(
    levels: Floats, numbers: Floats, members: Sequence[NDArray[np.intp]]
) -> Floats | None:
    """Fit how the levels go with the numbers.

    Parameters
    ----------
    levels, numbers
        Units x columns: what is permuted, and what makes an order likelier.
    members
        Units of each stratum.

    Returns
    -------
    numpy.ndarray or None
        B, columns of the levels x columns of the numbers. None if the numbers tell all levels
        apart, so that no other order is likely.
    """
    products = []
    for units in members:
        left, right = np.triu_indices(len(units), 1)
        of_levels = levels[units[left]] - levels[units[right]]
        of_numbers = numbers[units[left]] - numbers[units[right]]
        differ = np.abs(of_levels).any(axis=1)
        pairs = of_levels[differ, :, None] * of_numbers[differ, None, :]
        products.append(pairs.reshape(len(pairs), levels.shape[1] * numbers.shape[1]))
    terms = np.concatenate(products)
    weights, ridge = np.zeros(terms.shape[1]), RIDGE * max(len(terms), 1)
    for _ in range(ROUNDS):
        chance = expit(terms @ weights)
        slope = terms.T @ (1 - chance) - ridge * weights
        bend = (terms.T * (chance * (1 - chance))) @ terms + ridge * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights += step / max(1.0, np.abs(step).max())
        if np.abs(step).max() < FITTED:
            break
    if (terms @ weights > 0).all():
        return None
    return np.asarray(weights.reshape(levels.shape[1], numbers.shape[1]))


def likely_orders(
    levels: Floats,
    numbers: Floats,
    model: Floats,
    members: Sequence[NDArray[np.intp]],
    draws: int,
    seed: int,
) -> Orders:
    """Draw orders of units as likely as the model (of `level_model`) says: draws x units.

    They are exchangeable with the order found, however well the sampler mixes: it goes some steps
    from there, and every draw goes as many from that place.
    """
    random = np.random.default_rng(seed)
    pull = levels @ model @ numbers.T  # what unit i's level adds at the place of unit j
    orders = np.arange(len(levels), dtype=np.int32)[None]
    for many in (1, draws):
        orders = np.repeat(orders, many, axis=0)
        for _ in range(STEPS):
            mixed = [random.permutation(units) for units in members]
            left = np.concatenate([units[0 : len(units) // 2 * 2 : 2] for units in mixed])
            right = np.concatenate([units[1::2] for units in mixed])
            here, there = orders[:, left], orders[:, right]
            odds = pull[here, right] + pull[there, left] - pull[here, left] - pull[there, right]
            swap = random.random(odds.shape) < expit(odds)
            orders[:, left] = np.where(swap, there, here)
            orders[:, right] = np.where(swap, here, there)
    return orders
