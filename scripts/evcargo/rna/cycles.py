"""Bad cycles of the sequencer: base qualities by cycle, and mismatches of miRNA reads by position.

The composition of small RNA is skewed by nature, since a few miRNAs make up most reads, so that a
cycle cannot be judged by its bases alone (as FastQC does for genomes). Reads that lie on a hairpin
tell what each base should be: a cycle at which many differ, while they agree at all others, is bad;
and so is one at which many more base calls are uncertain than at the others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import Any, NamedTuple

import dnaio
import numpy as np
import pandas as pd

from evcargo.rna.isomirs import Row

BASES = "ACGT"
CYCLES = 100
"""Cycles that are looked at, from the first."""
INSERT_NT = 22
"""Cycles that are judged, from the first of the insert: the usual length of a miRNA, nt."""
LOW_QUALITY = 20
"""Phred score below which a base call is uncertain: more than 1 error in 100."""
FEWEST_READS = 500
"""Reads of miRNAs that a position needs to be judged: at an error rate of 0.5 %, so many have 2.5
mismatches, and 25 (the limit of 5 %) are no accident."""
NEARLY_ALL = 0.9
POSITION_COLUMNS = (
    *("position", "reads", *BASES, "mismatches", "feature", "feature_mismatches"),
    "mismatch_share",
)


class Limits(NamedTuple):
    """Shares from which a cycle is bad: of mismatches, of uncertain base calls; None for no limit.

    Both are those above the median of the judged cycles.
    """

    mismatches: float | None = None
    quality: float | None = None


def limits_of(mismatches: Sequence[float | None], quality: Sequence[float | None]) -> Limits:
    """Limits from the options ``rna.gate``: a cycle that warns or fails is bad."""
    return Limits(*(warn if warn is not None else fail for warn, fail in (mismatches, quality)))


def cycle_counts(reads: Iterable[dnaio.SequenceRecord], base: int) -> dict[str, list[float]]:
    """Count bases and qualities of reads by cycle.

    Parameters
    ----------
    reads
        With qualities.
    base
        Character of the Phred score 0, see `evcargo.rna.fastq.Layout`.

    Returns
    -------
    dict
        ``reads`` that reach the cycle, those with A, C, G, T and N (any other letter),
        ``low_quality`` (a score below 20, or N), all counts; and ``median_quality``, Phred. One
        value for each of at most `CYCLES` cycles.
    """
    pairs = [(read.sequence[:CYCLES].upper(), (read.qualities or "")[:CYCLES]) for read in reads]
    letters = _grid([sequence for sequence, _ in pairs])
    scores = _grid([qualities for _, qualities in pairs]).astype(np.int16) - base
    there = letters > 0
    of = {name: letters == ord(name) for name in BASES}
    of["T"] |= letters == ord("U")
    other = there & ~np.logical_or.reduce(list(of.values()))
    low = there & (other | (scores < LOW_QUALITY))
    counts = {"reads": there, **of, "N": other, "low_quality": low}
    medians = [
        float(np.median(column[here])) if here.any() else nan
        for column, here in zip(scores.T, there.T, strict=True)
    ]
    return {name: flags.sum(axis=0).tolist() for name, flags in counts.items()} | {
        "median_quality": medians
    }


def _grid(texts: Sequence[str]) -> np.ndarray:
    """ASCII codes of texts, one row each; 0 behind the end of a text."""
    width = max(map(len, texts), default=0)
    joined = "".join(text.ljust(width, "\0") for text in texts)
    codes = np.frombuffer(joined.encode("ascii", errors="replace"), dtype=np.uint8)
    return codes.reshape(len(texts), width)


def excess_low_quality(cycles: Mapping[str, Sequence[float]], clip: int) -> pd.Series:
    """Share of uncertain base calls above the median of the judged cycles.

    Parameters
    ----------
    cycles
        Of `cycle_counts`.
    clip
        Bases of the kit before the insert, nt.

    Returns
    -------
    pandas.Series
        By cycle from 1, of the judged cycles that at least `FEWEST_READS` reads reach.
    """
    counts = pd.DataFrame({name: cycles[name] for name in ("reads", "low_quality")}, dtype=float)
    counts.index += 1
    judged = counts.loc[clip + 1 : clip + INSERT_NT]
    judged = judged[judged["reads"] >= FEWEST_READS]
    share = judged["low_quality"] / judged["reads"]
    return share - share.median()


def position_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Count the bases of miRNA reads by position, and their mismatches with the hairpins.

    Parameters
    ----------
    rows
        Of `evcargo.rna.isomirs.isomir_rows`. Non-templated letters at the 3' end are left out, and
        so are mismatches that may be such letters.

    Returns
    -------
    pandas.DataFrame
        Columns `POSITION_COLUMNS`, positions of the insert from 1: reads that reach it, of them
        those with each base, those that differ from the hairpin, the miRNA that most of these are
        of and how many, and their share; NaN where fewer than `FEWEST_READS` reach it.
    """
    texts = [row.insert[: len(row.insert) - len(row.isomir.tail)] for row in rows]
    weights = np.array([row.reads for row in rows], dtype=float)
    letters = _grid(texts)
    reads = (letters > 0).T @ weights
    table = pd.DataFrame({"position": np.arange(1, len(reads) + 1), "reads": reads})
    for name in BASES:
        table[name] = (letters == ord(name)).T @ weights
    mismatches: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row.isomir.position:
            mismatches[row.isomir.position][row.feature] += row.reads
    of_position = [mismatches.get(number, {}) for number in table["position"]]
    most = [max(counts.items(), key=_most, default=("", 0.0)) for counts in of_position]
    table["mismatches"] = [sum(counts.values(), 0.0) for counts in of_position]
    table["feature"] = [name for name, _ in most]
    table["feature_mismatches"] = [float(number) for _, number in most]
    table["mismatch_share"] = (table["mismatches"] / table["reads"]).where(
        table["reads"] >= FEWEST_READS
    )
    return table[list(POSITION_COLUMNS)]


