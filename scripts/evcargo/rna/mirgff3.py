"""Isoforms of mature miRNAs as mirGFF3 1.2 (github.com/miRTop/mirGFF3), which mirtop reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from evcargo.job import whole_file
from evcargo.rna.assign import largest_remainder
from evcargo.rna.isomirs import REFERENCE, Row, hairpin_names

DIGITS = "BD0EF1HI2JK3LM4NO5PQ6RS7UV8WX9YZ"
BLOCK = 5
ESCAPED = {"%": "%25", ";": "%3B", "=": "%3D", "&": "%26", ",": "%2C", "\t": "%09"}
ONTOLOGY = {"miRBase": "doi:10.25504/fairsharing.hmgte8"}


def license_plate(sequence: str) -> str:
    """Name a sequence by its letters, as MINTbase does (10.1093/bioinformatics/btw194).

    Every 5 letters are a number in base 4, written as two digits in base 32. A shorter rest is
    numbered after all rests that are shorter still, and takes one digit where that is enough.

    Parameters
    ----------
    sequence
        DNA letters, no N.

    Returns
    -------
    str
        ``iso-``, the length, and the digits: different for every sequence.
    """
    blocks = (sequence[first : first + BLOCK] for first in range(0, len(sequence), BLOCK))
    return f"iso-{len(sequence)}-{''.join(map(_digits, blocks))}"


@lru_cache(maxsize=2_000)
def _digits(block: str) -> str:
    number = int(block.translate(_BASE_4), 4)
    if len(block) < BLOCK:
        number += (4 ** len(block) - 4) // 3
    high, low = divmod(number, len(DIGITS))
    return f"{DIGITS[high] if high or len(block) == BLOCK else ''}{DIGITS[low]}"


_BASE_4 = str.maketrans("ACGT", "0123")


def whole_reads(rows: Sequence[Row]) -> np.ndarray:
    """Integer reads of each row; those of one insert sum to its reads (largest remainder)."""
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        rows_of[row.insert].append(number)
    reads = np.array([row.reads for row in rows])
    whole = np.round(reads).astype(np.int64)
    for numbers in rows_of.values():
        if len(numbers) > 1:
            whole[numbers] = largest_remainder(reads[numbers])
    return whole


def write_mirgff3(
    rows: Sequence[Row],
    table: pd.DataFrame,
    names: Mapping[int, str],
    sample: str,
    database: tuple[str, str],
    min_share: float,
    path: str | Path,
) -> None:
    """Write the isoforms of one sample.

    Parameters
    ----------
    rows, table
        See `evcargo.rna.isomirs.isomir_rows` and `evcargo.rna.isomirs.isomir_table`.
    names
        Number of a reference -> name of the hairpin.
    sample
        Name of the sample.
    database
        Name of the database of the hairpins, and what their file is.
    min_share
        Share below which `table` marks an isoform.
    path
        File to write, whole or not at all.
    """
    name, file = database
    header = [
        "mirGFF3. VERSION 1.2",
        f"source-ontology: {name} {ONTOLOGY.get(name, 'Custom')}",
        "TOOLS: evcargo",
        f"REFERENCE: {file}",
        f"FILTER: PASS(is ok), REJECT:low_share(below {min_share:g} of the reads of its mature),"
        " REJECT:bad_cycle(mismatch at a cycle where the sequencer made many errors)",
        f"COLDATA: {sample}",  # last: mirtop takes every line after it for a feature
    ]
    hits = table.groupby("sequence")["feature"].transform("size").tolist()
    filters = [_filter(marks) for marks in table["filter"]]
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"## {line}\n" for line in header)
        for row, reads, hit, filtered in zip(rows, whole_reads(rows), hits, filters, strict=True):
            isomir = row.isomir
            hairpins = [_escaped(one) for one in hairpin_names(row.hairpins, names)]
            kind = "ref_miRNA" if isomir.variant == REFERENCE else "isomiR"
            attributes = (
                f"Read={row.insert};UID={license_plate(row.insert)};Name={_escaped(row.feature)};"
                f"Parent={','.join(hairpins)};Variant={isomir.variant};Cigar={isomir.cigar};"
                f"Expression={reads};Filter={filtered};Hits={hit}"
            )
            place = f"{isomir.start + 1}\t{isomir.end}"
            stream.write(f"{hairpins[0]}\t{name}\t{kind}\t{place}\t.\t+\t.\t{attributes}\n")


def _filter(marks: str) -> str:
    """Attribute Filter from the marks of an isoform; of several, the first."""
    return f"REJECT:{marks.split(', ')[0].replace(' ', '_')}" if marks else "PASS"


@lru_cache(maxsize=10_000)
def _escaped(name: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in name)
