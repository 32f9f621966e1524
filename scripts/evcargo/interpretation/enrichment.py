"""Gene sets of one contrast in one assay: over-represented among the hits, and in the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evcargo.interpretation.camera import ranked
from evcargo.interpretation.gene_sets import membership, panel_sets, user_sets
from evcargo.interpretation.genes import gene_names, gene_table
from evcargo.interpretation.overrepresentation import overrepresentation


@dataclass(frozen=True)
class SetOptions:
    """How gene sets are tested.

    Parameters
    ----------
    limits
        Fewest and most tested genes of a set (`interpretation.set_size`).
    correlation
        Between the genes of a set (`interpretation.inter_gene_correlation`).
    alpha
        Adjusted p-value below which a set is significant.
    """

    limits: tuple[int, int]
    correlation: float
    alpha: float


def enrich(
    table: pd.DataFrame,
    var: pd.DataFrame,
    panels: pd.DataFrame,
    gmt_files: Sequence[str | Path],
    assay: str,
    organism: str,
    options: SetOptions,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test the marker panels and the user's gene sets in a contrast.

    Parameters
    ----------
    table
        Contract ``differential``.
    var
        `var` of the matrix of the assay.
    panels
        Of `evcargo.purity.markers.read_panels`.
    gmt_files
        Further gene sets.
    assay
        proteins, rna or transcripts.
    organism
        Organism of the study.
    options
        How they are tested.

    Returns
    -------
    overrepresentation, ranked
        Under the contracts of these names.
    """
    names = gene_names(var, assay, organism)
    genes = gene_table(table, names)
    sets = [*panel_sets(panels, var, names, assay, organism), *user_sets(gmt_files, assay)]
    members = membership(sets, genes.index)
    return (
        overrepresentation(genes, members, options.limits, options.alpha),
        ranked(genes, members, options.limits, options.correlation, options.alpha),
    )
