"""The gene sets of a study, and which tested genes are in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from evcargo.errors import EvcargoError
from evcargo.interpretation.gmt import GeneSet, read_gmt
from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.markers import match
from evcargo.purity.panels import HOST_TAXON, OF_STUDY, is_mirna
from evcargo.study.notes import Notes

SHIPPED_PANELS, STUDY_PANELS = "evcargo panels", "panels of the study"


@dataclass(frozen=True)
class Membership:
    """Which of the tested genes are in which set.

    Parameters
    ----------
    sets
        One row per set: `collection`, `set`, `description`, `named` (genes that it names).
    members
        Sets x genes, 1 where the gene is in the set.
    """

    sets: pd.DataFrame
    members: csr_array

    @property
    def sizes(self) -> np.ndarray:
        """Tested genes of each set."""
        return np.diff(self.members.indptr)


def panel_sets(
    panels: pd.DataFrame, var: pd.DataFrame, names: pd.Series, assay: str, organism: str
) -> list[GeneSet]:
    """Write the marker panels as gene sets.

    Parameters
    ----------
    panels
        Of `evcargo.purity.markers.read_panels`; markers of another organism are left out.
    var
        `var` of the matrix of the assay.
    names
        Of `evcargo.interpretation.genes.gene_names`; markers that lead a protein group, found also
        by accession or alias, get the name that the study has for them.
    assay, organism
        As in `gene_names`.
    """
    host = panels[(panels["taxon"] == HOST_TAXON[organism]) & (panels["gene"] != "")]
    mirna = host["gene"].map(is_mirna)
    if assay == "rna":
        host = host[mirna]
        genes = host["gene"].map(plain_mirna)
    else:
        host = host[~mirna]
        genes = host["gene"].str.upper()
        if assay == "proteins":
            found = match(var, host)
            found = found[found["leading"] & found["feature"].isin(names.index)]
            of_row = found.drop_duplicates("row").set_index("row")["feature"].map(names)
            genes = of_row.reindex(host.index).fillna(genes)
        else:
            genes = _by_symbol(host, genes, set(names))
    return [
        GeneSet(
            STUDY_PANELS if rows["origin"].iloc[0] == OF_STUDY else SHIPPED_PANELS,
            str(panel),
            "; ".join(dict.fromkeys(text for text in rows["description"] if text)),
            tuple(dict.fromkeys(genes[rows.index])),
        )
        for panel, rows in host.groupby("panel", sort=True)
    ]


def _by_symbol(host: pd.DataFrame, genes: pd.Series, known: set[str]) -> pd.Series:
    """First symbol or alias of each marker that the study has, else its symbol."""
    found = [
        next((one for one in (gene, *symbols) if one in known), gene)
        for gene, symbols in zip(genes, host["symbols"], strict=True)
    ]
    return pd.Series(found, genes.index)


def user_sets(paths: Sequence[str | Path], assay: str) -> list[GeneSet]:
    """Read the GMT files of the config, in the gene names of an assay.

    Raises
    ------
    EvcargoError
        At the first problem; `snakemake -n` has told them all.
    """
    sets = []
    for path in paths:
        notes = Notes(str(path))
        read = read_gmt(path, notes)
        if notes.problems:
            raise EvcargoError(str(notes.problems[0]))
        sets += [
            GeneSet(one.collection, one.name, one.description, named)
            for one in read
            if (named := _named(one.genes, assay))
        ]
    return sets


def _named(genes: tuple[str, ...], assay: str) -> tuple[str, ...]:
    if assay == "rna":
        return tuple(dict.fromkeys(plain_mirna(gene) for gene in genes if is_mirna(gene)))
    return tuple(dict.fromkeys(gene.upper() for gene in genes if not is_mirna(gene)))


def membership(sets: Sequence[GeneSet], genes: pd.Index) -> Membership:
    """Look up which of the genes are in which set."""
    place = {gene: number for number, gene in enumerate(genes)}
    found: list[int] = []
    ends = [0]
    for one in sets:
        found += sorted(place[gene] for gene in one.genes if gene in place)
        ends.append(len(found))
    table = pd.DataFrame(
        [(one.collection, one.name, one.description, len(one.genes)) for one in sets],
        columns=["collection", "set", "description", "named"],
    )
    shape = (len(sets), len(genes))
    return Membership(table, csr_array((np.ones(len(found)), found, ends), shape=shape))
