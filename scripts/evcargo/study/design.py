"""Contrasts: whether their columns, levels and samples exist, and the design can be estimated."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.study.cells import as_number
from evcargo.study.model import ASSAYS, Contrast
from evcargo.study.notes import Notes, did_you_mean, listed, nearest, shown

# Two columns of a design count as one when what is left of the second is smaller than this.
TOLERANCE = 1e-8
TRUE, FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")
KNOWN = CONTRACTS["samples"].names
TEXT_COLUMNS = tuple(one.name for one in CONTRACTS["samples"].columns if one.dtype == "text")


def covariate_numbers(samples: pd.DataFrame, name: str) -> np.ndarray | None:
    """Return a column of the sample sheet as numbers, or None if its values are categories.

    The columns that evcargo knows as text (subject, batch ...) are categories even if they hold
    numbers; any other column is numeric if every cell that is not empty is a number.

    Returns
    -------
    numpy.ndarray or None
        float64, NaN for an empty cell.
    """
    values = samples[name]
    if name in TEXT_COLUMNS or values.isna().all():
        return None
    numbers = [np.nan if pd.isna(one) else as_number(str(one)) for one in values]
    return None if None in numbers else np.array(numbers, dtype=float)


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
    columns = [str(name) for name in samples.columns if name != "sample"]
    for key, name in [
        ("column", given["column"]),
        *(("covariates", one) for one in given["covariates"]),
    ]:
        if name not in columns:
            remedy = did_you_mean(name, columns, f"The sheet has {listed(columns, 20)}")
            notes.add(
                "is not a column of the sample sheet", remedy, column=f"{place}.{key}", value=name
            )
    if (
        given["column"] in columns
        and given["column"] not in TEXT_COLUMNS
        and given["column"] in KNOWN
    ):
        remedy = "Compare a column that holds groups"
        notes.add(
            "is a measurement, not a group", remedy, column=f"{place}.column", value=given["column"]
        )
    for name in sorted(set(given["covariates"])):
        if name == given["column"] or given["covariates"].count(name) > 1:
            message = "is given twice: a covariate is listed once, and is not the column compared"
            notes.add(
                message, "Take it out of covariates", column=f"{place}.covariates", value=name
            )
    if len(notes.problems) > found or not len(samples):
        return None
    of_material = samples["material"] == given["material"]
    everywhere = samples[given["column"]].dropna().astype(str)
    levels = list(dict.fromkeys(everywhere[of_material]))
    sides: dict[str, str] = {}
    for key in ("test", "reference"):
        level = _level(given[key], levels)
        if level is not None:
            sides[key] = level
        else:
            notes.add(
                *_why_no_level(given, key, levels, list(dict.fromkeys(everywhere))),
                column=f"{place}.{key}",
                value=given[key],
            )
    if len(set(sides.values())) < len(sides):
        notes.add(
            "is both test and reference", "Choose two levels", column=place, value=sides["test"]
        )
    if len(notes.problems) > found:
        return None
    covariates = tuple(given["covariates"])
    return Contrast(
        given["name"],
        given["column"],
        sides["test"],
        sides["reference"],
        covariates,
        given["material"],
    )


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
    if _level(given[key], everywhere) is not None:
        message = f"is no level of {column} among the samples of material {material}"
        there = listed(levels) or "none"
        return (
            message,
            f"Set the contrast's material; levels of {material} samples: {there}",
        )
    exist = f"Levels there: {listed(levels) or 'none'}"
    close = nearest(str(given[key]), levels)
    guess = f"Did you mean {shown(close)}? " if close else ""
    return f"is no level of {column} in the sample sheet", guess + exist


def _check_sides(
    contrast: Contrast, samples: pd.DataFrame, runs: pd.DataFrame, place: str, notes: Notes
) -> bool:
    """Whether either side has two independent samples with data."""
    found = len(notes.problems)
    for level in (contrast.test, contrast.reference):
        side = compared(contrast, samples, set(runs["sample"]))
        side = side[side[contrast.column] == level]
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
            and both[contrast.column].nunique() == 2
        ):
            return True
    notes.add(
        "has no assay in which both sides have 2 samples",
        "Measure the same assay on both sides, or drop the contrast",
        column=place,
    )
    return False


def compared(contrast: Contrast, samples: pd.DataFrame, having: set[str]) -> pd.DataFrame:
    """Rows of the samples that a contrast compares, of those `having` runs, in sheet order."""
    chosen = samples["material"] == contrast.material
    chosen &= samples[contrast.column].astype("string").isin([contrast.test, contrast.reference])
    return samples[chosen.fillna(False) & samples["sample"].isin(having)]


def _units(side: pd.DataFrame) -> int:
    """Independent samples: samples of one subject count once."""
    return side["subject"].fillna("sample " + side["sample"]).nunique()


def _check_design(
    contrast: Contrast, samples: pd.DataFrame, runs: pd.DataFrame, place: str, notes: Notes
) -> None:
    """Whether the model intercept + compared column + covariates can be estimated."""
    place = f"{place}.covariates"
    rows = compared(contrast, samples, set(runs["sample"]))
    usable = True
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
        odd = values[[as_number(str(one)) is None for one in values]]
        if len(odd) * 4 > len(values):
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


def design_columns(contrast: Contrast, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Columns of the model matrix but for the intercept, each with the term it belongs to.

    Parameters
    ----------
    contrast
        What is compared.
    rows
        The compared samples, without empty cells in the covariates.

    Returns
    -------
    list of (str, numpy.ndarray)
        Term (a column of the sample sheet) and float64 values: first the compared column (1 at
        the test level), then each covariate, numbers as they are, categories as one 0/1 column
        for each level but the first in sorted order.
    """
    test = (rows[contrast.column].astype(str) == contrast.test).to_numpy(dtype=float)
    columns = [(contrast.column, test)]
    for name in contrast.covariates:
        numbers = covariate_numbers(rows, name)
        if numbers is not None:
            columns.append((name, numbers))
            continue
        values = rows[name].astype(str)
        for level in sorted(values.unique())[1:]:
            columns.append((name, (values == level).to_numpy(dtype=float)))
    return columns


