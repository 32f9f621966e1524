"""What the sections of the report are made of: tables, figures, groups of samples and words."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from markupsafe import Markup

Kind = Literal["text", "short", "long", "number", "p", "share", "verdict", "flag", "said"]
MISSING = "–"
LEVEL = 0.05  # that p-values are usually held to
AMBIGUOUS = "≈"
MATERIAL_WORDS = {"ev": "EV", "source": "source", "depleted": "depleted"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Column:
    """A column of a table in the page: its label, how its cells are shown, and their unit."""

    label: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page.

    Parameters
    ----------
    ident
        Unique id within the page; also the name of the downloaded file.
    caption
        What the table shows.
    columns
        Its columns; the first one names the row.
    rows
        Raw values, one sequence per row; a missing value is None or NaN.
    note
        What the reader must know, e.g. which rows were left out.
    anchors
        Id of each row within the page, empty for none.
    """

    ident: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    anchors: tuple[str, ...] = ()

    @property
    def tsv(self) -> str:
        """The table as tab-separated text with full precision."""
        header = [
            f"{column.label} ({column.unit})" if column.unit else column.label
            for column in self.columns
        ]
        lines = [header, *([_plain(value) for value in row] for row in self.rows)]
        return "".join("\t".join(line) + "\n" for line in lines)


@dataclass(frozen=True)
class Figure:
    """A static picture, its caption, the numbers behind it and, if any, its interactive twin."""

    ident: str
    title: str
    caption: str
    svg: Markup
    table: Table | None
    spec: dict[str, Any] | None = None


@dataclass(frozen=True)
class Group:
    """Samples of one material and condition."""

    label: str
    material: str
    samples: tuple[str, ...]


def table_of(
    ident: str, caption: str, frame: pd.DataFrame, columns: Sequence[Column], note: str = ""
) -> Table:
    """Make a table of the page from a data frame whose columns are in the order of `columns`."""
    rows = tuple(
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame.itertuples(index=False, name=None)
    )
    return Table(ident, caption, tuple(columns), rows, note)


def table_of_cells(
    ident: str, caption: str, cells: Mapping[Column, Sequence[Any] | pd.Series], note: str = ""
) -> Table:
    """Make a table of the page from its columns, row by row, whatever their index."""
    columns = (pd.Series(values).reset_index(drop=True) for values in cells.values())
    return table_of(ident, caption, pd.DataFrame(dict(enumerate(columns))), list(cells), note)


def groups_of(samples: pd.DataFrame) -> list[Group]:
    """Order samples by material (EV first) and condition, each in the order of the sheet."""
    materials = samples["material"].fillna("")
    known = [material for material in MATERIAL_WORDS if (materials == material).any()]
    others = sorted(set(materials) - set(MATERIAL_WORDS))
    groups = []
    for material in [*known, *others]:
        chosen = samples[materials == material]
        for condition in chosen["condition"].fillna("").unique():
            names = chosen.loc[chosen["condition"].fillna("") == condition, "sample"]
            word = MATERIAL_WORDS.get(material, material)
            label = f"{condition} · {word}" if condition else word
            groups.append(Group(label, material, tuple(names)))
    return groups


def ambiguous_mark(name: str, ambiguous: bool) -> str:
    """Mark the name of a protein group whose peptides do not tell which protein is there."""
    return f"{name} {AMBIGUOUS}" if ambiguous else name


def figure_text(value: Any) -> str:
    """Write a number for people: 12,345 or 0.0286 or 2.1 × 10¹⁰; a dash where it is missing."""
    if value is None or pd.isna(value):
        return MISSING
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if number == int(number) and abs(number) < 1e7:
        return _minus(f"{int(number):,}")
    if 1e-3 <= abs(number) < 1e7:
        digits = 0 if abs(number) >= 1000 else 3 - max(0, math.floor(math.log10(abs(number))) + 1)
        return _minus(f"{number:,.{min(digits, 3) if abs(number) >= 1 else 3}f}")
    return power_text(number)


def p_text(value: Any) -> str:
    """Write a p-value for people, with two significant digits."""
    if value is None or pd.isna(value):
        return MISSING
    number = float(value)
    if 0 < number < 1e-3:
        return power_text(number)
    digits = 2
    while digits < 6 and float(f"{number:.{digits}g}") == LEVEL != number:
        digits += 1  # 0.05004 is not below the usual level, and should not look like it
    return f"{number:.{digits}g}"


def interval_texts(low: pd.Series, high: pd.Series) -> list[str]:
    """Write intervals for people; empty where there is none."""
    return [
        f"{figure_text(a)} to {figure_text(b)}" if pd.notna(a) else ""
        for a, b in zip(low, high, strict=True)
    ]


def share_text(value: Any) -> str:
    """Write a fraction as a percentage."""
    if value is None or pd.isna(value):
        return MISSING
    percent = 100 * float(value)
    return "< 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def power_text(number: float) -> str:
    """Write in scientific notation: 1.2 × 10⁻⁵."""
    mantissa, exponent = f"{number:.1e}".split("e")
    return _minus(f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}")


def listed(words: Sequence[str]) -> str:
    """Join words as a list in a sentence: "a, b and c"."""
    return ", ".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"


def capital(text: str) -> str:
    """Give the text a capital first letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str, plural: str = "") -> str:
    """Join a number with its noun: "1 sample", "2 samples"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def data_uri(text: str) -> str:
    """Make a link that holds the file itself, so that downloads work without a network."""
    encoded = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return f"data:text/tab-separated-values;charset=utf-8;base64,{encoded}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _plain(value: Any) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()) if any(mark in text for mark in "\t\r\n") else text
