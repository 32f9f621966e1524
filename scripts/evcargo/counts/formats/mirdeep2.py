"""miRDeep2's quantifier (10.1093/nar/gkr688): miRNAs_expressed_all_samples_*.csv.

A mature miRNA of several hairpins has a row for each, with (nearly) the same reads: they are not
added up, the row with the most reads counts.
"""

from evcargo.counts.layout import LOCI, Head, Layout
from evcargo.errors import EvcargoError

FIRST = ("miRNA", "read_count", "precursor", "total")
SCORES = "miRDeep2 score"


def layout(head: Head) -> Layout | None:
    """Recognise a table of one sample, or of many with their three-letter codes."""
    lines = [text for _, text in head.table.preamble] + ["\t".join(head.columns)]
    if any(SCORES in line for line in lines):
        raise EvcargoError(
            f"{head.table.path}: is miRDeep2's list of predicted miRNAs, with several tables in one"
            " file. Give the table of its quantifier, miRNAs_expressed_all_samples_*.csv"
        )
    if not head.starts_with(*FIRST):
        return None
    samples = [name for name in head.columns[len(FIRST) :] if not name.endswith("(norm)")]
    single = len(samples) < 2
    return Layout(
        program="miRDeep2",
        recognised_by="its columns miRNA, read_count, precursor, total",
        identifiers=head.columns[0],
        samples=None if single else tuple(samples),
        counts="read_count" if single else "",
        repeated=LOCI,
        estimated=True,
        quantity="reads",
        quantity_reason="read_count holds the reads" if single else "columns without (norm)",
    )
