"""One sample from its reads to the quantities of its transcripts."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.job import whole_file
from evcargo.tables import read_table, write_table
from evcargo.transcripts.reference import TRANSCRIPT
from evcargo.transcripts.salmon import (
    AUTO,
    UNSTRANDED,
    QuantifySettings,
    TooFewFragments,
    read_figures,
    read_quantities,
    run_quant,
)
from evcargo.transcripts.strand import UNCLEAR, probe_strand, strandedness
from evcargo.transcripts.trim import TrimSettings, trim_all

_log = logging.getLogger(__name__)


def quantify_sample(
    mates1: Sequence[str],
    mates2: Sequence[str],
    index: str | Path,
    genes: str | Path,
    trim: TrimSettings,
    how: QuantifySettings,
    quantities: str | Path,
    summary: str | Path,
) -> None:
    """Quantify the transcripts of a sample.

    Parameters
    ----------
    mates1, mates2
        FASTQ files, all lanes; `mates2` is empty for single reads.
    index, genes
        What `evcargo.transcripts.reference.build_index` wrote.
    trim, how
        How the reads are trimmed and quantified.
    quantities
        Table to write, contract ``transcript_quantities``; no row where too few fragments fit.
    summary
        JSON to write: problem, the funnel of the fragments, and the figures of the library.

    Raises
    ------
    EvcargoError
        If a file is unusable, or salmon fails.
    """
    target = Path(quantities)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the results: the reads of a sample may be more than the system's folder can hold.
    with TemporaryDirectory(dir=target.parent, prefix=".part-reads-") as folder:
        trimmed = trim_all(mates1, mates2, trim, Path(folder))
        raw = sum(one.raw for one in trimmed)
        too_short = sum(one.too_short for one in trimmed)
        told: dict[str, Any] = {
            "problem": "",
            "paired": bool(mates2),
            "raw": raw,
            "adapter": sum(one.adapter for one in trimmed),
            "sense": 0,
            "antisense": 0,
            "strandedness": UNCLEAR,
        }
        figures: dict[str, Any] = {}
        table = pd.DataFrame(columns=CONTRACTS["transcript_quantities"].names)
        out = Path(folder) / "salmon"
        kept = [one for one in trimmed if one.raw > one.too_short]
        try:
            if not kept:
                raise TooFewFragments
            sense, antisense = probe_strand(
                Path(index), kept[0].mates1, kept[0].mates2, Path(folder), how
            )
            found = strandedness(sense, antisense)
            told |= {"sense": sense, "antisense": antisense, "strandedness": found}
            how = replace(how, strandedness=_strandedness(how.strandedness, found))
            seconds = [one.mates2 for one in kept if one.mates2]
            run_quant(Path(index), [one.mates1 for one in kept], seconds, out, how)
        except TooFewFragments:
            told["problem"] = (
                f"fewer than 10 of {raw} fragments fit the transcripts ({too_short} are too short)"
            )
            _log.warning("%s", told["problem"])
        else:
            figures = read_figures(out)
            table = _named(read_quantities(out), read_table(genes, "transcript_genes"))
    told["funnel"] = _funnel(raw, too_short, figures)
    told["library"] = {
        key: value
        for key, value in figures.items()
        if key in ("library_type", "fragment_length", "salmon")
    }
    write_table(table, quantities, "transcript_quantities")
    with whole_file(summary) as part:
        part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _strandedness(wanted: str, found: str) -> str:
    """Strandedness to count by: as the config says, else as found; unclear is unstranded."""
    if wanted not in (AUTO, found):
        _log.warning("the config says %s, but the library looks %s", wanted, found)
    elif found == UNCLEAR:
        _log.warning("the strand of the library is unclear; both strands are counted")
    named = found if wanted == AUTO else wanted
    return UNSTRANDED if named == UNCLEAR else named


def _funnel(raw: int, too_short: int, figures: dict[str, Any]) -> dict[str, int]:
    """Where the fragments ended; sums to `raw`."""
    processed = figures.get("processed", raw - too_short)
    if processed != raw - too_short:
        raise AssertionError(f"salmon saw {processed} fragments of {raw - too_short}")
    mapped, genome = figures.get("mapped", 0), figures.get("better_on_genome", 0)
    return {
        "too_short": too_short,
        "better_on_genome": genome,
        "unmapped": processed - mapped - genome,
        "mapped": mapped,
    }


def _named(quantities: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Give the quantities, one row per transcript of the FASTA, the transcripts' own names.

    Transcripts not longer than a word of the index are in no index, and have no reads.
    """
    numbered = [f"{TRANSCRIPT}{number}" for number in range(1, len(genes) + 1)]
    held = quantities.set_index("transcript").reindex(numbered)
    held[["tpm", "reads"]] = held[["tpm", "reads"]].fillna(0)
    return held.assign(transcript=genes["transcript"].to_numpy()).reset_index(drop=True)
