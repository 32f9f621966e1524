"""Purity criteria that ask for single markers, the evidence that there are EVs at all."""

import math
from collections.abc import Mapping
from dataclasses import replace
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
    band_for,
    judged,
    open_answer,
    shown,
)
from evcargo.purity.markers import ABSENT, AMBIGUOUS, DETECTED, SHALLOW, TRANSFERRED, UNCLEAR

ASSAY = "proteins"
TETRASPANIN_RATIO = f"10.7554/eLife.70725; {OWN}"
SECOND = 3
"""Times the minimal depth from which the absence of a marker counts that is not the strongest."""
LARGE_EV = ("subtype_large_ev", "subtype_microvesicle")
EV_PANELS = ("misev2018_1a", "misev2018_1b", "misev2018_2a")
UNSEARCHED = (
    "the protein table holds no contaminants, so they may have been removed or not searched for"
)


def misev_rule(markers: pd.DataFrame, depth: int, options: Mapping[str, Any]) -> Answer:
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
    n = len({*first, *second})
    enough = n >= options["min_markers"] and len(first) > 0 and len(second) > 0
    if enough and looked:
        verdict, rule = (
            PASS,
            "enough positive markers of categories 1 and 2, and category 3 was looked at",
        )
    elif enough and (control["evidence"] == SHALLOW).any():
        verdict, rule = (
            NOT_ASSESSED,
            f"not assessed: enough positive markers, but of category 3 {_shallow(depth, options)}",
        )
    elif enough:
        verdict, rule = (
            WARN,
            "enough positive markers, but category 3 (purity control) was not assessed",
        )
    elif _might_be_enough(ours, n, len(first), len(second), options["min_markers"]):
        verdict, rule = (
            NOT_ASSESSED,
            f"not assessed: too few positive markers, but {_shallow(depth, options)}",
        )
    else:
        verdict, rule = FAIL, "too few positive markers in a deep enough run"
    return Answer(
        ASSAY,
        "MISEV2018 protein rule",
        verdict,
        float(n),
        "markers",
        f">= {options['min_markers']} of categories 1 and 2a, >= 1 of each, category 3 looked at",
        rule,
        f"category 1: {_genes(found, '1')}; category 2a: {_genes(found, '2')};"
        f" category 3: {_listed(control)}{_uncounted(markers, EV_PANELS)}",
        MISEV,
    )


def _might_be_enough(ours: pd.DataFrame, n: int, first: int, second: int, enough: int) -> bool:
    """Whether markers that the run could not see might make up what is missing."""
    category = ours.loc[ours["evidence"] == SHALLOW, "category"].str[0]
    more = category.value_counts().reindex(["1", "2"], fill_value=0)
    return bool(n + more.sum() >= enough and first + more["1"] > 0 and second + more["2"] > 0)


def tetraspanins(markers: pd.DataFrame, depth: int, options: Mapping[str, Any]) -> Answer:
    """How many of the four tetraspanins are detected; none in a deep run fails.

    One that is ambiguous or transferred from other runs does not count, but is not absent either;
    nor is one that the run could not see. The second of them lies deeper than the first: in the EV
    sets of the tests it ranks 93rd to 782nd by intensity, and of 1,000 groups a run shows only the
    upper three quarters well.
    """
    four = markers[markers["panel"] == "tetraspanin"]
    n = int((four["evidence"] == DETECTED).sum())
    unclear = four["evidence"].isin(UNCLEAR).any()
    hidden = int((four["evidence"] == SHALLOW).sum())
    if n >= options["min_tetraspanins"]:
        verdict, rule = PASS, "enough tetraspanins detected"
    elif hidden and (not n or n + hidden >= options["min_tetraspanins"]):
        verdict, rule = NOT_ASSESSED, f"not assessed: {n} detected, but {_shallow(depth, options)}"
    elif n and depth < SECOND * options["min_depth"]:
        verdict, rule = (
            NOT_ASSESSED,
            f"not assessed: {n} detected, but {_shallow(depth, options, SECOND)}",
        )
    elif n:
        verdict, rule = WARN, "few tetraspanins"
    elif unclear:
        verdict, rule = WARN, "no tetraspanin but ambiguous or transferred ones"
    else:
        verdict, rule = FAIL, "no tetraspanin in a deep enough run"
    return Answer(
        ASSAY,
        "tetraspanins CD9, CD63, CD81, CD82",
        verdict,
        float(n),
        "tetraspanins",
        f"warn < {options['min_tetraspanins']}, fail at 0",
        rule,
        _listed(four),
        MISEV,
    )


