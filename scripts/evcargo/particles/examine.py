"""What the size tables of a study hold, and what is wrong with them, before any job runs."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

import pandas as pd

from evcargo.errors import EvcargoError, refusal
from evcargo.files.numbers import SIGN_WORDS
from evcargo.files.summary import InputSummary
from evcargo.particles.distribution import refuse_mixed
from evcargo.particles.measure import read_run
from evcargo.particles.size_tables import (
    CONCENTRATION,
    NUMBER,
    SizeFile,
    SizeReading,
    open_size_file,
)

SCALES = {CONCENTRATION: "raw", NUMBER: "counts"}
QUANTITIES = {CONCENTRATION: "particles/ml", NUMBER: "numbers of particles"}


@dataclass
class _Examined:
    """What is known of the runs so far."""

    readings: dict[str, SizeReading] = field(default_factory=dict)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)


def examine_size_tables(
    runs: pd.DataFrame, unread: Collection[str] = ()
) -> tuple[list[InputSummary], dict[str, tuple[str, str]]]:
    """Read all size tables of a study as the job will read them.

    Parameters
    ----------
    runs
        Contract ``runs``; runs of other assays are passed over.
    unread
        Files that are too large to be read now.

    Returns
    -------
    summaries
        What was understood of each file.
    problems
        Run -> message and remedy, of what the job would stop at. The problems of a whole file are
        those of its first run.
    """
    tables = runs[(runs["assay"] == "particles") & ~runs["path"].isin(list(unread))]
    summaries, examined = [], _Examined()
    for path, of_file in tables.groupby("path", sort=False):
        records = of_file.to_dict("records")
        try:
            file = open_size_file(str(path))
        except EvcargoError as error:
            examined.problems[str(records[0]["run"])] = refusal(error)
            continue
        readings = _read(file, records, examined)
        if readings:
            summaries.append(_summary(str(path), file, readings))
    _check_replicates(tables, examined)
    return summaries, examined.problems


def _read(
    file: SizeFile, records: list[dict[Hashable, object]], examined: _Examined
) -> list[SizeReading]:
    """Read the distributions of the runs of one file."""
    used: dict[tuple[tuple[int, ...], int], str] = {}
    readings = []
    for record in records:
        run = str(record["run"])
        try:
            reading = read_run(file, record)
        except EvcargoError as error:
            examined.problems[run] = refusal(error)
            continue
        first = used.setdefault((reading.columns, reading.first_line), run)
        if first != run:
            examined.problems[run] = (
                f"is the distribution of run {first} too: {reading.column!r} of {file.text.path}",
                "Write into column which column of the table this run is",
            )
            continue
        examined.readings[run] = reading
        readings.append(reading)
    return readings


def _check_replicates(tables: pd.DataFrame, examined: _Examined) -> None:
    """Find samples whose runs cannot be averaged."""
    for _, of_sample in tables.groupby("sample", sort=False):
        names = [str(run) for run in of_sample["run"] if str(run) in examined.readings]
        quantities = {
            examined.readings[run].table.quantity
            for run in names
            if not examined.readings[run].table.is_empty
        }
        try:
            refuse_mixed(quantities)
        except EvcargoError as error:
            examined.problems[names[-1]] = refusal(error)


def _summary(path: str, file: SizeFile, readings: list[SizeReading]) -> InputSummary:
    first = readings[0]
    quantities = dict.fromkeys(reading.table.quantity for reading in readings)
    texts = [QUANTITIES.get(quantity, "shares of the particles") for quantity in quantities]
    notes = dict.fromkeys(note for reading in readings for note in reading.notes)
    dropped = dict.fromkeys(row for reading in readings for row in reading.dropped)
    return InputSummary(
        path=path,
        assay="particles",
        program=file.program,
        recognised_by=file.recognised_by,
        rows=first.rows,
        sample_columns=sum(len(reading.columns) for reading in readings),
        quantity=", ".join(texts),
        quantity_reason=first.reason,
        scale=", ".join(SCALES.get(quantity, "relative") for quantity in quantities),
        scale_reason=first.reason.partition("; ")[2],
        decimal_sign=SIGN_WORDS[first.style.decimal],
        thousands_sign=SIGN_WORDS.get(first.style.thousands, ""),
        encoding=file.text.encoding.label,
        dropped_rows=", ".join(dropped),
        notes="; ".join(notes),
    )
