"""A table of any file format: its columns, and its rows piece by piece."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evcargo.errors import EvcargoError

CHUNK = 50_000  # rows


def plain_name(name: str) -> str:
    """Letters and digits of a name, lower case: R writes ``Protein.IDs``, janitor protein_ids."""
    return re.sub(r"[\W_]+", "", name.casefold())


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
    comma_expected
        Whether decimal commas are likely: semicolons separate the columns.
    run_names
        What the file calls a run (``assay[1]``) -> the file of the run, where it says so.
    encoding
        Encoding of its text, empty for other formats.
    program
        Program and version, where the file states them.
    small
        Whether its columns may stay in memory.
    """

    path: str
    columns: list[str]
    read: Callable[[Sequence[str]], Iterator[pd.DataFrame]]
    annotated: bool = False
    comma_expected: bool = False
    run_names: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    program: str = ""
    small: bool = False
    _held: dict[str, list[pd.Series]] = field(default_factory=dict, repr=False, compare=False)

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
                    " Give each column a name of its own"
                )
        if not self.small:
            return self.read(wanted)
        self.hold(wanted)
        pieces = zip(*(self._held[column] for column in wanted), strict=True)
        return (pd.concat(piece, axis=1) for piece in pieces)

    def hold(self, columns: Sequence[str]) -> None:
        """Read columns into memory, all that are not there yet at once; only if it is small."""
        missing = [name for name in dict.fromkeys(columns) if name not in self._held]
        if not self.small or not missing:
            return
        pieces = list(self.read(missing))
        for column in missing:
            self._held[column] = [piece[column] for piece in pieces]

    def column(self, names: Sequence[str]) -> str | None:
        """Name of the first of some columns that is there, in any case of letters.

        Other signs between the words, as R and spreadsheets write them, are no difference unless a
        column is named exactly so.
        """
        by_name = {column.lower(): column for column in reversed(self.columns)}
        exact = next((by_name[name.lower()] for name in names if name.lower() in by_name), None)
        if exact is not None:
            return exact
        plain = {plain_name(column): column for column in reversed(self.columns)}
        keys = (plain_name(name) for name in names)
        return next((plain[key] for key in keys if key and key in plain), None)