def escrt(markers: pd.DataFrame, depth: int, options: Mapping[str, Any]) -> Answer:
    """Whether TSG101, Alix or another ESCRT protein is detected.

    In the EV sets of the tests Alix ranks 23rd to 739th by intensity, so that a run must be deep.
    Large EVs bud from the plasma membrane and may lack them, so that their absence never fails a
    sample; where the large-EV markers say so, it is told.
    """
    panel = markers[markers["panel"] == "escrt"]
    found = panel[panel["evidence"] == DETECTED]
    n = found["feature"].nunique()
    large = markers[markers["panel"].isin(LARGE_EV) & markers["evidence"].eq(DETECTED)]["gene"]
    if n:
        verdict, rule = PASS, "ESCRT proteins detected"
    elif (panel["evidence"] == SHALLOW).any() or depth < SECOND * options["min_depth"]:
        reason = _shallow(depth, options, SECOND)
        verdict, rule = NOT_ASSESSED, f"not assessed: none detected, but {reason}"
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
        "TSG101, Alix and other ESCRT",
        verdict,
        float(n),
        "proteins",
        "warn at 0",
        rule,
        evidence,
        MISEV,
    )


def tetraspanin_ratio(
    markers: pd.DataFrame,
    gene: str,
    floor: float,
    hidden: float,
    limits: Mapping[str, Any],
    matrix: str,
) -> Answer:
    """Compare the summed intensity of CD9, CD63, CD81, CD82 to that of ALB or APOB.

    Where one side is not detected, the floor of the run (`evcargo.purity.depth`) bounds it, or what
    its ambiguous or transferred groups amount to if that is more: a good bound on the one side, or
    a bad one on the other, still decides. Where tetraspanins are missing that the run may not have
    seen, with an intensity of `hidden` at most, the verdict must be the same with them.
    """
    criterion, source = f"tetraspanin to {gene} ratio", TETRASPANIN_RATIO
    band = band_for(limits, matrix, high_is_good=True, unit="log2")
    once = markers.drop_duplicates(["panel", "feature", "evidence"])
    ours = once[once["panel"] == "tetraspanin"]
    theirs = once[(once["panel"] == "misev2018_3a") & (once["gene"].str.upper() == gene)]
    four = ours[ours["evidence"] == DETECTED]
    impure = theirs[theirs["evidence"] == DETECTED]
    evidence = (
        f"{', '.join(four['gene']) or 'no tetraspanin'} v {gene if len(impure) else 'no ' + gene}"
    )
    if four.empty and impure.empty:
        return open_answer(ASSAY, criterion, "log2", "neither is detected", source, evidence)
    if len(four) and len(impure):
        value = math.log2(four["intensity"].sum() / impure["intensity"].sum())
        most = math.log2((four["intensity"].sum() + hidden) / impure["intensity"].sum())
        if band.verdict(value) != band.verdict(most):
            reason = (
                f"{shown(value)}, with the tetraspanins that the run may not have seen up to"
                f" {shown(most)} log2: too shallow to tell"
            )
            shallow = open_answer(ASSAY, criterion, "log2", reason, source, evidence)
            return replace(shallow, value=value)
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
    return Answer(
        ASSAY,
        criterion,
        verdict if decided else NOT_ASSESSED,
        math.nan,
        "log2",
        str(band),
        rule if decided else f"not assessed: {rule} does not decide",
        evidence,
        source,
    )


def _shallow(depth: int, options: Mapping[str, Any], times: int = 1) -> str:
    needed = times * options["min_depth"]
    if depth < needed:
        return f"{depth} protein groups are fewer than {needed}, so absence says nothing"
    return (
        f"of so little EV core {depth} protein groups would not show them, so absence says nothing"
    )


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
