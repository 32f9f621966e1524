"""The EV index: how much EV core a sample holds per contaminant, by many markers of each.

The index is log2 of the amount of EV core over that of all contaminant classes of the sample's
matrix, both of `evcargo.purity.levels`: no protein decides alone, and a shallow run tells the same
as a deep one within the interval.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity import shares as classes
from evcargo.purity.answers import (
    NOT_ASSESSED,
    OWN,
    PASS,
    Answer,
    band_for,
    gravest,
    shown,
    side_of,
    text_of,
)
from evcargo.purity.depth import floors
from evcargo.purity.levels import FEW, Profile, Seen, profiles_of
from evcargo.purity.panels import OF_STUDY

CRITERION = "EV index"
SOURCE = OWN
PER_CENT = (5.0, 95.0)  # of the 90 % interval
MOST_TOLD = 6.0  # of a side of which nothing is seen, log2
PLASMA, DEBRIS, OF_PANELS = "plasma", "cell debris", "contaminants of the study"
GROUPS = MappingProxyType(
    {
        classes.EV_CORE: classes.EV_CORE,
        classes.LIPOPROTEIN: classes.LIPOPROTEIN,
        classes.ALBUMIN: PLASMA,
        classes.PLASMA: PLASMA,
        classes.IMMUNE: classes.IMMUNE,
        classes.COAGULATION: classes.COAGULATION,
        classes.HAEMOGLOBIN: classes.HAEMOGLOBIN,
        classes.PLATELET: classes.PLATELET,
        classes.BOVINE_CLASS: classes.BOVINE_CLASS,
        classes.AGGREGATES: classes.AGGREGATES,
        classes.DEBRIS: DEBRIS,
        classes.FLUID: classes.FLUID,
    }
)
"""Group of markers that each class of the signal belongs to; the others count for nothing."""
BLOOD = (
    *(classes.LIPOPROTEIN, PLASMA, classes.IMMUNE, classes.COAGULATION),
    *(classes.HAEMOGLOBIN, classes.PLATELET),
)
CELLS = (DEBRIS, classes.AGGREGATES)
MATRIX_GROUPS = MappingProxyType(
    {
        **dict.fromkeys(("plasma", "serum", "csf", "ascites"), BLOOD),
        **dict.fromkeys(("urine", "milk", "saliva"), (*BLOOD, classes.FLUID)),
        "cell_culture": (*BLOOD, classes.BOVINE_CLASS, *CELLS),
        "tissue": (*BLOOD, *CELLS),
    }
)
"""Contaminants of each matrix; any other has those of blood and the bovine ones."""
CELL_PANEL = "organelle"
"""Panel of intracellular proteins, wider than the debris of MISEV2018 category 4."""


def contaminants_of(matrix: str) -> tuple[str, ...]:
    """List the groups of contaminants of a matrix, and those that a panel of the study names."""
    return (*MATRIX_GROUPS.get(matrix, (*BLOOD, classes.BOVINE_CLASS)), OF_PANELS)


def marker_groups(class_of: pd.Series, matches: pd.DataFrame) -> pd.Series:
    """Group of markers of each protein group; empty for those that count for nothing.

    Parameters
    ----------
    class_of
        Of `evcargo.purity.shares.protein_classes`.
    matches
        Of `evcargo.purity.markers.match`.
    """
    led = matches[matches["leading"]]
    groups = class_of.map(GROUPS).fillna("")
    cellular = led.loc[led["panel"] == CELL_PANEL, "feature"]
    groups[class_of.index.isin(cellular) & class_of.eq(classes.OTHER)] = DEBRIS
    own = led.loc[(led["origin"] == OF_STUDY) & (led["role"] == "contaminant"), "feature"]
    groups[class_of.index.isin(own) & class_of.eq(classes.FOREIGN)] = OF_PANELS
    return groups


def group_sizes(panels: pd.DataFrame, groups: pd.Series) -> dict[str, int]:
    """Members that each group of markers has in the panels, or in the study if more."""
    named = panels[panels["gene"].ne("") | panels["accessions"].map(len).gt(0)]
    sizes = dict.fromkeys([*GROUPS.values(), OF_PANELS], 0)
    for cls, of_class in classes.PANELS_OF_CLASS.items():
        if cls in GROUPS:
            sizes[GROUPS[cls]] += named.loc[named["panel"].isin(of_class), "gene"].nunique()
    sizes[DEBRIS] += int((named["panel"] == CELL_PANEL).sum())
    sizes[classes.BOVINE_CLASS] = int((named["panel"] == "bovine_serum").sum())
    found = groups.value_counts()
    return {name: max(size, int(found.get(name, 0))) for name, size in sizes.items()}


@dataclass(frozen=True)
class Index:
    """EV index of one sample, log2.

    `low` and `high` are the 90 % bootstrap interval; `without_low` and `without_high` the range of
    the values that leave one marker out, `decider` the marker without which it changes most;
    `unseen` is the part of the index, of both sides, that is told from what was not seen.
    """

    value: float
    low: float
    high: float
    without_low: float
    without_high: float
    decider: str
    unseen: float
    ev_markers: int
    contaminant_markers: int


def ev_index(sample: str, core: Profile, contaminants: Sequence[Profile], floor: float) -> Index:
    """Index of one sample, from the profiles of the EV core and of the contaminant classes.

    The interval adds to every marker the disagreement of another one, drawn at random, and draws
    what is unseen between almost nothing and what the floor allows; it reaches at least to what the
    index would be if nothing were unseen of one side. In a study of one sample, whose
    markers can not disagree, it draws which markers the classes happen to hold.

    Parameters
    ----------
    sample
        Its name.
    core, contaminants
        Of `class_profile`.
    floor
        log2 intensity below which the sample's run misses proteins.
    """
    ev, impure = [Seen.of(core, sample, floor)], [Seen.of(p, sample, floor) for p in contaminants]
    value = _ratio(ev, impure)
    rng = np.random.default_rng(20)
    drawn = [np.sum([part.draws(rng) for part in side], axis=0) for side in (ev, impure)]
    low, high = np.percentile(np.log2(drawn[0]) - np.log2(drawn[1]), PER_CENT)
    without = dict(_left_out(ev, impure))
    decider = max(without, key=lambda marker: abs(without[marker] - value), default="")
    told = [_told(side) for side in (ev, impure)]
    return Index(
        value,
        min(float(low), value - told[0]),
        max(float(high), value + told[1]),
        min(without.values(), default=np.nan),
        max(without.values(), default=np.nan),
        decider,
        sum(told),
        ev[0].count,
        sum(part.count for part in impure),
    )


def _told(side: Sequence[Seen]) -> float:
    """Part of the amount of a side that is told from what is not seen, log2."""
    seen, whole = sum(part.seen for part in side), sum(part.amount for part in side)
    return -float(np.log2(np.clip(seen / whole, 2.0**-MOST_TOLD, 1)))


def _ratio(ev: Sequence[Seen], impure: Sequence[Seen]) -> float:
    above, below = (sum(part.amount for part in side) for side in (ev, impure))
    return float(np.log2(above) - np.log2(below))


def _left_out(ev: Sequence[Seen], impure: Sequence[Seen]) -> Iterator[tuple[str, float]]:
    """Index without each marker that the sample shows."""
    above, below = (np.array([part.amount for part in side]) for side in (ev, impure))
    for side, amounts in ((ev, above), (impure, below)):
        sign = 1 if side is ev else -1
        other = np.log2((below if side is ev else above).sum())
        for place, part in enumerate(side):
            rest = amounts.sum() - amounts[place]
            for number in np.flatnonzero(np.isfinite(part.says)):
                left = rest + part.without(int(number)).amount
                if left > 0:
                    yield str(part.markers[number]), sign * float(np.log2(left) - other)


def study_profiles(
    intensity: pd.DataFrame, class_of: pd.Series, matches: pd.DataFrame, panels: pd.DataFrame
) -> dict[str, Profile]:
    """Profiles of all groups of markers.

    Parameters
    ----------
    intensity
        Samples x protein groups, raw, NaN where not seen.
    class_of, matches
        As for `marker_groups`.
    panels
        Of `evcargo.purity.markers.read_panels`.
    """
    groups = marker_groups(class_of, matches)
    floor = np.log2(floors(intensity))
    return profiles_of(intensity, groups, group_sizes(panels, groups), floor)


def indices(
    intensity: pd.DataFrame,
    profiles: Mapping[str, Profile],
    fluid: Mapping[str, str],
    label: Mapping[str, str],
) -> dict[str, Index]:
    """EV index of every sample with proteins, against the contaminants of its biofluid.

    Parameters
    ----------
    intensity, profiles
        As for and of `study_profiles`.
    fluid
        Biofluid by sample.
    label
        Name of each protein group for people, by which the index calls its decider.
    """
    floor = np.log2(floors(intensity))
    found = {}
    for sample in map(str, intensity.index[intensity.notna().any(axis=1)]):
        impure = [profiles[name] for name in contaminants_of(fluid.get(sample, ""))]
        index = ev_index(sample, profiles[classes.EV_CORE], impure, float(floor[sample]))
        found[sample] = replace(index, decider=label.get(index.decider, index.decider))
    return found


def index_answer(
    index: Index, matrix: str, limits: Mapping[str, Any], complete: bool, depth: int
) -> Answer:
    """Judge an index by its value, where the depth of the run allows it.

    What a run does not see can not decide: the verdict must be the same over what the unseen may
    change, or over the whole interval where fewer than three markers of a side are seen.

    Parameters
    ----------
    index
        Of `ev_index`.
    matrix
        Biofluid of the sample.
    limits
        Option `ev_index`.
    complete
        Whether the contaminants of the matrix were looked for; if not, the index is an upper bound.
    depth
        Protein groups of the sample.
    """
    band = band_for(limits, matrix, high_is_good=True, unit="log2")
    few = min(index.ev_markers, index.contaminant_markers) < FEW
    low, high = (
        (index.low, index.high) if few else (index.value - index.unseen, index.value + index.unseen)
    )
    lowest = low if complete else -np.inf
    verdict, inside = band.verdict(index.value), {band.verdict(low), band.verdict(high)}
    deeper = ""
    value, interval = f"{shown(index.value)} log2", f"{shown(index.low)} to {shown(index.high)}"
    told = f"{value}, 90 % interval {interval}"
    if not band.judges:
        rule = f"no limit is set for this matrix: {told}"
    elif len(inside) > 1:
        rule = f"not assessed: {told}; {_shallow(index, few, depth)}"
        verdict, deeper = NOT_ASSESSED, gravest({verdict, *inside})
    elif index.ev_markers < FEW and verdict == PASS:
        rule = f"not assessed: {told}; so few EV core markers make no EVs"
        verdict = NOT_ASSESSED
    elif band.verdict(lowest) != verdict:
        rule = (
            f"not assessed: at most {told}; the protein table holds no contaminants, so bovine"
            " serum may have been removed or not searched for"
        )
        verdict = NOT_ASSESSED
    else:
        rule = f"{value} is {side_of(verdict, band)}, 90 % interval {interval}"
        rule += _reached(index, band.warn, band.fail)
    evidence = (
        f"{index.ev_markers} EV core and {index.contaminant_markers} contaminant markers; without"
        f" one of them {shown(index.without_low)} to {shown(index.without_high)}, most changed by"
        f" {index.decider or 'none'}"
    )
    figure = index.value if not few or verdict != NOT_ASSESSED else np.nan
    return Answer(
        *("proteins", CRITERION, verdict, figure, "log2", str(band), rule, evidence, SOURCE, deeper)
    )


def _shallow(index: Index, few: bool, depth: int) -> str:
    why = (
        f"with {index.ev_markers} EV core and {index.contaminant_markers} contaminant markers"
        if few
        else f"what {depth} protein groups do not show may change it by {shown(index.unseen)} and"
    )
    return f"{why} the run is too shallow to tell on which side of a limit it is"


def _reached(index: Index, *limits: float | None) -> str:
    reached = [f"{x:g}" for x in limits if x is not None and index.low <= x <= index.high]
    return f"; the interval reaches the limit {' and '.join(reached)}" if reached else ""


def index_table(
    samples: pd.DataFrame, found: Mapping[str, Index], criteria: pd.DataFrame
) -> pd.DataFrame:
    """EV index of every sample of the sheet, under the contract ``index``.

    Parameters
    ----------
    samples
        Sample sheet.
    found
        Index by sample, for those with proteins.
    criteria
        Contract ``criteria``; the verdict and its rule are those of the criterion.
    """
    asked = criteria[criteria["criterion"] == CRITERION].set_index("sample")
    rows = []
    for row in samples.to_dict("records"):
        name, groups = str(row["sample"]), contaminants_of(text_of(row, "biofluid"))
        index = found.get(name)
        numbers = asdict(index) if index else {}
        rows.append(
            {"sample": name, "index": numbers.pop("value", np.nan)}
            | {"ev_markers": 0, "contaminant_markers": 0}
            | numbers
            | {"contaminants": ", ".join(groups)}
            | {"verdict": asked.at[name, "verdict"], "rule": asked.at[name, "rule"]}
        )
    table = pd.DataFrame(rows)
    return table.reindex(columns=CONTRACTS["index"].names)
