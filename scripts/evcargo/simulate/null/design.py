"""Designs whose labels are handed out at random, and how uniform the p-values are that follow.

Every study draws its values and its labels anew, so that the p-values of different studies are
independent. Those of one study are not: they share the labels. So of each study one p-value, drawn
at random, is held to the uniform distribution by Kolmogorov and Smirnov. A discrete test cannot be
uniform; its p-values shall not be smaller than uniform ones (one-sided).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evcargo.study.model import Contrast

Floats = NDArray[np.float64]
Units = NDArray[np.intp]
TEST, REFERENCE, THIRD = "test", "reference", "third"
PAIR = Contrast("test_v_reference", "condition", TEST, REFERENCE)
ANY = Contrast("any", "condition", "", "", kind="any")
AGES = ("20", "31", "40", "44", "48", "52", "60", "61", "69", "75")


@dataclass(frozen=True)
class Design:
    """Labels of the samples and how they are handed out.

    Parameters
    ----------
    labels
        Of the compared column, one per sample.
    contrast
        What is compared.
    sheet
        Further columns, which stay with the samples; those of the contrast make the samples of one
        value alike.
    within
        Column within whose values the labels are permuted.
    whole
        Column whose values have one label each, which is permuted among them.
    """

    labels: tuple[str, ...]
    contrast: Contrast = PAIR
    sheet: Mapping[str, Sequence[str]] = field(default_factory=dict)
    within: str = ""
    whole: str = ""

    @property
    def units(self) -> Units | None:
        """Unit of each sample, by number; None where no two samples are alike."""
        name = self.within or self.whole
        return np.unique(self.sheet[name], return_inverse=True)[1] if name else None

    def repeated(self, times: int) -> "Design":
        """Give a larger study: the same samples so many times, with units of their own."""
        sheet = {
            name: [f"{cell}.{copy}" for copy in range(times) for cell in cells]
            for name, cells in self.sheet.items()
        }
        return replace(self, labels=self.labels * times, sheet=sheet)

    def drawn(self, rng: np.random.Generator) -> dict[str, list[str]]:
        """Draw the columns of the sheet, with the labels in the compared one."""
        labels = np.array(self.labels)
        if self.whole:
            first, unit = np.unique(self.sheet[self.whole], return_index=True, return_inverse=True)[
                1:
            ]
            labels = rng.permutation(labels[first])[unit]
        else:
            strata = np.array(self.sheet[self.within]) if self.within else np.zeros(len(labels))
            for stratum in np.unique(strata):
                labels[strata == stratum] = rng.permutation(labels[strata == stratum])
        return {name: list(cells) for name, cells in self.sheet.items()} | {
            self.contrast.column: labels.tolist()
        }


def names_of(units: int, each: int) -> list[str]:
    """Name the unit of samples of which `each` in a row are of one."""
    return [f"u{number // each}" for number in range(units * each)]


DESIGNS: Mapping[str, Design] = {
    "two levels": Design((TEST, REFERENCE) * 5),
    "two of three levels, fitted on all": Design(
        (TEST, REFERENCE, THIRD) * 4, replace(PAIR, fit_on="all")
    ),
    "any of three levels": Design((TEST, REFERENCE, THIRD) * 4, ANY),
    "slope": Design(AGES, Contrast("slope", "age", "", "", kind="slope")),
    "batch as covariate": Design(
        (TEST, TEST, TEST, REFERENCE, TEST, TEST, REFERENCE, REFERENCE, TEST) + (REFERENCE,) * 3,
        replace(PAIR, covariates=("batch",)),
        {"batch": names_of(3, 4)},
        within="batch",
    ),
    "pairs, subject as covariate": Design(
        (TEST, REFERENCE) * 6,
        replace(PAIR, covariates=("subject",)),
        {"subject": names_of(6, 2)},
        within="subject",
    ),
    "pairs, subject as block": Design(
        (TEST, REFERENCE) * 6,
        replace(PAIR, block="subject"),
        {"subject": names_of(6, 2)},
        within="subject",
    ),
    "two samples a subject, block": Design(
        (TEST, TEST, REFERENCE, REFERENCE) * 4,
        replace(PAIR, block="subject"),
        {"subject": names_of(8, 2)},
        whole="subject",
    ),
}

Study = Callable[[np.random.Generator], Floats]


class Null(NamedTuple):
    """One test: `study` gives the p-values of a null study; `discrete` as the module says."""

    study: Study
    discrete: bool = False


class Level(NamedTuple):
    """What null studies say: `below` are the shares of all p-values below 0.05 and 0.01."""

    studies: int
    p_values: int
    below: tuple[float, float]
    ks_p: float


def p_values_of(table: pd.DataFrame, column: str = "p_value") -> Floats:
    """P-values of a table, without those that are missing."""
    return table[column].astype(float).dropna().to_numpy()


def level(null: Null, seeds: Sequence[int]) -> Level:
    """Run null studies.

    Parameters
    ----------
    null
        The test.
    seeds
        One per study.

    Returns
    -------
    Level
        Studies without any p-value (all features alike) are not counted.
    """
    found, one = [], []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        p_values = null.study(rng)
        if len(p_values):
            found.append(p_values)
            one.append(rng.choice(p_values))
    every = np.concatenate(found)
    side = "greater" if null.discrete else "two-sided"
    return Level(
        len(found),
        len(every),
        (float(np.mean(every < 0.05)), float(np.mean(every < 0.01))),
        float(stats.kstest(one, "uniform", alternative=side).pvalue),
    )