def _most(mismatches: tuple[str, float]) -> tuple[float, str]:
    """Sort features by their mismatches; of equal ones, the last by name is the most."""
    return mismatches[1], mismatches[0]


def excess_mismatches(positions: pd.DataFrame) -> pd.Series:
    """Share of mismatches above the median of the judged positions, by position.

    Parameters
    ----------
    positions
        Of `position_table`.
    """
    judged = positions[(positions["position"] <= INSERT_NT) & positions["mismatch_share"].notna()]
    share = judged.set_index("position")["mismatch_share"].astype(float)
    return share - share.median()


def bad_positions(
    positions: pd.DataFrame, runs: Sequence[Mapping[str, Any]], limits: Limits
) -> set[int]:
    """Positions of inserts that were read at a bad cycle.

    Parameters
    ----------
    positions
        Of `position_table`.
    runs
        Runs of the sample: `cycles` of `cycle_counts`, and `clip_5p`, nt.
    limits
        Shares from which a cycle is bad.
    """
    bad: set[int] = set()
    if limits.mismatches is not None:
        excess = excess_mismatches(positions)
        bad |= set(excess.index[excess > limits.mismatches].astype(int))
    if limits.quality is not None:
        for run in runs:
            excess = excess_low_quality(run["cycles"], run["clip_5p"])
            cycles = excess.index[excess > limits.quality]
            bad |= {int(cycle) - run["clip_5p"] for cycle in cycles}
    return bad


def worst_mismatches(
    positions: pd.DataFrame, runs: Sequence[Mapping[str, Any]]
) -> tuple[float, str]:
    """Give the largest excess of mismatches of a sample, and words about it; NaN without reads."""
    excess = excess_mismatches(positions)
    if excess.empty:
        return nan, f"no position is covered by {FEWEST_READS} reads of miRNAs"
    worst = int(excess.idxmax())
    row = positions.set_index("position").loc[worst]
    words = (
        f"of the miRNA reads differ from their hairpin at {_cycle_name(worst, runs)}, above the"
        f" median of all cycles; the bases there are {_bases(row[list(BASES)] / row['reads'])}"
    )
    if row["feature_mismatches"] > NEARLY_ALL * row["mismatches"]:
        words += f"; nearly all mismatches are of {row['feature']}, so that it may be a variant"
        words += " of the donor as well"
    return float(excess.max()), words


def worst_quality(runs: Sequence[Mapping[str, Any]]) -> tuple[float, str]:
    """Give the largest excess of uncertain base calls of a sample's runs, and words about it."""
    worst = (nan, f"no cycle was read {FEWEST_READS} times")
    for run in runs:
        excess = excess_low_quality(run["cycles"], run["clip_5p"])
        if excess.empty or excess.max() <= worst[0]:
            continue
        cycle = int(excess.idxmax())
        counts = pd.Series({name: run["cycles"][name][cycle - 1] for name in BASES})
        worst = (
            float(excess.max()),
            f"of the reads are below Q{LOW_QUALITY} at cycle {cycle}, above the median of all"
            f" cycles; the bases there are {_bases(counts / run['cycles']['reads'][cycle - 1])}",
        )
    return worst


def _bases(shares: pd.Series) -> str:
    """Write the share of each base as text."""
    return ", ".join(f"{base} {100 * share:.1f} %" for base, share in shares.items())


def _cycle_name(position: int, runs: Sequence[Mapping[str, Any]]) -> str:
    """Name a position of the insert by its cycle, where all runs of a sample agree on it."""
    clips = {run["clip_5p"] for run in runs}
    if len(clips) != 1:
        return f"position {position} of the insert"
    clip = clips.pop()
    return f"cycle {position + clip}" + (f" (position {position} of the insert)" if clip else "")
