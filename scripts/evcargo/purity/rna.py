"""Purity criteria from the small-RNA matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from evcargo.purity.answers import OWN, Answer, band_for, judged, open_answer, text_of
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


@dataclass(frozen=True)
class Rna:
    """All that the criteria look at, by sample.

    `counts` are those of the miRNAs (`mirna_counts`), `pair` the two plain names of the ratio,
    `used` the expressed miRNAs of the signature.
    """

    counts: pd.DataFrame
    pair: tuple[str, str]
    ratio: pd.Series
    score: pd.Series
    used: list[str]
    class_share: pd.DataFrame
    status: pd.Series


def rna_evidence(matrix: "AnnData", panels: pd.DataFrame, options: Mapping[str, Any]) -> Rna:
    """Haemolysis figures and class composition of every sample of an RNA matrix.

    A miRNA is expressed if it passes `haemolysis_min_cpm` in as many samples as the smallest
    condition has (the rule of DraculR).
    """
    counts = mirna_counts(matrix)
    measured = matrix.obs.loc[(counts.sum(axis=1, min_count=1) > 0).to_numpy()]
    sizes = measured["condition"].astype(str).value_counts()
    smallest = int(sizes.min()) if len(sizes) else 1
    numerator, denominator = members(panels, PAIR)
    score, used = signature_score(
        counts,
        members(panels, SIGNATURE),
        options["haemolysis_min_cpm"],
        smallest,
        options["haemolysis_min_signature"],
    )
    return Rna(
        counts=counts,
        pair=(numerator, denominator),
        ratio=mirna_ratio(counts, numerator, denominator, options["haemolysis_min_counts"]),
        score=score,
        used=used,
        class_share=rna_shares(matrix),
        status=matrix.obs["status"].astype(str)
        + ": "
        + matrix.obs["status_reason"].astype(str).replace("nan", ""),
    )


def rna_criteria(
    sample: Mapping[str, Any], rna: Rna | None, options: Mapping[str, Any]
) -> list[Answer]:
    """Answer all RNA questions for one sample of the sheet (`rna` None: the study has no RNA)."""
    name, matrix = str(sample["sample"]), text_of(sample, "biofluid")
    obstacle = _obstacle(name, rna)
    if rna is None or obstacle:
        return [
            open_answer(ASSAY, criterion, unit, obstacle, source)
            for criterion, unit, source in (RATIO, SCORE, RIBOSOMAL)
        ]
    return [
        _ratio(name, rna, matrix, options),
        _score(name, rna, matrix, options),
        _ribosomal(name, rna, matrix, options),
    ]


def _obstacle(name: str, rna: Rna | None) -> str:
    if rna is None:
        return "the study has no small-RNA runs"
    if name not in rna.status.index:
        return "the sample is not in the RNA table"
    status = rna.status[name]
    return "" if status.startswith("ok:") else f"small RNA {status.rstrip(': ')}"


def _ratio(name: str, rna: Rna, matrix: str, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = RATIO
    here = rna.counts.reindex(columns=list(rna.pair)).loc[name]
    if here.isna().any():
        absent = ", ".join(here.index[here.isna()])
        return open_answer(ASSAY, criterion, unit, f"{absent} is not in the RNA table", source)
    evidence = ", ".join(f"{mirna} {count:g} reads" for mirna, count in here.items())
    if pd.isna(rna.ratio[name]):
        reason = f"fewer than {options['haemolysis_min_counts']} reads of the two miRNAs"
        return open_answer(ASSAY, criterion, unit, reason, source, evidence)
    band = band_for(options["haemolysis_log2_ratio"], matrix, high_is_good=False, unit=unit)
    return judged(ASSAY, criterion, float(rna.ratio[name]), band, evidence, source)


def _score(name: str, rna: Rna, matrix: str, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = SCORE
    evidence = f"{len(rna.used)} miRNAs of the signature expressed: {', '.join(rna.used)}"
    if pd.isna(rna.score[name]):
        reason = (
            f"fewer than {options['haemolysis_min_signature']} miRNAs of the signature expressed"
        )
        return open_answer(ASSAY, criterion, unit, reason, source, evidence)
    band = band_for(options["haemolysis_score"], matrix, high_is_good=False, unit=unit)
    return judged(ASSAY, criterion, float(rna.score[name]), band, evidence, source)


def _ribosomal(name: str, rna: Rna, matrix: str, options: Mapping[str, Any]) -> Answer:
    criterion, unit, source = RIBOSOMAL
    share = rna.class_share.loc[name]
    if "rRNA" not in share.index or share.isna().all():
        return open_answer(
            ASSAY, criterion, unit, "the RNA table has no rRNA class or no reads", source
        )
    band = band_for(options["rrna_share"], matrix, high_is_good=False, unit=unit)
    top = share.sort_values(ascending=False, kind="stable").head(5)
    evidence = ", ".join(f"{cls} {100 * part:.2g} %" for cls, part in top.items())
    return judged(ASSAY, criterion, float(share["rRNA"]), band, evidence, source)
