"""The first reads of a FASTQ file: what would fail its job, before any job runs."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd

from evcargo.rna.pairs import first_file_of, mate_of
from evcargo.study.kinds import Head
from evcargo.study.notes import Notes, shown

AGAIN = "Copy or download the file again, or give the reads as the sequencer wrote them"
READ_1 = "Give the file of read 1, which holds the whole insert of a small RNA; delete this row"


def why_bad_reads(head: Head) -> tuple[str, str]:
    """Message and remedy where the first records are not what the RNA stage reads, else empty."""
    if head.data.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte-order mark", "Take its first three bytes off (tail -c +4)"
    if b"\r" in head.data and b"\n" not in head.data:
        return "has line ends of an old Mac (CR)", r"Convert it, e.g. with tr '\r' '\n'"
    lines = head.text.split("\n")[:-1]
    names = []
    for number, start in enumerate(range(0, len(lines) - 3, 4), 1):
        name, letters, plus, scores = lines[start : start + 4]
        if not any(line.strip() for line in lines[start:]):
            break
        why = _why_no_record(name, letters, plus, scores)
        if why:
            return f"is no FASTQ at read {number}: {why}", AGAIN
        names.append(name)
    mates = {mate_of(name) for name in names}
    if 2 in mates and 1 not in mates:
        return "holds read 2 of pairs", READ_1
    return "", ""


def _why_no_record(name: str, letters: str, plus: str, scores: str) -> str:
    if not name.startswith("@"):
        return "its name does not begin with @"
    if not plus.startswith("+"):
        return "its third line does not begin with +"
    if not letters.isascii() or not scores.isascii() or not name.isascii():
        return "it holds letters that are not ASCII"
    if len(letters) != len(scores):
        return f"it has {len(letters)} letters and {len(scores)} qualities"
    if scores and min(scores) < "!":
        return f"a quality is {min(scores)!r}, below '!'"
    if len(plus) > 1 and plus[1:] != name[1:]:
        return "its third line names another read"
    return ""


def refuse_second_mates(runs: pd.DataFrame, lines: Mapping[str, int], notes: Notes) -> None:
    """Write down every small-RNA run that is read 2 of a pair whose read 1 is a run too.

    Parameters
    ----------
    runs
        Contract ``runs``.
    lines
        Line in the run sheet of each ``assay/run``.
    notes
        Takes the problems.
    """
    rows: list[dict[str, Any]] = runs[
        (runs["assay"] == "rna") & (runs["format"] == "fastq")
    ].to_dict("records")
    there = {(row["sample"], PurePath(row["path"]).name) for row in rows}
    for row in rows:
        first = first_file_of(row["path"])
        if first and (row["sample"], first) in there:
            line = lines[f"{row['assay']}/{row['run']}"]
            message = f"is by its name read 2 of the pairs of {shown(first)}"
            notes.add(message, READ_1, line, "path", row["path"])
