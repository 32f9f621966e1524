"""All purity questions of all samples, and the verdict of each sample."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from evcargo.purity.answers import FAIL, GRAVITY, NOT_ASSESSED, PASS, WARN, text_of
from evcargo.purity.particles import particle_criteria
from evcargo.purity.proteins import Proteins, protein_criteria
from evcargo.purity.rna import Rna, rna_criteria
from evcargo.purity.transcripts import Transcripts, transcript_criteria

IDENTITY = "MISEV2018 protein rule"
"""Without an answer to this question no sample passes as EVs."""


def assess(
    samples: pd.DataFrame,
    options: Mapping[str, Any],
    proteins: Proteins | None = None,
    rna: Rna | None = None,
    particles: pd.DataFrame | None = None,
    transcripts: Transcripts | None = None,
) -> pd.DataFrame:
    """Answer every purity question for every sample.

    Parameters
    ----------
    samples
        Sample sheet (contract ``samples``).
    options
        `purity` section of the config.
    proteins, rna, particles, transcripts
        Evidence of `protein_evidence` and `rna_evidence`, the table of the contract ``particles``,
        and evidence of `transcript_evidence`; None where the study has no such assay.

    Returns
    -------
    pandas.DataFrame
        Contract ``criteria``: the same questions for every sample, in the same order.
    """
    rows = []
    for sample in samples.to_dict("records"):
        answers = [
            *protein_criteria(sample, samples, proteins, options),
            *rna_criteria(sample, rna, options),
            *transcript_criteria(sample, transcripts, options),
            *particle_criteria(sample, particles, options),
        ]
        rows += [{"sample": sample["sample"]} | asdict(answer) for answer in answers]
    return pd.DataFrame(rows)


def verdicts(criteria: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Give each sample its verdict: the gravest answer among its criteria.

    Only EV preparations get one; source and depleted material is answered for to be compared with,
    and has the verdict `not assessed`. An EV preparation passes only if the MISEV protein rule
    could be answered: figures that happen to be good do not make an EV of an unknown.

    Returns
    -------
    pandas.DataFrame
        Contract ``verdicts``, one row per sample of the sheet.
    """
    rows = []
    for sample in samples.to_dict("records"):
        own = criteria[criteria["sample"] == sample["sample"]]
        counts = own["verdict"].value_counts()
        verdict, reason = _verdict(sample, own)
        rows.append(
            {
                "sample": sample["sample"],
                "verdict": verdict,
                "n_pass": int(counts.get(PASS, 0)),
                "n_warn": int(counts.get(WARN, 0)),
                "n_fail": int(counts.get(FAIL, 0)),
                "n_not_assessed": int(counts.get(NOT_ASSESSED, 0)),
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)


def _verdict(sample: Mapping[str, Any], own: pd.DataFrame) -> tuple[str, str]:
    material = text_of(sample, "material")
    if material != "ev":
        return NOT_ASSESSED, f"not an EV preparation (material: {material or 'unknown'})"
    gravest = next(verdict for verdict in GRAVITY if (own["verdict"] == verdict).any())
    deciding = own[own["verdict"] == gravest]
    if gravest == NOT_ASSESSED:
        return NOT_ASSESSED, "no criterion could be assessed"
    if gravest == PASS and IDENTITY not in set(deciding["criterion"]):
        return (
            NOT_ASSESSED,
            f"the {IDENTITY} could not be assessed; {len(deciding)} other criteria passed",
        )
    if gravest == PASS:
        return PASS, f"all {len(deciding)} assessed criteria passed"
    return gravest, "; ".join(
        f"{row['criterion']}: {row['rule']}" for row in deciding.to_dict("records")
    )
