"""Compressed tables of `resources/identifiers`: several in one file, each compressed by itself."""

import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

from evcargo.errors import EvcargoError

Columns = Mapping[str, Sequence[str]]


class PackedTables:
    """Tables of one file; a table is unpacked when it is first needed, with those before it.

    ``xzcat`` shows all of them, one after the other, each with its header.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._rest = Path(path).read_bytes()
        self._tables: list[Columns] = []

    def table(self, number: int, names: Sequence[str]) -> Columns:
        """Give the columns of a table by name, of equal length.

        Parameters
        ----------
        number
            Place of the table in the file, from 0.
        names
            The columns that it must have.

        Raises
        ------
        EvcargoError
            If the file has no such table.
        """
        while len(self._tables) <= number:
            self._tables.append(self._next())
        if list(self._tables[number]) != list(names):
            raise EvcargoError(
                f"{self._path}: table {number + 1} of this file has the columns {' '.join(names)}."
                " Take the file that evcargo ships"
            )
        return self._tables[number]

    def _next(self) -> Columns:
        unpacker = lzma.LZMADecompressor()
        try:
            text = unpacker.decompress(self._rest).decode()
        except (lzma.LZMAError, EOFError):
            raise EvcargoError(
                f"{self._path}: is not a table of identifiers. Take the file that evcargo ships"
            ) from None
        self._rest = unpacker.unused_data
        header, _, body = text.partition("\n")
        names = header.split("\t")
        cells = body.rstrip("\n").replace("\n", "\t").split("\t")  # 3 times as fast as by line
        if len(cells) % len(names):
            raise EvcargoError(
                f"{self._path}: a row has not {len(names)} cells. Take the file that evcargo ships"
            )
        return {name: cells[start :: len(names)] for start, name in enumerate(names)}
