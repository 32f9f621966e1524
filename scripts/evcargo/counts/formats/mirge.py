"""miRge 2 and 3 (10.1093/nargab/lqab068): miR.Counts.csv, with the row miRNAtotal."""

from collections.abc import Collection

TOTAL = "miRNAtotal"


def program_of(rows: Collection[str]) -> str:
    """Tell by the rows that are no features whether miRge wrote a table."""
    return "miRge" if TOTAL in rows else ""
