"""miRNAs by the names of all releases of miRBase from 6 to 22, told in those of release 22."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.identifiers.mirna_names import Spelling, accession_in, spellings
from evcargo.identifiers.tables import PackedTables

COLUMNS = ("organism", "kind", "accession", "name", "names")
SPECIES = {"human": "hsa", "mouse": "mmu", "rat": "rno"}
MATURE, HAIRPIN = "mature", "hairpin"
#: Releases of miRBase that the table knows, in their order.
RELEASES = (
    *("6", "7.1", "8", "8.1", "8.2", "9", "9.1", "9.2", "10", "10.1", "11", "12", "13"),
    *("14", "15", "16", "17", "18", "19", "20", "21", "22"),
)
LAST = len(RELEASES) - 1


@dataclass(frozen=True, slots=True)
class Mirna:
    """A miRNA or its hairpin.

    Parameters
    ----------
    name
        In miRBase 22. Of an entry that was removed before, the name of the entry that has its
        sequence, or else its last name.
    accession
        MIMAT or MI.
    kind
        mature or hairpin.
    by
        How it was recognised: "v22 name", "name of release 16", "MIMAT", "symbol of the hairpin",
        and after a comma what was mended: "without species", "case".
    also
        v22 names of other miRNAs that had this name in other releases.
    current
        Whether miRBase 22 has it.
    """

    name: str
    accession: str
    kind: str
    by: str = ""
    also: tuple[str, ...] = ()
    current: bool = True


@dataclass(frozen=True, slots=True)
class _Named:
    """An entry that had a name from one release to another (indexes of `RELEASES`)."""

    first: int
    last: int
    mirna: Mirna
    name: str


class Mirnas:
    """miRNAs of one organism. Make it with `read_mirnas`."""

    def __init__(self, organism: str, rows: Iterable[Sequence[str]]) -> None:
        self.organism = organism
        self.species = SPECIES[organism]
        self._accessions: dict[str, Mirna] = {}
        self._names: dict[str, dict[str, list[_Named]]] = {MATURE: {}, HAIRPIN: {}}
        self._symbols: dict[str, list[_Named]] = {}
        table = list(rows)
        current = {(kind, name): accession for _, kind, accession, name, _ in reversed(table)}
        for _, kind, accession, name, cell in table:
            self._add(kind, accession, name, cell, current)

    def resolve(self, text: str, context: str = "", release: int | None = None) -> Mirna | None:
        """Find the miRNA that a text stands for; None if it is none of the organism, or several.

        Parameters
        ----------
        text
            Name or accession, also inside of the layouts of exSEEK, exceRpt, miRge and TCGA.
        context
            mature or hairpin: which of the two hsa-mir-451a is in a table that knows no capitals,
            and hsa-let-7b in any. Without it, such a name is that of the hairpin, as in miRBase.
        release
            Index in `RELEASES` of the release whose names the table has, if it is known: it decides
            what a name means that several had at different times, and whether it is that of a
            mature (hsa-let-7b was until release 17).
        """
        mirnas = self.resolve_all(text, context, release)
        return mirnas[0] if len(mirnas) == 1 else None

    def resolve_all(self, text: str, context: str = "", release: int | None = None) -> list[Mirna]:
        """Find all miRNAs that a text stands for, such as both of hsa-let-7a-5p/7c-5p."""
        accession = accession_in(text)
        if accession:
            mirna = self._accessions.get(accession)
            by = accession.rstrip("0123456789")
            return [] if mirna is None else [replace(mirna, by=by)]
        mirnas = (self._of(spelling, text, context, release) for spelling in spellings(text))
        return [mirna for mirna in mirnas if mirna is not None]

    def releases_of(self, text: str) -> range:
        """Tell in which releases a mature miRNA was called so: indexes of `RELEASES`."""
        names = spellings(text)
        named = self._names[MATURE].get(names[0].key, []) if names else []
        return range(named[0].first, named[-1].last + 1) if named else range(0)

    def _add(
        self, kind: str, accession: str, name: str, cell: str, current: dict[tuple[str, str], str]
    ) -> None:
        spans = [part.split("=") for part in cell.split(";")]
        is_current = current.get((kind, name)) == accession
        if name and not is_current:  # its sequence is that of another entry
            mirna = Mirna(name, current[kind, name], kind)
        else:
            mirna = Mirna(name or spans[-1][0], accession, kind, current=is_current)
        self._accessions[accession] = mirna
        for old, releases in spans:
            first, last = (RELEASES.index(release) for release in releases.split("-"))
            key = old.partition("-")[2].lower()
            named = _Named(first, last, mirna, old)
            entries = self._names[kind].setdefault(key, [])
            entries.append(named)
            entries.sort(key=lambda entry: entry.last)
            if kind == HAIRPIN:
                self._symbols.setdefault(key.replace("-", ""), []).append(named)

    def _of(self, spelling: Spelling, text: str, context: str, release: int | None) -> Mirna | None:
        if spelling.species not in ("", self.species):
            return None
        mature = self._names[MATURE].get(spelling.key, [])
        hairpin = self._names[HAIRPIN].get(spelling.key, []) or self._of_symbol(spelling)
        if mature and hairpin:
            named = mature if _is_mature(spelling, mature, context, release) else hairpin
        else:
            named = mature or hairpin
        return _chosen(named, spelling, text, release) if named else None

    def _of_symbol(self, spelling: Spelling) -> list[_Named]:
        """Find a hairpin by the symbol of its gene: MIR199A1, Mirlet7a-1."""
        if not spelling.symbol:
            return []
        named = self._symbols.get(spelling.key.replace("-", ""), [])
        return named if len({entry.mirna.accession for entry in named}) == 1 else []


def _is_mature(
    spelling: Spelling, mature: Sequence[_Named], context: str, release: int | None
) -> bool:
    """Whether a name that a mature and a hairpin have is that of the mature here."""
    if spelling.stem == "miR":
        return True
    if context == HAIRPIN or (spelling.symbol and spelling.stem.isupper()):
        return False
    of_release = release is None or any(_had(entry, release) for entry in mature)
    if spelling.stem.lower() == "let" and release is not None:
        return of_release
    return context == MATURE and of_release


def _had(named: _Named, release: int) -> bool:
    return named.first <= release <= named.last


def _chosen(named: Sequence[_Named], spelling: Spelling, text: str, release: int | None) -> Mirna:
    """Take the entry that had the name in a release, or else the last that had it."""
    then = [entry for entry in named if _had(entry, LAST if release is None else release)]
    best = then[-1] if then else named[-1]
    others = [entry.mirna.name for entry in named if entry.mirna != best.mirna]
    symbol = best.mirna.kind == HAIRPIN and spelling.symbol
    how = [_source(best, symbol)]
    if not spelling.species and not symbol:
        how.append("without species")
    if not symbol and best.name.partition("-")[2].rstrip("*") not in text:
        same = best.name.partition("-")[2].rstrip("*").lower() in text.lower()
        how.append("case" if same else "spelling")
    return replace(best.mirna, by=", ".join(how), also=tuple(dict.fromkeys(others)))


def _source(named: _Named, symbol: bool) -> str:
    if symbol:
        return "symbol of the hairpin"
    return "v22 name" if named.last == LAST else f"name of release {RELEASES[named.last]}"


@lru_cache(maxsize=4)
def read_mirnas(path: str | Path, organism: str) -> Mirnas:
    """Read the miRNAs of an organism; a second call gives the same object.

    Parameters
    ----------
    path
        `resources/identifiers/mirnas.tsv.xz`.
    organism
        human, mouse or rat.

    Raises
    ------
    EvcargoError
        If the organism is unknown or the file is no such table.
    """
    if organism not in SPECIES:
        raise EvcargoError(f"organism: {organism!r} is not one of {', '.join(SPECIES)}")
    table = PackedTables(path).table(0, COLUMNS)
    rows = zip(*(table[name] for name in COLUMNS), strict=True)
    return Mirnas(organism, (row for row in rows if row[0] == organism))
