"""The marker panels: those that are shipped, and those that a study brings along."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.study.notes import Notes
from evcargo.study.sheets import read_sheet

HOST_TAXON = MappingProxyType({"human": "9606", "mouse": "10090", "rat": "10116"})
HUMAN = HOST_TAXON["human"]
SPECIES = MappingProxyType({"human": "hsa", "mouse": "mmu", "rat": "rno"})
SKIN_PANEL = "keratin"
"""Skin of the human who handled the sample: looked for in human form whatever the organism."""

ROLES = MappingProxyType(
    {
        "ev": "counts for EVs",
        "ev_promiscuous": "of EVs and of other particles, counts for no rule",
        "contaminant": "counts against the preparation; hits among them are flagged",
        "nonvesicular": "outside of EVs, may be cargo",
        "intracellular": "of the inside of cells, may be cargo",
        "secreted": "secreted, may be cargo",
        "biogenesis": "profile of the routes of biogenesis",
        "subtype": "profile of the kinds of particles",
        "readout": "shown, judges nothing",
        "cargo": "set for enrichment",
        "signature": "miRNAs that are scored together",
        "recall": "what EVs were found to hold, never used for purity",
    }
)
STUDY_ROLES = ("readout", "signature", "contaminant", "ev", "subtype", "cargo")
"""Roles that a panel of a study can have; the first one is the default."""

COLUMNS = (
    *("panel", "category", "role", "gene", "accession", "aliases", "mouse", "rat", "taxon"),
    *("description", "source", "note"),
)
STUDY_COLUMNS = ("panel", "gene", "accession", "role", "category", "reference", "note")
KEYED = (
    *("panel", "category", "role", "gene", "symbols", "accessions", "taxon"),
    *("description", "source", "note", "origin"),
)
SHIPPED, OF_STUDY = "evcargo", "study"
MIRNA = re.compile(r"([a-z]{3}-)?(?:mir|let)-", re.IGNORECASE)


def read_panels(path: str | Path | Sequence[str | Path], organism: str = "human") -> pd.DataFrame:
    """Read the marker panels in the symbols of one organism.

    Parameters
    ----------
    path
        `resources/markers/panels.tsv`, or that and further files with panels of the study
        (`STUDY_COLUMNS`, whose symbols are those of the organism).
    organism
        human, mouse or rat.

    Returns
    -------
    pandas.DataFrame
        One row per panel, marker and taxon: `panel`, `category`, `role`, `gene` (symbol, or name of
        the miRNA, in the organism), `symbols` and `accessions` (tuples, upper case) by which it is
        found, `taxon` (NCBI id), `description`, `source`, `note`, `origin` (evcargo or study).
        Markers without an ortholog are left out.

    Raises
    ------
    EvcargoError
        If the organism is unknown or a table has other columns.
    """
    shipped, *own = [path] if isinstance(path, (str, Path)) else list(path)
    if organism not in HOST_TAXON:
        raise EvcargoError(f"organism: {organism!r} is not one of {', '.join(HOST_TAXON)}")
    table = pd.read_csv(shipped, sep="\t", dtype=str, keep_default_na=False)
    if tuple(table.columns) != COLUMNS:
        raise EvcargoError(
            f"{shipped}: a table of marker panels has the columns {' '.join(COLUMNS)}"
        )
    parts = [
        *_in_organism(table.assign(origin=SHIPPED), organism),
        *(_study_panels(one, organism) for one in own),
    ]
    return pd.concat(parts, ignore_index=True)


def _in_organism(table: pd.DataFrame, organism: str) -> list[pd.DataFrame]:
    if organism == "human":
        return [_keyed(table, table["gene"])]
    human = table["taxon"] == HUMAN
    host = table[human & (table[organism] != "")]
    skin = table[human & (table["panel"] == SKIN_PANEL)]
    return [
        _keyed(host.assign(accession="", taxon=HOST_TAXON[organism]), host[organism]),
        _keyed(skin, skin["gene"]),
        _keyed(table[~human], table.loc[~human, "gene"]),
    ]


def _study_panels(path: str | Path, organism: str) -> pd.DataFrame:
    """Panels of a study, checked before by `evcargo.study.panels.check_panels`."""
    notes = Notes(str(path))
    sheet = read_sheet(str(path), STUDY_COLUMNS, notes)
    if sheet is None or notes.problems:
        raise EvcargoError(str(notes.problems[0]))
    rows = [dict.fromkeys(STUDY_COLUMNS, "") | row.cells for row in sheet.rows]
    table = pd.DataFrame(rows, columns=list(STUDY_COLUMNS)).assign(
        aliases="",
        taxon=HOST_TAXON[organism],
        description=f"panel of the study ({Path(path).name})",
        origin=OF_STUDY,
    )
    table["role"] = table["role"].replace("", STUDY_ROLES[0])
    table = table.rename(columns={"reference": "source"})
    return _keyed(table, table["gene"].map(lambda gene: with_species(gene, organism)))


def with_species(gene: str, organism: str) -> str:
    """Name of a miRNA with the prefix of the organism; other names as they are."""
    found = MIRNA.match(gene)
    return f"{SPECIES[organism]}-{gene}" if found and not found[1] else gene


def is_mirna(gene: str) -> bool:
    """Whether a name is that of a miRNA, with or without its species."""
    return MIRNA.match(gene) is not None


def _keyed(table: pd.DataFrame, genes: pd.Series) -> pd.DataFrame:
    names = genes + ";" + table["aliases"]
    return table.assign(
        gene=genes.str.split(";").str[0],
        symbols=names.map(lambda cell: tuple(split(cell))),
        accessions=table["accession"].map(lambda cell: tuple(split(cell))),
    )[list(KEYED)]


def split(cell: str) -> list[str]:
    """Members of a `;`-separated cell in upper case, without empty ones and repeats."""
    members: Iterable[str] = (member.strip().upper() for member in str(cell).split(";"))
    return list(dict.fromkeys(member for member in members if member))
