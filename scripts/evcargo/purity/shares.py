"""Share of each sample's signal that each class of features holds."""

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evcargo.purity.markers import BOVINE, as_host, match
from evcargo.purity.panels import OF_STUDY

if TYPE_CHECKING:
    from anndata import AnnData

EV_CORE, PROMISCUOUS, LIPOPROTEIN, ALBUMIN = "EV core", "EV promiscuous", "lipoprotein", "albumin"
IMMUNE, HAEMOGLOBIN, PLATELET = "immunoglobulin and complement", "haemoglobin", "platelet"
COAGULATION, PLASMA, KERATIN = "coagulation", "other plasma", "keratin"
BOVINE_CLASS, FOREIGN = "bovine", "other contaminant"
AGGREGATES, DEBRIS, AGO_VAULT = "ribosome and aggregates", "cell debris", "argonaute and vault"
SECRETED, OTHER = "secreted", "other"
FLUID = "proteins of urine, milk or saliva"

PANELS_OF_CLASS = MappingProxyType(
    {
        EV_CORE: ("misev2018_1a", "misev2018_1b", "misev2018_2a"),
        PROMISCUOUS: ("misev2018_2b",),
        LIPOPROTEIN: ("lipoprotein",),
        ALBUMIN: ("albumin",),
        IMMUNE: ("immunoglobulin_complement",),
        HAEMOGLOBIN: ("haemolysis",),
        PLATELET: ("platelet",),
        COAGULATION: ("coagulation",),
        PLASMA: ("plasma",),
        KERATIN: ("keratin",),
        FLUID: ("urine", "milk", "saliva"),
        AGGREGATES: ("misev2018_3b",),
        DEBRIS: ("misev2018_4a", "misev2018_4b", "misev2018_4c", "misev2018_4d"),
        AGO_VAULT: ("ago_mvp",),
        SECRETED: ("misev2018_5a", "misev2018_5b"),
    }
)
"""Panels of each class; a protein group in panels of two classes belongs to the upper one."""

CLASSES = (*PANELS_OF_CLASS, BOVINE_CLASS, FOREIGN, OTHER)
CONTAMINANT_CLASSES = (
    *(LIPOPROTEIN, ALBUMIN, IMMUNE, HAEMOGLOBIN, PLATELET, COAGULATION, PLASMA, KERATIN),
    *(FLUID, BOVINE_CLASS, FOREIGN),
)
"""Classes that are impurities of any EV preparation."""


def protein_classes(var: pd.DataFrame, panels: pd.DataFrame) -> pd.Series:
    """Put each protein group into the one signal class that it belongs to.

    The leading protein decides. A group led by a bovine protein is `bovine`, by its taxon or, where
    the table gives none, by its accession, unless its sequence is a human one (`as_host`); a group
    tagged as a contaminant that is in no panel is `other contaminant`. A panel of the study with
    the role ev or contaminant goes before the shipped ones: its groups are `EV core`, or `other
    contaminant` unless they are of a more telling contaminant class already.

    Parameters
    ----------
    var, panels
        As in `evcargo.purity.markers.match`.

    Returns
    -------
    pandas.Series
        Class by feature, one of `CLASSES`, in the order of `var`.
    """
    var = as_host(var, panels)
    matches = match(var, panels)
    led = matches[matches["leading"]]
    bovine = (var["taxon"].astype(str) == BOVINE) | var.index.isin(
        led.loc[led["panel"] == "bovine_serum", "feature"]
    )
    classes = pd.Series(OTHER, index=var.index, dtype=object)
    classes[var["is_contaminant"].astype(bool)] = FOREIGN
    for name, panel_names in reversed(tuple(PANELS_OF_CLASS.items())):
        classes[var.index.isin(led.loc[led["panel"].isin(panel_names), "feature"])] = name
    own = led[led["origin"] == OF_STUDY].groupby("role")["feature"].agg(set)
    classes[var.index.isin(own.get("ev", set()))] = EV_CORE
    impure = var.index.isin(own.get("contaminant", set()))
    classes[impure & ~classes.isin(CONTAMINANT_CLASSES)] = FOREIGN
    classes[bovine] = BOVINE_CLASS
    return classes


def protein_shares(matrix: "AnnData", panels: pd.DataFrame) -> pd.DataFrame:
    """Share of the summed raw intensity by exclusive class.

    Returns
    -------
    pandas.DataFrame
        Samples x `CLASSES`, fractions that sum to 1; NaN for a sample without any intensity.
    """
    return class_shares(matrix, protein_classes(matrix.var, panels), CLASSES)


def rna_shares(matrix: "AnnData") -> pd.DataFrame:
    """Share of the counts by RNA class, samples x classes; NaN for a sample without counts."""
    classes = matrix.var["class"].astype(str)
    return class_shares(matrix, classes, tuple(sorted(set(classes))))


def class_shares(matrix: "AnnData", classes: pd.Series, order: tuple[str, ...]) -> pd.DataFrame:
    """Share of the signal of each sample by class, in this order; NaN for one without any."""
    signal = pd.DataFrame(np.asarray(matrix.X, dtype=float), matrix.obs_names, matrix.var_names)
    sums = signal.fillna(0.0).T.groupby(classes.to_numpy()).sum().T
    totals = sums.sum(axis=1)
    return sums.reindex(columns=list(order), fill_value=0.0).div(totals.where(totals > 0), axis=0)


def shares_table(shares: pd.DataFrame, assay: str) -> pd.DataFrame:
    """Wide shares as rows of the contract ``shares``."""
    long = shares.stack(future_stack=True).rename("share").reset_index()
    long.columns = ["sample", "class", "share"]
    return long.assign(assay=assay)[["sample", "assay", "class", "share"]]
