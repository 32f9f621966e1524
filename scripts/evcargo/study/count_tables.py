"""Count tables that a study names, read in the dry run as the import will read them."""

from collections.abc import Callable, Collection

import pandas as pd

from evcargo.counts.columns import LONG
from evcargo.counts.examine import Problems, examine_count_tables
from evcargo.files.summary import InputSummary
from evcargo.identifiers.genes import read_genes
from evcargo.identifiers.mirnas import read_mirnas
from evcargo.purity.panels import read_panels

PANELS, GENES, MIRNAS = (
    "markers/panels.tsv",
    "identifiers/{}_genes.tsv.xz",
    "identifiers/mirnas.tsv.xz",
)
DECISIVE = {
    "rna": ("haemolysis_pair", "haemolysis_mirna", "red_cell_mirna"),
    LONG: ("haemolysis", "platelet"),
}
"""Panels that decide criteria of an assay."""


def read_count_tables(
    runs: pd.DataFrame,
    assay: str,
    organism: str,
    resource: Callable[[str], str],
    large: Collection[str] = (),
) -> tuple[list[InputSummary], Problems]:
    """Read the count tables of an assay, and tell what they hold and what is wrong with them.

    Parameters
    ----------
    runs
        Rows of the contract ``runs`` of the assay that come as tables.
    assay, organism
        rna or transcripts; human, mouse or rat.
    resource
        Gives the path of a shipped file.
    large
        Tables of which only the first rows are read.

    Returns
    -------
    summaries : list of InputSummary
        One for each table that can be used.
    problems : dict
        Run -> message, remedy and column of the run sheet.
    """
    return examine_count_tables(
        runs,
        assay,
        organism,
        read_genes(resource(GENES.format(organism)), organism),
        read_mirnas(resource(MIRNAS), organism),
        large,
        decisive_markers(assay, organism, resource),
    )


def decisive_markers(assay: str, organism: str, resource: Callable[[str], str]) -> list[str]:
    """Names of the markers that decide criteria of an assay, in the order of their panels.

    Of the panel of haemolysis, whose other members are proteins, the globins count as mRNA.
    """
    panels = read_panels(resource(PANELS), organism)
    names = [
        name
        for panel in DECISIVE[assay]
        for name in panels.loc[panels["panel"] == panel, "gene"]
        if panel != "haemolysis" or str(name).upper().startswith("HB")
    ]
    return list(dict.fromkeys(names))
