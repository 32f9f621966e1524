"""samtools idxstats: reads on each sequence of a reference, for example of miRBase; no header."""

from evcargo.counts.layout import Head, Layout

WIDTH = 4


def layout(head: Head) -> Layout | None:
    """Recognise the file by its four columns: name, length, mapped and unmapped reads."""
    if len(head.columns) != WIDTH:
        return None
    rows = [list(head.columns), *(row for _, row in head.rows)]
    if not all(cell.isdecimal() for row in rows for cell in row[1:]):
        return None
    named = [row for row in rows if row[0] != "*"]
    if not named or any(row[3] != "0" for row in named):
        return None
    if any(int(row[1]) == 0 for row in named):
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
