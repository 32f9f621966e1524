"""Which FASTQ files of long RNA are the two mates of paired reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from evcargo.rna.pairs import is_sure, named_mate, pair_of, second_of
from evcargo.study.kinds import Head
from evcargo.study.notes import Notes, shown

PAIRED_ASSAY = "transcripts"
AUTO, NONE = "auto", "none"
Record = dict[str, Any]


def pair_mates(records: list[Record], notes: Notes) -> None:
    """Settle the mate of every row, and write down rows whose other mate is missing.

    Parameters
    ----------
    records
        Rows of the run sheet. Their ``mate`` (auto, none, 1 or 2) becomes 1, 2, 0 (told to be
        single) or empty, and both mates of a pair get the same ``pair``, the line of the first.
    notes
        Takes the problems.
    """
    places: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for one in records:
        if one["assay"] == PAIRED_ASSAY and one["format"] == "fastq":
            places[one["sample"], one["fraction"], one["replicate"]].append(one)
        else:
            if one["mate"] not in (AUTO, NONE):
                notes.add(
                    f"is given for {one['assay']} as {one['format']}",
                    "Leave mate empty: only FASTQ files of long RNA (transcripts) can be pairs",
                    one["line"],
                    "mate",
                    one["mate"],
                )
            one["mate"] = ""
    for here in places.values():
        _pair_here(here, notes)
    _check_mixed([one for here in places.values() for one in here], notes)


def _pair_here(here: list[Record], notes: Notes) -> None:
    """Pair the files of one library (sample, fraction and replicate)."""
    told = {number: [one for one in here if one["mate"] == str(number)] for number in (1, 2)}
    pairs = _told_pairs(told[1], told[2])
    by_name: dict[str, dict[int, Record]] = defaultdict(dict)
    for one in here:
        key, number = named_mate(one["path"])
        if one["mate"] == AUTO and number:
            by_name[key].setdefault(number, one)
    for found in by_name.values():
        # A name with R1 alone is common for single reads; R2 alone has lost its R1.
        if len(found) == 2 or (2 in found and is_sure(found[2]["path"])):
            pairs.append(found)
    for one in here:
        one["given"], one["mate"] = one["mate"], 0 if one["mate"] == NONE else ""
    for found in pairs:
        for number, one in found.items():
            one["mate"], one["pair"] = number, min(other["line"] for other in found.values())
            if len(found) == 1:
                notes.add(
                    f"is mate {number} of a pair whose mate {3 - number} has no row",
                    "Add its row (same sample, fraction and replicate), or write none into mate"
                    " if these are single reads",
                    one["line"],
                    "path",
                    one["path"],
                )


def _told_pairs(first: list[Record], second: list[Record]) -> list[dict[int, Record]]:
    """Pair the rows whose mate the sheet gives: by name if the names tell, else in their order."""
    keys = [named_mate(one["path"])[0] for one in first]
    others = {named_mate(one["path"])[0]: one for one in second}
    if len(others) == len(second) and set(keys) == set(others):
        second = [others[key] for key in keys]
    both = zip_longest(first, second)
    return [{n: one for n, one in enumerate(pair, 1) if one is not None} for pair in both]


def _check_mixed(reads: list[Record], notes: Notes) -> None:
    """Within a study, single reads beside pairs are a lost row, unless the sheet says mate none."""
    paired = {one["sample"]: one for one in reads if one["mate"]}
    for one in reads:
        if one["mate"] or not paired:
            continue
        if one["given"] == AUTO:
            example = next(iter(paired.values()))["line"]
            notes.add(
                f"has no second mate, though others of the study have one (e.g. row {example})",
                "Add the row of its mate, or write none into mate if these are single reads",
                one["line"],
                "path",
                one["path"],
            )
        elif one["sample"] in paired:
            notes.add(
                f"has single reads here and pairs in row {paired[one['sample']]['line']}",
                "Give one sample either single reads or pairs; make two samples of it",
                one["line"],
                "sample",
                one["sample"],
            )


def check_mates(
    runs: Iterable[Mapping[str, Any]],
    heads: Mapping[str, Head | None],
    lines: Mapping[str, int],
    notes: Notes,
) -> None:
    """Write down pairs whose first reads have different names, and R1 files whose R2 lies beside.

    Parameters
    ----------
    runs
        Rows under the contract ``runs``.
    heads
        Beginning of each FASTQ file, None where it cannot be read.
    lines
        Line in the run sheet of each ``assay/run``.
    notes
        Takes the problems.
    """
    long = [dict(one) for one in runs if one["assay"] == PAIRED_ASSAY and one["format"] == "fastq"]
    listed = {one["path"] for one in long}
    long = [one | {"mate": "" if pd.isna(one["mate"]) else one["mate"]} for one in long]
    first = {one["run"].removesuffix(".m1"): one for one in long if one["mate"] == 1}
    for one in long:
        line = lines[f"{PAIRED_ASSAY}/{one['run']}"]
        partner = first.get(one["run"].removesuffix(".m2")) if one["mate"] == 2 else None
        if partner:
            names = [first_read(heads.get(path)) for path in (partner["path"], one["path"])]
            if all(names) and names[0] != names[1]:
                notes.add(
                    f"begins with read {shown(names[1])}, but its mate {shown(partner['path'])}"
                    f" with {shown(names[0])}",
                    "Give two files of one run; if they are single reads, write none into mate",
                    line,
                    "path",
                    one["path"],
                )
        elif one["mate"] == "":
            beside = _second_beside(one["path"])
            if beside and beside not in listed:
                notes.add(
                    f"has its second reads beside it, {shown(beside)}, which has no row",
                    "Add a row for it, or write none into mate if these are single reads",
                    line,
                    "path",
                    one["path"],
                )


def _second_beside(path: str) -> str:
    """Path of the R2 file in the folder of an R1 file; empty if there is none."""
    other = second_of(path)
    return other if other and Path(other).is_file() else ""


def first_read(head: Head | None) -> str:
    """Name of the first read, without what marks the mate; empty if there is none."""
    return pair_of(head.text.split("\n", 1)[0].removeprefix("@"))[0] if head else ""
