"""Permutation tests of ranks: two groups, several groups or a number, also within strata.

Values are ranked (midranks where tied) and the labels permuted: the rank sum of Wilcoxon for two
groups, the statistic of Kruskal and Wallis for several, the rank correlation of Spearman for a
number. With strata (batches, the subjects of pairs) the values are first centred on the mean of
their stratum (aligned ranks, Hodges and Lehmann 1962, 10.1214/aoms/1177704575) and labels are
permuted within strata only. The distribution is counted out where that can be done, and drawn from
a fixed seed elsewhere, so that a p-value never depends on a distribution that is assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, rankdata

LARGEST_EXACT = 120
"""Samples up to which the exact distribution of the rank sum is worked out for any groups."""
FEWEST_NORMAL = 10
"""Samples of the smaller group below which it always is: the rank sum is far from normal."""
MOST_EXACT = 20_000
"""Arrangements of the labels up to which all are looked at; above, `DRAWN` are drawn."""
DRAWN = 9_999
SEED = 1962
EXACT, PERMUTATION, ASYMPTOTIC = "exact", "permutation", "asymptotic"
NOT_TESTED = ""
SAME = 1e-9  # relative difference of statistics that are equal but for rounding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """Which labels the samples have, and among which samples these may be exchanged.

    Parameters
    ----------
    kind
        ``pair``: labels are 1 (test) and 0 (reference); ``any``: numbers of levels; ``slope``:
        numbers.
    labels
        Label of each sample.
    strata
        Stratum of each sample; one name for all where there are none.
    """

    kind: str
    labels: tuple[float, ...]
    strata: tuple[str, ...]

    @cached_property
    def count(self) -> int:
        """Number of different arrangements of the labels."""
        return prod(_orders(labels) for labels in self._by_stratum)

    @cached_property
    def counted(self) -> bool:
        """Whether the distribution of a rank sum is worked out."""
        fewer = min(self.labels.count(1), self.labels.count(0))
        return self.kind == "pair" and (len(self.labels) <= LARGEST_EXACT or fewer < FEWEST_NORMAL)

    @cached_property
    def _by_stratum(self) -> list[list[float]]:
        strata = dict.fromkeys(self.strata)
        pairs = list(zip(self.labels, self.strata, strict=True))
        return [[label for label, at in pairs if at == name] for name in strata]


@dataclass(frozen=True)
class RankTest:
    """Outcome of a test.

    Parameters
    ----------
    p_value, least
        Two-sided p-value, and the least that these labels could have given: with values without
        ties, or with these (ties in one group only make the other stand out more).
    effect
        Rank correlation with the labels (of aligned values, within strata, if any); of kind ``any``
        the share of the variance of the ranks that is between the levels.
    how
        ``exact``, ``permutation`` (arrangements drawn at random) or ``asymptotic`` (two groups
        without strata, both large: normal approximation with tie and continuity correction); empty
        where nothing was tested.
    """

    p_value: float
    effect: float
    least: float
    how: str


def rank_test(values: Sequence[float], layout: Layout) -> RankTest:
    """Test whether values go with labels; `values` are finite, in the order of `layout`.

    Where they are the same within every stratum there is nothing to test: p-value and effect are
    missing then.
    """
    ranks = aligned_ranks(np.asarray(values, dtype=float), layout.strata)
    labels = _scores(layout)
    observed = _statistic(labels[None, :], ranks, layout.kind)[0]
    total = float((ranks**2).sum())
    if not total:
        return RankTest(float("nan"), float("nan"), float("nan"), NOT_TESTED)
    if layout.kind == "any":
        effect = float(observed) / total
    else:
        spread = _centred(labels, layout.strata)
        effect = float(ranks @ spread / np.sqrt(total * (spread**2).sum()))
    if layout.kind == "pair" and not layout.counted and len(set(layout.strata)) == 1:
        sides = (ranks[labels == 1], ranks[labels == 0])
        return RankTest(
            float(mannwhitneyu(*sides, method="asymptotic").pvalue), effect, 0, ASYMPTOTIC
        )
    p_value, least, how = _p_value(ranks, layout)
    return RankTest(p_value, effect, min(least, least_p_value(layout)), how)


def aligned_ranks(values: Floats, strata: Sequence[str]) -> Floats:
    """Ranks of values less the mean of their stratum, centred within strata."""
    aligned = _centred(values, strata)
    size = np.abs(aligned).max(initial=0.0)
    if len(set(strata)) > 1 and size > 0:
        aligned = np.round(aligned / size, 12)  # centring must not break ties by rounding
    return _centred(rankdata(aligned), strata)


@lru_cache(maxsize=512)
def least_p_value(layout: Layout) -> float:
    """Least p-value of values without ties; of a slope, of values that rise with the numbers."""
    if layout.kind == "slope":
        ranks = _centred(_scores(layout), layout.strata)
    else:
        ranks = aligned_ranks(rankdata(layout.labels, method="ordinal") * 1.0, layout.strata)
    return _p_value(ranks, layout)[1]


def _p_value(ranks: Floats, layout: Layout) -> tuple[float, float, str]:
    """Share of the arrangements that are at least as extreme, the least such share, and how."""
    if layout.counted:
        return *_rank_sum_p(ranks, layout), EXACT
    observed = _statistic(_scores(layout)[None, :], ranks, layout.kind)[0]
    arranged, exact = _arrangements(layout)
    found = _statistic(arranged, ranks, layout.kind)
    extreme, fewest = (
        int((found >= at * (1 - SAME)).sum()) for at in (observed, max(observed, found.max()))
    )
    if exact:
        return extreme / len(arranged), fewest / len(arranged), EXACT
    return (extreme + 1) / (len(arranged) + 1), (fewest + 1) / (len(arranged) + 1), PERMUTATION


def _rank_sum_p(ranks: Floats, layout: Layout) -> tuple[float, float]:
    """Exact two-sided p-value of the rank sum, and the least that these ranks could give.

    Its distribution is counted out stratum by stratum, over the side that has fewer samples.
    """
    labels, strata = np.asarray(layout.labels), np.asarray(layout.strata)
    chances, centre = np.ones(1), 0.0
    for name in dict.fromkeys(layout.strata):
        here, at_test = ranks[strata == name], int(labels[strata == name].sum())
        fewer = min(at_test, len(here) - at_test)
        places = np.rint(2 * (here - here.min())).astype(int)
        ways = np.zeros((fewer + 1, int(np.sort(places)[len(here) - fewer :].sum()) + 1))
        ways[0, 0] = 1.0
        for number, place in enumerate(places, 1):
            for size in range(min(fewer, number), 0, -1):
                ways[size, place:] += ways[size - 1, : ways.shape[1] - place]
        sums = ways[fewer] / ways[fewer].sum()
        mean = fewer * places.mean()
        # What one side has less of, the other has more of.
        chances = np.convolve(chances, sums if fewer == at_test else sums[::-1])
        centre += mean if fewer == at_test else len(sums) - 1 - mean
    distance = np.abs(np.arange(len(chances)) - centre)
    observed = 2 * abs(float(ranks @ labels))
    p_value, least = (
        float(min(chances[distance >= at - 1e-6].sum(), 1.0))
        for at in (observed, distance[chances > 0].max())
    )
    return p_value, least


def _statistic(labels: Floats, ranks: Floats, kind: str) -> Floats:
    """Statistic of each row of labels; `ranks` are centred within strata."""
    if kind != "any":
        return np.abs(labels @ ranks)
    levels, sizes = np.unique(labels[0], return_counts=True)
    squares = [((labels == level) @ ranks) ** 2 for level in levels]
    return np.asarray(sum(square / size for square, size in zip(squares, sizes, strict=True)))


def _scores(layout: Layout) -> Floats:
    labels = np.asarray(layout.labels, dtype=float)
    return rankdata(labels) if layout.kind == "slope" else labels


@lru_cache(maxsize=4)
def _arrangements(layout: Layout) -> tuple[Floats, bool]:
    """Arrangements of the labels, one per row: all of them, or `DRAWN` at random."""
    scores, strata = _scores(layout), np.asarray(layout.strata)
    if layout.count > MOST_EXACT:
        rng = np.random.default_rng(SEED)
        drawn = np.empty((DRAWN, len(scores)))
        for name in dict.fromkeys(layout.strata):
            here = np.tile(scores[strata == name], (DRAWN, 1))
            drawn[:, strata == name] = rng.permuted(here, axis=1)
        return drawn, False
    rows = np.empty((1, len(scores)))
    for name in dict.fromkeys(layout.strata):
        here = _distinct(tuple(sorted(scores[strata == name])))
        rows = np.repeat(rows, len(here), axis=0)
        rows[:, strata == name] = np.tile(here, (len(rows) // len(here), 1))
    return rows, True


def _distinct(labels: tuple[float, ...]) -> Floats:
    """All different orders of some labels, one per row: one kind of label after the other."""
    kinds, counts = np.unique(labels, return_counts=True)
    most = counts.argmax()
    orders = np.full((1, counts[most]), kinds[most])
    for kind, count in zip(np.delete(kinds, most), np.delete(counts, most), strict=True):
        size = orders.shape[1] + int(count)
        chosen = np.array(list(combinations(range(size), int(count))))
        free = np.ones((len(chosen), 1, size), dtype=bool)
        np.put_along_axis(free, chosen[:, None], False, axis=2)
        made = np.full((len(chosen), len(orders), size), kind)
        at = np.broadcast_to(free, made.shape)
        made[at] = np.broadcast_to(orders, (len(chosen), *orders.shape)).ravel()
        orders = made.reshape(-1, size)
    return orders


def _orders(labels: Sequence[float]) -> int:
    ties = [labels.count(label) for label in set(labels)]
    return factorial(len(labels)) // prod(factorial(tie) for tie in ties)


def _centred(values: Floats, strata: Sequence[str]) -> Floats:
    names = np.unique(np.asarray(strata, dtype=str), return_inverse=True)[1]
    means = np.bincount(names, values) / np.bincount(names)
    return np.asarray(values - means[names], dtype=float)