def aliased_terms(columns: Sequence[tuple[str, np.ndarray]]) -> list[tuple[str, ...]]:
    """Find groups of terms that no data could tell apart, beside an intercept.

    Returns
    -------
    list of tuple of str
        Terms, in the order of the design, for each linear dependence; each group once.
    """
    rows, count = (len(columns[0][1]) if columns else 0), len(columns)
    # The columns accepted so far are basis @ weights: one orthonormal column each, as in a QR.
    basis, weights = np.zeros((rows, count)), np.zeros((count, count))
    terms: list[str] = []
    groups: dict[tuple[str, ...], None] = {}
    order = list(dict.fromkeys(term for term, _ in columns))
    for term, values in columns:
        unit = _centred_unit(values)
        used = len(terms)
        shares = basis[:, :used].T @ unit
        left = unit - basis[:, :used] @ shares
        again = basis[:, :used].T @ left  # a second pass takes off what rounding has left
        left -= basis[:, :used] @ again
        length = np.linalg.norm(left)
        if length > TOLERANCE:
            basis[:, used], weights[used, used] = left / length, length
            weights[:used, used] = shares + again
            terms.append(term)
            continue
        mixed = np.linalg.solve(weights[:used, :used], shares + again)
        involved = {term} | {terms[at] for at in np.flatnonzero(np.abs(mixed) > 1e-6)}
        groups[tuple(one for one in order if one in involved)] = None
    return list(groups)


def _centred_unit(values: np.ndarray) -> np.ndarray:
    """Scale a column to mean 0 and length 1, or to zeros if it is constant."""
    scaled = values / (np.abs(values).max() or 1.0)
    centred = scaled - scaled.mean()
    length = np.linalg.norm(centred)
    return centred / length if length > TOLERANCE else np.zeros(len(values))


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
