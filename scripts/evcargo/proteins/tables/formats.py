"""What a table format is: how its header is recognised, and where it keeps what we need.

The formats themselves are in `evcargo.proteins.tables.engines`, one declaration each.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from evcargo.errors import EvcargoError
from evcargo.proteins.tables.table import Table
from evcargo.study.notes import listed

AUTO = ("auto", "table", "")
MARKED = ("+", "true", "yes", "1")


@dataclass(frozen=True)
class Filter:
    """One documented step: rows that it leaves out are no evidence for a protein.

    Parameters
    ----------
    column
        Column that it looks at, in any case of letters; a table without it has no such step.
    source
        Documentation or paper that it comes from.
    at_most
        Rows above it, or without a number, are left out.
    words
        Rows whose cell is one of them (in any case of letters) are left out.
    only
        Only rows whose cell is one of them stay.
    if_positive, unless_positive
        The step holds only if that column has (does not have) a value above zero anywhere.
    unless_there
        The step holds only if the table lacks that column.
    """

    column: str
    source: str
    at_most: float | None = None
    words: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    if_positive: str = ""
    unless_positive: str = ""
    unless_there: str = ""

    @property
    def rule(self) -> str:
        """What stays, in words."""
        if self.at_most is not None:
            return f"{self.column} <= {self.at_most:g}"
        if self.only:
            return f"{self.column} is {' or '.join(self.only)}"
        return f"{self.column} is not {' or '.join(self.words)}"


@dataclass(frozen=True)
class Format:
    """One table format; each list of columns is tried in order, in any case of letters.

    Parameters
    ----------
    family
        What the run sheet calls it in the column `format`.
    title
        Its name for people.
    level
        What a row measures: a ``protein`` group, an ``ion`` (peptide, precursor or fragment, rolled
        up to proteins) or a ``psm`` (an identification, counted).
    group
        Identifiers of the protein group, or of the proteins that hold the ion.
    quantities
        The best first. Long tables: columns. Wide tables: names of columns with ``{run}``.
    single
        Quantities of a table of one run, which does not name it; the best first.
    other
        Columns that are no quantities of a run and are not used.
    needs
        Of each of these tuples one column must be there.
    lacks
        None of these columns may be there.
    annotated
        Whether it is told by Perseus' annotation lines.
    run
        Columns that hold the run of a row: a long table. Empty: one column per run, a wide table.
    members
        Further identifiers of the group.
    gene, name, header, organism, entry
        Gene symbols, protein names, FASTA headers, species (with ``OX=``), entry names of UniProt
        (``ALBU_BOVIN``), which tell the species too.
    peptides, unique_peptides, q_value
        Figures of a group.
    peptide, ion, unique
        Of an ion: its sequence, what tells it from others, and whether only one group holds it.
    holders
        Columns that together list all proteins of a peptide; one of each tuple must be there, else
        the origin of its peptides is not known. `parsimony` formats list them in `group`.
    psm
        What tells a PSM from others of its run, where a PSM has one row per protein.
    counts, ibaq
        Spectral counts and iBAQ, written as the quantities are.
    contaminant
        Columns in which a ``+`` or ``True`` marks a contaminant.
    filters
        The documented filter.
    parsimony
        Whether `group` lists all proteins of a peptide, so that the groups are still to be found.
    scale
        ``log2`` and ``linear`` quantities, or those that are ``detected`` by their size.
    repeated
        How rows of one run and one ion (or group) are joined: ``sum``, ``max`` or, on the log2
        scale, ``mean``.
    engine_filter
        What the engine itself filtered by before it wrote the table.
    relative
        Why its quantities cannot be compared between proteins, if they cannot.
    """

    family: str
    title: str
    level: Literal["protein", "ion", "psm"]
    group: tuple[str, ...]
    quantities: tuple[str, ...]
    single: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    lacks: tuple[str, ...] = ()
    annotated: bool = False
    run: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    gene: tuple[str, ...] = (
        *("gene names", "genes", "gene", "proteingene", "gene name", "gene symbol"),
        *("gene symbols", "symbol", "hgnc symbol", "symbols"),
    )
    name: tuple[str, ...] = (
        *("protein names", "proteindescription", "description", "protein name"),
        *("protein description", "first.protein.description", "name"),
    )
    header: tuple[str, ...] = ("fasta headers",)
    organism: tuple[str, ...] = ("organism", "taxid")
    entry: tuple[str, ...] = ("protein.names", "entry name", "pg.proteinnames")
    peptides: tuple[str, ...] = ("peptides",)
    unique_peptides: tuple[str, ...] = ("unique peptides",)
    q_value: tuple[str, ...] = ("q-value",)
    peptide: tuple[str, ...] = ()
    ion: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    holders: tuple[tuple[str, ...], ...] = ()
    psm: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    ibaq: tuple[str, ...] = ()
    contaminant: tuple[str, ...] = ("potential contaminant", "contaminant")
    filters: tuple[Filter, ...] = ()
    parsimony: bool = False
    scale: Literal["log2", "linear", "detected"] = "detected"
    repeated: Literal["sum", "max", "mean"] = "sum"
    engine_filter: tuple[str, str] = ("", "")
    relative: str = ""

    @property
    def is_long(self) -> bool:
        """Whether the run is in a column of its own."""
        return bool(self.run)

    @property
    def describing(self) -> tuple[str, ...]:
        """All columns that are not quantities of a run."""
        known = (self.group, self.members, self.gene, self.name, self.header, self.organism)
        more = (
            self.entry,
            self.peptides,
            self.unique_peptides,
            self.q_value,
            self.peptide,
            self.ion,
            self.single,
            self.other,
        )
        return tuple(name for names in (*known, *more, self.contaminant) for name in names)


def by_run(columns: Sequence[str], patterns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Columns of a wide table: pattern -> what the table calls the run -> column.

    A column is that of the longest pattern it fits, so that ``a MaxLFQ Intensity`` is no run
    ``a MaxLFQ`` with an ``Intensity``.
    """
    ordered = sorted(patterns, key=len, reverse=True)
    exact = [(pattern, _shape(re.escape, pattern)) for pattern in ordered if pattern != RUN]
    loose = [(pattern, _shape(_loosely, pattern)) for pattern in ordered if pattern != RUN]
    bare = [(RUN, re.compile("(.+)"))] if RUN in patterns else []
    found: dict[str, dict[str, str]] = {pattern: {} for pattern in patterns}
    for column in columns:
        for pattern, shape in (*exact, *loose, *bare):
            if match := shape.fullmatch(column):
                found[pattern].setdefault(match[1], column)
                break
    return found


