"""Quality figures of the long RNA of a sample."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

Figure = tuple[str, float, str]
NOT_ASSESSED = float("nan")
# Figures with a limit, and what they are a share of; all but the first must not be above it.
LEAST = "mapping_share"
LIMITED = {
    LEAST: "of the fragments are on transcripts",
    "better_on_genome_share": "of the fragments fit the genome better than a transcript (DNA?)",
    "rrna_share": "of the counts are ribosomal RNA",
}


def read_figures(told: Mapping[str, Any], has_genome: bool) -> Iterator[Figure]:
    """Figures of the reads: metric, value (NaN: not assessed), unit.

    Parameters
    ----------
    told
        JSON of `evcargo.transcripts.quantify.quantify_sample`.
    has_genome
        Whether the index has the genome as decoy.

    Notes
    -----
    ``mapping_share`` is of the fragments that salmon saw. ``better_on_genome_share`` counts those
    that touch a transcript but fit the genome better (introns, DNA); fragments far from every
    transcript are merely unmapped. ``sense_share`` is that of the first read, in the first 200,000
    fragments; ``antisense_share`` is on the strand that a stranded library does not have: DNA puts
    as much on either. No limit for these figures is published for EVs, so none fails a sample;
    see `warnings_of`.
    """
    funnel, library = told["funnel"], told["library"]
    seen = told["raw"] - funnel["too_short"]
    yield "raw_fragments", told["raw"], "fragments"
    yield "mapping_share", funnel["mapped"] / seen if seen else NOT_ASSESSED, "fraction"
    yield "mapped_fragments", funnel["mapped"], "fragments"
    yield "adapter_share", told["adapter"] / told["raw"], "fraction"
    yield "too_short_share", funnel["too_short"] / told["raw"], "fraction"
    genome = funnel["better_on_genome"] / seen if seen and has_genome else NOT_ASSESSED
    yield "better_on_genome_share", genome, "fraction"
    probed = told["sense"] + told["antisense"]
    yield "sense_share", told["sense"] / probed if probed else NOT_ASSESSED, "fraction"
    wrong = {"forward": "antisense", "reverse": "sense"}.get(told["strandedness"])
    yield "antisense_share", told[wrong] / probed if wrong else NOT_ASSESSED, "fraction"
    length = library.get("fragment_length", NOT_ASSESSED) if told["paired"] else NOT_ASSESSED
    yield "fragment_length_mean", length, "nt"


def gene_figures(counts: pd.Series, ribosomal: pd.Series | None) -> Iterator[Figure]:
    """Figures of the gene counts of a sample: metric, value (NaN: not assessed), unit.

    Parameters
    ----------
    counts
        Gene -> count.
    ribosomal
        Gene -> whether it is ribosomal RNA; None where that is not known (count tables).
    """
    total = float(counts.sum())
    yield "library_size", total, "reads"
    yield "features_detected", int((counts > 0).sum()), "features"
    if ribosomal is not None:
        rrna = float(counts[ribosomal].sum()) / total if total and ribosomal.any() else NOT_ASSESSED
        yield "rrna_share", rrna, "fraction"


def warnings_of(figures: Iterable[Figure], limits: Mapping[str, float | None]) -> list[str]:
    """Say which figures of a sample are beyond their limits.

    Parameters
    ----------
    figures
        Figures by `read_figures` and `gene_figures`; what is not assessed is not warned of.
    limits
        Config ``transcripts.limits``: metric -> fraction; None is no limit. A value at its limit
        is on the better side.
    """
    found = []
    for name, value, _ in figures:
        limit = limits.get(name)
        if limit is None:
            continue
        if value < limit if name == LEAST else value > limit:
            word = "below" if name == LEAST else "above"
            found.append(
                f"{100 * value:.1f} % {LIMITED[name]}, {word} transcripts.limits.{name} ({limit:g})"
            )
    return found
