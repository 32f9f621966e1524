"""Purity criteria that ask for single markers, the evidence that there are EVs at all."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evcargo.purity.answers import (
    FAIL,
    MISEV,
    NOT_ASSESSED,
    OWN,
    PASS,
    WARN,
    Answer,
    Band,
    judged,
    of_matrix,
    open_answer,
    shown,
)
from evcargo.purity.markers import ABSENT, AMBIGUOUS, DETECTED, SHALLOW, TRANSFERRED, UNCLEAR

ASSAY = "proteins"
MISEV_RULE = "MISEV2018 protein rule"
"""Without an answer to this question no sample passes as EVs."""
TETRASPANINS = "tetraspanins CD9, CD63, CD81, CD82"
ESCRT = "TSG101, Alix and other ESCRT"
RATIO = "tetraspanin to {} ratio"
RATIO_SOURCE = f"10.7554/eLife.70725; {OWN}"
SECOND = 3
"""Times the minimal depth from which the absence of a marker counts that is not the strongest, or
that no sample of the study shows, so that nothing tells how strong it would be."""
LARGE_EV = ("subtype_large_ev", "subtype_microvesicle")
EV_PANELS = ("misev2018_1a", "misev2018_1b", "misev2018_2a")
UNSEARCHED = (
    "the protein table holds no contaminants, so they may have been removed or not searched for"
)


@dataclass(frozen=True)
class Run:
    """How deep a sample's run is, and what that is held to.

    `depth` is in protein groups, `min_depth` what the absence of a marker needs in the sample's
    matrix; `known` are the genes of the markers that some sample of the study shows.
    """

    depth: int
    min_depth: int
    known: frozenset[str]

    def shallow(self, times: int = 1) -> bool:
        """Whether the run has fewer groups than so many times the minimal depth."""
        return self.depth < times * self.min_depth

    def why(self, times: int = 1) -> str:
        """Say why the absence of a marker does not count."""
        if self.shallow(times):
            needed = times * self.min_depth
            return f"{self.depth} protein groups are fewer than {needed}, so absence says nothing"
        return (
            f"of so little EV core {self.depth} protein groups would not show them, so absence says"
            " nothing"
        )

    def missed(self, markers: pd.DataFrame) -> pd.Series:
        """Flag the markers whose absence from this run does not count.

        Where none of them is known to the study and lies within reach, nothing tells whether the
        run would show them, and it must be deeper.
        """
        evidence = markers["evidence"]
        told = evidence.isin(UNCLEAR) | (evidence.eq(ABSENT) & markers["gene"].isin(self.known))
        if told.any() or not self.shallow(SECOND):
            return evidence.eq(SHALLOW)
        return evidence.isin([SHALLOW, ABSENT])


def misev_threshold(matrix: str, options: Mapping[str, Any]) -> str:
    """Put the thresholds of `misev_rule` into words."""
    needed = of_matrix(options["min_markers"], matrix)
    return f">= {needed} of categories 1 and 2a, >= 1 of each, category 3 looked at"


def misev_rule(markers: pd.DataFrame, run: Run, matrix: str, options: Mapping[str, Any]) -> Answer:
    """MISEV2018: at least three positive markers of categories 1 and 2, and a look at category 3.

    Markers are counted once per protein group. Category 2b is promiscuous and does not count.
    """
    ours = markers[markers["panel"].isin(EV_PANELS)]
    found = ours[ours["evidence"] == DETECTED]
    first, second = (
        found[found["category"].str.startswith(number)]["feature"].unique() for number in "12"
    )
    control = markers[markers["category"] == "3a"]
    looked = control["evidence"].isin([DETECTED, ABSENT]).any()
    n, needed, deeper = len({*first, *second}), of_matrix(options["min_markers"], matrix), ""
    enough = n >= needed and len(first) > 0 and len(second) > 0
    if enough and looked:
        verdict, rule = (
            PASS,
            "enough positive markers of categories 1 and 2, and category 3 was looked at",
        )
    elif enough and (control["evidence"] == SHALLOW).any():
        verdict, rule = (
            NOT_ASSESSED,
            f"not assessed: enough positive markers, but of category 3 {run.why()}",
        )
    elif enough:
        verdict, rule = (
            WARN,
            "enough positive markers, but category 3 (purity control) was not assessed",
        )
    elif times := _might_be_enough(ours, run, n, len(first), len(second), needed):
        verdict, deeper = NOT_ASSESSED, FAIL
        rule = f"not assessed: too few positive markers, but {run.why(times)}"
    else:
        verdict, rule = FAIL, "too few positive markers in a deep enough run"
    return Answer(
        ASSAY,
        MISEV_RULE,
        verdict,
        float(n),
        "markers",
        misev_threshold(matrix, options),
        rule,
        f"category 1: {_genes(found, '1')}; category 2a: {_genes(found, '2')};"
        f" category 3: {_listed(control)}{_uncounted(markers, EV_PANELS)}",
        MISEV,
        deeper,
    )


def _might_be_enough(
    ours: pd.DataFrame, run: Run, n: int, first: int, second: int, enough: int
) -> int:
    """Tell whether markers that the run could not see might make up what is missing.

    Returns
    -------
    int
        Times the minimal depth that the run would have to have; 0 if they would not be enough.
    """
    category, missed = ours["category"].str[0], ours["evidence"].eq(SHALLOW)
    unknown = missed.copy()
    for _, rows in ours.groupby(category):
        unknown[rows.index] = run.missed(rows)
    for times, hidden in ((1, missed), (SECOND, unknown)):
        more = category[hidden].value_counts().reindex(["1", "2"], fill_value=0)
        if n + more.sum() >= enough and first + more["1"] > 0 and second + more["2"] > 0:
            return times
    return 0


def tetraspanin_threshold(matrix: str, options: Mapping[str, Any]) -> str:
    """Put the thresholds of `tetraspanins` into words."""
    return f"warn < {of_matrix(options['min_tetraspanins'], matrix)}, fail at 0"


def tetraspanins(
    markers: pd.DataFrame, run: Run, matrix: str, options: Mapping[str, Any]
) -> Answer:
    """How many of the four tetraspanins are detected; none in a deep run fails.

    One that is ambiguous or transferred from other runs does not count, but is not absent either;
    nor is one that the run could not see. The second of them lies deeper than the first: in the EV
    sets of the tests it ranks 93rd to 782nd by intensity, and of 1,000 groups a run shows only the
    upper three quarters well.
    """
    enough, deeper = of_matrix(options["min_tetraspanins"], matrix), ""
    four = markers[markers["panel"] == "tetraspanin"]
    n = int((four["evidence"] == DETECTED).sum())
    unclear = four["evidence"].isin(UNCLEAR).any()
    hidden = int((four["evidence"] == SHALLOW).sum())
    if n >= enough:
        verdict, rule = PASS, "enough tetraspanins detected"
    elif hidden and (not n or n + hidden >= enough):
        verdict, rule = NOT_ASSESSED, f"not assessed: {n} detected, but {run.why()}"
    elif run.shallow(SECOND) and (n or run.missed(four).any()):
        verdict, rule = NOT_ASSESSED, f"not assessed: {n} detected, but {run.why(SECOND)}"
    elif n:
        verdict, rule = WARN, "few tetraspanins"
    elif unclear:
        verdict, rule = WARN, "no tetraspanin but ambiguous or transferred ones"
    else:
        verdict, rule = FAIL, "no tetraspanin in a deep enough run"
    if verdict == NOT_ASSESSED:
        deeper = WARN if n or unclear else FAIL
    return Answer(
        ASSAY,
        TETRASPANINS,
        verdict,
        float(n),
        "tetraspanins",
        tetraspanin_threshold(matrix, options),
        rule,
        _listed(four),
        MISEV,
        deeper,
    )


ESCRT_THRESHOLD = "warn at 0"


def escrt(markers: pd.DataFrame, run: Run) -> Answer:
    """Whether TSG101, Alix or another ESCRT protein is detected.

    In the EV sets of the tests Alix ranks 23rd to 739th by intensity, so that a run must be deep.
    Large EVs bud from the plasma membrane and may lack them, so that their absence never fails a
    sample; where the large-EV markers say so, it is told.
    """
    panel = markers[markers["panel"] == "escrt"]
    found = panel[panel["evidence"] == DETECTED]
    n, deeper = found["feature"].nunique(), ""
    large = markers[markers["panel"].isin(LARGE_EV) & markers["evidence"].eq(DETECTED)]["gene"]
    if n:
        verdict, rule = PASS, "ESCRT proteins detected"
    elif (panel["evidence"] == SHALLOW).any() or run.shallow(SECOND):
        verdict, deeper = NOT_ASSESSED, WARN
        rule = f"not assessed: none detected, but {run.why(SECOND)}"
    else:
        verdict, rule = WARN, "no ESCRT protein in a deep enough run"
        if len(large):
            rule += (
                f"; large EVs may lack them, whose markers are there: {', '.join(large.unique())}"
            )
    first_two = panel[panel["gene"].str.upper().isin(["TSG101", "PDCD6IP"])]
    others = found[~found["gene"].isin(first_two["gene"])]["gene"]
    evidence = f"{_listed(first_two)}; others: {', '.join(others) or 'none'}"
    return Answer(
        ASSAY,
        ESCRT,
        verdict,
        float(n),
        "proteins",
        ESCRT_THRESHOLD,
        rule,
        evidence,
        MISEV,
        deeper,
    )


def tetraspanin_ratio(
    markers: pd.DataFrame, gene: str, floor: float, hidden: float, band: Band
) -> Answer:
    """Compare the summed intensity of CD9, CD63, CD81, CD82 to that of ALB or APOB.

    Where one side is not detected, the floor of the run (`evcargo.purity.depth`) bounds it, or what
    its ambiguous or transferred groups amount to if that is more: a good bound on the one side, or
    a bad one on the other, still decides. Where tetraspanins are missing that the run may not have
    seen, with an intensity of `hidden` at most, the verdict must be the same with them.
    """
    criterion, source = RATIO.format(gene), RATIO_SOURCE
    asked = (ASSAY, criterion, "log2")
    once = markers.drop_duplicates(["panel", "feature", "evidence"])
    ours = once[once["panel"] == "tetraspanin"]
    theirs = once[(once["panel"] == "misev2018_3a") & (once["gene"].str.upper() == gene)]
    four = ours[ours["evidence"] == DETECTED]
    impure = theirs[theirs["evidence"] == DETECTED]
    evidence = (
        f"{', '.join(four['gene']) or 'no tetraspanin'} v {gene if len(impure) else 'no ' + gene}"
    )
    if four.empty and impure.empty:
        reason = "neither is detected"
        return open_answer(*asked, reason, source, evidence, threshold=band, deeper=band.worst)
    if len(four) and len(impure):
        value = math.log2(four["intensity"].sum() / impure["intensity"].sum())
        most = math.log2((four["intensity"].sum() + hidden) / impure["intensity"].sum())
        if band.verdict(value) != band.verdict(most):
            reason = (
                f"{shown(value)}, with the tetraspanins that the run may not have seen up to"
                f" {shown(most)} log2: too shallow to tell"
            )
            deeper = band.verdict(value)
            return open_answer(
                *asked, reason, source, evidence, threshold=band, value=value, deeper=deeper
            )
        return judged(ASSAY, criterion, value, band, evidence, source)
    undetected = ours if four.empty else theirs
    floor = max(floor, hidden) if four.empty else floor
    unclear = float(undetected.loc[undetected["evidence"].isin(UNCLEAR), "intensity"].sum())
    limit, of = max((floor, "the floor of the run"), (unclear, "what is ambiguous or transferred"))
    high = limit if four.empty else four["intensity"].sum()
    low = impure["intensity"].sum() if len(impure) else limit
    bound = math.log2(high / low)
    verdict = band.verdict(bound)
    decided = verdict == (FAIL if four.empty else PASS)
    side = "<=" if four.empty else ">="
    rule = f"one side is not detected; from {of} {side} {shown(bound)}"
    if decided:
        return Answer(
            *(ASSAY, criterion, verdict, math.nan, "log2", str(band), rule, evidence, source)
        )
    worst = band.worst if four.empty else verdict if limit > unclear else ""
    reason = f"{rule} does not decide"
    return open_answer(*asked, reason, source, evidence, threshold=band, deeper=worst)


def _genes(found: pd.DataFrame, category: str) -> str:
    genes = found[found["category"].str.startswith(category)]
    genes = genes.sort_values("intensity", ascending=False, kind="stable")["gene"].drop_duplicates()
    more = f" and {len(genes) - 10} more" if len(genes) > 10 else ""
    return ", ".join(genes.head(10)) + more or "none"


def _listed(markers: pd.DataFrame) -> str:
    words = {
        SHALLOW: "not detected (too shallow to tell)",
        TRANSFERRED: "only transferred from other runs",
    }
    return ", ".join(
        f"{gene} {words.get(evidence, evidence)}"
        for gene, evidence in zip(markers["gene"], markers["evidence"], strict=True)
    )


def _uncounted(markers: pd.DataFrame, panels: tuple[str, ...]) -> str:
    words = {AMBIGUOUS: "ambiguous", TRANSFERRED: "only transferred from other runs"}
    text = ""
    for evidence, word in words.items():
        own = markers[(markers["evidence"] == evidence) & markers["panel"].isin(panels)]
        genes = ", ".join(own["gene"].drop_duplicates())
        text += f"; {word}, not counted: {genes}" if genes else ""
    return text
