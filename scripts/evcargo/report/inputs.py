"""The section before the verdict: what was understood of the tables that the study was given."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from evcargo.report.known_names import ASSAY_WORDS, unknown_names
from evcargo.report.methods import base_name
from evcargo.report.parts import Column, Table, table_of
from evcargo.report.results import Results

MAX_ROWS = 10
NAMED_MARKERS = 6
COLUMNS = (
    Column("assay"),
    Column("file"),
    Column("read as"),
    Column("quantity"),
    Column("scale"),
    Column("identifiers known"),
    Column("markers", "long"),
    Column("left out", "long"),
)


def inputs_section(results: Results) -> dict[str, Any] | None:
    """Collect what the section shows; None for a study without tables of other programs."""
    table = results.inputs
    if table is None or table.empty:
        return None
    return {
        "table": _overview(table),
        "more": max(0, len(_alike(table)) - MAX_ROWS),
        "warnings": [*unknown_names(table), *_warnings(table)],
        "full": table_of(
            "inputs-understood",
            "What was understood of each file",
            table,
            [Column(name.replace("_", " ")) for name in table.columns],
        ),
    }


def _warnings(table: pd.DataFrame) -> list[str]:
    """Say what to know of the files, what holds for several of them once."""
    files: dict[str, list[str]] = {}
    for row in table.itertuples(index=False):
        for text in _troubles(row):
            files.setdefault(text, []).append(base_name(row.path))
    return [f"{_files(names[0], len(set(names)))}: {text}" for text, names in files.items()]


def _files(first: str, number: int) -> str:
    return first if number == 1 else f"{first} and {number - 1} more"


def _troubles(row: Any) -> Iterator[str]:
    if pd.notna(row.imputed) and row.imputed:
        yield f"missing values seem to have been filled in ({row.imputed})."
    if row.scale == "relative":
        yield (
            f"holds relative quantities ({row.scale_reason}), so that its contrasts are tested and"
            " its purity is not assessed."
        )
    if pd.notna(row.notes) and row.notes:
        yield str(row.notes)


def _alike(table: pd.DataFrame) -> pd.DataFrame:
    """Give one row for files of one assay that were understood in the same way."""
    shown = pd.DataFrame(
        {
            "assay": table["assay"].map(lambda assay: ASSAY_WORDS.get(assay, assay)),
            "file": table["path"].map(base_name),
            "program": _with_reason(table["program"], "by " + table["recognised_by"]),
            "quantity": _with_reason(table["quantity"], table["quantity_reason"]),
            "scale": _with_reason(table["scale"], table["scale_reason"]),
            "known": _known(table),
            "markers": table["markers"].fillna("").map(_first_markers),
            "dropped": table["dropped_rows"].fillna(""),
        }
    )
    keys = [name for name in shown.columns if name != "file"]
    grouped = shown.groupby(keys, sort=False, dropna=False)["file"].agg(["first", "size"])
    names = [_files(*of_rows) for of_rows in zip(grouped["first"], grouped["size"], strict=True)]
    return grouped.assign(file=names).reset_index()[list(shown.columns)]


def _overview(table: pd.DataFrame) -> Table:
    caption = "What was understood of the tables of the study"
    rows = _alike(table).head(MAX_ROWS)
    filled = [bool((rows[name] != "").any()) for name in rows.columns]
    columns = [column for column, is_filled in zip(COLUMNS, filled, strict=True) if is_filled]
    return table_of("inputs-overview", caption, rows.loc[:, filled], columns)


def _with_reason(values: pd.Series, reasons: pd.Series) -> pd.Series:
    text, reason = values.fillna(""), reasons.fillna("").str.removeprefix("by nan")
    return text.where((text == "") | (reason == ""), text + " (" + reason + ")")


def _first_markers(markers: str) -> str:
    names = markers.split(", ")
    more = f" and {len(names) - NAMED_MARKERS} more" if len(names) > NAMED_MARKERS else ""
    return ", ".join(names[:NAMED_MARKERS]) + more


def _known(table: pd.DataFrame) -> list[str]:
    return [
        ""
        if pd.isna(row.identifiers)
        else f"{row.recognised:,} of {row.identifiers:,}"
        + (f" ({row.identifier_type})" if pd.notna(row.identifier_type) else "")
        for row in table.itertuples(index=False)
    ]
