"""All purity questions of all samples, and the verdict of each sample."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from evcargo.purity.answers import (
    FAIL,
    GRAVITY,
    NOT_ASSESSED,
    PASS,
    WARN,
    Answer,
    gravest,
    text_of,
)
from evcargo.purity.identity import MISEV_RULE
from evcargo.purity.particles import particle_criteria
from evcargo.purity.proteins import Proteins, protein_criteria
from evcargo.purity.rna import Rna, rna_criteria
from evcargo.purity.transcripts import Transcripts, transcript_criteria

EV, OVERALL = "ev", "overall"
AT_LEAST = "at least"
"""First words of the reason of a warning that a deeper run might turn into a failure."""


def assess(
    samples: pd.DataFrame,
    options: Mapping[str, Any],
    proteins: Proteins | None = None,
    rna: Rna | None = None,
    particles: pd.DataFrame | None = None,
    transcripts: Transcripts | None = None,
) -> dict[str, list[Answer]]:
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
    dict
        Answers by sample: the same questions for every sample, in the same order.
    """
    return {
        str(sample["sample"]): [
            *protein_criteria(sample, samples, proteins, options),
            *rna_criteria(sample, rna, options),
            *transcript_criteria(sample, transcripts, options),
            *particle_criteria(sample, particles, options),
        ]
        for sample in samples.to_dict("records")
    }


def criteria_table(answers: Mapping[str, Sequence[Answer]]) -> pd.DataFrame:
    """Answers of `assess` under the contract ``criteria``."""
    rows = [{"sample": name} | asdict(one) for name, own in answers.items() for one in own]
    return pd.DataFrame(rows).drop(columns="deeper")


def verdicts(
    answers: Mapping[str, Sequence[Answer]],
    samples: pd.DataFrame,
    gate: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give each sample its verdict: the gravest answer among its criteria.

    Only EV preparations get one; source and depleted material is answered for to be compared with,
    and has the verdict `not assessed`. An EV preparation passes only if the MISEV protein rule
    could be answered: figures that happen to be good do not make an EV of an unknown. Nor does it
    pass while a criterion that its run was too shallow to answer could warn or fail in a deeper
    one; a warning that might so become a failure is told as `at least`. Nor does it pass if its
    small RNA failed the quality gate: the reason then begins with that.

    Parameters
    ----------
    answers
        Of `assess`.
    samples
        Sample sheet.
    gate
        Contract ``rna_gate``; None where the study has no small RNA.

    Returns
    -------
    pandas.DataFrame
        Contract ``verdicts``, one row per sample of the sheet.
    """
    rows = []
    failed = {} if gate is None else _failed_gates(gate)
    for sample in samples.to_dict("records"):
        own = answers[str(sample["sample"])]
        counts = Counter(answer.verdict for answer in own)
        verdict, reason = _verdict(sample, own)
        if str(sample["sample"]) in failed and text_of(sample, "material") == EV:
            verdict = NOT_ASSESSED if verdict == PASS else verdict
            reason = f"{failed[str(sample['sample'])]}; {reason}"
        rows.append(
            {
                "sample": sample["sample"],
                "verdict": verdict,
                "n_pass": counts[PASS],
                "n_warn": counts[WARN],
                "n_fail": counts[FAIL],
                "n_not_assessed": counts[NOT_ASSESSED],
                "reason": reason,
            }
        )
    return pd.DataFrame(rows)


def _failed_gates(gate: pd.DataFrame) -> dict[str, str]:
    """Say of each sample that failed the quality gate of small RNA by which rules."""
    words = {}
    for sample, rules in gate.groupby("sample"):
        failures = rules[rules["verdict"] == FAIL].set_index("rule")["reason"]
        if OVERALL in failures:
            reasons = [f"{rule}: {reason}" for rule, reason in failures.drop(OVERALL).items()]
            reason = "; ".join(reasons) or str(failures[OVERALL])
            words[str(sample)] = f"small RNA failed the quality gate ({reason})"
    return words


def _verdict(sample: Mapping[str, Any], own: Sequence[Answer]) -> tuple[str, str]:
    material = text_of(sample, "material")
    if material != EV:
        return NOT_ASSESSED, f"not an EV preparation (material: {material or 'unknown'})"
    verdict = gravest(answer.verdict for answer in own)
    deciding = [answer for answer in own if answer.verdict == verdict]
    graver = GRAVITY[: GRAVITY.index(verdict)]
    hidden = ", ".join(answer.criterion for answer in own if answer.deeper in graver)
    if verdict == NOT_ASSESSED:
        return NOT_ASSESSED, f"no criterion could be assessed{_main_reason(own)}"
    if verdict == PASS and MISEV_RULE not in {answer.criterion for answer in deciding}:
        misev = [answer for answer in own if answer.criterion == MISEV_RULE]
        return (
            NOT_ASSESSED,
            f"the {MISEV_RULE} could not be assessed{_main_reason(misev)};"
            f" {len(deciding)} other criteria passed",
        )
    if verdict == PASS and hidden:
        return (
            NOT_ASSESSED,
            f"no criterion failed or warned, but {hidden} could not be told at this depth",
        )
    if verdict == PASS:
        return PASS, f"all {len(deciding)} assessed criteria passed"
    reason = "; ".join(f"{answer.criterion}: {answer.rule}" for answer in deciding)
    if hidden:
        return verdict, f"{AT_LEAST}: {reason}; at more depth {hidden} could still fail"
    return verdict, reason


def _main_reason(answers: Sequence[Answer]) -> str:
    """Most frequent reason for which criteria of the assays that were measured have no answer."""
    reasons = Counter(
        answer.rule.removeprefix("not assessed: ")
        for answer in answers
        if "the study has no" not in answer.rule
    )
    return f": {reasons.most_common(1)[0][0]}" if reasons else ""
