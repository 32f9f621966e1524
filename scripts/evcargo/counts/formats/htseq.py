"""htseq-count (10.1093/bioinformatics/btu638): a file without header, or many joined to a table."""

from collections.abc import Collection

COUNTERS = frozenset({"__no_feature", "__ambiguous", "__not_aligned", "__alignment_not_unique"})


def program_of(rows: Collection[str]) -> str:
    """Tell by the rows that are no features whether htseq-count wrote a table."""
    return "htseq-count" if COUNTERS & set(rows) else ""
