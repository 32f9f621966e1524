"""Whether the features of a matrix are known by name, without which no panel can be looked for.

A share of 0 is good news only where the panel could have been seen: of a table whose identifiers
nobody knows, nothing that needs a name is assessed.
"""

import pandas as pd

from evcargo.identifiers.genes import Genes
from evcargo.identifiers.spelling import UNIPROT
from evcargo.purity.panels import HOST_TAXON, split

MIN_RECOGNISED = 0.5
"""Share of the features that must be known; with fewer, most of a panel may stand under names that
are not. evcargo's own choice: of 37 published protein and count tables that it was tried on, none
lies between 0.2 and 0.8."""
UNKNOWN_CLASS = "other"


def names_problem(var: pd.DataFrame, assay: str, genes: Genes) -> str:
    """Say why the features cannot be looked up in panels; empty if they can.

    Parameters
    ----------
    var
        Features of a matrix: ``gene`` and ``accessions`` of proteins, ``gene`` and ``name`` of long
        RNA, ``class`` of small RNA.
    assay
        proteins, rna or transcripts.
    genes
        Genes of the organism of the study.
    """
    recognised = {
        "proteins": _known_proteins,
        "rna": lambda table, _: table["class"].astype(str) != UNKNOWN_CLASS,
        "transcripts": _known_transcripts,
    }[assay](var, genes)
    known, total = int(recognised.sum()), len(var)
    if known >= MIN_RECOGNISED * total:
        return ""
    return (
        f"only {known:,} of {total:,} identifiers are known for the organism, so nothing can be"
        " looked for by name"
    )


def _known_proteins(var: pd.DataFrame, genes: Genes) -> pd.Series:
    """Flag the groups with a known gene or accession, or a protein of a contaminant list.

    An accession of which the table itself says that it is of the organism is known too: entries
    come and go with the releases of UniProt.
    """
    known = [
        any(genes.resolve(name) for name in [*split(symbols), *split(accessions), str(feature)])
        for feature, symbols, accessions in zip(
            var.index, var["gene"], var["accessions"], strict=True
        )
    ]
    taxa, host = var["taxon"].astype(str), HOST_TAXON[genes.organism]
    # Symbols are alike in human, mouse and rat: a name alone does not make another host's ours.
    of_other_host = taxa.isin({*HOST_TAXON.values()} - {host})
    foreign = var["is_contaminant"].astype(bool) | ~taxa.isin(["", *HOST_TAXON.values()])
    first = var["accessions"].astype(str).str.split(";").str[0]
    stated = (taxa == host) & first.map(lambda one: UNIPROT.fullmatch(one) is not None)
    return (pd.Series(known, index=var.index) & ~of_other_host) | foreign | stated


def _known_transcripts(var: pd.DataFrame, genes: Genes) -> pd.Series:
    names = zip(var["gene"].astype(str), var["name"].astype(str), var.index, strict=True)
    return pd.Series(
        [any(genes.resolve(str(name)) for name in some if name) for some in names], index=var.index
    )
