"""What a program's table of counts looks like: which column holds what."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

import pandas as pd

from evcargo.files.text_tables import Row, TextTable

HEAD_ROWS = 200
LOCI, PARTS = "loci", "parts"
"""What rows of the same name are: places of one RNA in the genome, or parts that add up to it."""


def plain_key(name: str) -> str:
    """Name of a column in lower case and without signs: ``Gene symbol`` is ``genesymbol``."""
    return re.sub(r"[\W_]+", "", name.casefold())


def no_feature(name: str) -> str:
    """Name of a row that is no feature, so that it is recognised as such (as HTSeq marks them)."""
    return "__" + re.sub(r"\W+", "_", name).strip("_")


@dataclass(frozen=True)
class Head:
    """The beginning of a table: its header and its first rows."""

    table: TextTable
    rows: tuple[Row, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; the first row where the table has no header."""
        return self.table.columns

    def cells(self, column: int) -> list[str]:
        """First cells of a column, by its number from 0."""
        return [row[column] for _, row in self.rows]

    def starts_with(self, *names: str) -> bool:
        """Whether the header begins with these names, whatever their case."""
        first = [name.casefold() for name in self.columns[: len(names)]]
        return first == [name.casefold() for name in names]

    def has(self, *names: str) -> bool:
        """Whether the header has all of these names."""
        return set(names) <= set(self.columns)


def read_head(table: TextTable) -> Head:
    """Read the first rows of a table."""
    return Head(table, tuple(islice(table.rows(), HEAD_ROWS)))


@dataclass(frozen=True)
class Layout:
    """Where a table holds what.

    Parameters
    ----------
    program
        Program (and version, where the file states it) that wrote the table.
    recognised_by
        What it was recognised by, for people.
    identifiers
        Column that names the features; found by content where empty.
    samples
        Columns that may be runs; None for all that are no description of the features.
    counts
        Column of the counts in a table of a single sample; empty for tables of many.
    strands
        Word of the run sheet (unstranded, forward, reverse) -> column of counts, where the program
        counts both strands and the library decides which is right.
    symbols, classes
        Columns with gene symbols and RNA classes; found by name and content where empty.
    genes
        Column with the gene of each transcript, to which the rows are summed.
    repeated
        What rows of the same name are, `LOCI` or `PARTS`; empty where that is not known.
    once
        Column of which each value is counted once, in its first row; empty for none.
    estimated
        Whether the program estimates counts, which then have decimals.
    quantity, quantity_reason
        What is counted, and why that column was taken.
    names
        Makes the names of the features from all columns, where no column holds them.
    has_header
        Whether the first row names the columns.
    notes
        What the reader should know.
    """

    program: str
    recognised_by: str
    identifiers: str = ""
    samples: tuple[str, ...] | None = None
    counts: str = ""
    strands: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    symbols: str = ""
    classes: str = ""
    genes: str = ""
    repeated: str = ""
    once: str = ""
    estimated: bool = False
    quantity: str = "counts"
    quantity_reason: str = ""
    names: Callable[[pd.DataFrame], Sequence[str]] | None = None
    has_header: bool = True
    notes: str = ""
