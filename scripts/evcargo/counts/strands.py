"""Which strand of a stranded library STAR's counts are of."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evcargo.counts.numbers import whole_numbers
from evcargo.errors import EvcargoError
from evcargo.files.run_names import RunMatch

STRANDED_SHARE, UNSTRANDED_GAP, FEWEST = 0.8, 0.1, 100
"""As for reads (`evcargo.transcripts.strand`): the defaults of nf-core/rnaseq 3.24
(10.5281/zenodo.1400710)."""
UNSTRANDED, FORWARD, REVERSE = "unstranded", "forward", "reverse"


class UnclearStrandError(EvcargoError):
    """The reads on genes do not tell the strand of the library.

    Parameters
    ----------
    message
        For people.
    few
        Whether there are too few reads to tell, so that other samples of the study may.
    """

    def __init__(self, message: str, few: bool) -> None:
        super().__init__(message)
        self.few = few


def choose_strand(
    frame: pd.DataFrame,
    names: Sequence[str],
    strands: Mapping[str, str],
    path: str,
    strand: str = "",
) -> RunMatch:
    """Choose the column of counts by the strand on which the reads of genes lie.

    Parameters
    ----------
    frame
        The table as text.
    names
        Names of its rows; those of the counters begin with ``N_``.
    strands
        unstranded, forward and reverse -> column.
    path
        The table, for messages.
    strand
        Strand to take where there are too few reads to tell.

    Returns
    -------
    RunMatch
        Column, and why.

    Raises
    ------
    UnclearStrandError
        If the reads are neither on one strand nor on both alike.
    EvcargoError
        If a cell is no count.
    """
    genes = np.array([not name.startswith("N_") for name in names])
    sums = {
        word: _sum(frame[strands[word]].to_numpy()[genes], path, strands[word])
        for word in (FORWARD, REVERSE)
    }
    total = sum(sums.values())
    if total < FEWEST and strand:
        reason = f"{strand}, as the other samples: {total:.0f} reads do not tell"
        return RunMatch(strands[strand], reason)
    forward = sums[FORWARD] / total if total else 0.5
    word = _strand(forward) if total >= FEWEST else ""
    if word == UNSTRANDED:
        reason = "unstranded: the reads of genes are on both strands alike"
        return RunMatch(strands[UNSTRANDED], reason)
    if word:
        reason = f"{word}: at least {STRANDED_SHARE:.0%} of the reads of genes are on that strand"
        return RunMatch(strands[word], reason)
    shares = f"{forward:.0%} of the reads of genes are on the forward strand"
    why = f"only {total:.0f} reads are on genes" if total < FEWEST else shares
    raise UnclearStrandError(
        f"{path}: the strand of the library is not clear ({why}). Write unstranded, forward or"
        " reverse into the column 'column' of the run sheet",
        total < FEWEST,
    )


def _strand(forward: float) -> str:
    """Strand by the share of reads on the forward strand; empty where that is not clear."""
    if forward >= STRANDED_SHARE:
        return FORWARD
    if 1 - forward >= STRANDED_SHARE:
        return REVERSE
    return UNSTRANDED if abs(2 * forward - 1) <= UNSTRANDED_GAP else ""


def _sum(cells: np.ndarray, path: str, column: str) -> float:
    """Sum the counts of a column."""
    counts = whole_numbers(cells.tolist())
    if counts is None:
        raise EvcargoError(
            f"{path}, {column}: holds cells that are no counts. Copy the file again, or run STAR"
            " again"
        )
    return float(counts.sum())
