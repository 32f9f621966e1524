"""The quality gate of small RNA: rules with limits and sources, a verdict per sample and rule.

A rule without the data that it needs is `not assessed`, never passed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.purity.answers import FAIL, GRAVITY, NOT_ASSESSED, OWN, PASS, WARN
from evcargo.rna.assign import LOW_COMPLEXITY, UNASSIGNED
from evcargo.rna.bwa_files import EXOGENOUS, GENOME
from evcargo.rna.evidence import Evidence, adapter_table, read_evidence
from evcargo.rna.matrix import FAILED, NO_RUN, OK
from evcargo.rna.saturation import depths_of, new_with_twice_the_reads, rarefied
from evcargo.rna.trim import DIMER_LENGTH, FATES
from evcargo.tables import write_table

DEFAULT_MIN_READS = 100_000
SHORT_NT = 16
PEAK_NT = (20, 25)
LAST_READS = 0.10
RRNA = "rRNA"
NOT_ANNOTATED = frozenset(
    {"spike_in", RRNA, "UniVec", LOW_COMPLEXITY, UNASSIGNED, GENOME, EXOGENOUS, *FATES}
)
"""Steps of the funnel that exceRpt does not count as annotated RNA either."""

ANNOTATED, ADAPTER, DIMERS, SHORT = "annotated reads", "adapter", "adapter dimers", "short inserts"
PASSING, MIRNA_SHARE, OVERALL = "reads passing", "miRNA share", "overall"
ERCC = "ERCC standard as in exceRpt (10.1016/j.cels.2019.03.004)"
MIRTRACE = "miRTrace (10.1186/s13059-018-1588-9)"

Measure = tuple[float, str]
"""Value, and words about it; the words say why there is none where the value is NaN."""


@dataclass(frozen=True)
class Limits:
    """Values that are good enough.

    Parameters
    ----------
    sign
        How a good value stands to the limit: `>=` or `>` for a least, `<=` for a most.
    warn, fail
        Limits that a value must hold not to warn or fail; None for no such limit.
    """

    sign: Literal[">", ">=", "<="]
    warn: float | None = None
    fail: float | None = None

    def verdict(self, value: float) -> str:
        """Verdict of a value; `not assessed` without a value or without a limit."""
        if isnan(value) or (self.warn is None and self.fail is None):
            return NOT_ASSESSED
        for limit, verdict in ((self.fail, FAIL), (self.warn, WARN)):
            if limit is not None and not self._holds(value, limit):
                return verdict
        return PASS

    def _holds(self, value: float, limit: float) -> bool:
        return {">": value > limit, ">=": value >= limit, "<=": value <= limit}[self.sign]

    def __str__(self) -> str:
        beyond = {">": "<=", ">=": "<", "<=": ">"}[self.sign]
        said = [
            f"{verdict} {beyond} {limit:,.10g}"
            for verdict, limit in ((WARN, self.warn), (FAIL, self.fail))
            if limit is not None
        ]
        return ", ".join(said)


@dataclass(frozen=True)
class Rule:
    """A rule of the gate; `option` is the key of its limits below `rna.gate`."""

    name: str
    option: str
    unit: str
    sign: Literal[">", ">=", "<="]
    source: str
    measure: Callable[[Evidence], Measure]

    def limits(self, options: Mapping[str, Any]) -> Limits:
        """Limits of the config."""
        if self.option == "min_reads":
            return Limits(self.sign, fail=options[self.option])
        warn, fail = options[self.option]
        return Limits(self.sign, warn, fail)


def _annotated(one: Evidence) -> Measure:
    if one.sequenced:
        reads = sum(n for step, n in one.funnel.items() if step not in NOT_ANNOTATED)
    else:
        by_class = one.counts.groupby(level="class").sum()
        reads = by_class[~by_class.index.isin(NOT_ANNOTATED)].sum()
    return float(reads), "reads (molecules where the kit has UMIs) are on annotated RNA, rRNA aside"


def _annotated_share(one: Evidence) -> Measure:
    if GENOME not in one.funnel:
        return nan, "the study maps to no genome"
    annotated, _ = _annotated(one)
    mapped = annotated + one.funnel[GENOME]
    return annotated / mapped if mapped else nan, "of the reads on the genome are on annotated RNA"


def _lengths(first: int, last: int) -> Callable[[Evidence], Measure]:
    def measure(one: Evidence) -> Measure:
        words = f"of the inserts are {first} to {last} nt long"
        share = one.share_of_lengths(first, last)
        return share, "no insert was measured" if isnan(share) else words

    return measure


def _metric(name: str, words: str, missing: str) -> Callable[[Evidence], Measure]:
    def measure(one: Evidence) -> Measure:
        value = float(one.metrics.get(name, nan))
        return value, missing if isnan(value) else words

    return measure


def _passing(one: Evidence) -> Measure:
    raw = one.metrics.get("raw_reads", 0)
    if not raw:
        return nan, "there is no read"
    return float(
        one.metrics["trimmed_reads"] / raw
    ), "of the raw reads have an insert within the bounds"


def _complexity(one: Evidence) -> Measure:
    if not one.hairpins:
        return nan, "the references hold no miRNA"
    seen, known = one.hairpins_seen, len(one.hairpins)
    words = (
        f"of the miRNA hairpins were seen ({seen:,} of {known:,}, by {len(one.mirnas):,} matures)"
    )
    if "distinct_share" in one.metrics:
        words += f"; {100 * one.metrics['distinct_share']:.1f} % of the inserts are distinct"
    return seen / known, words


def _rrna(one: Evidence) -> Measure:
    if RRNA not in one.funnel:
        return nan, "the references hold no rRNA"
    return _metric("rrna_share", "of the inserts are on rRNA", "no insert is left")(one)


def _saturation(one: Evidence) -> Measure:
    counts, total = one.mirnas, round(float(one.counts.sum()))
    if not len(counts):
        return nan, "no mature miRNA was seen"
    before = rarefied(counts, total, [round((1 - LAST_READS) * total)])[0]
    more = new_with_twice_the_reads(counts)
    words = (
        f"of the mature miRNAs come with the last {100 * LAST_READS:.0f} % of the reads;"
        f" twice the reads would show at least about {more:.0f} more"
    )
    return float(1 - before / len(counts)), words


RULES = (
    Rule(ANNOTATED, "min_reads", "reads", ">", ERCC, _annotated),
    Rule("annotated share", "annotated_share", "fraction", ">", ERCC, _annotated_share),
    Rule(DIMERS, "adapter_dimers", "fraction", "<=", OWN, _lengths(0, DIMER_LENGTH)),
    Rule(SHORT, "short_inserts", "fraction", "<=", OWN, _lengths(0, SHORT_NT - 1)),
    Rule("length peak", "length_peak", "fraction", ">=", MIRTRACE, _lengths(*PEAK_NT)),
    Rule(
        "Q30", "q30", "fraction", ">=", MIRTRACE,
        _metric("q30_share", "of the bases have at least Q30", "base qualities were not counted"),
    ),
    Rule(PASSING, "reads_passing", "fraction", ">=", MIRTRACE, _passing),
    Rule(
        MIRNA_SHARE, "mirna_share", "fraction", ">=",
        f"{MIRTRACE}; plasma EVs by isolation 0.08 to 0.33 (10.1186/s12967-021-02775-9)",
        _metric("mirna_share", "of the inserts are on miRNA hairpins", "no insert is left"),
    ),
    Rule("miRNA complexity", "mirna_complexity", "fraction", ">=", MIRTRACE, _complexity),
    Rule("rRNA share", "rrna_share", "fraction", "<=", OWN, _rrna),
    Rule(
        "duplicates", "duplicates", "fraction", "<=", OWN,
        _metric("duplicate_share", "of the inserts are further copies", "no library kit with UMIs"),
    ),
    Rule(
        "saturation", "saturation", "fraction", "<=",
        f"curve: Hurlbert 1971 (10.2307/1934145); limit: {OWN}", _saturation,
    ),
)  # fmt: skip
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


def gate_study(
    paths: Mapping[str, str],
    summaries: Mapping[str, str],
    features: str,
    options: Mapping[str, Any],
    products: Mapping[str, str | Path],
) -> None:
    """Read the tables of the stage and write those of the gate.

    Parameters
    ----------
    paths, summaries, features
        See `evcargo.rna.evidence.read_evidence`.
    options
        `rna.gate` of the config.
    products
        Tables to write: gate, adapters, saturation.
    """
    evidence = read_evidence(paths, summaries, features)
    write_table(assess(evidence, options), products["gate"], "rna_gate")
    write_table(adapter_table(evidence), products["adapters"], "rna_adapters")
    write_table(saturation_table(evidence), products["saturation"], "rna_saturation")


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
        reason += f" reads carry the adapter of {worst['kit']}"
    return told | {"verdict": verdict, "value": value, "reason": reason}


def _adapter_verdict(run: Mapping[str, Any]) -> str:
    if run["problem"]:
        return FAIL
    if run["verdict"] == "HIGH":
        return PASS
    return NOT_ASSESSED if run["kit"] == "none" and run["verdict"] == "NONE" else WARN


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
    return MIRNA_SHARE if not one.metrics.get("mirna_reads") else ""


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
