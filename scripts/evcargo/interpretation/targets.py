"""Tables of the targets of miRNAs: miRTarBase, TargetScan, or plain columns mirna and gene.

miRNAs are named as in miRBase, without species and in lower case. A family of TargetScan, such as
``miR-15-5p/16-5p`` or ``miR-200bc-3p/429``, stands for those of its members that are known:
``miR-15-5p`` for miR-15a-5p and miR-15b-5p, ``miR-200bc-3p`` for miR-200b-3p and miR-200c-3p.
TargetScan tells seeds of one miRNA apart, ``hsa-miR-124-3p.1``; counts of it do not.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.files.text_tables import read_text_table
from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.panels import HOST_TAXON, SPECIES
from evcargo.study.notes import Notes, listed

LATIN = {"human": "homo sapiens", "mouse": "mus musculus", "rat": "rattus norvegicus"}
NAME = re.compile(r"(mir|let)-(\d+)([a-z]*)((?:-\d+)?(?:-[35]p)?)")
PREFIX = re.compile(r"^([A-Za-z]{3,4}-)(?=mir|let)", re.IGNORECASE)  # of a species: hsa-
SEED = re.compile(r"\.\d+(?=/|$)")  # of TargetScan: miR-133a-3p.1


@dataclass(frozen=True)
class Format:
    """Columns of a kind of table, in lower case; empty where it has none."""

    name: str
    mirna: str
    gene: str
    species: tuple[str, ...] = ()
    support: str = ""
    families: bool = False


FORMATS = (
    Format(
        "miRTarBase",
        "mirna",
        "target gene",
        ("species (mirna)", "species (target gene)"),
        "support type",
    ),
    Format("TargetScan", "mirna", "gene symbol", ("gene tax id",), "weighted context++ score"),
    Format("TargetScan families", "mir family", "gene symbol", ("species id",), "pct", True),
    Format(
        "TargetScan summary",
        "representative mirna",
        "gene symbol",
        ("species id",),
        "total context++ score",
    ),
    Format("plain", "mirna", "gene", (), "support"),
)


def read_targets(path: str | Path, organism: str, notes: Notes) -> pd.DataFrame | None:
    """Read a table of targets.

    Parameters
    ----------
    path
        Text of any separator and encoding (`evcargo.files.text_tables`), perhaps compressed.
    organism
        Rows of other organisms are left out, and rows that miRTarBase calls non-functional.
    notes
        Takes the problems.

    Returns
    -------
    pandas.DataFrame or None
        `mirna` (without species and seed, lower case; that of a family where `family`), `gene`
        (upper case), `support` and `family`, each pair once; None with problems.
    """
    try:
        header = read_text_table(path)
        rows = [row for _, row in header.rows()]
    except EvcargoError as error:
        notes.add_error(error, str(path))
        return None
    table = pd.DataFrame(rows, columns=[name.lower() for name in header.columns], dtype=str)
    table = table.loc[:, ~table.columns.duplicated()]
    kind = next((k for k in FORMATS if {k.mirna, k.gene} <= set(table.columns)), None)
    if kind is None:
        notes.add(
            "has the header of no table of targets",
            "Give a table of miRTarBase or TargetScan, or one with the columns mirna and gene;"
            f" it has {listed(table.columns)}",
            row=header.header_line,
        )
        return None
    own = _of_organism(table, kind, organism)
    if len(table) and not own.any():
        column, told = _organisms(table, kind, organism)
        remedy = f"Give the table of {organism}; it has {listed(told)}"
        notes.add(f"has no target of {organism}", remedy, column=column)
        return None
    return _pairs(table[own], kind, notes)


def _of_organism(table: pd.DataFrame, kind: Format, organism: str) -> pd.Series:
    own = pd.Series(True, table.index)
    for column in kind.species:
        if column in table:
            own &= _named(table[column], organism)
    others = tuple(f"{prefix}-" for name, prefix in SPECIES.items() if name != organism)
    return own & ~table[kind.mirna].str.strip().str.lower().str.startswith(others)


def _organisms(table: pd.DataFrame, kind: Format, organism: str) -> tuple[str, list[str]]:
    """Name the column that tells a table is of another organism, and its commonest organisms.

    Where no column of species does, the names of the miRNAs do, by what they start with.
    """
    for column in kind.species:
        if column in table and not _named(table[column], organism).any():
            return column, table[column].str.strip().value_counts().index[:3].tolist()
    prefixes = table[kind.mirna].str.strip().str.extract(PREFIX, expand=False)
    return kind.mirna, prefixes.value_counts().index[:3].tolist()


def _named(species: pd.Series, organism: str) -> pd.Series:
    words = {LATIN[organism], SPECIES[organism], HOST_TAXON[organism], organism}
    return species.str.strip().str.lower().isin(words)


def _pairs(table: pd.DataFrame, kind: Format, notes: Notes) -> pd.DataFrame | None:
    support = table[kind.support].str.strip() if kind.support in table else ""
    pairs = pd.DataFrame(
        {
            "mirna": [SEED.sub("", plain_mirna(name)) for name in table[kind.mirna]],
            "gene": table[kind.gene].str.strip().str.upper(),
            "support": support,
            "family": kind.families,
        }
    )
    pairs = pairs[(pairs["mirna"] != "") & (pairs["gene"] != "")]
    pairs = pairs[~pairs["support"].str.lower().str.startswith("non-functional")]
    if pairs.empty:
        notes.add("names no pair of a miRNA and a target", "Give a table with rows")
        return None
    return pairs.drop_duplicates(["mirna", "gene"], ignore_index=True)


def resolve(names: Iterable[str], known: Collection[str], families: bool) -> dict[str, list[str]]:
    """Find the known miRNAs that names of a table stand for.

    Parameters
    ----------
    names
        Of `read_targets`.
    known
        Plain names, e.g. of the miRNAs of the study.
    families
        Whether the names are those of families.

    Returns
    -------
    dict
        Name -> known names, sorted; empty for unknown ones.
    """
    vocabulary = set(known)
    if not families:
        return {name: [name] if name in vocabulary else [] for name in names}
    by_stem: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for name in vocabulary:
        if found := NAME.fullmatch(name):
            by_stem.setdefault((found[1], found[2], found[4]), []).append((found[3], name))
    return {name: _members(name, vocabulary, by_stem) for name in names}


def _members(
    family: str,
    vocabulary: Collection[str],
    by_stem: dict[tuple[str, str, str], list[tuple[str, str]]],
) -> list[str]:
    members: set[str] = set()
    for piece in family.split("/"):
        bare = piece.strip()
        name = f"mir-{bare}" if bare[:1].isdigit() else bare
        if name in vocabulary:
            members.add(name)
            continue
        found = NAME.fullmatch(name)
        if found is None:
            continue
        for letters, known in by_stem.get((found[1], found[2], found[4]), []):
            if not found[3] or letters in list(found[3]):
                members.add(known)
    return sorted(members)
