"""An EV preparation against the matched material of its subject and condition."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.purity import shares as classes
from evcargo.purity.answers import (
    OWN,
    PASS,
    Answer,
    Band,
    band_for,
    judged,
    of_matrix,
    open_answer,
    shown,
    text_of,
)
from evcargo.purity.identity import ASSAY, SECOND

if TYPE_CHECKING:
    from evcargo.purity.proteins import Proteins

CELLS = ("cell_culture", "tissue")
CRITERION = "EV markers v contaminants, against matched {} material"
SOURCE = f"10.1002/jev2.12404; {OWN}"
CELL_CLASSES = (classes.AGGREGATES, classes.DEBRIS)


def matched_samples(
    sample: Mapping[str, Any], samples: pd.DataFrame, material: str
) -> pd.DataFrame:
    """Rows of the sheet that are matched material of a sample: of its subject and condition.

    Material without a condition is matched with every condition of its subject. A sample without a
    subject has none.
    """
    subject, condition = text_of(sample, "subject"), text_of(sample, "condition")
    conditions = samples["condition"].fillna("")
    return samples[
        (samples["material"] == material)
        & (samples["subject"].fillna("") == subject)
        & conditions.isin(["", condition])
        & bool(subject)
    ]


def matched_answer(
    sample: Mapping[str, Any],
    samples: pd.DataFrame,
    proteins: "Proteins",
    material: str,
    options: Mapping[str, Any],
) -> Answer:
    """Answer whether EV markers are enriched over contaminants, against matched material.

    Parameters
    ----------
    sample
        Row of the sample sheet, with proteins.
    samples
        Sample sheet.
    proteins
        Of `evcargo.purity.proteins.protein_evidence`.
    material
        ``source`` or ``depleted``; several matched samples (`matched_samples`) are averaged.
    options
        `purity` section of the config.
    """
    criterion, source = CRITERION.format(material), SOURCE
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    band = band_for(options["enrichment_log2"], matrix, high_is_good=True, unit="log2")
    if text_of(sample, "material") != "ev":
        reason = "not an EV preparation"
        return open_answer(ASSAY, criterion, "log2", reason, source, threshold=band)
    matched = matched_samples(sample, samples, material)
    names = [other for other in matched["sample"] if not why_not(other, proteins)]
    if not names:
        reason = _unmatched(sample, samples, material, proteins)
        return open_answer(ASSAY, criterion, "log2", reason, source, threshold=band)
    from_cells = material == "source" and matrix in CELLS
    against = CELL_CLASSES if from_cells else classes.CONTAMINANT_CLASSES
    own, other = proteins.share_of.loc[name], proteins.share_of.loc[names].mean()
    is_impure = proteins.class_of.isin(against)
    ev = np.log2((own / other)[proteins.class_of == classes.EV_CORE]).dropna()
    impure = np.log2((own / other)[is_impure]).dropna()
    evidence = (
        f"{len(ev)} EV core proteins, median {_median(ev)}; {len(impure)} of {', '.join(against)},"
        f" median {_median(impure)}; {name} v {', '.join(names)}"
    )
    if min(len(ev), len(impure)) < options["enrichment_min_proteins"]:
        reason = (
            f"fewer than {options['enrichment_min_proteins']} proteins of a kind in both materials"
        )
        most = own.fillna(proteins.hidden.loc[name].replace(0, np.nan))
        deepest = SECOND * of_matrix(options["min_depth"], matrix)
        shallow = bool((proteins.depth[[name, *names]] < deepest).any())
        hidden = np.log2((most / other)[is_impure]).dropna()
        worst = _worst_deeper(ev, hidden, band, options, shallow)
        return open_answer(
            ASSAY, criterion, "log2", reason, source, evidence, threshold=band, deeper=worst
        )
    value = float(ev.median() - impure.median())
    return judged(ASSAY, criterion, value, band, evidence, source)


def _worst_deeper(
    ev: pd.Series, impure: pd.Series, band: Band, options: Mapping[str, Any], shallow: bool
) -> str:
    """Gravest verdict that deeper runs could give, where too few proteins are in both materials.

    `ev` and `impure` are changes of EV core proteins and of contaminants, these as large as the run
    of the EVs may hide, which is the worst for them.
    """
    if not shallow:
        return ""
    if min(len(ev), len(impure)) < options["enrichment_min_proteins"]:
        return band.worst
    verdict = band.verdict(float(ev.median() - impure.median()))
    return "" if verdict == PASS else verdict


def why_not(name: str, proteins: "Proteins | None") -> str:
    """Say why a sample has no proteins to judge; empty if it has."""
    if proteins is None:
        return "the study has no protein runs"
    if name not in proteins.intensity.index:
        return "the sample is not in the protein table"
    if proteins.status[name] != "ok":
        return f"proteins {proteins.status[name]}"
    if proteins.names_problem:
        return proteins.names_problem
    return "" if proteins.intensity.loc[name].notna().any() else "no protein group is quantified"


def _unmatched(
    sample: Mapping[str, Any], samples: pd.DataFrame, material: str, proteins: "Proteins"
) -> str:
    """Say why a sample has no matched material."""
    subject = text_of(sample, "subject")
    others = samples[(samples["material"] == material) & (samples["subject"] == subject)]
    if not subject or all(why_not(other, proteins) for other in others["sample"]):
        return f"no {material} material of the same subject with proteins"
    return f"the {material} material of the same subject with proteins is of another condition"


def _median(values: pd.Series) -> str:
    return shown(float(values.median())) if len(values) else "none"
