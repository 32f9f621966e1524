"""Contrasts: whether their columns, levels and samples exist, and the design can be estimated."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.study.cells import as_number
from evcargo.study.design import (
    TEXT_COLUMNS,
    aliased_terms,
    compared,
    covariate_numbers,
    design_columns,
    numbers_of,
)
from evcargo.study.model import ASSAYS, Contrast
from evcargo.study.notes import Notes, did_you_mean, listed, nearest, shown
from evcargo.study.units import subjects_of_several_levels

TRUE, FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")
KNOWN = CONTRACTS["samples"].names
FEWEST_NUMBERS = 3  # of which two alone would be a pair


def check_contrasts(
    contrasts: Sequence[Mapping[str, Any]], samples: pd.DataFrame, runs: pd.DataFrame, notes: Notes
) -> tuple[Contrast, ...]:
    """Hold the contrasts of the config to the sample sheet.

    Parameters
    ----------
    contrasts
        As in the config, each with all its keys.
    samples, runs
        The two sheets.
    notes
        Takes the problems.

    Returns
    -------
    tuple of Contrast
        Those whose column and levels exist; levels spelt as in the sheet.
    """
    checked: list[Contrast] = []
    names: dict[str, str] = {}
    for given in contrasts:
        place = f"contrasts[{given['name']}]"
        if given["name"].casefold() in names:
            notes.add("is the name of two contrasts", "Name each differently", column=place)
        names[given["name"].casefold()] = given["name"]
        contrast = _resolved(given, samples, place, notes)
        if contrast is not None:
            checked.append(contrast)
            if _check_sides(contrast, samples, runs, place, notes):
                _check_design(contrast, samples, runs, place, notes)
    return tuple(checked)


def _resolved(
    given: Mapping[str, Any], samples: pd.DataFrame, place: str, notes: Notes
) -> Contrast | None:
    """Return the contrast with the levels as the sheet spells them, or None and the problems."""
    found = len(notes.problems)
    _check_columns(given, samples, place, notes)
    if len(notes.problems) > found or not len(samples):
        return None
    everywhere = samples[given["column"]].dropna().astype(str)
    levels = list(dict.fromkeys(everywhere[samples["material"] == given["material"]]))
    sides = dict.fromkeys(("test", "reference"), "")
    for key in sides:
        if given["kind"] != "pair":
            if given[key] != "":
                notes.add(
                    f"is given, but kind {given['kind']} compares no two levels",
                    f"Delete {key}, or delete kind",
                    column=f"{place}.{key}",
                    value=given[key],
                )
            continue
        level = _level(given[key], levels)
        if level is None:
            why = _why_no_level(given, key, levels, list(dict.fromkeys(everywhere)))
            notes.add(*why, column=f"{place}.{key}", value=given[key])
        sides[key] = level or ""
    if sides["test"] and sides["test"] == sides["reference"]:
        notes.add(
            "is both test and reference", "Choose two levels", column=place, value=sides["test"]
        )
    if len(notes.problems) > found:
        return None
    rest = {key: given[key] for key in ("material", "kind", "fit_on", "block")}
    covariates = tuple(given["covariates"])
    return Contrast(given["name"], given["column"], **sides, covariates=covariates, **rest)


def _check_columns(
    given: Mapping[str, Any], samples: pd.DataFrame, place: str, notes: Notes
) -> None:
    """Whether the columns exist, can be compared, and are named once."""
    columns = [str(name) for name in samples.columns if name != "sample"]
    named = [("column", given["column"]), *(("covariates", one) for one in given["covariates"])]
    if given["block"]:
        named.append(("block", given["block"]))
    for key, name in named:
        if name not in columns:
            remedy = did_you_mean(name, columns, f"The sheet has {listed(columns, 20)}")
            notes.add(
                "is not a column of the sample sheet", remedy, column=f"{place}.{key}", value=name
            )
    column = given["column"]
    measured = column in columns and column in KNOWN and column not in TEXT_COLUMNS
    if measured and given["kind"] != "slope":
        remedy = "Compare a column that holds groups, or ask for its slope (kind: slope)"
        notes.add("is a measurement, not a group", remedy, column=f"{place}.column", value=column)
    for name in sorted(set(given["covariates"])):
        if name == column or given["covariates"].count(name) > 1:
            message = "is given twice: a covariate is listed once, and is not the column compared"
            notes.add(
                message, "Take it out of covariates", column=f"{place}.covariates", value=name
            )
    if given["block"] and given["block"] in (column, *given["covariates"]):
        message = "is given twice: a block is neither the column compared nor a covariate"
        notes.add(message, "Name it once", column=f"{place}.block", value=given["block"])


def _level(given: object, levels: list[str]) -> str | None:
    """Find the level that was meant: YAML makes a number of 1 and true of yes."""
    if isinstance(given, bool):
        words = TRUE if given else FALSE
        return next((level for level in levels if level.casefold() in words), None)
    text = unicodedata.normalize("NFC", str(given).strip())
    if text in levels:
        return text
    number = as_number(text)
    if number is None:
        return None
    return next((level for level in levels if as_number(level) == number), None)


def _why_no_level(
    given: Mapping[str, Any], key: str, levels: list[str], everywhere: list[str]
) -> tuple[str, str]:
    column, material = given["column"], given["material"]
    if given[key] == "":
        return (
            "is missing",
            f"Add it, or ask for any or slope with kind; {column} has {listed(levels)}",
        )
    if column == "material":
        message = "is a material, and a contrast compares samples of one material"
        return (message, "EVs are held against their material in results/purity/enrichment.tsv")
    if _level(given[key], everywhere) is not None:
        message = f"is no level of {column} among the samples of material {material}"
        there = listed(levels) or "none"
        remedy = f"Set the contrast's material; levels of {material} samples: {there}"
        return message, did_you_mean(str(given[key]), levels, remedy)
    exist = f"Levels there: {listed(levels) or 'none'}"
    close = nearest(str(given[key]), levels)
    guess = f"Did you mean {shown(close)}? " if close else ""
    return f"is no level of {column} in the sample sheet", guess + exist


def _check_sides(
    contrast: Contrast, samples: pd.DataFrame, runs: pd.DataFrame, place: str, notes: Notes
) -> bool:
    """Whether every level has two independent samples with data, or the numbers make a slope."""
    rows = compared(contrast, samples, set(runs["sample"]))
    if contrast.kind == "slope":
        return _check_numbers(contrast, rows, place, notes)
    found = len(notes.problems)
    levels = [contrast.test, contrast.reference]
    if contrast.kind == "any":
        levels = list(dict.fromkeys(rows[contrast.column].astype(str)))
        if len(levels) <= 2:
            notes.add(
                f"has no third level to compare: {listed(levels) or 'none'}",
                "Name two levels as test and reference, and delete kind"
                if len(levels) == 2
                else "Choose another column",
                column=f"{place}.kind",
                value=contrast.column,
            )
            return False
    for level in levels:
        side = rows[rows[contrast.column] == level]
        if _units(side) < 2:
            who = listed(side["sample"]) or "none"
            subjects = listed(side["subject"].dropna().unique())
            one = f", all of subject {subjects}" if len(side) > 1 else ""
            notes.add(
                f"has fewer than 2 independent samples with runs ({who}{one})",
                "Give independent preparations a subject of their own, or leave subject empty"
                if one
                else f"Add samples of material {contrast.material} with that level, or drop it",
                column=place,
                value=level,
            )
    if len(notes.problems) > found:
        return False
    for assay in ASSAYS:
        both = compared(contrast, samples, set(runs.loc[runs["assay"] == assay, "sample"]))
        if (
            all(_units(side) >= 2 for _, side in both.groupby(contrast.column))
            and both[contrast.column].nunique() >= 2
        ):
            return True
    notes.add(
        "has no assay in which both sides have 2 samples",
        "Measure the same assay on both sides, or drop the contrast",
        column=place,
    )
    return False


def _check_numbers(contrast: Contrast, rows: pd.DataFrame, place: str, notes: Notes) -> bool:
    numbers = numbers_of(rows, contrast.column)
    if numbers is None:
        words = [one for one in rows[contrast.column].astype(str) if as_number(one) is None]
        notes.add(
            f"holds words, of which there is no slope: {listed(words) or 'no value'}",
            "Write plain numbers, or ask for a pair or for any",
            column=f"{place}.column",
            value=contrast.column,
        )
    elif len(set(numbers)) < FEWEST_NUMBERS:
        notes.add(
            f"has {len(set(numbers))} different numbers, which make no slope",
            "Compare its two levels with test and reference, and delete kind",
            column=f"{place}.column",
            value=contrast.column,
        )
    else:
        return True
    return False


def subjects_on_both_sides(
    contrasts: Sequence[Contrast], samples: pd.DataFrame, runs: pd.DataFrame
) -> tuple[str, ...]:
    """Warn of subjects that a contrast compares with themselves, but as if they were others.

    Either the samples are pairs that the model does not know of, or the numbers of the subjects
    start again in each group. One name is one subject everywhere in evcargo.
    """
    warnings = []
    for contrast in contrasts:
        if contrast.kind == "slope" or "subject" in (*contrast.covariates, contrast.block):
            continue
        rows = compared(contrast, samples, set(runs["sample"]))
        if shared := subjects_of_several_levels(rows, contrast.column):
            warnings.append(
                f"contrast {contrast.name}: {_subjects(shared)} on both sides, and one name is"
                " one subject. If these are pairs, write covariates: [subject]; if the"
                " numbers start again in each group, give every subject a name of its own (T1, H1)"
            )
    return tuple(warnings)


def _subjects(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"subject {listed(names)} stands"
    return f"subjects {listed(names, 4)} stand"


def _units(side: pd.DataFrame) -> int:
    """Independent samples: samples of one subject count once."""
    return side["subject"].fillna("sample " + side["sample"]).nunique()


def _check_design(
    contrast: Contrast, samples: pd.DataFrame, runs: pd.DataFrame, place: str, notes: Notes
) -> None:
    """Whether the model intercept + compared column + covariates can be estimated."""
    place = f"{place}.covariates"
    rows = compared(contrast, samples, set(runs["sample"]))
    usable = _check_block(contrast, rows, place, notes)
    for name in contrast.covariates:
        usable &= _check_covariate(name, rows, place, notes)
    if not usable:
        return
    columns = design_columns(contrast, rows)
    for terms in aliased_terms(columns):
        notes.add(*_why_aliased(contrast, rows, terms), column=place, value=" + ".join(terms))
        usable = False
    coefficients = len(columns) + 1
    if usable and len(rows) <= coefficients:
        notes.add(
            f"leave nothing for the error: {coefficients} coefficients, {len(rows)} samples",
            "Take covariates out, or add samples",
            column=place,
            value=", ".join(contrast.covariates),
        )


def _check_block(contrast: Contrast, rows: pd.DataFrame, place: str, notes: Notes) -> bool:
    if not contrast.block:
        return True
    place = place.replace(".covariates", ".block")
    empty = rows.loc[rows[contrast.block].isna(), "sample"]
    if len(empty):
        message, remedy = f"is empty for {listed(empty)}", "Fill it in for every compared sample"
        notes.add(message, remedy, column=place, value=contrast.block)
    elif rows[contrast.block].is_unique:
        message = "has a value of its own for every compared sample: nothing belongs together"
        notes.add(message, "Delete block", column=place, value=contrast.block)
    else:
        return True
    return False


def _check_covariate(name: str, rows: pd.DataFrame, place: str, notes: Notes) -> bool:
    values = rows[name]
    empty = rows.loc[values.isna(), "sample"]
    if len(empty):
        message = f"is empty for {listed(empty)}"
        notes.add(
            message,
            "Fill it in for every compared sample, or take it out",
            column=place,
            value=name,
        )
    elif values.nunique() == 1:
        message = f"is {shown(str(values.iloc[0]))} for every compared sample"
        notes.add(message, "Take it out: it can explain nothing", column=place, value=name)
    elif name not in TEXT_COLUMNS and covariate_numbers(rows, name) is None:
        numbers = [as_number(str(one)) for one in values]
        odd = values[[number is None for number in numbers]]
        measured = any(number is not None and not number.is_integer() for number in numbers)
        if len(odd) * 4 > len(values) and not measured:
            return True
        samples = listed(rows.loc[odd.index, "sample"])
        message = f"is a number, but not for {samples} ({listed(odd)})"
        notes.add(
            message,
            "Write a plain number there, or words in every cell if they are categories",
            column=place,
            value=name,
        )
    else:
        return True
    return False


def _why_aliased(contrast: Contrast, rows: pd.DataFrame, terms: tuple[str, ...]) -> tuple[str, str]:
    """Message and remedy for terms that cannot be told apart."""
    if contrast.column not in terms:
        remedy = f"Take one of them out of covariates: {listed(terms)}"
        return f"the covariates {listed(terms)} say the same (rank-deficient design)", remedy
    others = [term for term in terms if term != contrast.column]
    message = f"{contrast.column} cannot be told apart from {listed(others)} (confounded design)"
    for name in others:
        if (
            covariate_numbers(rows, name) is None
            and (rows.groupby(name)[contrast.column].nunique() == 1).all()
        ):
            message += f": every {name} is on one side of the contrast only"
            break
    out = f"Take {listed(others)} out of covariates"
    remedy = f"{out}, or compare samples that share it across both sides"
    return message, remedy