RUN = "{run}"


def _shape(written: Callable[[str], str], pattern: str) -> re.Pattern[str]:
    """Regular expression of the columns of a name pattern."""
    before, _, after = pattern.partition(RUN)
    return re.compile(f"{written(before)}(.+){written(after)}", re.IGNORECASE)


def _loosely(words: str) -> str:
    """Words with any signs between them: R writes ``LFQ.intensity.A``, janitor lfq_intensity_a."""
    return r"[\W_]+".join(map(re.escape, re.split(r"[\W_]+", words)))


def recognise(table: Table, wanted: str, formats: Sequence[Format]) -> Format:
    """Format of a table: by its header, within the family that the run sheet names, if it does.

    Raises
    ------
    EvcargoError
        If no format fits.
    """
    known = [one for one in formats if wanted in AUTO or one.family == wanted]
    found = next((one for one in known if _fits(table, one)), None)
    if found is None:
        titles = listed((one.title for one in known), 6)
        needed = known[-1].needs[0] if wanted not in AUTO and known[-1].needs else ()
        why = f" (such as column {needed[0]!r})" if needed else ""
        raise EvcargoError(
            f"{table.path}: has not the columns of {titles}{why}. Set format to auto or matrix in"
            f" the run sheet; its columns are {listed(table.columns, 8)}"
        )
    return found


def _fits(table: Table, one: Format) -> bool:
    if one.annotated and not table.annotated:
        return False
    if any(table.column(names) is None for names in one.needs) or table.column(one.lacks):
        return False
    if one.is_long:
        some = table.column(one.quantities or one.group)
        return table.column(one.run) is not None and some is not None
    return any(by_run(table.columns, one.quantities).values())
