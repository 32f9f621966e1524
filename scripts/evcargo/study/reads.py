"""The first reads of a FASTQ file: what would fail its job, before any job runs."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd

from evcargo.rna.pairs import is_sure, mate_of, named_mate
from evcargo.study.kinds import Head
from evcargo.study.mates import first_read
from evcargo.study.notes import Notes, shown

AGAIN = "Copy or download the file again, or give the reads as the sequencer wrote them"
READ_1 = "Give the file of read 1, which holds the whole insert of a small RNA; delete this row"

ONE_FILE = (
    "Keep the file of read 1, which holds the whole insert of a small RNA; delete the other row."
    " If they are lanes whose reads were named anew, give one file (cat) or the original names"
)


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


def refuse_second_mates(
    runs: pd.DataFrame, heads: Mapping[str, Head | None], lines: Mapping[str, int], notes: Notes
) -> None:
    """Write down every small-RNA run that is read 2 of a pair, or a copy, of a run of its sample.

    Lanes and replicates never begin with the same read: files that do are mates or copies,
    whatever their names.

    Parameters
    ----------
    runs
        Contract ``runs``.
    heads
        Beginning of each FASTQ file, None where it cannot be read.
    lines
        Line in the run sheet of each ``assay/run``.
    notes
        Takes the problems.
    """
    rows: list[dict[str, Any]] = runs[
        (runs["assay"] == "rna") & (runs["format"] == "fastq")
    ].to_dict("records")
    # By mate as far as names tell, so that read 1 is the one that stays.
    rows.sort(key=lambda row: named_mate(row["path"])[1])
    by_name: dict[tuple[str, str], str] = {}
    by_read: dict[tuple[str, str], str] = {}
    for row in rows:
        path, sample = row["path"], row["sample"]
        key, mate = named_mate(path)
        pair, read = (sample, PurePath(key).name), first_read(heads.get(path))
        line = lines[f"{row['assay']}/{row['run']}"]
        if is_sure(path) and mate == 1:
            by_name.setdefault(pair, path)
        if is_sure(path) and mate == 2 and pair in by_name:
            first = shown(PurePath(by_name[pair]).name)
            notes.add(f"is by its name read 2 of the pairs of {first}", READ_1, line, "path", path)
        elif read and by_read.setdefault((sample, read), path) != path:
            first = shown(by_read[sample, read])
            message = f"begins with the same read as {first} ({shown(read)}): mates, or a copy"
            notes.add(message, ONE_FILE, line, "path", path)
