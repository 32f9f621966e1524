"""salmon: its calls, what they leave behind, and why they fail."""

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.errors import EvcargoError
from evcargo.job import run_program

SALMON = "salmon"
AUTO, UNSTRANDED = "auto", "unstranded"
# Library types of salmon by strandedness: of pairs, of single reads.
LIBRARY_TYPES: Mapping[str, tuple[str, str]] = {
    UNSTRANDED: ("IU", "U"),
    "forward": ("ISF", "SF"),
    "reverse": ("ISR", "SR"),
}
TOO_FEW = "minAssignedFrags"


class TooFewFragments(Exception):
    """Fewer fragments than salmon's minimum (10) fit the transcriptome."""


@dataclass(frozen=True)
class QuantifySettings:
    """How a sample is quantified.

    Parameters
    ----------
    strandedness
        Key of `LIBRARY_TYPES`, or auto: as `evcargo.transcripts.strand` finds it.
    fragment_length_mean, fragment_length_sd
        Of the fragments of single reads, nt.
    threads
        Threads of salmon.
    """

    strandedness: str = AUTO
    fragment_length_mean: float = 250
    fragment_length_sd: float = 25
    threads: int = 1


def run_index(
    fasta: Path, decoys: Path | None, kmer: int, index: Path, threads: int, work: Path
) -> None:
    """Build the index of a FASTA file; the sequences named in `decoys` are decoys.

    Transcripts with the same sequence are kept, so that their genes share the reads: salmon's
    default gives all to the first.
    """
    command = [SALMON, "index", "--transcripts", str(fasta), "--index", str(index)]
    command += ["--kmerLen", str(kmer), "--threads", str(threads), "--keepDuplicates"]
    command += ["--tmpdir", str(work / "tmp")]
    if decoys:
        command += ["--decoys", str(decoys)]
    code, lines = _call(command)
    if code:
        raise _failure(code, lines, "index_transcripts")


def run_quant(
    index: Path, mates1: Sequence[Path], mates2: Sequence[Path], out: Path, how: QuantifySettings
) -> None:
    """Quantify the reads of a sample; all files of one library type.

    Raises
    ------
    TooFewFragments
        If fewer than 10 fragments could be assigned.
    EvcargoError
        If salmon fails for another reason.
    """
    library = LIBRARY_TYPES[how.strandedness][0 if mates2 else 1]
    command = [SALMON, "quant", "--index", str(index), "--libType", library]
    if mates2:
        command += ["--mates1", *map(str, mates1), "--mates2", *map(str, mates2)]
    else:
        command += ["--unmatedReads", *map(str, mates1)]
        command += ["--fldMean", f"{how.fragment_length_mean:g}"]
        command += ["--fldSD", f"{how.fragment_length_sd:g}"]
    command += ["--validateMappings", "--seqBias", "--gcBias"]
    command += ["--threads", str(how.threads), "--output", str(out)]
    code, lines = _call(command)
    if code and any(TOO_FEW in line for line in lines):
        raise TooFewFragments
    if code:
        raise _failure(code, lines, "quantify_transcripts")


def _call(command: Sequence[str]) -> tuple[int, list[str]]:
    """Run salmon, never through a shell; return its exit code and what it said."""
    if shutil.which(SALMON) is None:
        raise EvcargoError(
            "salmon is not installed. Install it (apt-get install salmon), run with --sdm conda,"
            " or use the container image"
        )
    return run_program(command)


def _failure(code: int, lines: Sequence[str], rule: str) -> EvcargoError:
    """Say why salmon failed: its last line about an error, or its last line."""
    errors = [line for line in lines if "[error]" in line.lower() or "exception" in line.lower()]
    last = (errors or lines or ["no message"])[-1]
    killed = f", ended by signal {-code}" if code < 0 else ""
    return EvcargoError(f"salmon failed{killed}: {last[:300]}. See the log of rule {rule}")


def read_quantities(folder: Path) -> pd.DataFrame:
    """Read ``quant.sf`` under the contract ``transcript_quantities``, named as in the index."""
    table = pd.read_csv(
        folder / "quant.sf", sep="\t", dtype={"Name": str}, quoting=csv.QUOTE_NONE, na_filter=False
    )
    return pd.DataFrame(
        {
            "transcript": table["Name"],
            "length": table["Length"].astype(int),
            "effective_length": table["EffectiveLength"].astype(float),
            "tpm": table["TPM"].astype(float),
            "reads": table["NumReads"].astype(float),
        }
    )


def read_figures(folder: Path) -> dict[str, Any]:
    """Read what salmon says about the fragments of a sample.

    Returns
    -------
    dict
        processed, mapped, better_on_genome: fragments; library_type (e.g. ISR); sense, antisense:
        fragments by the strand of their first read, without pairs of which one mate only fits;
        fragment_length: mean, nt; salmon: its version.
    """
    meta = json.loads((folder / "aux_info" / "meta_info.json").read_text(encoding="utf-8"))
    library = json.loads((folder / "lib_format_counts.json").read_text(encoding="utf-8"))
    paired = str(library["expected_format"]).startswith(("I", "M", "O"))
    return {
        "processed": int(meta["num_processed"]),
        "mapped": int(meta["num_mapped"]),
        "better_on_genome": int(meta["num_decoy_fragments"]),
        "library_type": str(library["expected_format"]),
        "sense": int(library["ISF" if paired else "SF"]),
        "antisense": int(library["ISR" if paired else "SR"]),
        "fragment_length": float(meta["frag_length_mean"]),
        "salmon": str(meta["salmon_version"]),
    }
