"""Features whose difference between groups may be a difference of impurity."""

import pandas as pd

from evcargo.purity.haemolysis import RED_CELL, SIGNATURE, members, plain_mirna
from evcargo.purity.shares import (
    BOVINE_CLASS,
    CONTAMINANT_CLASSES,
    FOREIGN,
    PANELS_OF_CLASS,
    protein_classes,
)


def feature_flags(var: pd.DataFrame, panels: pd.DataFrame, assay: str) -> pd.DataFrame:
    """Mark the features that are impurities, so that a hit among them is read with care.

    Proteins: groups led by a protein of a contaminant class (`CONTAMINANT_CLASSES`), by accession
    and taxon. RNA: the miRNAs of red cells and of the haemolysis signature. Nothing else is marked:
    cellular proteins and ribosomes may be cargo.

    Parameters
    ----------
    var
        `var` of the assay's matrix.
    panels
        Of `evcargo.purity.markers.read_panels`, in the study's organism.
    assay
        proteins, rna or transcripts.

    Returns
    -------
    pandas.DataFrame
        Index as `var`; `flag` (class of impurity) and `flag_reason`, both empty where none.
    """
    flags = pd.DataFrame({"flag": "", "flag_reason": ""}, index=var.index)
    if assay == "proteins":
        classes = protein_classes(var, panels)
        impure = classes.isin(CONTAMINANT_CLASSES)
        flags.loc[impure, "flag"] = classes[impure]
        flags.loc[impure, "flag_reason"] = classes[impure].map(_reasons(panels))
    elif assay == "rna":
        mirnas = (var["class"].astype(str) == "miRNA").to_numpy()
        names = var.index.map(plain_mirna)
        for panel in (RED_CELL, SIGNATURE):
            marked = mirnas & names.isin(members(panels, panel))
            flags.loc[marked, "flag"] = "haemolysis"
            flags.loc[marked, "flag_reason"] = _described(panels, panel)
    return flags


def _reasons(panels: pd.DataFrame) -> dict[str, str]:
    reasons = {
        name: _described(panels, PANELS_OF_CLASS[name][0])
        for name in CONTAMINANT_CLASSES
        if name in PANELS_OF_CLASS
    }
    return reasons | {
        BOVINE_CLASS: "led by a bovine protein, by taxon or accession (serum of the medium)",
        FOREIGN: "tagged as a contaminant in the protein table",
    }


def _described(panels: pd.DataFrame, panel: str) -> str:
    first = panels[panels["panel"] == panel].head(1)
    return f"{first['description'].iloc[0]} ({first['source'].iloc[0]})" if len(first) else panel
