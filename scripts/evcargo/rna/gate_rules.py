"""Rules of the quality gate of small RNA: what each measures, its limits and their sources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, Literal

from evcargo.purity.answers import FAIL, NOT_ASSESSED, OWN, PASS, WARN
from evcargo.rna.assign import LOW_COMPLEXITY, UNASSIGNED
from evcargo.rna.beginnings import organism_share
from evcargo.rna.bwa_files import EXOGENOUS, GENOME
from evcargo.rna.cycles import worst_mismatches, worst_quality
from evcargo.rna.evidence import Evidence
from evcargo.rna.saturation import new_with_twice_the_reads, rarefied
from evcargo.rna.trim import DIMER_LENGTH, FATES

SHORT_NT = 16
PEAK_NT = (20, 25)
LAST_READS = 0.10
RRNA = "rRNA"
NOT_ANNOTATED = frozenset(
    {"spike_in", RRNA, "UniVec", LOW_COMPLEXITY, UNASSIGNED, GENOME, EXOGENOUS, *FATES}
)
"""Steps of the funnel that exceRpt does not count as annotated RNA either."""

ANNOTATED, DIMERS, SHORT = "annotated reads", "adapter dimers", "short inserts"
PASSING, MIRNA_INSERTS, RRNA_INSERTS = "reads passing", "miRNA hairpin inserts", "rRNA inserts"
ORGANISM, MISMATCHES, QUALITY = "organism", "mismatches by cycle", "quality by cycle"
ERCC = "ERCC standard as in exceRpt (10.1016/j.cels.2019.03.004)"
MIRTRACE = "miRTrace (10.1186/s13059-018-1588-9)"

NO_INSERT = "no insert was counted"

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
    return _metric("rrna_insert_share", "of the inserts are on rRNA", NO_INSERT)(one)


def _organism(one: Evidence) -> Measure:
    if not one.organisms:
        return nan, "the study brings miRNAs of its own"
    return organism_share(one.organisms, one.organism)


def _mismatches(one: Evidence) -> Measure:
    return worst_mismatches(one.positions, one.runs)


def _quality(one: Evidence) -> Measure:
    return worst_quality(one.runs)


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
        MIRNA_INSERTS, "mirna_share", "fraction", ">=",
        f"{MIRTRACE}; plasma EVs by isolation 0.08 to 0.33 (10.1186/s12967-021-02775-9)",
        _metric("mirna_hairpin_insert_share", "of the inserts are on miRNA hairpins", NO_INSERT),
    ),
    Rule("miRNA complexity", "mirna_complexity", "fraction", ">=", MIRTRACE, _complexity),
    Rule(RRNA_INSERTS, "rrna_share", "fraction", "<=", OWN, _rrna),
    Rule(
        "duplicates", "duplicates", "fraction", "<=", OWN,
        _metric("duplicate_share", "of the inserts are further copies", "no library kit with UMIs"),
    ),
    Rule(ORGANISM, "organism", "fraction", ">=", OWN, _organism),
    Rule(MISMATCHES, "cycle_mismatches", "fraction", "<=", OWN, _mismatches),
    Rule(QUALITY, "cycle_quality", "fraction", "<=", OWN, _quality),
    Rule(
        "saturation", "saturation", "fraction", "<=",
        f"curve: Hurlbert 1971 (10.2307/1934145); limit: {OWN}", _saturation,
    ),
)  # fmt: skip
