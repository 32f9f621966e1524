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
#: Releases of miRBase in their order; there were none of 7.0 and 8.3 to 8.9.
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

    def resolve(self, text: str, context: str = "", release: int = LAST) -> Mirna | None:
        """Find the miRNA that a text stands for; None if it is none of the organism, or several.

        Parameters
        ----------
        text
            Name or accession, also inside of the layouts of exSEEK, exceRpt, miRge and TCGA.
        context
            mature or hairpin: which of the two a name is that both have (hsa-let-7b; hsa-mir-451a
            in a table without capitals). Without it, such a name is that of a hairpin unless it is
            written with miR.
        release
            Index in `RELEASES` of the release whose names the table has: it decides what a name
            means that several miRNAs had at different times.
        """
        mirnas = self.resolve_all(text, context, release)
        return mirnas[0] if len(mirnas) == 1 else None

    def resolve_all(self, text: str, context: str = "", release: int = LAST) -> list[Mirna]:
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

    def _of(self, spelling: Spelling, text: str, context: str, release: int) -> Mirna | None:
        if spelling.species not in ("", self.species):
            return None
        mature = self._names[MATURE].get(spelling.key, [])
        hairpin = self._names[HAIRPIN].get(spelling.key, []) or self._of_symbol(spelling)
        if mature and hairpin:
            is_mature = spelling.stem == "miR" or (
                context == MATURE and not (spelling.symbol and spelling.stem.isupper())
            )
            named = mature if is_mature else hairpin
        else:
            named = mature or hairpin
        return _chosen(named, spelling, text, release) if named else None

    def _of_symbol(self, spelling: Spelling) -> list[_Named]:
        """Find a hairpin by the symbol of its gene: MIR199A1, Mirlet7a-1."""
        if not spelling.symbol:
            return []
        named = self._symbols.get(spelling.key.replace("-", ""), [])
        return named if len({entry.mirna.accession for entry in named}) == 1 else []


def _chosen(named: Sequence[_Named], spelling: Spelling, text: str, release: int) -> Mirna:
    """Take the entry that had the name in a release, or else the last that had it before."""
    then = [entry for entry in named if entry.first <= release <= entry.last]
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
