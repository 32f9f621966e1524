"""A table of any file format: its columns, and its rows piece by piece."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evcargo.errors import EvcargoError

CHUNK = 50_000  # rows


@dataclass(frozen=True)
class Table:
    """A table of which the header is known; its rows are read when they are asked for.

    Parameters
    ----------
    path
        Where it is.
    columns
        Names of its columns.
    read
        Gives pieces of the rows with the columns asked for; the index is the row of the file.
    annotated
        Whether Perseus' annotation lines are there.
    decimal_comma
        Whether 1,5 is one and a half: the comma does not separate the columns.
    run_names
        What the file calls a run (``assay[1]``) -> the file of the run, where it says so.
    """

    path: str
    columns: list[str]
    read: Callable[[Sequence[str]], Iterator[pd.DataFrame]]
    annotated: bool = False
    decimal_comma: bool = False
    run_names: Mapping[str, str] = field(default_factory=dict)

    def chunks(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Read some columns, piece by piece.

        Raises
        ------
        EvcargoError
            If a column is there twice.
        """
        wanted = list(dict.fromkeys(columns))
        for column in wanted:
            if self.columns.count(column) > 1:
                raise EvcargoError(
                    f"{self.path}: column {column!r} is there {self.columns.count(column)} times."
                    " Rename the columns"
                )
        return self.read(wanted)

    def column(self, names: Sequence[str]) -> str | None:
        """Name of the first of some columns that is there, in any case of letters."""
        by_name = {column.lower(): column for column in reversed(self.columns)}
        return next((by_name[name.lower()] for name in names if name.lower() in by_name), None)
