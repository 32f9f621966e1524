"""What the contract of a table says of it and of its columns."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """One column: its name, type (`text`, `number`, `count` or `flag`), unit and meaning."""

    name: str
    dtype: Literal["text", "number", "count", "flag"]
    unit: str
    meaning: str


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table, and whether it may have more (`open`)."""

    file: str
    columns: tuple[Column, ...]
    open: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]


def contract(file: str, *columns: tuple[str, str, str, str], more: bool = False) -> Contract:
    """Write a contract: its file, then its columns as (name, type, unit, meaning)."""
    return Contract(file, tuple(Column(*column) for column in columns), more)  # type: ignore[arg-type]
