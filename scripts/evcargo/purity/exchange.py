"""What a permutation test of the samples of a study may exchange: no sample counts twice.

Samples of one subject at one level are averaged. A subject that has several levels is compared
within itself, as a pair is; subjects of one level are exchanged with each other as wholes. Both go
into one test, as strata. The same holds for the block of a contrast, but that the samples of
different subjects in a block of several levels are exchanged within it.

Means of few samples scatter more than those of many, so that the test is exact only if the
numbers of samples do not go with the level, or if the samples of a subject agree. It was close to
its level in simulated studies without a difference: with 6 v 6 subjects of one and three samples,
5 % of the p-values were below 0.05, and 4 % where one of 12 subjects lacks the second sample. It
was not where the smaller group also has fewer samples each, and these are independent: with 4 v 12
subjects of one and three samples 8 %, of one and ten 12 % (with a spread of the subjects as large
as that of their samples, 5 and 7 %). Exchanging subjects with as many samples only, as the test of
the detection does, would leave such studies without any test.

A subject of one level that lies in several strata (a donor measured in each of three batches) is
averaged over them too, and exchanged with subjects that lie in the same ones. One whose levels lie
in different strata says nothing that strata and subject do not explain, and is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.purity.ranks import Layout
from evcargo.study.units import unit_names

SUBJECT = "subject"
SEVERAL = " where it has several levels"


@dataclass(frozen=True)
class Compared:
    """The samples of a contrast.

    Parameters
    ----------
    kind
        As of `evcargo.purity.ranks.Layout`.
    table
        Columns `label`, `stratum` (of the covariates), `block` and `subject`, by sample; the last
        three are empty where there is none, and `block` where it is the subject.
    within
        Columns of the sample sheet that make the strata.
    block
        Column of the sample sheet that makes the blocks, or empty.
    """

    kind: str
    table: pd.DataFrame
    within: tuple[str, ...]
    block: str


@dataclass(frozen=True)
class Exchange:
    """Values that are exchanged, as means of samples.

    Parameters
    ----------
    layout
        Their labels and strata.
    place, weight
        Number of the value that each sample is part of, and the weight it has in it.
    sizes
        Independent samples at the test and at the reference level, of kind ``pair``; of other kinds
        all of them, and 0. Samples of one subject (or block) at one level count once.
    averaged, within
        What the means are of, and within what they are exchanged, in words; may be empty.
    """

    layout: Layout
    place: NDArray[np.intp]
    weight: NDArray[np.float64]
    sizes: tuple[int, int]
    averaged: str
    within: str

    def means(self, values: pd.Series) -> NDArray[np.float64]:
        """Mean of the values (in the order of the samples) of each part."""
        weighted = self.weight * values.to_numpy(float)
        return np.bincount(self.place, weighted, len(self.layout.labels)).astype(np.float64)


def exchange(compared: Compared, samples: Sequence[str]) -> Exchange:
    """Find what may be exchanged among some samples of a contrast."""
    rows = compared.table.loc[samples].astype({"stratum": str})
    blocked = rows["block"] != ""
    wide = blocked & _several(rows, rows["block"])
    rows["stratum"] = rows["stratum"].where(~wide, rows["stratum"] + "|" + rows["block"])
    rows["unit"] = unit_names(rows.assign(block=rows["block"].where(~wide, "")), "block")
    crossed = _several(rows, rows["unit"])
    rows["stratum"] = rows["stratum"].where(~crossed, rows["stratum"] + "|" + rows["unit"])
    cell = rows.groupby(["unit", "label", "stratum"], sort=False).ngroup()
    joined = rows.groupby("unit")["stratum"].transform(lambda one: "&".join(sorted(set(one))))
    rows["stratum"] = rows["stratum"].where(crossed, joined)
    place = rows.groupby(["unit", "label", "stratum"], sort=False).ngroup()
    of_cell = cell.groupby(cell).transform("size")
    cells = cell.groupby(place).transform("nunique")
    parts = rows.assign(free=~(wide | crossed))[~place.duplicated()]
    counted = rows.drop_duplicates(["unit", "label"])["label"]
    tests = int((counted == 1).sum())
    pair = compared.kind == "pair"
    alike = place.duplicated(keep=False)
    return Exchange(
        Layout(compared.kind, tuple(parts["label"]), tuple(parts["stratum"])),
        place.to_numpy(),
        (1 / (of_cell * cells)).to_numpy(float),
        (tests, len(counted) - tests) if pair else (len(counted), 0),
        _averaged(compared.block, alike & crossed, alike & ~crossed, blocked & ~wide),
        _within(compared, bool(wide.any()), bool(crossed.any()), parts[parts["free"]]),
    )


def _several(rows: pd.DataFrame, names: pd.Series) -> pd.Series:
    return rows.groupby(names)["label"].transform("nunique") > 1


def _averaged(block: str, inside: pd.Series, whole: pd.Series, blocked: pd.Series) -> str:
    """Say what the means are of, of subjects of several levels or of one."""
    if inside.any():
        return f" of the means by {SUBJECT} and level"
    names = [SUBJECT] * bool((whole & ~blocked).any()) + [block] * bool((whole & blocked).any())
    return f" of the means by {' and '.join(names)}" if names else ""


def _within(compared: Compared, wide: bool, crossed: bool, free: pd.DataFrame) -> str:
    names = list(compared.within)
    own = [compared.block] * wide + [SUBJECT] * crossed
    names += [one for one in dict.fromkeys(own) if one not in names]
    if not names:
        return ""
    others = (free.groupby("stratum")["label"].nunique() > 1).any()
    more = SEVERAL if others and len(names) > len(compared.within) else ""
    return f" within {' and '.join(names)}{more}"
