"""Features whose difference between groups may be a difference of impurity."""

from functools import partial

import pandas as pd

from evcargo.purity import transcripts
from evcargo.purity.haemolysis import RED_CELL, SIGNATURE, members, plain_mirna
from evcargo.purity.markers import match
from evcargo.purity.panels import OF_STUDY
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
    and taxon. RNA: the miRNAs of red cells and of the haemolysis signature, and those of a panel of
    the study with the role contaminant. Transcripts: those of haemoglobin and platelets. Nothing
    else is marked: cellular proteins and ribosomes may be cargo, and a protein that is a
    contaminant says nothing of its mRNA.

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
        named = _named_by_study(var, panels, classes)
        flags.loc[named.index, "flag_reason"] = named.map(partial(_described, panels))
    elif assay == "rna":
        mirnas = (var["class"].astype(str) == "miRNA").to_numpy()
        names = var.index.map(plain_mirna)
        own = panels[(panels["origin"] == OF_STUDY) & (panels["role"] == "contaminant")]
        impurity = dict.fromkeys(own["panel"], FOREIGN)
        for panel, flag in (impurity | dict.fromkeys((RED_CELL, SIGNATURE), "haemolysis")).items():
            marked = mirnas & names.isin(members(panels, panel))
            flags.loc[marked, "flag"] = flag
            flags.loc[marked, "flag_reason"] = _described(panels, panel)
    elif assay == "transcripts":
        classes = transcripts.transcript_classes(var, panels)
        for flag in transcripts.CONTAMINANT_CLASSES:
            reason = _described(panels, transcripts.PANELS_OF_CLASS[flag])
            flags.loc[classes == flag, ["flag", "flag_reason"]] = [flag, reason]
    return flags


def _named_by_study(var: pd.DataFrame, panels: pd.DataFrame, classes: pd.Series) -> pd.Series:
    """Panel of the study by feature, of those that it makes `other contaminant`."""
    matches = match(var, panels[panels["origin"] == OF_STUDY])
    told = matches[matches["leading"] & (matches["role"] == "contaminant")]
    told = told[told["feature"].isin(classes.index[classes == FOREIGN])]
    return told.drop_duplicates("feature").set_index("feature")["panel"]


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
    if first.empty:
        return panel
    source = first["source"].iloc[0]
    return first["description"].iloc[0] + (f" ({source})" if source else "")
