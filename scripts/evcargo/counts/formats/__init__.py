"""Programs whose tables are known, one file for each; the first that knows a table reads it.

Each file has a function ``layout`` that looks at the `evcargo.counts.layout.Head` of a table and
gives its `evcargo.counts.layout.Layout`, or None where another program wrote it, or raises an
`EvcargoError` where it knows that the table holds no counts. To add a program, add its file to the
import and to the list. Programs whose tables look like any other and are told by their totals and
counters have a function ``program_of`` instead.
"""

from collections.abc import Collection

from evcargo.counts.formats import (
    compsra,
    excerpt,
    featurecounts,
    gdc,
    htseq,
    idxstats,
    kallisto,
    matrix,
    matrix_market,
    mirdeep2,
    mirge,
    mirtop,
    nanostring,
    nfcore_rnaseq,
    qiagen,
    rsem,
    salmon,
    sports,
    srnabench,
    star,
    test_results,
)
from evcargo.counts.layout import Head, Layout

FORMATS = (
    matrix_market.layout,
    featurecounts.layout,
    star.layout,
    idxstats.layout,
    rsem.layout,
    salmon.layout,
    kallisto.layout,
    gdc.layout,
    nfcore_rnaseq.layout,
    excerpt.layout,
    mirdeep2.layout,
    mirtop.layout,
    srnabench.layout,
    sports.layout,
    compsra.layout,
    qiagen.layout,
    nanostring.layout,
    test_results.layout,
    matrix.layout,
)
PROGRAMS_BY_ROWS = (htseq.program_of, mirge.program_of)


def recognise(head: Head) -> Layout:
    """Tell which program wrote a table, and where it holds what.

    Raises
    ------
    EvcargoError
        If the table is known to hold no counts.
    """
    layouts = (layout(head) for layout in FORMATS)
    return next(layout for layout in layouts if layout is not None)


def program_by_rows(rows: Collection[str]) -> str:
    """Tell which program wrote a table by its rows that are no features; empty if none is known."""
    return next((program for program_of in PROGRAMS_BY_ROWS if (program := program_of(rows))), "")
