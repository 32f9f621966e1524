"""The quality gate of small RNA: rules with limits and sources, a verdict per sample and rule.

A rule without the data that it needs is `not assessed`, never passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.answers import FAIL, GRAVITY, NOT_ASSESSED, OWN, PASS, WARN
from evcargo.rna.cycles import BASES, excess_low_quality, excess_mismatches
from evcargo.rna.evidence import Evidence, adapter_table, read_evidence
from evcargo.rna.gate_rules import (
    ANNOTATED,
    DIMERS,
    MIRNA_INSERTS,
    PASSING,
    RULES,
    SHORT,
    Rule,
)
from evcargo.rna.matrix import FAILED, NO_RUN, OK
from evcargo.rna.saturation import depths_of, rarefied
from evcargo.tables import write_table

DEFAULT_MIN_READS = 100_000
ADAPTER, OVERALL = "adapter", "overall"
ADAPTER_SOURCE = f"adapter confidence as in exceRpt (10.1016/j.cels.2019.03.004); shares: {OWN}"
ADAPTER_THRESHOLD = "pass HIGH, warn CONFLICT or NONE, fail where the reads cannot be trusted"
OVERALL_THRESHOLD = f"the gravest of the rules; pass only where {ANNOTATED} were assessed"


def assess(evidence: Mapping[str, Evidence], options: Mapping[str, Any]) -> pd.DataFrame:
    """Hold every sample to every rule.

    Parameters
    ----------
    evidence
        Sample -> what is known of it, see `evcargo.rna.evidence.read_evidence`.
    options
        `rna.gate` of the config.

    Returns
    -------
    pandas.DataFrame
        Contract ``rna_gate``; the same rules for every sample, `overall` last.
    """
    rows = []
    for sample, one in evidence.items():
        own = [_adapter_row(one), *(_row(rule, one, options) for rule in RULES)]
        own.sort(key=lambda row: row["rule"] != ANNOTATED)
        if one.status == FAILED:
            own = list(_failed(own, one))
        rows += [{"sample": sample} | row for row in [*own, _overall(own, one)]]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_gate"].names)


def saturation_table(evidence: Mapping[str, Evidence]) -> pd.DataFrame:
    """Put the curve of every sample under the contract ``rna_saturation``."""
    rows: list[dict[str, Any]] = []
    for sample, one in evidence.items():
        total = round(float(one.counts.sum()))
        if one.status != OK or not total:
            rows.append({"sample": sample, "reads": pd.NA, "features": pd.NA})
            continue
        depths = depths_of(total)
        expected = rarefied(one.mirnas, total, depths)
        rows += [
            {"sample": sample, "reads": depth, "features": features}
            for depth, features in zip(depths, expected, strict=True)
        ]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_saturation"].names)


def cycle_table(evidence: Mapping[str, Evidence]) -> pd.DataFrame:
    """Put bases and qualities of every run by cycle under the contract ``rna_cycles``."""
    rows: list[dict[str, Any]] = []
    for sample, reads in evidence.items():
        for name, run in zip(reads.run_names, reads.runs, strict=True):
            excess = excess_low_quality(run["cycles"], run["clip_5p"])
            for number, length in enumerate(run["cycles"]["reads"]):
                counts = {key: values[number] for key, values in run["cycles"].items()}
                shares = {key: counts[key] / length for key in (*BASES, "N", "low_quality")}
                row = {"sample": sample, "run": name, "cycle": number + 1, **counts, **shares}
                rows.append(row | {"low_quality_excess": excess.get(number + 1, nan)})
        if not reads.runs:
            rows.append({"sample": sample})
    return pd.DataFrame(rows, columns=CONTRACTS["rna_cycles"].names)


def position_table(evidence: Mapping[str, Evidence]) -> pd.DataFrame:
    """Put bases and mismatches of miRNA reads under the contract ``rna_positions``."""
    rows: list[dict[str, Any]] = []
    for sample, reads in evidence.items():
        excess = excess_mismatches(reads.positions)
        for row in reads.positions.to_dict("records"):
            shares = {base: row[base] / row["reads"] for base in BASES}
            rows.append({
                "sample": sample, **row, **shares, "bad": "yes" if row["bad"] else "",
                "mismatch_excess": excess.get(row["position"], nan),
            })  # fmt: skip
        if reads.positions.empty:
            rows.append({"sample": sample})
    return pd.DataFrame(rows, columns=CONTRACTS["rna_positions"].names)


def gate_study(
    paths: Mapping[str, str],
    summaries: Mapping[str, str],
    features: str,
    organism: str,
    options: Mapping[str, Any],
    products: Mapping[str, str | Path],
) -> None:
    """Read the tables of the stage and write those of the gate.

    Parameters
    ----------
    paths, summaries, features, organism
        See `evcargo.rna.evidence.read_evidence`.
    options
        `rna.gate` of the config.
    products
        Tables to write: gate, adapters, saturation, cycles, positions.
    """
    evidence = read_evidence(paths, summaries, features, organism)
    write_table(assess(evidence, options), products["gate"], "rna_gate")
    write_table(adapter_table(evidence), products["adapters"], "rna_adapters")
    write_table(saturation_table(evidence), products["saturation"], "rna_saturation")
    write_table(cycle_table(evidence), products["cycles"], "rna_cycles")
    write_table(position_table(evidence), products["positions"], "rna_positions")


def _row(rule: Rule, one: Evidence, options: Mapping[str, Any]) -> dict[str, Any]:
    """Apply one rule to one sample, as if the sample were sound."""
    limits = rule.limits(options)
    told = {
        "rule": rule.name,
        "unit": rule.unit,
        "threshold": str(limits),
        "source": rule.source,
    }
    if missing := _why_open(one, rule.name):
        return told | {"verdict": NOT_ASSESSED, "value": nan, "reason": missing}
    value, words = rule.measure(one)
    verdict = limits.verdict(value)
    if isnan(value):
        reason = words
    elif verdict == NOT_ASSESSED:
        reason = f"{_shown(value, rule.unit)} {words}; no limit is set"
    else:
        reason = f"{_shown(value, rule.unit)} {words}"
    if rule.option == "min_reads" and options[rule.option] != DEFAULT_MIN_READS:
        moved = "lowered" if options[rule.option] < DEFAULT_MIN_READS else "raised"
        limit = f"{options[rule.option]:,}"
        reason += f"; rna.gate.min_reads was {moved} from {DEFAULT_MIN_READS:,} to {limit}"
    return told | {"verdict": verdict, "value": value, "reason": reason}


def _why_open(one: Evidence, rule: str) -> str:
    """Say why the sample has no data for a rule; empty if it has."""
    if one.status == NO_RUN:
        return "the sample has no run of this assay"
    if not one.sequenced and rule != ANNOTATED:
        return "the sample came as a count table, without its reads"
    return ""


def _shown(value: float, unit: str) -> str:
    return f"{100 * value:.1f} %" if unit == "fraction" else f"{value:,.0f}"


def _adapter_row(one: Evidence) -> dict[str, Any]:
    told = {
        "rule": ADAPTER,
        "unit": "fraction",
        "threshold": ADAPTER_THRESHOLD,
        "source": ADAPTER_SOURCE,
    }
    if missing := _why_open(one, ADAPTER):
        return told | {"verdict": NOT_ASSESSED, "value": nan, "reason": missing}
    worst = min(one.adapters, key=_adapter_rank)
    verdict, value = _adapter_verdict(worst), float(worst["share"])
    if verdict == NOT_ASSESSED:
        reason, value = f"{worst['run']}: the reads came without an adapter", nan
    elif worst["problem"]:
        reason = f"{worst['run']}: {worst['problem']}"
    else:
        reason = f"{worst['run']}: {worst['verdict']}, {_shown(value, 'fraction')} of the"
        reason += f" first reads carry the adapter of {worst['kit']}"
    return told | {"verdict": verdict, "value": value, "reason": reason}


def _adapter_verdict(run: Mapping[str, Any]) -> str:
    if run["problem"]:
        return FAIL
    if run["verdict"] == "HIGH":
        return PASS
    return NOT_ASSESSED if not run["adapter"] and run["verdict"] == "NONE" else WARN


def _adapter_rank(run: Mapping[str, Any]) -> tuple[int, float]:
    return GRAVITY.index(_adapter_verdict(run)), run["share"]


def _failed(rows: Sequence[dict[str, Any]], one: Evidence) -> Iterator[dict[str, Any]]:
    """Leave only the rule that explains the problem of a sample; the others are not assessed."""
    explaining = _explaining({row["rule"]: row["verdict"] for row in rows}, one)
    for row in rows:
        if row["rule"] == explaining:
            reason = row["reason"] if explaining == ADAPTER else f"{one.problem}. {row['reason']}"
            yield row | {"verdict": FAIL, "reason": reason}
        else:
            reason = f"the sample failed: {one.problem}"
            yield row | {"verdict": NOT_ASSESSED, "value": nan, "reason": reason}


def _explaining(verdicts: Mapping[str, str], one: Evidence) -> str:
    """Find the rule that a sample's problem belongs to; empty if there is none."""
    if any(run["problem"] for run in one.adapters):
        return ADAPTER
    if not one.sequenced:
        return ""
    if not one.metrics.get("trimmed_reads"):
        return next((rule for rule in (DIMERS, SHORT) if verdicts[rule] == FAIL), PASSING)
    return MIRNA_INSERTS if not one.metrics.get("mirna_hairpin_reads") else ""


def _overall(rows: Sequence[Mapping[str, Any]], one: Evidence) -> dict[str, Any]:
    """Give the sample the gravest verdict of its rules."""
    verdicts = {row["rule"]: row["verdict"] for row in rows}
    gravest = next(verdict for verdict in GRAVITY if verdict in verdicts.values())
    if one.status == FAILED:
        gravest, reason = FAIL, one.problem
    elif gravest == PASS and verdicts[ANNOTATED] != PASS:
        gravest, reason = NOT_ASSESSED, f"{ANNOTATED} could not be assessed"
    elif gravest == NOT_ASSESSED:
        reason = str(rows[0]["reason"])
    else:
        names = [rule for rule, verdict in verdicts.items() if verdict == gravest]
        reason = f"all {len(names)} assessed rules passed" if gravest == PASS else ", ".join(names)
    return {
        "rule": OVERALL,
        "verdict": gravest,
        "value": nan,
        "unit": "",
        "threshold": OVERALL_THRESHOLD,
        "source": OWN,
        "reason": reason,
    }
