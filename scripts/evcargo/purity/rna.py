"""Purity criteria from the small-RNA matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.purity.answers import (
    FAIL,
    NO_LIMIT,
    NOT_ASSESSED,
    OWN,
    PASS,
    WARN,
    Answer,
    Band,
    band_for,
    judged,
    of_matrix,
    open_answer,
    shown,
    text_of,
)
from evcargo.purity.haemolysis import (
    PAIR,
    SIGNATURE,
    members,
    mirna_counts,
    mirna_ratio,
    signature_score,
)
from evcargo.purity.shares import rna_shares

if TYPE_CHECKING:
    from anndata import AnnData

ASSAY = "rna"
RATIO = ("haemolysis: miR-451a to miR-23a-3p", "log2", "10.3389/fgene.2013.00094; figshare 3164830")
SCORE = ("haemolysis: 20-miRNA score", "log2 CPM", "github.com/HCGB-IGTP/DraculR_package")
RIBOSOMAL = ("rRNA share", "fraction", OWN)
MIRNA = ("miRNA share", "fraction", "10.1186/s13059-018-1588-9; 10.1186/s12967-021-02775-9")
Y_RNA = ("Y_RNA share", "fraction", "PMC6261476")
T_RNA = ("tRNA share", "fraction", "10.1038/srep44061; PMC6261476; 10.3390/cancers15133446")
PI_RNA = ("piRNA share", "fraction", "PMC6261476")
DIMERS = ("adapter dimers", "fraction", OWN)
QUESTIONS = (RATIO, SCORE, RIBOSOMAL, MIRNA, Y_RNA, T_RNA, PI_RNA, DIMERS)
NOTHING_KNOWN = "not assessed: nothing published for this matrix"
FLUIDS = ("plasma", "serum", "urine", "csf", "saliva", "milk", "ascites")
PUBLISHED = MappingProxyType(
    {
        "Y_RNA": {"plasma": "0.63 of the small RNA of whole plasma (10.1038/srep44061)"},
        "tRNA": {
            "plasma": "1 read for 72 of miRNA in whole plasma (PMC6261476)",
            "urine": "0.54 of the small RNA of whole urine (10.1038/srep44061)",
            "cell_culture": "more in EVs than in their cells (10.3390/cancers15133446)",
        },
        "piRNA": dict.fromkeys(
            FLUIDS,
            "very rare in 11 body fluids, all but semen, so that a high share is probably other RNA"
            " that piRNA lists hold too (PMC6261476)",
        ),
    }
)
"""What is known of the share of an RNA class in a matrix, in words; of no other is anything."""


@dataclass(frozen=True)
class Rna:
    """All that the criteria look at, by sample.

    `counts` are those of the miRNAs (`mirna_counts`), `pair` the two plain names of the ratio,
    `ratio` is of `mirna_ratio`; `used` are the expressed miRNAs of the signature, `rare` is the
    share of all expressed ones that have too few reads (`signature_score`); `library` are the
    counts of all classes; `dimers` are the answers of the quality gate on adapter dimers.
    `names_problem` says why the features cannot be looked up by name.
    """

    counts: pd.DataFrame
    pair: tuple[str, str]
    ratio: pd.DataFrame
    score: pd.Series
    used: list[str]
    rare: pd.Series
    library: pd.Series
    class_share: pd.DataFrame
    status: pd.Series
    dimers: pd.DataFrame
    names_problem: str = ""


def rna_evidence(
    matrix: "AnnData",
    panels: pd.DataFrame,
    options: Mapping[str, Any],
    gate: pd.DataFrame | None = None,
) -> Rna:
    """Haemolysis figures and class composition of every sample of an RNA matrix.

    `gate` is the table of the contract ``rna_gate``, if there is one.

    A miRNA is expressed if it passes `haemolysis_min_cpm` in as many samples as the smallest
    condition has (the rule of DraculR).
    """
    counts = mirna_counts(matrix)
    measured = matrix.obs.loc[(counts.sum(axis=1, min_count=1) > 0).to_numpy()]
    sizes = measured["condition"].astype(str).value_counts()
    smallest = int(sizes.min()) if len(sizes) else 1
    numerator, denominator = members(panels, PAIR)
    score, used, rare = signature_score(
        counts,
        members(panels, SIGNATURE),
        options["haemolysis_min_cpm"],
        smallest,
        options["haemolysis_min_signature"],
        options["haemolysis_min_reads"],
    )
    return Rna(
        counts=counts,
        pair=(numerator, denominator),
        ratio=mirna_ratio(counts, numerator, denominator, options["haemolysis_min_counts"]),
        score=score.where(rare <= options["haemolysis_max_rare"][1]),
        used=used,
        rare=rare,
        library=pd.Series(np.asarray(matrix.X, dtype=float).sum(axis=1), matrix.obs_names),
        class_share=rna_shares(matrix),
        status=matrix.obs["status"].astype(str)
        + ": "
        + matrix.obs["status_reason"].astype(str).replace("nan", ""),
        dimers=_of_gate(gate),
    )


def rna_criteria(
    sample: Mapping[str, Any], rna: Rna | None, options: Mapping[str, Any]
) -> list[Answer]:
    """Answer all RNA questions for one sample of the sheet (`rna` None: the study has no RNA)."""
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    obstacle = _obstacle(name, rna)
    if rna is None or obstacle:
        return [
            open_answer(ASSAY, *question[:2], obstacle, question[2], threshold=threshold)
            for question, threshold in zip(QUESTIONS, _thresholds(matrix, options), strict=True)
        ]
    ratio, score, ribosomal, mirna, *_ = _bands(matrix, options)
    return [
        _ratio(name, rna, ratio, options),
        _score(name, rna, score, options),
        _share(RIBOSOMAL, "rRNA", name, rna, ribosomal),
        _share(MIRNA, "miRNA", name, rna, mirna),
        _y_rna(name, rna, matrix, options["y_rna_expected"]),
        _compared(T_RNA, "tRNA", name, rna, matrix),
        _compared(PI_RNA, "piRNA", name, rna, matrix),
        _dimers(name, rna),
    ]


def _bands(matrix: str, options: Mapping[str, Any]) -> list[Band]:
    """Bands of the first four of `QUESTIONS`."""
    keys = ("haemolysis_log2_ratio", "haemolysis_score", "rrna_share", "mirna_share")
    return [
        band_for(options[key], matrix, high_is_good=key == "mirna_share", unit=unit)
        for key, (_, unit, _) in zip(keys, QUESTIONS, strict=False)
    ]


def _thresholds(matrix: str, options: Mapping[str, Any]) -> list[str]:
    """Thresholds of `QUESTIONS`; that of the dimers is of the quality gate."""
    bands = map(str, _bands(matrix, options))
    y_rna = _y_threshold(of_matrix(options["y_rna_expected"], matrix))
    return [*bands, y_rna, NO_LIMIT, NO_LIMIT, ""]


def _y_threshold(expected: float | None) -> str:
    return NO_LIMIT if expected is None else f"pass >= {expected:g}, below for information only"


def _of_gate(gate: pd.DataFrame | None) -> pd.DataFrame:
    columns = ["verdict", "value", "threshold", "reason"]
    if gate is None:
        return pd.DataFrame(columns=columns)
    return gate[gate["rule"] == DIMERS[0]].set_index("sample")[columns]


def _obstacle(name: str, rna: Rna | None) -> str:
    if rna is None:
        return "the study has no small-RNA runs"
    if name not in rna.status.index:
        return "the sample is not in the RNA table"
    status = rna.status[name]
    return rna.names_problem if status.startswith("ok:") else f"small RNA {status.rstrip(': ')}"


def _ratio(name: str, rna: Rna, band: Band, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = RATIO
    here = rna.counts.reindex(columns=list(rna.pair)).loc[name]
    if here.isna().any():
        absent = ", ".join(here.index[here.isna()])
        reason = f"{absent} is not in the RNA table"
        return open_answer(ASSAY, criterion, unit, reason, source, threshold=band)
    evidence = ", ".join(f"{mirna} {count:g} reads" for mirna, count in here.items())
    ratio, low, high = (float(value) for value in rna.ratio.loc[name])
    if isnan(ratio):
        reason = f"fewer than {options['haemolysis_min_counts']} reads of the two miRNAs"
        return open_answer(ASSAY, criterion, unit, reason, source, evidence, threshold=band)
    evidence += f"; 95 % interval {_end(low)} to {_end(high)}"
    answer = judged(ASSAY, criterion, ratio, band, evidence, source)
    beyond = band.verdict(high)
    if answer.verdict != PASS or beyond == PASS:
        return answer
    reason = f"{shown(ratio)} {unit} of so few reads may be up to {_end(high)}"
    return open_answer(ASSAY, criterion, unit, reason, source, evidence, threshold=band,
                       value=ratio, deeper=beyond)  # fmt: skip


def _end(value: float) -> str:
    """Write an end of an interval, which is infinite where one of two miRNAs has no reads."""
    return shown(value).replace("inf", "infinity")


def _score(name: str, rna: Rna, band: Band, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = SCORE
    evidence = f"{len(rna.used)} miRNAs of the signature expressed: {', '.join(rna.used)}"
    rare = (
        f"{rna.rare[name]:.0%} of the expressed miRNAs have fewer than"
        f" {options['haemolysis_min_reads']} reads"
    )
    evidence += f"; {rare}" if rna.rare[name] > 0 else ""
    if rna.rare[name] > options["haemolysis_max_rare"][0]:
        reads = f"{rna.counts.loc[name].sum():,.0f} miRNA reads"
        reason = f"{rare} in this sample of {reads}: the score depends on the depth"
        value = float(rna.score[name])
        if not isnan(value):
            reason += ", and is for comparison within the study only"
        return open_answer(ASSAY, criterion, unit, reason, source, evidence, threshold=band,
                           value=value, deeper=band.worst)  # fmt: skip
    if pd.isna(rna.score[name]):
        reason = (
            f"fewer than {options['haemolysis_min_signature']} miRNAs of the signature expressed"
        )
        return open_answer(ASSAY, criterion, unit, reason, source, evidence, threshold=band)
    return judged(ASSAY, criterion, float(rna.score[name]), band, evidence, source)


def _share(question: tuple[str, str, str], cls: str, name: str, rna: Rna, band: Band) -> Answer:
    """Share of the counted reads of one RNA class; of a table of one class it means nothing."""
    criterion, unit, source = question
    obstacle = _why_no_share(cls, name, rna)
    if obstacle:
        return open_answer(ASSAY, criterion, unit, obstacle, source, threshold=band)
    value = float(rna.class_share.loc[name, cls])
    return judged(ASSAY, criterion, value, band, _composition(name, rna), source)


def _y_rna(name: str, rna: Rna, matrix: str, limits: Mapping[str, float | None]) -> Answer:
    """Share of Y RNA: where it is expected to be high, to be so passes; to be low is only told."""
    expected = of_matrix(limits, matrix)
    answer = _compared(Y_RNA, "Y_RNA", name, rna, matrix)
    answer = replace(answer, threshold=_y_threshold(expected))
    if expected is None or pd.isna(answer.value):
        return answer
    enough = answer.value >= expected
    side = "as much as" if enough else "less than"
    rule = f"{shown(answer.value)} {answer.unit} is {side} the {expected:g} expected of {matrix}"
    return replace(
        answer,
        verdict=PASS if enough else NOT_ASSESSED,
        rule=rule if enough else f"{rule} (for information only)",
    )


def _compared(question: tuple[str, str, str], cls: str, name: str, rna: Rna, matrix: str) -> Answer:
    """Share of an RNA class that has no limit, beside what is published for the matrix."""
    criterion, unit, source = question
    obstacle = _why_no_share(cls, name, rna)
    if obstacle:
        return open_answer(ASSAY, criterion, unit, obstacle, source, threshold=NO_LIMIT)
    words = PUBLISHED[cls].get(matrix)
    known = f"for comparison only; published: {words}" if words else NOTHING_KNOWN
    value, evidence = float(rna.class_share.loc[name, cls]), _composition(name, rna)
    return Answer(ASSAY, criterion, NOT_ASSESSED, value, unit, NO_LIMIT, known, evidence, source)


def _dimers(name: str, rna: Rna) -> Answer:
    """Adapter dimers as the quality gate judged them; no fail, as the cargo that is left counts."""
    criterion, unit, source = DIMERS
    if name not in rna.dimers.index:
        return open_answer(ASSAY, criterion, unit, "the gate did not look at this sample", source)
    row = rna.dimers.loc[name]
    verdict, reason = str(row["verdict"]), text_of(row, "reason")
    threshold = f"{text_of(row, 'threshold')}; of the quality gate, warned of at most"
    if verdict == NOT_ASSESSED or pd.isna(row["value"]):
        reason = reason or "not measured"
        return open_answer(ASSAY, criterion, unit, reason, source, threshold=threshold)
    verdict = WARN if verdict == FAIL else verdict
    value = float(row["value"])
    return Answer(
        ASSAY, criterion, verdict, value, unit, threshold, reason, "inserts of 0 to 3 nt", source
    )


def _why_no_share(cls: str, name: str, rna: Rna) -> str:
    share = rna.class_share.loc[name]
    if cls not in share.index:
        return f"the RNA table has no {cls} class or no reads"
    if share.isna().all():
        return "the sample has no counted reads"
    return "" if len(share) > 1 else f"the RNA table holds nothing but {cls}"


def _composition(name: str, rna: Rna) -> str:
    parts = rna.class_share.loc[name].sort_values(ascending=False, kind="stable")
    shares = ", ".join(f"{cls} {100 * part:.2g} %" for cls, part in parts[parts > 0].items())
    return f"of {rna.library[name]:,.0f} counts: {shares}"
