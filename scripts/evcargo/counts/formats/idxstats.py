"""samtools idxstats: reads on each sequence of a reference, for example of miRBase; no header."""

from evcargo.counts.layout import Head, Layout

WIDTH, MOST_MATES = 4, 0.05
"""The last column counts reads whose mate alone is mapped: none, or next to none."""


def layout(head: Head) -> Layout | None:
    """Recognise the file by its four columns: name, length, mapped and unmapped reads."""
    if len(head.columns) != WIDTH:
        return None
    rows = [list(head.columns), *(row for _, row in head.rows)]
    if not all(cell.isdecimal() for row in rows for cell in row[1:]):
        return None
    numbers = [[int(cell) for cell in row[1:]] for row in rows if row[0] != "*"]
    if not numbers or any(length == 0 for length, _, _ in numbers):
        return None
    if any(mates > MOST_MATES * mapped for _, mapped, mates in numbers):
        return None
    return Layout(
        program="samtools idxstats",
        recognised_by="four columns without header: name, length, mapped and unmapped reads",
        identifiers="column 1",
        counts="column 3",
        quantity="reads",
        quantity_reason="column 3 holds the mapped reads",
        has_header=False,
    )
