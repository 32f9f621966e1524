"""Which RNA each row of a table is: its stable id, its gene and its class."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from evcargo.counts.classes import MIRNA, PRECURSOR, SPIKE_IN, TRANSCRIPT, known_class
from evcargo.errors import EvcargoError
from evcargo.files.numbers import MISSING
from evcargo.identifiers.describe import IdentifierSummary, describe_identifiers, describe_mirnas
from evcargo.identifiers.genes import Gene, Genes
from evcargo.identifiers.mirnas import MATURE, RELEASES, Mirna, Mirnas
from evcargo.identifiers.rna_classes import OTHER, class_of_name
from evcargo.identifiers.spelling import UNKNOWN

SMALL = "rna"
MIRNA_SPECIES = {"human": "hsa", "mouse": "mmu", "rat": "rno"}
ENSEMBL_SPECIES = {"human": "ENS", "mouse": "ENSMUS", "rat": "ENSRNO"}
_MIRNA_PREFIX = re.compile(r"\W*(hsa|mmu|rno)-(?=mi|let|MIR|LET)")
_ENSEMBL = re.compile(
    r"(?:gene:|transcript:)?(ENS[A-Z]{0,3}?)([GT])(\d{11})(\.\d+)?(_PAR_Y)?(?![A-Za-z0-9])"
)
MIN_OTHER_CASE = 20
"""Symbols with the capitals of another organism that are no accident."""
MIN_OTHER = 0.5
REMEMBERED = 4
"""Lists of names whose features are remembered: many samples have tables with the same."""
COLUMNS = ("feature", "name", "gene", "class", "known")


@dataclass(frozen=True)
class Features:
    """The features of a table.

    Parameters
    ----------
    table
        One row for each row of the table: ``feature`` (stable id), ``name`` (as in the table),
        ``gene`` (approved symbol or empty), ``class``, ``known`` (whether it is a known RNA).
    kind
        What the identifiers are, for people.
    notes
        What the reader should know.
    """

    table: pd.DataFrame
    kind: str
    notes: tuple[str, ...] = ()


class Identifier:
    """Knows the RNAs of an organism; what it found for the names of a table serves the next too.

    Parameters
    ----------
    assay
        rna or transcripts.
    organism
        human, mouse or rat.
    genes, mirnas
        Those of the organism.
    """

    def __init__(self, assay: str, organism: str, genes: Genes, mirnas: Mirnas) -> None:
        self.assay, self.organism = assay, organism
        self._genes, self._mirnas = genes, mirnas
        self._known: list[tuple[tuple[Sequence[str], ...], Features]] = []

    def known_share(self, names: Sequence[str]) -> float:
        """Share of different names that are RNAs of the organism."""
        unique = list(dict.fromkeys(name for name in names if name))
        if not unique:
            return 0.0
        return sum(self._is_known(name) for name in unique) / len(unique)

    def is_known(self, name: str) -> bool:
        """Whether a name is that of an RNA of the organism, and not that of a class of RNAs."""
        return not known_class(name) and self._is_known(name)

    def identify(
        self, path: str, names: Sequence[str], symbols: Sequence[str], classes: Sequence[str]
    ) -> Features:
        """Identify the rows of a table.

        Parameters
        ----------
        path
            The table, for messages.
        names
            Names of the rows.
        symbols, classes
            Symbols and RNA classes that the table has for them; empty where it has none.

        Raises
        ------
        EvcargoError
            If most names are those of another organism.
        """
        cells = (names, symbols, classes)
        for known, features in self._known:
            if known == cells:
                return features
        self._refuse_other_organism(path, names)
        small = self.assay == SMALL
        features = self._small(*cells) if small else self._long(path, *cells)
        self._known = [(cells, features), *self._known[: REMEMBERED - 1]]
        return features

    def _is_known(self, name: str) -> bool:
        if self.assay == SMALL:
            return (
                bool(self._mirnas.resolve(name) or self._mirnas.resolve_all(name))
                or class_of_name(name) != OTHER
                or self._genes.resolve(name) is not None
            )
        return self._genes.resolve(name) is not None

    def _small(
        self, names: Sequence[str], symbols: Sequence[str], classes: Sequence[str]
    ) -> Features:
        summary = describe_mirnas(names, self._mirnas)
        release = RELEASES.index(summary.release)
        stated = any(known_class(word) for word in set(classes))
        rows, kinds = [], Counter[str]()
        for at, name in enumerate(names):
            mirna = summary.mirnas[at]
            several = () if mirna else self._mirnas.resolve_all(name, summary.context, release)
            if mirna is not None:
                row, kind = (mirna.name, name, "", _class_of(mirna), True), summary.kind
            elif several:
                row, kind = (name, name, "", _class_of(several[0]), True), summary.kind
            else:
                symbol, word = symbols[at] if symbols else "", classes[at] if stated else ""
                row, kind = self._other_small(name, symbol, word)
            rows.append(row)
            kinds[kind] += 1
        kinds.pop("", None)
        kind = kinds.most_common(1)[0][0] if kinds else UNKNOWN
        return Features(pd.DataFrame(rows, columns=list(COLUMNS)), kind)

    def _other_small(self, name: str, symbol: str, stated: str) -> tuple[tuple, str]:
        """Identify a small RNA that is no miRNA of miRBase, by its class, its gene and its name."""
        gene = self._genes.resolve(_filled(symbol) or name) or self._genes.resolve(name)
        of_gene = _class_of_gene(gene, symbol)
        of_column = known_class(stated) or _filled(stated)
        if of_column == MIRNA and of_gene == PRECURSOR:
            of_column = PRECURSOR  # the biotype miRNA of a gene is that of its hairpin
        by_name = class_of_name(name)
        kind = of_column or (by_name if by_name != OTHER else of_gene) or OTHER
        known = kind != OTHER or gene is not None
        words = f"name of {kind}" if kind != OTHER else ("gene" if known else "")
        return (name, name, gene.symbol if gene else "", kind, known), words

    def _long(
        self, path: str, names: Sequence[str], symbols: Sequence[str], classes: Sequence[str]
    ) -> Features:
        summary = describe_identifiers(names, self._genes)
        self._refuse_other_case(path, summary)
        ids = _stable_ids(names)
        rows = [
            self._long_row(
                ids[at],
                name,
                gene,
                symbols[at] if symbols else "",
                classes[at] if classes else "",
            )
            for at, (name, gene) in enumerate(zip(names, summary.genes, strict=True))
        ]
        notes = tuple(
            f"{cell!r} is a date that a spreadsheet made of a gene"
            + (f" ({' or '.join(symbols_of)})" if symbols_of else "")
            for cell, symbols_of in list(summary.damaged.items())[:3]
        )
        return Features(pd.DataFrame(rows, columns=list(COLUMNS)), summary.kind, notes)

    def _long_row(
        self, feature: str, name: str, gene: Gene | None, symbol: str, biotype: str
    ) -> tuple[str, str, str, str, bool]:
        named = _filled(symbol) if symbol.casefold() != name.casefold() else ""
        by_symbol = self._genes.resolve(named) if named else None
        known = by_symbol or gene
        approved = known.symbol if known else named
        if not approved and not _ENSEMBL.match(name) and not name.isdecimal():
            approved = name
        added = name.startswith("ERCC-") and class_of_name(name) == SPIKE_IN
        kind = SPIKE_IN if added else _filled(biotype) or TRANSCRIPT
        return feature, name, approved, kind, added or known is not None

    def _refuse_other_organism(self, path: str, names: Sequence[str]) -> None:
        """Refuse a table most of whose names say that they are of another organism."""
        prefixes = Counter(match[1] for name in names if (match := _MIRNA_PREFIX.match(name)))
        _refuse(path, self.organism, prefixes, MIRNA_SPECIES, "{}-".format)
        letters = Counter(match[1] for name in names if (match := _ENSEMBL.match(name)))
        _refuse(path, self.organism, letters, ENSEMBL_SPECIES, "{}G".format)

    def _refuse_other_case(self, path: str, summary: IdentifierSummary) -> None:
        """Refuse a table whose symbols are those of another organism by their capitals."""
        few = summary.other_case < MIN_OTHER_CASE
        if few or summary.other_case <= MIN_OTHER * summary.n_recognised:
            return
        other = "human" if self.organism != "human" else "mouse or rat"
        raise EvcargoError(
            f"{path}: is of another organism than {self.organism}: {summary.other_case:,} of"
            f" {summary.n_recognised:,} symbols are written as those of {other} are. Correct"
            f" organism in the config, or write the symbols as those of {self.organism}"
        )


def _filled(cell: str) -> str:
    """Give a cell that holds a word; empty for what stands for a missing value."""
    return "" if cell.casefold() in MISSING else cell


def _class_of(mirna: Mirna) -> str:
    return MIRNA if mirna.kind == MATURE else PRECURSOR


def _class_of_gene(gene: Gene | None, symbol: str) -> str:
    """Class of a small RNA by its gene; empty where that is no gene of a small RNA."""
    if gene is None:
        return ""
    by_symbol = class_of_name(gene.symbol or symbol)
    if by_symbol != OTHER:
        return PRECURSOR if by_symbol == MIRNA else by_symbol
    return known_class(gene.biotype)


def _stable_ids(names: Sequence[str]) -> list[str]:
    """Ids without the version of Ensembl and without what is joined to them, if they stay apart."""
    matches = [_ENSEMBL.match(name) for name in names]
    ids = [
        f"{match[1]}{match[2]}{match[3]}{match[5] or ''}" if match else name
        for match, name in zip(matches, names, strict=True)
    ]
    return ids if len(set(ids)) == len(set(names)) else list(names)


def _refuse(
    path: str,
    organism: str,
    counts: Counter[str],
    species: dict[str, str],
    written: Callable[[str], str],
) -> None:
    total, right = counts.total(), counts[species[organism]]
    if not total or total - right <= MIN_OTHER * total:
        return
    prefix, count = next(item for item in counts.most_common() if item[0] != species[organism])
    other = next((name for name, letters in species.items() if letters == prefix), "")
    known = f"{other} ({written(prefix)})" if other else f"another ({written(prefix)})"
    remedy = f"Set organism to {other} in the config" if other else "Check organism in the config"
    raise EvcargoError(
        f"{path}: is of another organism than {organism}: {count:,} of {total:,} names are {known}."
        f" {remedy}, or give a table of {organism}"
    )
